"""How is each kind of object followed?  One method for each kind notes what it holds, and queues it for a visit.

Read `snapshot_notes` first, `snapshot` next.
"""

from __future__ import annotations

import abc
import collections
import decimal
import functools
import gc
import io
import operator
import random
import sys
import types
import weakref
from array import array
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from autograd.compiler.frontend import c_functions
from autograd.compiler.frontend.change_check import SCALARS, image, image_of_array, is_plain
from autograd.compiler.frontend.executed_code import LIBRARY, USERS, names_of
from autograd.compiler.frontend.object_kinds import (
    CONSTANTS,
    HEAP,
    KNOWN,
    MISSING,
    SLOT,
    UNCHANGING,
    Path,
    content_of,
    context_of_decimals,
    have_attributes,
    is_only_filled,
    is_python,
    state_of,
)  # fmt: skip
from autograd.compiler.frontend.snapshot_notes import SnapshotNotes
from autograd.value import Value


class ObjectVisitors(SnapshotNotes):
    """Visits objects of any kind."""

    def _visit(self, path: Path, thing: Any, strict: bool) -> None:
        kind = type(thing)
        if kind is SLOT:
            self.executed.hold({thing.__name__})
        if kind in SCALARS or kind in CONSTANTS or id(thing) in self._seen:
            return
        self._seen.add(id(thing))
        self._kept.append(thing)
        if isinstance(thing, Value):
            if kind is not Value:
                self._reach((path, ".__class__"), kind, strict, f"{self.check.name(thing)}.__class__")
            if "label" in self.executed.attributes:
                self._reach((path, ".label"), thing.label, strict, f"{self.check.name(thing)}.label")
            if kind is not Value:
                self._slots(path, thing, strict)
            if kind is not Value or have_attributes([thing]):
                self._dictionary(path, thing, strict)
            elif self.executed.may_be_missing:
                self.check.without_attributes([thing])
        elif is_plain(thing):
            self._note(path, image(thing))
            self.check.plain(thing)
        else:
            handler = _HANDLERS.get(kind)
            if handler is None:
                handler = next((h for base, h in _BASES if issubclass(kind, base)), ObjectVisitors._instance)
            handler(self, path, thing, strict)

    def _sequence(self, path: Path, thing: Any, strict: bool) -> None:
        base = next(c for c in (list, tuple, set, frozenset, collections.deque) if isinstance(thing, c))
        items = list(base.__iter__(thing))
        self._note((path, " (its length)"), image(len(items)))
        if base not in (tuple, frozenset):
            self.check.items(thing, items, base)
        if not self._reach_leaves(path, items):
            for n, item in enumerate(items):
                self._reach((path, f"[{n}]"), item, strict)
        self._subclass(path, thing, strict)

    def _mapping(self, path: Path, thing: Any, strict: bool) -> None:
        base = collections.OrderedDict if isinstance(thing, collections.OrderedDict) else dict
        keys, values = base.keys(thing), base.values(thing)
        self._note((path, " (its length)"), image(len(keys)))
        for view in (keys, values):
            self.check.items(view, list(view), type(view))
        for key, value in zip(keys, values, strict=True):
            self._reach((path, " (a key)"), key, strict)
            self._reach((path, f"[{key!r}]" if type(key) in SCALARS else "[...]"), value, strict)
        if isinstance(thing, collections.defaultdict):
            text = f"{self.check.name(thing)}.default_factory"
            self._reach((path, ".default_factory"), thing.default_factory, strict, text)
        self._subclass(path, thing, strict)

    def _referents(self, path: Path, thing: Any, strict: bool) -> None:
        """An object that cannot change: what it refers to."""
        for n, part in enumerate(gc.get_referents(thing)):
            self._reach((path, f" ({n})"), part, strict)

    def _subclass(self, path: Path, thing: Any, strict: bool) -> None:
        if type(thing).__flags__ & HEAP:
            self._instance(path, thing, strict)

    def _function(self, path: Path, thing: FunctionType, strict: bool) -> None:
        code, where = thing.__code__, self.check.name(thing)
        self.functions.add(code)
        self._special(path, thing, strict)
        whose = self.executed.codes.get(code)
        root = path is not None and path[0] is None and path[1] == self.name
        ours = str(thing.__globals__.get("__name__")).split(".")[0] in ("autograd", "nn")
        if not ours:
            self._dictionary(path, thing, strict)
        if whose is None and not root:
            return
        if not ours:
            self._note((path, ".__code__"), code)
            self.check.term(f"{where}.__code__ is {self.check.name(code)}")
            for part in ("__defaults__", "__kwdefaults__"):
                self._reach((path, f".{part}"), getattr(thing, part), strict, f"{where}.{part}")
        names = names_of(code)
        for name, cell in zip(code.co_freevars, thing.__closure__ or (), strict=True):
            if name in names.cells or ours or (name in names.written and not is_only_filled(content_of(cell))):
                self._cell((None, name), cell, strict)

    def _cell(self, path: Path, cell: Any, strict: bool) -> None:
        key = "cell", id(cell)
        if key in self._seen:
            return
        self._seen.add(key)
        self._kept.append(cell)
        if content_of(cell) is MISSING:
            self._note(path, MISSING)
            self.check.term(f"content({self.check.name(cell)}) is missing")
            self.check.use(content=content_of, missing=MISSING)
        else:
            self._reach(path, cell.cell_contents, strict, f"{self.check.name(cell)}.cell_contents")

    def _method(self, path: Path, thing: Any, strict: bool) -> None:
        self._reach(path, thing.__func__, strict)
        self._reach(path, thing.__self__, strict)

    def _builtin(self, path: Path, thing: Any, strict: bool) -> None:
        """A function written in C, perhaps under another name: one that reads attributes is not seen in the code."""
        if strict and c_functions.reads_any_attribute(thing):
            self.executed.hold_all()
        owner = getattr(thing, "__self__", None)
        if isinstance(owner, str) and thing.__name__ in c_functions.FORMATTERS:
            self.executed.hold(c_functions.names_in(owner))
        elif not isinstance(owner, (ModuleType, type(None))):
            self._reach(path, owner, strict)

    def _partial(self, path: Path, thing: Any, strict: bool) -> None:
        for part in ("func", "args", "keywords"):
            self._reach(path, getattr(thing, part), strict, f"{self.check.name(thing)}.{part}")
        self._dictionary(path, thing, strict)
        self._may_be_passed(path, thing.func, "", strict)
        self.executed.hold({part for part in thing.args if type(part) is str})

    def _may_be_passed(self, path: Path, function: Any, name: str, strict: bool) -> None:
        """Check a C function that another C function may call: the profile hook does not see such calls."""
        if strict and isinstance(function, BuiltinFunctionType) and (not name or name in self.executed.passed):
            if c_functions.reads_any_attribute(function):
                self.executed.hold_all()
            problem = c_functions.refusal(c_functions.described(function), strict=False)
            if problem:
                self._refuse(
                    path, f"a function that {problem.partition('() ')[2].partition(':')[0]}", "call it outside"
                )

    def _cached(self, path: Path, thing: Any, strict: bool) -> None:
        """A function with `lru_cache`: its cached results count as read."""
        for part in gc.get_referents(thing):
            if type(part) is dict and part is not vars(thing):
                kept = list(part.values())
                self.check.items(part.values(), kept, type(part.values()))
                for entry in kept:
                    self._note((path, " (what is cached)"), image(entry) if type(entry) in SCALARS else entry)
                    for found in (entry, *(gc.get_referents(entry) if type(entry) not in SCALARS else ())):
                        self._todo.append(((path, " (what is cached)"), found, False))
        self._dictionary(path, thing, strict)
        self._function_that_ran(path, thing.__wrapped__, strict)

    def _function_that_ran(self, path: Path, function: Any, strict: bool) -> None:
        if isinstance(function, FunctionType):
            code, space = function.__code__, function.__globals__
            self.executed.codes.setdefault(code, USERS if strict else LIBRARY)
            self.executed.places.setdefault((code, id(space)), space)
            self.executed.finish()
        self._reach(path, function, strict)

    def _number_with_context(self, path: Path, thing: Any, strict: bool) -> None:
        """A Decimal, or the class: arithmetic with it depends on the context."""
        self._note((path, " (the context of decimals)"), image(context_of_decimals()))
        self.check.use(context=context_of_decimals)
        self.check.term(f"context() == {context_of_decimals()!r}")

    def _weak(self, path: Path, thing: Any, strict: bool) -> None:
        where = self.check.name(thing)
        target = thing()
        self.check.term(f"{where}() is {self.check.name(target) if target is not None else None}")
        self._reach(path, target, strict)

    def _proxy(self, path: Path, thing: Any, strict: bool) -> None:
        target = getattr(thing.__init__, "__self__", None)
        self.check.term(f"{self.check.name(thing)}.__init__.__self__ is {self.check.name(target)}")
        self._reach(path, target, strict)

    def _descriptor(self, path: Path, thing: Any, strict: bool) -> None:
        for part in ("fget", "fset", "fdel", "__func__", "func"):
            found = getattr(thing, part, None)
            if found is not None:
                self._reach(path, found, strict)
        if type(thing).__flags__ & HEAP:
            self._instance(path, thing, strict)

    def _module(self, path: Path, thing: ModuleType, strict: bool) -> None:
        space, root = vars(thing), thing.__name__.split(".")[0]
        ours, where = root in ("autograd", "nn"), self.check.name(space)
        standard = root in sys.stdlib_module_names or root == "numpy"
        if (self.executed.may_be_missing or not (ours or standard)) and id(space) not in self._seen:
            self._seen.add(id(space))
            self.check.size(space)
        everything = self.executed.all_attributes and not ours and not standard
        names = sorted(n for n in space if everything or n in self.executed.attributes)
        self._names(path, names)
        for name in names:
            value = space[name]
            self._may_be_passed((path, f".{name}"), value, name, strict)
            self._note((path, f".{name}"), image(value) if type(value) in SCALARS else value)
            self.check.at(f"{where}[{name!r}]", value)
            if not ours and not (standard and isinstance(value, (FunctionType, type))):
                self._todo.append(((path, f".{name}"), value, strict and not standard))

    def _class(self, path: Path, thing: type, strict: bool) -> None:
        """A class written in Python: the attributes that were read, also of its bases and its metaclass."""
        if strict and (thing is operator.attrgetter or thing is operator.methodcaller):
            self.executed.hold_all()
        if thing is decimal.Decimal:
            self._number_with_context(path, thing, strict)
        for kind in [*thing.__mro__, *type.mro(type(thing))]:
            root = str(kind.__module__).split(".")[0]
            if not kind.__flags__ & HEAP or root == "autograd" or (kind, "class") in self._seen:
                continue
            self._seen.add((kind, "class"))
            space, where = vars(kind), self.check.name(kind)
            inner = (path, "") if kind is thing else (path, f" ({kind.__name__})")
            self._note((inner, ".__mro__"), kind.__mro__)
            self.check.term(f"{where}.__mro__ is {self.check.name(kind.__mro__)}")
            self._special(inner, kind, strict)
            self._note((inner, " (its special methods)"), image(sorted(n for n in space if n[:2] == "__")))
            if isinstance(kind, abc.ABCMeta):
                self._note((inner, " (what is registered)"), image(abc.get_cache_token()))
                self.check.use(registered=abc.get_cache_token)
                self.check.term(f"registered() == {abc.get_cache_token()!r}")
            known = root == "nn" or root in sys.stdlib_module_names
            where = self.check.name(space)
            self._kept.append(space)
            if not known:
                self.check.size(space)
            everything = self.executed.all_attributes and not known
            names = sorted(n for n in space if n in self.executed.attributes or (everything and n[:2] != "__"))
            self._names(inner, names)
            for name in names:
                self._reach((inner, f".{name}"), space[name], strict and not known, f"{where}[{name!r}]")

    def _array(self, path: Path, thing: Any, strict: bool) -> None:
        if thing.dtype.hasobject:
            self._note((path, " (its shape)"), image(thing.shape))
            self.check.term(f"{self.check.name(thing)}.shape == {thing.shape!r}")
            items = thing.ravel().tolist()
            self.check.term(f"all(map(is_, {self.check.name(thing)}.ravel().tolist(), {self.check.name(items)}))")
            for n, item in enumerate(items):
                self._reach((path, f"[{n}]"), item, strict)
        else:
            self._note(path, image_of_array(thing))
            if isinstance(thing, np.ndarray):
                self.check.array(thing)
        if "flags" in self.executed.attributes and isinstance(thing, np.ndarray):
            self._note((path, ".flags"), image(thing.flags.num))
            self.check.term(f"{self.check.name(thing)}.flags.num == {thing.flags.num}")
        if "base" in self.executed.attributes and isinstance(thing, np.ndarray):
            self._reach((path, ".base"), thing.base, strict, f"{self.check.name(thing)}.base")
        masked = sys.modules.get("numpy.ma")  # importing it takes 23 ms; without it there are no masked arrays
        if masked is not None and isinstance(thing, masked.MaskedArray):
            for part in ("_mask", "_fill_value"):
                self._reach((path, f".{part}"), getattr(thing, part), strict, f"{self.check.name(thing)}.{part}")
        elif isinstance(thing, np.ndarray) and type(thing).__module__.split(".")[0] != "numpy":
            self._dictionary(path, thing, strict)

    def _buffer(self, path: Path, thing: Any, strict: bool) -> None:
        """A bytearray, an array of the standard library, or a memoryview."""
        self._note(path, bytes(thing))
        self.check.term(f"bytes({self.check.name(thing)}) == {self.check.name(bytes(thing))}")

    def _source(self, path: Path, thing: Any, strict: bool) -> None:
        """A source of random numbers, whose state may be read: to draw from it and to put it back."""
        self.sources.append(thing)
        names = self.executed.attributes
        if not names.isdisjoint({"getstate", "get_state"}) or names >= {"bit_generator", "state"}:
            state = state_of(thing)
            self._note((path, " (its state)"), image(repr(state)))
            self.check.use(state_of=state_of)
            self.check.term(f"state_of({self.check.name(thing)}) == {self.check.name(state)}")

    def _getter(self, path: Path, thing: Any, strict: bool) -> None:
        """`operator.attrgetter` and `methodcaller`, which hold names."""
        for part in thing.__reduce__()[1]:
            if type(part) is str:
                self.executed.hold(set(part.split(".")))

    def _iterator(self, path: Path, thing: Any, strict: bool) -> None:
        if strict:
            self._refuse(
                path, f"a {type(thing).__name__} that moves on when it is read", "pass what it gives as an argument"
            )

    def _file(self, path: Path, thing: Any, strict: bool) -> None:
        if isinstance(thing, (io.StringIO, io.BytesIO)) and not thing.closed:
            contents = thing.getvalue(), thing.tell()
            self._note(path, image(contents))
            where = self.check.name(thing)
            self.check.term(f"({where}.getvalue(), {where}.tell()) == {contents!r}")
        elif strict and not thing.closed and thing.readable():
            self._refuse(path, "a file", "read it outside, and pass the numbers as an argument")

    def _instance(self, path: Path, thing: Any, strict: bool) -> None:
        """An object of a class written in Python: its attributes, its slots, its class."""
        kind = type(thing)
        if kind.__module__.split(".")[0] == "autograd":
            return
        alien = next((c for c in kind.__mro__ if c not in KNOWN and not is_python(c)), None)
        if alien is not None:
            if alien.__module__.startswith("numpy.random"):
                self._source(path, thing, strict)
            elif hasattr(alien, "__next__"):
                self._iterator(path, thing, strict)
            elif strict and alien.__module__.split(".")[0] not in UNCHANGING:
                self._refuse(
                    path,
                    f"a {kind.__name__}, which is not written in Python and may change unseen",
                    "pass the numbers in it as an argument, or take them out beforehand",
                )
            return
        self._note((path, ".__class__"), kind)
        if issubclass(kind, BaseException):
            self._special(path, thing, strict)
            self._reach((path, ".args"), thing.args, strict, f"{self.check.name(thing)}.args")  # its text has them
        self._todo.append(((path, ".__class__"), kind, strict))
        space = getattr(thing, "__dict__", None)
        space = space if type(space) is dict else None
        self.check.instance(thing, space)
        if space is not None:
            self._attributes(path, thing, space, strict)
        self._slots(path, thing, strict)


