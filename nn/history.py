"""What happened during training, and when should it stop?

Read before: nothing. Read after: ``training``, which fills a history in, and ``plotting``, which draws it.
"""

from __future__ import annotations

from typing import Any

from .inputs import choose, real_number, whole_number


class History:
    """One list of numbers for each quantity, one number for each epoch; made by ``fit``.

    ``history["loss"]`` gives a list; ``history.names`` the quantities: loss, the metrics, the same with
    ``validation_`` before them, learning_rate, gradient_norm, seconds. ``stopped`` says why training ended:
    "finished", "interrupted", "early stopping", "callback" or "error". ``best_epoch`` is the one (from 1) whose
    parameters were kept. ``engine`` is "eager" or "compiled".

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
        """Append one epoch."""
        for name, number in row.items():
            self.records.setdefault(name, []).append(number)

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

    Better means lower than the best by more than ``min_delta``.

    >>> EarlyStopping(patience=2).is_time([3.0, 1.0, 2.0, 1.0])
    True
    """

    def __init__(self, patience: int = 10, min_delta: float = 0.0) -> None:
        self.patience = whole_number(patience, "patience")
        self.min_delta = real_number(min_delta, "min_delta", 0)

    def is_time(self, losses: list[float]) -> bool:
        """Has the best of ``losses`` been followed by ``patience`` epochs without a better one?"""
        best, since = losses[0], 0
        for loss in losses[1:]:
            best, since = (loss, 0) if loss < best - self.min_delta else (best, since + 1)
        return since >= self.patience


def find_stopping(choice: Any) -> EarlyStopping | None:
    """``EarlyStopping`` for a patience in epochs; itself and ``None`` as they are.

    >>> find_stopping(5).patience
    5
    """
    if choice is None or isinstance(choice, EarlyStopping):
        return choice
    return EarlyStopping(whole_number(choice, "early_stopping"))
