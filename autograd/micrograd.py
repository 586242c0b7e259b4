"""How does a program written for micrograd run here?  `_prev`, `_op`, `_backward` and `_children`, in one small file.

Read `node` and `fast_backward` first.  During a backward pass each `.grad` starts at zero and holds the gradient
of that pass alone; the earlier gradient is added only at the end.  So a user's `_backward`, which adds to `.grad`
itself, runs in its place in the order, and is undone with everything else if an error occurs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.arguments import real, shown
from autograd.node import VARIADIC, edges, has_user_backward
from autograd.node import operands as operands_of
from autograd.primitive import Primitive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from autograd.node import Node

SIGNS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "negative": "-", "power": "**", "absolute": "abs"}
"""The signs of operators in `_op`; any other row appears by its name."""


class Operands(tuple[Any, ...]):
    """A node's operands in order, with repeats; also equal to a set of them, because micrograd's `_prev` is a set."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return set(self) == other if isinstance(other, (set, frozenset)) else tuple.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = tuple.__hash__

    def __or__(self, other: Iterable[Any]) -> set[Any]:
        return set(self) | set(other)

    def __and__(self, other: Iterable[Any]) -> set[Any]:
        return set(self) & set(other)

    def __sub__(self, other: Iterable[Any]) -> set[Any]:
        return set(self) - set(other)

    def __rsub__(self, other: Iterable[Any]) -> set[Any]:
        return set(other) - set(self)

    __ror__, __rand__ = __or__, __and__

    def __getattr__(self, name: str) -> Any:  # union, issubset ...; not add, whose effect would be lost
        return getattr(frozenset(self), name)


def previous(node: Any) -> Operands:
    """The operands as Values; a plain number becomes a leaf, the same object each time."""
    kept: Operands | None = node.__dict__.get("_prev_leaves")
    if kept is None:
        values = operands_of(node)
        if all(isinstance(value, type(node)) for value in values):
            return Operands(values)
        kept = Operands(v if hasattr(v, "backward") else type(node)(v) for v in values)
        node.__dict__["_prev_leaves"] = kept
    return kept


def operation(node: Node) -> str:
    """The sign or name of the operation; '' for a leaf."""
    if node.primitive is None:
        return ""
    if node.primitive.name == "power" and isinstance(node._y, float):
        return f"**{node._y:g}"
    return SIGNS.get(node.primitive.name, node.primitive.name)


def adopt(node: Node, children: Iterable[Any], op: str) -> None:
    """Turn a new leaf into a user's node with operands and a name; its `_backward` is assigned later."""
    if isinstance(children, (str, bytes, dict)) or not hasattr(children, "__iter__"):
        cure = f"; a name is given as label={children!r}" if isinstance(children, str) else ""
        raise TypeError(f"Value: _children must be a sequence of Values, such as (a, b), got {shown(children)}{cure}")
    operands = tuple(children)
    for n, child in enumerate(operands):
        if not isinstance(child, type(node)):
            real(child, f"Value: _children[{n}]")
    if not isinstance(op, str):
        raise TypeError(f"Value: _op must be a string, got {shown(op)}")
    if not operands:
        return
    node.primitive = user_row(op)
    node._x, node._y = (operands,), ([child for child in operands if isinstance(child, type(node))],)
    node._dx, node._dy = _nothing, VARIADIC


def user_row(name: str) -> Primitive:
    """A row that has only a name: its derivative is computed by the user's `_backward`."""

    def unknown(*operands: Any) -> Any:
        raise TypeError(
            f"{name or 'this node'} has a _backward written by hand, so only backward() can use it; "
            f"define it with autograd.primitive(...) to get second derivatives and explanations"
        )

    return Primitive(
        name, unknown, unknown, None, doc="", text=None, latex=None, domain=None, cure=None, ieee=None
    )  # fmt: skip


def _nothing() -> None:
    """The `_backward` of a node before one is assigned."""


def get_backward(node: Node) -> Callable[[], None]:
    """A function that adds this node's gradient times each partial to the `.grad` of the operand."""
    if has_user_backward(node):
        return node._dx  # type: ignore[no-any-return]
    return lambda: _accumulate(node, edges(node))


def _accumulate(node: Node, edges: Iterator[tuple[Node, float]]) -> None:
    for operand, partial in edges:
        operand.grad += partial * node.grad


def set_backward(node: Node, function: Callable[[], None]) -> None:
    """Replace this node's step in the backward pass with a user's function."""
    if not callable(function):
        raise TypeError(f"_backward must be a function without arguments, got {shown(function)}")
    if not has_user_backward(node):
        operands = operands_of(node)
        node.primitive = user_row(operation(node)) if node.primitive is not None else None
        node._x, node._y = (operands,), ([v for v in operands if isinstance(v, type(node))],)
        node._dy = VARIADIC
    node._dx = function
