"""Which functions written in C may a traced function call?  Those whose result depends on their arguments alone.

Read `executed_code` next.  A clock, a file, the environment or a counter gives another result next time, which a
program would not notice.  The user's own code may call only the functions listed here; code of the standard library may
call all but those listed as changing.
"""

from __future__ import annotations

import re
from types import FunctionType, MethodDescriptorType, ModuleType
from typing import Any

READ_BY_NAME = {"getattr", "hasattr", "vars", "globals", "locals", "dir", "__reduce_ex__", "__getstate__"}
"""C functions that read attributes by a name that may not occur in the code."""

FORMATTERS = {"format", "format_map"}
"""Methods of strings that read the attributes whose names are in the string."""

_PICKLERS = {("_pickle", "dumps"), ("_pickle", "dump"), ("_pickle.Pickler", "dump")}
"""C functions that read all attributes of an object."""

_MODULES = {
    "builtins", "math", "cmath", "_operator", "operator", "itertools", "functools", "_functools", "collections",
    "_collections", "_collections_abc", "_bisect", "_heapq", "_struct", "_sre", "re", "copy", "unicodedata", "zlib",
    "binascii", "_hashlib", "_sha1", "_sha2", "_sha3", "_sha256", "_sha512", "_md5", "_blake2", "_json", "_statistics",
    "_string", "_weakref", "_abc", "_typing", "_types", "marshal", "array", "_pickle", "_random", "_warnings", "_stat",
}  # fmt: skip
"""Modules whose functions depend on their arguments alone."""

_CLASSES = (
    "builtins.", "collections.", "_collections.", "array.", "re.", "_sre.", "types.", "functools.", "_functools.",
    "operator.", "_operator.", "itertools.", "weakref.", "_weakref.", "_struct.", "_hashlib.", "_sha", "_md5.",
    "_blake2.", "_thread.lock", "_thread.RLock", "threading.", "_random.", "datetime.", "numpy.", "_abc.", "typing.",
    "_pickle.", "random.", "_io.StringIO", "_io.BytesIO",
)  # fmt: skip
"""Prefixes of the names of types whose methods depend on the object and the arguments alone."""

_CHANGING_MODULES = {
    "time": "a clock", "posix": "the operating system", "nt": "the operating system", "_io": "a file", "io": "a file",
    "_socket": "the network", "select": "the network", "_ctypes": "memory of its own", "_sqlite3": "a database",
    "_locale": "the locale", "_contextvars": "a context variable", "_queue": "a queue", "_signal": "signals",
    "resource": "the operating system", "_uuid": "the operating system", "gc": "the garbage collector",
    "numpy.random": "a source of random numbers", "_curses": "the screen", "mmap": "a file", "decimal":
    "the context of decimals", "_decimal": "the context of decimals", "_ssl": "the network", "_dbm": "a file",
}  # fmt: skip

_CHANGING = {
    ("builtins", "open"): "a file", ("builtins", "input"): "the keyboard", ("builtins", "breakpoint"): "the keyboard",
    ("_thread", "start_new_thread"): "another thread", ("_thread", "start_joinable_thread"): "another thread",
    ("builtins.type", "__subclasses__"): "which classes there are",
    ("_weakref", "getweakrefcount"): "who refers to it", ("_weakref", "getweakrefs"): "who refers to it",
    ("numpy", "fromfile"): "a file", ("numpy", "memmap"): "a file",
}  # fmt: skip

_CLOCKS = {"now", "today", "utcnow", "fromtimestamp", "timestamp", "astimezone"}
_HARMLESS = {
    ("gc", "collect"),
    ("gc", "enable"),
    ("gc", "disable"),
    ("time", "sleep"),
    ("sys", "intern"),
    ("posix", "fspath"),
    ("nt", "fspath"),
    ("sys", "getsizeof"),
    ("sys", "exc_info"),
    ("sys", "audit"),
}

