"""What does the loop look like that turns data into a trained model?

Four steps for each batch: forward, loss, backward, update. An engine does the first three and gives the loss and one
gradient for each parameter; the optimizer does the fourth. All the rest is bookkeeping around these two calls.
Read before: ``optimizers``, ``schedules``, ``metrics``. Read after: ``checkpoint``, ``diagnostics``.
"""

from __future__ import annotations

import math
import os
import time
import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from autograd import Value, assign, no_grad

from .clipping import gradient_norm, scaled_to_norm
from .collector import resting_collector
from .data import batch_indices, train_test_split
from .evaluation import decision_threshold, evaluate, measured, predict
from .history import EarlyStopping, History, find_stopping
from .inputs import as_list, choose, random_source, real_number, samples_and_targets, shown, whole_number
from .losses import TAKES_LOGITS, find_loss
from .metrics import find_metrics, number_of, plain
from .module import Module
from .optimizers import find_optimizer
from .progress import Progress
from .schedules import find_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

WORTH_COMPILING = 1_000_000
"""Parameters times samples times epochs: less than this is trained before it is compiled."""

_FAILURES = (ArithmeticError, ValueError)  # FloatingPointError, OverflowError and ZeroDivisionError are arithmetic


def fit(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Any,
    optimizer: Any,
    epochs: int,
    batch_size: int | None = None,
    validation: Any = None,
    schedule: Any = None,
    early_stopping: Any = None,
    callbacks: Sequence[Any] = (),
    metrics: Any = ("accuracy",),
    progress: bool = True,
    seed: Any = None,
    clip_norm: float | None = None,
    checkpoint: Any = None,
    resume: bool = False,
    engine: str = "eager",
) -> History:
    """Train ``model`` on samples ``X`` and targets ``y`` for ``epochs`` passes, and tell what happened.

    ``loss``: a name in ``nn.losses`` or a callable (predictions, targets) that gives one Value.
    ``optimizer``: an optimizer, or a name for one with default settings. ``batch_size``: samples in a step, all by
    default. ``validation``: a pair (X, y), or the share of the data to hold back; the parameters with the lowest
    validation loss are the ones kept. ``schedule``: a name or a callable from epochs passed to a factor.
    ``early_stopping``: a patience in epochs. ``callbacks``: each is called with the ``Training`` after each epoch.
    ``metrics``: names or callables (outputs, targets); accuracy is left out where targets are no classes.
    ``seed``: for shuffling and splitting. ``clip_norm``: longest gradient. ``checkpoint``: a file written after each
    epoch, from which ``resume=True`` continues bit for bit. ``engine``: ``"eager"`` builds a graph for each batch,
    ``"compiled"`` traces the model once and trains with arrays, ``"auto"`` compiles where that works and pays.

    Each step is all or nothing. Ctrl-C returns the history so far. Where a step fails (an overflow, a domain error, a
    loss or gradient that is not finite), the same kind of error is raised with the step and the sample in its message
    and the history in its attribute ``history``, and the last parameters that gave a finite loss are back in place.
    Wrong arguments raise ``TypeError`` or ``ValueError`` before anything has changed.

    >>> from nn import Neuron, SGD
    >>> model = Neuron(1, nonlin=False, init="zeros")
    >>> history = fit(model, [[1.0]], [2.0], loss="mean_squared_error", optimizer=SGD(model, 0.25), epochs=2,
    ...               progress=False)
    >>> history["loss"], model.w[0].data         # error 2, then weight and bias move by 0.25*2*2 each
    ([4.0, 0.0], 1.0)
    """
    training = Training(model, X, y, loss, optimizer, epochs, batch_size, validation, seed)
    training.schedule = find_schedule(schedule, training.epochs)
    training.stopping = find_stopping(early_stopping)
    training.callbacks = list(as_list(callbacks, "callbacks", "a list of functions, such as [print]"))
    for callback in training.callbacks:
        if not callable(callback):
            raise TypeError(f"a callback must be callable with one argument, the training; got {shown(callback)}")
    training.metrics = find_metrics(metrics)
    training.clip_norm = None if clip_norm is None else real_number(clip_norm, "clip_norm", 0, above=True)
    training.checkpoint = checkpoint
    if checkpoint is not None and not isinstance(checkpoint, (str, os.PathLike)):
        raise TypeError(f"checkpoint must be the path of a file, such as 'training.json', got {shown(checkpoint)}")
    for name, switch in {"progress": progress, "resume": resume}.items():
        if not isinstance(switch, bool):
            raise TypeError(f"{name} must be True or False, got {shown(switch)}")
    if resume and checkpoint is None:
        raise ValueError("resume=True needs checkpoint=path: there is no file to continue from")
    training.try_out()
    training.use_engine(choose(engine, ("eager", "compiled", "auto"), "engine"))
    if resume:
        from .checkpoint import resume_training

        resume_training(training)
    training.run(progress)
    return training.history


