"""What would the output be if one number of the graph were another?  The recorded operations are run once more.

Read `graph` first; `explain` nudges a leaf with it, and `draw` checks every gradient.  Nothing in the graph is
touched: new numbers live in a dict for the length of one replay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backpropagation import topological_order
from autograd.ieee import ieee_arithmetic
from autograd.node import has_user_backward
from autograd.node import operands as operands_of
from autograd.primitive import evaluate
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def replay(output: Value, node: Value) -> Callable[[float], float]:
    """The function from `node`'s number to `output`'s, by the operations that the graph records between the two.

    Overflow, poles and domain errors give inf and nan.  Raises ValueError where a node between them has a `_backward`
    written by hand, whose forward function nobody recorded.

    >>> x = Value(3.0)
    >>> f = replay(x * x + 1.0, x)
    >>> f(4.0), x.data
    (17.0, 3.0)
    """
    between = _users(topological_order(output), node)

    def f(number: float) -> float:
        now = {node: number}
        with ieee_arithmetic():
            for user in between:
                operands = [now.get(o, o._data) if isinstance(o, Value) else o for o in operands_of(user)]
                now[user] = evaluate(user.primitive, operands)  # type: ignore[arg-type]
        return now.get(output, output._data)

    return f


def _users(order: Sequence[Value], node: Value) -> list[Value]:
    """Every node that is computed from `node`, directly or not, in topological order."""
    reached = {node}
    users = []
    for user in order:
        if user is not node and not reached.isdisjoint([o for o in operands_of(user) if isinstance(o, Value)]):
            if has_user_backward(user):
                raise ValueError(
                    f"{user.label or user._op or 'a node'} has a _backward written by hand, so its forward function "
                    "is not known and cannot be run again; make it a row with autograd.primitive(...)"
                )
            reached.add(user)
            users.append(user)
    return users
