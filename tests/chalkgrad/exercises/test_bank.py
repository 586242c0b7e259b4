"""The bank of planted mistakes: in every exercise of every lesson each one is caught, and called by its own name."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value
from chalkgrad.exercises import Exercise, Mistake, check, exercises_of, lessons
from chalkgrad.exercises.kinds import Numbers

ALL = [exercise for lesson in lessons() for exercise in exercises_of(lesson)]


def constant(*anything: object) -> float:
    return 12345.678


def broken(*anything: object) -> None:
    raise LookupError("no answer")


MISTAKES = [
    pytest.param(exercise, mistake, id=f"{exercise.number}-{n}")
    for exercise in ALL
    for n, mistake in enumerate(exercise.wrong, 1)
]


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.number)
def test_the_right_answer_is_right(exercise: Exercise) -> None:
    verdict = exercise.check(exercise.right)
    assert verdict.state == "right", verdict.says


@pytest.mark.parametrize(("exercise", "mistake"), MISTAKES)
def test_every_catalogued_mistake_gets_its_own_diagnosis(exercise: Exercise, mistake: Mistake) -> None:
    verdict = exercise.check(mistake.answer)
    assert (verdict.state, verdict.says) == ("wrong", mistake.says)
    assert [m.says for m in exercise.wrong].count(mistake.says) == 1, "two mistakes must not get the same words"


SLIPS = [
    pytest.param(exercise, name, number, says, id=f"{exercise.number}-{name}={number}")
    for exercise in ALL
    if isinstance(exercise.kind, Numbers)
    for (name, number), says in exercise.kind.slips.items()
]


@pytest.mark.parametrize(("exercise", "name", "number", "says"), SLIPS)
def test_every_catalogued_slip_in_one_place_is_told(exercise: Exercise, name: str, number: float, says: str) -> None:
    verdict = exercise.check({**exercise.right, name: number})
    whole = [mistake.says for mistake in exercise.wrong if mistake.answer == {**exercise.right, name: number}]
    assert verdict.state == "wrong"
    assert whole or verdict.says.endswith(says)


class Stubborn:
    """An object that cannot be shown or compared."""

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        raise RuntimeError("no repr")

    def __eq__(self, other: object) -> bool:
        raise RuntimeError("no eq")


def vandal(*arguments: Any) -> Any:
    """Spoils all that it is given."""
    for argument in arguments:
        if isinstance(argument, list):
            argument.clear()
        elif isinstance(argument, Value):
            argument.data = 99.0
    return 0.0


def printer(*anything: object) -> None:
    print("one", *anything)  # noqa: T201
    print("two")  # noqa: T201


def gives(result: object) -> Callable[..., object]:
    return lambda *anything: result


STRANGE = [
    *[True, 1j, math.nan, math.inf, 10**400, "", (1, 2), [1.0], [math.nan] * 3, ["a", "b", "c"], {"a": math.nan}, {1}],
    *[
        np.array([1.0, 2.0]),
        np.array(12345.678),
        Value(math.nan),
        float,
        len,
        print,
        Stubborn(),
        vandal,
        printer,
        sys.exit,
    ],
    *map(gives, [None, math.nan, "text", [1.0], np.array([1.0, 2.0]), 1j, Value(3.0), Stubborn(), iter([1]), ...]),
]


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.number)
@pytest.mark.parametrize("unknown", [None, "seven", -123456.789, [], {}, object(), constant, broken])
def test_an_unknown_wrong_answer_is_wrong(exercise: Exercise, unknown: object) -> None:
    verdict = exercise.check(unknown)
    assert verdict.state == "wrong"
    assert verdict.says
    assert unknown is constant or verdict.says not in [mistake.says for mistake in exercise.wrong]


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.number)
def test_no_strange_answer_does_any_harm(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    for answer in STRANGE:
        verdict = exercise.check(answer)
        shown = verdict._repr_mimebundle_()
        assert verdict.state == "wrong", shown["text/plain"]
        assert not re.search(r" at 0x[0-9a-f]+|Traceback", shown["text/html"])
    assert capsys.readouterr().out == ""
    assert exercise.check(exercise.right), "one of them has spoilt what is compared with"


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.number)
def test_an_exercise_is_complete(exercise: Exercise) -> None:
    assert check(exercise.number, ...).state == "open"
    assert len(exercise.wrong) >= 2, "catalogue the mistakes that learners make"
    assert len(exercise.hints) >= 1
    assert exercise.question


@pytest.mark.parametrize("lesson", lessons())
def test_a_lesson_has_at_least_three_exercises_in_order(lesson: str) -> None:
    numbers = [exercise.number for exercise in exercises_of(lesson)]
    assert len(numbers) >= 3
    assert numbers == [f"{lesson}.{n}" for n in range(1, len(numbers) + 1)]
