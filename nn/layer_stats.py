"""What happens inside a model while it computes one batch?

The inputs of each activation, its derivatives there, gradients and the size of a step are measured without changing
the model. Read before: ``layers``, ``evaluation``. Read after: ``diagnostics``, which judges the numbers.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd import Value, assign, no_grad

from .activations import Activation
from .evaluation import evaluating
from .layers import Layer, apply_activation

if TYPE_CHECKING:
    from .module import Module
    from .optimizers import Optimizer


class LayerProbe:
    """One layer: its name, its activation, and for each sample the list of its weighted sums and of its outputs."""

    def __init__(self, name: str, layer: Layer[Any]) -> None:
        self.name, self.layer, self.activation = name, layer, layer.activation
        self.sums: list[list[float]] = []
        self.outputs: list[list[float]] = []

    def recording(self) -> Activation:
        """An activation that computes the same as the layer's, and records its inputs and outputs."""

        def record(sums: list[Any]) -> list[Any]:
            outputs = apply_activation(self.activation, sums)
            self.sums.append([value.data for value in sums])
            self.outputs.append([value.data for value in outputs])
            return outputs

        return Activation(self.activation.name, record, whole_layer=True, range=self.activation.range)

    def sums_of(self, unit: int) -> list[float]:
        """The input of one unit's activation, for each sample."""
        return [row[unit] for row in self.sums]

    def derivatives(self, unit: int) -> list[float]:
        """The activation's derivative at each sample's sum of one unit."""
        derivatives = []
        for row in self.sums:
            x = Value(row[unit])
            out = self.activation.function(x)
            if isinstance(out, Value):
                out.backward()
            derivatives.append(x.grad)
        return derivatives


def probe_layers(model: Module, X: list[Any]) -> list[LayerProbe]:
    """Run every sample through the model and record what each ``Layer`` in it does; the layers stay unchanged."""
    probes = [LayerProbe(name, layer) for name, layer in model.named_modules() if isinstance(layer, Layer)]
    try:
        for probe in probes:
            probe.layer.activation = probe.recording()
        with evaluating(model):
            for row in X:
                model(row)
    finally:
        for probe in probes:
            probe.layer.activation = probe.activation
    return probes


def probe_gradients(model: Module, loss: Any, X: list[Any], y: list[Any]) -> tuple[float, dict[str, float], set[str]]:
    """The loss, each parameter's gradient by name, and the names of those that the loss does not depend on.

    The ``.grad`` of the parameters is restored.
    """
    named = model.named_parameters()
    parameters = [parameter for _, parameter in named]
    before = [parameter.grad for parameter in parameters]
    try:
        model.zero_grad()
        total = loss([model(row) for row in X], y)
        if not isinstance(total, Value):
            raise TypeError("loss must give one Value that depends on the predictions")
        reached = _reached(total)
        total.backward()
        gradients = {name: parameter.grad for name, parameter in named}
    finally:
        assign(parameters, grad=before)
    return total.data, gradients, {name for name, parameter in named if id(parameter) not in reached}


def _reached(total: Value) -> set[int]:
    """The ``id`` of every node that ``total`` depends on."""
    found: set[int] = {id(total)}
    stack: list[Any] = [total]
    while stack:
        for operand in stack.pop()._prev:
            if id(operand) not in found:
                found.add(id(operand))
                stack.append(operand)
    return found


def probe_step(
    model: Module, loss: Any, X: list[Any], y: list[Any], optimizer: Optimizer, gradients: dict[str, float]
) -> tuple[float, float]:
    """The effect of one step of ``optimizer``: the parameters' relative change, and the loss after it (inf if none).

    The parameters are restored.
    """
    named = {id(parameter): name for name, parameter in model.named_parameters()}
    given = [gradients.get(named.get(id(parameter), ""), 0.0) for parameter in optimizer.parameters]
    before = [parameter.data for parameter in optimizer.parameters]
    try:
        moved, _ = optimizer.proposal(given)
        change = math.dist(moved, before) / (math.hypot(*before) or 1.0)
        assign(optimizer.parameters, data=moved)
        with no_grad():
            after = loss([model(row) for row in X], y).data
    except ArithmeticError:
        return math.inf, math.inf
    finally:
        assign(optimizer.parameters, data=before)
    return change, after if math.isfinite(after) else math.inf
