"""How does ``fit`` train with compiled programs instead of graphs of Values?

A model and a loss for one sample are traced once and become a program over all samples of a batch; see
``autograd.compile``. The loop, the optimizers and the metrics are the same; the numbers agree up to rounding.
Read before: ``eager``, ``forward``.
"""

from __future__ import annotations

import hashlib
import marshal
import math
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any, Protocol

import autograd
from autograd import log, log1p, relu, softplus, take, where, xlogy
from nn import losses
from nn.checks import all_finite, shown
from nn.engines.eager import FAILURES, EagerEngine
from nn.engines.forward import NOT_WHOLE, are_whole, check_numpy, prepare, takes_indices
from nn.engines.restore import explain_refusal, remembered
from nn.module import Module
from nn.samples import shape_of
from nn.schedules import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from nn.history import History
    from nn.optimizers import Optimizer

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


def _kl_divergence(logs: Any, t: Any) -> Any:
    return autograd.dot([-share for share in t], logs, autograd.sum([xlogy(share, share) for share in t]))


_WITHOUT_BRANCHES: dict[Loss, Loss] = {
    losses.hinge: _hinge,
    losses.binary_cross_entropy: _binary_cross_entropy,
    losses.binary_cross_entropy_with_logits: _binary_cross_entropy_with_logits,
    losses.cross_entropy: autograd.cross_entropy,
    losses.negative_log_likelihood: _negative_log_likelihood,
    losses.mean_squared_error: losses.mean_squared_error,
    losses.mean_absolute_error: losses.mean_absolute_error,
    losses.huber: losses.huber,
    losses.smooth_l1: losses.smooth_l1,
    losses.kl_divergence: _kl_divergence,
}
"""The formula of each loss for one sample whose target has been checked: it does not branch on the target."""

MAX_ACCEPTED = 10_000
"""How many sets of targets are remembered as checked."""

_OF_CLASSES = (losses.cross_entropy, losses.negative_log_likelihood)
_ELEMENT_BY_ELEMENT = (losses.hinge, losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits)


class Run(Protocol):
    """The attributes of a ``Training`` that its engine uses."""

    model: Module
    loss: Any
    X: Any
    y: Any
    weights: Any
    stream: Any
    batch_size: int
    optimizer: Any
    schedule: Any
    callbacks: Any
    history: History
    engine: Any
    source: Any
    epoch: int
    dtype: str

    def check_targets(self, targets: Any) -> None:
        """Raise ``TypeError`` or ``ValueError`` if the loss does not accept one of these."""


