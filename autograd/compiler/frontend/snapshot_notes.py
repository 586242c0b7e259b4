"""What does a snapshot note about an object?  Paths and tokens to compare later, and terms of a quick check.

Read `change_check` and `object_kinds` first, `object_visitors` next.
"""

from __future__ import annotations

import itertools
import operator
from types import SimpleNamespace
from typing import Any

from autograd.compiler.frontend.change_check import SCALARS, ChangeCheck, image, is_plain
from autograd.compiler.frontend.executed_code import ExecutedCode
from autograd.compiler.frontend.object_kinds import (
    HEAP,
    MISSING,
    SLOT,
    SPECIAL,
    Path,
    computed_shape,
    have_attributes,
    is_array,
    is_only_filled,
    shown_path,
)
from autograd.value import Value

_primitive_of = operator.attrgetter("primitive")


class ChangedError(Exception):
    """An object at this path has changed."""


class SnapshotNotes:
    """What one walk has noted so far.  With `expected`, raises ChangedError where a note differs from that."""

    def __init__(
        self,
        executed: ExecutedCode,
        name: str,
        expected: SnapshotNotes | None = None,
        inputs: dict[int, Value] | None = None,
        written: set[str] | None = None,
    ) -> None:
        self.executed, self.name, self.expected = executed, name, expected
        self.inputs: dict[int, Value] = (inputs if expected is None else expected.inputs) or {}
        """The leaves that the function was called with while it was traced, by id."""
        self.written: set[str] | None = written if expected is None else expected.written
        """The paths at which the function writes a result before it reads it; None until two traces have shown them."""
        self._begin()

    def _begin(self) -> None:
        """Forget what an earlier walk has noted."""
        self.paths: list[Path] = []
        """Where each token was found, except Values that were noted together."""
        self.tokens: list[Any] = []
        self.check = ChangeCheck()
        self.sources: list[Any] = []
        """Sources of random numbers."""
        self.functions: set[Any] = set()
        """The code of each function that was reached."""
        self.computed: list[tuple[Path, Any]] = []
        """Results with their paths: the function may have written them."""
        self._seen: set[Any] = set()
        self._kept: list[Any] = []  # so that an id means one object
        self._todo: list[tuple[Path, Any, bool]] = []

    def written_since(self, earlier: SnapshotNotes) -> set[str]:
        """The paths at which there is another result than there was when the earlier notes were made."""
        before, now = ([thing for _, thing in notes.computed] for notes in (earlier, self))
        if len(before) == len(now) and all(map(operator.is_, before, now)):
            return set()
        at, at_now = ({shown_path(path): thing for path, thing in notes.computed} for notes in (earlier, self))
        return {path for path, thing in at_now.items() if at.get(path) is not thing}

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
        shape = self._computed_shape(path, thing)
        if shape is not None:
            self._note(path, image(shape))
            if text:
                self.check.use(computed_shape=computed_shape)
                self.check.term(f"computed_shape({text}, None) == {shape!r}")
            return
        if text:
            self.check.at(text, thing)
        if type(thing) in SCALARS:
            self._note(path, image(thing))
        else:
            self._note(path, MISSING if is_plain(thing) or is_array(thing) else thing)
            self._todo.append((path, thing, strict))

    def _reach_leaves(self, path: Path, items: list[Any]) -> bool:
        """Note Values of which nothing else is read, as `_reach` and a visit would, but together; else return False."""
        if not items or set(map(type, items)) != {Value} or "label" in self.executed.attributes or self.written:
            return False
        if have_attributes(items):
            return False
        if self.written is None:  # one of them may be a result
            leaves = all(map(operator.is_, map(_primitive_of, items), itertools.repeat(None)))
            if not leaves or not self.inputs.keys().isdisjoint(map(id, items)):
                return False
        if self.expected is not None:
            before = self.expected.tokens[len(self.tokens) : len(self.tokens) + len(items)]
            if len(before) < len(items) or not all(map(operator.is_, items, before)):
                return False  # `_note` names the one that differs
        if self.executed.may_be_missing:
            self.check.without_attributes(items)
        self.tokens += items
        self._seen.update(map(id, items))
        self._kept += items
        return True

    def _computed_shape(self, path: Path, thing: Any) -> Any:
        """The `computed_shape` of an object that each call writes before it reads it; None for any other object."""
        if self.written is not None:
            return computed_shape(thing, None) if self.written and shown_path(path) in self.written else None
        shape = computed_shape(thing, self.inputs)
        if shape is not None:
            self.computed.append((path, thing))
        return shape

    def _refuse(self, path: Path, what: str, cure: str) -> None:
        raise TypeError(f"{self.name} reads {shown_path(path)}, {what}: {cure}")

    def _special(self, path: Path, thing: Any, strict: bool) -> None:
        """Follow attributes that are not in the dictionary."""
        for name in SPECIAL:
            if name in self.executed.attributes and hasattr(thing, name):
                self._reach((path, f".{name}"), getattr(thing, name), strict, f"{self.check.name(thing)}.{name}")

    def _slots(self, path: Path, thing: Any, strict: bool) -> None:
        own = [c for c in type(thing).__mro__ if c not in Value.__mro__]
        slots = [n for c in own for n, part in vars(c).items() if type(part) is SLOT]
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

    def _dictionary(self, path: Path, thing: Any, strict: bool) -> None:
        """Follow the attributes in an object's dictionary, if it has one."""
        space = getattr(thing, "__dict__", None)
        if type(space) is dict:
            if self.executed.may_be_missing or type(thing).__flags__ & HEAP:  # a new one may hide one of the class
                self.check.size(space)
            self._attributes(path, thing, space, strict)

    def _attributes(self, path: Path, thing: Any, space: dict[str, Any], strict: bool) -> None:
        names = [name for name, value in space.items() if self._is_read(name, value)]
        if isinstance(thing, SimpleNamespace) and self.executed.compares:
            self._compared(path, space, names)
        self._names(path, names)
        computed = {name for name in names if self._computed_shape((path, f".{name}"), space[name]) is not None}
        if len(names) > len(computed):
            self.check.attributes(thing, space, [name for name in names if name not in computed])
        where = self.check.name(space) if computed else ""
        for name in names:
            self._reach((path, f".{name}"), space[name], strict, f"{where}[{name!r}]" if name in computed else "")

    def _compared(self, path: Path, space: dict[str, Any], names: list[str]) -> None:
        """Note the other attributes of a SimpleNamespace, which its `==` compares and its text shows."""
        for name in sorted(space.keys() - self.executed.written - set(names)):
            thing, where = space[name], (path, f".{name}")
            if is_plain(thing) or isinstance(thing, (Value, SimpleNamespace)):
                names.append(name)
            else:  # what is in it is compared by code that names it
                self._note(where, thing)
                self.check.at(f"{self.check.name(space)}[{name!r}]", thing)

    def _names(self, path: Path, names: list[str]) -> None:
        """Note which attributes there are: those of another object may have the same contents."""
        if names:
            self._note((path, " (its attributes)"), image(names))

    def _is_read(self, name: str, value: Any) -> bool:
        executed = self.executed
        if name in executed.attributes or executed.all_attributes:
            return True
        if executed.structure and type(value) not in SCALARS:
            return True
        return name in executed.written and not is_only_filled(value)