class EagerEngine:
    """Forward, loss, backward with a graph of Values that is built anew for each batch.

    An engine is called with a batch (the numbers of its samples) and gives the loss, one gradient for each parameter
    and the outputs, all plain numbers. ``sample`` is the one at work, for messages. Within ``epoch()``, its
    ``optimizer`` takes the steps.
    """

    def __init__(self, model: Any, loss: Any, X: list[Any], y: list[Any], optimizer: Any) -> None:
        self.model, self.loss, self.X, self.y, self.optimizer = model, loss, X, y, optimizer
        self.sample: int | None = None

    def __call__(self, batch: list[int]) -> tuple[float, list[float], list[Any]]:
        """Loss, gradients and outputs of one batch."""
        model, X = self.model, self.X
        outputs = []
        for self.sample in batch:
            outputs.append(model(X[self.sample]))
        self.sample = None
        loss = self.loss(outputs, [self.y[i] for i in batch])
        if not isinstance(loss, Value):
            raise TypeError(f"loss must give one Value that depends on the predictions, got {shown(loss)}")
        if not math.isfinite(loss.data):
            self.sample = self._culprit(batch, outputs)
        parameters = self.optimizer.parameters
        for parameter in parameters:
            parameter.zero_grad()
        loss.backward()
        return loss.data, [parameter.grad for parameter in parameters], [plain(output) for output in outputs]

    def epoch(self) -> Any:
        """The optimizer is ready at any time."""
        return nullcontext()

    def _culprit(self, batch: list[int], outputs: list[Any]) -> int | None:
        """The first sample whose own loss is not finite."""
        with no_grad():
            for i, output in zip(batch, outputs, strict=True):
                try:
                    if not math.isfinite(number_of(self.loss([output], [self.y[i]]))):
                        return i
                except _FAILURES:
                    return i
        return None


