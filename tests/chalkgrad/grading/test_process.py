"""What keeps a process within its limits; whole notebooks are run in `test_grading`."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.grading.process import Conditions, run_cells


def test_the_runner_is_split_as_a_shell_would_and_its_words_are_replaced() -> None:
    command = Conditions(runner="box --bind {folder} 'a b' {python} -X utf8 {args}").command(Path("/tmp/x"))
    assert command[:4] == ["box", "--bind", "/tmp/x", "a b"]
    assert command[-4:] == ["-X", "utf8", "-m", "chalkgrad.grading.student"]


def test_the_environment_holds_no_secrets_and_the_folder_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "12345")
    cells = ["import os", "assert 'SECRET_TOKEN' not in os.environ", "assert os.listdir() == []",
             "assert os.environ['HOME'] != '" + str(Path.home()) + "'", "raise ValueError(os.getcwd())"]  # fmt: skip
    run = run_cells(cells, "02", Conditions())
    errors = [message for message in run.messages if message["kind"] == "error"]
    assert [error["cell"] for error in errors] == [5]
    assert not Path(errors[0]["text"].removeprefix("ValueError: ")).exists(), "the folder is removed"
    assert run.messages[-1] == {"kind": "done"}
    assert run.ended == ""


def test_a_process_that_is_left_behind_is_ended() -> None:
    cells = [
        "import subprocess, sys",
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])",
        "raise ValueError(child.pid)",
    ]
    run = run_cells(cells, "02", Conditions())
    pid = int(run.messages[-2]["text"].removeprefix("ValueError: "))
    assert run.ended == ""
    stat = Path(f"/proc/{pid}/stat")
    assert not stat.exists() or stat.read_text().split()[2] == "Z"


def test_a_notebook_that_takes_too_long_is_ended() -> None:
    stubborn = (
        "import time\nwhile True:\n    try:\n        while True: time.sleep(0.01)\n    except BaseException: pass"
    )
    run = run_cells([stubborn], "02", Conditions(timeout=1.5))
    assert run.ended == "cell 1: stopped after 1.5 seconds"
    assert run.seconds < 60.0