class CompiledEngine:
    """The counterpart of ``EagerEngine``: called with a batch, its program gives loss, gradients and outputs.

    The program checks whether anything that the model reads has changed: at the beginning of each epoch, and at each
    step if the user's own code runs between steps. A step that cannot be computed or is not finite is left to the eager
    engine, whose error names the sample. ``fall_back``: use the eager engine if the model cannot be traced again.
    Raises ``TypeError`` if the model or the loss cannot be traced; the message names the line and a cure.
    """

    backend, name = "auto", "compiled"

    def __init__(self, training: Run, fall_back: bool = False) -> None:
        model, loss = training.model, training.loss
        if loss not in _WITHOUT_BRANCHES:
            names = ", ".join(losses.LOSSES)
            raise TypeError(
                f'engine="{self.name}" knows the losses {names}; got {shown(loss)}, which takes a whole batch: '
                f'use engine="eager", or write the loop yourself, around autograd.compile of the loss of one sample'
            )
        self.training, self.fall_back = training, fall_back
        self.eager: EagerEngine = training.engine
        self.sample: int | None = None
        self._integers = takes_indices(model), loss in _OF_CLASSES
        self.valid = True
        """Whether arrays can be made of the data, and the loss accepts the targets: a callback may change them."""
        self.load()
        formula = _WITHOUT_BRANCHES[loss]

        def loss_and_outputs(x: Any, t: Any, *weight: Any) -> list[Any]:
            outputs = model(x)
            if loss in _ELEMENT_BY_ELEMENT and isinstance(outputs, list):
                value = autograd.mean([formula(p, target) for p, target in zip(outputs, t, strict=True)])
            else:
                value = formula(outputs, t)
            return [value * weight[0] if weight else value, outputs]

        self.program = autograd.compile(
            loss_and_outputs, training.optimizer.parameters, True, self.backend, training.dtype
        )
        self.program.name = f"{type(model).__name__} with its loss"
        self.evaluation = autograd.compile(loss_and_outputs, training.optimizer.parameters, batched=True)
        """The same, but not on JAX: for validation data, with dropout off."""
        self._accepted: set[Any] = set()
        """Digests of targets that have been checked."""
        self.evaluates = True
        """Whether the model can be compiled as it is with dropout off."""
        self.program.load()
        self.optimizer: Any = training.optimizer
        self.given_up = False
        """Whether the eager engine has taken over."""
        prepare(self.program, self._arrays(range(min(training.batch_size, len(self.X)))), model)
        for name, thing in {"the optimizer": training.optimizer, "the training": training}.items():
            if self.program.reads(thing):
                raise TypeError(f'the model reads {name}, which changes at every step: use engine="eager"')

    def load(self) -> None:
        """Make arrays of the data of the training. An array is used as it is, not copied."""
        check_numpy()
        import numpy as np

        X, y, weights = self.training.X, self.training.y, self.training.weights
        self._data = _copied(X), _copied(y), _copied(weights)
        self._targets = y.copy() if self.training.callbacks and not isinstance(y, list) else None
        self._kinds = self._kinds_of(y)
        self._readable = self._can_read(X)
        self.X, self.y = (
            np.array(data, dtype=kind) if isinstance(data, list) else data
            for data, kind in zip((X, y), self._kinds, strict=True)
        )
        self.weights = np.array(weights, dtype=np.float64) if isinstance(weights, list) else weights

    def _kinds_of(self, y: Any) -> list[Any]:
        """The types of the arrays of samples and of these targets."""
        import numpy as np

        of_samples, of_targets = self._integers
        classes = of_targets and not shape_of(y)  # otherwise the probability of each class
        return [np.dtype(np.int64 if integers else np.float64) for integers in (of_samples, classes)]

    def _can_read(self, rows: Any) -> bool:
        """Whether no sample would be truncated: a program with an ``Embedding`` takes whole numbers only."""
        return not self._integers[0] or are_whole(rows)

    def _arrays(self, batch: Any) -> list[Any]:
        """The arguments of the program for some samples."""
        import numpy as np

        if not self._readable:
            raise TypeError(NOT_WHOLE)
        whole = isinstance(batch, range) and len(batch) == len(self.X)
        indices = batch if isinstance(batch, range) else np.array(batch, dtype=np.intp)
        given = [self.X, self.y] if whole else [_taken(self.X, indices), _taken(self.y, indices)]
        arrays = [np.asarray(data, dtype=kind) for data, kind in zip(given, self._kinds, strict=True)]
        if self.weights is not None:
            weights = np.asarray(self.weights[indices], dtype=np.float64)
            arrays.append(weights * (len(weights) / (weights.sum() or 1.0)))  # the program takes the mean over samples
        return arrays

    def _follow_data(self) -> None:
        """A callback may have changed the samples, the targets or their weights."""
        import numpy as np

        training = self.training
        samples, targets, weights = map(_same, (training.X, training.y, training.weights), self._data)
        targets = targets and (self._targets is None or np.array_equal(self._targets, training.y))
        if not (samples and targets and weights):
            try:
                self.load()
                if not (targets and self.valid):
                    training.check_targets(training.y)
                self.valid = True
            except (TypeError, ValueError):
                self.valid = False  # the eager engine computes the samples, and says which of them is wrong
        elif self._integers[0]:
            self._readable = self._can_read(training.X)

    def _shape(self) -> Any:
        """None if the model has a single output, else a list with one entry per output."""
        return self.program.plan.shape[1]

    def __call__(self, batch: Sequence[int]) -> tuple[float, Any, Any]:
        """Loss, gradients and outputs of one batch."""
        import numpy as np

        if self.given_up:
            return self._eagerly(batch)
        if self.training.callbacks.after_batch:
            self._follow_data()
        if not self.valid:
            return self._eagerly(batch)
        if isinstance(self.optimizer, InArrays):
            self.program.theta = self.optimizer.numbers
        else:
            self.program.load()
        try:
            loss, gradient, outputs = self.program.loss_and_outputs(*self._arrays(batch))
        except TypeError:
            if not self.fall_back:
                explain_refusal(self.training.model)
                raise
            self.given_up = True
            self.training.history.engine = "eager"
            return self._eagerly(batch)
        except (ArithmeticError, ValueError):
            return self._eagerly(batch)
        if not (math.isfinite(loss) and all_finite(gradient) and np.isfinite(outputs).all()):
            return self._eagerly(batch)
        gradient = gradient if isinstance(self.optimizer, InArrays) else gradient.tolist()
        return loss, gradient, outputs[:, 0] if self._shape() is None else outputs

    def computed(self, rows: Any, targets: Any) -> tuple[Any, Any]:
        """As ``EagerEngine.computed``, which computes what cannot be compiled, fails, or is not finite."""
        import numpy as np

        if self.given_up or not self.evaluates or not self._can_read(rows) or not self._accepts(targets):
            return self.eager.computed(rows, targets)
        kinds = self._kinds_of(targets)
        arrays = [np.asarray(data, dtype=kind) for data, kind in zip((rows, targets), kinds, strict=True)]
        program, put_back = self.evaluation, remembered(self.training.model)
        program.load()
        with program.assume_unchanged(), suppress(*FAILURES):
            try:
                prepare(program, arrays, self.training.model)
            except TypeError:
                put_back()
                self.evaluates = False
                return self.eager.computed(rows, targets)
            found = program.outputs(*arrays)
            if np.isfinite(found).all():
                outputs = found[:, 1] if program.plan.shape[1] is None else found[:, 1:]
                return outputs.tolist(), found[:, 0]
        return self.eager.computed(rows, targets)

    def _accepts(self, targets: Any) -> bool:
        """Whether the loss accepts these targets: the compiled formula does not check them."""
        key = _digest(targets)
        if key is None or key not in self._accepted:
            try:
                self.training.check_targets(targets)
            except (TypeError, ValueError):
                return False
            if len(self._accepted) > MAX_ACCEPTED:
                self._accepted.clear()
            self._accepted.add(key)
        return True

    def _eagerly(self, batch: Sequence[int]) -> tuple[float, Any, Any]:
        """One step with the eager engine, with the current numbers of the parameters."""
        if isinstance(self.optimizer, InArrays):
            self.optimizer.show()
        self.sample = None
        try:
            return self.eager(batch)
        finally:
            self.sample = self.eager.sample

    @contextmanager
    def epoch(self) -> Iterator[None]:
        """Inside ``with`` the parameters are arrays; at its end, also after an error, they are written back."""
        training = self.training
        if training.callbacks:
            self._follow_data()
        optimizer = training.optimizer
        if isinstance(self.optimizer, InArrays):  # inside a context that covers several epochs
            yield
            return
        if self.given_up or _is_own(training.schedule) or _is_own(optimizer) or training.callbacks.after_batch:
            self.optimizer = optimizer
            yield  # other code may run between steps, and change anything
            return
        read = training.stream is None or isinstance(training.stream.source, (list, tuple))
        with self.program.assume_unchanged() if read else nullcontext():  # else code that makes batches runs
            if not optimizer.takes_arrays:
                self.optimizer = optimizer
                yield
                return
            self.optimizer = arrays = InArrays(optimizer)
            arrays.take()
            try:
                yield
            finally:
                self.optimizer = optimizer
                arrays.put_back()


