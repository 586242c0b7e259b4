"""The demo keeps what it promises, whatever the seed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalkgrad.__main__ import main
from chalkgrad.cli.commands import demo


def held_back_accuracy(output: str) -> float:
    found = re.search(r"accuracy on the \d+ held-back samples: ([\d.]+)%", output)
    assert found is not None, output
    return float(found[1])


def test_the_demo_shows_four_steps_and_learns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "EPOCHS", 10)
    assert main(["demo", "--out", str(tmp_path / "pictures")]) == 0
    output = capsys.readouterr().out
    steps = [output.index(step) for step in ("1. forward", "2. loss", "3. backward", "4. update")]
    assert steps == sorted(steps)
    assert held_back_accuracy(output) >= 85
    for name in ("loss.png", "boundary.png"):
        assert f"saved {tmp_path / 'pictures' / name}" in output
        assert (tmp_path / "pictures" / name).read_bytes().startswith(b"\x89PNG")


def test_a_folder_that_cannot_be_made_is_said_before_the_training(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["demo", "--out", str(tmp_path / "file")]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(r"cannot make the folder \S+file: File exists\. Name another with --out", said.err)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "EPOCHS", 1)
    accounts = []
    for _ in range(2):
        main(["demo", "--out", str(tmp_path), "--seed", "5", "--overwrite"])
        accounts.append(re.findall(r"accuracy on.*|.*loss of this sample.*", capsys.readouterr().out))
    assert accounts[0] == accounts[1]


def test_pictures_are_not_replaced_unless_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loss.png").write_text("mine")
    assert main(["demo", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.out == ""  # before the training
    assert "loss.png exists already; choose another name, or --overwrite" in said.err
    assert main(["train", "moons", "--out", str(tmp_path)]) == 2
    assert (tmp_path / "loss.png").read_text() == "mine"


@pytest.mark.slow
def test_without_a_terminal_there_are_plain_lines(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "chalkgrad", "demo", "--out", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "\r" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert "epoch" in (done.stdout + done.stderr).lower()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(7))
def test_any_seed_learns_nearly_all(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["demo", "--out", str(tmp_path), "--seed", str(seed)])
    assert held_back_accuracy(capsys.readouterr().out) >= 98
