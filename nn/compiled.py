"""How does ``fit`` train with compiled programs instead of graphs of Values?

A model and a loss for one sample are traced once and become a program over all samples of a batch; see
``autograd.compile``. The loop, the optimizers and the metrics are the same; the numbers agree up to rounding.
Read before: ``training``.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import autograd
from autograd import log, log1p, relu, softplus, take, where

from . import losses
from .checks import shown
from .embedding import Embedding
from .evaluation import predict
from .module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .optimizers import Optimizer

    Loss = Callable[[Any, Any], Any]


def _hinge(p: Any, t: Any) -> Any:
    return relu(1.0 - p * t)


def _binary_cross_entropy(p: Any, t: Any) -> Any:
    # Both sides of a `where` are computed, so a term that is multiplied by 0 must be finite.
    return -log(where(t > 0.0, p, 1.0)) * t - log1p(-where(t < 1.0, p, 0.0)) * (1.0 - t)


def _binary_cross_entropy_with_logits(x: Any, t: Any) -> Any:
    return softplus(-x) * t + softplus(x) * (1.0 - t)


def _negative_log_likelihood(logs: Any, t: Any) -> Any:
    return -autograd.dot(t, logs) if isinstance(t, list) else -take(logs, t)


_WITHOUT_BRANCHES: dict[Loss, Loss] = {
    losses.hinge: _hinge,
    losses.binary_cross_entropy: _binary_cross_entropy,
    losses.binary_cross_entropy_with_logits: _binary_cross_entropy_with_logits,
    losses.cross_entropy: autograd.cross_entropy,
    losses.negative_log_likelihood: _negative_log_likelihood,
    losses.mean_squared_error: losses.mean_squared_error,
    losses.mean_absolute_error: losses.mean_absolute_error,
    losses.huber: losses.huber,
}
"""The formula of each loss for one sample whose target has been checked: it does not branch on the target."""

_OF_CLASSES = (losses.cross_entropy, losses.negative_log_likelihood)
_ELEMENT_BY_ELEMENT = (losses.hinge, losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits)


class CompiledEngine:
    """The counterpart of ``EagerEngine``: called with a batch, its program gives loss, gradients and outputs.

    Raises ``TypeError`` if the model or the loss cannot be traced; the message names the line and a cure.
    """

    def __init__(self, model: Module, loss: Any, X: list[Any], y: list[Any], optimizer: Optimizer) -> None:
        import numpy as np

        if loss not in _WITHOUT_BRANCHES:
            names = ", ".join(losses.LOSSES)
            raise TypeError(f'engine="compiled" knows the losses {names}; got {shown(loss)}: use engine="eager"')
        self.sample: int | None = None
        indices = any(isinstance(module, Embedding) for _, module in model.named_modules())
        self.X = np.array(X, dtype=np.int64 if indices else np.float64)
        classes = loss in _OF_CLASSES and not isinstance(y[0], list)
        self.y = np.array(y, dtype=np.int64 if classes else np.float64)
        self.single = not isinstance(predict(model, X[:1])[0], list)
        formula = _WITHOUT_BRANCHES[loss]

        def loss_and_outputs(x: Any, t: Any) -> list[Any]:
            outputs = model(x)
            if loss in _ELEMENT_BY_ELEMENT and isinstance(outputs, list):
                value = autograd.mean([formula(p, target) for p, target in zip(outputs, t, strict=True)])
            else:
                value = formula(outputs, t)
            return [value, *(outputs if isinstance(outputs, list) else [outputs])]

        self.program = autograd.compile(loss_and_outputs, optimizer.parameters, batched=True)
        self.program.load()
        self.optimizer: Any = InArrays(optimizer) if optimizer.takes_arrays else optimizer

    def __call__(self, batch: list[int]) -> tuple[float, Any, list[Any]]:
        """Loss, gradients and outputs of one batch."""
        if isinstance(self.optimizer, InArrays):
            self.program.theta = self.optimizer.numbers
        else:
            self.program.load()
        loss, gradient, outputs = self.program.loss_and_outputs(self.X[batch], self.y[batch])
        return loss, gradient.tolist(), (outputs[:, 0] if self.single else outputs).tolist()

    @contextmanager
    def epoch(self) -> Iterator[None]:
        """Inside ``with`` the parameters are arrays; at its end, also after an error, they are written back."""
        if not isinstance(self.optimizer, InArrays):
            yield
            return
        self.optimizer.take()
        try:
            yield
        finally:
            self.optimizer.put_back()


class InArrays:
    """An optimizer whose numbers and memory are arrays between ``take()`` and ``put_back()``.

    Each step is all or nothing, and bit for bit the same as the optimizer's own.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self._held: Any = None
        """The numbers, the step count and the memory, with one array in place of each list of the optimizer."""
        self._taken: Any = None

    def take(self) -> None:
        """Copy the numbers of the parameters and the memory of the optimizer into arrays."""
        import numpy as np

        numbers, _ = self.optimizer.snapshot()
        memory = {name: [np.array(entries)] for name, entries in self.optimizer.memory().items()}
        self._held = self._taken = [np.array(numbers)], (self.optimizer.steps, memory)

    def put_back(self) -> None:
        """Write the numbers into the parameters, and the memory into the optimizer."""
        if self._held is not self._taken:
            (numbers,), (steps, memory) = self._held
            lists = {name: entries[0].tolist() for name, entries in memory.items()}
            self.optimizer.restore((numbers.tolist(), (steps, lists)))

    @property
    def numbers(self) -> Any:
        """The parameters' numbers, as an array that must not be written to."""
        return self._held[0][0]

    def step(self, gradients: list[float]) -> None:
        """As ``Optimizer.step``."""
        import numpy as np

        numbers, state = self._held
        with np.errstate(all="ignore"):  # numbers that are not finite are found afterwards
            self._held = self.optimizer.proposed(numbers, [np.array(gradients)], state)  # type: ignore[list-item]

    def snapshot(self) -> Any:
        """A snapshot for ``restore``."""
        return self._held

    def restore(self, snapshot: Any) -> None:
        """Return to the state of a ``snapshot()``."""
        self._held = snapshot
