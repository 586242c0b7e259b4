"""Three lessons in a real JupyterLab: run from top to bottom, each picture seen, an exercise answered by a learner."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LESSONS = [
    # stem, an exercise, the last line of its cell, a wrong answer and what is said, the right one
    ("01-values-remember", 'check("01.1", answer)', "answer = 3", "✗ 01.1 Those are the leaves", "answer = 6"),
    ("03-why-the-order-matters", 'check("03.5", answer)', "answer = 12", "✗ 03.5 That would be so", "answer = 36"),
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
    """Ask until it happens: what is asked for before the kernel is connected is forgotten."""
    for _ in range(60):
        if sum(bool(re.fullmatch(r"\[\d+\]:", prompt)) for prompt in prompts(page)) == cells:
            return
        for button in page.locator("dialog.jp-Dialog .jp-mod-accept").all():
            button.click()  # which kernel? It asks when it was not connected yet
        if not any(prompt.startswith(("[*", "[1")) for prompt in prompts(page)):
            page.click("li.lm-MenuBar-item:has-text('Run')")
            page.click("li[data-command='runmenu:run-all']")
        page.wait_for_timeout(2000)
    pytest.fail(f"not all {cells} cells were run: {prompts(page)}")


def answer(page: Any, call: str, line: str) -> str:
    """Put an answer into the cell of an exercise, run it, and read what is said."""
    cell = page.locator(".jp-CodeCell", has_text=call)
    head = "from chalkgrad.exercises import check\n" if "01.1" in call else ""
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(f"{head}{line}\n{call}")
    before = cell.locator(".jp-InputPrompt").inner_text()
    page.keyboard.press("Control+Enter")
    page.wait_for_function("([cell, before]) => ![before, '[*]:'].includes(cell.innerText.trim())",
                           arg=[cell.locator(".jp-InputPrompt").element_handle(), before.strip()])  # fmt: skip
    said: str = cell.locator(".jp-OutputArea-output").inner_text(timeout=30_000)
    return " ".join(said.split())


@pytest.mark.parametrize(("stem", "call", "wrong", "says", "right"), LESSONS, ids=[lesson[0] for lesson in LESSONS])
def test_a_lesson_in_jupyterlab(
    stem: str, call: str, wrong: str, says: str, right: str, jupyterlab: tuple[str, Path], chromium: Any
) -> None:
    address, folder = jupyterlab
    source = without_outputs(stem, folder).read_text(encoding="utf-8")
    cells = source.count('"cell_type": "code"')
    # So high that every cell is on the screen: JupyterLab keeps the others out of the page.
    page = chromium.new_page(viewport={"width": 1300, "height": 12_000})
    page.goto(f"{address}/lab/tree/{stem}.ipynb?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)
    run_all(page, cells)

    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    pictures = page.locator(".jp-OutputArea-output svg, .jp-OutputArea-output img")
    assert pictures.count() >= 1
    for picture in pictures.all():
        inner, outer = picture.bounding_box(), page.locator(".jp-Notebook").bounding_box()
        assert inner["width"] > 50
        assert inner["height"] > 20
        assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1, "the picture is cut"

    assert answer(page, call, wrong).startswith(says)
    assert answer(page, call, right).startswith("✓")
    page.close()
