"""How does backpropagation work?  Order the nodes, then one loop: multiply by the local partial, and add.

Read `value` for what a node holds.  Here: a node's operands, the topological order without recursion, and the reverse
loop of the eager engine, which is all-or-nothing: an exception or Ctrl-C in the middle leaves every gradient as it was.

A node is a flat object.  `_x` and `_y` are its operands, `_dx` and `_dy` the partials with respect to them, taken in
the forward pass; None where there is no such operand, and a partial of None where the operand is a constant.  A node
of many operands has `_dy = MANY`; its operands are in `_x` in one or more groups (the neurons of a layer share the
group of their inputs), in `_y` the groups of those that are Values, in `_dx` a tuple of groups of their partials; or,
where the user has written a `_backward` for it (see `micrograd`), that function.
"""

from __future__ import annotations

import os
from collections import deque
from itertools import chain, repeat
from threading import RLock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.value import Value


class _Mark:
    """A name for a special state, shown as such in a debugger."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


MANY: Any = _Mark("MANY")
"""In `_dy`: this node has any number of operands."""

NOT_COMPUTED = float("0")
"""The gradient of a node that no backward pass has reached yet: 0.0, and recognisable by identity."""


def operands(node: Value) -> tuple[Value | float, ...]:
    """What the node was computed from, in order, with repeats; a constant is a float."""
    if node.primitive is None:
        return ()
    if node._dy is MANY:
        return tuple(chain.from_iterable(node._x))
    return (node._x,) if node._y is None else (node._x, node._y)


def edges(node: Value) -> Iterator[tuple[Value, float]]:
    """The operands that are Values, each with the local partial of the forward pass: ∂node/∂operand."""
    if by_hand(node):
        return
    if node._dy is MANY:
        for group, partials in zip(node._y, node._dx, strict=True):
            yield from zip(group, partials, strict=True)
    else:
        if node._dx is not None:
            yield node._x, node._dx
        if node._dy is not None:
            yield node._y, node._dy


def by_hand(node: Value) -> bool:
    """Whether the node has a `_backward` of the user's own, so that nobody knows its partials."""
    return node._dy is MANY and type(node._dx) is not tuple


def variables(node: Value) -> list[Value]:
    """The operands that are Values, in order, with repeats."""
    return [operand for operand in operands(node) if not isinstance(operand, (float, int))]


def topological_order(output: Value) -> list[Value]:
    """Every node that the output depends on, itself included: each after all of its operands.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a"); b = a * a; c = b + a
    >>> topological_order(c) == [a, b, c]
    True
    """
    order: list[Value] = []
    seen: set[Value] = set()
    stack: list[tuple[Value, Iterator[Any]]] = [(output, iter(operands(output)))]
    seen.add(output)
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


run_through = deque[Any](maxlen=0).extend
"""Go through an iterator in one loop inside the interpreter, which no interrupt splits, and which needs no memory."""


_turns = RLock()
"""Threads may share a graph: their backward passes, which write `.grad`, take turns."""


def _new_turns() -> None:
    global _turns
    _turns = RLock()


if hasattr(os, "register_at_fork"):  # in a child process, nobody would ever end the turn that a thread had
    os.register_at_fork(after_in_child=_new_turns)


def backward(output: Value) -> None:
    """Add d(output)/d(node) to the `.grad` of every node that the output depends on, all of them or none.

    A node counts as reached in this call when its `.grad` *is* one of this call's two zeros, told apart by identity
    from every other float: no set of visited nodes is needed.  What was there before is kept aside, and each of the
    two ways out is a single loop inside the interpreter, which an interrupt cannot split.
    """
    reached: list[Value] = []
    before: list[float] = []
    again: list[int] = []
    undo = map(setattr, reached, repeat("grad"), before)
    with _turns:
        try:
            order = _reach(output, reached, before, again)
            output.grad = 1.0
            _sweep(order)
            if again:
                nodes = [reached[n] for n in again]
                totals = [before[n] + reached[n].grad for n in again]
                run_through(map(setattr, nodes, repeat("grad"), totals))
        except BaseException as error:
            run_through(undo)
            if isinstance(error, TypeError):
                _check_gradients_before(reached)
            raise


