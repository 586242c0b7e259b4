"""What can be observed of an answer that is a number, a word or a function?

Read `exercise` first. `Number`, `Numbers` and `Choice` are for what is worked out by hand, `Function` for what is
programmed, `Judged` for questions with many right answers. `engine_answers` has the kinds that run random graphs.
"""

from __future__ import annotations

import inspect
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import redirect_stdout, suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from typing import Any

from autograd import Value, draw
from chalkgrad.exercises.exercise import Assessment, Exercise, Kind, same
from chalkgrad.exercises.messages import (
    contrast,
    described,
    is_number,
    item_text,
    missing_list,
    short,
    what_was_printed,
)
from chalkgrad.exercises.sandbox import Failure, Seen, UnreadableError, observe_each

ROUNDED = 2e-3
"""By how much, relatively, a rounded number may be off."""
MANY = 10_000
"""A longer range is not written out."""
CLOSE = 0.02
"""Within this relative distance, a number was computed rightly and rounded wrongly."""


def as_number(answer: Any) -> float:
    """The number that was meant: a Value's, a NumPy scalar's and a fraction's count.

    Raises UnreadableError if it is not a number.
    """
    if isinstance(answer, Value):
        return answer.data
    if is_number(answer):
        return float(answer)
    if not isinstance(answer, (bool, str, type)) and hasattr(answer, "__float__"):
        with suppress(TypeError, ValueError, OverflowError):
            return float(answer)
    if isinstance(answer, str) and re.fullmatch(r"[-+*/.()\d\s]*\d(e-?\d+)?\s*", answer):
        raise UnreadableError("This should be a number, not a string: remove the quotation marks.")
    raise UnreadableError(f"This should be a number, such as 2.5, not {described(answer)}.")


def digits_of(number: float) -> int:
    """How many significant digits it was given with.

    >>> digits_of(0.33), digits_of(1000.0), digits_of(1 / 3) > 10
    (2, 1, True)
    """
    return len(Decimal(repr(number)).normalize().as_tuple().digits)


def rounds_to(exact: float, number: float) -> bool:
    """Whether `number` is the exact one, rounded to as many digits as it has.

    >>> rounds_to(1 / 3, 0.33), rounds_to(1 / 3, 0.34), rounds_to(1024.0, 1000.0)
    (True, False, True)
    """
    return math.isfinite(number) and float(f"{exact:.{digits_of(number) - 1}e}") == number


@dataclass(frozen=True)
class Number(Kind):
    """One number, which may be rounded to two significant digits; with another tolerance only to within that."""

    tolerance: float = ROUNDED
    has_cases = False

    def observe(self, answer: Any) -> Seen:
        """The number."""
        return Seen([as_number(answer)])

    def agree(self, seen: Seen, expected: Seen) -> bool:
        """Whether they are equal, or one is the other rounded."""
        if same(seen, expected, self.tolerance):
            return True
        return self.tolerance == ROUNDED and digits_of(seen[0]) >= 2 and rounds_to(expected[0], seen[0])

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
        """What can be said without giving the number away."""
        number, right = seen[0], expected[0]
        if right and same(-number, right, self.tolerance):
            return "The size is right, the sign is not.", None
        if self.tolerance == ROUNDED and (rounds_to(right, number) or same(number, right, CLOSE)):
            return f"{short(number)} is close. Give three significant digits.", None
        return f"{contrast(number, right)[0]} is not right, and I do not recognise the mistake.", None


@dataclass(frozen=True)
class Numbers(Kind):
    """Several numbers by name, as `{"a": 2.0, "b": -1.0}`: a worksheet that was filled in."""

    names: Sequence[str]
    tolerance: float = ROUNDED
    slips: Mapping[tuple[str, float], str] = field(default_factory=dict)
    """Wrong numbers in single places, and what to say: {("b", 3.0): "That is ..."}."""

    def observe(self, answer: Any) -> Seen:
        """The numbers in the order of the names, which a list has too."""
        if isinstance(answer, (list, tuple)) and len(answer) == len(self.names):
            answer = dict(zip(self.names, answer, strict=True))
        if not isinstance(answer, Mapping):
            wanted = ", ".join(f'"{name}": ...' for name in self.names)
            raise UnreadableError(f"This should be a dictionary: {{{wanted}}}.")
        strange = [name for name in answer if name not in self.names]
        missing = [name for name in self.names if answer.get(name, ...) is ...]
        if strange or missing:
            what = f"does not ask for {strange[0]!r}" if strange else f"still needs {', '.join(map(repr, missing))}"
            raise UnreadableError(f"The question {what}; it is about: {', '.join(self.names)}.")
        numbers = Seen()
        for name in self.names:
            try:
                numbers.append(as_number(answer[name]))
            except UnreadableError as error:
                raise UnreadableError(f"{name}: {error}") from error
        return numbers

    def catalogued(self, exercise: Exercise) -> Iterator[tuple[Any, str]]:
        """As for every kind; and each slip in an answer that is right elsewhere."""
        yield from super().catalogued(exercise)
        whole = [mistake.answer for mistake in exercise.wrong]
        for (name, number), says in self.slips.items():
            answer = {**exercise.right, name: number}
            if answer not in whole:
                yield answer, says

    def conclude(self, exercise: Exercise, seen: Seen, answer: Any = None) -> Assessment:
        """As for every kind; a slip that has its own words is known."""
        found = super().conclude(exercise, seen, answer)
        return replace(found, known=found.known or found.says.endswith(tuple(self.slips.values())))

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
    """One of a few words or numbers, such as "a"; it may be written "A", "(a)", or 1e-05 for "1e-5"."""

    options: Sequence[str]
    has_cases = False

    def observe(self, answer: Any) -> Seen:
        """The option that was meant."""
        meant = meaning(answer)
        for option in self.options:
            if same(meaning(option), meant, 1e-12):
                return Seen([option])
        raise UnreadableError(f"Choose one of: {', '.join(map(repr, self.options))}. This is {described(answer)}.")


