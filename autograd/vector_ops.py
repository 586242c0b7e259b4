"""How do sequences become nodes?  `sum`, `mean`, `dot`, `affine`, `logsumexp`, `softmax`, `cross_entropy`, `take`.

Read `value` first.  Each creates one node (a softmax, one node per output), so a neuron is one node instead of dozens.
Their rows are in the table; here sequences are checked and their nodes created quickly.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from operator import attrgetter
from types import GeneratorType
from typing import TYPE_CHECKING, Any, overload

from autograd import primitives as table
from autograd.arguments import real, shown
from autograd.codegen import on_floats, specialized_to_floats
from autograd.foreign_names import explains_keywords
from autograd.no_grad import recording
from autograd.primitive import evaluate
from autograd.value import Value, node_of_groups, node_of_many, unrecorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from autograd.primitive import Primitive

    Place = Callable[[int], str]  # names the entry of an argument that is the n-th operand


@overload
def sum(xs: Iterable[float], start: float = 0.0) -> float: ...  # type: ignore[overload-overlap]
@overload
def sum(xs: Iterable[Value | float], start: Value | float = 0.0) -> Value: ...
@explains_keywords
def sum(xs: Iterable[Any], start: Any = 0.0) -> Any:  # shadows the built-in, under the name users expect
    """The sum of `start` and all of `xs` (numbers or Values), added from left to right, as one node.

    Raises TypeError if an element is not a real number.

    >>> a, b = Value(1.0), Value(2.0)
    >>> sum([a, b, 3.0]).data
    6.0
    """
    return node_of(table.sum_, [start, *_listed(xs, "sum: xs")], _after("sum: start", "sum: xs"))


@overload
def mean(xs: Iterable[float]) -> float: ...  # type: ignore[overload-overlap]
@overload
def mean(xs: Iterable[Value | float]) -> Value: ...
@explains_keywords
def mean(xs: Iterable[Any]) -> Any:
    """The arithmetic mean of numbers or Values.

    Raises ValueError if `xs` is empty, TypeError if an element is not a real number.

    >>> mean([1.0, 2.0, 6.0])
    3.0
    """
    listed = _some(xs, "mean: xs")
    return node_of(table.sum_, [0.0, *listed], _after("", "mean: xs")) / float(len(listed))


def dot(xs: Iterable[Any], ys: Iterable[Any], start: Any = 0.0) -> Any:
    """start + x1 y1 + x2 y2 + ..., added from left to right, as one node: a neuron before its activation.

    Raises ValueError if the lengths differ, TypeError if an element is not a real number.

    >>> w = [Value(2.0), Value(-1.0)]
    >>> out = dot(w, [3.0, 4.0], start=Value(0.5))
    >>> out.backward()
    >>> out.data, w[0].grad, w[1].grad
    (2.5, 3.0, 4.0)
    """
    xs, ys = _listed(xs, "dot: xs"), tuple(_listed(ys, "dot: ys"))
    if len(xs) != len(ys):
        raise ValueError(f"dot: xs has {len(xs)} numbers and ys has {len(ys)}; they must be equally many")
    return _dots([(start, *xs)], ys, _floats(ys, "dot: ys"))[0]


def affine(rows: Iterable[Iterable[Any]], xs: Iterable[Any], starts: Iterable[Any] | None = None) -> list[Any]:
    """[dot(row, xs, start) for row, start in zip(rows, starts)], sharing the work on xs: a layer before its activation.

    `rows` is (outputs) x (inputs), `xs` has one number for each input, `starts` one for each output.  Without
    `starts` each row begins with its own: (start, weight, weight, ...).  If the rows are then the same tuple objects in
    every call (a layer's parameters, for each sample), a backward pass visits them once.

    Raises ValueError if the lengths differ, TypeError if an element is not a real number.

    >>> affine([[1.0, 2.0], [3.0, 4.0]], [10.0, 1.0], [0.5, 0.0])
    [12.5, 34.0]
    >>> affine([(0.5, 1.0, 2.0), (0.0, 3.0, 4.0)], [10.0, 1.0])
    [12.5, 34.0]
    """
    xs, rows = tuple(_listed(xs, "affine: xs")), _listed(rows, "affine: rows")
    data = _floats(xs, "affine: xs")
    lines = [row if type(row) is tuple else tuple(_listed(row, f"affine: rows[{n}]")) for n, row in enumerate(rows)]
    if starts is not None:
        starts = _listed(starts, "affine: starts")
        if len(lines) != len(starts):
            raise ValueError(f"affine: got {len(lines)} rows and {len(starts)} starts; give one start for each row")
        lines = [(start, *row) for start, row in zip(starts, lines, strict=True)]
    if not {len(xs) + 1}.issuperset(map(len, lines)):
        n, line = next((n, line) for n, line in enumerate(lines) if len(line) != len(xs) + 1)
        given = f"{len(line) - 1} numbers" if line else "nothing"
        given += "" if starts is not None else " after its start" if line else ", not even its start,"
        raise ValueError(f"affine: rows[{n}] has {given} and xs has {len(xs)}; they must be equally many")
    return _dots(lines, xs, data, "affine: row {}: ")


@overload
def logsumexp(xs: Iterable[float]) -> float: ...  # type: ignore[overload-overlap]
@overload
def logsumexp(xs: Iterable[Value | float]) -> Value: ...
@explains_keywords
def logsumexp(xs: Iterable[Any]) -> Any:
    """log(exp(x1) + exp(x2) + ...), stable for operands of any size, as one node.

    Raises ValueError if `xs` is empty, TypeError if an element is not a real number.

    >>> logsumexp([1e4, 1e4])                # 1e4 + log 2
    10000.69314718056
    """
    return node_of(table.logsumexp, _some(xs, "logsumexp: xs"), "logsumexp: xs")


@overload
def softmax(xs: Iterable[float]) -> list[float]: ...  # type: ignore[overload-overlap]
@overload
def softmax(xs: Iterable[Value | float]) -> list[Value]: ...
@explains_keywords
def softmax(xs: Iterable[Any]) -> list[Any]:
    """The probabilities exp(x) / (exp(x1) + exp(x2) + ...), one for each x: positive, with sum 1.

    Raises ValueError if `xs` is empty, TypeError if an element is not a real number.

    >>> softmax([0.0, 0.0])
    [0.5, 0.5]
    """
    listed = _some(xs, "softmax: xs")
    floats, values = _floats(listed, "softmax: xs")
    if floats is None:
        return [table.softmax(float(n), *listed) for n in range(len(listed))]
    return _softmax_of(_values_or_floats(listed, floats) if values else [], floats)


@explains_keywords
def cross_entropy(logits: Iterable[Any], target: Any) -> Any:
    """-log softmax(logits)[target], as one node: the loss of a classifier, exact even if it is confident and right.

    `target` is the index of the right class, or a sequence with one probability for each class.

    Raises ValueError if `logits` is empty or `target` does not fit them, TypeError if an element is not a real number.

    >>> cross_entropy([0.0, 0.0], 1)         # log 2
    0.6931471805599453
    >>> cross_entropy([0.0, 0.0], [0.5, 0.5])
    0.6931471805599453
    """
    xs = _some(logits, "cross_entropy: logits")
    if hasattr(target, "__len__") and not isinstance(target, (str, bytes)) and getattr(target, "shape", None) != ():
        targets = _listed(target, "cross_entropy: target")
        if len(targets) != len(xs):
            raise ValueError(
                f"cross_entropy: target has {len(targets)} probabilities for {len(xs)} logits; give one for each"
            )
        return node_of(
            table.soft_cross_entropy,
            [*xs, *targets],
            _halves("cross_entropy: logits", "cross_entropy: target", len(xs)),
        )
    position = index(target, len(xs), "cross_entropy: target")
    return node_of(table.cross_entropy, [position, *xs], _after("cross_entropy: target", "cross_entropy: logits"))


def take(xs: Iterable[Any], position: Any) -> Any:
    """xs[position] as a node: an indexing operation that can be compiled for other positions.

    Raises ValueError if `position` is not an index of xs.

    >>> take([5.0, 7.0], 1)
    7.0
    """
    listed = _some(xs, "take: xs")
    return node_of(
        table.take, [index(position, len(listed), "take: position"), *listed], _after("take: position", "take: xs")
    )


def index(number: Any, length: int, argument: str) -> Any:
    """The float of an integer from 0 to length - 1; other kinds of number (a symbol) are returned unchanged."""
    if hasattr(type(number), "_apply_primitive") and not isinstance(number, Value):
        return number
    position = real(number, argument)
    if position != position or position % 1.0 or not 0.0 <= position < length:
        raise ValueError(f"{argument} must be a whole number from 0 to {length - 1}, got {shown(number)}")
    return position


# ---------------------------------------------------------------------------------------------------- implementation


_data_of: Any = attrgetter("_data")


def _listed(xs: Iterable[Any], argument: str) -> list[Any]:
    if type(xs) is list or type(xs) is tuple or isinstance(xs, (list, tuple)):
        return list(xs)
    if isinstance(xs, GeneratorType) and xs.gi_frame is None:
        raise ValueError(f"{argument} is a generator that has given its items already: keep them, as list(...)")
    if (
        isinstance(xs, (str, bytes, Value, Mapping, Set))
        or not hasattr(xs, "__iter__")
        or getattr(xs, "shape", (1,)) == ()
    ):
        cure = "; a set has no order, write sorted(...)" if isinstance(xs, Set) else ""
        raise TypeError(
            f"{argument} must be a sequence of numbers or Values, got {shown(xs)} ({type(xs).__name__}){cure}"
        )
    return list(xs)


def _some(xs: Iterable[Any], argument: str) -> list[Any]:
    listed = _listed(xs, argument)
    if not listed:
        raise ValueError(f"{argument} is empty: give at least one number")
    return listed


def numbers_in(xs: Iterable[Any], argument: str, least: int = 0) -> list[Any]:
    """The numbers and Values of a sequence, of which there must be at least `least`."""
    listed = _listed(xs, argument)
    if len(listed) < least:
        raise ValueError(f"{argument} has {len(listed)} numbers; give at least {least}")
    return [x if hasattr(type(x), "_apply_primitive") else real(x, f"{argument}[{n}]") for n, x in enumerate(listed)]


def _after(first: str, rest: str) -> Place:
    return lambda n: f"{rest}[{n - 1}]" if n else first


def _halves(first: str, second: str, length: int) -> Place:
    return lambda n: f"{first}[{n}]" if n < length else f"{second}[{n - length}]"


def _floats(operands: Sequence[Any], argument: str | Place) -> tuple[list[float] | None, int]:
    """The operands' floats and the number of Values; None if an operand is of another kind (a symbol, an array)."""
    kinds = set(map(type, operands))
    if kinds == {Value}:  # the usual case
        return list(map(_data_of, operands)), len(operands)
    if kinds <= {Value, float}:
        numbers = [operand if type(operand) is float else operand._data for operand in operands]
        return numbers, len(numbers) - list(map(type, operands)).count(float)
    values = 0
    floats = []
    for n, operand in enumerate(operands):
        if type(operand) is float:
            floats.append(operand)
        elif isinstance(operand, Value):
            floats.append(operand._data)
            values += 1
        elif hasattr(type(operand), "_apply_primitive"):
            return None, 0
        else:
            floats.append(real(operand, f"{argument}[{n}]" if isinstance(argument, str) else argument(n)))
    return floats, values


def _values_or_floats(operands: Sequence[Any], numbers: Sequence[float]) -> list[Any]:
    """Each operand that is a Value, and the floats of the others."""
    return [
        o if type(o) is Value or (type(o) is not float and isinstance(o, Value)) else number
        for o, number in zip(operands, numbers, strict=True)
    ]


def _softmax_of(operands: Sequence[Any], floats: list[float]) -> list[Any]:
    """The nodes of a softmax, or its floats if there are no operands.  Calls no user's code."""
    pairs = specialized_to_floats(table.softmax_with_partials)(floats)
    if not operands:
        return [out for out, _ in pairs]
    if recording.paused and not recording.wanted():
        return [unrecorded(out) for out, _ in pairs]
    return [
        node_of_many(table.softmax, out, [float(n), *operands], partials) for n, (out, partials) in enumerate(pairs)
    ]


def node_of(row: Primitive, operands: Sequence[Any], argument: str | Place = "operands") -> Any:
    """The row's node on these operands; a float if none of them is a Value."""
    numbers, values = _floats(operands, argument)
    if numbers is None:
        return row(*operands)
    forward, partials = on_floats(row)
    try:
        out = forward(*numbers)
    except (ArithmeticError, ValueError):
        out = evaluate(row, numbers)
    if not values:
        return out
    if recording.paused and not recording.wanted():
        return unrecorded(out)
    return node_of_many(row, out, _values_or_floats(operands, numbers), partials(out, *numbers))


def _dots(
    lines: Sequence[tuple[Any, ...]], ys: tuple[Any, ...], floats_of_ys: tuple[list[float] | None, int], name: str = ""
) -> list[Any]:
    """The dot product of each line (start, x, x, ...) with the same `ys`, whose floats are already known."""
    data, values = floats_of_ys
    fast = data is not None and values in (0, len(ys))
    outputs = _dots_of_values(lines, ys, data, bool(values)) if fast else [None] * len(lines)  # type: ignore[arg-type]
    for n, out in enumerate(outputs):
        if out is None:
            outputs[n] = _dot_of_any(lines[n], ys, name.format(n))
    return outputs


def _dots_of_values(
    lines: Sequence[tuple[Any, ...]],
    ys: tuple[Any, ...],
    data: list[float],
    values: bool,
    known: dict[int, tuple[Any, float, list[float]]] | None = None,
) -> list[Any]:
    """`_dots` for lines of Values, of which the start may be a float; None for another line.  Calls no user's code.

    `known` keeps each line with its numbers, by id, so that they are read once.
    """
    silent = bool(recording.paused) and not recording.wanted()  # checked once, not for every line
    outputs: list[Any] = []
    of_line: list[float] = []
    for line in lines:
        plain = type(line[0]) is float and len(line) > 1
        weights: list[float]
        found = None if known is None else known.get(id(line))
        try:
            if found is not None:
                _, start, weights = found
            elif plain:
                start, weights = line[0], list(map(_data_of, line[1:]))
            else:
                start, *weights = map(_data_of, line)
        except AttributeError:
            outputs.append(None)
            continue
        if known is not None:
            known[id(line)] = line, start, weights
        out = table.dot_of(start, weights, data)
        if silent:
            outputs.append(unrecorded(out))
            continue
        to_start, to_weights, to_ys = table.dot_partials(weights, data)
        of_line = of_line or [*to_start, *to_weights]  # the same for all lines
        variables, partials = (line[1:], to_weights) if plain else (line, of_line)
        if values:
            outputs.append(node_of_groups(table.dot, out, (line, ys), (variables, ys), (partials, to_ys)))
        else:
            outputs.append(node_of_groups(table.dot, out, (line, data), (variables,), (partials,)))
    return outputs


def _dot_of_any(line: tuple[Any, ...], ys: tuple[Any, ...], name: str) -> Any:
    place = _halves("dot: xs", "dot: ys", len(ys))
    try:
        return node_of(table.dot, [*line, *ys], lambda n: place(n - 1) if n else "dot: start")
    except TypeError as error:
        raise TypeError(f"{name}{error}") from None
