"""Has any of many objects changed?  One generated function compares them all, with little Python code per object.

Read `snapshot_notes` next, which adds the objects.  The function runs before each call of a program: it compares lists,
dictionaries and plain data in C.  It may report a change although nothing relevant has changed; it never misses one.
"""

from __future__ import annotations

import marshal
import sys
from gc import get_referents
from operator import attrgetter, is_, itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

WITH_REFERENTS = sys.version_info < (3, 13)
"""Whether `gc.get_referents` of objects gives, for each, its class, its dictionary and what is in its slots: it takes
half the time that asking for each takes.  From Python 3.13 on it gives what is in the dictionary instead."""

SCALARS = frozenset({int, float, complex, str, bytes, bool, type(None), type(...)})
_NESTED = frozenset({list, tuple, dict})
_TERMS_AT_ONCE = 100


def is_plain(thing: Any, depth: int = 20) -> bool:
    """Whether this is a number, a string, or a nested container of these: its identity does not matter.

    >>> is_plain({"k": [1.0, (2, "a")]}), is_plain([object()])
    (True, False)
    """
    kind = type(thing)
    if kind in SCALARS:
        return True
    if kind not in _NESTED or depth == 0:
        return False
    if kind is dict:
        return is_plain(list(thing), depth) and is_plain(list(thing.values()), depth)
    if SCALARS.issuperset(map(type, thing)):
        return True
    return all(is_plain(item, depth - 1) for item in thing)


def image(thing: Any) -> bytes:
    """Plain data as bytes, which distinguish 0.0 from -0.0, 1 from True, and one order of keys from another."""
    return marshal.dumps(thing, 2)


def image_of_array(array: Any) -> bytes:
    """The numbers of an array or a NumPy scalar, with dtype, shape and strides, as bytes."""
    numbers = np.ndarray.tobytes(array) if isinstance(array, np.ndarray) else array.tobytes()
    return image((repr(array.dtype), array.shape, array.strides, type(array).__name__, numbers))


def is_safe(thing: Any) -> bool:
    """Whether `==` with another object compares only identities, of this or of its items."""
    kind = type(thing)
    if kind is list or kind is tuple:
        return all(map(_is_compared_by_identity, set(map(type, thing))))
    return _is_compared_by_identity(kind)


def _is_compared_by_identity(kind: type) -> bool:
    equal: Any = kind.__eq__
    return equal is object.__eq__ or hasattr(kind, "_apply_primitive")


