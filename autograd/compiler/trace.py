"""What did the function compute?  It is called once on Values, and the graph becomes flat arrays.

Read `watching` first, `contract` next.  `trace` calls the function; twice, because what differs between two calls
(a random number, a clock, a counter) must not become part of a program.  `flatten` walks the graph once and numbers
its nodes so that operands come before their users.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import graph
from autograd.compiler.guards import Surroundings, moved, positions
from autograd.compiler.watching import Index, Watch
from autograd.graph import MANY, by_hand
from autograd.rows import real, shown
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograd.rows import Primitive

PARAMETER, INPUT, DRAWN, CONSTANT, CAPTURED = -1, -2, -3, -4, -5
"""Kinds of leaves, in `Flat.operation`: trained, passed in, drawn anew at each call, a number, a Value closed over."""


@dataclass
class Flat:
    """A graph as arrays: node i applies `rows[operation[i]]` to the nodes `operand[start[i]:start[i + 1]]`."""

    rows: list[Primitive]
    operation: Any
    """For each node the number of its row; negative for a leaf."""
    start: Any
    operand: Any
    position: Any
    """For a leaf: which parameter, input, draw or captured Value it is."""
    number: Any
    """For a constant: the number."""
    outputs: list[int]
    captured: list[Value] = field(default_factory=list)
    draws: list[Callable[[], float]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.operation)


@dataclass
class Traced:
    """What came out of a function: its graph, and how its outputs were nested."""

    flat: Flat
    shape: Any
    """None for a single Value, else a (nested) list of None."""
    settings: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)
    """What the function depends on, by `depends_on`: how to read it, and what it was."""


def trace(function: Callable[..., Any], arguments: Sequence[Any], parameters: Sequence[Value], name: str) -> Traced:
    """The graph that the function builds from these arguments (arrays; integer arrays become indices).

    Raises TypeError where the function decides on data, or is not the same at every call.
    """
    things = Surroundings(function).things
    first, kept = _trace_once(function, arguments, parameters, name, None)
    before = positions(kept.sources.values(), things)
    again, watch = _trace_once(function, arguments, parameters, name, {id(value) for value in first.flat.captured})
    difference = _difference(first.flat, again.flat)
    if not difference and moved(before, positions(watch.sources.values(), things)) is not None:
        difference = "it draws random numbers"
    del kept  # until here it kept the first trace's leaves alive, so that an id means one Value
    if difference:
        raise TypeError(
            f"{name} is not the same at every call: {difference}; random numbers in a compiled function must be drawn "
            f"with autograd.drawn(lambda: ...), and what changes from call to call must be an argument"
        )
    return again


def _trace_once(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    parameters: Sequence[Value],
    name: str,
    earlier: set[int] | None,
) -> tuple[Traced, Watch]:
    known = {id(parameter): (PARAMETER, n) for n, parameter in enumerate(parameters)}
    inputs: list[Value] = []
    nested = [_leaves_like(np.asarray(argument), inputs) for argument in arguments]
    known |= {id(leaf): (INPUT, n) for n, leaf in enumerate(inputs)}
    with Watch(name) as watch:
        result = function(*nested)
    known |= {id(leaf): (DRAWN, n) for n, (leaf, _) in enumerate(watch.draws)}
    outputs, shape = _outputs(result, name)
    flat = flatten(outputs, known, earlier)
    flat.draws = [draw for _, draw in watch.draws]
    watch.kept = [inputs, outputs]
    return Traced(flat, shape, watch.settings), watch


def _leaves_like(numbers: Any, inputs: list[Value]) -> Any:
    """Nested lists of new leaves with these numbers, in the array's shape."""
    if numbers.ndim:
        return [_leaves_like(row, inputs) for row in numbers]
    leaf = Value(float(numbers))
    inputs.append(leaf)
    return Index(leaf) if numbers.dtype.kind in "iu" else leaf


def _outputs(result: Any, name: str) -> tuple[list[Value], Any]:
    if isinstance(result, np.ndarray) and result.ndim:
        result = result.tolist()
    if isinstance(result, (list, tuple)):
        parts = [_outputs(item, f"{name}[{n}]") for n, item in enumerate(result)]
        return [value for values, _ in parts for value in values], [shape for _, shape in parts]
    if isinstance(result, Index):
        return [result.leaf], None
    return [result if isinstance(result, Value) else Value(real(result, f"the result of {name}"))], None


def _difference(one: Flat, two: Flat) -> str:
    """What tells two traces apart, as text; '' where nothing does."""
    same = len(one) == len(two) and len(one.operand) == len(two.operand)
    if not same or [r.name for r in one.rows] != [r.name for r in two.rows]:
        return f"one call made {len(one)} nodes and the next {len(two)}, or others"
    made_inside = (one.operation == CAPTURED) & (two.operation == CONSTANT)
    if not (np.all((one.operation == two.operation) | made_inside) and np.array_equal(one.operand, two.operand)):
        return "the two calls applied different operations"
    unlike = (two.operation == CONSTANT) & (one.number != two.number) & ~(np.isnan(one.number) & np.isnan(two.number))
    if unlike.any():
        node = int(np.argmax(unlike))
        return f"a constant was {float(one.number[node])!r} in one call and {float(two.number[node])!r} in the next"
    return ""


