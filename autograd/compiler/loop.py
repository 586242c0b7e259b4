"""What if a graph has no structure?  A loop over its nodes, on plain floats: the fallback, never slower than eager.

Read `trace` first.  No nodes are made and nothing is looked up: arrays of numbers, and for each row one function,
generated from the row, that gives its value and its partials.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.expressions import PYTHON, as_expression, rows_in, symbols, write
from autograd.methods import build
from autograd.rows import evaluate, opens, partials_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.compiler.trace import Flat
    from autograd.rows import Primitive


class Loop:
    """The graph as arrays; `forward` fills in the numbers, `reverse` the gradients."""

    def __init__(self, flat: Flat) -> None:
        inner = np.flatnonzero(flat.operation >= 0)
        functions = [value_and_partials(row) for row in flat.rows]
        self.functions = [functions[code] for code in flat.operation[inner].tolist()]
        self.first = array("i", inner.astype(np.int32).tobytes())
        self.starts, self.ends = (array("q", flat.start[inner + n].tobytes()) for n in (0, 1))
        self.operand = array("i", flat.operand.tobytes())
        self.numbers = array("d", flat.number.tobytes())
        self.partials = array("d", bytes(8 * len(self.operand)))

    def forward(self) -> None:
        """Compute every node from the leaves, with the errors of the eager engine."""
        numbers, partials, operand = self.numbers, self.partials, self.operand
        steps = zip(self.first, self.functions, self.starts, self.ends, strict=True)
        for node, function, begin, end in steps:
            if end - begin == 2:
                numbers[node], (partials[begin], partials[begin + 1]) = function(
                    numbers[operand[begin]], numbers[operand[begin + 1]]
                )
            elif end - begin == 1:
                numbers[node], (partials[begin],) = function(numbers[operand[begin]])
            else:
                numbers[node], slopes = function(*[numbers[o] for o in operand[begin:end]])
                partials[begin:end] = array("d", slopes)

    def reverse(self, output: int, seed: float) -> Any:
        """The gradient of one output with respect to every node."""
        gradients, partials, operand = array("d", bytes(8 * len(self.numbers))), self.partials, self.operand
        gradients[output] = seed
        steps = zip(reversed(self.first), reversed(self.starts), reversed(self.ends), strict=True)
        for node, begin, end in steps:
            gradient = gradients[node]
            if gradient:
                gradients[operand[begin]] += gradient * partials[begin]
                if end - begin == 2:
                    gradients[operand[begin + 1]] += gradient * partials[begin + 1]
                elif end - begin > 2:
                    for n in range(begin + 1, end):
                        gradients[operand[n]] += gradient * partials[n]
        return gradients


def value_and_partials(row: Primitive) -> Callable[..., Any]:
    """A function of floats that gives a row's value and the tuple of its partials.

    >>> from autograd import multiply
    >>> value_and_partials(multiply)(3.0, 5.0)
    (15.0, (5.0, 3.0))
    """

    def carefully(*operands: float) -> tuple[float, Any]:
        out = evaluate(row, operands)
        return out, partials_at(row, out, operands)

    if row.arity is None:

        def of_many(*operands: float) -> tuple[float, Any]:
            out = evaluate(row, operands)
            return out, row.partials(out, *operands)

        return of_many
    names = ("x", "y", "z", "u", "v", "w")[: row.arity]
    operands = symbols(*names)
    try:
        whole = [as_expression(p) for p in row.partials(*symbols("out"), *operands)]
        value = as_expression(row.forward(*operands)) if opens(row) else None
    except TypeError:
        return carefully
    text = write(value, PYTHON) if value is not None else f"{row.name}({', '.join(names)})"
    rows = (rows_in(value) if value is not None else {row}).union(*map(rows_in, whole))  # a partial may use its own row
    source = (
        f"def fast({', '.join(names)}):\n    try:\n        out = {text}\n"
        f"        return out, ({', '.join(write(p, PYTHON) for p in whole)},)\n"
        f"    except (ArithmeticError, ValueError):\n        return carefully({', '.join(names)})\n"
    )
    return build(f"{row.name} and its partials", "fast", source, rows, carefully=carefully)
