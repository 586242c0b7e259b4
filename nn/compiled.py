"""How does ``fit`` train with compiled programs instead of graphs of Values?

A model and a loss for one sample are traced once and become a program over all samples of a batch; see
``autograd.compile``. The loop, the optimizers and the metrics stay the same, and so do the numbers, to rounding.
Read before: ``training``.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import autograd
from autograd import log, log1p, relu, softplus, take, where

from . import losses
from .inputs import shown
from .module import Module
from .normalization import Embedding
from .schedules import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .optimizers import Optimizer
    from .training import Training

    Loss = Callable[[Any, Any], Any]


def _hinge(p: Any, t: Any) -> Any:
    return relu(1.0 - p * t)


def _binary_cross_entropy(p: Any, t: Any) -> Any:
    # Both sides of a `where` are computed: what is multiplied by 0 must not be infinite.
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
"""For one sample, what each loss computes once its target has been checked, without asking for the target's number."""

_OF_CLASSES = (losses.cross_entropy, losses.negative_log_likelihood)
_ELEMENT_BY_ELEMENT = (losses.hinge, losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits)


class CompiledEngine:
    """What ``EagerEngine`` does, with a program: called with a batch it gives loss, gradients and outputs.

    The program looks at the beginning of each epoch whether what the model reads has changed, and at each step where
    code of the user's own runs between steps. What is not finite or cannot be computed is left to the eager engine,
    whose error names the sample. ``fall_back``: train with the eager engine where the model cannot be traced again.
    Raises ``TypeError`` where the model or the loss cannot be traced; the message names the line and a cure.
    """

    def __init__(self, training: Training, fall_back: bool = False) -> None:
        model, loss = training.model, training.loss
        if loss not in _WITHOUT_BRANCHES:
            names = ", ".join(losses.LOSSES)
            raise TypeError(f'engine="compiled" knows the losses {names}; got {shown(loss)}: use engine="eager"')
        self.training, self.fall_back, self.eager = training, fall_back, training.engine
        self.sample: int | None = None
        self._read_data()
        formula = _WITHOUT_BRANCHES[loss]

        def loss_and_outputs(x: Any, t: Any) -> list[Any]:
            outputs = model(x)
            if loss in _ELEMENT_BY_ELEMENT and isinstance(outputs, list):
                value = autograd.mean([formula(p, target) for p, target in zip(outputs, t, strict=True)])
            else:
                value = formula(outputs, t)
            return [value, outputs]

        self.program = autograd.compile(loss_and_outputs, training.optimizer.parameters, batched=True)
        self.program.name = f"{type(model).__name__} with its loss"
        self.program.load()
        self.optimizer: Any = training.optimizer
        self.given_up = False
        """Whether the eager engine has taken over."""
        size = min(training.batch_size, len(self.X))
        self.program.prepare(self.X[:size], self.y[:size])
        for name, thing in {"the optimizer": training.optimizer, "the training": training}.items():
            if self.program.reads(thing):
                raise TypeError(f'the model reads {name}, which changes at every step: use engine="eager"')
        _check_targets(loss, self._shape(), training.y)

    def _read_data(self) -> None:
        """The samples and targets as arrays."""
        import numpy as np

        training = self.training
        self._data = _copied(training.X), _copied(training.y)
        indices = any(isinstance(module, Embedding) for _, module in training.model.named_modules())
        self.X = np.array(training.X, dtype=np.int64 if indices else np.float64)
        classes = training.loss in _OF_CLASSES and not isinstance(training.y[0], list)
        self.y = np.array(training.y, dtype=np.int64 if classes else np.float64)

    def _shape(self) -> Any:
        """None where the model gives one number, else a list with one entry for each."""
        return self.program.plan.shape[1]

    def __call__(self, batch: list[int]) -> tuple[float, Any, list[Any]]:
        """Loss, gradients and outputs of one batch."""
        import numpy as np

        if self.given_up:
            return self._eagerly(batch)
        if isinstance(self.optimizer, InArrays):
            self.program.theta = self.optimizer.numbers
        else:
            self.program.load()
        try:
            loss, gradient, outputs = self.program.loss_and_outputs(self.X[batch], self.y[batch])
        except TypeError:
            if not self.fall_back:
                raise
            self.given_up = True
            self.training.history.engine = "eager"
            return self._eagerly(batch)
        except (ArithmeticError, ValueError):
            return self._eagerly(batch)
        if not (np.isfinite(loss) and np.isfinite(gradient).all() and np.isfinite(outputs).all()):
            return self._eagerly(batch)
        return loss, gradient.tolist(), (outputs[:, 0] if self._shape() is None else outputs).tolist()

    def _eagerly(self, batch: list[int]) -> tuple[float, Any, list[Any]]:
        """One step with the eager engine, at the numbers where training stands."""
        if isinstance(self.optimizer, InArrays):
            self.optimizer.show()
        self.sample = None
        try:
            given: tuple[float, Any, list[Any]] = self.eager(batch)
            return given
        finally:
            self.sample = self.eager.sample

    @contextmanager
    def epoch(self) -> Iterator[None]:
        """Within it the parameters are arrays, which are put back at its end, whatever happens."""
        training = self.training
        if training.callbacks and (training.X, training.y) != self._data:
            self._read_data()
        optimizer = training.optimizer
        if self.given_up or _is_own(training.schedule) or _is_own(optimizer):
            self.optimizer = optimizer
            yield  # other code may run between steps, and change anything
            return
        with self.program.assume_unchanged():
            if not optimizer.takes_arrays:
                self.optimizer = optimizer
                yield
                return
            self.optimizer = arrays = InArrays(optimizer)
            arrays.take()
            try:
                yield
            finally:
                arrays.put_back()


