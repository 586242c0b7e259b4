"""What comes out of the printer: pages, and the sizes of text and fields on paper, measured in Chromium."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from chalkgrad.__main__ import main

MILLIMETRE = 96 / 25.4
"""CSS pixels."""


def printed(chromium: Any, path: Path) -> tuple[Any, int]:
    """The page in print, and how many sheets of paper it takes."""
    page = chromium.new_page()
    page.goto(path.as_uri())
    page.emulate_media(media="print")
    pdf = page.pdf(prefer_css_page_size=True)
    return page, len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize(
    "options",
    [["--hide", "grad"], ["--hide", "data"], ["--partials", "--depth", "2", "--operations", "tanh", "add", "multiply"]],
)
def test_a_worksheet_can_be_filled_in(chromium: Any, tmp_path: Path, paper: str, options: list[str]) -> None:
    out, key = tmp_path / "sheet.html", tmp_path / "key.html"
    arguments = ["worksheet", "-n", "6", "--copies", "2", "--paper", paper, *options, "-o", str(out)]
    assert main([*arguments, "--key", str(key)]) == 0
    page, sheets = printed(chromium, out)
    assert sheets == out.read_text(encoding="utf-8").count("<div class='page'>"), "no page overflows onto another one"
    sizes = page.eval_on_selector_all(
        "p, h1, h2, b, svg text", "all => all.map(e => parseFloat(getComputedStyle(e).fontSize) * "
        "(e.ownerSVGElement ? e.getScreenCTM().a : 1))"
    )  # fmt: skip
    assert min(sizes) * 72 / 96 >= 10.0
    fields = page.eval_on_selector_all(
        "rect.blank", "all => all.map(e => [e.getBoundingClientRect().width, e.getBoundingClientRect().height])"
    )
    assert fields
    assert min(width for width, _ in fields) >= 14 * MILLIMETRE
    assert min(height for _, height in fields) >= 8 * MILLIMETRE
    graphs = page.eval_on_selector_all(".page", "all => all.map(e => e.querySelectorAll('svg').length)")
    assert set(graphs) <= {1, 2, 3}
    assert max(graphs) > 1 or "--partials" in options
    page.close()


def test_the_formula_sheet_takes_two_pages(chromium: Any, tmp_path: Path) -> None:
    out = tmp_path / "formulas.html"
    assert main(["formulas", "-o", str(out)]) == 0
    page, sheets = printed(chromium, out)
    assert sheets == 2
    page.close()