def meaning(option: Any) -> Any:
    """A number if it is one, else only the letters and digits, in lower case.

    >>> meaning("c) This."), meaning("1e-05"), meaning(["d", "c"]), meaning("D, c"), meaning(3)
    ('c', 1e-05, 'dc', 'dc', 3.0)
    """
    with suppress(UnreadableError, ValueError):
        return float(option) if isinstance(option, str) else as_number(option)
    if isinstance(option, (list, tuple)):
        option = "".join(map(str, option))
    if not isinstance(option, str):
        return None
    letter = re.match(r"\W*(\w)[):]", option)
    return letter[1].lower() if letter else "".join(re.findall(r"\w", option)).lower()


def require_function(answer: Any, arguments: Sequence[str], name: str = "of ") -> None:
    """Raise UnreadableError unless it can be called with these arguments."""
    wanted = f"This should be a function {name}({', '.join(arguments)})"
    if not callable(answer) or isinstance(answer, type):
        raise UnreadableError(f"{wanted}, not {described(answer)}.")
    with suppress(ValueError):  # a built-in function without a signature
        signature = inspect.signature(answer)
        try:
            signature.bind(*arguments)
        except TypeError as error:
            raise UnreadableError(f"{wanted}; yours takes {signature}.") from error


def own_names(answer: Any, names: Sequence[str]) -> Sequence[str]:
    """The learner's names of the arguments, if their number is right."""
    with suppress(TypeError, ValueError):
        own = inspect.signature(answer).parameters.values()
        if len(own) == len(names) and all(parameter.kind in POSITIONAL for parameter in own):
            return [parameter.name for parameter in own]
    return names


POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)


