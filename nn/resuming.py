"""How does a run of ``fit`` continue from a file as if it had never stopped?

The file contains the setup of the run, its progress, and the state of every random number generator. On resuming, the
data, the batch size, the seed, the loss and the kind of optimizer must be the same; the settings of the optimizer,
``clip_norm`` and the schedule are the caller's, and the history records every change of them. Read before:
``checkpoint``, ``training``.
"""

from __future__ import annotations

import math
import operator
import random
from functools import partial
from types import CodeType
from typing import TYPE_CHECKING, Any

from .checkpoint import both_or_none, content_of, load_memory, names_in, state_from
from .checks import real_number, shown
from .history import History
from .losses import LOSSES
from .samples import pieces
from .schedules import Schedule
from .storage import read_content, write_content

if TYPE_CHECKING:
    from .training import Training

_NOT_FINITE = ("nan", "inf", "-inf")
_OF_EARLIER_VERSIONS = {"setup", "epoch", "steps", "first_rate", "best", "best_epoch", "history", "random"}
_ENTRIES = {"setup", "epoch", "steps", "given", "settings", "best", "best_epoch", "history", "changes", "random"}


def save_training(training: Training) -> None:
    """Write everything that a run of ``fit`` needs to continue after this epoch."""
    content = content_of(training.model, training.optimizer, described_if_possible=True)
    best = training.best
    content["training"] = {
        "setup": setup_of(training),
        "epoch": training.epoch,
        "steps": training.batches_done,
        "given": training.given,
        "settings": settings_of(training),
        "best": best and {"loss": best[0], "parameters": dict(zip(training.optimizer.names, best[1], strict=True))},
        "best_epoch": training.history.best_epoch,
        "history": {name: list(map(_written, numbers)) for name, numbers in training.history.records.items()},
        "changes": training.history.changes,
        "random": {name: _state_of(source) for name, source in _sources(training).items()},
    }
    write_content(training.checkpoint, content)


def resume_training(training: Training) -> None:
    """Continue from the file if it exists; everything is checked before anything changes."""
    from pathlib import Path

    if not Path(training.checkpoint).exists():
        return
    content = read_content(training.checkpoint)
    kept = content.get("training")
    if not isinstance(kept, dict):
        raise ValueError(f"{shown(training.checkpoint)} is not a checkpoint of fit: it holds a model only")
    state = state_from(content, allow_nan=False)
    fault = _brought_up_to_date(kept, content.get("optimizer"), list(state), training) or _fault(kept)
    if fault:
        raise ValueError(f"{shown(training.checkpoint)} is not a checkpoint of fit: {fault}")
    _check_same(kept["setup"], setup_of(training))
    memory, history, clip_norm = content.get("optimizer"), _history_of(kept), training.clip_norm
    settings = _chosen_settings(kept, training, history)
    clip_norm = settings.pop("clip_norm")
    if isinstance(memory, dict):
        memory = memory | {"settings": settings}
    best = None if kept["best"] is None else _best_of(kept["best"], training)
    sources = _sources(training)
    states = {name: _random_state(kept["random"].get(name)) for name in sources}
    with both_or_none(training.model, training.optimizer):
        training.model.load_state_dict(state)
        load_memory(training.optimizer, memory, list(state), names_in(training.model), training.checkpoint)
        for name, source in sources.items():
            source.setstate(states[name])
    training.epoch, training.batches_done, training.best = kept["epoch"], kept["steps"], best
    training.base_rate, training.clip_norm = training.optimizer.learning_rate, clip_norm
    training.history, history.engine = history, training.history.engine
    if training.stopping is not None and training.epoch and training.stopping.is_time(training.watched()):
        training.stop("early stopping")


def settings_of(training: Training) -> dict[str, Any]:
    """The settings that may change during a run, as JSON types."""
    optimizer = training.optimizer
    settings = {name: getattr(optimizer, name) for name in optimizer._settings} | {"learning_rate": training.base_rate}
    settings = {name: list(item) if isinstance(item, tuple) else item for name, item in settings.items()}
    return settings | {"clip_norm": training.clip_norm, "schedule": spelled(training.schedule)}


