"""Which question does this file answer? What can be observed of an answer that is a number, a word or a function?

Read `exercise` first. `Number`, `Numbers` and `Choice` are for what is worked out by hand, `Function` for what is
programmed, `Judged` for questions with many right answers. `engines` has the kinds that run random graphs.
"""

from __future__ import annotations

import inspect
import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from autograd import Value, draw
from chalkgrad.exercises.exercise import LONGEST, Exercise, Finding, Kind, described, is_number, same, short
from chalkgrad.exercises.running import ADDRESS, Failure, Seen, UnreadableError, observe_each


def as_number(answer: Any) -> float:
    """The number that was meant: a Value's or a NumPy scalar's number counts.

    Raises UnreadableError where it is none.
    """
    if isinstance(answer, Value):
        return answer.data
    if is_number(answer):
        return float(answer)
    if not isinstance(answer, (bool, str, type)) and hasattr(answer, "__float__"):
        with suppress(TypeError, ValueError, OverflowError):
            return float(answer)
    raise UnreadableError(
        f"A number is wanted, such as 2.5, and this is {described(answer)} ({type(answer).__name__})."
    )


@dataclass(frozen=True)
class Number(Kind):
    """One number, which may be rounded to about three significant digits."""

    tolerance: float = 2e-3
    has_cases = False

    def observe(self, answer: Any) -> Seen:
        """The number."""
        return Seen([as_number(answer)])

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
        """What can be said without giving the number away."""
        number, right = seen[0], expected[0]
        if right and same(-number, right, self.tolerance):
            return "The size is right, the sign is not.", None
        return f"{short(number)} is not it, and not a mistake that I know. hint(...) helps.", None


@dataclass(frozen=True)
class Numbers(Kind):
    """Several numbers by name, as `{"a": 2.0, "b": -1.0}`: a worksheet that was filled in."""

    names: Sequence[str]
    tolerance: float = 2e-3
    slips: Mapping[tuple[str, float], str] = field(default_factory=dict)
    """Wrong numbers in single places, and what to say: {("b", 3.0): "That is ..."}."""

    def observe(self, answer: Any) -> Seen:
        """The numbers in the order of the names."""
        if not isinstance(answer, Mapping):
            wanted = ", ".join(f'"{name}": ...' for name in self.names)
            raise UnreadableError(f"A dictionary is wanted: {{{wanted}}}.")
        strange = [name for name in answer if name not in self.names]
        missing = [name for name in self.names if answer.get(name, ...) is ...]
        if strange or missing:
            what = f"does not ask for {strange[0]!r}" if strange else f"still needs {', '.join(map(repr, missing))}"
            raise UnreadableError(f"The question {what}; it is about: {', '.join(self.names)}.")
        return Seen(as_number(answer[name]) for name in self.names)

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
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
    """One of a few words, such as "a"; capitals, spaces around it and the quotes of a number do not matter."""

    options: Sequence[str]
    has_cases = False

    def observe(self, answer: Any) -> Seen:
        """The word."""
        words = [option.lower() for option in self.options]
        if isinstance(answer, str) and answer.strip().lower() in words:
            return Seen([answer.strip().lower()])
        with suppress(ValueError):  # 3 for "3", and 1e-5 for "1e-5"
            if is_number(answer):
                return Seen([words[[float(word) for word in words].index(answer)]])
        raise UnreadableError(f"Choose one of: {', '.join(map(repr, self.options))}. This is {described(answer)}.")