@dataclass(frozen=True)
class Function(Kind):
    """A function that the learner writes, tried at `points` from the simplest on; each is a tuple of arguments.

    With `gradients=True` the numbers of a point become Values, but for the `constants`, and the gradients of the
    result are observed too. `watch(function, *point)` replaces the plain call where something else should be observed.
    Each call gets points of its own: a function may change the lists that it is given.
    """

    points: Sequence[tuple[Any, ...]]
    names: Sequence[str] = ("x",)
    gradients: bool = False
    constants: Sequence[str] = ()
    watch: Callable[..., Any] | None = None
    tolerance: float = 1e-6
    arguments: Sequence[str] = ()
    """The names of the function's own arguments, if they are not those of the point."""
    where: Callable[..., str] | None = None
    """`where(*point)` says where something goes wrong; otherwise the point is written out, with the learner's names."""
    parts: Sequence[str] = ()
    """The names of an observation's parts, if it is a list that the learner did not make."""
    gives: str = "it gives"
    """What is said before a wrong observation."""
    picture: Callable[..., Any] | None = None
    """`picture(answer, *point)` gives what is drawn for the smallest counter-example: a Value's graph, or a drawing."""

    def observe(self, answer: Any) -> Seen:
        """The result, or the failure, at each point."""
        require_function(answer, self.arguments or self.names)
        return observe_each([partial(self._at, answer, point) for point in self.points])

    def _at(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        point = deepcopy(point)
        if self.watch is not None:
            return plain(self.watch(answer, *point))
        return self._with_gradients(answer, point) if self.gradients else plain(answer(*point))

    def _with_gradients(self, answer: Callable[..., Any], point: tuple[Any, ...]) -> Any:
        inputs = self._inputs(point, self.names)
        result = answer(*inputs)
        if not isinstance(result, Value):
            return value_of(result)
        result.backward()
        return [result.data, *(item.grad for item in inputs if isinstance(item, Value))]

    def _inputs(self, point: tuple[Any, ...], labels: Sequence[str]) -> list[Any]:
        return [
            number if name in self.constants else Value(number, label=label)
            for number, name, label in zip(point, self.names, labels, strict=True)
        ]

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
        """The first point at which the results differ, and a picture of its graph, if there is one."""
        place = next(i for i, (a, b) in enumerate(zip(seen, expected, strict=True)) if not same(a, b, self.tolerance))
        point, names = self.points[place], own_names(answer, self.names)
        values = ", ".join(map("{} = {}".format, names, map(item_text, point)))
        where = self.where(*point) if self.where else f"At {values}"
        text = f"{where} {self._difference(seen[place], expected[place], names)}"
        return text + what_was_printed(seen.printed[place]), self._drawn(answer, point, seen[place])

    def _difference(self, got: Any, wanted: Any, names: Sequence[str]) -> str:
        """What is wrong with an observation."""
        parts = self.parts
        if self.gradients:
            slopes = [name for name, own in zip(names, self.names, strict=True) if own not in self.constants]
            parts = ("the result", *(f"the gradient of {name}" for name in slopes))
        right = wanted[0] if parts else wanted
        if isinstance(got, Failure):
            return f"it {got}; {short(right)} is right."
        if got is None or (isinstance(got, NoValue) and got.result is None):
            return f"{self.gives} nothing, None; {short(right)} is right. Is the return missing?"
        if isinstance(got, NoValue):
            return f"it gives {short(got.result)}, not a Value: keep to operations on Values."
        if not parts or not isinstance(got, (list, tuple)) or len(got) != len(wanted):
            texts = contrast(got, wanted)
            no_list = missing_list(got) if isinstance(wanted, (list, tuple)) else ""
            return f"{self.gives} {no_list or f'{texts[0]}; {texts[1]} is right.'}"
        part = next(n for n, (a, b) in enumerate(zip(got, wanted, strict=True)) if not same(a, b, self.tolerance))
        texts = contrast(got[part], wanted[part])
        return f"{f'{parts[0]} is right, but ' if part else ''}{parts[part]} is {texts[0]}; {texts[1]} is right."

    def _drawn(self, answer: Callable[..., Any], point: tuple[Any, ...], got: Any) -> Any:
        """A picture of the graph that the answer made, or None."""
        if got is None or isinstance(got, Failure) or not (self.gradients or self.picture):
            return None
        with suppress(Exception), redirect_stdout(io.StringIO()):  # without a picture the text remains
            inputs = self._inputs(point, own_names(answer, self.names)) if self.gradients else []
            output = self.picture(answer, *deepcopy(point)) if self.picture else answer(*inputs)
            if isinstance(output, Value):
                output.backward()
                return draw(output)
            return output if hasattr(output, "_repr_mimebundle_") else None
        return None


@dataclass(frozen=True)
class NoValue:
    """What was observed where a Value was expected, and something else came."""

    result: Any


def value_of(result: Any) -> Any:
    """The number of a Value; a NoValue for anything else."""
    return result.data if isinstance(result, Value) else NoValue(plain(result))


@dataclass(frozen=True)
class Judged(Kind):
    """A question with many right answers: `says(answer)` is "" for a right one, else what is wrong with it.

    Where the answer is a function or a class, `watch(answer)` tries it and returns numbers, texts and lists of them;
    `says` judges these. So the answer can be tried in one process and judged in another.
    """

    says: Callable[[Any], str]
    arguments: Sequence[str] = ()
    """The names of the expected function's arguments, if the answer should be one."""
    watch: Callable[[Any], Any] | None = None

    def observe(self, answer: Any) -> Seen:
        """What `watch` returns; without it the answer itself."""
        if self.arguments:
            require_function(answer, self.arguments)
        return observe_each([lambda: self.watch(answer) if self.watch else answer])

    def conclude(self, exercise: Exercise, seen: Seen, answer: Any = None) -> Assessment:
        """What `says` returns."""
        said = seen if isinstance(seen[0], Failure) else observe_each([lambda: self.says(seen[0])])
        if isinstance(said[0], Failure):
            return Assessment(False, f"Your answer {said[0]}.")
        return Assessment(not said[0], said[0] or exercise.praise)


def plain(result: Any) -> Any:
    """A result as numbers, lists and tuples: a Value's data, an array's entries.

    >>> plain((Value(1.0), [2, "a"], range(2)))
    (1.0, [2, 'a'], [0, 1])
    """
    if isinstance(result, Value):
        return result.data
    if isinstance(result, Mapping):
        return {key: plain(item) for key, item in result.items()}
    if isinstance(result, tuple):
        return tuple(map(plain, result))
    if isinstance(result, list) or (isinstance(result, range) and len(result) < MANY):
        return [plain(item) for item in result]
    return plain(result.tolist()) if hasattr(result, "tolist") else result
