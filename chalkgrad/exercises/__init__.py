"""How does a learner check an answer, and ask for a hint?

`check("02.3", answer)` says whether the answer is right, and if not, why; each call of `hint("02.3")` gives one more
hint. Read `sandbox` (running a learner's code), `messages`, `verdict`, `exercise`, `answer_types`, `engine_answers`;
then a lesson. To add a lesson, write `lesson_NN.py` next to this file with a list `EXERCISES`; nothing else changes.
"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.sandbox import UnreadableError
from chalkgrad.exercises.verdict import Verdict

__all__ = ["Exercise", "Mistake", "UnreadableError", "Verdict", "check", "exercises_of", "find", "hint", "lessons"]

_given: dict[str, int] = {}
"""The number of hints given for each exercise."""


def check(number: str, answer: Any) -> Verdict:
    """Judge an answer to the exercise of this number, such as "02.3".

    Raises ValueError if there is no such exercise.

    >>> check("00.1", ...)
    ○ 00.1  Not answered yet: put your answer in place of the three dots.
    """
    return find(number).check(answer)


def hint(number: str, which: int | None = None) -> Verdict:
    """The next hint to an exercise, or the one with the number `which`.  Raises ValueError for an unknown exercise."""
    exercise = find(number, asked_by="hint")
    _given[number] = _given.get(number, 0) + 1 if which is None else which
    return exercise.hint(max(1, _given[number]))


def find(number: str, asked_by: str = "check") -> Exercise:
    """The exercise with this number; if there is none, a ValueError whose message begins with `asked_by`.

    >>> find("00.77")
    Traceback (most recent call last):
    ValueError: check: no exercise '00.77'; lesson 00 has: 00.1, ...
    """
    lesson = number.partition(".")[0] if isinstance(number, str) else ""
    if not re.fullmatch(r"\d\d", lesson) or find_spec(f"chalkgrad.exercises.lesson_{lesson}") is None:
        raise ValueError(f"{asked_by}: no exercise {number!r}; lessons with exercises: {', '.join(lessons())}")
    exercises = exercises_of(lesson)
    for exercise in exercises:
        if exercise.number == number:
            return exercise
    numbers = ", ".join(exercise.number for exercise in exercises)
    raise ValueError(f"{asked_by}: no exercise {number!r}; lesson {lesson} has: {numbers}")


def lessons() -> list[str]:
    """The numbers of the lessons that have exercises, such as "02"."""
    return [f"{n:02}" for n in range(100) if find_spec(f"chalkgrad.exercises.lesson_{n:02}") is not None]


def exercises_of(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, in order."""
    exercises: list[Exercise] = import_module(f"chalkgrad.exercises.lesson_{lesson}").EXERCISES
    return exercises
