"""How does a graph become flat arrays?  It is walked once, and its nodes are numbered, operands before their users.

Read `fast_backward` first, `two_calls` and `contract` next.
"""

from __future__ import annotations

import math
import os
import threading
from array import array
from dataclasses import dataclass, field
from functools import reduce
from itertools import repeat
from operator import attrgetter, or_
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import shown
from autograd.compiler.frontend.traced_rows import detached, less, less_equal
from autograd.fast_backward import _backward_lock, exhaust
from autograd.node import NOT_COMPUTED, VARIADIC, has_user_backward
from autograd.primitive import Primitive
from autograd.primitives import TABLE
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PARAMETER, INPUT, DRAWN, CONSTANT, CAPTURED = -1, -2, -3, -4, -5
"""Kinds of leaves, in `Flat.operation`: parameter, argument, random number, constant, Value closed over."""

NODES_AT_ONCE = 20_000
"""How many nodes are turned into lists at once, where all of them would take more memory than the graph."""


@dataclass
class Flat:
    """A graph as arrays: node i applies `rows[operation[i]]` to the nodes `operand[start[i]:start[i + 1]]`."""

    rows: list[Primitive]
    operation: Any  # (nodes,) int32
    """For each node the number of its row; negative for a leaf."""
    start: Any  # (nodes + 1,) int64
    operand: Any  # (edges,) int32
    position: Any  # (nodes,) int32
    """For a leaf: which parameter, input, draw or captured Value it is."""
    number: Any  # (nodes,) float64
    """For a constant: the number."""
    outputs: list[int]
    captured: list[Value] = field(default_factory=list)
    draws: list[Callable[[], float]] = field(default_factory=list)
    reach: Any = None  # (nodes,) uint8
    """For each node the kinds of leaves that it depends on, as bits: 1 << -kind."""

    def __len__(self) -> int:
        return len(self.operation)


_borrowed: dict[int, tuple[list[Value], list[float]]] = {}
"""For each thread that flattens a graph: the nodes whose `grad` holds a number, and the gradients to restore."""


def _give_back() -> None:
    """In a child process, restore gradients that another thread had replaced when the process forked."""
    for owner, (reached, before) in list(_borrowed.items()):
        if owner != threading.get_ident():
            exhaust(map(setattr, reached, repeat("grad"), before))
            del _borrowed[owner]


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_give_back)


def flatten(
    outputs: Sequence[Value],
    known: dict[int, tuple[int, int]],
    earlier: set[int] | None = None,
    nodes: list[list[Value]] | None = None,
) -> Flat:
    """Number every node that the outputs depend on, operands first.

    `known` gives the kind and position of leaves by their id.  Another leaf is a Value that the function closed over
    when it is in `earlier`, or when that is None; else it is a constant.  `nodes` receives two lists: the leaves, and
    the inner nodes.

    >>> x = Value(3.0)
    >>> flat = flatten([x * x + 1.0], {id(x): (INPUT, 0)})
    >>> [row.name for row in flat.rows], flat.operation.tolist(), flat.operand.tolist()
    (['multiply', 'add'], [-2, -4, 0, 1], [0, 0, 2, 1])
    """
    reached: list[Value] = []
    before: list[float] = []
    with _backward_lock:  # meanwhile each node's `grad` holds its number
        owner = threading.get_ident()
        try:
            _borrowed[owner] = reached, before
            leaves, order = _reach(outputs, reached, before)
            if nodes is not None:
                nodes += leaves, order
            return _numbered(outputs, leaves, order, known, earlier)
        finally:
            exhaust(map(setattr, reached, repeat("grad"), before))
            _borrowed.pop(owner, None)


def flatten_by_leaves(output: Value) -> tuple[Flat, list[Value]]:
    """The graph of an output, in which every leaf is a parameter; and these leaves, in their order."""
    flat = flatten([output], {})
    leaves, flat.captured = flat.captured, []
    flat.operation[flat.operation == CAPTURED] = PARAMETER
    flat.reach[flat.reach == 1 << -CAPTURED] = 1 << -PARAMETER
    return flat, leaves