def _is_own(thing: Any) -> bool:
    """Whether an optimizer or a schedule is, or has, code of the user's own."""
    home = str(getattr(thing, "__module__", ""))  # of a function, or of an object's class
    parts = [part for part in getattr(thing, "__dict__", {}).values() if callable(part)]
    own = any(map(_is_own, parts)) if isinstance(thing, Schedule) else bool(parts)
    return own or home.split(".")[0] != "nn"


def remembered(model: Any) -> Callable[[], None]:
    """A function that puts the model, and the sources of random numbers, back to where they are now.

    For the objects, lists and dictionaries that the model holds, and the sources in them; what a model counts in
    global names is not put back.
    """
    import random
    import sys
    from collections import deque

    undo: list[tuple[Callable[..., Any], Any]] = [(random.setstate, random.getstate())]
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        undo.append((numpy.set_state, numpy.get_state()))
    seen, todo = set(), [model]
    while todo:
        thing = todo.pop()
        if id(thing) in seen or isinstance(thing, (autograd.Value, autograd.Primitive, type, str, float, int)):
            continue
        seen.add(id(thing))
        if isinstance(thing, random.Random):
            undo.append((thing.setstate, thing.getstate()))
        elif hasattr(thing, "bit_generator"):
            undo.append((partial(setattr, thing.bit_generator, "state"), thing.bit_generator.state))
        elif isinstance(thing, (list, deque)):
            undo.append((partial(_refilled, thing), list(thing)))
            todo += thing
        elif isinstance(thing, dict):
            undo.append((partial(_refilled, thing), dict(thing)))
            todo += thing.values()
        elif not callable(thing) or isinstance(thing, Module):
            todo.append(getattr(thing, "__dict__", None))

    def put_back() -> None:
        for restore, state in undo:
            restore(state)

    return put_back


def _refilled(container: Any, content: Any) -> None:
    container.clear()
    (container.update if isinstance(container, dict) else container.extend)(content)


def _copied(rows: list[Any]) -> list[Any]:
    return [row.copy() if isinstance(row, list) else row for row in rows]


class InArrays:
    """An optimizer whose numbers and memory are arrays between ``take()`` and ``put_back()``.

    Each step is all or nothing, and gives the same bits as the optimizer's own.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        self.optimizer = optimizer
        self._held: Any = None
        """The numbers, the number of steps and the memory: a list of one array for each list of the optimizer."""
        self._taken: Any = None

    def take(self) -> None:
        """Begin with what the parameters and the optimizer hold now."""
        import numpy as np

        numbers, _ = self.optimizer.snapshot()
        memory = {name: [np.array(entries)] for name, entries in self.optimizer.memory().items()}
        self._held = self._taken = [np.array(numbers)], (self.optimizer.steps, memory)

    def show(self) -> None:
        """Write the numbers into the parameters now, for who looks at them there."""
        autograd.assign(self.optimizer.parameters, data=self.numbers.tolist())
        self._taken = None

    def put_back(self) -> None:
        """Write the numbers into the parameters, and the memory into the optimizer."""
        if self._held is not self._taken:
            (numbers,), (steps, memory) = self._held
            lists = {name: entries[0].tolist() for name, entries in memory.items()}
            self.optimizer.restore((numbers.tolist(), (steps, lists)))

    @property
    def numbers(self) -> Any:
        """The parameters' numbers, as an array that is not to be written to."""
        return self._held[0][0]

    def step(self, gradients: list[float]) -> None:
        """As ``Optimizer.step``."""
        import numpy as np

        numbers, state = self._held
        with np.errstate(all="ignore"):  # what is not finite is found afterwards
            self._held = self.optimizer.proposed(numbers, [np.array(gradients)], state)  # type: ignore[list-item]

    def snapshot(self) -> Any:
        """What ``restore`` needs to come back to this moment."""
        return self._held

    def restore(self, snapshot: Any) -> None:
        """Go back to the moment of a ``snapshot()``."""
        self._held = snapshot


def _check_targets(loss: Any, shape: Any, y: list[Any]) -> None:
    """Let the loss itself look at every target, with a prediction that it accepts."""
    loss([0.5 if shape is None else [0.5] * len(shape) for _ in y], y)
