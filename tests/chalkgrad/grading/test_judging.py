"""From messages to verdicts: whatever a student's process sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chalkgrad.grading.judging import Answer, Grade, judge
from chalkgrad.grading.process import StudentRun
from chalkgrad.grading.submission import Submission

SUBMISSION = Submission(Path("anna/02.ipynb"), "anna", "02", ())


def graded(*messages: dict[str, Any]) -> Grade:
    return judge(SUBMISSION, StudentRun(list(messages)))


def answered(**content: Any) -> dict[str, Any]:
    return {"kind": "check", "number": "02.2", "variant": "", **content}


def observed(number: float) -> dict[str, Any]:
    return answered(observed={"seen": [number], "printed": [""]})


def test_the_last_answer_counts() -> None:
    assert graded(observed(6.5), observed(-6)).answers[1].state == "right"
    assert graded(observed(-6), observed(6.5)).answers[1].state == "wrong"
    assert graded(observed(-6), answered(open=True)).answers[1].state == "open"


def test_without_an_answer_it_is_open() -> None:
    assert [answer.state for answer in graded().answers] == ["open"] * len(graded().answers)


def test_a_mistake_of_the_catalogue_has_a_name_and_another_has_none() -> None:
    known, unknown = graded(observed(12.0)).answers[1], graded(observed(77.0)).answers[1]
    assert known.mistake == known.says == "The factor in the middle is missing: every gear on the way counts."
    assert (str(unknown), unknown.says.startswith("77 is not")) == ("wrong: not a known mistake", True)


def test_an_answer_of_the_wrong_form_is_wrong_and_told() -> None:
    answer = graded(answered(unreadable="This should be a number.")).answers[1]
    assert (answer.state, answer.says) == ("wrong", "This should be a number.")


@pytest.mark.parametrize(
    "content",
    [{}, {"observed": None}, {"observed": {"seen": [], "printed": []}}, {"observed": {"seen": [[1]], "printed": [""]}},
     {"observed": {"seen": ["a"], "printed": [""]}}, {"observed": {"seen": [1] * 9, "printed": [""] * 9}},
     {"observed": {"seen": [{"right": True}], "printed": [""]}}, {"right": True}, {"state": "right"}],
    ids=repr,
)  # fmt: skip
def test_no_message_of_another_form_is_right_or_stops_the_grading(content: dict[str, Any]) -> None:
    assert graded(answered(**content)).answers[1].state == "wrong"


def test_a_verdict_in_a_message_is_ignored() -> None:
    grade = graded({"kind": "verdict", "number": "02.2", "state": "right"}, {"number": "02.2"}, {"kind": "done"})
    assert grade.answers[1].state == "open"


def test_hints_and_errors_are_collected() -> None:
    grade = graded({"kind": "hint"}, {"kind": "hint"}, {"kind": "error", "cell": 3, "text": "ValueError: no"})
    assert (grade.hints, grade.error, grade.complete) == (2, "cell 3: ValueError: no", True)
    stopped = judge(SUBMISSION, StudentRun([], ended="cell 1: stopped after 5 seconds"))
    assert (stopped.error, stopped.complete) == ("cell 1: stopped after 5 seconds", False)


def test_exercises_that_are_not_here_are_told() -> None:
    grade = judge(Submission(Path("a.ipynb"), "anna", "gears", ()), StudentRun())
    assert grade.error == "no exercises gears.…: add --exercises with the file that has them"
    assert not grade.complete


def test_a_long_name_is_cut() -> None:
    answer = Answer("02.2", "wrong", "word " * 50, known=True)
    assert len(answer.mistake) <= 100
    assert answer.mistake.endswith("…")


def test_only_an_answer_works_with_a_variant() -> None:
    """A file that ended before its first answer named none that counts."""
    ended = judge(SUBMISSION, StudentRun([], ended="cell 2: the notebook ended its process"), {"anna": "7f3a"})
    assert ended.errors == ("cell 2: the notebook ended its process",)
    assert ended.variant == "7f3a"


def test_a_student_whom_the_key_does_not_name_is_told() -> None:
    """A renamed folder must not be a way to choose a variant."""
    copied = StudentRun([answered(variant="7f3a", observed={"seen": [6.5], "printed": [""]})])
    assert judge(SUBMISSION, copied, {"bo": "7f3a"}).errors == (
        "works with the variant 7f3a, but the key does not name this student",
    )
    assert judge(SUBMISSION, copied).errors == ()
