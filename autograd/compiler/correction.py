"""What if a number is not finite?  The eager engine computes these samples itself, and raises its own errors.

Read `plan` and `eager` first, `program` next.  A program works on all samples at once, so it cannot skip a branch that
some of them do not take: there 0 times inf is nan.  And it raises no errors.  So if a value or gradient is not finite,
the samples are halved until it is known which of them are concerned; the eager engine computes these.
"""

from __future__ import annotations

import math
from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from autograd.compiler.frontend.flatten import CAPTURED, DRAWN, INPUT, PARAMETER
from autograd.compiler.frontend.tracer import replayed
from autograd.compiler.frontend.two_calls import outputs_and_shape
from autograd.fast_backward import exhaust
from autograd.no_grad import recording
from autograd.node import NOT_COMPUTED
from autograd.pause_gc import pause_gc
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.compiler.plan import Plan


class CompiledFunction(Protocol):
    """What the correction needs of a `Program`: the original function."""

    function: Any
    name: str
    of_graph: bool
    parameters: list[Value]

    @property
    def theta(self) -> Any:
        """The parameters' numbers, (parameters,) float64."""


def at_theta(function: CompiledFunction, action: Callable[..., Any], *arguments: Any) -> Any:
    """Call an action, which records, while the parameters have the numbers of `theta`; return its result."""
    parameters = function.parameters
    back = map(setattr, parameters, repeat("_data"), [parameter._data for parameter in parameters])
    try:
        exhaust(map(setattr, parameters, repeat("_data"), function.theta.tolist()))
        return recording.switched_on(action, *arguments)
    finally:
        exhaust(back)


def corrected(function: CompiledFunction, plan: Plan, given: Sequence[Any], backward: bool) -> tuple[list[float], Any]:
    """The outputs (means over samples) and, with `backward`, the gradient of the first, after a run with bad numbers.

    Raises what the eager engine raises; a note names the sample.
    """
    with pause_gc(), np.errstate(all="ignore"):
        correction = Correction(function, plan, given, backward)
        correction.run()
        plan.executable.blocks = (correction.results,)
        values: list[float] = (correction.results.sum(axis=1) / correction.samples).tolist()
    gradient = correction.gradient
    return values, gradient if plan.signature.by_parameters or not backward else tuple(gradient)


