"""A teacher's own file of exercises: what is accepted, and what is said about the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalkgrad import exercises
from chalkgrad.exercises import check, exercises_of, hint, load
from chalkgrad.exercises.own_exercises import ExerciseFileError, exercises_from

GEARS = """
from chalkgrad.exercises import Exercise, Mistake, Number
EXERCISES = [Exercise("gears.1", "3 times 4?", Number(), 12, [Mistake(7, "You added.")], ["Multiply."])]
"""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    exercises._loaded.clear()


def test_its_exercises_are_known_to_check_and_hint(tmp_path: Path) -> None:
    path = tmp_path / "gears.py"
    path.write_text(GEARS)
    assert [exercise.number for exercise in load(path)] == ["gears.1"] == [e.number for e in exercises_of("gears")]
    assert check("gears.1", 12)
    assert check("gears.1", 7).says == "You added."
    assert hint("gears.1").says == "Multiply. (hint 1 of 1)"
    with pytest.raises(ValueError, match=r"no exercise 'gears\.2'; lesson gears has: gears\.1"):
        check("gears.2", 1)


def test_loaded_again_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "gears.py"
    path.write_text(GEARS)
    load(path)
    path.write_text(GEARS.replace("12", "13"))
    load(path)
    assert check("gears.1", 13)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("x = 1", r"mine\.py: it must define a list EXERCISES"),
        ("EXERCISES = []", "EXERCISES is empty"),
        ("EXERCISES = [1]", "its item 1 is of type int"),
        ("1 / 0", r"mine\.py: ZeroDivisionError: division by zero"),
        ("def (", r"mine\.py: SyntaxError"),
        (GEARS.replace("gears.1", "gears"), "'gears' is not the number of an exercise: use a name, a dot and a number"),
        (GEARS + "EXERCISES *= 2", "two exercises have the number 'gears.1'"),
    ],
)
def test_what_cannot_be_used_is_told(source: str, message: str) -> None:
    with pytest.raises(ExerciseFileError, match=message):
        exercises_from(source, "mine.py")


def test_a_lesson_of_the_course_keeps_its_number(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(GEARS.replace("gears.1", "02.1"))
    with pytest.raises(ValueError, match="02 is a lesson of the course; give your exercises another name"):
        load(path)
    assert len(exercises_of("02")) > 1
