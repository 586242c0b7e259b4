"""How is an answer judged, and how does a mistake get its name?

An exercise declares the right answer and a catalogue of wrong ones, each with its own diagnosis. Its *kind* says what
can be observed of an answer: a number itself, a function's results, an engine's gradients on many small graphs. An
answer that behaves as the right one does is right; one that behaves as a catalogued wrong one gets that diagnosis; any
other is wrong, and the kind shows the smallest case in which it differs. Read before: `sandbox`, `messages`. Read next:
`answer_types`, `engine_answers`; then a lesson.
"""

from __future__ import annotations

import dis
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import CodeType
from typing import Any

from chalkgrad.exercises.messages import is_number
from chalkgrad.exercises.sandbox import Failure, Seen, UnreadableError
from chalkgrad.exercises.verdict import Verdict


@dataclass(frozen=True)
class Mistake:
    """One catalogued wrong answer, and what to say to a learner who gives it."""

    answer: Any
    says: str


@dataclass(frozen=True)
class Assessment:
    """What a kind found out about an answer."""

    right: bool
    says: str
    detail: str = ""
    """The smallest case in which the answer goes wrong."""
    picture: Any = None
    known: bool = True
    """Whether `says` names the mistake; otherwise a hint may help."""


class Kind:
    """What can be observed of an answer, and how a difference is described."""

    tolerance = 1e-9
    """By how much numbers may differ, relative to the greater of them."""
    has_cases = True
    """Whether `show` describes one case among many, which then belongs below the name of a mistake too."""

    def observe(self, answer: Any) -> Seen:
        """One entry a case: numbers, strings, nested lists of them, or a `Failure`.

        Raises UnreadableError if the answer does not have the expected form.
        """
        raise NotImplementedError

    def agree(self, seen: Seen, expected: Seen) -> bool:
        """Whether an answer with these observations counts as the expected one."""
        return same(seen, expected, self.tolerance)

    def catalogued(self, exercise: Exercise) -> Iterator[tuple[Any, str]]:
        """Each wrong answer that has a diagnosis of its own, and that diagnosis."""
        for mistake in exercise.wrong:
            yield mistake.answer, mistake.says

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
        """The first case in which an unknown wrong answer differs: a text, and a picture or None."""
        return "That is not right, and I do not recognise the mistake.", None

    def judge(self, exercise: Exercise, answer: Any) -> Assessment:
        """Whether the answer is right, and if not, what to say about it."""
        return self.conclude(exercise, self.observe(answer), answer)

    def conclude(self, exercise: Exercise, seen: Seen, answer: Any = None) -> Assessment:
        """The same from the observations, perhaps of another process, where the answer itself is not available."""
        expected = exercise.expected
        if self.agree(seen, expected):
            return Assessment(True, exercise.praise)
        text, picture = self.show(answer, seen, expected)
        for mistake, observed in zip(exercise.wrong, exercise.observed_mistakes, strict=True):
            if self.agree(seen, observed):
                return Assessment(False, mistake.says, text if self.has_cases else "", picture)
        return Assessment(False, text, "", picture, known=False)


