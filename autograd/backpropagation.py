"""How does backpropagation work?  Order the nodes, then one loop: gradient times partial, accumulated.

Read `node` for what a node holds, `fast_backward` next: the same algorithm made fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.node import operands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.value import Value

    PendingGradients = tuple[list[float], list[Any]]
    """What is owed to a group of operands: the gradients of the nodes that use it, and the partials of each of them."""


def topological_order(output: Value) -> list[Value]:
    """Every node that the output depends on, itself included: each after all of its operands.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a"); b = a * a; c = b + a
    >>> topological_order(c) == [a, b, c]
    True
    """
    order: list[Value] = []
    seen: set[Value] = {output}
    stack: list[tuple[Value, Iterator[Any]]] = [(output, iter(operands(output)))]
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