def setup_of(training: Training) -> dict[str, Any]:
    """The part of a run that must be the same on resuming."""
    if training.setup is None:
        seed = training.seed
        training.setup = {
            "samples": len(training.X) if training.stream is None else "batches",
            "batch_size": training.batch_size if training.stream is None else None,
            "optimizer": type(training.optimizer).__name__,
            "seed": operator.index(seed) if hasattr(type(seed), "__index__") else None,
            "validation": _size(training.validation),
            "loss": spelled(training.loss),
            "data": _digest(training),
        }
    return training.setup


def spelled(function: Any) -> str:
    """An identification of a loss or schedule: its name and settings, or the numbers in a function's code.

    >>> spelled(lambda p, t: 0.25 * p)
    '<lambda> [0.25]'
    >>> from nn.losses import huber
    >>> spelled(huber), spelled(partial(huber, delta=0.5))
    ('huber', 'huber(delta=0.5)')
    """
    if isinstance(function, partial):
        given = [*map(shown, function.args), *(f"{name}={shown(item)}" for name, item in function.keywords.items())]
        return f"{spelled(function.func)}({', '.join(given)})"
    if isinstance(function, Schedule):
        return repr(function)
    import inspect

    name: str = getattr(function, "__name__", type(function).__name__)
    if LOSSES.get(name) is function or not isinstance(getattr(function, "__code__", None), CodeType):
        return name
    cells = inspect.getclosurevars(function).nonlocals.values()
    numbers = [*_numbers_in(function.__code__), *cells, *(function.__defaults__ or ())]
    found = sorted({item for item in numbers if type(item) is float or (type(item) is int and abs(item) > 256)})
    return f"{name} {found}" if found else name


def _numbers_in(code: CodeType) -> list[Any]:
    return [item for c in code.co_consts for item in (_numbers_in(c) if isinstance(c, CodeType) else [c])]


def _check_same(kept: dict[str, Any], given: dict[str, Any]) -> None:
    for name, mine in given.items():
        if kept.get(name) != mine and not (name == "loss" and kept.get(name) == mine.partition(" ")[0]):
            raise ValueError(
                f"the checkpoint was started with {name}={shown(kept.get(name))}, this run has {shown(mine)}: "
                "resume with the same data and settings (and a seed, to hold data back), or start again: resume=False"
            )


def _chosen_settings(kept: dict[str, Any], training: Training, history: History) -> dict[str, Any]:
    """The caller's settings, or those at the end of the saved run if the caller gives the same as that run was given.

    So a rate that a callback has set is still used when the same program continues.
    """
    chosen = dict(training.given)
    del chosen["schedule"]
    for name, mine in training.given.items():
        before = kept["settings"].get(name, mine)
        if name != "schedule" and kept["given"].get(name, mine) == mine:
            chosen[name] = before
        elif before != mine:
            history.changed(name, before, mine)
    if chosen["clip_norm"] is not None:
        try:
            chosen["clip_norm"] = real_number(chosen["clip_norm"], "clip_norm of the checkpoint", 0, above=True)
        except TypeError as error:  # the file is wrong, not an argument
            raise ValueError(str(error)) from None
    return chosen


def _brought_up_to_date(kept: dict[str, Any], memory: Any, saved: list[str], training: Training) -> str:
    """Convert the content of an earlier version to this one's; return what is wrong with it, or an empty string."""
    if set(kept) != _OF_EARLIER_VERSIONS:
        return "" if set(kept) == _ENTRIES else f"training must have exactly {', '.join(sorted(_ENTRIES))}"
    settings = memory.get("settings") if isinstance(memory, dict) else None
    if not isinstance(settings, dict):
        return "it holds no optimizer"
    kept["given"] = kept["settings"] = settings | {"learning_rate": kept.pop("first_rate")}
    kept["changes"] = []
    best = kept["best"]
    if isinstance(best, dict) and isinstance(best.get("parameters"), list):
        names = training.optimizer.names
        if saved != names_in(training.model) or len(best["parameters"]) != len(names):
            return "an earlier version wrote it, and this model has other parameters or another order of them"
        best["parameters"] = dict(zip(names, best["parameters"], strict=True))
    return ""


