"""Has anything changed on which a program depends?  It depends on all objects that the function has read.

Read `snapshot` first, `flatten` next.  Before each call the objects that a snapshot found are compared; if one has
changed, the function is traced again.  Values that it closes over are read at each call anyway.  Sources of random
numbers must not advance while it is traced.
"""

from __future__ import annotations

import random
import sys
from typing import Any

from autograd.compiler.frontend.object_kinds import state_of
from autograd.compiler.frontend.snapshot import Snapshot
from autograd.compiler.frontend.snapshot_notes import ChangedError


class Guard:
    """What a traced function has read, and whether any of it has changed."""

    def __init__(self, function: Any, snapshot: Snapshot) -> None:
        self.function = function
        self._accept(snapshot)

    def _accept(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.unchanged = snapshot.check.build()

    def changed(self) -> str:
        """The name of something that has changed; '' if nothing has."""
        if self.unchanged():
            return ""
        before = self.snapshot
        try:
            now = Snapshot(self.function, before.executed, before.name, expected=before)
        except ChangedError as change:
            return str(change)
        except Exception:  # the new object cannot be followed: tracing reports that
            return before.name
        self._accept(now)
        return ""


def positions(sources: Any) -> dict[int, tuple[Any, str]]:
    """The states of sources of random numbers: these, and the two global ones."""
    found: dict[int, tuple[Any, str]] = {0: (random, repr(random.getstate()))}
    module = sys.modules.get("numpy.random")
    if module is not None:
        _, numbers, *rest = module.get_state()
        found[1] = (module, f"{numbers.tolist()} {rest}")
    for source in sources:
        found[id(source)] = (source, repr(state_of(source)))
    return found


def moved(before: dict[int, tuple[Any, str]], after: dict[int, tuple[Any, str]]) -> Any:
    """A source whose state has changed; None if there is none.  One created in each call is another object."""
    return next((s for key, (s, state) in after.items() if key in before and before[key][1] != state), None)