def _is_own(thing: Any) -> bool:
    """Whether an optimizer or a schedule is or contains code of the user's."""
    home = str(getattr(thing, "__module__", ""))  # of a function, or of an object's class
    kept = getattr(thing, "__dict__", {}).values()  # an optimizer keeps its model, which is traced
    parts = [part for part in kept if callable(part) and not isinstance(part, Module)]
    own = any(map(_is_own, parts)) if isinstance(thing, Schedule) else bool(parts)
    return own or home.split(".")[0] != "nn"


def _taken(data: Any, indices: Any) -> Any:
    """``data[indices]``; ``take`` needs less time, but would first copy an array that is not contiguous."""
    quick = data.flags.c_contiguous and data.flags.aligned and not isinstance(indices, range)
    return data.take(indices, 0) if quick else data[indices]


def _digest(rows: Any) -> Any:
    """A short text that other data does not have; ``None`` if there is none."""
    try:
        kind, data = (
            ("", marshal.dumps(rows)) if isinstance(rows, list) else (f"{rows.dtype}{rows.shape}", rows.tobytes())
        )
    except (ValueError, TypeError):  # numbers of other types
        return None
    return kind, hashlib.blake2b(data).digest()


def _copied(rows: Any) -> Any:
    return [_copied(row) if isinstance(row, list) else row for row in rows] if isinstance(rows, list) else rows


def _same(rows: Any, before: Any) -> bool:
    """Whether the data is the same: equal lists, or one array, which is read where it is."""
    return rows is before or (isinstance(rows, list) and isinstance(before, list) and rows == before)


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

    def show(self) -> None:
        """Write the numbers into the parameters before the end, for code that reads them there."""
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
        """The parameters' numbers, as an array that must not be written to."""
        return self._held[0][0]

    def step(self, gradients: Any) -> None:
        """As ``Optimizer.step``; the gradients may also be an array."""
        import numpy as np

        numbers, state = self._held
        with np.errstate(all="ignore"):  # numbers that are not finite are found afterwards
            self._held = self.optimizer.proposed(numbers, [np.asarray(gradients)], state)  # type: ignore[list-item]

    def snapshot(self) -> Any:
        """A snapshot for ``restore``."""
        return self._held

    def restore(self, snapshot: Any) -> None:
        """Return to the state of a ``snapshot()``."""
        self._held = snapshot
