"""On what does a program depend besides its arguments?  On what its function closes over, which may change later.

Read `tracer` first, `program` next.  Values that a function closes over are read anew at each call.  Everything else
is part of the program: numbers, models, the training mode.  So a program looks, before each call, whether these are
still what they were, and is traced anew where one is not.  Sources of random numbers must not have moved.
"""

from __future__ import annotations

import dis
import random
import sys
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MISSING = object()


class ClosureSnapshot:
    """The names that a function reads from outside, and what they stood for when `remember` was called last.

    Names that the function assigns itself are left out.  Functions of the same module that it uses are looked into.

    >>> scale = 2.0
    >>> around = ClosureSnapshot(lambda x: scale * x)
    >>> kept = around.now()
    >>> scale = 3.0
    >>> around.now() == kept
    False
    """

    def __init__(self, function: Any) -> None:
        self.places: list[tuple[partial[Any], list[str]]] = []
        self.cells: list[Any] = []
        self.things: list[Any] = []
        """All that the function could reach, to look for sources of random numbers."""
        seen: set[Any] = set()
        todo = [function]
        while todo:
            plain, owner = _plain_function(todo.pop())
            self.things += [] if owner is None else [owner, *getattr(owner, "__dict__", {}).values()]
            if plain is None or plain in seen:
                continue
            seen.add(plain)
            read, written = _names(plain.__code__)
            space = plain.__globals__
            names = sorted(read - written)
            self.places.append((partial(_get, space), names))
            pairs = zip(plain.__code__.co_freevars, plain.__closure__ or (), strict=True)
            cells = [cell for name, cell in pairs if name not in written]
            self.cells += cells
            found = [*map(partial(_get, space), names), *map(_content, cells), *(plain.__defaults__ or ())]
            self.things += found
            todo += [f for f in found if isinstance(f, FunctionType) and f.__globals__ is space]

    def now(self) -> list[Any]:
        """What all of these names stand for."""
        found = list(map(_content, self.cells))
        for get, names in self.places:
            found += map(get, names)
        return found

    def check(self) -> Callable[[], bool]:
        """A quick function that tells whether all of these names still stand for the very same objects.

        It is one expression with a comparison for each name, since it runs before each call of a program.
        """
        kept = self.now()
        places = [f"c{n}.cell_contents" for n in range(len(self.cells))]
        places += [f"g{n}({name!r}, missing)" for n, (_, names) in enumerate(self.places) for name in names]
        space: dict[str, Any] = {f"c{n}": cell for n, cell in enumerate(self.cells)}
        space |= {f"g{n}": get.args[0].get for n, (get, _) in enumerate(self.places)}
        space |= {f"k{n}": thing for n, thing in enumerate(kept)}
        text = " and ".join(f"{place} is k{n}" for n, place in enumerate(places))
        space["missing"] = MISSING
        empty = any(thing is MISSING for thing in kept[: len(self.cells)])
        return eval(f"lambda: {text or True}", space) if not empty else lambda: False


def unchanged(now: list[Any], kept: list[Any]) -> bool:
    """Whether two lists hold the same objects, or equal numbers."""
    try:
        return now == kept
    except (TypeError, ValueError):  # a Value and a number, or two arrays, are not equal: they are not comparable
        return False


def _get(space: dict[str, Any], name: str) -> Any:
    return space.get(name, MISSING)


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return MISSING


def _plain_function(function: Any) -> tuple[FunctionType | None, Any]:
    """The function of Python behind a method, a partial or a callable object, and that object."""
    owner = None
    for _ in range(8):
        if isinstance(function, partial):
            function = function.func
        elif isinstance(function, MethodType):
            owner, function = function.__self__, function.__func__
        elif isinstance(function, FunctionType):
            return function, owner
        else:
            owner, function = function, type(function).__call__ if callable(function) else None
    return None, owner


def _names(code: CodeType) -> tuple[set[str], set[str]]:
    """The names that code, and the functions written inside it, reads from outside and assigns outside."""
    read, written = set(), set()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            read.add(step.argval)
        elif step.opname in ("STORE_GLOBAL", "STORE_DEREF"):
            written.add(step.argval)
    for part in code.co_consts:
        if isinstance(part, CodeType):
            more = _names(part)
            read |= more[0]
            written |= more[1]
    return read, written


# ------------------------------------------------------------------------------------------ sources of random numbers


def positions(sources: Iterable[Any], things: Iterable[Any]) -> dict[int, tuple[Any, str]]:
    """Where sources of random numbers stand: those seen at work, those among `things`, and the two global ones."""
    found: dict[int, tuple[Any, str]] = {0: (random, repr(random.getstate()))}
    found |= {id(source): (source, repr(source.getstate())) for source in sources}
    module = sys.modules.get("numpy.random")
    if module is not None:
        _, numbers, *rest = module.get_state()
        found[1] = (module, f"{numbers.tolist()} {rest}")
        for thing in _generators(things, module):
            found[id(thing)] = (thing, repr(thing.bit_generator.state))
    return found


def _generators(things: Iterable[Any], module: Any) -> Iterator[Any]:
    for thing in things:
        if isinstance(thing, module.Generator):
            yield thing


def moved(before: dict[int, tuple[Any, str]], after: dict[int, tuple[Any, str]]) -> Any:
    """A source that stood elsewhere before; None if there is none.  One made anew in each call is another object."""
    return next((s for key, (s, state) in after.items() if key in before and before[key][1] != state), None)