@dataclass(frozen=True)
class Exercise:
    """One exercise of a lesson.

    >>> from chalkgrad.exercises.answer_types import Number
    >>> slope = Exercise("00.9", "The slope of x² at x = 3?", Number(), right=6.0,
    ...                  wrong=[Mistake(9.0, "That is x² itself, not its slope.")], hints=["Nudge x by 0.001."])
    >>> slope.check(9)
    ✗ 00.9  That is x² itself, not its slope.
    >>> slope.check(6.0)
    ✓ 00.9  Right.
    >>> slope.check(7).state
    'wrong'
    """

    number: str
    question: str
    kind: Kind
    right: Any = field(repr=False)
    """The right answer. It is not shown, nor are mistakes and hints: a notebook displays what `load` returns."""
    wrong: Sequence[Mistake] = field(default=(), repr=False)
    hints: Sequence[str] = field(default=(), repr=False)
    praise: str = field(default="Right.", repr=False)
    """What is said about the right answer: a chance to say why it matters."""
    vary: Callable[[random.Random], Mapping[str, Any]] | None = field(default=None, repr=False)
    """Draws other numbers, and returns the fields that depend on them (question, right ...): see `variants`."""

    def __post_init__(self) -> None:
        """Raise TypeError for one mistake or one hint that is not in a list."""
        for name, entry in (("wrong", self.wrong), ("hints", self.hints)):
            if not isinstance(entry, (list, tuple)):
                raise TypeError(f"exercise {self.number}: {name} must be a list, such as [{entry!r}], got {entry!r}")

    @cached_property
    def expected(self) -> Seen:
        """What is observed of the right answer."""
        return self.kind.observe(self.right)

    @cached_property
    def observed_mistakes(self) -> tuple[Seen, ...]:
        """What is observed of each mistake."""
        return tuple(self.kind.observe(mistake.answer) for mistake in self.wrong)

    def check(self, answer: Any) -> Verdict:
        """Right, or why not."""
        if is_open(answer):
            return Verdict(self.number, "open", "Not answered yet: put your answer in place of the three dots.")
        try:
            found = self.kind.judge(self, answer)
        except UnreadableError as error:
            return Verdict(self.number, "wrong", str(error))
        help_ = "" if found.known or not self.hints else f'hint("{self.number}") helps.'
        detail = "\n".join(filter(None, [found.detail, help_]))
        return Verdict(self.number, "right" if found.right else "wrong", found.says, detail, found.picture)

    def varied(self, code: str) -> Exercise:
        """The same exercise with the numbers of the variant `code`; without `vary` it is the same for all.

        Draws in which two of the answers coincide are discarded. Raises ValueError if no draw is left.
        """
        if self.vary is None or not code:
            return self
        for attempt in range(DRAWS):
            varied = replace(self, **self.vary(random.Random(f"{code} {self.number} {attempt}")), vary=None)
            if not any(varied.faults()):
                return varied
        raise ValueError(f"exercise {self.number}: {DRAWS} draws of `vary`, and in each of them two answers coincide")

    def faults(self) -> Iterator[str]:
        """What is wrong with the exercise itself: a right answer that is not right, a mistake without its diagnosis."""
        if not self.question.strip():
            yield "the question is empty"
        verdict = self.check(self.right)
        if verdict.state != "right":
            yield f"the right answer is not right: {verdict.says}"
        elif failure := next((seen for seen in self.expected if isinstance(seen, Failure)), None):
            yield f"the right answer {failure}"
        said = [mistake.says for mistake in self.wrong]
        for says in said:
            if not says.strip():
                yield f"mistake {said.index(says) + 1} has no message"
            elif said.count(says) > 1:
                yield f"two mistakes have the same message: {says}"
        for answer, says in self.kind.catalogued(self):
            verdict = self.check(answer)
            if verdict.state == "right":
                yield f"this mistake counts as right: {says}"
            elif not verdict.says.endswith(says):
                yield f"this mistake is not recognised: {says} (It gets: {verdict.says})"

    def hint(self, which: int) -> Verdict:
        """The hint with that number, counted from 1; the last one if there are fewer."""
        if not self.hints:
            return Verdict(self.number, "hint", "There is no hint for this one.")
        which = min(which, len(self.hints))
        return Verdict(self.number, "hint", f"{self.hints[which - 1]} (hint {which} of {len(self.hints)})")


DRAWS = 200
"""At most this many draws of numbers are tried for a variant."""


def is_open(answer: Any) -> bool:
    """Whether it is `...`, or consists of nothing else (a function, a dictionary, a list): not answered yet.

    >>> def slope(x): ...
    >>> is_open(slope), is_open(...), is_open(0.0)
    (True, True, False)
    """
    if isinstance(answer, (dict, list, tuple)) and answer:
        return all(item is ... for item in (answer.values() if isinstance(answer, dict) else answer))
    code = getattr(answer, "__code__", None)
    return answer is ... or (code is not None and answer.__name__ != "<lambda>" and does_nothing(code))


def does_nothing(code: CodeType) -> bool:
    """Whether compiled code only returns None, as a body of three dots does, with or without a docstring."""
    return all(
        step.opname in ("RESUME", "NOP", "RETURN_VALUE") or (step.opname in RETURNS and step.argval is None)
        for step in dis.get_instructions(code)
    )


RETURNS = ("LOAD_CONST", "RETURN_CONST")


def same(seen: Any, expected: Any, tolerance: float) -> bool:
    """Whether two observations agree: numbers nearly, failures in their type, everything else exactly.

    >>> same([0.3], [0.1 + 0.2], 1e-9), same([math.nan], [math.nan], 1e-9), same([1.0], [2.0], 1e-9)
    (True, True, False)
    """
    if isinstance(seen, (list, tuple)) and isinstance(expected, (list, tuple)):
        return len(seen) == len(expected) and all(same(a, b, tolerance) for a, b in zip(seen, expected, strict=True))
    if isinstance(seen, Mapping) and isinstance(expected, Mapping):
        return seen.keys() == expected.keys() and all(same(seen[key], expected[key], tolerance) for key in expected)
    if isinstance(seen, Failure) and isinstance(expected, Failure):
        return seen.name == expected.name
    if is_number(seen) and is_number(expected):
        return math.isclose(seen, expected, rel_tol=tolerance, abs_tol=tolerance) or (
            seen != seen and expected != expected
        )
    try:
        return type(seen) is type(expected) and bool(seen == expected)
    except Exception:  # a learner's own class may have an __eq__ of any kind, and an array has no truth
        return False
