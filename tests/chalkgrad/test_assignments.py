"""Copies of the lessons with numbers of each student's own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalkgrad.assignments import key_rows, lesson_copy, own_copy
from chalkgrad.course import lesson_sources, notebook
from chalkgrad.exercises import Exercise, Function, Number, exercises_of, lessons


def cells_of(text: str) -> list[Any]:
    cells: list[Any] = json.loads(text)["cells"]
    return cells


@pytest.mark.parametrize("lesson", lessons())
def test_only_the_questions_differ_from_the_plain_copy(lesson: str) -> None:
    name, text = lesson_copy(lesson, "7f3a")
    source = lesson_sources()[lesson]
    plain = notebook(source.read_text(encoding="utf-8"))["cells"]
    first, *rest = cells_of(text)
    assert name == source.with_suffix(".ipynb").name
    assert "".join(first["source"]) == 'from chalkgrad.exercises import variant\n\nvariant("7f3a")'
    assert len(rest) == len(plain)
    asked = "\n\n".join("".join(cell["source"]) for cell in rest if cell["cell_type"] == "markdown").split("\n\n")
    before = "\n\n".join("".join(cell["source"]) for cell in plain if cell["cell_type"] == "markdown").split("\n\n")
    changed = {re.match(r"\*\*(.*?)\*\*", new)[1] for new, old in zip(asked, before, strict=True) if new != old}  # type: ignore[index]
    varied = [exercise for exercise in exercises_of(lesson) if exercise.vary is not None]
    assert changed <= {exercise.number for exercise in varied}
    for exercise in varied:
        question = exercise.varied("7f3a").question.replace(" * ", " · ")
        assert f"**{exercise.number}** {question}" in asked
    assert [cell["source"] for cell in rest if cell["cell_type"] == "code"] == [
        cell["source"] for cell in plain if cell["cell_type"] == "code"
    ]


@pytest.mark.slow
def test_copies_are_valid_notebooks_without_outputs(tmp_path: Path) -> None:
    import nbformat  # two seconds

    for _, text in (lesson_copy("02", "7f3a"), own_copy(tmp_path / "mine.py", OWN, "7f3a")):
        nbformat.validate(nbformat.reads(text, as_version=4))
    code = [cell for cell in cells_of(lesson_copy("02", "7f3a")[1]) if cell["cell_type"] == "code"]
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


OWN = [
    Exercise("gears.1", "3 * 4?", Number(), 12),
    Exercise("gears.2", "Write f(x, y).", Function(((1.0, 2.0),), names=("x", "y")), right=lambda x, y: x),
]


def test_a_teachers_own_exercises_become_a_notebook(tmp_path: Path) -> None:
    name, text = own_copy(tmp_path / "mine.py", OWN, "7f3a")
    sources = ["".join(cell["source"]) for cell in cells_of(text)]
    assert name == "gears.ipynb"
    assert sources == [
        'from chalkgrad.exercises import check, hint, load, variant\n\nload("mine.py")\nvariant("7f3a")',
        "**gears.1** 3 · 4?",
        'answer = ...\ncheck("gears.1", answer)',
        "**gears.2** Write f(x, y).",
        'def answer(x, y): ...\n\n\ncheck("gears.2", answer)',
    ]


def test_the_key_has_the_right_answer_of_each_variant() -> None:
    asked = exercises_of("02")
    header, anna, bo = key_rows(["Anna", "Bo"], ["Anna", "Bo"], ["7f3a", "0001"], asked)
    assert header == ["name", "folder", "variant", "02.1", "02.2"]
    number = next(exercise for exercise in asked if exercise.number == "02.2")
    assert float(anna[4]) == number.varied("7f3a").right
    assert float(bo[4]) == number.varied("0001").right
    assert anna[3].startswith("f = 1, d = ")


def test_the_key_keeps_codes_that_a_spreadsheet_would_take_for_numbers() -> None:
    codes = ["0473", "57e5", "7f3a", "e123"]
    _, *rows = key_rows(list("abcd"), list("abcd"), codes, [])
    assert [row[2] for row in rows] == ["'0473", "'57e5", "7f3a", "e123"]