def _check_gradients_before(nodes: Sequence[Value]) -> None:
    for node in nodes:
        if not isinstance(node.grad, (float, int)):
            raise TypeError(
                f"grad of {node.label or 'a Value'} is {node.grad!r}, no number to add a gradient to; "
                f"forget a gradient with zero_grad(), not with None"
            ) from None


def _reach(output: Value, reached: list[Value], before: list[float], again: list[int]) -> list[Value]:
    """The inner nodes in the order of `topological_order`, with the gradient of every reached node set to zero.

    All nodes go into `reached`, their gradients until now into `before`; where that was one from an earlier backward
    pass, the position goes into `again`.  A node waits on the stack, marked as entered, until its operands are in the
    order.  A group of operands that many nodes share is looked through once: when the first of these nodes is in the
    order, so is the group.  (Not sooner: while the group waits on the stack, what it waits for may share it too.)
    """
    entered, zero = NOT_COMPUTED + 0.0, NOT_COMPUTED + 0.0  # arithmetic gives new floats, unlike a literal
    untouched, many = NOT_COMPUTED, MANY
    order: list[Value] = []
    finished: set[int] = set()
    stack: list[Value | None] = [None]
    push, pop = stack.append, stack.pop
    node: Value | None = output
    while node is not None:
        grad = node.grad
        if grad is zero:  # two users put it on the stack
            node = pop()
            continue
        if grad is not entered:  # seen for the first time
            if grad is not untouched:
                again.append(len(reached))
            before.append(grad)
            reached.append(node)
            dx = node._dx
            dy = node._dy
            if dy is None:
                if dx is None:  # a leaf
                    node.grad = zero
                    node = pop()
                    continue
                x = node._x
                if x.grad is not zero:
                    node.grad = entered
                    push(node)
                    node = x
                    continue
            elif dy is many:
                node.grad = entered
                push(node)
                for group in reversed(node._y):
                    if id(group) not in finished:
                        stack += [operand for operand in reversed(group) if operand.grad is not zero]
                node = pop()
                continue
            else:
                y = node._y
                x = y if dx is None else node._x
                if x.grad is not zero:
                    node.grad = entered
                    push(node)
                    if y.grad is not zero:
                        push(y)
                    node = x
                    continue
                if y.grad is not zero:
                    node.grad = entered
                    push(node)
                    node = y
                    continue
        elif node._dy is many:
            finished.add(id(node._y[-1]))  # the last group is the one that nodes share
        node.grad = zero
        order.append(node)
        node = pop()
    return order


def _sweep(order: Sequence[Value]) -> None:
    """The chain rule: each node hands its gradient, times the local partial, to each of its operands."""
    many = MANY
    for node in reversed(order):
        grad = node.grad
        dx = node._dx
        dy = node._dy
        if dy is None:
            node._x.grad += grad * dx
        elif dx is None:
            node._y.grad += grad * dy
        elif dy is not many:
            node._x.grad += grad * dx
            node._y.grad += grad * dy
        elif type(dx) is tuple:
            for group, partials in zip(node._y, dx):  # noqa: B905 - the hot loop
                for operand, partial in zip(group, partials):  # noqa: B905
                    operand.grad += grad * partial
        else:
            dx()  # a `_backward` of the user's own


def not_finite(output: Value) -> FloatingPointError:
    """The error for a backward pass from inf or nan, naming the first node where that arose."""
    node = next(node for node in topological_order(output) if node._data - node._data != 0.0)
    inputs = ", ".join(
        f"{getattr(o, 'label', '') or 'operand'} = {getattr(o, 'data', o)!r}" for o in operands(node)[:6]
    )
    name = f"{node.label!r}" if node.label else "a Value"
    made = f"computed by {node.primitive.name}({inputs})" if node.primitive else "given as a leaf"
    return FloatingPointError(
        f"backward() from {output._data!r}: the first value that is not finite is {name} = {node._data!r}, {made}; "
        f"keep the operands in range (clip them, scale them, lower the learning rate) so that it stays finite"
    )
