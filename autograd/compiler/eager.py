"""What if a graph has no structure?  The eager engine rebuilds its nodes, sample by sample.

Read `executable` and `flatten` first, `correction` next, which asks for samples.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.executable import RunResult
from autograd.compiler.frontend.flatten import CONSTANT, Flat
from autograd.elementary import function_of_nodes
from autograd.primitives import TABLE
from autograd.value import Value
from autograd.vector_ops import node_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.compiler.executable import Signature
    from autograd.primitive import Primitive


class EagerProgram:
    """The executable of backend "eager": it computes nothing itself, so that `correction` computes every sample."""

    backend, reads_in_place = "eager", False
    source = "its operations on Values, for one sample after the other: see eager.py"

    def __init__(self, signature: Signature, samples: int) -> None:
        self.signature, self.note = signature, ""
        self.max_samples = 4.0 * samples if signature.batched else math.inf
        self.samples = 1
        self.attached: Any = None
        self.drawn: Any = None
        self.blocks: Sequence[Any] = ()

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> Any:
        """See `Executable`."""
        self.attached, self.samples = inputs, samples
        return inputs

    def pack(self, inputs: list[Any], samples: int) -> Any:
        """See `Executable`: there is nothing to gain."""

    def run(self, theta: Any, backward: bool, drawn: Any = None) -> RunResult:
        """See `Executable`: only the random numbers are drawn."""
        if self.signature.flat.draws:
            self.drawn = self.signature.draw(self.samples) if drawn is None else drawn
        return RunResult([math.nan] * len(self.signature.flat.outputs), None, True)

    def value_and_grad(self, theta: Any) -> tuple[float, Any, bool]:
        """See `Executable`."""
        (value, *_), gradient, may_be_nonfinite = self.run(theta, True)
        return value, gradient, may_be_nonfinite


class Replay:
    """A traced graph as a list of the operations that built it, which can build it again from other leaves.

    >>> from autograd.compiler.frontend.flatten import PARAMETER, flatten_by_leaves
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
    """The fastest function for a row, and the operands in the order in which it takes them."""
    if TABLE.get(row.name) is row and row.arity in (1, 2) and not all(constants):
        return function_of_nodes(row, constants[0]), which[::-1] if constants[0] else which
    return (row if row.arity is not None else lambda *operands: node_of(row, operands)), which
