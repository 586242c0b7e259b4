"""What would the output be if one number of the graph were another?  The recorded operations are evaluated again.

Read `node` and `backpropagation` first; `explain.nudge` and `draw(..., checked=True)` use it.  The graph itself is not
changed: the new numbers are kept in a dict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.ieee import ieee_arithmetic
from autograd.node import has_user_backward
from autograd.node import operands as operands_of
from autograd.primitive import evaluate
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def replay(order: Sequence[Value], node: Value) -> Callable[[float], float]:
    """The function from `node`'s number to that of the last node in a topological order, by the recorded operations.

    Overflow, poles and domain errors give inf and nan.  Raises ValueError if a node between the two has a `_backward`
    of the user's own, since its forward function is not recorded.

    >>> from autograd import Value
    >>> from autograd.backpropagation import topological_order
    >>> x = Value(3.0)
    >>> f = replay(topological_order(x * x + 1.0), x)
    >>> f(4.0), x.data
    (17.0, 3.0)
    """
    output, between = order[-1], _users(order, node)

    def f(number: float) -> float:
        now = {node: number}
        with ieee_arithmetic():
            for user in between:
                operands = [now.get(o, o._data) if isinstance(o, Value) else o for o in operands_of(user)]
                now[user] = evaluate(user.primitive, operands)  # type: ignore[arg-type]
        return now.get(output, output._data)

    return f


def _users(order: Sequence[Value], node: Value) -> list[Value]:
    """Every node that is computed from `node`, directly or indirectly, in topological order."""
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
