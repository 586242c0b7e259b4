"""How does a program get second derivatives?  The gradient is written as a graph, and that graph is compiled.

Read `program` first.  The rows of the table are evaluated on Values, so that the gradient is a graph like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd import vector_ops
from autograd.backpropagation import backpropagate, topological_order
from autograd.compiler.frontend.tracer import is_watched, less_equal
from autograd.functional import edges_as_graph
from autograd.ieee import ieee_arithmetic
from autograd.node import operands
from autograd.primitive import NOT_TAKEN
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def directional_gradient(function: Any, parameters: Sequence[Value], direction: Sequence[Value]) -> Callable[..., Any]:
    """A function that gives gradient · direction of what `function` gives, as a graph."""

    def product(*arguments: Any) -> Any:
        result = function if isinstance(function, Value) else function(*arguments)
        gradients = gradient_graph(result)
        pairs = [(gradients[p], d) for p, d in zip(parameters, direction, strict=True) if p in gradients]
        return vector_ops.dot([g for g, _ in pairs], [d for _, d in pairs])

    return product


def gradient_graph(output: Any) -> dict[Value, Any]:
    """The gradient of the output with respect to each node that it depends on, as Values (or floats, where constant).

    >>> x = Value(3.0)
    >>> gradient_graph(x * x * x)[x].data
    27.0
    """
    if not isinstance(output, Value):
        return {}
    return backpropagate(topological_order(output), {output: 1.0}, _edges if is_watched() else edges_as_graph)


def _edges(node: Value) -> list[tuple[Value, Any]]:
    """As `edges_as_graph`, where which branch is taken is known only when the program runs."""
    inputs = operands(node)
    with ieee_arithmetic():
        partials = [] if node.primitive is None else _partials(node, inputs)
    pairs = zip(inputs, partials, strict=bool(partials))
    return [(o, partial) for o, partial in pairs if isinstance(o, Value) and partial is not NOT_TAKEN]


def _partials(node: Value, inputs: Sequence[Any]) -> Sequence[Any]:
    """The row's partials as Values; an index that is known only later becomes shares of 0 and 1."""
    row = node.primitive
    if row in (table.cross_entropy, table.take) and isinstance(inputs[0], Value):
        index, xs = inputs[0], inputs[1:]
        chosen = [less_equal(index, float(n)) * less_equal(float(n), index) for n in range(len(xs))]
        if row is table.take:
            return [NOT_TAKEN, *chosen]
        return [NOT_TAKEN, *table.soft_cross_entropy.partials(node, *xs, *chosen)[: len(xs)]]
    return row.partials(node, *inputs)  # type: ignore[union-attr]
