"""What else can run after each epoch of ``fit``? ``CSVLogger`` and ``ReduceOnPlateau``.

Both go into the list ``callbacks``. Read before: ``training``.
"""

from __future__ import annotations

import csv
import math
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from nn.checks import file_path, real_number, true_or_false, whole_number
from nn.names import explains_keywords
from nn.names.settings import Check, Fixed, Settings


class CSVLogger(Settings):
    """Write one line for each epoch to a file of comma-separated values: epoch, loss, metrics, rate ...

    ``append`` continues an existing file, ``overwrite`` replaces it. Raises ``FileExistsError`` if the file exists and
    neither is given, ``TypeError`` if ``path`` is not a path.

    >>> import nn, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "epochs.csv"
    >>> _ = nn.fit(nn.MLP(1, [1], seed=0), [[1.0]], [2.0], loss="mean_squared_error", optimizer="sgd", epochs=2,
    ...            progress=False, callbacks=[CSVLogger(path)])
    >>> [line.split(",")[:2] for line in path.read_text().splitlines()][0]
    ['epoch', 'loss']
    """

    _checks: ClassVar[dict[str, Check]] = {"path": Fixed("make another CSVLogger")}

    @explains_keywords
    def __init__(self, path: Any, *, append: bool = False, overwrite: bool = False) -> None:
        self.path = Path(file_path(path))
        for name, switch in {"append": append, "overwrite": overwrite}.items():
            true_or_false(switch, name)
        if self.path.exists() and not (append or overwrite):
            raise FileExistsError(f"{self.path} exists already: give append=True, overwrite=True or another name")
        self._continues = append and self.path.exists()

    def __call__(self, training: Any) -> None:
        """Write the line of the epoch that has ended."""
        row = {"epoch": float(training.epoch), **training.history.last()}
        with self.path.open("a" if self._continues else "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            if not self._continues:
                writer.writerow(row)
            writer.writerow([training.epoch, *list(row.values())[1:]])
        self._continues = True


class ReduceOnPlateau(Settings):
    """Multiply the learning rate by ``factor`` if the loss has not improved for more than ``patience`` epochs.

    The loss is that of the validation set, if there is one. An improvement is a loss below the best one by the relative
    ``threshold``. After a reduction, ``cooldown`` epochs are not counted. The rate never falls below ``minimum``. The
    rule and its defaults are those of PyTorch's ReduceLROnPlateau. Each call of ``fit`` starts afresh, as in Keras; a
    resumed one continues with the losses in its checkpoint.

    >>> rule = ReduceOnPlateau(patience=1)
    >>> [rule.is_time(loss) for loss in (1.0, 1.0, 1.0, 1.0)]
    [False, False, True, False]
    """

    _checks: ClassVar[dict[str, Check]] = {
        "factor": partial(real_number, low=0, high=1, above=True, below=True),
        "patience": partial(whole_number, minimum=0),
        "threshold": partial(real_number, low=0, high=1),
        "cooldown": partial(whole_number, minimum=0),
        "minimum": partial(real_number, low=0),
    }

    @explains_keywords
    def __init__(
        self,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        cooldown: int = 0,
        minimum: float = 0.0,
    ) -> None:
        self.factor, self.patience, self.threshold = factor, patience, threshold
        self.cooldown, self.minimum = cooldown, minimum
        self._restart()

    def _restart(self) -> None:
        self._best, self._bad, self._cooling, self._epoch = math.inf, 0, 0, 0

    def is_time(self, loss: float) -> bool:
        """Record the loss of one more epoch; whether the rate should be reduced now."""
        if loss < self._best * (1.0 - self.threshold) or self._best == math.inf > loss:
            self._best, self._bad = loss, 0
        else:
            self._bad += 1
        if self._cooling:
            self._cooling, self._bad = self._cooling - 1, 0
        if self._bad <= self.patience:
            return False
        self._bad, self._cooling = 0, self.cooldown
        return True

    def __call__(self, training: Any) -> None:
        """Reduce the rate if the epoch that has ended calls for it."""
        losses = training.watched()
        if training.epoch == 1 or training.epoch != self._epoch + 1:  # the first epoch of a run, or of a resumed one
            self._restart()
            for loss in losses[:-1]:
                self.is_time(loss)
        self._epoch = training.epoch
        if self.is_time(losses[-1]):
            rate = training.base_rate
            training.optimizer.learning_rate = max(rate * self.factor, min(self.minimum, rate))