class Correction:
    """The results of one call: some samples computed by the program, the others by the eager engine."""

    def __init__(self, function: CompiledFunction, plan: Plan, given: Sequence[Any], backward: bool) -> None:
        self.function, self.plan, self.given, self.backward = function, plan, given, backward
        self.signature = signature = plan.signature
        self.samples = len(given[0]) if signature.batched else 1
        self.drawn = plan.executable.drawn  # further runs take the same random numbers
        self.results = np.zeros((len(plan.outputs), self.samples))
        self.gradient: Any = (
            np.zeros(signature.parameters) if signature.by_parameters else [np.zeros(a.shape) for a in given]
        )

    def run(self) -> None:
        """Halve the range of samples until every sample is computed, from the first to the last."""
        ranges = [(0, self.samples)]
        while ranges:
            begin, end = ranges.pop()
            if end - begin == 1 or self.plan.is_eager:
                for sample in range(begin, end):
                    self._add_eagerly(sample)
            elif end - begin == self.samples or not self._add(begin, end):
                middle = (begin + end) // 2
                ranges += [(middle, end), (begin, middle)]

    def _add(self, begin: int, end: int) -> bool:
        """Let the program compute these samples; return whether the result can be used."""
        part = [array[begin:end] for array in self.given]
        drawn = None if self.drawn is None else self.drawn[begin:end]
        _, gradient, may_be_nonfinite = self.plan.run(self.function.theta, part, self.backward, drawn)
        if not may_be_nonfinite:
            self.results[:, begin:end] = self.plan.samples_of_outputs(0).T
            self._add_gradient(slice(begin, end), gradient, (end - begin) / self.samples)
        return not may_be_nonfinite

    def _add_eagerly(self, sample: int) -> None:
        at: Any = sample if self.signature.batched else ...
        try:
            numbers, gradient = at_theta(self.function, self._one_sample, sample, at)
        except (ArithmeticError, ValueError) as error:
            if self.signature.batched:
                error.add_note(f"in sample {sample} of {self.samples}")
            raise
        self.results[:, sample] = numbers
        self._add_gradient(at, gradient, 1.0 / self.samples)

    def _add_gradient(self, at: Any, gradient: Any, share: float) -> None:
        if self.backward and self.signature.by_parameters:
            self.gradient += gradient * share
        elif self.backward:
            for whole, part in zip(self.gradient, gradient, strict=True):
                whole[at] = part * share

    def _one_sample(self, sample: int, at: Any) -> tuple[list[float], Any]:
        """The outputs and the gradient for one sample, by the eager engine."""
        function, plan = self.function, self.plan
        arguments = [_as_values(array[at]) for array in self.given]
        drawn = [] if self.drawn is None else self.drawn[sample].tolist()
        one = [array[at].reshape(1, -1) for array in self.given]
        if function.of_graph or (plan.is_eager and self.signature.in_range(one)):
            found = self._replayed(arguments, drawn)
            if found is not None:
                return found
        with replayed(drawn):
            outputs, _ = outputs_and_shape(function.function(*arguments), function.name)
        return self._differentiated(outputs, arguments)

    def _differentiated(self, outputs: list[Value], arguments: list[Any]) -> tuple[list[float], Any]:
        signature = self.signature
        numbers = [output._data for output in outputs]
        if not self.backward:
            return numbers, None
        if signature.by_parameters:
            return numbers, np.array(self._gradients(outputs[0], self.function.parameters))
        inputs = [leaf for argument in arguments for leaf in _leaves(argument)]
        flat = np.array(self._gradients(outputs[0], inputs))
        ends = np.cumsum(signature.sizes)[:-1]
        return numbers, [g.reshape(shape) for g, shape in zip(np.split(flat, ends), signature.shapes, strict=True)]

    def _replayed(self, arguments: list[Any], drawn: list[float]) -> tuple[list[float], Any] | None:
        """The result of the traced graph; None if it raises or is not finite, and a function can be called instead."""
        inputs = [leaf if isinstance(leaf, Value) else Value(leaf) for a in arguments for leaf in _leaves(a)]
        leaves = {PARAMETER: self.function.parameters, CAPTURED: self.plan.flat.captured, INPUT: inputs}
        leaves[DRAWN] = list(map(Value, drawn))
        if not self.backward:
            with suppress(ArithmeticError, ValueError, TypeError):
                numbers = self.plan.replay.evaluate(leaves)
                if all(map(math.isfinite, numbers)):
                    return numbers, None
        try:
            outputs = self.plan.replay(leaves)
            numbers, gradient = self._differentiated(outputs, arguments)
        except (ArithmeticError, ValueError):
            if self.function.of_graph:
                raise
            return None
        parts = [gradient] if self.signature.by_parameters else gradient
        finite = all(np.isfinite(part).all() for part in [numbers, *(parts if self.backward else [])])
        return (numbers, gradient) if finite or self.function.of_graph else None

    def _gradients(self, output: Value, leaves: Sequence[Any]) -> list[float]:
        """The gradients that `backward()` computes; every `.grad` is restored afterwards."""
        touched = [leaf for leaf in [*leaves, *self.plan.flat.captured] if isinstance(leaf, Value)]
        back = map(setattr, touched, repeat("grad"), [leaf.grad for leaf in touched])
        try:
            exhaust(map(setattr, touched, repeat("grad"), repeat(NOT_COMPUTED)))
            output.backward()
            return [leaf.grad if isinstance(leaf, Value) else 0.0 for leaf in leaves]
        finally:
            exhaust(back)


def _as_values(array: Any) -> Any:
    """Nested lists of Values, or of integers."""
    if array.ndim:
        return [_as_values(row) for row in array]
    return int(array) if array.dtype.kind == "i" else Value(float(array))


def _leaves(argument: Any) -> list[Any]:
    return [leaf for row in argument for leaf in _leaves(row)] if isinstance(argument, list) else [argument]
