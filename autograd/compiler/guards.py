"""On what does a program depend besides its arguments?  On all that the function reads, which may change later.

Read `reading` first, `comparing` next.  From the function, and from the namespaces in which its code ran, the names
that were read lead from object to object: through closures, attributes, classes, modules, and the elements of
containers.  What stands there is noted, and looked at again before each call: where something else stands, the
function is traced again.  Values that the function closes over are read at each call anyway.
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
from threading import Lock, RLock
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler import foreign
from autograd.compiler.comparing import SCALARS, Check, image, image_of_array, is_plain
from autograd.compiler.reading import LIBRARY, USERS, Reading, imported, names_of
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

MISSING = object()

Path = tuple[Any, str] | None
"""How an object was reached, from the end to the beginning."""


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
        self.check = Check()
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
            self._note(path, MISSING if is_plain(thing) or _is_array(thing) else thing)
            self._todo.append((path, thing, strict))

    def _refuse(self, path: Path, what: str, cure: str) -> None:
        raise TypeError(f"{self.name} reads {shown_path(path)}, {what}: {cure}")

    # ------------------------------------------------------------------------------------------------------ beginning

    def _start(self, function: Any) -> None:
        reading = self.reading
        for thing in reading.first_arguments:
            self._todo.append(((None, f"the {type(thing).__name__} that it uses"), thing, False))
        for module_name, module in imported(reading):
            space = sys.modules
            self._reach((None, module_name), module, True, f"{self.check.name(space)}[{module_name!r}]")
        space = vars(Value)
        for name in sorted((reading.attributes & set(space)) - _WATCHED):
            self._reach((None, f"Value.{name}"), space[name], False, f"{self.check.name(space)}[{name!r}]")
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
        read = names.globals | {n for n in names.written if not _is_only_filled(space.get(n))}
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
        if kind in SCALARS or id(thing) in self._seen:
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
        if type(thing).__flags__ & _HEAP:
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
            if name in names.cells or ours or (name in names.written and not _is_only_filled(_content(cell))):
                self._cell((None, name), cell, strict)

    def _cell(self, path: Path, cell: Any, strict: bool) -> None:
        key = "cell", id(cell)
        if key in self._seen:
            return
        self._seen.add(key)
        self._kept.append(cell)
        if _content(cell) is MISSING:
            self._note(path, MISSING)
            self.check.term(f"content({self.check.name(cell)}) is missing")
            self.check.use(content=_content, missing=MISSING)
        else:
            self._reach(path, cell.cell_contents, strict, f"{self.check.name(cell)}.cell_contents")

    def _method(self, path: Path, thing: Any, strict: bool) -> None:
        self._reach(path, thing.__func__, strict)
        self._reach(path, thing.__self__, strict)

    def _builtin(self, path: Path, thing: Any, strict: bool) -> None:
        owner = getattr(thing, "__self__", None)
        if owner is not None and not isinstance(owner, ModuleType):
            self._reach(path, owner, strict)

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
                self._refuse(path, f"a function that {problem.partition('() ')[2].partition(':')[0]}", "call it outside")

    def _cached(self, path: Path, thing: Any, strict: bool) -> None:
        """A function with `lru_cache`: what it has kept counts as what it read."""
        self._note((path, " (what is cached)"), image(_cached_state(thing)))
        where = self.check.name(thing)
        self.check.use(cached=_cached_state)
        self.check.term(f"cached({where}) == {self.check.name(_cached_state(thing))}")
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
        self._note((path, " (the context of decimals)"), image(_context()))
        self.check.use(context=_context)
        self.check.term(f"context() == {_context()!r}")

    def _special(self, path: Path, thing: Any, strict: bool) -> None:
        """What this has besides its dictionary."""
        for name in _SPECIAL:
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
        if type(thing).__flags__ & _HEAP:
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
        for kind in (*thing.__mro__, *type(thing).__mro__):
            root = str(kind.__module__).split(".")[0]
            if not kind.__flags__ & _HEAP or root == "autograd" or (kind, "class") in self._seen:
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
            self._reach((path, ".mask"), thing._mask, strict, f"{self.check.name(thing)}._mask")
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

    def _nothing(self, path: Path, thing: Any, strict: bool) -> None:
        """What cannot change, or only reports."""

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
        alien = next((c for c in kind.__mro__ if c not in _KNOWN and not _is_python(c)), None)
        if alien is not None:
            if alien.__module__.startswith("numpy.random"):
                self.sources.append(thing)
            elif hasattr(alien, "__next__"):
                self._iterator(path, thing, strict)
            elif strict and alien.__module__.split(".")[0] not in _UNCHANGING:
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
        slots = [n for c in type(thing).__mro__ for n, part in vars(c).items() if type(part) is _SLOT]
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
        return name in reading.written and not _is_only_filled(value)


_SPECIAL = (
    "__doc__", "__name__", "__qualname__", "__module__", "__annotations__", "__code__", "__defaults__",
    "__kwdefaults__", "__closure__", "args",
)  # fmt: skip
"""What functions, classes and exceptions have besides their dictionary."""

_WATCHED = {name for name in vars(Value) if name[:2] == "__"} | {"data", "grad", "backward", "detach"}
"""What `watching` replaces for a while."""

_SLOT = types.MemberDescriptorType

_HEAP = 1 << 9
"""The flag of a type that was made while the program runs, as those written in Python are."""


def _is_only_filled(thing: Any) -> bool:
    """Whether appending to this, or adding to it, can have no other effect."""
    return thing is None or type(thing) in SCALARS or type(thing) in (list, dict, set, collections.deque)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def _context() -> tuple[Any, ...]:
    context = decimal.getcontext()
    return context.prec, context.rounding, context.Emin, context.Emax, context.clamp


def _cached_state(function: Any) -> tuple[int, int]:
    info = function.cache_info()
    return info.misses, info.currsize


def _is_array(thing: Any) -> bool:
    return isinstance(thing, (np.ndarray, np.generic))


@functools.lru_cache(maxsize=1024)
def _is_python(kind: type) -> bool:
    """Whether a class was written in Python: then all that its objects hold is in a dictionary or in slots."""
    own = (types.GetSetDescriptorType, types.MethodDescriptorType, types.WrapperDescriptorType)
    found = [n for n, part in vars(kind).items() if isinstance(part, own) and getattr(part, "__objclass__", None) is kind]
    return bool(kind.__flags__ & _HEAP) and not set(found) - {"__dict__", "__weakref__"}


def shown_path(path: Path) -> str:
    """A path as text.

    >>> shown_path((((None, "model"), ".layers"), "[0]"))
    'model.layers[0]'
    """
    parts = []
    while path is not None:
        path, label = path
        parts.append(label)
    return "".join(reversed(parts))


_KNOWN: set[type] = {
    object, list, tuple, dict, set, frozenset, int, float, str, bytes, complex, bool, type, collections.deque,
    collections.defaultdict, collections.OrderedDict, ModuleType, property, types.SimpleNamespace, bytearray,
    *(kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)),
}  # fmt: skip

_UNCHANGING = {
    "datetime", "re", "_sre", "numpy", "zoneinfo", "_struct", "_abc", "typing", "_operator", "operator", "types",
    "_hashlib", "uuid", "collections", "_collections",
}  # fmt: skip
"""Modules whose types, written in C, are constants, or locks."""

_HANDLERS: dict[type, Any] = {
    FunctionType: Snapshot._function, MethodType: Snapshot._method, BuiltinFunctionType: Snapshot._builtin,
    types.MethodWrapperType: Snapshot._builtin, functools.partial: Snapshot._partial,
    type(functools.lru_cache(len)): Snapshot._cached, weakref.ref: Snapshot._weak,
    weakref.ProxyType: Snapshot._proxy, weakref.CallableProxyType: Snapshot._proxy, CellType: Snapshot._cell, property: Snapshot._descriptor, staticmethod: Snapshot._descriptor,
    classmethod: Snapshot._descriptor, functools.cached_property: Snapshot._descriptor,
    functools.partialmethod: Snapshot._partial, bytearray: Snapshot._buffer, memoryview: Snapshot._buffer,
    operator.attrgetter: Snapshot._getter, operator.methodcaller: Snapshot._getter,
    operator.itemgetter: Snapshot._nothing,
    type({}.keys()): Snapshot._referents, type({}.values()): Snapshot._referents, type({}.items()): Snapshot._referents,
    decimal.Decimal: Snapshot._number_with_context,
    types.MappingProxyType: Snapshot._referents, range: Snapshot._nothing, slice: Snapshot._nothing,
    **dict.fromkeys((type(part) for part in (str.join, str.__len__, dict.__dict__["fromkeys"])), Snapshot._nothing),
    types.CodeType: Snapshot._nothing, types.GetSetDescriptorType: Snapshot._nothing, _SLOT: Snapshot._nothing,
    type(NotImplemented): Snapshot._nothing, types.UnionType: Snapshot._nothing,
    types.GenericAlias: Snapshot._nothing, type(Lock()): Snapshot._nothing, type(RLock()): Snapshot._nothing,
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
