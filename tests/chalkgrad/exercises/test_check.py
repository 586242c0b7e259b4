"""`check`, `hint` and finding an exercise."""

from __future__ import annotations

import pytest
from optional import LESSONS

from chalkgrad.exercises import check, find, hint, lessons


def test_hints_come_one_after_the_other_and_the_last_one_stays() -> None:
    exercise = find("02.1")
    given = [hint("02.1").says for _ in range(len(exercise.hints) + 1)]
    assert [text.partition(" (hint")[0] for text in given] == [*exercise.hints, exercise.hints[-1]]
    assert hint("02.1", 1).says == given[0]


@pytest.mark.parametrize("number", ["99.1", "2.1", "", None, 2.1])
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