class ChangeCheck:
    """Collects what must not change; `build` makes the function that checks it."""

    def __init__(self) -> None:
        self._space: dict[str, Any] = {
            "dumps": marshal.dumps, "is_": is_, "array": image_of_array, "getters": [], "live": [], "kept": []
        }  # fmt: skip
        self._names: dict[int, str] = {}
        self._terms: list[str] = []
        self._scalars: list[tuple[str, Any]] = []
        self._plain: list[Any] = []
        self._groups: dict[tuple[bool, tuple[str, ...]], tuple[list[Any], list[Any]]] = {}
        self._owners: list[Any] = []
        self._with_dict: list[Any] = []
        self._dicts: list[dict[str, Any]] = []
        self._sized: list[Any] = []
        self._bare: list[Any] = []
        self._lists: list[Any] = []

    def use(self, **functions: Any) -> None:
        """Make these functions available to expressions under their names."""
        self._space |= functions

    def name(self, thing: Any) -> str:
        """The name of an object in the source of the function."""
        name = self._names.setdefault(id(thing), f"o{len(self._names)}")
        self._space[name] = thing
        return name

    def term(self, text: str) -> None:
        """Require that this expression is true."""
        self._terms.append(text)

    def at(self, text: str, thing: Any) -> None:
        """Require that an expression gives this number or string, or this very object."""
        if thing is None or type(thing) is bool:
            self._terms.append(f"{text} is {thing}")
        elif type(thing) in SCALARS:
            self._scalars.append((text, thing))
        else:
            self._terms.append(f"{text} is {self.name(thing)}")

    def plain(self, thing: Any) -> None:
        """Require that this list, tuple or dictionary of plain data keeps its contents."""
        self._plain.append(thing)

    def array(self, thing: Any) -> None:
        """Require that this array keeps its numbers."""
        self._terms.append(f"array({self.name(thing)}) == {self.name(image_of_array(thing))}")

    def items(self, thing: Any, items: list[Any], base: Any) -> None:
        """Require that this list, set, queue, or view of a dictionary keeps its items."""
        if type(thing) is list and (is_safe(items) or all(map(is_safe, items))):
            self._lists.append(thing)
            return
        size, iterate = self.name(base.__len__), self.name(base.__iter__)
        where, kept = self.name(thing), self.name(items)
        self._terms.append(f"{size}({where}) == {len(items)} and all(map(is_, {iterate}({where}), {kept}))")

    def size(self, thing: Any) -> None:
        """Require that this namespace keeps its number of names."""
        self._sized.append(thing)

    def without_attributes(self, values: list[Any]) -> None:
        """Require that these Values, which have no attributes of the user's, get none."""
        self._bare += values

    def attributes(self, owner: Any, space: Any, names: list[str]) -> None:
        """Require that these attributes stay the same, in the dictionary `space`, or in slots if that is None."""
        safe = []
        where = self.name(owner if space is None else space)
        for name in names:
            thing = getattr(owner, name) if space is None else space[name]
            if type(thing) not in SCALARS and is_safe(thing):
                safe.append(name)
            else:
                self.at(f"{where}.{name}" if space is None else f"{where}[{name!r}]", thing)
        in_owners = space is None and WITH_REFERENTS and not hasattr(type(owner), "_apply_primitive")
        if safe and not in_owners:
            of, kept = self._groups.setdefault((space is None, tuple(safe)), ([], []))
            of.append(owner if space is None else space)
            kept.append(_getter(space is None, safe)(of[-1]))

    def instance(self, owner: Any, space: Any) -> None:
        """Require that an object keeps its class, its dictionary and the size of that."""
        self._owners.append(owner)
        if space is not None:
            self._with_dict.append(owner)
            self._dicts.append(space)

    def build(self) -> Callable[[], bool]:
        """The function that returns whether nothing has changed."""
        terms, space = [], self._space

        def equal(live: str, kept: Any) -> None:
            terms.append(f"{live} == {self.name(kept)}")

        if self._owners and WITH_REFERENTS:
            space["referents"] = get_referents
            equal(f"referents(*{self.name(self._owners)})", get_referents(*self._owners))
        elif self._owners:
            equal(f"[*map(type, {self.name(self._owners)})]", [*map(type, self._owners)])
        if self._with_dict and not WITH_REFERENTS:
            space["dictionary"] = attrgetter("__dict__")
            equal(f"[*map(dictionary, {self.name(self._with_dict)})]", self._dicts)
        if self._bare:
            space["referents"] = get_referents
            terms.append(f"len(referents(*{self.name(self._bare)})) == {len(get_referents(*self._bare))}")
        sized = self._dicts + self._sized
        if len(sized) > 2:
            equal(f"[*map(len, {self.name(sized)})]", [*map(len, sized)])
        else:
            terms += [f"len({self.name(thing)}) == {len(thing)}" for thing in sized]
        for n, ((slots, names), (of, kept)) in enumerate(self._groups.items()):
            space[f"get{n}"] = _getter(slots, names)
            equal(f"[*map(get{n}, {self.name(of)})]", kept)
        if self._lists:
            equal(self.name(self._lists), [list(items) for items in self._lists])
        if self._plain:
            equal(f"dumps({self.name(self._plain)}, 2)", image(self._plain))
        for n in range(0, len(self._scalars), _TERMS_AT_ONCE):
            part = self._scalars[n : n + _TERMS_AT_ONCE]
            equal(f"dumps(({''.join(text + ',' for text, _ in part)}), 2)", image(tuple(thing for _, thing in part)))
        terms += self._terms
        lines = ["def unchanged():", "  try:"]
        parts = [terms[n : n + _TERMS_AT_ONCE] for n in range(0, len(terms), _TERMS_AT_ONCE)]
        lines += [f"    if not ({' and '.join(part)}): return False" for part in parts]
        lines += ["    return True", "  except Exception: return False"]
        exec("\n".join(lines), space)
        function: Callable[[], bool] = space["unchanged"]
        return function


def _getter(slots: bool, names: Any) -> Any:
    return attrgetter(*names) if slots else itemgetter(*names)
