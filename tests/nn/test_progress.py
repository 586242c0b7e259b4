from __future__ import annotations

import io
import sys

import pytest

from nn.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(epochs: int, start: int = 0, wanted: bool = True) -> Progress:
    progress = Progress(epochs, start, wanted)
    for epoch in range(start + 1, epochs + 1):
        progress.show(epoch, {"loss": 1 / epoch, "accuracy": 0.5, "seconds": 9.0})
    progress.close()
    return progress


def test_a_bar_in_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    run(4)
    assert "100%" in terminal.getvalue()
    assert "loss 0.25" in terminal.getvalue()


def test_plain_lines_without_tqdm(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setitem(sys.modules, "tqdm", None)
    run(3)
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_at_most_eleven_lines_and_a_resumed_run(capsys: pytest.CaptureFixture[str]) -> None:
    run(109)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 11
    assert lines[0].startswith("epoch  10/109  loss 0.1  accuracy 0.5  ")
    run(10, start=8)
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_silence(capsys: pytest.CaptureFixture[str]) -> None:
    run(10, wanted=False)
    assert capsys.readouterr() == ("", "")
