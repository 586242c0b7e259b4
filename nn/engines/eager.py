"""How does a step compute loss and gradients with Values?

Read next: ``training``, which calls an engine for each batch; ``compiled`` does the same with arrays.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from autograd import Value, no_grad
from nn.checks import shown
from nn.data.weights import weighted_mean
from nn.metrics import number_of, plain
from nn.samples import at, each

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILURES = (ArithmeticError, ValueError)
"""The errors of a step whose numbers are out of range; an overflow and a division by zero are arithmetic errors."""


class EagerEngine:
    """Forward, loss and backward with a new graph of Values for each batch.

    An engine is called with a batch (the indices of its samples) and returns the loss, one gradient per parameter and
    the outputs, all plain numbers (lists, or arrays). The indices belong to the data of the ``Training``, which a
    callback may change; ``load`` prepares another batch that has been put there. ``sample`` is the current sample, for
    error messages. Inside ``epoch()``, its ``optimizer`` takes the steps.
    """

    def __init__(self, training: Any) -> None:
        self.training = training
        self.model, self.loss, self.optimizer = training.model, training.loss, training.optimizer
        self.sample: int | None = None

    def load(self) -> None:
        """Nothing needs to be prepared."""

    def __call__(self, batch: Sequence[int]) -> tuple[float, list[float], list[Any]]:
        """Loss, gradients and outputs of one batch."""
        model, X, y, weights = self.model, self.training.X, self.training.y, self.training.weights
        outputs = []
        for self.sample in batch:
            outputs.append(model(at(X, self.sample)))
        self.sample = None
        targets = [at(y, i) for i in batch]
        if weights is None:
            loss = self.loss(outputs, targets)
        else:
            loss = weighted_mean(self.loss, outputs, targets, [weights[i] for i in batch])
        if not isinstance(loss, Value):
            raise TypeError(f"loss must give one Value that depends on the predictions, got {shown(loss)}")
        if not math.isfinite(loss.data):
            self.sample = self._culprit(batch, outputs)
        parameters = self.optimizer.parameters
        for parameter in parameters:
            parameter.zero_grad()
        loss.backward()
        return loss.data, [parameter.grad for parameter in parameters], [plain(output) for output in outputs]

    def computed(self, rows: Any, targets: Any) -> tuple[Any, Any]:
        """The model's outputs for some samples, and their losses where an engine computes them, for ``evaluated``."""
        return [self.model(row) for row in each(rows)], None

    def epoch(self) -> Any:
        """The optimizer needs no preparation."""
        return nullcontext()

    def _culprit(self, batch: Sequence[int], outputs: list[Any]) -> int | None:
        """The first sample whose own loss is not finite."""
        with no_grad():
            for i, output in zip(batch, outputs, strict=True):
                try:
                    if not math.isfinite(number_of(self.loss([output], [at(self.training.y, i)]))):
                        return i
                except FAILURES:
                    return i
        return None
