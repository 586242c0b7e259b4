"""`chalkgrad worksheet`: the page, its key, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from chalkgrad.__main__ import main
from chalkgrad.cli.commands import worksheet


def run(*arguments: object) -> int:
    return main(["worksheet", *map(str, arguments)])


def test_the_page_has_blanks_and_then_the_key(tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    assert run("--seed", 7, "--depth", 4, "-n", 3, "-o", out) == 0
    sheet, key = out.read_text(encoding="utf-8").split("<h1>Answer key</h1>")
    assert sheet.count("<svg") == key.count("<svg") == 3
    assert 'class="blank"' in sheet
    assert 'class="blank"' not in key
    assert "http" not in re.sub(r"xmlns(:\w+)?=[\"'][^\"']*[\"']", "", sheet + key), "the page loads nothing"


def test_the_key_has_the_gradients(tmp_path: Path) -> None:
    from chalkgrad.worksheets import draw_programs

    out, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert run("--seed", 3, "--depth", 2, "-n", 1, "-o", out, "--key", key) == 0
    assert "Answer key" not in out.read_text(encoding="utf-8")
    nodes = draw_programs(1, 2, 3, ["add", "subtract", "multiply"])[0].on_values()
    nodes[-1].backward()
    shown = re.findall(r">(?:&#160;|\s)*grad ([^<>&\s]+)[^<>]*</text>", key.read_text(encoding="utf-8"))
    assert sorted(float(text.replace("−", "-")) for text in shown) == sorted(node.grad for node in nodes)


def test_the_seed_is_on_the_key_only(tmp_path: Path) -> None:
    out, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert run("--seed", 4711, "--depth", 2, "-n", 1, "-o", out, "--key", key) == 0
    assert "4711" not in out.read_text(encoding="utf-8")
    assert "seed 4711" in key.read_text(encoding="utf-8")


def test_each_copy_has_other_graphs_and_its_own_key(tmp_path: Path) -> None:
    out, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert (
        run("--copies", 30, "--depth", 2, "-n", 2, "--class", "10a", "--title", "A & B", "-o", out, "--key", key) == 0
    )
    sheets, keys = (path.read_text(encoding="utf-8") for path in (out, key))
    heads = re.findall(r"<b>(Sheet \d+)</b>", sheets)
    assert heads == [f"Sheet {n}" for n in range(1, 31)]
    assert re.findall(r"\((Sheet \d+), seed (\d+)\)", keys) == [(f"Sheet {n}", f"{n - 1}") for n in range(1, 31)]
    formulas = re.findall(r"<span class='formula'>(.*?)</span>", sheets)
    assert len(set(formulas)) > 50
    assert sheets.count("<h1>A &amp; B</h1>") == 30
    assert sheets.count("Class: 10a") == 30


def test_a_roster_puts_the_names_on_the_sheets(tmp_path: Path) -> None:
    roster, out = tmp_path / "roster.csv", tmp_path / "sheet.html"
    roster.write_text("name\nAnna <Ott>\nBo\n")
    assert run("--roster", roster, "--depth", 2, "-n", 1, "-o", out) == 0
    sheets = out.read_text(encoding="utf-8")
    assert "Name: Anna &lt;Ott&gt;" in sheets
    assert "(Sheet 2, Bo, seed 1)" in sheets


def test_formulas_of_ones_own(tmp_path: Path) -> None:
    out = tmp_path / "sheet.html"
    assert run("--formula", "tanh(x*w + b)", "x*x", "--at", "x=2", "w=-1", "b=0.5", "-o", out) == 0
    sheets = out.read_text(encoding="utf-8")
    assert "tanh(x*w + b), with x = 2, w = −1, b = 0.5" in sheets
    assert "x*x, with x = 2<" in sheets
    assert "Keep three significant digits" in sheets
    assert "seed" not in sheets


def test_a_page_holds_as_many_graphs_as_there_is_room_for(tmp_path: Path) -> None:
    for paper, pages in (("a4", [2, 2, 2]), ("letter", [1, 2, 2, 1])):
        out = tmp_path / f"{paper}.html"
        assert run("-n", 6, "--paper", paper, "-o", out, "--key", tmp_path / f"{paper}-key.html") == 0
        text = out.read_text(encoding="utf-8")
        assert [page.count("<svg") for page in text.split("<div class='page'>")[1:]] == pages
        assert f"@page {{ size: {paper} portrait;" in text


def test_the_forward_pass_has_no_fields_for_gradients(tmp_path: Path) -> None:
    out, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert run("--hide", "data", "--depth", 3, "-n", 1, "-o", out, "--key", key) == 0
    text = out.read_text(encoding="utf-8")
    assert text.count('class="blank"') == text.split("<span class='formula'>")[1].split(", with")[0].count("=")
    assert "gradient" not in text


def test_the_same_seed_gives_the_same_page_and_another_seed_another(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run("--seed", seed, "--depth", 3, "-n", 2, "-o", tmp_path / f"{name}.html")
    a, b, c = ((tmp_path / f"{name}.html").read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--depth", "99"], "--depth goes up to 8"),
        (["-o", "sheet.pdf"], "must end in .html"),
        (["--copies", "2", "--roster", "roster.csv"], "--copies and --roster exclude each other"),
        (["--roster", "none.csv"], "cannot open none.csv"),
        (["--at", "x=2"], "--at needs --formula"),
        (["--formula", "x*x", "--at", "x=2", "y=3"], "--at y: no formula has this variable"),
        (["--formula", "x*x"], "no number for x; add --at x=1.0"),
        (
            ["--formula", "+".join(f"x{n}" for n in range(30)), "--at", *(f"x{n}=1" for n in range(30))],
            "more than a page",
        ),
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


def test_a_graph_that_cannot_be_laid_out_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*anything: object) -> None:
        raise RuntimeError("dot could not lay out the graph: no output")

    monkeypatch.setattr(worksheet, "random_sheet", fail)
    assert run("-o", tmp_path / "w.html") == 2
    assert capsys.readouterr().err == "chalkgrad worksheet: dot could not lay out the graph: no output\n"