def flatten(outputs: Sequence[Value], known: dict[int, tuple[int, int]], earlier: set[int] | None = None) -> Flat:
    """Number every node that the outputs depend on, operands first.

    `known` tells the kind and position of leaves by their id.  Another leaf is a Value that the function closed over
    when it is in `earlier`, the leaves of an earlier trace, or when there was none; else it was made inside the
    function, and is a constant.

    >>> x = Value(3.0)
    >>> flat = flatten([x * x + 1.0], {id(x): (INPUT, 0)})
    >>> [row.name for row in flat.rows], flat.operation.tolist(), flat.operand.tolist()
    (['multiply', 'add'], [-4, -2, 0, 1], [1, 1, 2, 0])
    """
    builder = _Builder(known, earlier)
    numbers = [builder.visit(output) for output in outputs]
    return builder.flat(numbers)


class _Builder:
    def __init__(self, known: dict[int, tuple[int, int]], earlier: set[int] | None) -> None:
        self.known, self.earlier = known, earlier
        self.rows: list[Primitive] = []
        self.codes: dict[Primitive, int] = {}
        self.numbers: dict[int, int] = {}  # of a Value, by its id
        self.constants: dict[Any, int] = {}
        self.operation, self.operand = array("i"), array("i")
        self.start = array("q", [0])
        self.leaves: list[tuple[int, int, float]] = []  # node, position, number
        self.captured: list[Value] = []

    def leaf(self, kind: int, position: int = 0, number: float = math.nan) -> int:
        self.leaves.append((len(self.operation), position, number))
        self.operation.append(kind)
        self.start.append(len(self.operand))
        return len(self.operation) - 1

    def constant(self, number: float) -> int:
        key = number if number < 0.0 or number > 0.0 else repr(number)  # 0.0, -0.0 and nan are told apart by their text
        found = self.constants.get(key)
        if found is None:
            found = self.constants[key] = self.leaf(CONSTANT, number=number)
        return found

    def leaf_of(self, value: Value) -> int:
        kind, position = self.known.get(id(value), (CAPTURED, -1))
        if kind != CAPTURED:
            return self.leaf(kind, position)
        if self.earlier is not None and id(value) not in self.earlier:
            return self.leaf(CONSTANT, number=value._data)
        self.captured.append(value)
        return self.leaf(CAPTURED, len(self.captured) - 1, value._data)

    def code(self, row: Primitive) -> int:
        found = self.codes.get(row)
        if found is None:
            found = self.codes[row] = len(self.rows)
            self.rows.append(row)
        return found

    def visit(self, output: Value) -> int:
        numbers, numbered, constant = self.numbers, self.numbers.get, self.constant
        operation, operand, start = self.operation, self.operand, self.start
        stack: list[Any] = [output]
        while stack:
            node = stack[-1]
            if id(node) in numbers:
                stack.pop()
                continue
            row = node.primitive
            if row is None:
                numbers[id(node)] = self.leaf_of(node)
                stack.pop()
                continue
            if node._dy is not MANY:  # one or two operands, the usual case, without a list of them
                x, y = node._x, node._y
                first = constant(x) if type(x) is float else numbered(id(x))
                second = -1 if y is None else constant(y) if type(y) is float else numbered(id(y))
                if first is None or second is None:
                    if second is None:
                        stack.append(y)
                    if first is None:
                        stack.append(x)
                    continue
                operand.append(first)
                if second >= 0:
                    operand.append(second)
            else:
                if by_hand(node):
                    raise TypeError(f"{shown(node)} has a _backward written by hand: it cannot be compiled, use a row")
                operands = graph.operands(node)
                found: list[Any] = [constant(o) if type(o) is float else numbered(id(o)) for o in operands]
                if None in found:
                    stack += [o for o, n in zip(operands, found, strict=True) if n is None][::-1]
                    continue
                operand.extend(found)
            numbers[id(node)] = len(operation)
            operation.append(self.code(row))
            start.append(len(operand))
            stack.pop()
        return numbers[id(output)]

    def flat(self, outputs: list[int]) -> Flat:
        def as_array(numbers: array[Any], kind: Any) -> Any:
            return np.frombuffer(numbers, dtype=kind).copy() if len(numbers) else np.zeros(0, dtype=kind)

        operation, operand = as_array(self.operation, np.int32), as_array(self.operand, np.int32)
        start = as_array(self.start, np.int64)
        position, number = np.zeros(len(operation), np.int32), np.full(len(operation), math.nan)
        for node, where, data in self.leaves:
            position[node], number[node] = where, data
        return Flat(self.rows, operation, start, operand, position, number, outputs, self.captured)


def leaves_of(flat: Flat, kind: int) -> Iterator[tuple[int, int]]:
    """The nodes that are leaves of this kind, each with its position."""
    for node in np.flatnonzero(flat.operation == kind).tolist():
        yield node, int(flat.position[node])
