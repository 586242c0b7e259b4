"""Learners' copies: the cells of every lesson as jupytext reads them, no outputs, and no prediction is given away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lessons import NOTEBOOKS, SOURCES, load_builder, read_source, text_of

from chalkgrad.course import cells, copies, lesson_sources, notebook

BUILDER = load_builder()
every_source = pytest.mark.parametrize(
    "path",
    [*SOURCES, *sorted((NOTEBOOKS / "solutions").glob("*.py"))],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
each_lesson = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


def test_every_lesson_is_found() -> None:
    assert list(lesson_sources().values()) == SOURCES


@every_source
def test_the_cells_are_those_of_jupytext(path: Path) -> None:
    theirs = [(cell.cell_type, cell.source, cell.metadata.get("tags", [])) for cell in read_source(path).cells]
    assert list(cells(path.read_text(encoding="utf-8"))) == theirs


@each_lesson
def test_a_copy_is_a_valid_notebook_that_was_never_run(path: Path) -> None:
    import nbformat  # two seconds

    made = notebook(path.read_text(encoding="utf-8"))
    nbformat.validate(nbformat.from_dict(made))
    code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def test_solutions_are_copied_only_when_asked_for() -> None:
    plain, solved = (dict(copies(["02", "05"], solutions=wanted)) for wanted in (False, True))
    names = {"02-the-chain-rule-by-hand.ipynb", "05-activation-functions.ipynb", "primer.md", "matplotlibrc"}
    assert {path.as_posix() for path in plain} == names
    assert {path.as_posix() for path in solved} - names == {
        "solutions/02-the-chain-rule-by-hand.ipynb", "solutions/05-activation-functions.ipynb"
    }  # fmt: skip


@each_lesson
def test_no_prediction_is_given_away(path: Path) -> None:
    """From a prediction to the cell that answers it: no assert, and none of the numbers that the cell prints."""
    given_away = [
        (question[:60], found) for question, between, output in predictions(path) for found in spoilers(between, output)
    ]
    assert not given_away


def predictions(path: Path) -> list[tuple[str, list[Any], str]]:
    """Each prediction: the question, what a learner sees up to the first cell with an output, and that output."""
    found, all_cells = [], BUILDER.committed(path).cells
    for start, cell in enumerate(all_cells):
        if cell.cell_type != "markdown" or "**Predict" not in cell.source:
            continue
        question = cell.source[cell.source.rindex("**Predict") :]
        end = next(n for n in range(start + 1, len(all_cells)) if all_cells[n].get("outputs"))
        output = "\n".join(map(text_of, all_cells[end].outputs))
        found.append(
            (
                question,
                [("markdown", question), *((c.cell_type, c.source) for c in all_cells[start + 1 : end + 1])],
                output,
            )
        )
    return found


def spoilers(between: list[tuple[str, str]], output: str) -> list[str]:
    """The asserts, and the long numbers of the output that appear in the prose."""
    prose = "\n".join(source for kind, source in between if kind == "markdown")
    code = "\n".join(source for kind, source in between if kind == "code")
    asserts = [line.strip() for line in code.splitlines() if line.strip().startswith("assert ")]
    numbers = sorted({number for number in re.findall(r"\d+\.\d{2,}|\d{3,}", output) if number not in code})
    return asserts + [number for number in numbers if re.search(rf"(?<![\d.]){re.escape(number)}(?!\d|\.\d)", prose)]


def test_the_search_for_spoilers_finds_them() -> None:
    question = ("markdown", "**Predict** the slope. (It is 0.375.)")
    assert spoilers([question, ("code", "print(slope)\nassert slope > 0")], "0.375") == ["assert slope > 0", "0.375"]
    assert spoilers([("markdown", "**Predict** it."), ("code", "print(slope)")], "0.375") == []
