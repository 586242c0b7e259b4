"""What travels from a student's process to the checker: everything that verdicts depend on, and no code."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from autograd import Value
from chalkgrad.exercises import exercises_of, lessons
from chalkgrad.exercises.answer_types import NoValue
from chalkgrad.exercises.sandbox import Failure, Seen
from chalkgrad.grading.plain_data import LARGEST, Described, decode, encode


def sent(seen: Seen) -> Seen:
    return decode(json.loads(encode(seen)))


@pytest.mark.parametrize(
    "item",
    [1, -2.5, math.inf, "text", None, True, [1, [2.0, "a"]], (1, (2,)), {"a": 1, 2: (3,)}, Failure("ValueError", "no"),
     NoValue([1]), 10**300, [], {}, (), 1e-320],
    ids=repr,
)  # fmt: skip
def test_it_arrives_as_it_was(item: Any) -> None:
    (arrived,) = sent(Seen([item]))
    assert arrived == item
    assert type(arrived) is type(item)


def test_nan_arrives() -> None:
    assert math.isnan(sent(Seen([math.nan]))[0])


@pytest.mark.parametrize(
    ("item", "arrives"),
    [
        (Value(2.0), 2.0),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        (np.int64(3), 3),
        (range(3), [0, 1, 2]),
        (np.float64(1.5), 1.5),
    ],
    ids=repr,
)
def test_other_numbers_arrive_as_plain_ones(item: Any, arrives: Any) -> None:
    assert sent(Seen([item])) == [arrives]


def test_what_does_not_travel_arrives_as_its_description() -> None:
    (arrived,) = sent(Seen([len]))
    assert isinstance(arrived, Described)
    assert repr(arrived) == "the function len"


def test_what_is_too_large_or_too_deep_is_a_failure() -> None:
    nested: list[Any] = []
    for _ in range(100_000):
        nested = [nested]
    for item in ([0] * (LARGEST + 1), "x" * (LARGEST + 1), nested):
        (arrived,) = sent(Seen([item]))
        assert arrived == Failure("TooLarge", "an answer of this size is not graded")


class Hostile:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("not to be looked at")


def test_an_object_that_raises_when_it_is_looked_at_is_a_failure() -> None:
    assert isinstance(sent(Seen([Hostile()]))[0], Failure)


def test_what_was_printed_travels_cut_short() -> None:
    seen = Seen([1])
    seen.printed = ["x" * 1000]
    assert sent(seen).printed == ["x" * 200]


@pytest.mark.parametrize(
    "message",
    [{}, {"seen": 1, "printed": []}, {"seen": [{"pickle": "x"}], "printed": [""]}, {"seen": [{}], "printed": [""]},
     {"seen": [1], "printed": []}, {"seen": [{"failure": 1}], "printed": [""]},
     {"seen": [{"dict": [1]}], "printed": [""]}],
    ids=repr,
)  # fmt: skip
def test_what_is_no_message_is_refused(message: Any) -> None:
    with pytest.raises(ValueError, match="this is no message of the student's process"):
        decode(message)


@pytest.mark.parametrize("lesson", lessons())
def test_every_verdict_is_the_same_after_the_journey(lesson: str) -> None:
    """The right answer and each mistake of the whole bank, judged from what was sent alone."""
    for exercise in exercises_of(lesson):
        kind = exercise.kind
        assert kind.conclude(exercise, sent(exercise.expected)).right, exercise.number
        for mistake, seen in zip(exercise.wrong, exercise.observed_mistakes, strict=True):
            found = kind.conclude(exercise, sent(seen))
            assert (found.right, found.says) == (False, mistake.says), exercise.number
