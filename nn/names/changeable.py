"""What may a callback assign to the ``Training``?  Read before: ``settings``. Read after: ``training``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from nn.callbacks import Callbacks
from nn.checks import real_number, shown, whole_number
from nn.data.weights import sample_weights
from nn.history import find_stopping
from nn.metrics import find_metrics
from nn.names.settings import Check, Fixed, Settings, fixed
from nn.samples import samples
from nn.schedules import find_schedule


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
