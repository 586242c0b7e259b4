"""What happens in one fold, in whichever process or on whichever machine it runs?

A fold makes its own model with its own seed, trains it, scores it on what was held back, and sends back numbers only.
Read before: ``folds``, ``fit``. Read after: the package itself.
"""

from __future__ import annotations

import random
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from nn.dropout import Dropout
from nn.evaluation import evaluate
from nn.fit import fit
from nn.module import Module, check_module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAKING = threading.Lock()
"""Models are made one after the other: their first weights may come from Python's one global generator."""


class Task(NamedTuple):
    """Everything that a fold needs: all of it can be sent to another process."""

    fold: int
    make_model: Callable[..., Any]
    seed: int
    training: tuple[Any, Any]
    held_back: tuple[Any, Any]
    of_classes: bool
    arguments: dict[str, Any]


class FoldResult(NamedTuple):
    """The score, the history and the state of one fold, or the error that ended it."""

    score: float
    history: Any
    state: dict[str, float]
    error: BaseException | None = None


def made_model(make_model: Callable[..., Any], seed: int) -> Module:
    """A new model, drawn with the seed: ``make_model(seed)`` if it has a parameter, else ``make_model()``.

    Python's global generator is left as it was. A ``Dropout`` without a seed gets a generator of its own, so that
    threads do not take numbers from each other.
    """
    with _MAKING, _seeded(seed):
        model = make_model(seed) if _takes_seed(make_model) else make_model()
    check_module(model)
    for _, module in model.named_modules():
        if isinstance(module, Dropout) and module.random is None:
            module.random = random.Random(seed)
    found: Module = model
    return found


def _takes_seed(make_model: Callable[..., Any]) -> bool:
    import inspect

    try:
        parameters = inspect.signature(make_model).parameters.values()
    except (TypeError, ValueError):  # of a function in C nothing is known
        return False
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return any(parameter.kind in places and parameter.default is parameter.empty for parameter in parameters)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Inside ``with``, Python's global generator starts at the seed."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def run_fold(task: Task) -> FoldResult:
    """Train and score one fold. An error is returned, not raised: it arrives without a second traceback."""
    try:
        if threading.current_thread() is not threading.main_thread():
            return _scored(task)
        with _seeded(task.seed):  # for layers of the user's own that draw from the global generator
            return _scored(task)
    except Exception as error:
        error.__traceback__ = error.__cause__ = error.__context__ = None
        return FoldResult(0.0, getattr(error, "history", None), {}, sendable(error))


def _scored(task: Task) -> FoldResult:
    model = made_model(task.make_model, task.seed)
    history = fit(model, *task.training, seed=task.seed, progress=False, **task.arguments)
    kept = {name: task.arguments[name] for name in ("loss", "threshold") if name in task.arguments}
    metrics = ("accuracy",) if task.of_classes else ()
    result = evaluate(model, *task.held_back, metrics=metrics, **kept)
    return FoldResult(result["accuracy" if task.of_classes else "loss"], history, model.state_dict())


def sendable(error: Exception) -> Exception:
    """The error, if it survives being pickled, else a ``RuntimeError`` that says the same."""
    import pickle

    try:
        again = pickle.loads(pickle.dumps(error))
        if type(again) is type(error) and str(again) == str(error):
            return error
    except Exception:
        pass
    return RuntimeError(f"{type(error).__name__}: {error}")


def arrives(thing: Any) -> bool:
    """An executor that can call this with a thing can send it."""
    return True
