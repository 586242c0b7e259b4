"""What is kept of a model while it is trained?

``Snapshots`` is a callback of ``fit``: it keeps weights, gradients, loss and, for samples with two features, what the
model decides at each point of a grid. Read before: ``training``, ``regions``. Read after: ``images``.
"""

from __future__ import annotations

import math
from array import array
from typing import Any

from nn.checks import as_list
from nn.evaluation import decision_threshold, predict
from nn.metrics import decided, true_class
from nn.plotting.regions import grid
from nn.samples import at, shape_of

MAX_POINTS = 500
"""More samples than these would cover each other in the picture."""


class Snapshots:
    """A callback of ``fit`` that takes snapshots; ``TrainingRecording`` can show them."""

    def __init__(self, every: int, limit: int, resolution: int) -> None:
        self.every, self.limit, self.resolution = every, limit, resolution
        self.snapshots: list[dict[str, Any]] = []
        """Dictionaries with epoch, numbers (loss and metrics), weights, gradients, boundary (or None) and scores.

        ``scores`` are those of all classes at each point of the boundary if there are more than two, else None.
        """
        self.names: list[str] = []
        """The names of the parameters, in the order of ``weights`` and ``gradients``."""
        self.history: dict[str, list[float]] = {}
        self.points: list[list[float]] = []
        self.grids: list[list[float]] = []
        self._model: Any = None

    def __call__(self, training: Any) -> None:
        """Take a snapshot: ``fit`` calls this after each epoch."""
        if training.model is not self._model or self.names != [name for name, _ in training.model.named_parameters()]:
            self._begin(training)
        self.history = {name: list(numbers) for name, numbers in training.history.records.items()}
        if len(self.snapshots) == self.limit:
            del self.snapshots[0::2]
            self.every *= 2
        if training.epoch % self.every == 0 or training.epoch == training.epochs:
            parameters = training.model.parameters()
            boundary, scores = self._boundary(training)
            self.snapshots.append(
                {
                    "epoch": training.epoch,
                    "numbers": training.history.last(),
                    "weights": [parameter.data for parameter in parameters],
                    "gradients": [parameter.grad for parameter in parameters],
                    "boundary": boundary,
                    "scores": scores,
                }
            )

    def __repr__(self) -> str:
        return f"<recording of {len(self.snapshots)} snapshots of {len(self.names)} parameters>"

    def _begin(self, training: Any) -> None:
        """Start a new recording, for another model or for other parameters of the same."""
        self._model = training.model
        self.snapshots = []
        self.names = [name for name, _ in training.model.named_parameters()]
        self.points, self.grids = [], []
        rows: list[Any] = as_list(training.X, "X") if len(shape_of(training.X)) == 1 else [0.0]
        if isinstance(rows[0], list) and len(rows[0]) == 2:
            single = not isinstance(predict(training.model, rows[:1])[0], list)
            pairs = list(zip(rows, as_list(training.y, "y"), strict=True))[:MAX_POINTS]
            self.points = [[float(row[0]), float(row[1]), float(true_class(target, single))] for row, target in pairs]
            self.grids = [grid([row[axis] for row in rows], self.resolution) for axis in (0, 1)]

    def _boundary(self, training: Any) -> tuple[list[float] | None, list[array[float]] | None]:
        """For each point of the grid, from -1 to 1, how certain the model is of class 1; None without a grid.

        With more than two classes instead the predicted class, and the scores of all.
        """
        if not self.grids:
            return None, None
        outputs = predict(training.model, [[x, y] for y in self.grids[1] for x in self.grids[0]])
        if not isinstance(outputs[0], list):
            threshold = decision_threshold(
                training.model, at(training.X, 0), loss=training.loss, threshold=training.threshold
            )
            return [math.tanh(2.0 * (output - threshold)) for output in outputs], None
        if len(outputs[0]) == 2:
            return [math.tanh(2.0 * (second - first)) for first, second in outputs], None
        return [float(decided(output)) for output in outputs], [array("d", output) for output in outputs]
