"""How is a student's code kept to its time, its memory and its output?

`run_cells` starts the process of `student`, gives it the cells, and reads what it sends, never more than a limit. It
ends the process, with everything that it has started in its process group, when the time is over. Read next: `judging`.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import chalkgrad

MEMORY = 2 << 30
"""Bytes of data that a notebook may use."""
OUTPUT = 10_000_000
"""Bytes that it may print."""
SENT = 20_000_000
"""Bytes of answers."""
KEPT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "SYSTEMDRIVE",
        "VIRTUAL_ENV", "NUMBER_OF_PROCESSORS", "CC")  # fmt: skip
"""The variables of the environment that the student's process gets to see."""


class RunnerError(Exception):
    """A `--runner` that does not start anything."""


@dataclass
class StudentRun:
    """What one notebook did."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    ended: str = ""
    """Why it did not run to its end, or nothing."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Conditions:
    """How notebooks are run."""

    timeout: float = 120.0
    """Seconds for a whole notebook; one cell may take half of it."""
    runner: str = "{python} {args}"
    """A command in which {python}, {args} and {folder} are replaced; {folder} is the only place to write to."""
    own: tuple[tuple[str, str], ...] = ()
    """Name and text of a teacher's files of exercises."""
    stop: threading.Event = field(default_factory=threading.Event)
    """Set when all runs are to end, as after Ctrl-C."""

    def command(self, folder: Path) -> list[str]:
        """The command line that runs a notebook in this folder."""
        words: list[str] = []
        for word in shlex.split(self.runner):
            if word == "{args}":
                words += ["-m", "chalkgrad.grading.student"]
            else:
                words.append(word.replace("{python}", sys.executable).replace("{folder}", str(folder)))
        return words


def run_cells(cells: Sequence[str], lesson: str, conditions: Conditions) -> StudentRun:
    """Run the cells in a process of their own, in an empty folder.  Raises RunnerError if it cannot be started."""
    job = {
        "cells": list(cells), "lesson": lesson, "own": conditions.own, "memory": MEMORY,
        "seconds": conditions.timeout, "cell_seconds": conditions.timeout / 2,
    }  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="chalkgrad-grade-", ignore_cleanup_errors=True) as base:
        work = Path(base) / "work"
        work.mkdir()
        begun = time.monotonic()
        try:
            process = subprocess.Popen(
                conditions.command(Path(base)), cwd=work, env=_environment(Path(base)),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise RunnerError(f"the runner does not start: {error}") from error
        run = _followed(process, json.dumps(job).encode(), conditions)
        run.seconds = time.monotonic() - begun
        return run


def _environment(base: Path) -> dict[str, str]:
    """The student's environment: no secrets, a home inside the temporary folder, one thread for each library."""
    home = base / "home"
    fonts = _font_cache()
    (home / "matplotlib").mkdir(parents=True)
    if fonts is not None:
        shutil.copy(fonts, home / "matplotlib")
    source = str(Path(chalkgrad.__file__).parent.parent)
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "HOME": str(home), "USERPROFILE": str(home), "XDG_CACHE_HOME": str(home),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "TMPDIR": str(base), "TEMP": str(base), "TMP": str(base), "MPLBACKEND": "agg",
        "PYTHONPATH": source if "site-packages" not in source else "", "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0",
    }  # fmt: skip


def _font_cache() -> Path | None:
    """Matplotlib's list of fonts, which takes seconds to make: copied for each student."""
    folder = Path(os.environ.get("MPLCONFIGDIR") or Path.home() / ".cache" / "matplotlib")
    return max(folder.glob("fontlist-*.json"), default=None)


class _Reader(threading.Thread):
    """Reads a stream to its end, keeps at most this many bytes, and reports if there are more."""

    def __init__(self, stream: IO[bytes], limit: int, too_much: Callable[[], None], keep: bool) -> None:
        super().__init__(daemon=True)
        self.data = bytearray()
        self._stream, self._left, self._too_much, self._keep = stream, limit, too_much, keep

    def run(self) -> None:
        """Read until the stream ends or the limit is reached."""
        with self._stream as stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                self._left -= len(chunk)
                if self._left < 0:
                    self._too_much()
                    return
                if self._keep or len(self.data) < 4000:
                    self.data += chunk


def _followed(process: subprocess.Popen[bytes], job: bytes, conditions: Conditions) -> StudentRun:
    """Feed and read a process until it ends, or has to be ended."""
    assert process.stdin is not None and process.stdout is not None and process.stderr is not None  # noqa: S101, PT018
    over = threading.Event()
    answers = _Reader(process.stdout, SENT, over.set, keep=True)
    printed = _Reader(process.stderr, OUTPUT, over.set, keep=False)
    threads = [threading.Thread(target=_feed, args=(process.stdin, job), daemon=True), answers, printed]
    for thread in threads:
        thread.start()
    end = time.monotonic() + conditions.timeout
    while process.poll() is None and time.monotonic() < end and not conditions.stop.is_set() and not over.wait(0.02):
        pass
    late = process.poll() is None and not over.is_set()
    _end(process)
    for thread in threads:
        thread.join(1.0)
    run = StudentRun(list(_messages(bytes(answers.data))))
    if over.is_set():
        run.ended = f"stopped: more than {OUTPUT // 1_000_000} MB of output"
    elif late:
        run.ended = f"stopped after {conditions.timeout:g} seconds"
    elif not run.messages or run.messages[-1].get("kind") != "done":
        run.ended = _how_it_left(process.returncode, run, bytes(printed.data))
    cell = next((m.get("cell") for m in reversed(run.messages) if m.get("kind") == "cell"), None)
    if run.ended and cell is not None:
        run.ended = f"cell {cell}: {run.ended}"
    return run


def _feed(stream: IO[bytes], job: bytes) -> None:
    with suppress(OSError), stream:  # where it has ended already, that is noticed elsewhere
        stream.write(job)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process, and what it has started in its process group."""
    if os.name == "posix":
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()


def _messages(data: bytes) -> list[dict[str, Any]]:
    """The messages among the lines; other lines, such as half a line at the end, are left out."""
    found = []
    for line in data.splitlines():
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(message, dict):
            found.append(message)
    return found


def _how_it_left(status: int, run: StudentRun, printed: bytes) -> str:
    if not run.messages:  # not even the first cell was begun: the runner, or the installation
        last = printed.decode(errors="replace").strip().splitlines()[-1:] or ["nothing was printed"]
        return f"the process did not start: {last[0][:200]}"
    if status < 0:
        return f"the process was ended by signal {-status}"
    return f"the notebook ended its process (exit status {status})"
