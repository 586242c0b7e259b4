"""What if a number is not finite, or a graph has no structure?  The eager engine computes these samples itself.

Read `plan` and `program` first.  A program works on all samples at once, so it cannot leave out a branch that some of
them do not take: there 0 times inf is nan.  And it knows no errors.  So where a value or gradient is not finite, the
samples are halved until it is known which are concerned; the eager engine does these, and raises what it raises.
"""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.frontend.flatten import CAPTURED, CONSTANT, DRAWN, INPUT, PARAMETER, Flat, outputs_and_shape
from autograd.compiler.frontend.tracer import replayed
from autograd.fast_backward import exhaust
from autograd.node import NOT_COMPUTED
from autograd.primitives import TABLE
from autograd.value import Value, function_of_nodes
from autograd.vector_ops import node_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.compiler.plan import Plan
    from autograd.compiler.program import Program
    from autograd.primitive import Primitive


def corrected(program: Program, plan: Plan, given: Sequence[Any], backward: bool) -> tuple[list[float], Any]:
    """The outputs (means over samples) and, with `backward`, the gradient of the first, after a may_be_nonfinite run of `plan`.

    Raises what the eager engine raises; a note tells the sample.
    """
    with np.errstate(all="ignore"):
        correction = Correction(program, plan, given, backward)
        correction.run()
        plan.keep_outputs(correction.results)
        values: list[float] = (correction.results.sum(axis=1) / correction.samples).tolist()
    gradient = correction.gradient
    return values, gradient if plan.by_parameters or not backward else tuple(gradient)


class Correction:
    """The results of one call, from samples that the program does well and samples that the eager engine does."""

    def __init__(self, program: Program, plan: Plan, given: Sequence[Any], backward: bool) -> None:
        self.program, self.plan, self.given, self.backward = program, plan, given, backward
        self.samples = len(given[0]) if plan.batched else 1
        self.drawn = plan.drawn  # further runs take the same random numbers
        self.results = np.zeros((len(plan.outputs), self.samples))
        self.gradient: Any = np.zeros(plan.parameters) if plan.by_parameters else [np.zeros(a.shape) for a in given]

    def run(self) -> None:
        """Halve the samples until each is done, from the first to the last."""
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
        """Let the program do these samples; whether the result can be used."""
        part = [array[begin:end] for array in self.given]
        drawn = None if self.drawn is None else self.drawn[begin:end]
        seed = 0 if self.backward else None
        _, gradient, may_be_nonfinite = self.plan.run(self.program.theta, part, seed, drawn)
        if not may_be_nonfinite:
            self.results[:, begin:end] = self.plan.samples_of_outputs(0).T
            self._add_gradient(slice(begin, end), gradient, (end - begin) / self.samples)
        return not may_be_nonfinite

    def _add_eagerly(self, sample: int) -> None:
        at: Any = sample if self.plan.batched else ...
        try:
            numbers, gradient = self.program.at_theta(self._one_sample, sample, at)
        except (ArithmeticError, ValueError) as error:
            if self.plan.batched:
                error.add_note(f"in sample {sample} of {self.samples}")
            raise
        self.results[:, sample] = numbers
        self._add_gradient(at, gradient, 1.0 / self.samples)

    def _add_gradient(self, at: Any, gradient: Any, share: float) -> None:
        if self.backward and self.plan.by_parameters:
            self.gradient += gradient * share
        elif self.backward:
            for whole, part in zip(self.gradient, gradient, strict=True):
                whole[at] = part * share

    def _one_sample(self, sample: int, at: Any) -> tuple[list[float], Any]:
        """The outputs and the gradient for one sample, by the eager engine."""
        program, plan = self.program, self.plan
        arguments = [_as_values(array[at]) for array in self.given]
        drawn = [] if self.drawn is None else self.drawn[sample].tolist()
        if program.of_graph or (plan.is_eager and not plan.limits_broken([a[at].reshape(1, -1) for a in self.given])):
            found = self._replayed(arguments, drawn)
            if found is not None:
                return found
        with replayed(drawn):
            outputs, _ = outputs_and_shape(program.function(*arguments), program.name)
        return self._differentiated(outputs, arguments)

    def _differentiated(self, outputs: list[Value], arguments: list[Any]) -> tuple[list[float], Any]:
        program, plan = self.program, self.plan
        numbers = [output._data for output in outputs]
        if not self.backward:
            return numbers, None
        if plan.by_parameters:
            return numbers, np.array(self._gradients(outputs[0], program.parameters))
        inputs = [leaf for argument in arguments for leaf in _leaves(argument)]
        flat = np.array(self._gradients(outputs[0], inputs))
        ends = np.cumsum(plan.sizes)[:-1]
        return numbers, [g.reshape(shape) for g, shape in zip(np.split(flat, ends), plan.shapes, strict=True)]

    def _replayed(self, arguments: list[Any], drawn: list[float]) -> tuple[list[float], Any] | None:
        """What the traced graph gives; None where it raises or is not finite, if there is a function to ask."""
        inputs = [leaf if isinstance(leaf, Value) else Value(leaf) for a in arguments for leaf in _leaves(a)]
        leaves = {PARAMETER: self.program.parameters, CAPTURED: self.plan.flat.captured, INPUT: inputs}
        try:
            outputs = self.plan.replay({**leaves, DRAWN: list(map(Value, drawn))})
            numbers, gradient = self._differentiated(outputs, arguments)
        except (ArithmeticError, ValueError):
            if self.program.of_graph:
                raise
            return None
        parts = [gradient] if self.plan.by_parameters else gradient
        finite = all(np.isfinite(part).all() for part in [numbers, *(parts if self.backward else [])])
        return (numbers, gradient) if finite or self.program.of_graph else None

    def _gradients(self, output: Value, leaves: Sequence[Any]) -> list[float]:
        """What `backward()` gives; all `.grad` are then as they were."""
        touched = [leaf for leaf in [*leaves, *self.plan.flat.captured] if isinstance(leaf, Value)]
        back = map(setattr, touched, repeat("grad"), [leaf.grad for leaf in touched])
        try:
            exhaust(map(setattr, touched, repeat("grad"), repeat(NOT_COMPUTED)))
            output.backward()
            return [leaf.grad if isinstance(leaf, Value) else 0.0 for leaf in leaves]
        finally:
            exhaust(back)


