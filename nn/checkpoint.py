"""How is a model kept in a file and brought back, every bit of it?

The file is JSON in three parts, each of whose bytes is checked::

    {"chalkgrad": 1, "sha256": "<64 digits>", "content":
    { ... }
    }

The checksum covers the bytes of the content; the rest must be exactly as above. Numbers are written by ``repr``, which
keeps every bit of a double. What a content holds is told by ``content_of`` and ``Training`` below. Nothing in a file is
ever executed. Read before: ``module``, ``optimizers``. Read after: ``architecture``, ``training``.
"""

from __future__ import annotations

import math
import os
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .architecture import build, count, described
from .history import History
from .inputs import file_path, shown
from .module import Module
from .optimizers import Optimizer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .training import Training

MAX_BYTES = 1_000_000_000
MAX_DEPTH = 100
MAX_ITEMS = 50_000_000

_HEAD = rb'\{"chalkgrad": 1, "sha256": "([0-9a-f]{64})", "content":\n'
_TAIL = b"\n}\n"
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


def save(model_or_state: Any, path: Any, *, optimizer: Any = None, allow_nan: bool = False) -> None:
    """Write a module, or the dictionary that its ``state_dict()`` gave, to a file; with ``optimizer``, its memory too.

    The old file stays until the new one is complete on disk. A model made of this library's layers is rebuilt by
    ``load`` without code; of any other module the numbers are kept. Raises ``ValueError`` for numbers that are not
    finite (unless ``allow_nan``), ``TypeError`` for anything else than a module or a state, ``OSError`` if the disk
    does not take it; the old file is then as it was.

    >>> import os, tempfile
    >>> from nn import Neuron
    >>> path = os.path.join(tempfile.mkdtemp(), "model.json")
    >>> save(Neuron(1, init=lambda *_: 0.1), path)
    >>> load(path).w[0].data
    0.1
    """
    _write(file_path(path), content_of(model_or_state, optimizer, allow_nan))


def load(path: Any, *, into: Any = None, optimizer: Any = None, allow_nan: bool = False) -> Any:
    """Read what ``save`` wrote: gives the model, or the state where the file has no architecture.

    ``into``: a module of your own to fill instead. ``optimizer``: one to continue. Raises ``ValueError``, naming every
    bad entry, for a file that is damaged, too large or does not fit, and ``OSError`` for one that cannot be read;
    nothing has changed then.
    """
    if into is not None and not isinstance(into, Module):
        raise TypeError(f"into must be a module of the shape that was saved, such as nn.MLP(2, [1]), got {shown(into)}")
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an optimizer such as nn.Adam(model), got {shown(optimizer)}")
    content = read_content(file_path(path))
    state = _state_from(content, allow_nan)
    memory = content.get("optimizer")
    if optimizer is not None and memory is None:
        raise ValueError(f"{shown(path)} holds no optimizer: save it with nn.save(model, path, optimizer=...)")
    if into is None and content.get("architecture") is None:
        result: Any = state
    else:
        result = build(content["architecture"], len(state)) if into is None else into
    with _both_or_none(result, optimizer):
        if isinstance(result, Module):
            result.load_state_dict(state, allow_nan=allow_nan)
        if optimizer is not None:
            _load_memory(optimizer, memory, path)
    return result


@contextmanager
def _both_or_none(model: Any, optimizer: Any) -> Iterator[None]:
    """Put back what the model and the optimizer were if anything, Ctrl-C too, comes between the changes to the two."""
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


def content_of(model_or_state: Any, optimizer: Any = None, allow_nan: bool = False) -> dict[str, Any]:
    """What the file will say: ``architecture`` (or null), ``parameters``, ``optimizer`` (or null)."""
    if isinstance(model_or_state, Module):
        architecture, state = described(model_or_state), model_or_state.state_dict()
        if architecture is not None and count(architecture) != len(state):
            architecture = None  # a layer is used twice: built from its description, it would be two
    elif isinstance(model_or_state, dict):
        architecture, state = None, model_or_state
    else:
        raise TypeError(f"model_or_state must be a module or a state_dict(), got {shown(model_or_state)}")
    parameters: dict[str, Any] = {}
    for name, entry in state.items():
        if not isinstance(name, str) or type(entry) not in (float, int):
            raise TypeError(f"the state's entry {shown(name)} must map a string to a number, got {shown(entry)}")
        if not math.isfinite(entry) and not allow_nan:
            raise ValueError(f"parameter {name} is {entry}: pass allow_nan=True to save it all the same")
        parameters[name] = entry if math.isfinite(entry) else str(float(entry))
    if optimizer is not None and not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an optimizer such as nn.Adam(model), got {shown(optimizer)}")
    memory = None if optimizer is None else optimizer.state_dict()
    return {"architecture": architecture, "parameters": parameters, "optimizer": memory}


