"""Which objects does a function read?  From the function, the names that were read lead from one to the next.

Read `reading` and `comparing` first, `guards` next.  The walk goes through closures, global names, attributes, classes,
modules, and the elements of containers, and notes what stands at each place.  What cannot be followed, because it moves
on when it is read or is not written in Python, is refused with its name.
"""

from __future__ import annotations

import abc
import builtins
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

from autograd.compiler.frontend import foreign
from autograd.compiler.frontend.comparing import SCALARS, GuardBuilder, image, image_of_array, is_plain
from autograd.compiler.frontend.objects import (
    CONSTANTS,
    HEAP,
    KNOWN,
    MISSING,
    SLOT,
    SPECIAL,
    UNCHANGING,
    WATCHED,
    Path,
    content_of,
    context_of_decimals,
    is_array,
    is_only_filled,
    is_python,
    shown_path,
)  # fmt: skip
from autograd.compiler.frontend.reading import LIBRARY, USERS, Reading, imported, names_of
from autograd.value import Value


class ChangedError(Exception):
    """Something else stands at this path than before."""


class Snapshot:
    """What a function reads, noted by one walk.  With `expected`, raises ChangedError where that says otherwise."""

    def __init__(self, function: Any, reading: Reading, name: str, expected: Snapshot | None = None) -> None:
        self.reading, self.name, self.expected = reading, name, expected
        known = -1
        while known != len(reading.codes) + len(reading.held):  # names found on the way count for all objects
            known = len(reading.codes) + len(reading.held)
            self._once(function)
        if expected is not None and len(expected.tokens) != len(self.tokens):
            raise ChangedError(name)

    def has_visited(self, thing: Any) -> bool:
        """Whether the walk came to this object."""
        return id(thing) in self._seen

    def _once(self, function: Any) -> None:
        """One walk."""
        self.paths: list[Path] = []
        self.tokens: list[Any] = []
        self.check = GuardBuilder()
        self.sources: list[Any] = []
        """Sources of random numbers."""
        self.functions: set[Any] = set()
        """The code of each function that was reached."""
        self._seen: set[Any] = set()
        self._kept: list[Any] = []  # so that an id means one object
        self._todo: list[tuple[Path, Any, bool]] = []
        self._start(function)
        self._walk()
        found = self.reading.found
        for code in self._unreached():
            for thing in found.setdefault(code, [f for f in gc.get_referrers(code) if type(f) is FunctionType]):
                self._todo.append(((None, thing.__qualname__), thing, True))
        self._walk()

    def _walk(self) -> None:
        while self._todo:
            self._visit(*self._todo.pop())

    def _unreached(self) -> list[Any]:
        """The code of functions of the user's that ran, and to which no name has led: what C code has called."""
        ran = [code for code, whose in self.reading.codes.items() if whose == USERS]
        inside = {part for code in ran for part in code.co_consts if type(part) is types.CodeType}
        return [code for code in ran if code not in self.functions and code not in inside]

    # ----------------------------------------------------------------------------------------------- notes on the way

    def _note(self, path: Path, token: Any) -> None:
        """Note what stands here: plain data as bytes, else the object."""
        if self.expected is not None:
            n = len(self.tokens)
            before = self.expected.tokens[n] if n < len(self.expected.tokens) else MISSING
            if token is not before and not (type(token) is bytes and type(before) is bytes and token == before):
                raise ChangedError(shown_path(path))
        self.paths.append(path)
        self.tokens.append(token)

    def _reach(self, path: Path, thing: Any, strict: bool, text: str = "") -> None:
        """Note what stands at this place, which can be read again by this expression, and go on from there."""
        if text:
            self.check.at(text, thing)
        if type(thing) in SCALARS:
            self._note(path, image(thing))
        else:
            self._note(path, MISSING if is_plain(thing) or is_array(thing) else thing)
            self._todo.append((path, thing, strict))

    def _refuse(self, path: Path, what: str, cure: str) -> None:
        raise TypeError(f"{self.name} reads {shown_path(path)}, {what}: {cure}")

    # ------------------------------------------------------------------------------------------------------ beginning

    def _start(self, function: Any) -> None:
        reading = self.reading
        for thing in reading.first_arguments:
            self._todo.append(((None, f"the {type(thing).__name__} that it uses"), thing, False))
        for module_name, module in imported(reading):
            where = self.check.name(sys.modules)
            self._reach((None, module_name), module, True, f"{where}[{module_name!r}]")
        methods = vars(Value)
        for name in sorted((reading.attributes & set(methods)) - WATCHED):
            self._reach((None, f"Value.{name}"), methods[name], False, f"{self.check.name(methods)}[{name!r}]")
        for (code, _), space in list(reading.places.items()):
            self._namespace(code, space, reading.codes[code])
        self._todo.append(((None, self.name), function, True))

    def _namespace(self, code: Any, space: dict[str, Any], whose: int) -> None:
        """The global names that this code reads."""
        names, strict = names_of(code), whose == USERS
        if not strict and str(space.get("__name__")).startswith("numpy"):
            return
        where, new = self.check.name(space), id(space) not in self._seen
        if strict and new:
            self._seen.add(id(space))
            self.check.size(space)
        read = names.globals | {n for n in names.written if not is_only_filled(space.get(n))}
        if "globals" in read:
            read |= {name for name, thing in space.items() if is_plain(thing) or isinstance(thing, Value)}
        for name in sorted(read):
            key = where, name
            if key in self._seen:
                continue
            self._seen.add(key)
            if name in space:
                self._may_be_passed((None, name), space[name], name, strict)
                self._reach((None, name), space[name], strict, f"{where}[{name!r}]")
            elif strict and hasattr(builtins, name):
                self._note((None, name), getattr(builtins, name))
                self.check.at(f"{self.check.name(vars(builtins))}[{name!r}]", getattr(builtins, name))
            else:
                self._note((None, name), MISSING)

    # ------------------------------------------------------------------------------------------------------- visiting

    def _visit(self, path: Path, thing: Any, strict: bool) -> None:
        kind = type(thing)
        if kind in SCALARS or kind in CONSTANTS or id(thing) in self._seen:
            return
        self._seen.add(id(thing))
        self._kept.append(thing)
        if isinstance(thing, Value):
            if kind is not Value:
                self._reach((path, ".__class__"), kind, strict, f"{self.check.name(thing)}.__class__")
            if "label" in self.reading.attributes:
                self._reach((path, ".label"), thing.label, strict, f"{self.check.name(thing)}.label")
            for extra in gc.get_referents(thing):
                if type(extra) is dict and extra:
                    self._attributes(path, thing, extra, strict)
        elif is_plain(thing):
            self._note(path, image(thing))
            self.check.plain(thing)
        else:
            handler = _HANDLERS.get(kind)
            if handler is None:
                handler = next((h for base, h in _BASES if issubclass(kind, base)), Snapshot._instance)
            handler(self, path, thing, strict)

    def _sequence(self, path: Path, thing: Any, strict: bool) -> None:
        base = next(c for c in (list, tuple, set, frozenset, collections.deque) if isinstance(thing, c))
        items = list(base.__iter__(thing))
        self._note((path, " (its length)"), image(len(items)))
        if base not in (tuple, frozenset):
            self.check.items(thing, items, base)
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
        """What an object that cannot change refers to."""
        for n, part in enumerate(gc.get_referents(thing)):
            self._reach((path, f" ({n})"), part, strict)

    def _subclass(self, path: Path, thing: Any, strict: bool) -> None:
        if type(thing).__flags__ & HEAP:
            self._instance(path, thing, strict)

    def _function(self, path: Path, thing: FunctionType, strict: bool) -> None:
        code, where = thing.__code__, self.check.name(thing)
        self.functions.add(code)
        self._special(path, thing, strict)
        whose = self.reading.codes.get(code)
        root = path is not None and path[0] is None and path[1] == self.name
        if whose is None and not root:
            return
        ours = str(thing.__globals__.get("__name__")).split(".")[0] in ("autograd", "nn")
        if not ours:
            self._note((path, ".__code__"), code)
            self.check.term(f"{where}.__code__ is {self.check.name(code)}")
            for part in ("__defaults__", "__kwdefaults__"):
                self._reach((path, f".{part}"), getattr(thing, part), strict, f"{where}.{part}")
            if thing.__dict__:
                self._attributes(path, thing, thing.__dict__, strict)
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
        if not isinstance(getattr(thing, "__self__", None), (ModuleType, type(None))):
            self._reach(path, thing.__self__, strict)

    def _partial(self, path: Path, thing: Any, strict: bool) -> None:
        for part in ("func", "args", "keywords"):
            self._reach(path, getattr(thing, part), strict, f"{self.check.name(thing)}.{part}")
        self._may_be_passed(path, thing.func, "", strict)
        names = {part for part in thing.args if type(part) is str}
        if not names <= self.reading.held:
            self.reading.held |= names
            self.reading.finish()

    def _may_be_passed(self, path: Path, function: Any, name: str, strict: bool) -> None:
        """A C function that another one calls makes no event for the profile hook: it is looked at here."""
        if strict and isinstance(function, BuiltinFunctionType) and (not name or name in self.reading.passed):
            problem = foreign.refusal(foreign.described(function), strict=False)
            if problem:
                self._refuse(
                    path, f"a function that {problem.partition('() ')[2].partition(':')[0]}", "call it outside"
                )

    def _cached(self, path: Path, thing: Any, strict: bool) -> None:
        """A function with `lru_cache`: what it has kept counts as what it read."""
        for part in gc.get_referents(thing):
            if type(part) is dict and part is not vars(thing):
                kept = list(part.values())
                self.check.items(part.values(), kept, type(part.values()))
                for entry in kept:
                    self._note((path, " (what is cached)"), image(entry) if type(entry) in SCALARS else entry)
                    for found in (entry, *(gc.get_referents(entry) if type(entry) not in SCALARS else ())):
                        self._todo.append(((path, " (what is cached)"), found, False))
        self._function_that_ran(path, thing.__wrapped__, strict)

    def _function_that_ran(self, path: Path, function: Any, strict: bool) -> None:
        if isinstance(function, FunctionType):
            code, space = function.__code__, function.__globals__
            self.reading.codes.setdefault(code, USERS if strict else LIBRARY)
            self.reading.places.setdefault((code, id(space)), space)
            self.reading.finish()
        self._reach(path, function, strict)

    def _number_with_context(self, path: Path, thing: Any, strict: bool) -> None:
        """A Decimal, or the class: arithmetic with it depends on the context."""
        self._note((path, " (the context of decimals)"), image(context_of_decimals()))
        self.check.use(context=context_of_decimals)
        self.check.term(f"context() == {context_of_decimals()!r}")

    def _special(self, path: Path, thing: Any, strict: bool) -> None:
        """What this has besides its dictionary."""
        for name in SPECIAL:
            if name in self.reading.attributes and hasattr(thing, name):
                self._reach((path, f".{name}"), getattr(thing, name), strict, f"{self.check.name(thing)}.{name}")

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
        if not ours and not standard and id(space) not in self._seen:
            self._seen.add(id(space))
            self.check.size(space)
        everything = self.reading.all_attributes and not ours and not standard
        for name in sorted(n for n in space if everything or n in self.reading.attributes):
            value = space[name]
            self._may_be_passed((path, f".{name}"), value, name, strict)
            self._note((path, f".{name}"), image(value) if type(value) in SCALARS else value)
            self.check.at(f"{where}[{name!r}]", value)
            if not ours and not (standard and isinstance(value, (FunctionType, type))):
                self._todo.append(((path, f".{name}"), value, strict and not standard))

    def _class(self, path: Path, thing: type, strict: bool) -> None:
        """The attributes that were read, of a class written in Python, of its bases and of its metaclass."""
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
            everything = self.reading.all_attributes and not known
            for name in sorted(n for n in space if n in self.reading.attributes or (everything and n[:2] != "__")):
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
        if isinstance(thing, np.ma.MaskedArray):
            self._reach(
                (path, ".mask"),
                thing._mask,  # type: ignore[attr-defined]
                strict,
                f"{self.check.name(thing)}._mask",
            )
        elif isinstance(thing, np.ndarray) and type(thing).__module__.split(".")[0] != "numpy":
            space = getattr(thing, "__dict__", None)
            if space:
                self._attributes(path, thing, space, strict)

    def _buffer(self, path: Path, thing: Any, strict: bool) -> None:
        """A bytearray, an array of the standard library, a view of memory."""
        self._note(path, bytes(thing))
        self.check.term(f"bytes({self.check.name(thing)}) == {self.check.name(bytes(thing))}")

    def _source(self, path: Path, thing: Any, strict: bool) -> None:
        self.sources.append(thing)

    def _getter(self, path: Path, thing: Any, strict: bool) -> None:
        """`operator.attrgetter` and its kin, which hold names."""
        for part in thing.__reduce__()[1]:
            if type(part) is str:
                self.reading.held |= set(part.split("."))
        self.reading.finish()

    def _iterator(self, path: Path, thing: Any, strict: bool) -> None:
        if strict:
            self._refuse(
                path, f"a {type(thing).__name__} that moves on when it is read", "pass what it gives as an argument"
            )

    def _file(self, path: Path, thing: Any, strict: bool) -> None:
        if strict and not thing.closed and thing.readable():
            self._refuse(path, "a file", "read it outside, and pass the numbers as an argument")

    def _instance(self, path: Path, thing: Any, strict: bool) -> None:
        """An object of a class written in Python: its attributes, its slots, its class."""
        kind = type(thing)
        if kind.__module__.split(".")[0] == "autograd":
            return
        alien = next((c for c in kind.__mro__ if c not in KNOWN and not is_python(c)), None)
        if alien is not None:
            if alien.__module__.startswith("numpy.random"):
                self.sources.append(thing)
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
        self._todo.append(((path, ".__class__"), kind, strict))
        space = getattr(thing, "__dict__", None)
        space = space if type(space) is dict else None
        self.check.instance(thing, space)
        if space is not None:
            self._attributes(path, thing, space, strict)
        self._slots(path, thing, strict)

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
        reading = self.reading
        if name in reading.attributes or reading.all_attributes:
            return True
        if reading.structure and type(value) not in SCALARS:
            return True
        return name in reading.written and not is_only_filled(value)


