"""Whatever a learner's code does, it is observed, and the notebook goes on."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from chalkgrad.exercises import sandbox
from chalkgrad.exercises.sandbox import (
    ENDLESS,
    Failure,
    TakesTooLongError,
    UnreadableError,
    _Watched,
    deadline,
    observe_each,
    readable,
)


def for_ever() -> None:
    while True:
        pass


def for_ever_and_catching() -> None:
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            continue


@pytest.mark.parametrize("endless", [for_ever, for_ever_and_catching])
def test_what_does_not_end_is_stopped_and_the_rest_is_not_tried(endless: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 0.1)
    tried: list[int] = []
    seen = observe_each([lambda: 1.0, endless, lambda: tried.append(1)])
    assert seen == [1.0, ENDLESS, ENDLESS]
    assert len(seen.printed) == 3
    assert not tried
    assert "has not finished" in str(ENDLESS)


def test_what_ends_in_time_is_left_alone() -> None:
    with deadline(0.05):
        pass
    time.sleep(0.1)  # an exception that was sent too late would arrive here
    assert [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)] == []


def test_without_threads_there_is_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert observe_each([lambda: 2.0]) == [2.0]


def test_prints_belong_to_their_case() -> None:
    seen = observe_each([lambda: print("one"), lambda: 1.0, lambda: print("two")])  # noqa: T201
    assert seen.printed == ["one\n", "", "two\n"]


def test_leaving_python_is_a_failure_and_the_users_own_interrupt_is_not() -> None:
    assert observe_each([sys.exit]) == [Failure("SystemExit")]

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        observe_each([interrupted])


def test_an_answer_that_cannot_be_read_is_no_observation() -> None:
    def unreadable() -> None:
        raise UnreadableError("A list is wanted.")

    with pytest.raises(UnreadableError, match="A list is wanted"):
        observe_each([unreadable])


def test_failures_as_text() -> None:
    assert str(Failure.of(ValueError("no"))) == "raises ValueError: no"
    assert str(Failure("KeyError")) == "raises KeyError"
    assert Failure.of(TakesTooLongError()) is ENDLESS


class Bare:
    """An object without a text of its own, with a method."""

    def method(self) -> None: ...


@pytest.mark.parametrize("thing", [Bare(), Bare().method, for_ever, lambda: 1, (n for n in [1]), [Bare(), for_ever]])
def test_no_text_has_an_address(thing: Any) -> None:
    assert " at 0x" in repr(thing)
    assert "0x" not in readable(repr(thing))
    assert readable(repr(Bare())) == "<Bare object>"


def test_a_deadline_leaves_the_interpreter_as_it_was() -> None:
    """An exception that is called back is looked for ever after; with a tracer, Python 3.11 then does nothing else."""
    code = (
        "import sys, time; from chalkgrad.exercises.sandbox import TakesTooLongError, deadline\n"
        "with deadline(60.0): pass\n"
        "try:\n"
        "    with deadline(0.01):\n"
        "        while True: pass\n"
        "except TakesTooLongError: pass\n"
        "def one(): return 1\n"
        "sys.settrace(lambda *_: None); print(one())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "1\n"


if sys.version_info >= (3, 12):  # with `sys.monitoring`, as in a browser

    @pytest.mark.parametrize("endless", [for_ever, for_ever_and_catching])
    def test_without_threads_a_loop_without_end_is_stopped_too(endless: Any) -> None:
        with pytest.raises(TakesTooLongError), _Watched(0.05):
            endless()
        assert for_two_rounds() == 2  # nothing watches any longer

    def for_two_rounds() -> int:
        time.sleep(0.1)
        return sum(1 for _ in range(2))
