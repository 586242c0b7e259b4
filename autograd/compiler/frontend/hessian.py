"""How does a program get second derivatives?  The gradient is written as a graph, and that graph is compiled.

Read `backpropagation` first, `program` next.  The rows of the table are evaluated on Values, so that the gradient is a
graph like any other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import functional, vector_ops
from autograd.backpropagation import backpropagate, topological_order
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def directional_gradient(function: Any, parameters: Sequence[Value], direction: Sequence[Value]) -> Callable[..., Any]:
    """A function that returns, as a graph, the dot product of the gradient of `function` and a direction."""

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
    return backpropagate(topological_order(output), {output: 1.0}, functional.edges_as_graph)
