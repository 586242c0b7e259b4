"""What did the function compute, and is that the same at every call?  It is called twice on Values.

Read `tracer`, `guards` and `flatten` first, `program` next.  What differs between two calls (a random number, a clock,
a counter) must not become part of a program.  The graph of the first call becomes arrays; that of the second is only
compared with it, node by node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from operator import is_
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import real
from autograd.compiler.frontend.executed_code import ExecutedCode, hooked
from autograd.compiler.frontend.flatten import CAPTURED, CONSTANT, DRAWN, INPUT, PARAMETER, Flat, flatten
from autograd.compiler.frontend.guards import Guard, moved, positions
from autograd.compiler.frontend.snapshot import Snapshot
from autograd.compiler.frontend.snapshot_notes import ChangedError
from autograd.compiler.frontend.tracer import Index, Watch, watched
from autograd.node import VARIADIC
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass
class Traced:
    """The result of tracing a function: its graph, and how its outputs are nested."""

    flat: Flat
    shape: Any
    """None for a single Value, else a (nested) list of None."""
    settings: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)
    """What the function depends on, by `depends_on`: how to read it, and what it was."""
    guard: Any = None
    """Checks whether what the function has read is still the same."""


class _DifferenceError(Exception):
    """The second call did not do what the first one did."""


@dataclass
class _Call:
    """One of the two calls: its leaves and results, and the code that ran."""

    known: dict[int, tuple[int, int]]
    """The kind and position of each parameter, input and random number, by id."""
    inputs: list[Value]
    outputs: list[Value]
    shape: Any
    watch: Watch
    executed: ExecutedCode


def trace(function: Callable[..., Any], arguments: Sequence[Any], parameters: Sequence[Value], name: str) -> Traced:
    """The graph that the function builds from these arguments (arrays; integer arrays become indices).

    Raises TypeError if the function decides on data, or is not the same at every call.
    """
    known = {id(parameter): (PARAMETER, n) for n, parameter in enumerate(parameters)}
    first = _called(function, arguments, known, name)
    nodes: list[list[Value]] = []
    flat = flatten(first.outputs, first.known, nodes=nodes)
    leaves, order = nodes
    inputs = {id(leaf): leaf for leaf in first.inputs}
    after_first = Snapshot(function, first.executed, name, inputs=inputs)
    before = positions([*first.watch.sources.values(), *after_first.sources])
    again = _called(function, arguments, known, name)
    try:
        _make_constant(flat, leaves, _made_inside(first, again, leaves, order, name))
        if moved(before, positions([*again.watch.sources.values(), *after_first.sources])) is not None:
            raise _DifferenceError("it draws random numbers")
    except _DifferenceError as difference:
        raise TypeError(
            f"{name} is not the same at every call: {difference}; random numbers in a compiled function must be drawn "
            f"with autograd.drawn(lambda: ...), and what changes from call to call must be an argument"
        ) from None
    flat.draws = [draw for _, draw in again.watch.draws]
    inputs.update((id(leaf), leaf) for leaf in again.inputs)
    try:
        after_again = Snapshot(function, first.executed, name, expected=after_first)
    except ChangedError as change:
        raise TypeError(
            f"{name} changes {change} itself, which it reads: a compiled function is not called again for each "
            "sample; make it an argument, or compute with a local name, and only store it at the end"
        ) from None
    written = after_again.written_since(after_first)
    again.executed.join(first.executed)
    guard = Guard(function, Snapshot(function, again.executed, name, inputs=inputs, written=written))
    return Traced(flat, again.shape, again.watch.settings, guard)


def _called(
    function: Callable[..., Any], arguments: Sequence[Any], known: dict[int, tuple[int, int]], name: str
) -> _Call:
    inputs: list[Value] = []
    nested = [_leaves_like(np.asarray(argument), inputs) for argument in arguments]
    watch = Watch(name)
    executed = ExecutedCode(watch)
    result = watched(watch, hooked, executed, function, *nested)
    if executed.problem:
        raise TypeError(f"{name} cannot be compiled: {executed.problem}")
    known = known | {id(leaf): (INPUT, n) for n, leaf in enumerate(inputs)}
    known |= {id(leaf): (DRAWN, n) for n, (leaf, _) in enumerate(watch.draws)}
    outputs, shape = outputs_and_shape(result, name)
    executed.finish()
    return _Call(known, inputs, outputs, shape, watch, executed)


def _leaves_like(numbers: Any, inputs: list[Value]) -> Any:
    """Nested lists of new leaves with these numbers, in the array's shape."""
    if numbers.ndim:
        return [_leaves_like(row, inputs) for row in numbers]
    leaf = Value(float(numbers))
    inputs.append(leaf)
    return Index(leaf) if numbers.dtype.kind in "iu" else leaf


def outputs_and_shape(result: Any, name: str) -> tuple[list[Value], Any]:
    """The Values that a function has returned, in order, and how they are nested."""
    if isinstance(result, np.ndarray) and result.ndim:
        result = result.tolist()
    if isinstance(result, (list, tuple)):
        parts = [outputs_and_shape(item, f"{name}[{n}]") for n, item in enumerate(result)]
        return [value for values, _ in parts for value in values], [shape for _, shape in parts]
    if isinstance(result, Index):
        return [result.leaf], None
    return [result if isinstance(result, Value) else Value(real(result, f"the result of {name}"))], None


