"""What if a graph has no structure?  The eager engine rebuilds its nodes, sample by sample.

Read `executable` and `flatten` first, `correction` next, which asks for samples.
"""

from __future__ import annotations

import math
from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.codegen import float_function, on_floats
from autograd.compiler.executable import RunResult
from autograd.compiler.frontend.flatten import CONSTANT, NODES_AT_ONCE, Flat
from autograd.elementary import function_of_nodes
from autograd.primitives import TABLE
from autograd.value import Value
from autograd.vector_ops import node_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

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
        self.flat = flat
        leaves = np.flatnonzero(flat.operation < 0)
        columns = (leaves, flat.operation[leaves], flat.position[leaves], flat.number[leaves])
        self.leaves = list(zip(*(column.tolist() for column in columns), strict=True))
        self.inner = np.flatnonzero(flat.operation >= 0)
        self.functions = [_functions(row) for row in flat.rows]

    def evaluate(self, leaves: Mapping[int, Sequence[Value]]) -> list[float]:
        """The numbers of the outputs alone, computed on floats: no graph is built.

        An error has no explanation here: the eager engine, which explains it, is asked again.
        """
        flat = self.flat
        numbers = array("d", flat.number.tobytes())
        for leaf, kind, position, _ in self.leaves:
            if kind != CONSTANT:
                numbers[leaf] = leaves[kind][position]._data
        functions = [on_floats(row)[0] if row.arity is None else float_function(row) for row in flat.rows]
        for operands, nodes, codes, begins, ends in self._parts():
            for node, code, begin, end in zip(nodes, codes, begins, ends, strict=True):
                if end - begin == 2:
                    numbers[node] = functions[code](numbers[operands[begin]], numbers[operands[begin + 1]])
                else:
                    numbers[node] = functions[code](*[numbers[o] for o in operands[begin:end]])
        return [numbers[output] for output in flat.outputs]

    def _parts(self) -> Iterator[tuple[list[int], list[int], list[int], list[int], list[int]]]:
        """Operands, nodes, their operations, and where their operands begin and end.

        A part of them at a time, because lists take ten times as much memory as arrays.
        """
        flat = self.flat
        for first in range(0, len(self.inner), NODES_AT_ONCE):
            part = self.inner[first : first + NODES_AT_ONCE]
            begins, ends = flat.start[part], flat.start[part + 1]
            columns = part, flat.operation[part], begins - begins[0], ends - begins[0]
            nodes, codes, *bounds = [column.tolist() for column in columns]
            yield flat.operand[begins[0] : ends[-1]].tolist(), nodes, codes, *bounds

    def __call__(self, leaves: Mapping[int, Sequence[Value]]) -> list[Value]:
        """The outputs, from the leaves of each kind."""
        flat = self.flat
        nodes: list[Any] = [None] * len(flat)
        for leaf, kind, position, number in self.leaves:
            nodes[leaf] = number if kind == CONSTANT else leaves[kind][position]
        for operands, inner, codes, begins, ends in self._parts():
            for node, code, begin, end in zip(inner, codes, begins, ends, strict=True):
                of_value, reflected, of_any = self.functions[code]
                x = nodes[operands[begin]] if end > begin else None
                if of_value is not None and isinstance(x, Value):
                    nodes[node] = of_value(x) if end - begin == 1 else of_value(x, nodes[operands[begin + 1]])
                elif reflected is not None and isinstance(y := nodes[operands[begin + 1]], Value):
                    nodes[node] = reflected(y, x)
                else:
                    nodes[node] = of_any([nodes[o] for o in operands[begin:end]])
        return [node if isinstance(node, Value) else Value(node) for node in (nodes[o] for o in flat.outputs)]


def _functions(row: Primitive) -> tuple[Callable[..., Any] | None, Callable[..., Any] | None, Callable[..., Any]]:
    """How to apply a row: to a Value, and to a number and a Value, if the row has such functions; and to a list."""
    if row.arity is None:
        return None, None, lambda operands: node_of(row, operands)
    generated = TABLE.get(row.name) is row and row.arity in (1, 2)
    of_value = function_of_nodes(row) if generated else None
    return (
        of_value,
        function_of_nodes(row, reflected=True) if generated and row.arity == 2 else None,
        lambda xs: row(*xs),
    )
