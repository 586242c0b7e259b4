"""How is a decision recorded while a function is traced?  As an operation whose result is known when the program runs.

Read `tracer` next, which replaces `<`, `<=`, `detach()` and `functional.edges_as_graph` by these.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.functional import partials_as_graph
from autograd.ieee import ieee_arithmetic
from autograd.node import operands
from autograd.primitive import NOT_TAKEN, primitive
from autograd.primitives import where
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence


def _no_partial(out: Any, *operands: Any) -> float:
    return NOT_TAKEN


less = primitive("less", lambda x, y: where(x < y, 1.0, 0.0), _no_partial, _no_partial, text="{} < {}")
less_equal = primitive("less_equal", lambda x, y: where(x <= y, 1.0, 0.0), _no_partial, _no_partial, text="{} <= {}")
detached = primitive("detached", lambda x: 1.0 * x, _no_partial, doc="x, through which no gradient flows.")


def traced_edges(node: Value) -> list[tuple[Value, Any]]:
    """As `edges_as_graph`, for branches that are decided only when the program runs."""
    inputs = operands(node)
    with ieee_arithmetic():
        partials = [] if node.primitive is None else _partials(node, inputs)
    pairs = zip(inputs, partials, strict=bool(partials))
    return [(o, partial) for o, partial in pairs if isinstance(o, Value) and partial is not NOT_TAKEN]


def _partials(node: Value, inputs: Sequence[Any]) -> Sequence[Any]:
    """The row's partials as Values; an index that is not known yet becomes weights of 0 and 1."""
    row = node.primitive
    if row in (table.cross_entropy, table.take) and isinstance(inputs[0], Value):
        index, xs = inputs[0], inputs[1:]
        chosen = [less_equal(index, float(n)) * less_equal(float(n), index) for n in range(len(xs))]
        if row is table.take:
            return [NOT_TAKEN, *chosen]
        return [NOT_TAKEN, *table.soft_cross_entropy.partials(node, *xs, *chosen)[: len(xs)]]
    return partials_as_graph(row, node, inputs)  # type: ignore[arg-type]
