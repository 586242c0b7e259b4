"""The stepper in a notebook: displayed by itself, alive in JupyterLab and in its HTML export, and as a widget."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SETUP = """\
from autograd import Value, stepper
a, b = Value(2.0, label="a"), Value(-3.0, label="b")
out = (a * b + 10.0).tanh()
"""
CELLS = [
    SETUP + "stepper(out)",
    "widget = stepper(out).widget()\nwidget",
    "widget.position = 3",
    "print('now at', widget.order, widget.position, widget.step)",
]


def write_notebook(path: Path, cells: list[str]) -> Path:
    import nbformat

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


def test_it_still_steps_after_the_conversion_to_html(tmp_path: Path, visit: Any, environment: dict[str, str]) -> None:
    notebook = write_notebook(tmp_path / "lesson.ipynb", CELLS[:1])
    convert = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "--template", "basic", str(notebook)]
    subprocess.run(convert, check=True, capture_output=True, env=environment, cwd=tmp_path)
    seen = visit(tmp_path / "lesson.html")
    frame = seen.page.frame_locator("iframe[title=stepper]")
    for _ in range(5):
        frame.locator(".controls .forward").click()
    assert "Done: every gradient is complete." in frame.locator(".said").inner_text()
    gradient = frame.locator("tr[data-node='0'] td:nth-child(4)").get_attribute("data-exact")
    assert float(gradient) == pytest.approx(-3 / 27.308232836016487**2, rel=1e-9)  # -3 / cosh(4)²


def test_in_jupyterlab_the_page_and_the_widget_step(jupyterlab: tuple[str, Path], chromium: Any) -> None:
    address, folder = jupyterlab
    write_notebook(folder / "lesson.ipynb", CELLS)
    page = chromium.new_page(viewport={"width": 1300, "height": 1000})
    page.goto(f"{address}/lab/tree/lesson.ipynb?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", timeout=60_000)
    run_all(page)

    frame = page.frame_locator("iframe[title=stepper]")
    frame.locator(".controls .forward").click(timeout=60_000)
    frame.locator(".controls .forward").click()
    assert frame.locator(".chalkgrad-stepper").get_attribute("data-position") == "2"
    inner, outer = (
        page.locator(name).first.bounding_box() for name in ("iframe[title=stepper]", ".jp-OutputArea-output")
    )
    assert outer["x"] - 1 <= inner["x"]
    assert inner["x"] + inner["width"] <= outer["x"] + outer["width"] + 1
    assert frame.locator("html").evaluate("page => page.scrollWidth") <= inner["width"]

    widget = page.locator(".jp-OutputArea-output .chalkgrad-stepper")
    page.wait_for_selector(
        ".jp-OutputArea-output .chalkgrad-stepper[data-position='3']", timeout=60_000
    )  # set from Python
    widget.locator(".controls .forward").click()
    page.wait_for_selector(".jp-OutputArea-output .chalkgrad-stepper[data-position='4']")
    page.locator(".jp-CodeCell .cm-content").nth(3).click()
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector("text=now at topological 4 BackwardStep", timeout=30_000)  # read from Python
    page.close()


def run_all(page: Any) -> None:
    """Ask until it happens: what is asked for before the kernel is connected is forgotten."""
    for _ in range(10):
        page.wait_for_timeout(2000)
        page.click("li.lm-MenuBar-item:has-text('Run')")
        page.click("li[data-command='runmenu:run-all']")
        page.wait_for_timeout(4000)
        if page.locator("iframe[title=stepper]").count():
            return


def test_before_it_is_run_the_pictures_of_a_notebook_are_seen(
    jupyterlab: tuple[str, Path], chromium: Any, environment: dict[str, str]
) -> None:
    """A notebook that came from elsewhere is not trusted: JupyterLab takes SVG and frames out of its outputs."""
    address, folder = jupyterlab
    notebook = write_notebook(folder / "fresh.ipynb", [SETUP + "out", "stepper(out)"])
    run = [sys.executable, "-m", "nbconvert", "--to", "notebook", "--execute", "--inplace", str(notebook)]
    subprocess.run(run, check=True, capture_output=True, env=environment, cwd=folder)
    page = chromium.new_page(viewport={"width": 1300, "height": 1000})
    page.goto(f"{address}/lab/tree/fresh.ipynb?reset", wait_until="domcontentloaded")
    page.wait_for_selector(".jp-OutputArea-output .chalkgrad-still", timeout=60_000)
    pictures = page.locator(".jp-OutputArea-output .chalkgrad-still").all()
    assert pictures[0].bounding_box()["height"] > 50
    assert page.locator(".jp-OutputArea-output").nth(0).inner_text().strip() == ""
    assert "The stepper appears when this cell is run." in page.locator(".jp-OutputArea-output").nth(1).inner_text()
    page.close()
