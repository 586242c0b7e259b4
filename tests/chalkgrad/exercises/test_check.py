"""`check`, `hint` and finding an exercise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from optional import LESSONS

from chalkgrad import exercises
from chalkgrad.exercises import check, exercises_of, find, hint, lessons, load


def test_hints_come_one_after_the_other_and_the_last_one_stays() -> None:
    exercise = find("02.1")
    given = [hint("02.1").says for _ in range(len(exercise.hints) + 1)]
    assert [text.partition(" (hint")[0] for text in given] == [*exercise.hints, exercise.hints[-1]]
    assert hint("02.1", 1).says == given[0]


@pytest.mark.parametrize("number", ["2.1", 2.1])
def test_the_number_of_a_lesson_has_two_digits(number: object) -> None:
    for function, arguments in ((check, (number, 1.0)), (hint, (number,))):
        with pytest.raises(ValueError, match=rf"no exercise {number!r}; did you mean '02\.1'\?$"):
            function(*arguments)  # type: ignore[operator]


def test_what_load_returns_does_not_show_the_answers(tmp_path: Path) -> None:
    """A notebook displays it if the call is the last line of a cell."""
    path = tmp_path / "gears.py"
    path.write_text(
        "from chalkgrad.exercises import Exercise, Mistake, Number\n"
        "EXERCISES = [Exercise('gears.1', 'Twice 617?', Number(), 1234, [Mistake(5678, 'Four times.')], ['Add it.'])]\n"
    )
    try:
        shown = repr(load(path))
    finally:
        exercises._loaded.clear()
    assert "gears.1" in shown
    assert "Twice 617?" in shown
    assert not any(text in shown for text in ("1234", "5678", "Four times", "Add it"))


@pytest.mark.parametrize("number", ["99.1", "02", "", None, 7])
def test_an_unknown_lesson_is_told(number: object) -> None:
    with pytest.raises(ValueError, match="lessons with exercises: 00, 01"):
        check(number, 1.0)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^hint: "):
        hint(number)  # type: ignore[arg-type]


def test_an_unknown_exercise_is_told() -> None:
    with pytest.raises(ValueError, match=r"check: no exercise '02\.99'; lesson 02 has: 02\.1, 02\.2"):
        check("02.99", 1.0)
    with pytest.raises(ValueError, match=r"hint: no exercise '02\.99'; lesson 02 has: 02\.1, 02\.2"):
        hint("02.99")


def test_every_lesson_has_exercises() -> None:
    assert lessons() == LESSONS


@pytest.mark.parametrize("which", [0, -1, "2", 1.0, True])
def test_a_hint_has_a_number_from_1(which: Any) -> None:
    """Its number 0 or -1 was the first one, and "2" raised Python's own error about `>`."""
    with pytest.raises(ValueError, match=f"hint: which must be a whole number of at least 1, got {which!r}"):
        hint("00.1", which)


@pytest.mark.parametrize("lesson", ["77", 2, None])
def test_the_exercises_of_an_unknown_lesson_are_refused(lesson: Any) -> None:
    with pytest.raises(ValueError, match=f"exercises_of: no lesson {lesson!r}; lessons with exercises: 00, 01"):
        exercises_of(lesson)


def test_a_path_is_the_name_of_a_file() -> None:
    wrong: Any = 3
    with pytest.raises(TypeError, match=r"load: path must be the name of a file, .* got 3"):
        load(wrong)
