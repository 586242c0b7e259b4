"""What does a snapshot note about an object?  Paths and tokens to compare later, and terms of a quick check.

Read `change_check` and `object_kinds` first, `object_visitors` next.
"""

from __future__ import annotations

from typing import Any

from autograd.compiler.frontend.change_check import SCALARS, ChangeCheck, image, is_plain
from autograd.compiler.frontend.executed_code import ExecutedCode
from autograd.compiler.frontend.object_kinds import MISSING, SLOT, SPECIAL, Path, is_array, is_only_filled, shown_path


class ChangedError(Exception):
    """An object at this path has changed."""


class SnapshotNotes:
    """What one walk has noted so far.  With `expected`, raises ChangedError where a note differs from that."""

    def __init__(self, executed: ExecutedCode, name: str, expected: SnapshotNotes | None = None) -> None:
        self.executed, self.name, self.expected = executed, name, expected
        self._begin()

    def _begin(self) -> None:
        """Forget what an earlier walk has noted."""
        self.paths: list[Path] = []
        self.tokens: list[Any] = []
        self.check = ChangeCheck()
        self.sources: list[Any] = []
        """Sources of random numbers."""
        self.functions: set[Any] = set()
        """The code of each function that was reached."""
        self._seen: set[Any] = set()
        self._kept: list[Any] = []  # so that an id means one object
        self._todo: list[tuple[Path, Any, bool]] = []

    def has_visited(self, thing: Any) -> bool:
        """Whether the walk has reached this object."""
        return id(thing) in self._seen

    def _note(self, path: Path, token: Any) -> None:
        """Note the object at this path: plain data as bytes, anything else as itself."""
        if self.expected is not None:
            n = len(self.tokens)
            before = self.expected.tokens[n] if n < len(self.expected.tokens) else MISSING
            if token is not before and not (type(token) is bytes and type(before) is bytes and token == before):
                raise ChangedError(shown_path(path))
        self.paths.append(path)
        self.tokens.append(token)

    def _reach(self, path: Path, thing: Any, strict: bool, text: str = "") -> None:
        """Note the object at this path, which the expression `text` reads again, and queue it for a visit."""
        if text:
            self.check.at(text, thing)
        if type(thing) in SCALARS:
            self._note(path, image(thing))
        else:
            self._note(path, MISSING if is_plain(thing) or is_array(thing) else thing)
            self._todo.append((path, thing, strict))

    def _refuse(self, path: Path, what: str, cure: str) -> None:
        raise TypeError(f"{self.name} reads {shown_path(path)}, {what}: {cure}")

    def _special(self, path: Path, thing: Any, strict: bool) -> None:
        """Follow attributes that are not in the dictionary."""
        for name in SPECIAL:
            if name in self.executed.attributes and hasattr(thing, name):
                self._reach((path, f".{name}"), getattr(thing, name), strict, f"{self.check.name(thing)}.{name}")

    def _slots(self, path: Path, thing: Any, strict: bool) -> None:
        slots = [n for c in type(thing).__mro__ for n, part in vars(c).items() if type(part) is SLOT]
        names = [n for n in dict.fromkeys(slots) if self._is_read(n, getattr(thing, n, MISSING))]
        present = [n for n in names if hasattr(thing, n)]
        if present:
            self.check.attributes(thing, None, present)
        for name in names:
            if name in present:
                self._reach((path, f".{name}"), getattr(thing, name), strict)
            else:
                self._note((path, f".{name}"), MISSING)
                self.check.term(f"not hasattr({self.check.name(thing)}, {name!r})")

    def _attributes(self, path: Path, thing: Any, space: dict[str, Any], strict: bool) -> None:
        names = [name for name, value in space.items() if self._is_read(name, value)]
        if names:
            self.check.attributes(thing, space, names)
            for name in names:
                self._reach((path, f".{name}"), space[name], strict)

    def _is_read(self, name: str, value: Any) -> bool:
        executed = self.executed
        if name in executed.attributes or executed.all_attributes:
            return True
        if executed.structure and type(value) not in SCALARS:
            return True
        return name in executed.written and not is_only_filled(value)
