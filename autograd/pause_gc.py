"""Why is training twice as fast when Python's cyclic garbage collector rarely runs?

After every few hundred new objects, the collector searches them for reference cycles.  A graph has many objects and no
cycle, so the search costs more than the arithmetic and finds nothing.  What makes many nodes at once (a training loop,
a trace, the compiler) raises the threshold and restores it.  It reads no other file.
"""

from __future__ import annotations

import gc
import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANY_OBJECTS = 1_000_000
_lock = threading.RLock()
_users: list[_User] = []


class _User:
    """One running `with` block: its thread, and the thresholds before the first block, once they are known."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.thresholds: tuple[int, int, int] | None = None


@contextmanager
def pause_gc() -> Iterator[None]:
    """Run the collector a thousand times less often inside `with`; the last block to end restores the thresholds.

    >>> before = gc.get_threshold()
    >>> with pause_gc():
    ...     gc.get_threshold()[0]
    1000000
    >>> gc.get_threshold() == before
    True
    """
    user = _User()
    try:
        with _lock:
            user.thresholds = _users[0].thresholds if _users else gc.get_threshold()
            _users.append(user)
            if 0 < gc.get_threshold()[0] < _MANY_OBJECTS:
                gc.set_threshold(_MANY_OBJECTS, *gc.get_threshold()[1:])
        yield
    finally:
        with _lock:
            _users[:] = [other for other in _users if other is not user]
            if not _users:
                _restore([user])


def _restore(ended: list[_User]) -> None:
    """After the last block: the thresholds before the first."""
    for user in ended:
        if user.thresholds is not None:
            gc.set_threshold(*user.thresholds)


def _after_fork() -> None:
    """In a child process only the thread that forked continues: end the blocks of all others."""
    global _lock
    _lock = threading.RLock()
    ended = [user for user in _users if user.thread != threading.get_ident()]
    _users[:] = [user for user in _users if user not in ended]
    if not _users:
        _restore(ended)


if hasattr(os, "register_at_fork"):  # not on Windows, nor in a browser
    os.register_at_fork(after_in_child=_after_fork)
