"""What happened during training, and when should it stop?

Read before: nothing. Read after: ``training``, which fills a history in, and ``plotting``, which draws it.
"""

from __future__ import annotations

import math
from typing import Any

from .checks import choose, real_number, whole_number


class History:
    """One list of numbers for each quantity, one number for each epoch; made by ``fit``.

    ``history["loss"]`` gives a list; ``history.names`` the quantities: loss, the metrics, the same with
    ``validation_`` before them, learning_rate, gradient_norm, seconds. ``stopped`` says why training ended:
    "finished", "interrupted", "early stopping", "callback" or "error". ``best_epoch`` is the one (from 1) after which
    the model had the parameters that were kept; 0 is before the first. ``engine`` is "eager" or "compiled". ``changes``
    lists the settings that a resumed run has changed: after which ``epoch``, which ``setting``, ``before``, ``after``.

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

    def __contains__(self, name: object) -> bool:
        return name in self.records

    def __len__(self) -> int:
        """The number of finished epochs."""
        return max(map(len, self.records.values()), default=0)

    def add(self, row: dict[str, float]) -> None:
        """Append one epoch; a quantity that is new, or is missing from now on, is nan in the other epochs."""
        epochs = len(self)
        for name in dict.fromkeys([*self.records, *row]):
            self.records.setdefault(name, [math.nan] * epochs).append(row.get(name, math.nan))

    def changed(self, setting: str, before: Any, after: Any) -> None:
        """Note that a setting has another value from the next epoch on."""
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
        return f"<History of {len(self)} epochs, {self.stopped or 'running'}: {numbers}>"


class EarlyStopping:
    """Stop when the loss (of the validation set, if there is one) has not got better for ``patience`` epochs.

    Better means lower than the best by more than ``min_delta``. The best is always finite: what comes before the first
    finite loss does not count, and a nan after it is no improvement.

    >>> EarlyStopping(patience=2).is_time([3.0, 1.0, 2.0, 1.0])
    True
    """

    def __init__(self, patience: int = 10, min_delta: float = 0.0) -> None:
        self.patience = whole_number(patience, "patience")
        self.min_delta = real_number(min_delta, "min_delta", 0)

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
    """``EarlyStopping`` for a patience in epochs; itself and ``None`` as they are.

    >>> find_stopping(5).patience
    5
    """
    if choice is None or isinstance(choice, EarlyStopping):
        return choice
    return EarlyStopping(whole_number(choice, "early_stopping"))