class Training:
    """A run of ``fit`` as its callbacks see it: model, optimizer, history, ``epoch`` (from 1), and ``stop()``."""

    def __init__(
        self,
        model: Any,
        X: Any,
        y: Any,
        loss: Any,
        optimizer: Any,
        epochs: Any,
        batch_size: Any,
        validation: Any,
        seed: Any,
    ) -> None:
        if not isinstance(model, Module):
            raise TypeError(f"model must be a module such as nn.MLP(2, [16, 1]), got {shown(model)}")
        self.model, self.loss = model, find_loss(loss)
        self.X, self.y = samples_and_targets(X, y)
        self.source = random_source(seed)
        self.seed = seed
        self.validation = self._held_back(validation)
        self.epochs = whole_number(epochs, "epochs")
        self.batch_size = len(self.X) if batch_size is None else whole_number(batch_size, "batch_size")
        self.optimizer = find_optimizer(optimizer, model)
        self._name_parameters()
        self.history, self.epoch, self.batches_done = History(), 0, 0
        self.first_rate = self.optimizer.learning_rate
        self.schedule: Any = find_schedule(None, self.epochs)
        self.stopping: EarlyStopping | None = None
        self.callbacks: list[Any] = []
        self.metrics: dict[str, Any] = {}
        self.clip_norm: float | None = None
        self.checkpoint: Any = None
        self.digest: str | None = None  # of the data, for the checkpoint
        self.best: tuple[float, list[float]] | None = None
        self._last_good: Any = None
        self._stop_reason = ""
        self.engine: Any = EagerEngine(model, self.loss, self.X, self.y, self.optimizer)

    def _held_back(self, validation: Any) -> tuple[list[Any], list[Any]] | None:
        if validation is None:
            return None
        if isinstance(validation, (tuple, list)):
            if len(validation) != 2:
                raise ValueError(f"validation must be a pair (X, y), got {len(validation)} items")
            return samples_and_targets(validation[0], validation[1], "validation X", "validation y")
        share = real_number(validation, "validation", 0, 1, above=True, below=True)
        self.X, X_held, self.y, y_held = train_test_split(self.X, self.y, share, self.source)
        return X_held, y_held

    def _name_parameters(self) -> None:
        names = {id(parameter): name for name, parameter in self.model.named_parameters()}
        mine = [id(parameter) in names for parameter in self.optimizer.parameters]
        if not any(mine):
            raise ValueError("optimizer holds none of this model's parameters: make it with nn.SGD(model) or the like")
        self.optimizer.names = [
            names.get(id(parameter), name)
            for name, parameter in zip(self.optimizer.names, self.optimizer.parameters, strict=True)
        ]

    def try_out(self) -> None:
        """Predict one sample and take its loss, so that sizes that do not fit are found before anything changes."""
        for X, y in [(self.X, self.y), *([self.validation] if self.validation else [])]:
            outputs = predict(self.model, X[:1])
            with no_grad():
                self.loss([_as_values(output) for output in outputs], y[:1])
            measured(self.metrics, outputs, y[:1], 0.0)
        name = getattr(self.loss, "__name__", "")
        if name in TAKES_LOGITS and decision_threshold(self.model):
            warnings.warn(
                f"{name} applies {TAKES_LOGITS[name]} itself, and this model's last activation has done so already: "
                'it learns badly; take output_activation="identity"',
                UserWarning,
                stacklevel=3,
            )

    def use_engine(self, choice: str) -> None:
        """Compile the model, if asked to, or if the work is worth it and it can be compiled."""
        work = len(self.optimizer.parameters) * len(self.X) * self.epochs
        if choice == "eager" or (choice == "auto" and work < WORTH_COMPILING):
            return
        from .compiled import CompiledEngine, remembered

        mode, put_back = self.model.training, remembered(self.model)
        self.model.train()
        try:
            self.engine = CompiledEngine(self, fall_back=choice == "auto")
            self.history.engine = "compiled"
        except TypeError:
            if choice == "compiled":
                raise
            put_back()
        finally:
            self.model.train(mode)

    def stop(self, reason: str = "callback") -> None:
        """End training after this epoch."""
        self._stop_reason = str(reason)

    def run(self, show: bool) -> None:
        """All epochs that are left, with the collector at rest; afterwards the best parameters are in place."""
        progress = Progress(self.epochs, self.epoch, bool(show))
        mode = self.model.training
        self.model.train()
        try:
            with resting_collector():
                while self.epoch < self.epochs and not self._stop_reason:
                    progress.show(self.epoch + 1, self._one_epoch())
            self.history.stopped = self._stop_reason or "finished"
        except KeyboardInterrupt:
            self.history.stopped = "interrupted"
        finally:
            progress.close()
            self.model.train(mode)
            self.optimizer.learning_rate = self.first_rate
        if self.best is not None:
            assign(self.optimizer.parameters, data=self.best[1])

    def _one_epoch(self) -> dict[str, float]:
        began = time.perf_counter()
        whole = self.batch_size >= len(self.X)
        batches = batch_indices(len(self.X), self.batch_size, None if whole else self.source)
        losses, norms, outputs, order = [], [], [], []
        with self.engine.epoch():
            for number, batch in enumerate(batches):
                self.optimizer.learning_rate = self.first_rate * self.schedule(self.epoch + number / len(batches))
                loss, norm, given = self._one_step(batch)
                losses.append(loss * len(batch))
                norms.append(norm)
                outputs += given
                order += batch
        self.epoch += 1
        row = {"loss": math.fsum(losses) / len(self.X)}
        row.update(measured(self.metrics, outputs, [self.y[i] for i in order], decision_threshold(self.model)))
        row.update(self._validated())
        row["learning_rate"], row["gradient_norm"] = self.optimizer.learning_rate, max(norms)
        row["seconds"] = time.perf_counter() - began
        self.history.add(row)
        self._after_epoch()
        return row

    def _one_step(self, batch: list[int]) -> tuple[float, float, list[Any]]:
        before = self.engine.optimizer.snapshot()
        try:
            loss, gradients, outputs = self.engine(batch)
            norm = gradient_norm(gradients)
            if self.clip_norm is not None and math.isfinite(norm):
                gradients = scaled_to_norm(gradients, norm, self.clip_norm)
            self.engine.optimizer.step(gradients)
        except _FAILURES as error:
            self.history.stopped = "error"
            raise self._explained(error) from error
        self._last_good = before  # these gave a finite loss; what the new ones give, the next step will show
        self.batches_done += 1
        return loss, norm, outputs

    def _validated(self) -> dict[str, float]:
        if self.validation is None:
            return {}
        results = evaluate(self.model, *self.validation, loss=self.loss, metrics=list(self.metrics.values()))
        if self.best is None or results["loss"] < self.best[0]:
            self.best = results["loss"], [parameter.data for parameter in self.optimizer.parameters]
            self.history.best_epoch = self.epoch
        return {f"validation_{name}": number for name, number in results.items()}

    def watched(self) -> list[float]:
        """The losses that decide about early stopping: the validation set's, if there is one."""
        return self.history["validation_loss" if self.validation else "loss"]

    def _after_epoch(self) -> None:
        if self.stopping is not None and self.stopping.is_time(self.watched()):
            self.stop("early stopping")
        if self.checkpoint is not None:
            from .checkpoint import save_training

            save_training(self)
        for callback in self.callbacks:
            callback(self)

    def _explained(self, error: Exception) -> Exception:
        """The same kind of error with the place in its message; the last good parameters are put back."""
        if self._last_good is not None:
            self.engine.optimizer.restore(self._last_good)
        place = f"training stopped in epoch {self.epoch + 1}, step {self.batches_done + 1}"
        if self.engine.sample is not None:
            place += f", sample {self.engine.sample}"
        kind = next(kind for kind in _KINDS if isinstance(error, kind))
        explained: Any = kind(f"{place}: {error}; the last good parameters are in place")
        explained.history = self.history
        failure: Exception = explained
        return failure


_KINDS = (FloatingPointError, OverflowError, ZeroDivisionError, ArithmeticError, ValueError)


def _as_values(output: Any) -> Any:
    return [Value(item) for item in output] if isinstance(output, list) else Value(output)
