"""Which mistakes do learners make in lesson 08, "The training loop"?

The loops are tried on the smallest model there is, `prediction = w * x`, and what is observed is where w goes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value
from chalkgrad.exercises.answer_types import Choice, Function, Number, Numbers
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import short
from chalkgrad.exercises.variants import networks

PROBLEMS = [
    # xs, ys, learning rate, steps
    ([1.0], [2.0], 0.1, 1),
    ([1.0], [2.0], 0.1, 2),
    ([1.0, 2.0], [2.0, 4.0], 0.1, 1),
    ([1.0, 2.0], [2.0, 4.0], 0.05, 5),
    ([1.0, -1.0, 2.0], [3.0, -2.0, 5.0], 0.05, 4),
]
Loop = Callable[..., None]


def _loss(w: Value, xs: Sequence[float], ys: Sequence[float]) -> Value:
    """The mean squared error of w * x."""
    total = Value(0.0)
    for x, y in zip(xs, ys, strict=True):
        total = total + (w * x - y) ** 2
    return total / len(xs)


def _where_w_goes(train: Loop, xs: Sequence[float], ys: Sequence[float], rate: float, steps: int) -> float:
    """w after training from 0."""
    w = Value(0.0, label="w")

    def loss_of() -> Value:
        return _loss(w, xs, ys)

    train(w, loss_of, rate, steps)
    return w.data


def _update_of(step: Callable[[list[Value], float], Any], numbers: Sequence[float], rate: float) -> list[float] | str:
    """The parameters after one step, whose gradients are 1, -2, 3 ...; where none has moved, what was done instead.

    The Values themselves are what a model has, so it is they that count, and not what the list holds afterwards.
    """
    parameters = [Value(number) for number in numbers]
    for parameter, gradient in zip(parameters, _gradients(len(numbers)), strict=True):
        parameter.grad = gradient
    given = list(parameters)
    result = step(given, rate)
    if [parameter.data for parameter in parameters] != list(numbers):
        return [parameter.data for parameter in parameters]
    if given != parameters:
        return "the list has changed, the Values have not"
    return "unchanged" if result is None else "unchanged, and a result is returned"


def _gradients(count: int) -> list[float]:
    """1, -2, 3 ..."""
    return [float(n) if n % 2 else -float(n) for n in range(1, count + 1)]


def _told(xs: Sequence[float], ys: Sequence[float], rate: float, steps: int) -> str:
    points = ", ".join(f"({x:g}, {y:g})" for x, y in zip(xs, ys, strict=True))
    many = "step" if steps == 1 else "steps"
    return f"From w = 0, with the mean of (w·x - y)² over {points}, rate {rate:g} and {steps} {many},"


def _loop(*parts: str) -> Loop:
    """A loop of these parts in this order."""

    def train(w: Value, loss_of: Callable[[], Value], rate: float, steps: int) -> None:
        loss = loss_of()
        for _ in range(steps):
            for part in parts:
                if part == "forward":
                    loss = loss_of()
                elif part == "zero":
                    w.zero_grad()
                elif part == "backward":
                    loss.backward()
                elif part == "update":
                    w.data = w.data - rate * w.grad
                elif part == "uphill":
                    w.data = w.data + rate * w.grad
                elif part == "no rate":
                    w.data = w.data - w.grad
                elif part == "return":
                    return

    return train


def _step(change: Callable[[Value, float], float]) -> Callable[[list[Value], float], None]:
    def step(parameters: list[Value], rate: float) -> None:
        for p in parameters:
            p.data = change(p, rate)

    return step


def _first_only(parameters: list[Value], rate: float) -> None:
    parameters[0].data -= rate * parameters[0].grad


def _names_only(parameters: list[Value], rate: float) -> None:
    for p in parameters:
        p = p - rate * p.grad


def _list_only(parameters: list[Value], rate: float) -> None:
    for i, p in enumerate(parameters):
        parameters[i] = p - rate * p.grad


def _returns_others(parameters: list[Value], rate: float) -> list[Value]:
    return [p - rate * p.grad for p in parameters]


EXERCISES = [
    Exercise(
        "08.1",
        kind=Number(tolerance=1e-6),
        **networks.weight_after_update.plain(3, -2, 0.1),
    ),
    Exercise(
        "08.2",
        "Write update(parameters, rate): one step of gradient descent for a list of Values.",
        Function(
            [([1.0],), ([3.0, 3.0],), ([0.5, -1.0, 2.0],)],
            arguments=("parameters", "rate"),
            where=lambda numbers: (
                f"Where the numbers are {short(numbers)}, their gradients {short(_gradients(len(numbers)))} and the "
                "rate 0.1,"
            ),
            gives="they become",
            watch=lambda step, numbers: _update_of(step, numbers, 0.1),
        ),
        right=_step(lambda p, rate: p.data - rate * p.grad),
        wrong=[
            Mistake(_step(lambda p, rate: p.data + rate * p.grad), "That is uphill, towards more loss: subtract."),
            Mistake(_step(lambda p, rate: p.data - p.grad), "The learning rate is missing: a step of rate · grad."),
            Mistake(_step(lambda p, rate: -rate * p.grad), "The old number got lost: start from p.data and subtract."),
            Mistake(_step(lambda p, rate: p.data - rate), "The gradient is missing: all would move alike."),
            Mistake(
                _step(lambda p, rate: p.data - rate * p.data),
                "You shrink each number by itself; subtract rate · p.grad.",
            ),
            Mistake(_step(lambda p, rate: p.data * (1 - rate * p.grad)), "You multiplied; the step is subtracted."),
            Mistake(_first_only, "Only the first parameter has moved. Do you return inside the loop?"),
            Mistake(
                _names_only,
                "No Value has moved. `p = ...` would only give the name p to another Value: assign to p.data.",
            ),
            Mistake(
                _list_only,
                "You put new Values into the list, and those of the model have not moved. Assign to p.data.",
            ),
            Mistake(
                _returns_others,
                "You return new Values, and those of the model have not moved. Assign to p.data; return nothing.",
            ),
        ],
        hints=["For each p: its new data is p.data - rate * p.grad.", "Assign to p.data."],
    ),
    Exercise(
        "08.3",
        "Write train(w, loss_of, rate, steps): gradient descent on one weight, `steps` times.",
        Function(
            PROBLEMS,
            names=("xs", "ys", "rate", "steps"),
            arguments=("w", "loss_of", "rate", "steps"),
            where=_told,
            watch=_where_w_goes,
            gives="w becomes",
        ),
        right=_loop("forward", "zero", "backward", "update"),
        wrong=[
            Mistake(
                _loop("forward", "backward", "update"),
                "zero_grad is missing: from the second step on, w.grad still contains old gradients, and w runs too "
                "far. Call it at every step.",
            ),
            Mistake(
                _loop("forward", "backward", "zero", "update"),
                "w never moves. Either there is no update, or the gradient is 0 when the update uses it, because "
                "zero_grad comes between backward and update, or the update comes before backward.",
            ),
            Mistake(
                _loop("forward", "zero", "backward", "uphill"),
                "That is uphill: the loss grows. Subtract rate · grad.",
            ),
            Mistake(
                _loop("forward", "zero", "backward", "no rate"),
                "The learning rate is missing from the update.",
            ),
            Mistake(
                _loop("forward", "zero", "backward", "update", "return"),
                "Only one step was taken. Is the return inside the loop?",
            ),
            Mistake(
                _loop("zero", "backward", "update"),
                "The loss was computed once, before the loop. Call loss_of() in every step: w has changed.",
            ),
        ],
        hints=[
            "In each step: loss = loss_of(); then three more lines.",
            "w.zero_grad(); loss.backward(); w.data = w.data - rate * w.grad.",
        ],
        praise="Right: forward, loss, backward, update.",
    ),
    Exercise(
        "08.4",
        "Loss on the training data: 0.9, 0.5, 0.3, 0.2, 0.1. On held-back data: 0.9, 0.6, 0.5, 0.6, 0.8. After which "
        "epoch would it have been best to stop?",
        Choice(["1", "2", "3", "4", "5"]),
        right="3",
        wrong=[
            Mistake(
                "5", "There the training loss is lowest, but the held-back data says that it got worse for new data."
            ),
            Mistake("1", "Both losses still fall after that."),
            Mistake("2", "The held-back loss falls once more."),
            Mistake("4", "One too late: the held-back loss has risen already."),
        ],
        hints=["Which of the two rows says how it will do on data that it has never seen?"],
    ),
    Exercise(
        "08.5",
        kind=Numbers(["updates_per_epoch", "updates"], tolerance=1e-9),
        **networks.counts_of_updates.plain(10, 15, 20),
    ),
    Exercise(
        "08.6",
        "w^4 - 2w^2 has the gradient 0 at w = -1, 0 and 1. At which of them is there no minimum?",
        Number(tolerance=1e-6),
        right=0.0,
        wrong=[
            Mistake(1.0, "At w = 1 the loss is -1, and on both sides it is larger: a minimum."),
            Mistake(-1.0, "At w = -1 the loss is -1, and on both sides it is larger: a minimum."),
        ],
        hints=["Compute the loss at -0.1, 0 and 0.1.", "A gradient of 0 only says that the place is flat."],
        praise="Right: w = 0 is the top of a hill. A gradient of 0 says that the place is flat, not that it is low.",
    ),
    Exercise(
        "08.7",
        "The training loss has been 0.02 for 200 epochs, and all gradients are nearly 0. What follows? 'a' the "
        "training has converged; 'b' the network will do well on new data; 'c' no weights have a smaller loss.",
        Choice(["a", "b", "c"]),
        right="a",
        wrong=[
            Mistake("b", "The training loss says nothing about new data: the network may have memorised its samples."),
            Mistake("c", "It may be a local minimum or a long plateau. Flat is not the same as lowest."),
        ],
        hints=["Which of the three can be seen from the training loss and the gradients alone?"],
        praise="Right. For new data look at held-back samples; for smaller losses try other starts and rates.",
    ),
]
