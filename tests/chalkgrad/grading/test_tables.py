"""The table of grades, and what a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
import io

import pytest

from chalkgrad.grading.judging import Answer, Grade
from chalkgrad.grading.tables import grade_rows, quoted, write_table


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_begins_like_a_formula_is_quoted(text: str) -> None:
    assert quoted(text) == f"'{text}"


@pytest.mark.parametrize("text", ["anna", "", "a=1", "1-2", "right"])
def test_what_does_not_is_left_alone(text: str) -> None:
    assert quoted(text) == text


def test_there_is_a_column_for_each_exercise_in_order() -> None:
    grades = [
        Grade("anna", "02", "a", (Answer("02.10", "open"), Answer("02.2", "right")), hints=3, seconds=1.26),
        Grade("bo", "03", "b", (Answer("03.1", "wrong", "It is 5, not 4. Count.", known=True),), errors=("e", "f")),
    ]
    assert grade_rows(grades) == [
        ["student", "lesson", "02.2", "02.10", "03.1", "hints", "error", "seconds"],
        ["anna", "02", "right", "open", "", "3", "", "1.3"],
        ["bo", "03", "", "", "wrong: It is 5, not 4.", "0", "e (and 1 more)", "0.0"],
    ]


def test_commas_quotation_marks_and_line_breaks_survive() -> None:
    file = io.StringIO()
    row = ['a, "b"', "c\nd", "=e"]
    write_table(file, [row])
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [['a, "b"', "c\nd", "'=e"]]
