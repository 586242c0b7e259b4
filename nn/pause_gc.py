"""Why is training twice as fast when Python's cyclic garbage collector rarely runs?

After every few hundred new objects, the collector searches them for reference cycles. A graph has many objects and no
cycle, so the search costs more than the arithmetic and finds nothing. A training loop raises the threshold and
restores it. Read before: nothing. Read after: ``training``.
"""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MANY_OBJECTS = 1_000_000
_lock = threading.Lock()
_users: list[list[tuple[int, int, int]]] = []
"""One entry per running loop, in any thread: the thresholds before the first of them."""


@contextmanager
def pause_gc() -> Iterator[None]:
    """Run the collector a thousand times less often inside ``with``; the last loop to end restores the thresholds.

    >>> before = gc.get_threshold()
    >>> with pause_gc():
    ...     gc.get_threshold()[0]
    1000000
    >>> gc.get_threshold() == before
    True
    """
    entry: list[tuple[int, int, int]] = []
    try:
        with _lock:
            entry.append(_users[0][0] if _users else gc.get_threshold())
            _users.append(entry)
            if 0 < gc.get_threshold()[0] < _MANY_OBJECTS:
                gc.set_threshold(_MANY_OBJECTS, *gc.get_threshold()[1:])
        yield
    finally:
        with _lock:
            _users[:] = [other for other in _users if other is not entry]
            if entry and not _users:
                gc.set_threshold(*entry[0])