class Replay:
    """A traced graph as a list of the operations that built it, to be built anew from other leaves.

    >>> from autograd.compiler.frontend.flatten import flatten_by_leaves
    >>> x = Value(3.0)
    >>> again = Replay(flatten_by_leaves(x * x + 1.0)[0])
    >>> again({PARAMETER: [Value(4.0)]})[0].data
    17.0
    """

    def __init__(self, flat: Flat) -> None:
        self.outputs = flat.outputs
        self.leaves = list(zip(flat.operation.tolist(), flat.position.tolist(), flat.number.tolist(), strict=True))
        self.steps: list[tuple[int, Callable[..., Any], list[int]]] = []
        operand, starts = flat.operand.tolist(), flat.start.tolist()
        for node in np.flatnonzero(flat.operation >= 0).tolist():
            row, which = flat.rows[self.leaves[node][0]], operand[starts[node] : starts[node + 1]]
            constants = [self.leaves[o][0] == CONSTANT for o in which]
            self.steps.append((node, *_operation(row, which, constants)))

    def __call__(self, leaves: Mapping[int, Sequence[Value]]) -> list[Value]:
        """The outputs, from the leaves of each kind."""
        nodes: list[Any] = [
            number if kind == CONSTANT else leaves[kind][position] if kind < 0 else None
            for kind, position, number in self.leaves
        ]
        for node, function, which in self.steps:
            nodes[node] = function(*[nodes[o] for o in which])
        return [node if isinstance(node, Value) else Value(node) for node in (nodes[o] for o in self.outputs)]


def _operation(row: Primitive, which: list[int], constants: list[bool]) -> tuple[Callable[..., Any], list[int]]:
    """The quickest function for a row, and the operands in the order in which it takes them."""
    if TABLE.get(row.name) is row and row.arity in (1, 2) and not all(constants):
        return function_of_nodes(row, constants[0]), which[::-1] if constants[0] else which
    return (row if row.arity is not None else lambda *operands: node_of(row, operands)), which


def _as_values(array: Any) -> Any:
    """Nested lists of Values, or of integers."""
    if array.ndim:
        return [_as_values(row) for row in array]
    return int(array) if array.dtype.kind == "i" else Value(float(array))


def _leaves(argument: Any) -> list[Any]:
    return [leaf for row in argument for leaf in _leaves(row)] if isinstance(argument, list) else [argument]
