"""How is a learner's code run, so that nothing it does can cause harm?

It may raise an error, print, leave Python, change the lists that it was given, or never come to an end. All of this is
an observation like any other, and never the end of the notebook. Read next: `exercise`.
"""

from __future__ import annotations

import ctypes
import io
import re
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout, suppress
from dataclasses import dataclass
from typing import Any

from autograd.packages import IN_BROWSER

SECONDS = 5.0
"""The time limit for all cases of an answer together; right answers take milliseconds."""

ADDRESS = r" at 0x[0-9A-Fa-f]+"
"""The useless part of the repr of an object without a text of its own."""


def readable(text: str) -> str:
    """The same without addresses, and without the places where functions and classes were defined.

    >>> readable("<function outer.<locals>.f at 0x7f53>"), readable("<function <lambda> at 0x7f54>")
    ('<function f>', '<function>')
    >>> readable("no <package.module.Node object at 0x7f53>")
    'no <Node object>'
    """
    text = re.sub(rf"<(?:[\w<>]+\.)*(\w+ object){ADDRESS}>", r"<\1>", text)
    text = re.sub(rf"<function (?:[\w<>]+\.)*(\w+){ADDRESS}>", r"<function \1>", text)
    text = re.sub(rf"<function (?:[\w<>]+\.)*<lambda>{ADDRESS}>", "<function>", text)
    return re.sub(ADDRESS, "", text)


class UnreadableError(Exception):
    """An answer that does not fit the question; the text says what does."""


class TakesTooLongError(BaseException):
    """Raised in the middle of an answer whose time is over; no `except Exception` of a learner's keeps it."""


@dataclass(frozen=True)
class Failure:
    """What was observed when the answer raised an error; failures of one type are alike."""

    name: str
    text: str = ""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """The record of an exception."""
        if isinstance(error, TakesTooLongError):
            return ENDLESS
        return cls(type(error).__name__, readable(str(error)))

    def __str__(self) -> str:
        if self == ENDLESS:
            return self.text
        return f"raises {self.name}" + (f": {self.text}" if self.text else "")


ENDLESS = Failure("endless", f"has not finished after {SECONDS:g} seconds (when does its loop stop?)")


class Seen(list[Any]):
    """Observations, one per case, each with the text that was printed during it."""

    def __init__(self, entries: Iterable[Any] = ()) -> None:
        super().__init__(entries)
        self.printed = [""] * len(self)


def observe_each(cases: Iterable[Callable[[], Any]]) -> Seen:
    """What each of the cases gives: a result, or a `Failure`.  After one that does not end, the others are not tried.

    >>> observe_each([lambda: 1.0, lambda: 1 / 0, lambda: print("hello")])
    [1.0, Failure(name='ZeroDivisionError', text='division by zero'), None]
    """
    seen, cases = Seen(), list(cases)
    try:
        with deadline(SECONDS):
            for case in cases:
                printed = io.StringIO()
                seen.printed.append("")
                with redirect_stdout(printed):
                    seen.append(_result(case))
                seen.printed[-1] = printed.getvalue()
    except TakesTooLongError as error:
        seen.extend([Failure.of(error)] * (len(cases) - len(seen)))
        seen.printed.extend([""] * (len(cases) - len(seen.printed)))
    return seen


def _result(case: Callable[[], Any]) -> Any:
    try:
        return case()
    except UnreadableError:
        raise
    except (Exception, SystemExit) as error:  # every outcome of a learner's code is an observation
        return Failure.of(error)


def deadline(seconds: float) -> AbstractContextManager[None]:
    """Raise TakesTooLongError inside `with` if its code has not finished after `seconds`.

    This stops Python code, but not a single long call into C. Where no thread can start, there is no limit.
    """
    return _Watched(seconds) if IN_BROWSER else _timed(seconds)


class _Watched:
    """A deadline without threads: Python calls `_look` at every jump back and every call, and that looks at the clock.

    Code runs at a third of its speed meanwhile.  This needs Python 3.12, and Pyodide has a later one.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def __enter__(self) -> None:
        watch: Any = getattr(sys, "monitoring")  # noqa: B009 - Python 3.11 has none
        self.watch, self.until = watch, time.monotonic() + self.seconds
        self.tool = next(number for number in range(6) if watch.get_tool(number) is None)
        watch.use_tool_id(self.tool, "chalkgrad: time limit of an exercise")
        for event in (watch.events.JUMP, watch.events.PY_START):
            watch.register_callback(self.tool, event, self._look)
        watch.set_events(self.tool, watch.events.JUMP | watch.events.PY_START)

    def _look(self, code: object, *_: int) -> None:
        if time.monotonic() > self.until and code is not _Watched.__exit__.__code__:
            raise TakesTooLongError

    def __exit__(self, *_: object) -> None:
        self.watch.set_events(self.tool, 0)
        self.watch.free_tool_id(self.tool)


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    """A deadline by a timer in a thread of its own."""
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    here = ctypes.c_ulong(threading.get_ident())
    over, sent, lock = False, False, threading.Lock()

    def stop() -> None:
        nonlocal sent
        with lock:
            if not over:
                sent = True
                raise_in(here, ctypes.py_object(TakesTooLongError))

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    try:
        timer.start()
    except RuntimeError:  # no more threads
        yield
        return
    try:
        yield
    finally:
        with lock:
            over = True
        timer.cancel()
        if sent:  # and perhaps not arrived; to call it back would leave the interpreter looking for it forever
            with suppress(TakesTooLongError):
                for _ in range(100):
                    pass
