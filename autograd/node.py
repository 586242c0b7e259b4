"""What does a node of the graph hold?  Its number, its gradient, its operands, and the partials of the forward pass.

A node is a flat object.  `_x` and `_y` are its operands, `_dx` and `_dy` the partial derivatives with respect to them,
computed in the forward pass.  An operand that does not exist is None; so is the partial if no gradient flows to its
operand (a constant, or an operand that a branch did not select).  A node of many operands has `_dy = VARIADIC`: `_x`
holds all operands in one or more groups (the neurons of a layer share the group of their inputs), `_y` the groups of
those that are Values, and `_dx` a tuple with the groups of their partials, or the `_backward` function if the user has
written one (see `micrograd`).

Read `primitive` and `primitives` first, `backpropagation` next.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar

from autograd.ieee import ieee_arithmetic
from autograd.primitive import NOT_TAKEN, evaluate, partials_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.primitive import Primitive


class Node:
    """What every `Value` holds; the methods, which compute, are added in `value`."""

    __slots__ = ("__dict__", "_data", "_dx", "_dy", "_x", "_y", "grad", "primitive")

    _data: float
    grad: float
    """d(output)/d(this), accumulated over the calls of `backward()`; 0.0 before the first."""
    primitive: Primitive | None
    """The row of the table that computed this node; None for a leaf."""
    _x: Any
    _y: Any
    _dx: Any
    _dy: Any
    _label: str = ""


AnyNode = TypeVar("AnyNode", bound=Node)


class _Sentinel:
    """A named object for a special state, shown by its name in a debugger."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


VARIADIC: Any = _Sentinel("VARIADIC")
"""The `_dy` of a node with any number of operands."""

UNRECORDED: Any = _Sentinel("UNRECORDED")
"""The `_x` of a leaf that was computed within `no_grad()`: its operands were not recorded."""

NOT_COMPUTED = float("0")
"""The gradient of a node that no backward pass has reached yet: 0.0, distinguished by its identity."""

SEED = float("1")
"""The gradient of a node on which `backward()` was called: 1.0, distinguished by its identity."""


def operands(node: AnyNode) -> tuple[AnyNode | float, ...]:
    """The operands from which the node was computed, in order and with repeats; a constant is a float."""
    if node.primitive is None:
        return ()
    if node._dy is VARIADIC:
        return tuple(chain.from_iterable(node._x))
    return (node._x,) if node._y is None else (node._x, node._y)


def edges(node: AnyNode) -> Iterator[tuple[AnyNode, float]]:
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


def all_edges(node: AnyNode) -> list[tuple[AnyNode, float | None]]:
    """The operands that are Values, each with its local partial; None where the row did not select the operand."""
    found: list[tuple[AnyNode, float | None]] = [*edges(node)]
    if len(found) == len(variables(node)) or node.primitive is None:
        return found
    if node._dy is not VARIADIC:
        pairs = (node._x, node._dx), (node._y, node._dy)
        return [(operand, partial) for operand, partial in pairs if operand is not None and _is_node(operand)]
    numbers: list[Any] = [operand._data if _is_node(operand) else operand for operand in operands(node)]
    pairs_now = zip(operands(node), partials_at(node.primitive, node._data, numbers), strict=True)
    taken = iter([partial for _, partial in found])
    return [(o, None if p is NOT_TAKEN else next(taken, None)) for o, p in pairs_now if _is_node(o)]


def _is_node(operand: AnyNode | float) -> TypeGuard[AnyNode]:
    return not isinstance(operand, (float, int))


def has_user_backward(node: Node) -> bool:
    """Whether the user has written a `_backward` for the node, so that its partials are not known."""
    return node._dy is VARIADIC and type(node._dx) is not tuple


def variables(node: AnyNode) -> list[AnyNode]:
    """The operands that are Values, in order, with repeats."""
    return [operand for operand in operands(node) if _is_node(operand)]


def assignable(node: Node) -> bool:
    """Whether `.data` may be assigned: for a leaf, and for a node whose `_backward` the user has written."""
    return node.primitive is None or has_user_backward(node)


def changed_since(node: Node) -> bool:
    """Whether the data of an operand was changed after this node was computed from it."""
    if node.primitive is None or has_user_backward(node):
        return False
    with ieee_arithmetic():
        numbers: list[Any] = [o._data if _is_node(o) else o for o in operands(node)]
        now = evaluate(node.primitive, numbers)
    return now != node._data and (now == now or node._data == node._data)
