"""`chalkgrad worksheet`: the page, its key, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalkgrad.__main__ import main


def run(*arguments: object) -> int:
    return main(["worksheet", *map(str, arguments)])


def test_the_page_has_blanks_and_then_the_key(tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    assert run("--seed", 7, "--depth", 4, "-n", 3, "-o", out) == 0
    sheet, key = out.read_text(encoding="utf-8").split("<h1>Answer key</h1>")
    assert sheet.count("<svg") == key.count("<svg") == 3
    assert "______" in re.sub(r"<p>Name.*?</p>", "", sheet)
    assert "______" not in key
    assert "http" not in re.sub(r'xmlns(:\w+)?="[^"]*"', "", sheet + key), "the page loads nothing"


def test_the_key_has_the_gradients(tmp_path: Path) -> None:
    from chalkgrad.worksheets import draw_programs

    out, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert run("--seed", 3, "--depth", 2, "-n", 1, "-o", out, "--key", key) == 0
    assert "Answer key" not in out.read_text(encoding="utf-8")
    nodes = draw_programs(1, 2, 3, ["add", "subtract", "multiply"])[0].on_values()
    nodes[-1].backward()
    shown = re.findall(r">grad (-?[\d.]+)<", key.read_text(encoding="utf-8"))
    assert sorted(map(float, shown)) == sorted(node.grad for node in nodes)


def test_the_same_seed_gives_the_same_page_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("--seed", seed, "--depth", 3, "-n", 2, "-o", tmp_path / f"{name}.html")
    a, b, c = ((tmp_path / f"{name}.html").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--depth", "99"], "--depth goes up to 12"),
        (["-o", "sheet.pdf"], "must end in .html"),
        (["--operations", "negative", "-n", "200", "--depth", "2"], "of 200 graphs were found"),
    ],
)
def test_what_is_refused(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("chalkgrad.worksheets.MAX_TRIES", 20)
    assert run(*arguments) == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "sheet.html"
    out.write_text("mine")
    assert run("-o", out, "-n", 1) == 2
    assert out.read_text() == "mine"
    assert "--overwrite" in capsys.readouterr().err
    assert run("-o", out, "-n", 1, "--depth", 2, "--overwrite") == 0
