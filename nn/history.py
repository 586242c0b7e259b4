"""What happened during training, and when should it stop?

Read before: nothing. Read after: ``training``, which fills a history in, and ``plotting``, which draws it.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from .checks import choose, real_number, whole_number
from .names.settings import Check, Settings


class History:
    """A list of numbers for each quantity, with one number per epoch; made by ``fit``.

    ``history["loss"]`` is a list; ``history.names`` are the quantities: loss and metrics, the same with the prefix
    ``validation_``, learning_rate, gradient_norm, seconds. ``stopped`` says why training ended: "finished",
    "interrupted", "early stopping", "callback" or "error". ``best_epoch`` is the epoch (from 1) after which the model
    had the parameters that were kept; 0 means before the first. ``engine`` is "eager", "compiled" or "jax". ``changes``
    lists the settings that a resumed run has changed: ``epoch`` (after which), ``setting``, ``before``, ``after``.

    >>> history = History()
    >>> history.add({"loss": 0.5})
    >>> history.add({"loss": 0.25})
    >>> history["loss"], len(history)
    ([0.5, 0.25], 2)
    """

    def __init__(self) -> None:
        self.records: dict[str, list[float]] = {}
        self.stopped = ""
        self.engine = "eager"
        self.best_epoch: int | None = None
        self.changes: list[dict[str, Any]] = []

    @property
    def names(self) -> list[str]:
        """The quantities that were recorded."""
        return list(self.records)

    def __getitem__(self, name: str) -> list[float]:
        return self.records[choose(name, self.names, "quantity of this history")]

    if not TYPE_CHECKING:  # or a type checker would take every name for one of a history

        def __getattr__(self, name):
            cure = "; it is the history itself: history['loss'] is a list" if name == "history" else ""
            if name in vars(self).get("records", ()):
                cure = f"; write history[{name!r}]"
            raise AttributeError(f"'History' object has no attribute {name!r}{cure}", name=name, obj=self)

    def __contains__(self, name: object) -> bool:
        return name in self.records

    def __len__(self) -> int:
        """The number of finished epochs."""
        return max(map(len, self.records.values()), default=0)

    def add(self, row: dict[str, float]) -> None:
        """Append one epoch; a quantity that appears later or stops appearing is nan in the other epochs."""
        epochs = len(self)
        for name in dict.fromkeys([*self.records, *row]):
            self.records.setdefault(name, [math.nan] * epochs).append(row.get(name, math.nan))

    def changed(self, setting: str, before: Any, after: Any) -> None:
        """Record that a setting has another value from the next epoch on."""
        self.changes.append({"epoch": len(self), "setting": setting, "before": before, "after": after})

    def last(self) -> dict[str, float]:
        """The numbers of the last epoch."""
        return {name: numbers[-1] for name, numbers in self.records.items() if numbers}

    def plot(self, path: Any = None) -> Any:
        """Draw the loss and the metrics over the epochs; see ``nn.plotting.plot_history``."""
        from .plotting import plot_history

        return plot_history(self, path)

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} {self.last()[name]:.4g}" for name in self.names if name != "seconds")
        return f"<History of {len(self)} epoch{'s' * (len(self) != 1)}, {self.stopped or 'running'}: {numbers}>"


class EarlyStopping(Settings):
    """Stop when the loss (of the validation set, if there is one) has not improved for ``patience`` epochs.

    A loss is an improvement if it is lower than the best by more than ``min_delta``. The best loss is finite: epochs
    before the first finite loss do not count, and nan is not an improvement.

    >>> EarlyStopping(patience=2).is_time([3.0, 1.0, 2.0, 1.0])
    True
    """

    _strict = True
    _checks: ClassVar[dict[str, Check]] = {"patience": whole_number, "min_delta": partial(real_number, low=0)}

    def __init__(self, patience: int = 10, min_delta: float = 0.0) -> None:
        self.patience, self.min_delta = patience, min_delta

    def is_time(self, losses: list[float]) -> bool:
        """Has the best of ``losses`` been followed by ``patience`` epochs without a better one?"""
        best, since = math.inf, 0
        for loss in losses:
            if math.isfinite(loss) and (best == math.inf or loss < best - self.min_delta):
                best, since = loss, 0
            elif best < math.inf:
                since += 1
        return since >= self.patience


def find_stopping(choice: Any) -> EarlyStopping | None:
    """An ``EarlyStopping`` for a patience in epochs; an ``EarlyStopping`` or ``None`` is returned as it is.

    >>> find_stopping(5).patience
    5
    """
    if choice is None or isinstance(choice, EarlyStopping):
        return choice
    return EarlyStopping(whole_number(choice, "early_stopping"))
