"""`chalkgrad formulas`: the sheet, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.__main__ import main


def test_the_sheet_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sheet.html"
    assert main(["formulas", "-o", str(out)]) == 0
    text = out.read_text(encoding="utf-8")
    assert "sech(x)²" in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert main(["formulas", "-o", str(out)]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main(["formulas", "-o", str(tmp_path / "sheet.pdf")]) == 2
    assert "must end in .html" in capsys.readouterr().err