def _fault(kept: dict[str, Any]) -> str:
    """What is wrong with the training part of a file, or an empty string."""
    for name in ("setup", "history", "random", "given", "settings"):
        if not isinstance(kept[name], dict):
            return f"{name} is {shown(kept[name])}"
    for name in ("epoch", "steps", "best_epoch"):
        if not (type(kept[name]) is int and kept[name] >= 0) and not (name == "best_epoch" and kept[name] is None):
            return f"{name} is {shown(kept[name])}"
    for name, numbers in kept["history"].items():
        if not isinstance(numbers, list) or len(numbers) != kept["epoch"] or not all(map(_is_written, numbers)):
            return f"history {name} must be {kept['epoch']} numbers, got {shown(numbers)}"
    if kept["epoch"] and "loss" not in kept["history"]:
        return "history has no loss"
    known = {"epoch", "setting", "before", "after"}
    if not isinstance(kept["changes"], list) or not all(
        isinstance(c, dict) and set(c) == known for c in kept["changes"]
    ):
        return f"changes is {shown(kept['changes'])}"
    return ""


def _best_of(best: Any, training: Training) -> tuple[float, list[float]]:
    """The lowest loss, and the parameters in this optimizer's order."""
    names = training.optimizer.names
    parameters = best.get("parameters") if isinstance(best, dict) else None
    if not isinstance(parameters, dict) or set(best) != {"loss", "parameters"} or set(parameters) != set(names):
        raise ValueError(f"the checkpoint's best parameters are not those of this model: {shown(best)}")
    for name, number in [("best loss", best["loss"]), *parameters.items()]:
        if not _is_written(number) or isinstance(number, str):
            raise ValueError(f"the checkpoint's {name} must be a number, got {shown(number)}")
    return best["loss"], [float(parameters[name]) for name in names]


def _history_of(kept: dict[str, Any]) -> History:
    history = History()
    history.records = {name: [_read(entry) for entry in entries] for name, entries in kept["history"].items()}
    history.best_epoch, history.changes = kept["best_epoch"], list(kept["changes"])
    return history


def _written(number: float) -> float | str:
    """JSON has no nan and no infinities."""
    return number if math.isfinite(number) else str(number)


def _is_written(entry: Any) -> bool:
    return type(entry) is float or (type(entry) is int and abs(entry) < 2**53) or entry in _NOT_FINITE


def _read(entry: Any) -> Any:
    return float(entry) if isinstance(entry, str) else entry


def _size(validation: Any) -> Any:
    """The number of validation samples, or "batches"."""
    if validation is None:
        return 0
    return len(validation[0]) if validation[1] is not None else "batches"


def _digest(training: Training) -> str:
    """A hash of all numbers of the data: a run with other data is another run. Batches may come in any order."""
    import hashlib

    validation = training.validation if training.validation and training.validation[1] is not None else None
    in_memory = training.stream is None
    X, y, weights = (training.X, training.y, training.weights) if in_memory else (None, None, None)
    lists = [data if isinstance(data, list) else None for data in (X, y)]
    given = (*lists, validation if validation and isinstance(validation[0], list) else None)
    total = hashlib.sha256(repr(given).encode())
    for data in (X, y, *(validation or ()), weights):
        if data is not None and not isinstance(data, list):
            total.update(f"{data.dtype} {data.shape}".encode())
            for _, part in pieces(data):
                total.update(part.tobytes())
        elif data is weights and data is not None:
            total.update(repr(data).encode())
    return total.hexdigest()[:16]


def _sources(training: Training) -> dict[str, random.Random]:
    """Every random number generator that training uses, by name."""
    sources: dict[str, Any] = {"global": random, "shuffling": training.source}
    for name, module in training.model.named_modules():
        for attribute, item in vars(module).items():
            if isinstance(item, random.Random):
                sources[f"{name}.{attribute}"] = item
    return sources


def _state_of(source: random.Random) -> list[Any]:
    version, words, spare = source.getstate()
    return [version, " ".join(map(str, words)), spare]


def _random_state(kept: Any) -> tuple[Any, ...]:
    try:
        version, words, spare = kept
        state = (version, tuple(map(int, words.split())), spare)
        random.Random().setstate(state)
    except (TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"the checkpoint's state of the random numbers is wrong: {shown(kept)}") from error
    return state
