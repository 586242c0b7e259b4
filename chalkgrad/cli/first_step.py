"""What exactly happens in one step of training?

`take_first_step` takes the first step of a classifier with one output on one sample, and describes it with the actual
numbers: forward, loss, backward, update. It follows one weight through all four. Read next:
`nn.training`, which does the same in a loop.
"""

from __future__ import annotations

from collections.abc import Sequence

import autograd
import nn

NUDGE = 0.001  # by how much the weight is changed, to check its gradient


def take_first_step(model: nn.MLP, x: Sequence[float], target: int, optimizer: nn.SGD) -> str:
    """Train `model` on one sample once, and return the description of that step.

    `target` is 0 or 1. On the first step the optimizer is plain gradient descent, because the velocity is still 0.
    """
    parameters = model.parameters()
    name, weight = next(
        pair for pair in model.named_parameters() if pair[0].startswith(f"layers.{len(model.layers) - 1}.")
    )
    factor = _last_hidden(model, x)[0]

    score = model(x)
    probability = autograd.sigmoid(score.data)
    loss = nn.binary_cross_entropy_with_logits(score, target)
    before = weight.data
    optimizer.zero_grad()
    loss.backward()
    gradient = weight.grad

    weight.data = before + NUDGE
    loss_nudged = nn.binary_cross_entropy_with_logits(model(x), target)
    weight.data = before

    optimizer.step()
    loss_after = nn.binary_cross_entropy_with_logits(model(x), target)
    rate = optimizer.learning_rate
    chance = "p" if target else "1 - p"
    return f"""\
The first step, on one sample: x = ({", ".join(f"{number:.4f}" for number in x)}), which is of class {target}.

1. forward    score = model(x)
   {len(parameters)} numbers, the parameters, turn x into a score of {score.data:.4f}.
   As a probability of class 1: p = sigmoid(score) = {probability:.4f}

2. loss       loss = binary_cross_entropy_with_logits(score, {target})
   How wrong is that? loss = -log({chance}) = {loss.data:.4f}; it would be 0 at p = {target}.

3. backward   loss.backward()
   The chain rule gives d(loss)/d(parameter) for all {len(parameters)} at once. Follow one of them,
   {name} = {before:.4f}, which multiplies a hidden neuron's output h = {factor:.4f}:
       d(loss)/d(score)   = p - class  = {probability:.4f} - {target} = {probability - target:.4f}
       d(score)/d(weight) = h          = {factor:.4f}
       d(loss)/d(weight)  = the product: {(probability - target) * factor:.4f}; weight.grad is {gradient:.4f}
   Is it true? With this weight {NUDGE} larger, the loss changes by {loss_nudged.data - loss.data:.7f},
   and {NUDGE} times the gradient is {NUDGE * gradient:.7f}.

4. update     optimizer.step()
   Each parameter moves against its gradient:
       weight = {before:.4f} - {rate:g} * ({gradient:.4f}) = {weight.data:.4f}
   The loss of this sample falls from {loss.data:.4f} to {loss_after.data:.4f}.
"""


def _last_hidden(model: nn.MLP, x: Sequence[float]) -> list[float]:
    """The outputs of the last hidden layer, which the weights of the output layer multiply."""
    values: list[float] = list(x)
    with autograd.no_grad():
        for layer in model.layers[:-1]:
            outputs = layer(values)
            # A layer of width one gives its one Value, not a list.
            values = [output.data for output in (outputs if isinstance(outputs, list) else [outputs])]
    return values