_IN_MEMORY = {"_io.StringIO", "_io.BytesIO"}
"""Files in memory: a snapshot notes their contents."""

Key = tuple[str, str]


def described(function: Any) -> Key:
    """The origin of a C function: its module, or the type that defines it; and its name.

    >>> import math
    >>> described(math.sin), described([].append)
    (('math', 'sin'), ('builtins.list', 'append'))
    """
    name = getattr(function, "__name__", repr(function))
    owner = getattr(function, "__self__", None)
    if owner is None or isinstance(owner, ModuleType):
        kind = getattr(function, "__objclass__", None)
        if kind is None:
            return str(getattr(function, "__module__", None) or getattr(owner, "__name__", "")), name
    else:
        kind = owner if isinstance(owner, type) else type(owner)
        parts = ((c, c.__dict__.get(name)) for c in [*kind.__mro__, *type.mro(type(kind))])
        kind = next((c for c, part in parts if part is not None and not isinstance(part, FunctionType)), kind)
    return f"{kind.__module__}.{kind.__qualname__}", name


def names_in(template: str) -> set[str]:
    """The names of attributes in a template of `str.format`.

    >>> sorted(names_in("{0.scale} {layer[0].gain.factor:.2f}"))
    ['2f', 'factor', 'gain', 'scale']
    """
    return set(re.findall(r"\.(\w+)", template)) if "{" in template else set()


def reads_any_attribute(function: Any) -> bool:
    """Whether C code that calls this may read attributes by names that no code contains.

    >>> reads_any_attribute(getattr), reads_any_attribute("{0.scale}".format), reads_any_attribute(len)
    (True, False, False)
    """
    name = function.__name__
    if name in FORMATTERS:
        return isinstance(function, MethodDescriptorType)
    return name in READ_BY_NAME or name == "__getattribute__" or described(function) in _PICKLERS


def of_numpy(module: str, name: str) -> str:
    """Why a traced function may not call this function of NumPy's, which is written in Python; '' if it may."""
    if module.endswith(".arrayprint"):
        return "the text of an array depends on NumPy's print options: pass what you need of it as an argument"
    if module.endswith("_ufunc_config") and name.startswith("get"):
        return f"numpy.{name}() asks for a setting of NumPy's, which may change: make it an argument"
    return ""


def only_reports(key: Key) -> bool:
    """Whether this C function only prints or writes: it does not affect the result."""
    module, name = key
    return key in (("builtins", "print"), ("_warnings", "warn"), ("_warnings", "warn_explicit")) or (
        module.startswith("_io.") and name in ("write", "writelines", "flush")
    )


def refusal(key: Key, strict: bool) -> str:
    """Why a traced function may not call this C function; '' if it may.

    >>> import time, math
    >>> refusal(described(time.time), strict=True)
    'time.time() asks a clock, whose answer changes: make it an argument'
    >>> refusal(described(math.sin), strict=True)
    ''
    """
    module, name = key
    shown = f"{module.removeprefix('builtins.')}.{name}()"
    if module == "builtins":
        shown = f"{name}()"
    if key in _HARMLESS or (module.startswith("_contextvars") and not strict):
        return ""
    source = _CHANGING.get(key) or ("" if module in _IN_MEMORY else _changing(module))
    if module.startswith("datetime.") and name in _CLOCKS:
        source = "a clock"
    if module.startswith("_thread.") and name == "locked":
        source = "a lock"
    if source:
        return f"{shown} asks {source}, whose answer changes: make it an argument"
    if strict and not (module in _MODULES or module.startswith(_CLASSES) or module.split(".")[0] == "numpy"):
        return (
            f"{shown} is not written in Python, and may depend on something that changes: make its result an argument"
        )
    return ""


def _changing(module: str) -> str:
    while module:
        if module in _CHANGING_MODULES:
            return _CHANGING_MODULES[module]
        module = module.rpartition(".")[0]
    return ""