_Visit = ObjectVisitors
_HANDLERS: dict[type, Any] = {
    FunctionType: _Visit._function, MethodType: _Visit._method, BuiltinFunctionType: _Visit._builtin,
    types.MethodWrapperType: _Visit._builtin, types.MethodDescriptorType: _Visit._builtin,
    types.WrapperDescriptorType: _Visit._builtin, functools.partial: _Visit._partial, CellType: _Visit._cell,
    functools.partialmethod: _Visit._partial, type(functools.lru_cache(len)): _Visit._cached,
    weakref.ProxyType: _Visit._proxy, weakref.CallableProxyType: _Visit._proxy,
    functools.cached_property: _Visit._descriptor, bytearray: _Visit._buffer, memoryview: _Visit._buffer,
    operator.attrgetter: _Visit._getter, operator.methodcaller: _Visit._getter,
    decimal.Decimal: _Visit._number_with_context,
    **dict.fromkeys((type({}.keys()), type({}.values()), type({}.items())), _Visit._referents),
    types.MappingProxyType: _Visit._referents,
}  # fmt: skip

_BASES: list[tuple[Any, Any]] = [
    (type, _Visit._class),
    (ModuleType, _Visit._module),
    ((np.ndarray, np.generic), _Visit._array),
    (random.Random, _Visit._source),
    (dict, _Visit._mapping),
    ((list, tuple, set, frozenset, collections.deque), _Visit._sequence),
    (weakref.ref, _Visit._weak),
    ((property, staticmethod, classmethod), _Visit._descriptor),
    (io.IOBase, _Visit._file),
    (array, _Visit._buffer),
]
"""For objects of other types: the method of the first of these that they are instances of."""
