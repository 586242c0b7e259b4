"""How does a teacher's own file of exercises become part of the bank?

The file is Python: it defines a list `EXERCISES`, as the lessons' own files do. `chalkgrad check-file` tells what is
wrong with it. Read before: `exercise`, `answer_types`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chalkgrad.exercises.exercise import Exercise

NUMBER = re.compile(r"[A-Za-z0-9][\w-]*\.\d+")
"""A name, a dot, a number: gears.1."""


class ExerciseFileError(ValueError):
    """A file of exercises that cannot be used; the message says why."""


def read_exercises(path: str | Path) -> list[Exercise]:
    """The exercises of a file.

    Raises OSError if it cannot be read, and ExerciseFileError if it does not define a usable list EXERCISES.
    """
    return exercises_from(Path(path).read_text(encoding="utf-8"), str(path))


def exercises_from(source: str, name: str) -> list[Exercise]:
    """The exercises of a file's text; `name` is named in messages.

    >>> exercises_from("x = 1", "mine.py")
    Traceback (most recent call last):
    chalkgrad.exercises.own_exercises.ExerciseFileError: mine.py: it must define a list EXERCISES
    """
    scope: dict[str, Any] = {"__name__": Path(name).stem, "__file__": name}
    try:
        exec(compile(source, name, "exec"), scope)  # the teacher's own code, as an import would run it
    except Exception as error:
        raise ExerciseFileError(f"{name}: {type(error).__name__}: {error}") from error
    found = scope.get("EXERCISES")
    if not isinstance(found, (list, tuple)):
        raise ExerciseFileError(f"{name}: it must define a list EXERCISES")
    problem = next(_problems(found), None)
    if problem:
        raise ExerciseFileError(f"{name}: {problem}")
    return list(found)


def _problems(found: list[Any] | tuple[Any, ...]) -> Iterator[str]:
    if not found:
        yield "EXERCISES is empty"
    numbers = []
    for place, exercise in enumerate(found, 1):
        if not isinstance(exercise, Exercise):
            yield f"EXERCISES must hold exercises, and its item {place} is of type {type(exercise).__name__}"
            continue
        if not isinstance(exercise.number, str) or not NUMBER.fullmatch(exercise.number):
            yield (
                f"{exercise.number!r} is not the number of an exercise: use a name, a dot and a number, such as "
                "'gears.1'"
            )
            continue
        if exercise.number in numbers:
            yield f"two exercises have the number {exercise.number!r}"
        numbers.append(exercise.number)
