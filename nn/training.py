"""What does the loop look like that turns data into a trained model?

There are four steps for each batch: forward, loss, backward, update. An engine does the first three and gives the loss
and one gradient per parameter; the optimizer does the fourth. Everything else is bookkeeping around these two calls.
Read before: ``optimizers``, ``schedules``, ``metrics``. Read after: ``compiled``, ``fit``.
"""

from __future__ import annotations

import math
import time
import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from autograd import Value, assign, no_grad
from autograd.pause_gc import pause_gc

from .callbacks import Callbacks
from .checks import random_source, real_number, samples_and_targets, shown, whole_number
from .clipping import scaled_to_norm
from .data import batch_indices, train_test_split
from .evaluation import check_targets, decision_threshold, evaluate, measured, recorded_output
from .history import EarlyStopping, History
from .losses import TAKES_LOGITS, find_loss
from .metrics import number_of, plain
from .module import check_module
from .optimizers import find_optimizer
from .progress import Progress
from .schedules import find_schedule

if TYPE_CHECKING:
    from collections.abc import Callable

WORTH_COMPILING = 1_000_000
"""Parameters times samples times epochs: below this, training takes less time than compiling."""

_FAILURES = (ArithmeticError, ValueError)  # FloatingPointError, OverflowError and ZeroDivisionError are arithmetic


