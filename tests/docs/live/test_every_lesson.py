"""Every lesson in Pyodide, as a page runs it, without NumPy and matplotlib: which cells and which exercises work?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from generate.python_in_browser import run_in_pyodide
from lessons import NOTEBOOKS, SOURCES

from chalkgrad.exercises import exercises_of

pytestmark = pytest.mark.docs
PROGRAM = Path(__file__).parent.parent / "pyodide" / "lessons.py"
OFFLINE = ("01", "02", "03", "04")
"""The lessons that need nothing but the page."""


@pytest.fixture(scope="module")
def ran(python_folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run_in_pyodide(python_folder, PROGRAM, NOTEBOOKS))
    return found


@pytest.mark.parametrize("lesson", [path.stem for path in SOURCES])
def test_exercises_diagnose_what_stands_there_and_accept_the_solution(ran: dict[str, Any], lesson: str) -> None:
    numbers = [exercise.number for exercise in exercises_of(lesson[:2])]
    unchanged, solved = ran[lesson]["lesson"]["verdicts"], ran[lesson]["solutions"]["verdicts"]
    assert [number for number, _, _ in unchanged] == numbers == [number for number, _, _ in solved]
    assert not [number for number, right, says in unchanged if right or "Not answered yet" not in says]
    # What is asked to be compiled needs NumPy, and says so.
    assert not [says for _, right, says in solved if not right and "needs numpy: load it with" not in says]


@pytest.mark.parametrize("lesson", [path.stem for path in SOURCES if path.name.startswith(OFFLINE)])
def test_a_lesson_without_plots_runs_through(ran: dict[str, Any], lesson: str) -> None:
    cells = ran[lesson]["lesson"]["cells"]
    assert len(cells) > 10
    assert not [errors for finished, _, errors in cells if not finished]


def test_what_is_missing_is_named_and_only_that_stops_a_cell(ran: dict[str, Any]) -> None:
    """In lesson 00, which plots twice, all other cells run."""
    cells = ran["00-a-derivative-is-a-nudge"]["lesson"]["cells"]
    assert [missing for finished, missing, _ in cells if not finished] == ["matplotlib", "matplotlib"]


def test_loops_that_never_end_are_stopped(ran: dict[str, Any]) -> None:
    assert len(ran["endless loops"]) == 4
    for found in ran["endless loops"]:
        assert found["stopped"]
        assert found["outputs"] == [{"error": "Stopped after 0.3 seconds. Does a loop in this cell never end?"}]
