"""`chalkgrad assign`: a folder for each student, the key, and what is refused."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalkgrad import exercises
from chalkgrad.__main__ import main

OWN = """
from chalkgrad.exercises import Exercise, Mistake, Number
EXERCISES = [Exercise("gears.1", "3 times 4?", Number(), 12, [Mistake(7, "You added.")], ["Multiply."])]
"""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    exercises._loaded.clear()


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text("name\nAnna Ott\n=x\n")
    return path


def test_each_student_gets_copies_and_the_key_tells_them(tmp_path: Path, roster: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(OWN)
    to, key = tmp_path / "out", tmp_path / "key.csv"
    arguments = ["assign", roster, "--lesson", "2", "05", "--exercises", own, "--to", to, "--key", key]
    assert main(list(map(str, arguments))) == 0
    names = {"02-the-chain-rule-by-hand.ipynb", "05-activation-functions.ipynb", "gears.ipynb", "mine.py"}
    assert {path.name for path in (to / "Anna Ott").iterdir()} == names == {path.name for path in (to / "=x").iterdir()}
    with key.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == ["Anna Ott", "'=x"]
    for row in rows:
        cells = json.loads((to / row["folder"].removeprefix("'") / "02-the-chain-rule-by-hand.ipynb").read_text())[
            "cells"
        ]
        assert f'variant("{row["variant"]}")' in cells[0]["source"][-1]
    assert rows[0]["02.2"] != rows[1]["02.2"]


def test_files_that_exist_are_kept(tmp_path: Path, roster: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["assign", str(roster), "--lesson", "02", "--to", str(tmp_path / "out")]
    assert main(arguments) == 0
    kept = tmp_path / "out" / "Anna Ott" / "02-the-chain-rule-by-hand.ipynb"
    kept.write_text("mine")
    assert main(arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert kept.read_text() == "mine"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--lesson", "77"], "--lesson 77: there is no such lesson; choose among 00, 01"),
        ([], "name what is assigned: --lesson 02 05, or --exercises with a file of your own"),
        (["--exercises", "none.py"], "No such file"),
    ],
)
def test_what_is_refused(
    tmp_path: Path, roster: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(["assign", str(roster), "--to", str(tmp_path / "out"), *arguments]) == 2
    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