LIBRARY = {**TABLE, "less": less, "less_equal": less_equal, "detached": detached}
"""The rows of this library in a graph, by name."""


def distinguished(rows: Sequence[Primitive]) -> list[Primitive]:
    """The rows of a graph, with a new copy of each that the user has defined, under a name that no other row has.

    The passes and the backends know rows by their names, and keep what they made of a row: the user's row may have the
    name of another one, and may read something that has changed since.

    >>> from autograd import primitive, tanh
    >>> own = primitive("tanh", lambda x: 2.0 * x, lambda out, x: 2.0)
    >>> [row.name for row in distinguished([tanh, own, own])]
    ['tanh', 'tanh_', 'tanh__']
    """
    names, found = set(LIBRARY), []
    for row in rows:
        if LIBRARY.get(row.name) is not row:
            own, row = row, object.__new__(Primitive)
            vars(row).update(vars(own))
            while row.name in names:
                row.name += "_"
            names.add(row.name)
        found.append(row)
    return found


def _reach(outputs: Sequence[Value], reached: list[Value], before: list[float]) -> tuple[list[Value], list[Value]]:
    """The leaves, and the inner nodes so that operands come first; `before` receives their gradients.

    A node's `grad` becomes one of two zeros of this call, distinguished by identity, when it is entered and when it is
    done.  A group of operands that many nodes share, such as the weights of a neuron, is visited once.
    """
    visited: set[int] = set()
    entered, done = NOT_COMPUTED + 0.0, NOT_COMPUTED + 0.0  # arithmetic gives new floats
    leaves: list[Value] = []
    order: list[Value] = []
    stack: list[Any] = [None, *reversed(outputs)]
    node = stack.pop()
    while node is not None:
        grad = node.grad
        if grad is done:
            node = stack.pop()
            continue
        if grad is not entered:
            before.append(grad)
            reached.append(node)
            if node.primitive is None:
                node.grad = done
                leaves.append(node)
                node = stack.pop()
                continue
            x, y = node._x, node._y
            if node._dy is VARIADIC:
                if has_user_backward(node):
                    raise TypeError(f"{shown(node)} has a _backward written by hand: it cannot be compiled, use a row")
                groups = [group for group in x if id(group) not in visited]
                waiting = [o for group in groups for o in group if type(o) is not float and o.grad is not done]
                if waiting:
                    node.grad = entered
                    stack.append(node)
                    stack += reversed(waiting)
                    node = stack.pop()
                    continue
                visited.update(map(id, x))
            elif type(x) is not float and x.grad is not done:
                node.grad = entered
                stack.append(node)
                if y is not None and type(y) is not float and y.grad is not done:
                    stack.append(y)
                node = x
                continue
            elif y is not None and type(y) is not float and y.grad is not done:
                node.grad = entered
                stack.append(node)
                node = y
                continue
        node.grad = done
        order.append(node)
        node = stack.pop()
    return leaves, order