@dataclass(frozen=True)
class Function(Kind):
    """A function that the learner writes, tried at `points` from the simplest on; each is a tuple of arguments.

    With `gradients=True` the numbers of a point become Values, and the gradients of the result are observed too.
    `watch(function, *point)` replaces the plain call where something else is to be observed. Each call gets points of
    its own: a function may change the lists that it is given.
    """

    points: Sequence[tuple[Any, ...]]
    names: Sequence[str] = ("x",)
    gradients: bool = False
    watch: Callable[..., Any] | None = None
    tolerance: float = 1e-6
    arguments: Sequence[str] = ()
    """The names of the function's own arguments, where they are not the point's."""
    where: Callable[..., str] | None = None
    """`where(*point)` says where something goes wrong; otherwise the point is written out."""
    picture: Callable[..., Any] | None = None
    """`picture(answer, *point)` gives what is drawn for the smallest counter-example: a Value's graph, or a drawing."""

    def observe(self, answer: Any) -> Seen:
        """The result, or the failure, at each point."""
        arguments = ", ".join(self.arguments or self.names)
        if not callable(answer):
            raise UnreadableError(f"A function of ({arguments}) is wanted, and this is {described(answer)}.")
        with suppress(ValueError):  # a built-in function without a signature
            signature = inspect.signature(answer)
            try:
                signature.bind(*(self.arguments or self.names))
            except TypeError as error:
                raise UnreadableError(f"A function of ({arguments}) is wanted, and yours takes {signature}.") from error
        return observe_each([partial(self._at, answer, point) for point in self.points])

    def _at(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        point = deepcopy(point)
        if self.watch is not None:
            return plain(self.watch(answer, *point))
        return self._with_gradients(answer, point) if self.gradients else plain(answer(*point))

    def _with_gradients(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        inputs = self._inputs(point)
        result = answer(*inputs)
        if not isinstance(result, Value):
            return ["no Value", plain(result)]
        result.backward()
        return [result.data, *(value.grad for value in inputs)]

    def _inputs(self, point: tuple[Any, ...]) -> list[Value]:
        return [Value(number, label=name) for number, name in zip(point, self.names, strict=True)]

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
        """The first point at which the results differ, and its graph, drawn, where there is one."""
        place = next(i for i, (a, b) in enumerate(zip(seen, expected, strict=True)) if not same(a, b, self.tolerance))
        point = self.points[place]
        text = f"{self._where(point)} {self._difference(seen[place], expected[place])}"
        return text + what_was_printed(seen.printed[place]), self._drawn(answer, point, seen[place])

    def _where(self, point: tuple[Any, ...]) -> str:
        if self.where is not None:
            return self.where(*point)
        return "At " + ", ".join(f"{name} = {told(item)}" for name, item in zip(self.names, point, strict=False))

    def _difference(self, got: Any, wanted: Any) -> str:
        if isinstance(got, Failure):
            return f"it {got}; {short(wanted)} is right."
        if got is None or (self.gradients and got[0] == "no Value" and got[1] is None):
            return f"it gives nothing, None; {short(wanted)} is right. Is the return missing?"
        if not self.gradients:
            return f"it gives {short(got)}; {short(wanted)} is right."
        if got[0] == "no Value":
            return f"it gives {short(got[1])}, and a Value is wanted: keep to operations on Values."
        if not same(got[0], wanted[0], self.tolerance):
            return f"the result is {short(got[0])}; {short(wanted[0])} is right."
        slopes = zip(self.names, got[1:], wanted[1:], strict=True)
        name, slope, right = next(entry for entry in slopes if not same(entry[1], entry[2], self.tolerance))
        return f"the result is right, but the gradient of {name} is {short(slope)}; {short(right)} is right."

    def _drawn(self, answer: Callable[..., Any], point: tuple[Any, ...], got: Any) -> Any:
        """The graph that the answer made; None where it made none."""
        if got is None or isinstance(got, Failure) or not (self.gradients or self.picture):
            return None
        with suppress(Exception), redirect_stdout(io.StringIO()):  # without a picture the text still stands
            output = self.picture(answer, *deepcopy(point)) if self.picture else answer(*self._inputs(point))
            if isinstance(output, Value):
                output.backward()
                return draw(output)
            return output if hasattr(output, "_repr_mimebundle_") else None
        return None


def told(item: Any) -> str:
    """A part of a point as text; a function by its formula, which is its docstring."""
    return str(item.__doc__ or item.__name__).rstrip(".") if inspect.isfunction(item) else short(item)


def what_was_printed(text: str) -> str:
    r"""A line about it, or nothing.

    >>> what_was_printed("one\ntwo\n")
    '\nIt printed: one ...'
    """
    lines = re.sub(ADDRESS, "", text).splitlines()
    return f"\nIt printed: {lines[0][:LONGEST]}{' ...' if len(lines) > 1 else ''}" if lines else ""


@dataclass(frozen=True)
class Judged(Kind):
    """A question with many right answers: `says(answer)` is "" for a right one, else what is wrong with it."""

    says: Callable[[Any], str]

    def judge(self, exercise: Exercise, answer: Any) -> Finding:
        """What the function says."""
        seen = observe_each([lambda: self.says(answer)])
        if isinstance(seen[0], Failure):
            return Finding(False, f"Your answer {seen[0]}.")
        return Finding(not seen[0], seen[0] or exercise.praise)


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