def save_training(training: Training) -> None:
    """Write all that a run of ``fit`` needs to go on after this epoch."""
    content = content_of(training.model, training.optimizer)
    best = None if training.best is None else {"loss": training.best[0], "parameters": training.best[1]}
    content["training"] = {
        "setup": _setup(training),
        "epoch": training.epoch,
        "steps": training.batches_done,
        "first_rate": training.first_rate,
        "best": best,
        "best_epoch": training.history.best_epoch,
        "history": training.history.records,
        "random": {name: _state_of(source) for name, source in _sources(training).items()},
    }
    _write(training.checkpoint, content)


def resume_training(training: Training) -> None:
    """Continue from the file, if there is one: everything is checked before anything changes."""
    from pathlib import Path

    if not Path(training.checkpoint).exists():
        return
    content = read_content(training.checkpoint)
    kept = content.get("training")
    if not isinstance(kept, dict):
        raise ValueError(f"{shown(training.checkpoint)} is no checkpoint of fit: it holds a model only")
    fault = _fault(kept, training)
    if fault:
        raise ValueError(f"{shown(training.checkpoint)} is no checkpoint of fit: {fault}")
    for name, given in _setup(training).items():
        if kept["setup"].get(name) != given:
            raise ValueError(
                f"the checkpoint was begun with {name}={shown(kept['setup'].get(name))}, this run has {shown(given)}: "
                "resume with the same data and settings (and a seed, to hold data back), or start afresh: resume=False"
            )
    state = _state_from(content, allow_nan=False)
    sources = _sources(training)
    states = {name: _random_state(kept["random"].get(name)) for name in sources}
    with _both_or_none(training.model, training.optimizer):
        training.model.load_state_dict(state)
        _load_memory(training.optimizer, content.get("optimizer"), training.checkpoint)
        for name, source in sources.items():
            source.setstate(states[name])
    training.epoch, training.batches_done = kept["epoch"], kept["steps"]
    training.first_rate = kept["first_rate"]
    training.best = None if kept["best"] is None else (kept["best"]["loss"], kept["best"]["parameters"])
    training.history = History()
    training.history.records, training.history.best_epoch = kept["history"], kept["best_epoch"]
    if training.stopping is not None and training.stopping.is_time(training.watched()):
        training.stop("early stopping")


def _load_memory(optimizer: Any, memory: Any, path: Any) -> None:
    try:
        optimizer.load_state_dict(memory)
    except TypeError as error:  # an argument of the wrong type is the caller's fault, a file's content is not
        raise ValueError(f"{shown(path)} holds a wrong optimizer: {error}") from error


def _fault(kept: dict[str, Any], training: Training) -> str:
    """What is wrong with a file's account of a training; an empty string where nothing is."""
    wanted = {"setup", "epoch", "steps", "first_rate", "best", "best_epoch", "history", "random"}
    if set(kept) != wanted:
        return f"training must have exactly {', '.join(sorted(wanted))}"
    for name in ("setup", "history", "random"):
        if not isinstance(kept[name], dict):
            return f"{name} is {shown(kept[name])}"
    for name in ("epoch", "steps", "best_epoch"):
        if not (type(kept[name]) is int and kept[name] >= 0) and not (name == "best_epoch" and kept[name] is None):
            return f"{name} is {shown(kept[name])}"
    best = {"loss": 0.0, "parameters": []} if kept["best"] is None else kept["best"]
    if not isinstance(best, dict) or set(best) != {"loss", "parameters"}:
        return f"best is {shown(best)}"
    for name, numbers, length in [
        ("first_rate", [kept["first_rate"]], 1),
        ("best loss", [best["loss"]], 1),
        ("best parameters", best["parameters"], len(training.optimizer.parameters) if kept["best"] else 0),
        *((f"history {name}", numbers, kept["epoch"]) for name, numbers in kept["history"].items()),
    ]:
        if not isinstance(numbers, list) or len(numbers) != length or not all(map(_is_float, numbers)):
            return f"{name} must be {length} numbers, got {shown(numbers)}"
    return "" if kept["first_rate"] >= 0 else f"first_rate is {kept['first_rate']}"


def _is_float(entry: Any) -> bool:
    return type(entry) is float or (type(entry) is int and abs(entry) < 2**53)


