"""On what does a program depend besides its arguments?  On all that the function reads, which may change later.

Read `walking` first, `trace` next.  What a walk from the function has found is compared before each call; where
something else stands, the function is traced again.  Values that it closes over are read at each call anyway.
Sources of random numbers must not have moved while it was traced.
"""

from __future__ import annotations

import random
import sys
from typing import Any

import numpy as np

from autograd.compiler.frontend.walking import ChangedError, Snapshot


class Guard:
    """What a traced function has read, and whether something else stands there now."""

    def __init__(self, function: Any, snapshot: Snapshot) -> None:
        self.function = function
        self._accept(snapshot)

    def _accept(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.unchanged = snapshot.check.build()

    def changed(self) -> str:
        """What has changed, by name; '' if nothing has."""
        if self.unchanged():
            return ""
        before = self.snapshot
        try:
            now = Snapshot(self.function, before.reading, before.name, expected=before)
        except ChangedError as change:
            return str(change)
        except Exception:  # what stands there now cannot be followed: tracing says so
            return before.name
        self._accept(now)
        return ""


def positions(sources: Any) -> dict[int, tuple[Any, str]]:
    """Where sources of random numbers stand: these, and the two global ones."""
    found: dict[int, tuple[Any, str]] = {0: (random, repr(random.getstate()))}
    module = sys.modules.get("numpy.random")
    if module is not None:
        _, numbers, *rest = module.get_state()
        found[1] = (module, f"{numbers.tolist()} {rest}")
    for source in sources:
        found[id(source)] = (source, repr(_state(source)))
    return found


def _state(source: Any) -> Any:
    if isinstance(source, random.Random):
        return source.getstate() if not isinstance(source, random.SystemRandom) else None
    source = getattr(source, "bit_generator", source)
    state = getattr(source, "state", None)
    return {k: (v.tolist() if isinstance(v, np.ndarray) else v) for k, v in _flat(state)} if state else None


def _flat(state: Any) -> Any:
    for key, value in state.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield key, value


def moved(before: dict[int, tuple[Any, str]], after: dict[int, tuple[Any, str]]) -> Any:
    """A source that stood elsewhere before; None if there is none.  One made anew in each call is another object."""
    return next((s for key, (s, state) in after.items() if key in before and before[key][1] != state), None)
