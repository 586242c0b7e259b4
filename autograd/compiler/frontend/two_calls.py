"""What did the function compute, and is that the same at every call?  It is called twice on Values.

Read `tracer`, `guards` and `flatten` first, `program` next.  What differs between two calls (a random number, a clock,
a counter) must not become part of a program.  The graph of the first call becomes arrays; that of the second is only
compared with it, node by node.
"""

from __future__ import annotations

from dataclasses import dataclass, field
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


class _SharedError(Exception):
    """The second call used a node that the first one made or used: it was computed outside the function."""


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
        _make_constant(flat, leaves, _made_inside(first, again, flat, leaves, order))
        if moved(before, positions([*again.watch.sources.values(), *after_first.sources])) is not None:
            raise _DifferenceError("it draws random numbers")
    except _DifferenceError as difference:
        raise TypeError(
            f"{name} is not the same at every call: {difference}; random numbers in a compiled function must be drawn "
            f"with autograd.drawn(lambda: ...), and what changes from call to call must be an argument"
        ) from None
    except _SharedError as shared:
        raise TypeError(
            f"{name} uses {shared}, which was computed outside it from Values: the program would compute it again "
            "from them; compute it inside, or close over its .detach()"
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

    def computed(*arguments: Any) -> tuple[list[Value], Any]:
        return outputs_and_shape(function(*arguments), name)  # an object of the user's may be converted to a number

    outputs, shape = watched(watch, hooked, executed, computed, *nested)
    if executed.problem:
        raise TypeError(f"{name} cannot be compiled: {executed.problem}")
    known = known | {id(leaf): (INPUT, n) for n, leaf in enumerate(inputs)}
    known |= {id(leaf): (DRAWN, n) for n, (leaf, _) in enumerate(watch.draws)}
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


def _made_inside(first: _Call, again: _Call, flat: Flat, leaves: list[Value], order: list[Value]) -> list[int]:
    """The leaves that each call made itself, with the same number: they are constants.  `flat` is the first graph.

    Raises _DifferenceError if the second call did not do the same, and _SharedError if it uses an inner node of the
    first one.
    """
    if first.shape != again.shape:
        raise _DifferenceError("its results are nested differently")
    comparison = _Comparison(flat)
    comparison.pair(flat.outputs, again.outputs)
    comparison.run(len(flat) - len(order), set(map(id, order)))
    found = []
    for n, (leaf, twin) in enumerate(zip(leaves, comparison.twins)):  # noqa: B905 - the others are not leaves
        if leaf is twin:
            continue
        kind = first.known.get(id(leaf))
        if type(twin) is float or twin.primitive is not None or kind != again.known.get(id(twin)):
            raise comparison.difference(n, twin)
        if kind is None:
            _check_equal(leaf._data, twin._data)
            found.append(n)
    return found


class _Comparison:
    """The arrays of the first graph beside the nodes of the second one."""

    def __init__(self, flat: Flat) -> None:
        self.flat = flat
        self.twins: list[Any] = [None] * len(flat)
        """For each node of the first graph what the second one has in its place, once a user of it has been visited."""
        for n in np.flatnonzero(flat.operation == CONSTANT).tolist():
            self.twins[n] = float(flat.number[n])

    def run(self, first_inner: int, nodes: set[int]) -> None:
        """Visit each inner node after all its users; `nodes` are the ids of those of the first graph."""
        flat, twins, pair = self.flat, self.twins, self.pair
        rows, codes, start = flat.rows, flat.operation.tolist(), flat.start.tolist()
        numbers, contents = memoryview(flat.operand), flat.operand.tobytes()
        compared: dict[int, bytes] = {}  # groups of operands, which many nodes share, by id: what they are paired with
        for n in range(len(flat) - 1, first_inner - 1, -1):
            twin = twins[n]
            if id(twin) in nodes:
                raise _SharedError(repr(twin))
            if rows[codes[n]] is not getattr(twin, "primitive", None):
                self._check_alike(n, twin)
            begin, end = start[n], start[n + 1]
            if twin._dy is not VARIADIC:  # one or two operands, the usual case: `pair`, but without a call
                for operand, other in zip(numbers[begin:end], (twin._x, twin._y), strict=False):
                    if twins[operand] is None:
                        twins[operand] = other
                    elif twins[operand] is not other:
                        pair([operand], [other])
                continue
            for group in twin._x:
                begin, content = begin + len(group), contents[4 * begin : 4 * (begin + len(group))]
                if compared.get(id(group)) != content:
                    pair(numbers[begin - len(group) : begin].tolist(), group)
                    compared[id(group)] = content
            if begin != end:
                raise _DifferenceError("the two calls gave an operation different numbers of operands")

    def pair(self, numbers: Sequence[int], others: Sequence[Any]) -> None:
        """Pair nodes of the first graph with what the second one has in their places."""
        twins = self.twins
        if all(map(is_, map(twins.__getitem__, numbers), others)):  # the usual case
            return
        for n, other in zip(numbers, others, strict=False):  # `run` compares the lengths
            known = twins[n]
            if known is None:
                twins[n] = other
            elif known is not other:
                if type(known) is not float or type(other) is not float:
                    raise self.difference(n, other)
                _check_equal(known, other)

    def _check_alike(self, n: int, twin: Any) -> None:
        """Check that nodes with different rows do the same: each call may define a row of that name."""
        row = self.flat.rows[self.flat.operation[n]]
        if self._name(n) != _named(twin) or twin.primitive.arity != row.arity:
            raise self.difference(n, twin)

    def difference(self, n: int, twin: Any) -> _DifferenceError:
        """The error for a node that has another one in its place."""
        first, second = self._name(n), _named(twin)
        which = f": {first} in one call and {second} in the next" if first != second else ""
        return _DifferenceError(f"the two calls applied different operations{which}")

    def _name(self, n: int) -> str:
        code = int(self.flat.operation[n])
        return self.flat.rows[code].name if code >= 0 else "a number" if code == CONSTANT else "a leaf"


def _named(thing: Any) -> str:
    """What is at one place of a graph, for messages."""
    if isinstance(thing, float):
        return "a number"
    return "a leaf" if thing.primitive is None else thing.primitive.name


def _check_equal(number: float, other: float) -> None:
    if number != other and (number == number or other == other):
        raise _DifferenceError(f"a constant was {number!r} in one call and {other!r} in the next")


def _make_constant(flat: Flat, leaves: list[Value], inside: list[int]) -> None:
    """Turn leaves that count as captured into constants."""
    flat.operation[inside] = CONSTANT
    captured = np.flatnonzero(flat.operation[: len(leaves)] == CAPTURED)
    flat.position[inside], flat.position[captured] = 0, np.arange(len(captured))
    flat.captured = [leaves[n] for n in captured.tolist()]
