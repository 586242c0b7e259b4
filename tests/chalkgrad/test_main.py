"""The command line as a whole: help, wrong names, exit codes, Ctrl-C."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

import chalkgrad
from chalkgrad import __main__ as command_line
from chalkgrad.cli.commands import CommandError, demo


def test_every_command_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line.main(["--help"])
    assert stopped.value.code == 0
    shown = capsys.readouterr().out
    for name in command_line.COMMANDS:
        assert name in shown


@pytest.mark.parametrize("name", command_line.COMMANDS)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line.main([name, "--help"])
    assert stopped.value.code == 0
    assert f"usage: chalkgrad {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command_line.main(["--version"])
    assert capsys.readouterr().out == f"chalkgrad {chalkgrad.__version__}\n"


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "Train a small network on two moons"),
        ([], "Name one of these commands, such as: chalkgrad demo"),
        (["dmo"], "'demo'"),
        (["train"], "dataset"),
        (["train", "moon"], "'moons'"),
        (["train", "moons", "--activation", "rleu"], "'relu'"),
        (["train", "moons", "--optimizer", "adm"], "'adam'"),
        (["train", "moons", "--epochs", "0"], "'0' must be a whole number of at least 1"),
        (["train", "moons", "--epochs", "many"], "'many' must be a whole number of at least 1"),
        (["train", "moons", "--hidden", "-3"], "'-3' must be a whole number of at least 1"),
        (["train", "moons", "--learning-rate", "nan"], "'nan' must be a number above 0"),
        (["train", "moons", "--learning-rate", "inf"], "'inf' must be a number above 0"),
        (["train", "moons", "--learning-rate", "fast"], "'fast' must be a number above 0"),
        (["train", "moons", "--seed", "-1"], "'-1' must be a whole number of at least 0"),
        (["explain", "x*x", "--at", "x=1", "--nudge", "a"], "'a' must be a number, such as 0.001"),
    ],
)
def test_wrong_arguments_are_answered_with_what_is_right(
    argv: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line.main(argv)
    assert stopped.value.code == 2
    assert message.replace("'", "") in capsys.readouterr().err.replace("'", "")


def test_what_a_user_can_change_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(arguments: argparse.Namespace) -> int:
        raise CommandError("do this instead")

    monkeypatch.setattr(demo, "run", fail)
    assert command_line.main(["demo"]) == 2
    assert capsys.readouterr().err == "chalkgrad demo: do this instead\n"


@pytest.mark.parametrize(
    "argv",
    [
        ["check-file", "missing/file"],
        ["assign", "missing/file", "--lesson", "02", "--to", "out"],
        ["grade", ".", "--key", "missing/file"],
        ["grade", ".", "--exercises", "missing/file"],
        ["worksheet", "--roster", "missing/file"],
        ["formulas", "-o", "missing/file.html"],
        ["step", "x*x", "--at", "x=1", "-o", "missing/file.html"],
        ["draw", "x*x", "--at", "x=1", "-o", "missing/file.svg"],
    ],
)
def test_a_file_that_cannot_be_opened_is_named_with_the_reason(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert command_line.main(argv) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    name = next(text for text in argv if text.startswith("missing"))
    assert said == f"chalkgrad {argv[0]}: cannot open {name}: No such file or directory"


def test_a_layout_that_takes_too_long_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def late(arguments: argparse.Namespace) -> int:
        raise TimeoutError("the layout took more than 60 seconds")  # an OSError without a file

    monkeypatch.setattr(demo, "run", late)
    assert command_line.main(["demo"]) == 2
    assert capsys.readouterr().err == "chalkgrad demo: the layout took more than 60 seconds\n"


def test_ctrl_c_ends_quietly(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(arguments: argparse.Namespace) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "run", interrupt)
    assert command_line.main(["demo"]) == 130
    assert capsys.readouterr().err == "\nstopped\n"


def test_a_reader_that_stops_early_is_no_error() -> None:
    """As in `chalkgrad demo | head -1`: the pipe is closed long before the training ends."""
    code = "import sys; from chalkgrad.__main__ import main; sys.exit(main(['train', 'moons', '--epochs', '1']))"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    assert "BrokenPipe" not in errors
