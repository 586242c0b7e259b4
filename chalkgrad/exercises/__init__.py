"""How does a learner check an answer, and ask for a hint?

`check("02.3", answer)` says whether the answer is right, and if not, why; each call of `hint("02.3")` gives one more
hint. `variant("7f3a")` selects the numbers of one student, `load("my_exercises.py")` adds a teacher's exercises.
Read `sandbox` (running a learner's code), `messages`, `verdict`, `exercise`, `answer_types`, `engine_answers`; then a
lesson; `variation` and `variants` (other numbers for each student), `own_exercises` (a teacher's file). To add a
lesson, write `lesson_NN.py` next to this file with a list `EXERCISES`; nothing else changes.
"""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from chalkgrad.exercises.answer_types import Choice, Function, Judged, Number, Numbers
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.own_exercises import ExerciseFileError, read_exercises
from chalkgrad.exercises.sandbox import UnreadableError
from chalkgrad.exercises.verdict import Verdict

__all__ = [
    "Choice",
    "Exercise",
    "Function",
    "Judged",
    "Mistake",
    "Number",
    "Numbers",
    "UnreadableError",
    "Verdict",
    "check",
    "exercises_of",
    "find",
    "hint",
    "lessons",
    "load",
    "register",
    "variant",
]

_given: dict[str, int] = {}
"""The number of hints given for each exercise."""
_loaded: dict[str, list[Exercise]] = {}
"""A teacher's exercises, by the part of their numbers before the dot."""
_varied: dict[tuple[str, str], Exercise] = {}
"""The exercises of variants, by variant and number."""
_code = ""
"""The variant that this session works on."""
CODE = re.compile("[A-Za-z0-9]{0,32}")
"""What a variant may be called."""


def check(number: str, answer: Any) -> Verdict:
    """Judge an answer to the exercise of this number, such as "02.3".

    Raises ValueError if there is no such exercise.

    >>> check("00.1", ...)
    ○ 00.1  Not answered yet: put your answer in place of the three dots.
    """
    return find(number).check(answer)


def hint(number: str, which: int | None = None) -> Verdict:
    """The next hint to an exercise, or the one with the number `which`.

    Raises ValueError for an unknown exercise, and if `which` is not a whole number of at least 1.
    """
    exercise = find(number, asked_by="hint")
    if which is not None and (type(which) is not int or which < 1):
        raise ValueError(f"hint: which must be a whole number of at least 1, got {which!r}")
    _given[number] = _given.get(number, 0) + 1 if which is None else which
    return exercise.hint(_given[number])


def variant(code: str) -> None:
    """Work on the exercises with the numbers of this variant from now on; "" means the plain ones.

    Raises ValueError for a code that is not text of letters and digits.

    >>> variant("7f3a")
    >>> find("02.2").question == find("02.2", code="").question
    False
    >>> variant("")
    """
    global _code
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise ValueError(f"variant: code must be letters and digits, such as '7f3a', got {code!r}")
    _code = code


def load(path: str | Path) -> list[Exercise]:
    """Add the exercises of a file to those that `check` and `hint` know, and return them.

    Raises OSError if the file cannot be read, TypeError if `path` is not a path, and ValueError if the file does not
    define a usable list EXERCISES.
    """
    if not isinstance(path, (str, Path)):
        raise TypeError(f"load: path must be the name of a file, such as 'gears.py', got {path!r}")
    exercises = read_exercises(path)
    register(exercises, str(path))
    return exercises


def register(exercises: list[Exercise], source: str) -> None:
    """Add exercises to those that `check` and `hint` know; `source` is named if a lesson of the course has the name."""
    names = dict.fromkeys(exercise.number.rpartition(".")[0] for exercise in exercises)
    taken = [name for name in names if _is_lesson(name)]
    if taken:
        raise ExerciseFileError(f"{source}: {taken[0]} is a lesson of the course; give your exercises another name")
    _varied.clear()
    for name in names:
        _loaded[name] = [exercise for exercise in exercises if exercise.number.rpartition(".")[0] == name]


def find(number: str, asked_by: str = "check", code: str | None = None) -> Exercise:
    """The exercise with this number; if there is none, a ValueError whose message begins with `asked_by`.

    `code` is the variant, by default the one chosen with `variant`; what cannot be one counts as none.

    >>> find("00.77")
    Traceback (most recent call last):
    ValueError: check: no exercise '00.77'; lesson 00 has: 00.1, ...
    """
    lesson = number.rpartition(".")[0] if isinstance(number, str) else ""
    if lesson not in _loaded and not _is_lesson(lesson):
        of_two_digits = str(number).zfill(4)
        if _is_lesson(of_two_digits.rpartition(".")[0]):
            raise ValueError(f"{asked_by}: no exercise {number!r}; did you mean {of_two_digits!r}?")
        raise ValueError(f"{asked_by}: no exercise {number!r}; lessons with exercises: {_names_of_lessons()}")
    exercises = exercises_of(lesson)
    for exercise in exercises:
        if exercise.number == number:
            return _of_variant(exercise, _code if code is None else code if CODE.fullmatch(code) else "")
    numbers = ", ".join(exercise.number for exercise in exercises)
    raise ValueError(f"{asked_by}: no exercise {number!r}; lesson {lesson} has: {numbers}")


def _of_variant(exercise: Exercise, code: str) -> Exercise:
    if not code or exercise.vary is None:
        return exercise
    key = code, exercise.number
    if key not in _varied:
        _varied[key] = exercise.varied(code)
    return _varied[key]


def _names_of_lessons() -> str:
    return ", ".join([*lessons(), *_loaded])


def _is_lesson(name: str) -> bool:
    numbered = isinstance(name, str) and re.fullmatch(r"\d\d", name)
    return bool(numbered) and find_spec(f"chalkgrad.exercises.lesson_{name}") is not None


def lessons() -> list[str]:
    """The numbers of the lessons that have exercises, such as "02"."""
    return [f"{n:02}" for n in range(100) if _is_lesson(f"{n:02}")]


def exercises_of(lesson: str) -> list[Exercise]:
    """The exercises of a lesson, such as "02", in order, as they are without a variant.

    Raises ValueError if there is no such lesson.
    """
    if lesson in _loaded:
        return _loaded[lesson]
    if not _is_lesson(lesson):
        raise ValueError(f"exercises_of: no lesson {lesson!r}; lessons with exercises: {_names_of_lessons()}")
    exercises: list[Exercise] = import_module(f"chalkgrad.exercises.lesson_{lesson}").EXERCISES
    return exercises
