"""The pages for teachers: the guide is up to date, and what the pages show works."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts import loaded

from chalkgrad.exercises import find, lessons
from chalkgrad.exercises.own_exercises import exercises_from

PAGES = Path(__file__).parent.parent.parent / "docs" / "teaching"


def test_the_guide_is_up_to_date() -> None:
    """If not: python docs/teaching/build_guide.py"""
    assert (PAGES / "guide.md").read_text(encoding="utf-8") == loaded(PAGES / "build_guide.py").guide()


def test_every_lesson_has_all_its_parts() -> None:
    parts = loaded(PAGES / "build_guide.py").guide().split("\n## ")[1:]
    assert [part[:2] for part in parts] == lessons()
    for part in parts:
        for heading in ("Aim", "Time", "To open with", "On the board", "Misconceptions", "Questions for discussion"):
            assert re.search(rf"\*\*{heading}[^*]*\*\*\s*\S", part), (part[:20], heading)


def blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (PAGES / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("source", blocks("worksheets.md"), ids=["plain", "vary"])
def test_the_exercise_files_that_the_page_shows_are_good(source: str) -> None:
    for exercise in exercises_from(source, "gears.py"):
        assert list(exercise.faults()) == []
        assert list(exercise.varied("7f3a").faults()) == []


def test_the_cells_for_nbgrader_and_otter_say_what_check_says() -> None:
    in_nbgrader = next(block for block in blocks("grading.md") if "verdict" in block)
    exec(in_nbgrader, {"answer": -6})
    with pytest.raises(AssertionError, match="Along a path the factors are multiplied"):
        exec(in_nbgrader, {"answer": 6.5})
    in_otter: dict[str, dict[str, list[dict[str, list[dict[str, str]]]]]] = {}
    exec(next(block for block in blocks("grading.md") if "OK_FORMAT" in block), in_otter)
    code = in_otter["test"]["suites"][0]["cases"][0]["code"]
    statement, expected = code.splitlines()[1:]
    assert repr(eval(statement.removeprefix(">>> "), {"find": find, "answer": -6})) == expected
    assert repr(eval(statement.removeprefix(">>> "), {"find": find, "answer": 6.5})) != expected
