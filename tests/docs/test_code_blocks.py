"""Every block of code of the site's pages runs, and prints what the page says.

Not here: README.md and CONTRIBUTING.md (`test_readme`), the lessons (`test_outputs`), docstrings (their doctests), the
gallery and "Beyond one machine", which have tests of their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from generate.blocks import Block, blocks, check
from generate.stage import NOT_PAGES

from chalkgrad.__main__ import main

ROOT = Path(__file__).parent.parent.parent
ELSEWHERE = ("notebooks/README.md", "notebooks/primer.md", "benchmarks/README.md")
PAGES = [
    *sorted(
        path
        for path in (ROOT / "docs").rglob("*.md")
        if path.relative_to(ROOT / "docs").parts[0] not in NOT_PAGES and path.name != "beyond_one_machine.md"
    ),
    *(ROOT / path for path in ELSEWHERE),
]
ROSTER = "name\nAnna Ott\nBen Kaya\n"


def roster() -> None:
    Path("roster.csv").write_text(ROSTER)


def handed_in() -> None:
    """What the page about grading has received: one notebook each, with the numbers of `assign`."""
    roster()
    assert main(["assign", "roster.csv", "--lesson", "02", "05", "--to", "handin", "--key", "handed-out.csv"]) == 0
    submitted = Path("submitted/anna/ps1")
    submitted.mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / "02-the-chain-rule-by-hand.py", submitted / "02.py")


def with_gears() -> None:
    """The file of exercises that the page shows."""
    roster()
    text = (ROOT / "docs" / "teaching" / "worksheets.md").read_text(encoding="utf-8")
    Path("gears.py").write_text(next(block.code for block in blocks(text) if "gears.2" in block.code))
    assert main(["assign", "roster.csv", "--exercises", "gears.py", "--to", "handin"]) == 0


PREPARED: dict[str, Callable[[], None]] = {"grading.md": handed_in, "worksheets.md": with_gears}
NAMES: dict[str, dict[str, object]] = {"grading.md": {"answer": -6}}


@pytest.mark.docs
@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_code_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    PREPARED.get(page.name, lambda: None)()
    names: dict[str, object] = {"__name__": "page"} | NAMES.get(page.name, {})
    for block in blocks(page.read_text(encoding="utf-8")):
        assert check(block, names) == "", block.code


def test_a_wrong_output_would_be_seen() -> None:
    assert check(Block("python", "print(1 + 1)  # 3\n", None), {}) != ""
    assert check(Block("python", "print(1 + 1)\n", "3\n"), {}) != ""
    assert check(Block("python", "print(1 + 1)\n", "2\n"), {}) == ""
    with pytest.raises(ValueError, match="no rule for the command"):
        check(Block("sh", "rm -r x\n", None), {})


def test_blocks_and_their_outputs_are_found() -> None:
    text = "```python\nx = 1\n```\n\n```text\nout\n```\n\nText.\n\n```text\nother\n```\n\n```sh\nls\n```\n"
    assert list(blocks(text)) == [Block("python", "x = 1\n", "out\n"), Block("sh", "ls\n", None)]
