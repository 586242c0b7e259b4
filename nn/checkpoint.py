"""How is a model saved to a file and loaded again, bit for bit?

``content_of`` decides what a file contains; ``storage`` writes and checks its bytes. Read before:
``module``, ``optimizers``, ``storage``. Read after: ``config``, ``resuming``.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .checks import file_path, shown
from .config import build, count, described
from .module import Module
from .optimizers import check_optimizer
from .storage import read_content, write_content

if TYPE_CHECKING:
    from collections.abc import Iterator

Model = TypeVar("Model", bound=Module)

_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def save(model_or_state: Any, path: Any, *, optimizer: Any = None, allow_nan: bool = False) -> None:
    """Write a module, or a dictionary from its ``state_dict()``, to a file; with ``optimizer``, its state too.

    The old file stays until the new one is complete on disk; its permissions are kept, and a read-only file is not
    replaced. ``load`` rebuilds a model of this library's layers without code; of any other module only the numbers are
    saved. Raises ``ValueError`` for numbers that are not finite (unless ``allow_nan``), ``TypeError`` for anything but
    a module or a state, ``PermissionError`` for a read-only file, and ``OSError`` if the file cannot be written; the
    old file is then unchanged.

    >>> import os, tempfile
    >>> from nn import Neuron
    >>> path = os.path.join(tempfile.mkdtemp(), "model.json")
    >>> save(Neuron(1, init=lambda *_: 0.1), path)
    >>> load(path).w[0].data
    0.1
    """
    write_content(file_path(path), content_of(model_or_state, optimizer, allow_nan))


@overload
def load(path: Any, *, into: Model, optimizer: Any = None, allow_nan: bool = False) -> Model: ...
@overload
def load(path: Any, *, into: None = None, optimizer: Any = None, allow_nan: bool = False) -> Module: ...
def load(path: Any, *, into: Any = None, optimizer: Any = None, allow_nan: bool = False) -> Any:
    """Read a file that ``save`` wrote: gives the model, or the state if the file has no architecture.

    ``into``: a module of your own to fill instead. ``optimizer``: one to continue; its memory goes to the parameters of
    the same names. Raises ``ValueError``, naming every bad entry, for a file that is damaged, does not fit or is too
    large (400 MB, 10 million numbers: a model of a million parameters with all that its training needs stays below),
    and ``OSError`` for one that cannot be read; nothing has changed then. Reading takes up to four times as much memory
    as the file has bytes (six times where names are as short as ``p1``: Python's own strings and dictionaries are that
    large); the model that is built comes on top.
    """
    if into is not None and not isinstance(into, Module):
        raise TypeError(f"into must be a module of the shape that was saved, such as nn.MLP(2, [1]), got {shown(into)}")
    check_optimizer(optimizer)
    content = read_content(file_path(path))
    state = state_from(content, allow_nan)
    memory = content.get("optimizer")
    if optimizer is not None and memory is None:
        raise ValueError(f"{shown(path)} holds no optimizer: save it with nn.save(model, path, optimizer=...)")
    if into is None and content.get("architecture") is None:
        result: Any = state
    else:
        result = build(content["architecture"], len(state)) if into is None else into
    if optimizer is not None and into is not None:
        optimizer.call_as_in(into)
    with both_or_none(into, optimizer):
        if isinstance(result, Module):
            result.load_state_dict(state, allow_nan=allow_nan)
        if optimizer is not None:
            load_memory(optimizer, memory, list(state), optimizer.names if into is None else names_in(into), path)
    return result


@contextmanager
def both_or_none(model: Any, optimizer: Any) -> Iterator[None]:
    """Restore the model and the optimizer if an error or Ctrl-C comes between the changes to the two."""
    if optimizer is None:  # a module alone loads all of its state or none
        yield
        return
    model = model if isinstance(model, Module) else None
    state = None if model is None else model.state_dict()
    memory = None if optimizer is None else optimizer.state_dict()
    try:
        yield
    except BaseException:
        if model is not None:
            model.load_state_dict(state, allow_nan=True)
        if optimizer is not None:
            optimizer.load_state_dict(memory)
        raise


def content_of(
    model_or_state: Any, optimizer: Any = None, allow_nan: bool = False, described_if_possible: bool = False
) -> dict[str, Any]:
    """The content of a file: ``architecture`` (or null), ``parameters``, ``optimizer`` (or null)."""
    if isinstance(model_or_state, Module):
        try:
            architecture, state = described(model_or_state), model_or_state.state_dict()
        except ValueError:  # an activation without a name
            if not described_if_possible:
                raise
            architecture, state = None, model_or_state.state_dict()
        if architecture is not None and count(architecture) != len(state):
            architecture = None  # a parameter is used twice: a model built from the description would have two
    elif isinstance(model_or_state, dict):
        architecture, state = None, model_or_state
    else:
        raise TypeError(f"model_or_state must be a module or a state_dict(), got {shown(model_or_state)}")
    parameters: dict[str, Any] = {}
    for name, entry in state.items():
        if not isinstance(name, str) or type(entry) not in (float, int):
            raise TypeError(f"the state's entry {shown(name)} must map a string to a number, got {shown(entry)}")
        if not math.isfinite(entry) and not allow_nan:
            raise ValueError(f"parameter {name} is {entry}: pass allow_nan=True to save it anyway")
        parameters[name] = entry if math.isfinite(entry) else str(float(entry))
    check_optimizer(optimizer)
    if optimizer is not None and isinstance(model_or_state, Module):
        optimizer.call_as_in(model_or_state)
    memory = None if optimizer is None else optimizer.state_dict()
    return {"architecture": architecture, "parameters": parameters, "optimizer": memory}


def state_from(content: dict[str, Any], allow_nan: bool) -> dict[str, float]:
    """The numbers by name, made where they are in the content; refuse, by name, whatever is none."""
    parameters = content.get("parameters")
    if not isinstance(parameters, dict):
        raise ValueError("the file holds no parameters: it was not written by nn.save")
    for name, entry in parameters.items():
        if isinstance(entry, float) and not math.isfinite(entry):  # 1e999
            raise ValueError(f"parameter {shown(name)} is too large for a float: the file has a number beyond 1.8e308")
        if allow_nan and isinstance(entry, str) and entry in _NOT_FINITE:
            entry = _NOT_FINITE[entry]
        if type(entry) not in (float, int):
            hint = ": pass allow_nan=True to load it" if isinstance(entry, str) and entry in _NOT_FINITE else ""
            raise ValueError(f"parameter {shown(name)} must be a number, the file has {shown(entry)}{hint}")
        try:
            parameters[name] = float(entry)  # the same keys: no second dictionary
        except OverflowError as error:
            raise ValueError(f"parameter {shown(name)} is too large for a float: {shown(entry)}") from error
    return parameters


def names_in(model: Module) -> list[str]:
    """The names of the model's parameters, in order."""
    return [name for name, _ in model.named_parameters()]


