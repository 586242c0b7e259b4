"""What if a graph has no structure?  A loop over its nodes, on plain floats: the fallback, never slower than eager.

Read `trace` first.  No nodes are made and nothing is looked up: lists of numbers, and for each row one function,
generated from the row, that gives its value and its partials.
"""

from __future__ import annotations

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
    """The graph as lists; `forward` fills in the numbers, `reverse` the gradients."""

    def __init__(self, flat: Flat) -> None:
        inner = np.flatnonzero(flat.operation >= 0).tolist()
        functions = [value_and_partials(row) for row in flat.rows]
        operation, starts, operand = flat.operation.tolist(), flat.start.tolist(), flat.operand.tolist()
        self.steps = [(node, functions[operation[node]], operand[starts[node] : starts[node + 1]]) for node in inner]
        self.numbers: list[float] = flat.number.tolist()
        self.partials: list[Any] = [()] * len(flat)

    def forward(self) -> None:
        """Compute every node from the leaves, with the errors of the eager engine."""
        numbers, partials = self.numbers, self.partials
        for node, function, operands in self.steps:
            numbers[node], partials[node] = function(*[numbers[o] for o in operands])

    def reverse(self, output: int, seed: float) -> list[float]:
        """The gradient of one output with respect to every node."""
        gradients, partials = [0.0] * len(self.numbers), self.partials
        gradients[output] = seed
        for node, _, operands in reversed(self.steps):
            gradient = gradients[node]
            if gradient:
                for operand, partial in zip(operands, partials[node]):  # noqa: B905 - the hot loop
                    gradients[operand] += gradient * partial
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
