"""Which question does this file answer? What can be observed of an answer that is a number, a word or a function?

Read `exercise` first. `Number`, `Numbers` and `Choice` are for what is worked out by hand, `Function` for what is
programmed, `Judged` for questions with many right answers. `engines` has the kinds that run random graphs.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from autograd import Value, draw
from chalkgrad.exercises.exercise import Exercise, Failure, Finding, Kind, UnreadableError, is_number, same, short


def as_number(answer: Any) -> float:
    """The number that was meant: a Value's or a NumPy scalar's number counts.

    Raises UnreadableError where it is none.
    """
    if isinstance(answer, Value):
        return answer.data
    if is_number(answer):
        return float(answer)
    if not isinstance(answer, (bool, str)) and hasattr(answer, "__float__"):
        return float(answer)
    raise UnreadableError(f"A number is wanted, such as 2.5, and this is {answer!r} ({type(answer).__name__}).")


@dataclass(frozen=True)
class Number(Kind):
    """One number, which may be rounded to about three significant digits."""

    tolerance: float = 2e-3
    has_cases = False

    def observe(self, answer: Any) -> list[Any]:
        """The number."""
        return [as_number(answer)]

    def show(self, answer: Any, seen: list[Any], expected: list[Any]) -> tuple[str, Any]:
        """What can be said without giving the number away."""
        number, right = seen[0], expected[0]
        if right and same(-number, right, self.tolerance):
            return "The size is right, the sign is not.", None
        return f"{short(number)} is not it, and not a mistake that I know.", None


@dataclass(frozen=True)
class Numbers(Kind):
    """Several numbers by name, as `{"a": 2.0, "b": -1.0}`: a worksheet that was filled in."""

    names: Sequence[str]
    tolerance: float = 2e-3
    slips: Mapping[tuple[str, float], str] = field(default_factory=dict)
    """Wrong numbers in single places, and what to say: {("b", 3.0): "That is ..."}."""

    def observe(self, answer: Any) -> list[Any]:
        """The numbers in the order of the names."""
        if not isinstance(answer, Mapping):
            wanted = ", ".join(f'"{name}": ...' for name in self.names)
            raise UnreadableError(f"A dictionary is wanted: {{{wanted}}}.")
        strange = [name for name in answer if name not in self.names]
        missing = [name for name in self.names if answer.get(name, ...) is ...]
        if strange or missing:
            what = f"does not ask for {strange[0]!r}" if strange else f"still needs {', '.join(map(repr, missing))}"
            raise UnreadableError(f"The question {what}; it is about: {', '.join(self.names)}.")
        return [as_number(answer[name]) for name in self.names]

    def show(self, answer: Any, seen: list[Any], expected: list[Any]) -> tuple[str, Any]:
        """Which places are right, and what is known about the first wrong one."""
        good = [same(a, b, self.tolerance) for a, b in zip(seen, expected, strict=True)]
        rights = [name for name, ok in zip(self.names, good, strict=True) if ok]
        place = good.index(False)
        name, number = self.names[place], seen[place]
        slip = next((says for (n, x), says in self.slips.items() if n == name and same(number, x, self.tolerance)), "")
        done = f"Right: {', '.join(rights)}. " if rights else ""
        return f"{done}{name} = {short(number)} is not right. {slip}".rstrip(), None


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words, such as "a"; capitals and spaces around it do not matter."""

    options: Sequence[str]
    has_cases = False

    def observe(self, answer: Any) -> list[Any]:
        """The word."""
        word = answer.strip().lower() if isinstance(answer, str) else answer
        if word not in [option.lower() for option in self.options]:
            raise UnreadableError(f"Choose one of: {', '.join(map(repr, self.options))}. This is {answer!r}.")
        return [word]