def load_memory(optimizer: Any, memory: Any, saved: list[str], present: list[str], path: Any) -> None:
    """Load an optimizer's state from a file. ``saved`` names the file's parameters, ``present`` the model's."""
    try:
        optimizer.load_state_dict(_by_name(memory, optimizer, saved, present, path))
    except TypeError as error:  # for a caller it is the wrong type, for a file the wrong content
        raise ValueError(f"{shown(path)} holds a wrong optimizer: {error}") from error


def _by_name(memory: Any, optimizer: Any, saved: list[str], present: list[str], path: Any) -> Any:
    """The state with a name for each number; files of earlier versions list the numbers in the parameters' order."""
    kinds = memory.get("memory") if isinstance(memory, dict) else None
    if not isinstance(kinds, dict) or not kinds or not all(isinstance(entries, list) for entries in kinds.values()):
        return memory
    for one, other in zip([*saved, "nothing"], [*present, "nothing"], strict=False):
        if one != other:
            raise ValueError(
                f"{shown(path)} was written by an earlier version, which stored an optimizer's memory in the order "
                f"of the parameters, and this order differs: the file has {one} where the model has {other}"
            )
    for kind, entries in kinds.items():
        if len(entries) != len(optimizer.names):
            given = len(optimizer.names)
            raise ValueError(f"{shown(path)} holds the {kind} of {len(entries)} parameters, this optimizer has {given}")
    named = {kind: dict(zip(optimizer.names, entries, strict=True)) for kind, entries in kinds.items()}
    return memory | {"memory": named}
