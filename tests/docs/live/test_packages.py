"""NumPy on request in Chromium: a page loads it from the pinned address, and only if its hash is the expected one.

The address is answered by this test, with a small wheel that is called numpy.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docs
PINNED = "https://cdn.jsdelivr.net/pyodide/"


@cache
def fake_numpy() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as wheel:
        wheel.writestr("numpy/__init__.py", "def array(numbers): return f'an array of {numbers}'\n")
        wheel.writestr("numpy-2.4.6.dist-info/METADATA", "Metadata-Version: 2.1\nName: numpy\nVersion: 2.4.6\n")
        wheel.writestr("numpy-2.4.6.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    return content.getvalue()


def lesson_with(open_page: Callable[..., Any], site: Path, expected: bytes) -> tuple[Any, list[str]]:
    """A lesson whose lock file expects this wheel, while the pinned address sends `fake_numpy`; what it was asked."""
    lock = json.loads((site / "python" / "pyodide-lock.json").read_text(encoding="utf-8"))
    lock["packages"]["numpy"]["sha256"] = hashlib.sha256(expected).hexdigest()
    asked: list[str] = []

    def send(route: Any) -> None:
        asked.append(route.request.url)
        route.fulfill(body=fake_numpy(), headers={"access-control-allow-origin": "*"})

    packed = gzip.compress(json.dumps(lock).encode())
    page = open_page("about:blank", allowed=(PINNED,), silent=expected == fake_numpy())
    page.context.route("**/pyodide-lock.json.gz", lambda route: route.fulfill(body=packed))
    page.context.route(f"{PINNED}**", send)
    page.goto("live/01-values-remember.html")
    page.wait_for_selector(".live-cell textarea")
    return page, asked


def numpy_cell(page: Any) -> Any:
    """The first cell, after it has asked for NumPy."""
    cell = page.locator(".live-cell").first
    cell.locator("textarea").fill("import numpy as np\nprint(np.array([1, 2]))")
    cell.get_by_role("button", name="Run cell 1", exact=True).click()
    cell.get_by_text("This cell needs numpy, which this page has not loaded.").wait_for()
    cell.get_by_role("button", name="Load numpy from cdn.jsdelivr.net").click()
    return cell


def test_a_package_is_loaded_from_the_pinned_address(open_page: Callable[..., Any], site: Path) -> None:
    page, asked = lesson_with(open_page, site, expected=fake_numpy())
    cell = numpy_cell(page)
    cell.get_by_text("numpy is loaded.").wait_for()
    cell.get_by_role("button", name="Run this cell").click()
    cell.get_by_text("an array of [1, 2]").wait_for()
    version = json.loads((site / "python" / "pyodide-lock.json").read_text(encoding="utf-8"))["packages"]["numpy"]
    assert len(asked) == 1
    assert asked[0].endswith(f"/full/{version['file_name']}")


def test_another_file_than_the_expected_one_is_refused(open_page: Callable[..., Any], site: Path) -> None:
    page, asked = lesson_with(open_page, site, expected=b"another file")
    cell = numpy_cell(page)
    cell.get_by_text("what came is not the file that this page expects").wait_for()
    assert len(asked) == 1
    cell.get_by_role("button", name="Run cell 1", exact=True).click()
    cell.get_by_text("This cell needs numpy").wait_for()


def test_without_it_the_picture_of_the_built_lesson_is_shown(open_page: Callable[..., Any]) -> None:
    page = open_page("live/00-a-derivative-is-a-nudge.html")
    page.wait_for_selector(".live-cell textarea")
    codes = page.eval_on_selector_all(".live-cell textarea", "cells => cells.map(cell => cell.value)")
    number = next(number for number, code in enumerate(codes) if "plt.show()" in code)
    for each in range(number + 1):
        page.get_by_role("button", name=f"Run cell {each + 1}", exact=True).click()
        page.wait_for_function("n => document.querySelectorAll('.live-output')[n].childNodes.length", arg=each)
    output = page.locator(".live-output").nth(number)
    assert "This cell needs matplotlib, which this page has not loaded." in output.inner_text()
    assert output.locator("img:visible, svg:visible").count() == 1
