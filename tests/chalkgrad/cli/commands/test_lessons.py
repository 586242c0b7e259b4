"""`chalkgrad lessons`: what is written, what is kept, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from optional import LESSONS

from chalkgrad.__main__ import main
from chalkgrad.cli.commands import lessons


def run(*arguments: object) -> int:
    return main(["lessons", *map(str, arguments)])


def test_all_lessons_and_no_solutions_by_default(tmp_path: Path) -> None:
    assert run("--to", tmp_path / "mine") == 0
    assert sorted(path.name[:2] for path in (tmp_path / "mine").glob("*.ipynb")) == LESSONS
    assert not (tmp_path / "mine" / "solutions").exists()


def test_some_lessons_with_their_solutions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--to", tmp_path, "--lesson", 2, "05", "--solutions") == 0
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.ipynb")}
    both = ["02-the-chain-rule-by-hand.ipynb", "05-activation-functions.ipynb"]
    assert names == {*both, *(f"solutions/{name}" for name in both)}
    assert capsys.readouterr().out.endswith(f"jupyter lab {tmp_path / both[0]}\n")


@pytest.mark.parametrize("there", [True, False])
def test_who_has_no_jupyter_is_told_how_to_get_it(
    there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lessons, "find_spec", {"jupyterlab": "found" if there else None}.__getitem__)
    run("--to", tmp_path, "--lesson", "02")
    assert ('run python -m pip install "chalkgrad[notebook]"\n' in capsys.readouterr().out) is not there


def test_existing_files_are_kept_and_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "02-the-chain-rule-by-hand.ipynb"
    mine.write_text("my answers", encoding="utf-8")
    assert run("--to", tmp_path, "--lesson", "02") == 0
    assert mine.read_text(encoding="utf-8") == "my answers"
    said = capsys.readouterr().out
    assert f"kept {mine}\n" in said
    assert f"wrote {tmp_path / 'primer.md'}\n" in said
    assert run("--to", tmp_path, "--lesson", "02", "--overwrite") == 0
    assert json.loads(mine.read_text(encoding="utf-8"))["nbformat"] == 4
    assert f"kept {mine}" not in capsys.readouterr().out


def test_an_unknown_lesson_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--to", tmp_path / "new", "--lesson", "02", "77") == 2
    assert "--lesson 77: there is no such lesson; choose among 00, 01" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run("--to", tmp_path / "file" / "below") == 2
    assert "cannot make the folder" in capsys.readouterr().err