def _setup(training: Training) -> dict[str, Any]:
    """What must be the same for the bits to be the same."""
    return {
        "samples": len(training.X),
        "batch_size": training.batch_size,
        "parameters": len(training.optimizer.parameters),
        "optimizer": type(training.optimizer).__name__,
        "seed": training.seed if type(training.seed) is int else None,
        "validation": len(training.validation[0]) if training.validation else 0,
        "loss": getattr(training.loss, "__name__", type(training.loss).__name__),
        "data": _digest(training),
    }


def _digest(training: Training) -> str:
    """Sixteen digits for all numbers of the data: other numbers would be another training."""
    import hashlib

    if training.digest is None:
        every = repr((training.X, training.y, training.validation)).encode()
        training.digest = hashlib.sha256(every).hexdigest()[:16]
    return training.digest


def _sources(training: Training) -> dict[str, random.Random]:
    """Every source of random numbers that training draws from, by name."""
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


def _state_from(content: dict[str, Any], allow_nan: bool) -> dict[str, float]:
    """The numbers by name; refuse, by name, whatever is none."""
    parameters = content.get("parameters")
    if not isinstance(parameters, dict):
        raise ValueError("the file holds no parameters: it was not written by nn.save")
    state = {}
    for name, entry in parameters.items():
        if allow_nan and isinstance(entry, str) and entry in _NOT_FINITE:
            entry = _NOT_FINITE[entry]
        if type(entry) not in (float, int):
            hint = ": pass allow_nan=True to load it" if isinstance(entry, str) and entry in _NOT_FINITE else ""
            raise ValueError(f"parameter {shown(name)} must be a number, the file has {shown(entry)}{hint}")
        try:
            state[name] = float(entry)
        except OverflowError as error:
            raise ValueError(f"parameter {shown(name)} is too large for a float: {shown(entry)}") from error
    return state


def _write(path: Any, content: dict[str, Any]) -> None:
    """Write beside, sync, rename, sync the folder: at any moment the old file or the new one is there, whole."""
    import hashlib
    import json
    import tempfile
    from pathlib import Path

    try:
        body = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=True).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"cannot save: {error}") from error
    _check_extent(body, path)
    head = f'{{"chalkgrad": 1, "sha256": "{hashlib.sha256(body).hexdigest()}", "content":\n'.encode()
    target = Path(path).resolve()
    folder = target.parent
    handle, name = tempfile.mkstemp(dir=folder, prefix=f".{target.name}.", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(head + body + _TAIL)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if os.name == "posix":  # the rename itself is only safe once the folder is on disk
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_content(path: Any) -> dict[str, Any]:
    """The content of a file after every check of its bytes, size, depth and keys; ``ValueError`` for any fault."""
    import hashlib
    import json
    import re
    import stat
    from pathlib import Path

    kind = Path(path).stat().st_mode
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):  # a pipe without a writer would be waited for
        raise ValueError(f"{shown(path)} is no file but a pipe, a socket or a device: give the path of a saved file")
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > MAX_BYTES:
            raise ValueError(f"{shown(path)} has {size:,} bytes: more than the limit of {MAX_BYTES:,}")
        raw = file.read(MAX_BYTES + 1)
    head = re.match(_HEAD, raw)
    if head is None or not raw.endswith(_TAIL):
        raise ValueError(f"{shown(path)} is damaged, or was not written by this version of nn.save")
    body = raw[head.end() : -len(_TAIL)]
    if hashlib.sha256(body).hexdigest().encode() != head.group(1):
        raise ValueError(f"{shown(path)} is damaged: its checksum does not match")
    _check_extent(body, path)
    try:
        content = json.loads(body, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{shown(path)} holds no valid content: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{shown(path)} holds no valid content: it must be an object")
    return content


def _check_extent(body: bytes, path: Any) -> None:
    """Refuse too many or too deeply nested items, before any of them is built."""
    import re

    depth = items = 0
    for match in re.finditer(rb'"(?:[^"\\]|\\.)*"|[\[\]{},]', body):
        mark = match.group()
        if mark in (b"[", b"{"):
            depth += 1
        elif mark in (b"]", b"}"):
            depth -= 1
        elif mark == b",":
            items += 1
        if depth > MAX_DEPTH:
            raise ValueError(f"{shown(path)} is nested more than {MAX_DEPTH} levels deep")
    if items > MAX_ITEMS:
        raise ValueError(f"{shown(path)} has {items:,} items: more than the limit of {MAX_ITEMS:,}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, entry in pairs:
        if key in found:
            raise ValueError(f"the entry {shown(key)} appears twice")
        found[key] = entry
    return found


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number that JSON allows")
