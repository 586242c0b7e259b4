"""`chalkgrad step`: on a pseudo-terminal with keys, in a pipe, and as a page."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalkgrad.__main__ import main
from chalkgrad.cli.terminal_stepper import HELP

FORMULA = ["a*b + a", "--at", "a=2", "b=-3"]


class Terminal:
    """The command on a terminal of 100 x 30 characters."""

    def __init__(self, *arguments: str) -> None:
        import fcntl
        import pty
        import struct
        import termios

        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.settings = termios.tcgetattr(theirs)
        self.theirs = theirs
        environment = {**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
        for name in ("LINES", "COLUMNS"):
            environment.pop(name, None)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "chalkgrad", "step", *arguments],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=environment,
        )
        self.text = ""

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def wait_for(self, words: str, last: str = HELP) -> str:
        """The last screen, once it is whole (its last line tells the keys) and contains these words."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            if select.select([self.ours], [], [], 0.05)[0]:
                self.text += os.read(self.ours, 100_000).decode(errors="ignore")
            screen = self.text.rpartition("\x1b[2J")[2]
            if words in screen and last in screen:
                return re.sub(r"\x1b\[[?0-9;]*[a-zA-Z]", "", screen)
        raise AssertionError(f"{words!r} did not come up; seen: {self.text!r}")


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal(*FORMULA)
    yield opened
    if opened.process.poll() is None:
        opened.process.kill()
        opened.process.wait()
    os.close(opened.ours)
    os.close(opened.theirs)


def test_keys_step_through(terminal: Terminal) -> None:
    terminal.wait_for("backward: step 0 of 5")
    terminal.press("\x1b[C")
    terminal.wait_for("dout/dout = 1")
    terminal.press("\x1b[C\x1b[C\x1b[C")
    screen = terminal.wait_for("step 4 of 5")
    assert "= 1 · (−3) = −3" in screen
    assert "running sum: 1 + (−3) = −2 (complete)" in screen
    terminal.press("\x1b[D")
    terminal.wait_for("step 3 of 5")
    terminal.press("\x1b[F")
    assert "Done: every gradient is complete." in terminal.wait_for("step 5 of 5")
    terminal.press("\x1b[H")
    terminal.wait_for("step 0 of 5")


def test_numbers_choose_the_pass_and_q_quits(terminal: Terminal) -> None:
    import termios

    terminal.wait_for("backward: step 0")
    terminal.press("1 ")
    assert "v1 = a * b = 2 * (−3) = −6" in terminal.wait_for("forward: step 1 of 2")
    terminal.press("3")
    terminal.wait_for("backward, naive order: step 0")
    terminal.press("q")
    assert terminal.process.wait(timeout=30) == 0
    assert termios.tcgetattr(terminal.theirs)[3] == terminal.settings[3]  # echo and lines are back


def test_in_a_pipe_every_step_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", *FORMULA]) == 0
    out = capsys.readouterr().out
    assert [int(n) for n in re.findall(r"step (\d) of 5", out)] == [0, 1, 2, 3, 4, 5]
    assert re.search(r"a +given +2 +−2$", out, re.MULTILINE)
    assert re.search(r"b +given +−3 +2$", out, re.MULTILINE)
    assert "\x1b" not in out


def test_the_naive_pass_says_that_it_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", "b = a + a; b + b", "--at", "a=1", "--pass", "naive"]) == 0
    assert "wrong for a (the true gradient is 4)" in capsys.readouterr().out


def test_a_page_is_written_and_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "backprop.html"
    assert main(["step", *FORMULA, "-o", str(page)]) == 0
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert main(["step", *FORMULA, "-o", str(page)]) == 2
    assert re.search(
        r"^chalkgrad step: \S+ exists already; choose another name, or --overwrite$", capsys.readouterr().err, re.M
    )
    assert main(["step", *FORMULA, "-o", str(page), "--overwrite"]) == 0


def test_what_cannot_be_done_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["step", *FORMULA, "-o", str(tmp_path / "page.png")]) == 2
    assert re.fullmatch(r"chalkgrad step: .*page\.png must end in \.html\n", capsys.readouterr().err)
    assert main(["step", *FORMULA, "-o", str(tmp_path / "none" / "page.html")]) == 2
    assert "cannot open" in capsys.readouterr().err


def test_a_window_that_becomes_narrow_is_redrawn(terminal: Terminal) -> None:
    import fcntl
    import struct
    import termios

    terminal.wait_for("step 0 of 5")
    terminal.press("\x1b[C\x1b[C\x1b[C\x1b[C")
    terminal.wait_for("step 4 of 5")
    fcntl.ioctl(terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 18, 46, 0, 0))
    terminal.process.send_signal(signal.SIGWINCH)  # as the terminal's driver does for its foreground process
    screen = terminal.wait_for("3 naive   q quit", HELP.split()[-1])
    assert "\x1b[1m" in terminal.text  # the lines of this step stand out
    lines = [line.rstrip("\r") for line in screen.split("\n")]
    assert max(map(len, lines)) <= 45
    assert len(lines) <= 18
    assert [line.split()[-1] for line in lines if line.startswith(("▶", "◆"))] == ["−2", "1"]
