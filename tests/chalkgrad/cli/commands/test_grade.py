"""`chalkgrad grade`: the table, the pages, the exit status."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from chalkgrad.__main__ import main

ANSWERS = "from chalkgrad.exercises import check\ncheck('02.2', {})\n"


def run(*arguments: object) -> int:
    return main(["grade", *map(str, arguments)])


def test_a_folder_is_graded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, out, reports = tmp_path / "class", tmp_path / "grades.csv", tmp_path / "reports"
    folder.mkdir()
    (folder / "anna-02.py").write_text(ANSWERS.format(-6))
    (folder / "=bo-02.py").write_text(ANSWERS.format(6.5))
    (folder / "cy-05.py").write_text("")
    assert run(folder, "-o", out, "--report", reports, "--lesson", "2") == 0
    with out.open(encoding="utf-8", newline="") as file:
        bo, anna = csv.DictReader(file)
    assert (anna["student"], anna["02.2"], anna["02.1"], anna["error"]) == ("anna", "right", "open", "")
    assert (bo["student"], bo["lesson"]) == ("'=bo", "02")
    assert bo["02.2"].startswith("wrong: Along a path the factors are multiplied")
    assert (reports / "anna.html").exists()
    assert "Along a path" in (reports / "index.html").read_text(encoding="utf-8")
    said = capsys.readouterr()
    assert "This runs the students' code" in said.err
    assert run(folder, "-o", out) == 2, "the table exists"


def test_a_file_that_is_not_graded_is_told_in_the_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "anna-02.ipynb").write_text("{")
    (tmp_path / "bo.ipynb").write_text("{")
    assert run(tmp_path) == 1
    said = capsys.readouterr()
    assert "anna,02,open" in said.out
    assert "2 of 2 files did not run to their end: anna (02), bo\n" in said.err


def test_who_handed_in_nothing_that_is_graded_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, folder = tmp_path / "key.csv", tmp_path / "class"
    for name, content in (
        ("anna/02.py", ANSWERS.format(-6)),
        ("bo/02.docx", ""),
        ("bo/loss.png", ""),
        ("cy/05.py", ""),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    key.write_text("name,folder,variant\nAnna,anna,7f3a\nBo,bo,0001\nCy,cy,0002\n")
    assert run(folder, "--key", key, "--lesson", "2") == 0
    said = capsys.readouterr().err
    assert "No file of these lessons from: bo, cy\n" in said
    assert f"Not graded, since neither a notebook nor a .py: {Path('bo/02.docx')}\n" in said
    assert run(folder / "anna" / "02.py", "--key", key) == 0
    assert "bo" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "'nowhere' does not exist"),
        (["."], "no notebook and no .py of these lessons below ."),
        ([".", "--runner", "bwrap"], "runner must contain the word {args}"),
        ([".", "--key", "none.csv"], "No such file"),
        ([".", "--exercises", "none.py"], "No such file"),
    ],
)
def test_what_is_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(*arguments) == 2
    assert said in capsys.readouterr().err


def test_the_key_says_who_was_given_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, folder = tmp_path / "key.csv", tmp_path / "class"
    folder.mkdir()
    key.write_text("name,folder,variant\nAnna,anna,7f3a\n")
    (folder / "anna-02.py").write_text(ANSWERS.format(-6))
    assert run(folder, "--key", key) == 0
    assert "works without a variant, but 7f3a was assigned" in capsys.readouterr().out
    key.write_text("who\nAnna\n")
    assert run(folder, "--key", key) == 2
    assert "must have the columns name and variant" in capsys.readouterr().err
