"""How is a model put back as it was before a trace that failed?

Tracing runs the user's code, which may count its calls or draw random numbers before it turns out that it cannot be
compiled. Read next: ``forward``.
"""

from __future__ import annotations

import random
import sys
from contextlib import suppress
from functools import partial
from types import CodeType, FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import autograd
from nn.module import Module
from nn.names.settings import check_again

if TYPE_CHECKING:
    from collections.abc import Callable


def remembered(model: Any) -> Callable[[], None]:
    """A function that restores the model and the random number generators to their current state.

    It restores the objects, lists and dictionaries that the model contains, the generators in them, and the numbers
    that its code keeps in global names and in those of enclosing functions.
    """
    import logging
    from collections import deque

    undo: list[tuple[Callable[..., Any], Any]] = [(random.setstate, random.getstate())]
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        undo.append((numpy.set_state, numpy.get_state()))
    seen, todo = set(), [model]
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, (autograd.Value, autograd.Primitive, type, str, float, int)):
            continue
        seen.add(id(thing))
        if isinstance(thing, random.Random):
            undo.append((thing.setstate, thing.getstate()))
        elif hasattr(type(thing), "bit_generator"):  # asked of the class: an object may have a __getattr__ of its own
            undo.append((partial(setattr, thing.bit_generator, "state"), thing.bit_generator.state))
        elif isinstance(thing, (list, deque)):
            undo.append((partial(_refill, thing), list(thing)))
            todo += thing
        elif isinstance(thing, dict):
            undo.append((partial(_refill, thing), dict(thing)))
            todo += thing.values()
        elif isinstance(thing, FunctionType) and _is_users(thing):
            places = _places(thing)
            undo += [(restore, content) for restore, content in places if isinstance(content, _COUNTS)]
            todo += [content for _, content in places if not isinstance(content, _COUNTS)]
        elif not isinstance(thing, (FunctionType, ModuleType, logging.Logger, type(None))):
            if type(thing).__dictoffset__:
                todo.append(thing.__dict__)
            for kind in filter(_is_users, type(thing).__mro__):
                todo += [part for part in vars(kind).values() if isinstance(part, FunctionType)]

    def put_back() -> None:
        for restore, state in undo:
            restore(state)

    return put_back


def _is_users(thing: Any) -> bool:
    """Whether a class or a function comes neither from this library, nor from NumPy or the standard library."""
    root = str(thing.__module__).split(".")[0]
    return root == "__main__" or root not in {"nn", "autograd", "numpy", *sys.stdlib_module_names}


def explain_refusal(model: Any) -> None:
    """Raise the error that says more than the tracer's, if a number was put in place of a parameter."""
    for path, module in model.named_modules() if isinstance(model, Module) else ():
        check_again(module, path)


_COUNTS = (int, float, str, tuple, type(None))
"""Types of what a name is bound to again, where a function counts with it."""


def _places(function: FunctionType) -> list[tuple[Callable[..., Any], Any]]:
    """How to bind again each name outside this function that its code has, and what it is bound to now."""
    names: set[str] = set()
    codes = [function.__code__]
    for code in codes:
        names.update(code.co_names)
        codes += [part for part in code.co_consts if isinstance(part, CodeType)]
    space = function.__globals__
    places: list[tuple[Callable[..., Any], Any]] = []
    places += [(partial(space.__setitem__, name), space[name]) for name in sorted(names & space.keys())]
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # it is empty
            places.append((partial(setattr, cell, "cell_contents"), cell.cell_contents))
    return places


def _refill(container: Any, content: Any) -> None:
    container.clear()
    (container.update if isinstance(container, dict) else container.extend)(content)
