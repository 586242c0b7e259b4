"""The command line as a whole: help, wrong names, exit codes, Ctrl-C."""

from __future__ import annotations

import argparse
import subprocess
import sys

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
