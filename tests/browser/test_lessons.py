"""Three lessons in a real JupyterLab: run from top to bottom, each picture seen, an exercise answered by a learner."""

from __future__ import annotations

import math
import re
import time
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 300.0
"""Seconds: nothing here is measured, and a machine with other work may take long to start a kernel."""
IDLE = ".jp-Notebook-ExecutionIndicator[data-status='idle']"
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [
    # stem, an exercise, the last line of its cell, a wrong answer and what is said, the right one
    ("01-values-remember", 'check("01.1", answer)', "answer = 3", "✗ 01.1 Those are the leaves", "answer = 6"),
    ("03-why-the-order-matters", 'check("03.5", answer)', "answer = 10", "✗ 03.5 That would be so", "answer = 30"),
    ("07-losses", 'check("07.4", answer)', "answer = 0.1", "✗ 07.4 That is the probability", "answer = 2.303"),
]


def without_outputs(stem: str, folder: Path) -> Path:
    """A copy of the lesson as somebody gets it who has cleared the outputs."""
    import nbformat

    notebook = nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    target = folder / f"{stem}.ipynb"
    nbformat.write(notebook, target)
    return target


def prompts(page: Any) -> list[str]:
    """What stands before each code cell: "[7]:" when it was run."""
    found: list[str] = page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
    return [prompt.strip() for prompt in found]


def run_all(page: Any, cells: int) -> None:
    """Ask until it happens, as a user would: what is asked for before the kernel is connected is forgotten."""
    until, asked = time.monotonic() + PATIENCE, -math.inf
    while time.monotonic() < until:
        seen = prompts(page)
        if sum(bool(re.fullmatch(r"\[\d+\]:", prompt)) for prompt in seen) == cells:
            page.wait_for_selector(IDLE)
            return
        errors = page.locator("[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
        assert not errors, errors[0]
        for button in page.locator("dialog.jp-Dialog .jp-mod-accept").all():
            button.click()  # which kernel? It asks when it was not connected yet
        if "[*]:" not in seen and time.monotonic() > asked + 30:
            page.click("li.lm-MenuBar-item:has-text('Run')")
            page.click("li[data-command='runmenu:run-all']")
            asked = time.monotonic()
        page.wait_for_timeout(500)
    pytest.fail(f"not all {cells} cells were run: {prompts(page)}")


def answer(page: Any, call: str, line: str, says: str) -> None:
    """Put an answer into the cell of an exercise, run it, and wait until it says what it should."""
    cell = page.locator(".jp-CodeCell", has_text=call)
    head = "from chalkgrad.exercises import check\n" if "01.1" in call else ""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f"{head}{line}\n{call}")
    page.keyboard.press("Control+Enter")
    start = re.compile(r"^\s*" + r"\s+".join(map(re.escape, says.split())))
    cell.locator(".jp-OutputArea-output", has_text=start).wait_for()


@pytest.mark.parametrize(("stem", "call", "wrong", "says", "right"), LESSONS, ids=[lesson[0] for lesson in LESSONS])
def test_a_lesson_in_jupyterlab(
    stem: str, call: str, wrong: str, says: str, right: str, jupyterlab: tuple[str, Path], chromium: Any
) -> None:
    address, folder = jupyterlab
    source = without_outputs(stem, folder).read_text(encoding="utf-8")
    cells = source.count('"cell_type": "code"')
    # So high that every cell is on the screen: JupyterLab keeps the others out of the page.
    page = chromium.new_page(viewport={"width": 1300, "height": 14_000})
    page.set_default_timeout(1000 * PATIENCE)
    page.goto(f"{address}/lab/tree/{stem}.ipynb?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.wait_for_selector(IDLE)
    run_all(page, cells)

    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    pictures = page.locator(".jp-OutputArea-output svg:visible, .jp-OutputArea-output img:visible")
    assert pictures.count() >= 1
    for picture in pictures.all():
        inner, outer = picture.bounding_box(), page.locator(".jp-Notebook").bounding_box()
        assert inner["width"] > 50
        assert inner["height"] > 20
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1, "the picture is cut"

    answer(page, call, wrong, says)
    answer(page, call, right, f"✓ {call[7:11]}")
    page.close()
