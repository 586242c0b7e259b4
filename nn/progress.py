"""How is the progress of training shown?

On a terminal by a bar (tqdm), elsewhere by at most eleven plain lines. Read before: nothing.
Read after: ``training``.
"""

from __future__ import annotations

import sys
import time
from typing import Any

INTERVAL = 0.2
"""The shortest time in seconds between two reports within an epoch."""


class Progress:
    """Shows each epoch's loss and metrics and the time left; ``start`` of the ``epochs`` are already done.

    ``unit``: what is counted, if not epochs.
    """

    def __init__(self, epochs: int, start: int, shown: bool, unit: str = "epoch") -> None:
        self.epochs, self.start, self.shown, self.unit = epochs, start, shown, unit
        self.began = self.last = time.perf_counter()
        self.bar: Any = self._bar() if shown and sys.stderr.isatty() else None

    def _bar(self) -> Any:
        try:
            from tqdm import tqdm
        except ImportError:
            return None  # plain lines need no package
        return tqdm(total=self.epochs, initial=self.start, unit=self.unit, leave=True)

    def show(self, epoch: int, row: dict[str, float]) -> None:
        """Report that ``epoch`` (from 1) is done with the numbers in ``row``."""
        if not self.shown:
            return
        if self.bar is not None:
            self.bar.set_postfix_str(described(row), refresh=False)
            self.bar.update()
        elif epoch == self.epochs or epoch % max(1, self.epochs // 10) == 0:
            pace = (time.perf_counter() - self.began) / (epoch - self.start)
            left = pace * (self.epochs - epoch)
            width = len(str(self.epochs))
            sys.stdout.write(f"{self.unit} {epoch:>{width}}/{self.epochs}  {described(row)}  {left:.1f} s left\n")
            sys.stdout.flush()

    def show_batch(self, number: int, batches: int | None, loss: float) -> None:
        """Report within an epoch, on a terminal, that batch ``number`` (from 1) is done; ``batches``: of how many."""
        if self.bar is not None and time.perf_counter() - self.last >= INTERVAL:
            self.last = time.perf_counter()
            of = f"/{batches}" if batches else ""
            self.bar.set_postfix_str(f"batch {number}{of}  loss {loss:.4g}")

    def close(self) -> None:
        """End the bar's line."""
        if self.bar is not None:
            self.bar.close()


def described(row: dict[str, float]) -> str:
    """The loss and the metrics in one line.

    >>> described({"loss": 0.51234, "learning_rate": 0.1, "accuracy": 0.75})
    'loss 0.5123  accuracy 0.75'
    """
    hidden = ("learning_rate", "gradient_norm", "seconds")
    return "  ".join(f"{name} {number:.4g}" for name, number in row.items() if name not in hidden)
