"""The pages of students and of the class."""

from __future__ import annotations

import re
from pathlib import Path

from chalkgrad.grading.judging import Answer, Grade
from chalkgrad.grading.reports import class_page, student_page, write_reports

SUM = Answer("02.2", "wrong", "Along a path the factors are multiplied. Add over paths.", "At x = 1.", known=True)
GRADES = [
    Grade("10a/anna", "02", "x/02.ipynb", (Answer("02.1", "right", "Right."), SUM), hints=2),
    Grade("bo", "02", "y/02.ipynb", (Answer("02.1", "open"), SUM)),
    Grade("<i>cy</i>", "02", "z/02.ipynb", (Answer("02.1", "wrong", "7 is not it."), Answer("02.2", "open")),
          errors=("cell 3: <b>",)),
]  # fmt: skip


def test_there_is_a_page_for_each_student_and_one_for_the_class(tmp_path: Path) -> None:
    written = write_reports(tmp_path / "reports", GRADES)
    assert [path.name for path in written] == ["index.html", "10a-anna.html", "bo.html", "i-cy-i.html"]
    anna = written[1].read_text(encoding="utf-8")
    assert "1 of 2 right" in anna
    assert "Along a path the factors are multiplied. Add over paths." in anna
    assert "At x = 1." in anna
    assert "The factors on the only path" in anna, "the question is beside the diagnosis"


def test_the_class_sees_which_mistakes_were_made_how_often(tmp_path: Path) -> None:
    page = write_reports(tmp_path, GRADES)[0].read_text(encoding="utf-8")
    often = page.index("<td>2</td><td>02.2</td><td>Along a path the factors are multiplied. Add over paths.</td>")
    seldom = page.index("<td>1</td><td>02.1</td><td>not a known mistake</td>")
    assert often < seldom
    assert "<td>02.1</td><td>1</td><td>1</td><td>1</td>" in page, "right, wrong, open"


def test_nothing_of_a_student_is_markup(tmp_path: Path) -> None:
    for path in write_reports(tmp_path, GRADES):
        text = path.read_text(encoding="utf-8")
        assert "<i>" not in text
        assert "<b>\n" not in text
        assert "cell 3: <b>" not in text


def test_students_of_several_lessons_have_one_page(tmp_path: Path) -> None:
    again = Grade("bo", "05", "y/05.ipynb", (Answer("05.1", "open"),))
    written = write_reports(tmp_path, [*GRADES, again])
    assert len(written) == 4
    assert written[2].read_text(encoding="utf-8").count("<h2>Lesson") == 2


def test_exercises_are_in_the_order_of_their_numbers() -> None:
    answers = tuple(Answer(f"00.{place}", "wrong", "Why?") for place in (1, 2, 10))
    page = class_page([Grade("bo", "00", "y/00.py", answers)], {"bo": "bo.html"})
    assert re.findall(r"<td>(00\.\d+)</td>", page) == ["00.1", "00.2", "00.10"] * 2


def test_a_file_of_no_known_lesson_has_a_page() -> None:
    page = student_page([Grade("bo", "", "y/notes.py", errors=("which lesson is it?",), complete=False)])
    assert "<h2>Lesson unknown: 0 of 0 right</h2>" in page
