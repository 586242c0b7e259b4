"""How does backpropagation work?  Sort the nodes topologically; then one loop accumulates gradient times partial.

Read `node` first, for the operands and partials that a node holds.  This is the textbook form.  The same loop builds
higher derivatives, records a trace and gives the compiler its second derivatives: only `edges` differs.  Read
`fast_backward` next, the same algorithm made fast, which is what `backward()` runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from autograd.node import edges as edges_of_node
from autograd.node import operands

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from autograd.node import AnyNode

    Vertex = TypeVar("Vertex", bound=Hashable)  # a node, or the number of one


def topological_order(output: AnyNode) -> list[AnyNode]:
    """Every node that the output depends on, itself included: each after all of its operands.

    A depth-first search with an explicit stack, since Python's recursion limit is about a thousand.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a"); b = a * a; c = b + a
    >>> topological_order(c) == [a, b, c]
    True
    """
    order: list[AnyNode] = []
    seen: set[AnyNode] = {output}
    stack: list[tuple[AnyNode, Iterator[Any]]] = [(output, iter(operands(output)))]
    kind = type(output)
    while stack:
        node, rest = stack[-1]
        for operand in rest:
            if isinstance(operand, kind) and operand not in seen:
                seen.add(operand)
                stack.append((operand, iter(operands(operand))))
                break
        else:
            order.append(node)
            stack.pop()
    return order


def backpropagate(
    order: Sequence[Vertex],
    gradient: dict[Vertex, Any],
    edges: Callable[[Any], Iterable[tuple[Any, Any]]] = edges_of_node,
) -> dict[Vertex, Any]:
    """Accumulate d(output)/d(node) into `gradient`, from the last node of a topological order to the first.

    `gradient` holds the seed: 1 for the output.  `edges(node)` gives the operands of a node with their partials, which
    are floats, or Values if the gradients should form a graph.  A node that no edge reaches gets no entry.

    >>> from autograd import Value
    >>> a = Value(3.0); b = a * a; c = b + a                # dc/db = 1, dc/da = 2a + 1
    >>> found = backpropagate(topological_order(c), {c: 1.0})
    >>> found[b], found[a]
    (1.0, 7.0)
    """
    for node in reversed(order):
        if node in gradient:
            for operand, partial in edges(node):
                contribution = _product(gradient[node], partial)
                gradient[operand] = gradient[operand] + contribution if operand in gradient else contribution
    return gradient


def _product(gradient: Any, partial: Any) -> Any:
    """Gradient times partial; if the gradient is the seed, the partial itself, so that no node is added to a graph."""
    return partial if type(gradient) is float and gradient == 1.0 else gradient * partial
