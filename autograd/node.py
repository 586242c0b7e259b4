"""What does a node of the graph hold?  Its number, its gradient, its operands, and the partials of the forward pass.

A node is a flat object.  `_x` and `_y` are its operands, `_dx` and `_dy` the partial derivatives with respect to them,
taken in the forward pass; None if there is no such operand, and a partial of None if no gradient flows to the operand
(a constant, or an operand that a branch did not select).  A node of many operands has `_dy = MANY`; its operands are
in `_x` in one or more groups (the neurons of a layer share the group of their inputs), in `_y` the groups of those
that are Values, in `_dx` a tuple of groups of their partials; or, if the user has written a `_backward` for it (see
`micrograd`), that function.

Read `primitive` and `primitives` first, `backpropagation` next.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard

from autograd.primitive import NOT_TAKEN, partials_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.value import Value

    PendingGradients = tuple[list[float], list[Any]]
    """What is owed to a group of operands: the gradients of the nodes that use it, and the partials of each of them."""


class _Mark:
    """A name for a special state, shown as such in a debugger."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


VARIADIC: Any = _Mark("MANY")
"""In `_dy`: this node has any number of operands."""

UNRECORDED: Any = _Mark("UNRECORDED")
"""In `_x` of a leaf: it was computed within `no_grad()`, and nobody knows from what."""

NOT_COMPUTED = float("0")
"""The gradient of a node that no backward pass has reached yet: 0.0, and recognisable by identity."""

SEED = float("1")
"""The gradient of a node from which `backward()` has gone out: 1.0, and recognisable by identity."""


def operands(node: Value) -> tuple[Value | float, ...]:
    """What the node was computed from, in order, with repeats; a constant is a float."""
    if node.primitive is None:
        return ()
    if node._dy is VARIADIC:
        return tuple(chain.from_iterable(node._x))
    return (node._x,) if node._y is None else (node._x, node._y)


def edges(node: Value) -> Iterator[tuple[Value, float]]:
    """The operands to which gradients flow, each with the local partial of the forward pass: ∂node/∂operand."""
    if has_user_backward(node):
        return
    if node._dy is VARIADIC:
        for group, partials in zip(node._y, node._dx, strict=True):
            yield from zip(group, partials, strict=True)
    else:
        if node._dx is not None:
            yield node._x, node._dx
        if node._dy is not None:
            yield node._y, node._dy


def all_edges(node: Value) -> list[tuple[Value, float | None]]:
    """The operands that are Values, each with its local partial; None where the row did not select the operand."""
    found: list[tuple[Value, float | None]] = [*edges(node)]
    if len(found) == len(variables(node)) or node.primitive is None:
        return found
    if node._dy is not VARIADIC:
        pairs = (node._x, node._dx), (node._y, node._dy)
        return [(operand, partial) for operand, partial in pairs if operand is not None and _is_value(operand)]
    numbers: list[Any] = [operand._data if _is_value(operand) else operand for operand in operands(node)]
    pairs_now = zip(operands(node), partials_at(node.primitive, node._data, numbers), strict=True)
    taken = iter([partial for _, partial in found])
    return [(o, None if p is NOT_TAKEN else next(taken, None)) for o, p in pairs_now if _is_value(o)]


def _is_value(operand: Value | float) -> TypeGuard[Value]:
    return not isinstance(operand, (float, int))


def has_user_backward(node: Value) -> bool:
    """Whether the node has a `_backward` of the user's own, so that nobody knows its partials."""
    return node._dy is VARIADIC and type(node._dx) is not tuple


def variables(node: Value) -> list[Value]:
    """The operands that are Values, in order, with repeats."""
    return [operand for operand in operands(node) if _is_value(operand)]