_HANDLERS: dict[type, Any] = {
    FunctionType: Snapshot._function, MethodType: Snapshot._method, BuiltinFunctionType: Snapshot._builtin,
    types.MethodWrapperType: Snapshot._builtin, functools.partial: Snapshot._partial, CellType: Snapshot._cell,
    functools.partialmethod: Snapshot._partial, type(functools.lru_cache(len)): Snapshot._cached,
    weakref.ProxyType: Snapshot._proxy, weakref.CallableProxyType: Snapshot._proxy,
    functools.cached_property: Snapshot._descriptor, bytearray: Snapshot._buffer, memoryview: Snapshot._buffer,
    operator.attrgetter: Snapshot._getter, operator.methodcaller: Snapshot._getter,
    decimal.Decimal: Snapshot._number_with_context,
    **dict.fromkeys((type({}.keys()), type({}.values()), type({}.items())), Snapshot._referents),
    types.MappingProxyType: Snapshot._referents,
}  # fmt: skip

_BASES: list[tuple[Any, Any]] = [
    (type, Snapshot._class),
    (ModuleType, Snapshot._module),
    ((np.ndarray, np.generic), Snapshot._array),
    (random.Random, Snapshot._source),
    (dict, Snapshot._mapping),
    ((list, tuple, set, frozenset, collections.deque), Snapshot._sequence),
    (weakref.ref, Snapshot._weak),
    ((property, staticmethod, classmethod), Snapshot._descriptor),
    (io.IOBase, Snapshot._file),
    (array, Snapshot._buffer),
]
"""For objects of other types: the first of these that they are instances of."""