# ------------------------------------------------------------------------------------------------ the two graphs


def _made_inside(first: _Call, again: _Call, leaves: list[Value], order: list[Value], name: str) -> list[int]:
    """The positions of the leaves that each call made itself, with the same number: they are constants.

    Raises _DifferenceError if the second call did not do the same, and TypeError if it uses a node of the first one.
    """
    twins = _twins(first, again, order, name)
    found = []
    for n, (leaf, twin) in enumerate(zip(leaves, map(twins.__getitem__, map(id, leaves)), strict=True)):
        if leaf is twin:
            continue
        if type(twin) is float or twin.primitive is not None:
            raise _difference(leaf, twin)
        kind = first.known.get(id(leaf))
        if kind != again.known.get(id(twin)):
            raise _difference(leaf, twin)
        if kind is None:
            _check_equal(leaf._data, twin._data)
            found.append(n)
    return found


def _twins(first: _Call, again: _Call, order: list[Value], name: str) -> dict[int, Any]:
    """For each leaf of the first graph, by id, what the second one has in its place: its twin.

    Each inner node is visited after all its users, which determine its twin.
    """
    if first.shape != again.shape:
        raise _DifferenceError("its results are nested differently")
    twins: dict[int, Any] = {}
    _pair_each(first.outputs, again.outputs, twins)
    inner = set(map(id, order))
    compared: dict[int, Any] = {}  # groups of operands: many nodes share one
    pair = twins.setdefault
    for node in reversed(order):
        twin = twins.pop(id(node))
        if id(twin) in inner:
            raise TypeError(
                f"{name} uses {twin!r}, which was computed outside it from Values: the program would compute it again "
                "from them; compute it inside, or close over its .detach()"
            )
        if node.primitive is not getattr(twin, "primitive", None):
            _check_alike(node, twin)
        if node._dy is VARIADIC:
            groups, theirs = node._x, twin._x
            if len(groups) != len(theirs):  # dot has one or two
                groups, theirs = (tuple(chain(*groups)),), (tuple(chain(*theirs)),)
            for group, others in zip(groups, theirs, strict=True):
                if compared.get(id(group)) is not others:
                    _pair_groups(group, others, twins)
                    compared[id(group)] = others
        else:  # one or two operands, the usual case
            x, y, other = node._x, node._y, twin._x
            if type(x) is float or pair(id(x), other) is not other:
                _pair_each((x,), (other,), twins)
            other = twin._y
            if y is not None and (type(y) is float or pair(id(y), other) is not other):
                _pair_each((y,), (other,), twins)
    return twins


def _check_alike(node: Value, twin: Any) -> None:
    """Check that nodes with different rows do the same: each call may define a row of that name."""
    if _named(node) != _named(twin) or twin.primitive.arity != node.primitive.arity:  # type: ignore[union-attr]
        raise _difference(node, twin)


def _pair_groups(group: Sequence[Any], others: Sequence[Any], twins: dict[int, Any]) -> None:
    """Pair the operands of a node with those of its twin; often the first one alone is a number."""
    if len(group) != len(others):
        raise _DifferenceError(f"{len(group)} operands in one call and {len(others)} in the next")
    first = int(len(group) > 0 and type(group[0]) is float)
    rest, other_rest = group[first:], others[first:]
    values = float not in map(type, rest)
    if values and all(map(is_, map(twins.setdefault, map(id, rest), other_rest), other_rest)):
        group, others = group[:first], others[:first]
    _pair_each(group, others, twins)


def _pair_each(group: Sequence[Any], others: Sequence[Any], twins: dict[int, Any]) -> None:
    for operand, other in zip(group, others, strict=True):
        if type(operand) is float:
            if type(other) is not float:
                raise _difference(operand, other)
            _check_equal(operand, other)
        elif twins.setdefault(id(operand), other) is not other:
            raise _difference(operand, other)


def _check_equal(number: float, other: float) -> None:
    if number != other and (number == number or other == other):
        raise _DifferenceError(f"a constant was {number!r} in one call and {other!r} in the next")


def _difference(one: Any, other: Any) -> _DifferenceError:
    first, second = _named(one), _named(other)
    which = f": {first} in one call and {second} in the next" if first != second else ""
    return _DifferenceError(f"the two calls applied different operations{which}")


def _named(thing: Any) -> str:
    """What is at one place of a graph, for messages."""
    if isinstance(thing, float):
        return "a number"
    return "a leaf" if thing.primitive is None else thing.primitive.name


def _make_constant(flat: Flat, leaves: list[Value], inside: list[int]) -> None:
    """Turn leaves that count as captured into constants."""
    flat.operation[inside] = CONSTANT
    captured = np.flatnonzero(flat.operation[: len(leaves)] == CAPTURED)
    flat.position[inside], flat.position[captured] = 0, np.arange(len(captured))
    flat.captured = [leaves[n] for n in captured.tolist()]
