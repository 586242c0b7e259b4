"""How an answer is judged."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chalkgrad.exercises.answer_types import Number
from chalkgrad.exercises.exercise import Exercise, Kind, Mistake, is_open, same
from chalkgrad.exercises.sandbox import Failure


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1.0, 1, True),
        (1.0, 1.0 + 1e-12, True),
        (1e-300, 0.0, True),
        (1e12, 1e12 + 1e5, False),
        (math.inf, math.inf, True),
        (math.nan, math.nan, True),
        (math.nan, 1.0, False),
        (True, 1.0, False),
        ("a", "a", True),
        ([1.0, [2.0]], (1.0, (2.0,)), True),
        ({"a": [1.0]}, {"a": (1.0 + 1e-12,)}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ([1.0], [1.0, 1.0], False),
        (Failure("ValueError", "x"), Failure("ValueError", "y"), True),
        (Failure("ValueError"), 1.0, False),
    ],
)
def test_observations_agree(one: object, other: object, equal: bool) -> None:
    assert same(one, other, 1e-9) is equal
    assert same(other, one, 1e-9) is equal


def unanswered(x: float) -> float: ...  # type: ignore[empty-body]


def code_of(x: float) -> float:
    return x


def documented(x: float) -> float:  # type: ignore[empty-body]
    """What is asked for."""
    ...  # noqa: PIE790


@pytest.mark.parametrize("answer", [..., unanswered, documented, {"a": ..., "b": ...}, [..., ...]])
def test_what_is_not_answered_yet(answer: object) -> None:
    assert is_open(answer)
    verdict = Exercise("00.0", "?", Number(), right=1.0).check(answer)
    assert verdict.state == "open"
    assert not verdict


@pytest.mark.parametrize("answer", [None, 0, {}, [], {"a": ..., "b": 1.0}, lambda: None, print, code_of])
def test_what_is_an_answer(answer: object) -> None:
    assert not is_open(answer)


def test_the_first_matching_mistake_gives_the_diagnosis_and_others_are_unknown() -> None:
    exercise = Exercise("00.0", "?", Number(), right=1.0, wrong=[Mistake(2.0, "two"), Mistake(2.0, "again")])
    assert exercise.check(2).says == "two"
    assert "do not recognise the mistake" in exercise.check(5.0).says
    assert exercise.check(5.0).detail == "", "an exercise without hints does not offer one"
    assert exercise.check(-1).says == "The size is right, the sign is not."


def test_a_hint_is_offered_where_the_mistake_is_not_known_and_only_there() -> None:
    exercise = Exercise("00.0", "?", Number(), right=1.0, wrong=[Mistake(2.0, "two")], hints=["Count."])
    assert exercise.check(5.0).detail == 'hint("00.0") helps.'
    assert exercise.check(2.0).detail == exercise.check(1.0).detail == exercise.check(None).detail == ""


def test_an_exercise_without_hints_says_so() -> None:
    assert "no hint" in Exercise("00.0", "?", Number(), right=1.0).hint(1).says


def test_a_kind_must_say_what_it_observes() -> None:
    with pytest.raises(NotImplementedError):
        Kind().observe(1.0)


@pytest.mark.parametrize(("name", "entry"), [("hints", "Multiply."), ("wrong", Mistake(7, "You added."))])
def test_mistakes_and_hints_are_in_lists(name: str, entry: Any) -> None:
    with pytest.raises(TypeError, match=rf"^exercise g\.1: {name} must be a list, such as \[.*\], got "):
        Exercise("g.1", "3 times 4?", Number(), 12, **{name: entry})
