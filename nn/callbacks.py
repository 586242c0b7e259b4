"""What runs between the steps of ``fit``, and what may it change? Functions after each epoch, and objects with hooks.

Read before: ``names``. Read after: ``training``, which calls them.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from .checks import as_list, real_number, shown, whole_number
from .data.weights import sample_weights
from .history import find_stopping
from .metrics import find_metrics
from .names.settings import Check, Fixed, Settings, fixed
from .samples import samples
from .schedules import find_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

HOOKS = ("on_batch_end", "on_epoch_end")


class Callbacks:
    """The callbacks of one training, each called with the ``Training``: ``after_batch`` and ``after_epoch``.

    A callback is a function, called after each epoch, or an object with a method ``on_batch_end``, ``on_epoch_end`` or
    both. An object with ``on_epoch_end`` is not called itself. Raises ``TypeError`` for anything else.

    >>> found = Callbacks([print])
    >>> found.after_batch, found.after_epoch == [print]
    ([], True)
    """

    def __init__(self, callbacks: Any = ()) -> None:
        self.after_batch: list[Callable[[Any], Any]] = []
        self.after_epoch: list[Callable[[Any], Any]] = []
        for callback in as_list(callbacks, "callbacks", "a list of functions, such as [print]"):
            batch, epoch = (_hook(callback, name) for name in HOOKS)
            if batch is None and epoch is None and not callable(callback):
                raise TypeError(
                    "a callback must be callable with one argument, the training, or have a method on_batch_end or "
                    f"on_epoch_end; got {shown(callback)}"
                )
            if batch is not None:
                self.after_batch.append(batch)
            if epoch is not None or callable(callback):
                self.after_epoch.append(epoch or callback)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.after_batch or self.after_epoch)


def _hook(callback: Any, name: str) -> Any:
    """The method of this name; None if there is none."""
    method = None if isinstance(callback, type) else getattr(callback, name, None)
    if method is not None and not callable(method):
        raise TypeError(f"{name} of a callback must be a method with one argument, the training; got {shown(method)}")
    return method


def _callbacks(given: Any, name: str) -> Callbacks:
    return given if isinstance(given, Callbacks) else Callbacks(given)


def _metrics(given: Any, name: str) -> dict[str, Any]:
    return given if isinstance(given, dict) and all(map(callable, given.values())) else find_metrics(given)


def _schedule(choice: Any, name: str) -> Any:
    if isinstance(choice, str):
        raise TypeError(
            f"{name} must be a function of the time in epochs, such as nn.CosineDecay(total=10); got {shown(choice)}"
        )
    return find_schedule(choice, 1)


def _or_none(check: Check) -> Check:
    return lambda value, name: None if value is None else check(value, name)


class Changeable(Settings):
    """What ``Training`` inherits: a callback may assign some of its attributes; for others there is an error."""

    X: Any
    y: Any
    weights: Any
    """One weight per sample, or ``None`` if all count the same."""
    stream: Any
    engine: Any
    best: tuple[float, list[float]] | None
    save_checkpoint: Callable[[Any], None] | None
    running = False
    """Whether steps are being taken."""

    _checks: ClassVar[dict[str, Check]] = {
        "running": Fixed("call training.stop() to end the run"),
        "X": samples,
        "y": samples,
        "weights": lambda weights, name: sample_weights(weights, None, weights, None, 0),
        "epochs": whole_number,
        "batch_size": whole_number,
        "callbacks": _callbacks,
        "metrics": _metrics,
        "schedule": _schedule,
        "stopping": lambda choice, name: find_stopping(choice),
        "threshold": _or_none(real_number),
        "clip_norm": _or_none(partial(real_number, low=0, above=True)),
        "base_rate": partial(real_number, low=0),
        **fixed(
            "change what it contains, or call fit again with another; model and optimizer keep what they have learned",
            "model", "loss", "optimizer", "validation", "seed", "source", "engine", "dtype", "checkpoint",
        ),
        **fixed(
            "fit keeps it", "history", "epoch", "batches_done", "batch_loss", "best", "setup", "given",
            "save_checkpoint", "stream",
        ),
    }  # fmt: skip

    def _cure_if_fixed(self, name: str, check: Check) -> str:
        if not self.running:
            return ""
        if self.stream is not None and name in ("X", "y", "weights", "batch_size"):
            return "the batches determine it: change them where they are made"
        if self.save_checkpoint is not None and name in ("X", "y", "weights", "batch_size", "schedule"):
            return "a run that is resumed from the checkpoint would not have it: call fit again, or without checkpoint"
        return super()._cure_if_fixed(name, check)
