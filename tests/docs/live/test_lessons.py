"""A live lesson in Chromium: answers diagnosed, loops stopped, answers kept, a notebook that can be graded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docs
PAGE = "live/01-values-remember.html"


@pytest.fixture
def lesson(open_page: Callable[..., Any]) -> Any:
    page = open_page(PAGE)
    page.wait_for_selector(".live-cell textarea")
    return page


def cell_with(page: Any, text: str) -> int:
    codes = page.eval_on_selector_all(".live-cell textarea", "cells => cells.map(cell => cell.value)")
    return next(number for number, code in enumerate(codes) if text in code)


def run(page: Any, number: int, code: str | None = None, says: str = "") -> str:
    """Run a cell, perhaps with other code, and return what is shown below it once that includes `says`."""
    cell = page.locator(".live-cell").nth(number)
    if code is not None:
        cell.locator("textarea").fill(code)
    cell.get_by_role("button", name=f"Run cell {number + 1}", exact=True).click()
    page.wait_for_function(
        "([n, says]) => { const cell = document.querySelectorAll('.live-cell')[n];"
        " return cell.querySelector('.live-bar .note').textContent !== 'running'"
        " && cell.querySelector('.live-output').textContent.includes(says); }",
        arg=[number, says],
    )
    return str(cell.locator(".live-output").inner_text())


def test_outputs_are_hidden_until_a_cell_runs(lesson: Any) -> None:
    assert lesson.locator(".cell_output:visible").count() == 0
    assert "data=-6.0" in run(lesson, 0, says="Value")
    assert lesson.locator(".live-output svg").count() == 0
    draws = cell_with(lesson, "draw(c)")
    run(lesson, draws)
    assert lesson.locator(".live-output svg").count() == 1


def test_a_wrong_and_a_right_answer(lesson: Any) -> None:
    number = cell_with(lesson, '"01.1"')
    before = lesson.locator(".live-cell textarea").nth(number).input_value()
    wrong = run(lesson, number, before.replace("...", "3"), "✗")
    assert "leaves" in wrong or "only" in wrong  # the mistake is named
    assert "recognise" not in wrong
    right = run(lesson, number, before.replace("...", "6"), "✓")
    assert right.startswith("✓ 01.1")


def test_a_prediction_is_shown_beside_the_result(lesson: Any) -> None:
    run(lesson, 0, says="Value")
    number = cell_with(lesson, "d = c + a")
    lesson.locator(".live-cell").nth(number).get_by_label(f"Your prediction for cell {number + 1}").fill("five boxes")
    assert run(lesson, number, says="You predicted").startswith("You predicted: five boxes")


def test_an_error_shows_the_line_of_the_cell(lesson: Any) -> None:
    text = run(lesson, 0, "def f():\n    return 1 / 0\n\nf()", "ZeroDivisionError")
    assert "cell 1, line 2: return 1 / 0" in text


@pytest.mark.parametrize("loop", ["while True: pass", "while True:\n    try: 1 / 0\n    except Exception: pass"])
def test_an_endless_loop_stops_by_itself_and_names_survive(lesson: Any, loop: str) -> None:
    run(lesson, 0, "kept = 7\nprint(kept)", "7")
    run(lesson, 1, loop, "Stopped after 30 seconds")
    assert run(lesson, 2, "print(kept)", "7").strip() == "7"


def test_a_cell_is_stopped_by_hand(lesson: Any) -> None:
    run(lesson, 0, "print(1)", "1")
    cell = lesson.locator(".live-cell").nth(1)
    cell.locator("textarea").fill("sum(iter(int, 1))")  # in C, where no jump is seen
    cell.locator("button").first.click()
    lesson.wait_for_timeout(500)
    cell.locator("button").first.click()
    lesson.wait_for_function("document.querySelectorAll('.live-output')[1].textContent.includes('Stopped')")
    assert run(lesson, 0, "print(2)", "2").strip() == "2"


def test_answers_survive_a_reload_and_the_notebook_is_graded(lesson: Any, tmp_path: Path) -> None:
    number = cell_with(lesson, '"01.1"')
    field = lesson.locator(".live-cell textarea").nth(number)
    field.fill(field.input_value().replace("...", "6"))
    other = cell_with(lesson, '"01.2"')
    field = lesson.locator(".live-cell textarea").nth(other)
    field.fill(field.input_value().replace("...", "-1"))
    lesson.reload()
    lesson.wait_for_selector(".live-cell textarea")
    assert "answer = 6" in lesson.locator(".live-cell textarea").nth(number).input_value()
    with lesson.expect_download() as download:
        lesson.get_by_role("button", name="Download as a notebook").click()
    assert download.value.suggested_filename == "01-values-remember.ipynb"
    target = tmp_path / "all" / "anna" / download.value.suggested_filename
    download.value.save_as(target)
    assert json.loads(target.read_text(encoding="utf-8"))["nbformat"] == 4
    command = [sys.executable, "-m", "chalkgrad", "grade", str(target.parent.parent)]
    graded = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    row = next(line for line in graded.splitlines() if line.startswith("anna,01,"))
    assert row.split(",")[2:6] == ["right", row.split(",")[3], "open", "open"]
    assert row.split(",")[3].startswith("wrong")


def test_a_cell_that_needs_matplotlib_shows_the_built_picture(open_page: Callable[..., Any]) -> None:
    page = open_page("live/00-a-derivative-is-a-nudge.html")
    page.wait_for_selector(".live-cell textarea")
    number = cell_with(page, "import matplotlib")
    run(page, number, says="This cell needs matplotlib")
    assert page.locator(".live-output").nth(number).get_by_role("button", name="Load NumPy").count() == 1


def test_the_static_page_leads_to_the_live_one_and_it_fits_a_phone(open_page: Callable[..., Any]) -> None:
    page = open_page("lessons/01-values-remember.html", viewport={"width": 390, "height": 844}, color_scheme="dark")
    page.get_by_role("link", name="Run this lesson in your browser").click()
    page.wait_for_selector(".live-cell textarea")
    assert page.evaluate("document.scrollingElement.scrollWidth") == 390