@dataclass(frozen=True)
class Function(Kind):
    """A function that the learner writes, tried at `points` from the simplest on; each is a tuple of arguments.

    With `gradients=True` the numbers of a point become Values, and the gradients of the result are observed too.
    `watch(function, *point)` replaces the plain call where something else is to be observed.
    """

    points: Sequence[tuple[Any, ...]]
    names: Sequence[str] = ("x",)
    gradients: bool = False
    watch: Callable[..., Any] | None = None
    tolerance: float = 1e-6

    def observe(self, answer: Any) -> list[Any]:
        """The result, or the failure, at each point."""
        if not callable(answer):
            raise UnreadableError(f"A function of ({', '.join(self.names)}) is wanted, and this is {answer!r}.")
        if self.watch is None:
            with suppress(ValueError):  # a built-in function without a signature
                try:
                    inspect.signature(answer).bind(*self.points[0])
                except TypeError as error:
                    raise UnreadableError(f"A function of ({', '.join(self.names)}) is wanted: {error}.") from error
        return [self._at(answer, point) for point in self.points]

    def _at(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        try:
            if self.watch is not None:
                return plain(self.watch(answer, *point))
            return self._with_gradients(answer, point) if self.gradients else plain(answer(*point))
        except Exception as error:  # whatever the learner's function does is an observation
            return Failure.of(error)

    def _with_gradients(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        inputs = self._inputs(point)
        result = answer(*inputs)
        if not isinstance(result, Value):
            return ["no Value", plain(result)]
        result.backward()
        return [result.data, *(value.grad for value in inputs)]

    def _inputs(self, point: tuple[Any, ...]) -> list[Value]:
        return [Value(number, label=name) for number, name in zip(point, self.names, strict=True)]

    def show(self, answer: Any, seen: list[Any], expected: list[Any]) -> tuple[str, Any]:
        """The first point at which the results differ; with gradients also the graph, drawn."""
        place = next(i for i, (a, b) in enumerate(zip(seen, expected, strict=True)) if not same(a, b, self.tolerance))
        got, wanted, point = seen[place], expected[place], self.points[place]
        where = ", ".join(f"{name} = {short(number)}" for name, number in zip(self.names, point, strict=False))
        if isinstance(got, Failure):
            return f"At {where} it {got}; {short(wanted)} is right.", None
        if got is None or got == ["no Value", None]:
            return f"At {where} it gives nothing, None; {short(wanted)} is right. Is the return missing?", None
        if not self.gradients:
            return f"At {where} it gives {short(got)}; {short(wanted)} is right.", None
        if got[0] == "no Value":
            return f"At {where} it gives {short(got[1])}, and a Value is wanted: keep to operations on Values.", None
        if not same(got[0], wanted[0], self.tolerance):
            return f"At {where} the result is {short(got[0])}; {short(wanted[0])} is right.", self._drawn(answer, point)
        slopes = zip(self.names, got[1:], wanted[1:], strict=True)
        name, slope, right = next(entry for entry in slopes if not same(entry[1], entry[2], self.tolerance))
        text = f"At {where} the result is right, but the gradient of {name} is {short(slope)}; {short(right)} is right."
        return text, self._drawn(answer, point)

    def _drawn(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        result = answer(*self._inputs(point))
        result.backward()
        return draw(result)


@dataclass(frozen=True)
class Judged(Kind):
    """A question with many right answers: `says(answer)` is "" for a right one, else what is wrong with it."""

    says: Callable[[Any], str]

    def judge(self, exercise: Exercise, answer: Any) -> Finding:
        """What the function says."""
        try:
            problem = self.says(answer)
        except UnreadableError:
            raise
        except Exception as error:  # whatever the learner's answer does is an observation
            return Finding(False, f"Your answer {Failure.of(error)}.")
        return Finding(not problem, problem or exercise.praise)


def plain(result: Any) -> Any:
    """A result as numbers and lists: a Value's data, an array's entries.

    >>> plain((Value(1.0), [2, "a"]))
    [1.0, [2, 'a']]
    """
    if isinstance(result, Value):
        return result.data
    if isinstance(result, Mapping):
        return [[key, plain(item)] for key, item in sorted(result.items())]
    if isinstance(result, (list, tuple)):
        return [plain(item) for item in result]
    if hasattr(result, "tolist"):
        return plain(result.tolist())
    if isinstance(result, float) and math.isnan(result):
        return math.nan
    return result
