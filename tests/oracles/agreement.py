"""Does a compiled program give what the eager engine gives, or raise the same type of exception?  For any `Source`.

One difference is allowed: an error in an operand that `where` discards is seen by the eager engine only.  Evaluation on
`Lenient` numbers tells what the program gives without it: an error is kept, and raised if the result needs it.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np
from sources import Source

import autograd
from autograd import Value
from autograd.backpropagation import topological_order
from autograd.compiler import compile as compiled
from autograd.compiler import pipeline
from autograd.compiler.c_backend import executable
from autograd.node import edges

PATHS = {"numpy": 0.0, "fallback": 1e9, "c": 0.0, "emit": 0.0}
"""The price of a group for which the compiler takes this path; "emit" is "c" with a loop in C for every chain."""

ERRORS = (ArithmeticError, ValueError)
SHARE = 1e-12
"""How far a backend may be off, as a share of the sum of the absolute contributions."""


class Outcome(NamedTuple):
    """The numbers that a call gives, or its exception; of the eager engine also how far off each may be."""

    numbers: list[float]
    error: Exception | None = None
    allowed: Sequence[float] = ()

    def __str__(self) -> str:
        return str(self.numbers) if self.error is None else f"{type(self.error).__name__}: {str(self.error)[:120]}"


Answer = dict[str, Outcome]
"""What a program gives for "the value" and, where it has a single one, "the gradient"."""


# ------------------------------------------------------------------------------------- numbers that keep an error


class Lenient:
    """A Value, a number or a truth value; or the error met where it was computed."""

    def __init__(self, number: Any = None, error: Exception | None = None) -> None:
        self.number, self.error = number, error

    def detach(self) -> Lenient:
        return _kept(lambda x: x.detach() if isinstance(x, Value) else x, self)


class _UsedError(Exception):
    """An operand is an error."""


def _plain(operand: Any) -> Any:
    if isinstance(operand, Lenient):
        if operand.error is not None:
            raise _UsedError(operand.error)
        return operand.number
    return list(map(_plain, operand)) if isinstance(operand, (list, tuple)) else operand


def _kept(function: Callable[..., Any], *operands: Any) -> Lenient:
    try:
        return Lenient(function(*map(_plain, operands)))
    except _UsedError as used:
        return Lenient(error=used.args[0])
    except ERRORS as error:
        return Lenient(error=error)


def _kept_list(function: Callable[..., Any], xs: Any, *others: Any) -> list[Lenient]:
    """For a function that gives as many numbers as its first operand has entries."""
    whole = _kept(function, xs, *others)
    return [Lenient(error=whole.error)] * len(xs) if whole.error is not None else list(map(Lenient, whole.number))


def _where(condition: Any, x: Any, y: Any) -> Lenient:
    condition = _kept(bool, condition)
    if condition.error is not None:
        return condition
    chosen = x if condition.number else y
    return chosen if isinstance(chosen, Lenient) else Lenient(Value(chosen))


def _swapped(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    return lambda x, y: _kept(function, y, x)


for _name in ("add", "sub", "mul", "truediv", "pow", "lt", "le", "gt", "ge"):
    _function = getattr(operator, _name)
    setattr(Lenient, f"__{_name}__", lambda x, y, function=_function: _kept(function, x, y))
    setattr(Lenient, f"__r{_name}__", _swapped(_function))
LENIENT_ENGINE = SimpleNamespace(
    **{name: partial(_kept, getattr(autograd, name)) for name in [*autograd.__all__, "sum"] if name != "NOT_COMPUTED"}
)
LENIENT_ENGINE.where = _where
LENIENT_ENGINE.softmax = partial(_kept_list, autograd.softmax)
LENIENT_ENGINE.affine = partial(_kept_list, autograd.affine)


# --------------------------------------------------------------------------------------------------- the two engines


def function_of(source: Source, parameters: Sequence[Any], engine: Any = autograd) -> Callable[..., Any]:
    """The function `program` of the source, whose parameters are these."""
    space: dict[str, Any] = {"autograd": engine, "P": list(parameters), "__name__": "generated"}
    exec(compile(source.text, f"<source {source.seed}>", "exec"), space)
    program: Callable[..., Any] = space["program"]
    return program


def eager(source: Source, call: int, scale: float = 1.0, lenient: bool = False) -> Answer:
    """What the eager engine gives for one call, all of whose numbers are multiplied by `scale`."""
    number = Lenient if lenient else lambda value: value
    parameters = [Value(entry * scale) for entry in source.parameters]
    arrays = [np.asarray(array).astype(np.float64) * scale for array in source.calls[call]]
    leaves = [[Value(entry) for entry in array.ravel().tolist()] for array in arrays]
    function = function_of(source, list(map(number, parameters)), LENIENT_ENGINE if lenient else autograd)
    arguments = [_nested(map(number, flat), array.shape) for flat, array in zip(leaves, arrays, strict=True)]
    try:
        samples = zip(*arguments, strict=True) if source.batched else [arguments]
        outputs = [[_value(entry) for entry in _flat(function(*sample))] for sample in samples]
    except ERRORS as error:
        failed = Outcome([], error)
        return {"the value": failed} | ({"the gradient": failed} if source.single else {})
    return _answer(outputs, parameters or [leaf for flat in leaves for leaf in flat])


def _answer(outputs: list[list[Value]], leaves: list[Value]) -> Answer:
    share = 1.0 / len(outputs)
    means = [sum(node.data * share for node in column) for column in zip(*outputs, strict=True)]
    sizes: dict[int, float] = {}
    errors = [sum(_add_sizes(node, share, sizes) for node in column) for column in zip(*outputs, strict=True)]
    answer = {"the value": Outcome(means, None, [SHARE * error for error in errors])}
    if len(means) > 1:
        return answer
    try:
        for (node,) in outputs:
            node.backward()
    except FloatingPointError as error:
        return {**answer, "the gradient": Outcome([], error)}
    gradient = [leaf.grad * share for leaf in leaves]
    answer["the gradient"] = Outcome(gradient, None, [SHARE * sizes.get(id(leaf), 0.0) for leaf in leaves])
    return answer


def _add_sizes(output: Value, share: float, total: dict[int, float]) -> float:
    """Adds up, for each node, its absolute contributions to the gradient; gives what rounding every node may cost."""
    sizes, cost = {id(output): share}, 0.0
    for node in reversed(topological_order(output)):
        size = sizes.get(id(node), 0.0)
        if size:
            cost += size * abs(node.data)
            for operand, partial_derivative in edges(node):
                sizes[id(operand)] = sizes.get(id(operand), 0.0) + size * abs(partial_derivative)
    for key, size in sizes.items():
        total[key] = total.get(key, 0.0) + size
    return cost


def _nested(entries: Iterator[Any], shape: tuple[int, ...]) -> Any:
    return [_nested(entries, shape[1:]) for _ in range(shape[0])] if shape else next(entries)


def _value(entry: Any) -> Value:
    if isinstance(entry, Lenient):
        if entry.error is not None:
            raise entry.error
        entry = entry.number
    return entry if isinstance(entry, Value) else Value(float(entry))


def _flat(tree: Any) -> Iterator[Any]:
    if not isinstance(tree, (list, tuple)):
        yield tree
        return
    for entry in tree:
        yield from _flat(entry)


def through(path: str, source: Source) -> list[Answer]:
    """What the compiled program gives for each call; AssertionError if a later call changes an earlier result."""
    parameters = [Value(number) for number in source.parameters]
    backend = "numpy" if path == "fallback" else path
    usual = pipeline.PRICE_OF_A_GROUP, executable.WORTH_A_LOOP
    pipeline.PRICE_OF_A_GROUP = PATHS[path]
    executable.WORTH_A_LOOP = 0 if path == "emit" else usual[1]
    results: list[tuple[Any, bytes]] = []
    try:
        program = compiled(function_of(source, parameters), parameters or None, source.batched, backend)
        answers = [_called(program, source.single, arrays, results) for arrays in source.calls]
    finally:
        pipeline.PRICE_OF_A_GROUP, executable.WORTH_A_LOOP = usual
    assert all(array.tobytes() == before for array, before in results), "a later call changed an earlier result"
    return answers


def _called(program: Any, single: bool, arrays: Sequence[Any], results: list[tuple[Any, bytes]]) -> Answer:
    answer = {}
    try:
        answer["the value"] = Outcome(list(_flat(program(*arrays))))
    except ERRORS as error:
        answer["the value"] = Outcome([], error)
    if not single:
        return answer
    try:
        gradient = program.value_and_grad(*arrays)[1]
        parts = [gradient] if isinstance(gradient, np.ndarray) else gradient
        results += [(part, part.tobytes()) for part in parts]
        answer["the gradient"] = Outcome([entry for part in parts for entry in np.ravel(part).tolist()])
    except ERRORS as error:
        answer["the gradient"] = Outcome([], error)
    return answer


# --------------------------------------------------------------------------------------------------------- comparing


def disagreements(source: Source, paths: Sequence[str]) -> list[str]:
    """Where the compiled program gives something else than the eager engine, in words."""
    expected = [eager(source, call) for call in range(len(source.calls))]
    found = []
    for path in paths:
        try:
            answers = through(path, source)
        except (TypeError, AssertionError) as error:  # nothing in these programs may be refused
            found.append(f"{path}: {error}")
            continue
        for call, answer in enumerate(answers):
            for what, truth in expected[call].items():
                got = answer.get(what, Outcome([]))
                if not agree(got, truth) and not _excused(source, call, what, got, truth):
                    found.append(f"{path}, call {call + 1}, {what}: expected {truth}, got {got}")
    return found


def agree(got: Outcome, truth: Outcome) -> bool:
    """Whether both raised the same type, or the numbers are as near as they must be."""
    if got.error is not None or truth.error is not None:
        return type(got.error) is type(truth.error)
    return len(got.numbers) == len(truth.numbers) and all(map(_near, got.numbers, truth.numbers, truth.allowed))


def _near(here: float, there: float, limit: float) -> bool:
    if here == there or (here != here and there != there):
        return True
    return abs(here - there) <= (limit if math.isfinite(limit) else SHARE * abs(there)) + 1e-300


def _excused(source: Source, call: int, what: str, got: Outcome, truth: Outcome) -> bool:
    """Whether the difference is that of an operand that was discarded, or is due to rounding."""
    if truth.error is not None:
        if got.error is not None and source.batched and type(got.error) in _types_of_samples(source, call):
            return True  # the engines need not meet the samples in the same order
        without = eager(source, call, lenient=True).get(what)
        return without is not None and agree(got, without)
    return got.error is None and len(got.numbers) == len(truth.numbers) and _is_rounding(source, call, what, got, truth)


def _types_of_samples(source: Source, call: int) -> set[type]:
    """The types of the exceptions that the eager engine raises for each sample alone."""
    arrays = list(map(np.asarray, source.calls[call]))
    alone = [source._replace(calls=(tuple(a[n : n + 1] for a in arrays),)) for n in range(len(arrays[0]))]
    return {type(outcome.error) for one in alone for outcome in eager(one, 0).values()}


def _is_rounding(source: Source, call: int, what: str, got: Outcome, truth: Outcome) -> bool:
    """Whether arguments that are some units in the last place off change the result by as much: it is amplified."""
    near = [eager(source, call, 1.0 + units * 2.0**-52).get(what) for units in (-9, -4, -2, -1, 1, 2, 4, 9)]
    if any(other is None or len(other.numbers) != len(truth.numbers) for other in near):
        return False
    for n, (here, there) in enumerate(zip(got.numbers, truth.numbers, strict=True)):
        spread = max(abs(other.numbers[n] - there) for other in near if other is not None)
        if not (here == there or (here != here and there != there) or abs(here - there) <= 100 * spread):
            return False
    return True