class EagerEngine:
    """Forward, loss and backward with a new graph of Values for each batch.

    An engine is called with a batch (the indices of its samples) and returns the loss, one gradient per parameter and
    the outputs, all plain numbers. ``sample`` is the current sample, for error messages. Inside ``epoch()``, its
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
        """The optimizer needs no preparation."""
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
    """A run of ``fit`` as its callbacks see it: model, optimizer, history, and ``stop()``.

    ``epoch`` is the number of finished epochs, ``batches_done`` that of finished steps, ``batch_loss`` the loss of the
    last batch before its step.
    """

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
        self.model, self.loss = check_module(model), find_loss(loss)
        self.X, self.y = samples_and_targets(X, y)
        self.source = random_source(seed)
        self.seed = seed
        self.validation = self._held_back(validation)
        self.epochs = whole_number(epochs, "epochs")
        self.batch_size = len(self.X) if batch_size is None else whole_number(batch_size, "batch_size")
        self.optimizer = find_optimizer(optimizer, model)
        self._check_optimizer()
        self.history, self.epoch, self.batches_done, self.batch_loss = History(), 0, 0, math.nan
        self.base_rate = self.optimizer.learning_rate
        """The rate that the schedule's factor multiplies."""
        self.schedule: Any = find_schedule(None, self.epochs)
        self.stopping: EarlyStopping | None = None
        self.callbacks = Callbacks()
        self.metrics: dict[str, Any] = {}
        self.threshold: float | None = None
        self.clip_norm: float | None = None
        self.checkpoint: Any = None
        self.save_checkpoint: Callable[[Training], None] | None = None
        self.setup: dict[str, Any] | None = None  # for the checkpoint: the part that must be the same on resuming
        self.given: dict[str, Any] = {}  # for the checkpoint: the settings that the caller gave
        self.best: tuple[float, list[float]] | None = None
        self._last_good: Any = None
        self._rate = self.base_rate  # the rate that the schedule last set
        self._choice = "eager"
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

    def _check_optimizer(self) -> None:
        mine = set(map(id, self.model.parameters()))
        if not any(id(parameter) in mine for parameter in self.optimizer.parameters):
            raise ValueError("optimizer holds none of this model's parameters: make it with nn.SGD(model) or the like")

    def try_out(self) -> None:
        """Predict one sample and check all targets, so that errors are found before anything changes."""
        check_targets(self.model, self.loss, self.metrics, self.X, self.y)
        if self.validation is not None:
            try:
                check_targets(self.model, self.loss, self.metrics, *self.validation)
            except (TypeError, ValueError) as error:
                raise type(error)(f"validation data: {error}") from error
        name = getattr(self.loss, "__name__", "")
        output = recorded_output(self.model, self.X[0])
        first = output[0] if isinstance(output, list) else output
        made_by = getattr(getattr(first, "primitive", None), "name", "")
        if name in TAKES_LOGITS and made_by in TAKES_LOGITS.values():
            warnings.warn(
                f"{name} applies {TAKES_LOGITS[name]} itself, and this model's outputs already come from {made_by}: "
                'it learns badly; use output_activation="identity"',
                UserWarning,
                stacklevel=3,
            )

    def use_engine(self, choice: str) -> None:
        """Compile the model if required, or if that is worth it and possible."""
        self._choice = choice
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

    @property
    def is_last_epoch(self) -> bool:
        """Whether no epoch follows: all are done, or ``stop()`` was called."""
        return self.epoch >= self.epochs or bool(self._stop_reason)

    def run(self, show: bool) -> None:
        """Run the remaining epochs with the garbage collector paused; afterwards the model has the best parameters."""
        progress = Progress(self.epochs, self.epoch, bool(show))
        self._rate = self.optimizer.learning_rate
        mode = self.model.training
        self.model.train()
        try:
            with pause_gc():
                while self.epoch < self.epochs and not self._stop_reason:
                    progress.show(self.epoch + 1, self._one_epoch())
            self.history.stopped = self._stop_reason or "finished"
            self._evaluate_last()
        except KeyboardInterrupt:
            self.history.stopped = "interrupted"
        finally:
            progress.close()
            self.model.train(mode)
            self._note_rate()
            self.optimizer.learning_rate = self.base_rate
        self._put_best_back()

    def _one_epoch(self) -> dict[str, float]:
        began = time.perf_counter()
        if self.optimizer.follow():
            self._replace_parameters()
        whole = self.batch_size >= len(self.X)
        batches = batch_indices(len(self.X), self.batch_size, None if whole else self.source)
        losses, norms, outputs, order = [], [], [], []
        gradients: list[float] = []
        before = self._numbers()
        with self.engine.epoch():
            for number, batch in enumerate(batches):
                self.optimizer.learning_rate = self.base_rate * self.schedule(self.epoch + number / len(batches))
                self._rate = self.optimizer.learning_rate
                loss, gradients, norm, given = self._one_step(batch)
                losses.append(loss * len(batch))
                norms.append(norm)
                outputs += given
                order += batch
                self._after_batch(loss, gradients)
        assign(self.optimizer.parameters, grad=gradients)  # as after backward(), for every engine
        self.epoch += 1
        row = {"loss": math.fsum(losses) / len(self.X)}
        targets = [self.y[i] for i in order]
        row.update(
            measured(
                self.metrics, outputs, targets,
                lambda: decision_threshold(self.model, self.X[0], loss=self.loss, threshold=self.threshold),
            )
        )  # fmt: skip
        if self.validation is not None:
            row.update(self._validated(*self.validation))
        elif self.stopping is not None:
            self._keep_best(row["loss"], *((before, self.epoch - 1) if whole else (self._numbers(), self.epoch)))
        row["learning_rate"], row["gradient_norm"] = self.optimizer.learning_rate, max(norms)
        row["seconds"] = time.perf_counter() - began
        self.history.add(row)
        self._after_epoch()
        return row

    def _one_step(self, batch: list[int]) -> tuple[float, list[float], float, list[Any]]:
        before = self.engine.optimizer.snapshot()
        try:
            loss, gradients, outputs = self.engine(batch)
            norm = math.hypot(*gradients)
            clipped = gradients if self.clip_norm is None else scaled_to_norm(gradients, norm, self.clip_norm)
            self.engine.optimizer.step(clipped)
        except _FAILURES as error:
            place = f"training stopped in epoch {self.epoch + 1}, step {self.batches_done + 1}"
            if self.engine.sample is not None:
                place += f", sample {self.engine.sample}"
            if self._last_good is not None:
                self.engine.optimizer.restore(self._last_good)
            raise self._explained(error, place, self.epoch + 1, "last good") from error
        self._last_good = before  # these gave a finite loss; the next step shows what the new ones give
        self.batches_done += 1
        return loss, gradients, norm, outputs

    def _replace_parameters(self) -> None:
        """The model has other parameters now, so that everything kept of earlier epochs is dropped."""
        self.optimizer.call_as_in(self.model)
        self.best = self.history.best_epoch = self._last_good = None
        self.engine = EagerEngine(self.model, self.loss, self.X, self.y, self.optimizer)
        self.history.engine = "eager"
        try:
            self.use_engine(self._choice)
        except Exception as error:
            place = f"training stopped before epoch {self.epoch + 1}"
            explained = self._explained(error, place, self.epoch + 1, "last good")
            if explained is error:
                raise
            raise explained from error

    def _numbers(self) -> list[float]:
        return [parameter.data for parameter in self.optimizer.parameters]

    def _validated(self, X: list[Any], y: list[Any]) -> dict[str, float]:
        metrics = list(self.metrics.values())
        try:
            results = evaluate(self.model, X, y, loss=self.loss, metrics=metrics, threshold=self.threshold)
        except Exception as error:
            place, kept = f"validation failed in epoch {self.epoch}", "best"
            if self.best is None:
                kept = "last good"
                with self.engine.epoch():
                    self.engine.optimizer.restore(self._last_good)
            self._put_best_back()
            explained = self._explained(error, place, self.epoch, kept)
            if explained is error:
                raise
            raise explained from error
        self._keep_best(results["loss"], self._numbers(), self.epoch)
        return {f"validation_{name}": number for name, number in results.items()}

    def _keep_best(self, loss: float, parameters: list[float], epoch: int) -> None:
        """Keep the parameters of the model after ``epoch`` if their loss is the lowest."""
        if math.isfinite(loss) and (self.best is None or loss < self.best[0]):
            self.best, self.history.best_epoch = (loss, parameters), epoch

    def _put_best_back(self) -> None:
        if self.best is not None:
            assign(self.optimizer.parameters, data=self.best[1])

    def _evaluate_last(self) -> None:
        """With one batch per epoch, no step has measured the loss of the parameters after the last epoch: do it now."""
        if self.stopping is None or self.validation is not None or self.batch_size < len(self.X):
            return
        try:
            loss = evaluate(self.model, self.X, self.y, loss=self.loss, metrics=())["loss"]
        except _FAILURES:
            return
        self._keep_best(loss, self._numbers(), self.epoch)

    def _note_rate(self) -> None:
        """A rate that a callback has assigned to the optimizer becomes the base rate."""
        if (
            self.optimizer.learning_rate is not self._rate
        ):  # another object: it was assigned, perhaps with the same number
            self._rate = self.base_rate = self.optimizer.learning_rate

    def watched(self) -> list[float]:
        """The losses that early stopping watches: those of the validation set, if there is one."""
        return self.history["validation_loss" if self.validation else "loss"]

    def _after_batch(self, loss: float, gradients: list[float]) -> None:
        self.batch_loss = loss
        if self.callbacks.after_batch:
            assign(self.optimizer.parameters, grad=gradients)  # as after backward(), for every engine
            for callback in self.callbacks.after_batch:
                callback(self)
            self._note_rate()

    def _after_epoch(self) -> None:
        if self.stopping is not None and self.stopping.is_time(self.watched()):
            self.stop("early stopping")
        for callback in self.callbacks.after_epoch:
            callback(self)
        self._note_rate()
        if self.save_checkpoint is not None:
            self.save_checkpoint(self)

    def _explained(self, error: Exception, place: str, epoch: int, kept: str) -> Exception:
        """The same kind of error with the place in its message, and history and epoch in its attributes."""
        self.history.stopped = "error"
        kind = next((kind for kind in _KINDS if isinstance(error, kind)), None)
        explained: Any = error if kind is None else kind(f"{place}: {error}; the {kept} parameters are in place")
        explained.history, explained.epoch = self.history, epoch
        failure: Exception = explained
        return failure


_KINDS = (FloatingPointError, OverflowError, ZeroDivisionError, ArithmeticError, ValueError)
