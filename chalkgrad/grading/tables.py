"""How do grades become a table for a spreadsheet?

Read before: `judging`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from typing import IO

from chalkgrad.grading.judging import Grade, place_of

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet takes what begins with one of these for a formula, and would run it."""


def quoted(text: str) -> str:
    """The text, marked as text where a spreadsheet would take it for a formula.

    >>> quoted("=HYPERLINK(1)"), quoted("anna")
    ("'=HYPERLINK(1)", 'anna')
    """
    return f"'{text}" if text.startswith(FORMULA) else text


def write_table(file: IO[str], rows: Iterable[Sequence[str]]) -> None:
    """Write rows of texts as CSV."""
    csv.writer(file, lineterminator="\n").writerows([quoted(text) for text in row] for row in rows)


def grade_rows(grades: Sequence[Grade]) -> list[list[str]]:
    """A header and a row for each file: student, lesson, one column for each exercise, hints, error, seconds."""
    numbers = list(dict.fromkeys(answer.number for grade in grades for answer in grade.answers))
    numbers.sort(key=place_of)
    rows = [["student", "lesson", *numbers, "hints", "error", "seconds"]]
    for grade in grades:
        states = {answer.number: str(answer) for answer in grade.answers}
        cells = [states.get(number, "") for number in numbers]
        rows.append([grade.student, grade.lesson, *cells, str(grade.hints), grade.error, f"{grade.seconds:.1f}"])
    return rows