def _numbered(
    outputs: Sequence[Value],
    leaves: list[Value],
    order: list[Value],
    known: dict[int, tuple[int, int]],
    earlier: set[int] | None,
) -> Flat:
    """The arrays: leaves first, then constants, then inner nodes."""
    exhaust(map(setattr, leaves, repeat("grad"), range(len(leaves))))
    exhaust(map(setattr, order, repeat("grad"), range(len(leaves), len(leaves) + len(order))))
    rows, operation = _operations(order)
    kinds, positions, numbers, captured = _kinds_of_leaves(leaves, known, earlier)
    reach = bytearray(1 << -kind for kind in kinds)  # for each node the kinds of leaves that it depends on
    constants: dict[Any, int] = {}
    operand, ends = array("i"), array("q")
    push, end, reaches = operand.append, ends.append, reach.append

    def constant(number: float) -> int:
        key = number if number < 0.0 or number > 0.0 else repr(number)  # the text distinguishes 0.0, -0.0 and nan
        return constants.setdefault(key, -1 - len(constants))

    groups: dict[int, tuple[array[int], int]] = {}  # of operands: many nodes share one

    def numbers_of(group: Sequence[Any]) -> tuple[array[int], int]:
        of_values = [o.grad for o in group if type(o) is not float]
        below = reduce(or_, set(map(reach.__getitem__, of_values)), 0)
        return array("i", [constant(o) if type(o) is float else o.grad for o in group]), below

    for node in order:
        if node._dy is not VARIADIC:  # one or two operands, the usual case
            x, y = node._x, node._y
            if type(x) is float:
                push(constant(x))
                kinds_below = 0
            else:
                number = x.grad
                push(number)
                kinds_below = reach[number]
            if y is not None:
                if type(y) is float:
                    push(constant(y))
                else:
                    number = y.grad
                    push(number)
                    kinds_below |= reach[number]
        else:
            kinds_below = 0
            for group in node._x:
                found = groups.get(id(group))
                if found is None:
                    found = groups[id(group)] = numbers_of(group)
                operand.extend(found[0])
                kinds_below |= found[1]
        end(len(operand))
        reaches(kinds_below)
    operation, start, edges, position, number, bits = _with_constants(
        kinds, positions, numbers, list(constants), operation, operand, ends, reach
    )
    ends_in = [int(output.grad) + len(constants) * (output.grad >= len(leaves)) for output in outputs]
    return Flat(rows, operation, start, edges, position, number, ends_in, captured, reach=bits)


def _operations(order: list[Value]) -> tuple[list[Primitive], Any]:
    """The rows that occur, and for each node the number of its row."""
    rows: list[Any] = list(dict.fromkeys(map(attrgetter("primitive"), order)))
    code = {row: n for n, row in enumerate(rows)}.__getitem__
    return rows, np.fromiter(map(code, map(attrgetter("primitive"), order)), np.int32, len(order))


def _with_constants(
    kinds: list[int],
    positions: list[int],
    numbers: list[float],
    constants: list[Any],
    operation: Any,
    operand: array[int],
    ends: array[int],
    reach: bytearray,
) -> tuple[Any, Any, Any, Any, Any, Any]:
    """The arrays of `Flat`, in which the constants come between the leaves and the inner nodes.

    Until then constants have negative numbers, and inner nodes follow the leaves.
    """
    first, more = len(kinds), len(constants)
    edges = np.frombuffer(operand, np.int32) if operand else np.zeros(0, np.int32)  # without a copy
    at_constant, below = edges < 0, edges < first
    np.subtract(first - 1, edges, out=edges, where=at_constant)
    np.add(edges, more, out=edges, where=~below)
    ended = np.frombuffer(ends, np.int64) if len(ends) else np.zeros(0, np.int64)
    number = np.full(first + more + len(operation), math.nan)
    number[:first], number[first : first + more] = numbers, [float(key) for key in constants]
    position = np.zeros(len(number), np.int32)
    position[:first] = positions
    bits = np.frombuffer(reach, np.uint8)
    return (
        np.concatenate((np.array(kinds, np.int32), np.full(more, CONSTANT, np.int32), operation)),
        np.concatenate((np.zeros(first + more + 1, np.int64), ended)),
        edges,
        position,
        number,
        np.concatenate((bits[:first], np.zeros(more, np.uint8), bits[first:])),
    )


def _kinds_of_leaves(
    leaves: list[Value], known: dict[int, tuple[int, int]], earlier: set[int] | None
) -> tuple[list[int], list[int], list[float], list[Value]]:
    """For each leaf its kind, its position among those of its kind, and its number; and the Values closed over."""
    found = list(map(known.get, map(id, leaves), repeat((CAPTURED, 0))))
    kinds, positions, numbers = (
        [kind for kind, _ in found],
        [position for _, position in found],
        [math.nan] * len(found),
    )
    captured: list[Value] = []
    for n in [n for n, kind in enumerate(kinds) if kind in (CONSTANT, CAPTURED)]:
        leaf = leaves[n]
        if kinds[n] == CAPTURED and earlier is not None and id(leaf) not in earlier:
            kinds[n] = CONSTANT
        elif kinds[n] == CAPTURED:
            positions[n] = len(captured)
            captured.append(leaf)
        numbers[n] = leaf._data
    return kinds, positions, numbers, captured
