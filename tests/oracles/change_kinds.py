"""The list of kinds of change between two calls of a compiled function, and what their definitions share.

A kind makes a function, and what changes something that the function reads.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable
from typing import Any

Made = tuple[Any, ...]
"""The function, and the changes, to be made one after the other."""

KINDS: list[Callable[[], Made]] = []


def kind(make: Callable[[], Made]) -> Callable[[], Made]:
    KINDS.append(make)
    return make


def space(**names: Any) -> Any:
    return types.SimpleNamespace(**names)


def putting(container: Any, key: Any, value: Any) -> Callable[[], None]:
    return lambda: container.__setitem__(key, value)


def setting(thing: Any, name: str, value: Any) -> Callable[[], None]:
    return lambda: setattr(thing, name, value)


def of(container: Any, read: Callable[[Any], Any], *changes: Callable[[Any], Any]) -> Made:
    """A function that multiplies by what is read from a container, and changes of the container."""
    return lambda x: x * read(container), *(functools.partial(change, container) for change in changes)


class Plain:
    k: Any = 2.0

    def __init__(self, **names: Any) -> None:
        vars(self).update(names)
