"""What kind of object is this?  Which types can change, and of which types can all contents be followed?

Read `change_check` first, `snapshot_notes` next.
"""

from __future__ import annotations

import builtins
import collections
import decimal
import functools
import gc
import operator
import random
import threading
import types
from types import ModuleType
from typing import Any

import numpy as np

from autograd.compiler.frontend.change_check import SCALARS
from autograd.value import Value

MISSING = object()
"""The token for a path at which there is nothing."""

Path = tuple[Any, str] | None
"""How an object was reached, from the last step to the first."""

SPECIAL = (
    "__doc__", "__name__", "__qualname__", "__module__", "__annotations__", "__code__", "__defaults__",
    "__kwdefaults__", "__closure__", "__cause__", "__context__",
)  # fmt: skip
"""Attributes of functions, classes and exceptions that are not in their dictionary."""

WATCHED = {name for name in vars(Value) if name[:2] == "__"} | {"data", "grad", "backward", "detach"}
"""The attributes of Value that `tracer` replaces while it traces."""

SLOT = types.MemberDescriptorType

HEAP = 1 << 9
"""The flag of a type that was created at run time, such as every class written in Python."""


def is_only_filled(thing: Any) -> bool:
    """Whether appending or adding to this has no other effect."""
    return thing is None or type(thing) in SCALARS or type(thing) in (list, dict, set, collections.deque)


def content_of(cell: Any) -> Any:
    """The content of a closure cell; MISSING if it is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def context_of_decimals() -> tuple[Any, ...]:
    """The settings on which arithmetic with Decimals depends."""
    context = decimal.getcontext()
    return context.prec, context.rounding, context.Emin, context.Emax, context.clamp


def state_of(source: Any) -> Any:
    """The state of a source of random numbers; None if it has none."""
    if isinstance(source, random.Random):
        return source.getstate() if not isinstance(source, random.SystemRandom) else None
    if hasattr(source, "get_state"):  # NumPy's RandomState
        state = source.get_state(legacy=False)
    else:
        state = getattr(getattr(source, "bit_generator", source), "state", None)
    return {k: (v.tolist() if isinstance(v, np.ndarray) else v) for k, v in _flat(state)} if state else None


def _flat(state: Any) -> Any:
    for key, value in state.items():
        if isinstance(value, dict):
            yield from _flat(value)
        else:
            yield key, value


def is_array(thing: Any) -> bool:
    """Whether this is a NumPy array or scalar."""
    return isinstance(thing, (np.ndarray, np.generic))


def computed_shape(thing: Any, inputs: Any = (), depth: int = 20) -> Any:
    """The label of an operation's result, or the type and shapes of a list of results; None for anything else.

    A compiled function may not use such an object, or an argument of the call (`inputs`, by id), from an earlier call:
    a graph that contains one is refused.  So if one call leaves one object at a path and the next call another, the
    function has written it before it read it.  With `inputs=None` every Value counts: `no_grad()` makes leaves.

    >>> computed_shape([Value(1.0) * 2.0]), computed_shape([Value(1.0)]), computed_shape([])
    (['list', ''], None, None)
    """
    if type(thing) is Value:
        counts = inputs is None or thing.primitive is not None or id(thing) in inputs
        return str(thing.label) if counts else None
    base = next((kind for kind in (list, tuple) if isinstance(thing, kind)), None)
    if base is None or not base.__len__(thing) or not depth:
        return None
    shapes = [type(thing).__qualname__]
    for item in base.__iter__(thing):
        shapes.append(computed_shape(item, inputs, depth - 1))
        if shapes[-1] is None:
            return None
    return shapes


_REFERENTS = len(gc.get_referents(Value(0.0)))


def have_attributes(values: list[Any]) -> bool:
    """Whether one of these Values may have attributes of the user's; `__dict__` would create a dictionary for each.

    From Python 3.11 on, the contents of a dictionary that has not been created yet count as referents; a label counts
    as well.

    >>> a, b = Value(1.0), Value(2.0)
    >>> b.factor = 3.0
    >>> have_attributes([a]), have_attributes([a, b])
    (False, True)
    """
    return len(gc.get_referents(*values)) > _REFERENTS * len(values)


@functools.lru_cache(maxsize=1024)
def is_python(kind: type) -> bool:
    """Whether a class was written in Python: then all contents of its objects are in a dictionary or in slots."""
    own = (types.GetSetDescriptorType, types.MethodDescriptorType, types.WrapperDescriptorType)
    found = [
        n for n, part in vars(kind).items() if isinstance(part, own) and getattr(part, "__objclass__", None) is kind
    ]
    return bool(kind.__flags__ & HEAP) and not set(found) - {"__dict__", "__weakref__"}


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


CONSTANTS = frozenset({
    range, slice, type(dict.__dict__["fromkeys"]), types.CodeType, SLOT,
    types.GetSetDescriptorType, type(NotImplemented), types.UnionType, types.GenericAlias, operator.itemgetter,
    type(threading.Lock()), type(threading.RLock()),
})  # fmt: skip
"""Types whose objects cannot change, or are locks."""

KNOWN: set[type] = {
    object, list, tuple, dict, set, frozenset, int, float, str, bytes, complex, bool, type, collections.deque,
    collections.defaultdict, collections.OrderedDict, ModuleType, property, types.SimpleNamespace, bytearray,
    *(kind for kind in vars(builtins).values() if isinstance(kind, type) and issubclass(kind, BaseException)),
}  # fmt: skip

UNCHANGING = {
    "datetime", "re", "_sre", "numpy", "zoneinfo", "_struct", "_abc", "typing", "_operator", "operator", "types",
    "uuid", "collections", "_collections",
}  # fmt: skip
"""Modules whose types, written in C, are immutable, or locks."""
