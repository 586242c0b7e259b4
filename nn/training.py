"""What does the loop look like that turns data into a trained model?

There are four steps for each batch: forward, loss, backward, update. An engine does the first three and gives the loss
and one gradient per parameter; the optimizer does the fourth. Everything else is bookkeeping around these two calls.
Read before: ``optimizers``, ``schedules``, ``metrics``, ``engines``. Read after: ``fit``.
"""

from __future__ import annotations

import math
import time
import warnings
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from autograd import assign
from autograd.pause_gc import pause_gc

from .callbacks import Callbacks
from .checks import random_source, real_number, shown, whole_number
from .clipping import listed, norm_of, scaled_to_norm
from .data.preparation import batch_indices, split_indices
from .data.stream import Stream, given_validation
from .data.weights import sample_weights
from .engines.eager import FAILURES, EagerEngine
from .engines.forward import note_engine
from .evaluation import check_losses, check_targets, decision_threshold, evaluated, plain_output, recorded_output
from .history import EarlyStopping, History
from .losses import TAKES_LOGITS, find_loss
from .metrics import METRICS
from .metrics.tally import Tally
from .module import check_module
from .names import explain_settings
from .optimizers import find_optimizer
from .progress import Progress
from .samples import at, chosen, samples_and_targets
from .schedules import find_schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .data.stream import Batch

WORTH_COMPILING = 1_000_000
"""Parameters times samples times epochs: below this, training takes less time than compiling."""


class Training:
    """A run of ``fit`` as its callbacks see it: model, optimizer, history, and ``stop()``.

    ``epoch`` is the number of finished epochs, ``batches_done`` that of finished steps, ``batch_loss`` the loss of the
    last batch before its step.

    ``X`` and ``y`` are the training data: lists, or arrays. If ``fit`` was given batches, they are the current batch.
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
        sample_weight: Any = None,
        class_weight: Any = None,
    ) -> None:
        self.model, self.loss = check_module(model), find_loss(loss)
        self.epochs = whole_number(epochs, "epochs")
        self.source = random_source(seed)
        self.seed = seed
        self.stream: Stream | None = None
        self.weights: Any = None
        """One weight per sample, or ``None`` if all count the same."""
        self._counted: list[int] | None = None
        if y is None:
            self._read_batches(X, batch_size, validation, sample_weight, class_weight)
        else:
            self._read_data(X, y, validation, sample_weight, class_weight)
        self.batch_size = len(self.rows) if batch_size is None else whole_number(batch_size, "batch_size")
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
        self._gradients: Any = None
        self._rate = self.base_rate  # the rate that the schedule last set
        self._choice = "eager"
        self.dtype = "float64"
        self._stop_reason = ""
        self._batches_per_epoch: int | None = None
        self._use_eager_engine()

    @property
    def rows(self) -> Sequence[int]:
        """The samples that count: those whose weight is not 0."""
        return range(len(self.X)) if self._counted is None else self._counted

    @property
    def undisturbed(self) -> bool:
        """Whether only the engine reads and writes the model between epochs, so that its parameters can stay arrays."""
        others = self.callbacks or self.save_checkpoint or self.validation is not None or self.stream is not None
        if getattr(self.engine, "processes", 1) > 1:  # they compare their parameters at the beginning of each epoch
            return False
        return not others and all(metric in METRICS.values() for metric in self.metrics.values())

    @property
    def whole(self) -> bool:
        """Whether each epoch is one batch, of the whole data set."""
        return self.stream is None and self.batch_size >= len(self.rows)

    def _use_eager_engine(self) -> None:
        self.engine: Any = EagerEngine(self)

    def _read_data(self, X: Any, y: Any, validation: Any, sample_weight: Any, class_weight: Any) -> None:
        """Samples and targets in memory: check, hold back, and weigh them."""
        self.X, self.y = samples_and_targets(X, y)
        weights = sample_weights(X, self.y, sample_weight, None, 0)
        self.validation = given_validation(validation)
        if self.validation is None and validation is not None:
            share = real_number(validation, "validation", 0, 1, above=True, below=True)
            kept, held = split_indices(len(self.X), share, self.source)
            self.validation = chosen(self.X, held), chosen(self.y, held)
            self.X, self.y = chosen(self.X, kept), chosen(self.y, kept)
            weights = None if weights is None else chosen(weights, kept)
        if class_weight is not None:
            weights = sample_weights(self.X, self.y, weights, class_weight, self._width(self.X))
        self.weights = weights
        self._count()

    def _count(self) -> None:
        """Find the samples whose weight is not 0."""
        some = self.stream is None and self.weights is not None and not all(map(bool, self.weights))
        self._counted = [i for i, weight in enumerate(self.weights) if weight] if some else None

    def _read_batches(self, X: Any, batch_size: Any, validation: Any, sample_weight: Any, class_weight: Any) -> None:
        """Batches from elsewhere: read the first."""
        self.stream = stream = Stream(X, sample_weight, class_weight)
        self.X, self.y, self.weights = stream.first(self._width)
        if batch_size is not None:
            raise ValueError("batch_size is for a data set in memory: let each batch have the size that you want")
        if self.seed is not None:
            raise ValueError("seed shuffles a data set in memory: shuffle where the batches are made")
        self.validation = given_validation(validation)
        if self.validation is None and validation is not None:
            raise ValueError(
                "validation must be a pair (X, y) or batches, because a share cannot be held back of batches"
            )
        for name, batches in (("batches", stream), ("validation", self.validation and self.validation[0])):
            if isinstance(batches, Stream) and batches.once and self.epochs > 1:
                raise ValueError(
                    f"{name} can be iterated only once, but epochs={self.epochs}: instead of a generator, give a list, "
                    "a DataLoader, or an object of a class with __iter__"
                )

    def _width(self, X: Any) -> int:
        """The model's number of outputs, 0 for a single one."""
        output = plain_output(self.model, X)
        return len(output) if isinstance(output, list) else 0

    def _check_optimizer(self) -> None:
        mine = set(map(id, self.model.parameters()))
        if not any(id(parameter) in mine for parameter in self.optimizer.parameters):
            raise ValueError("optimizer holds none of this model's parameters: make it with nn.SGD(model) or the like")

    def try_out(self) -> None:
        """Predict one sample and check all targets, so that errors are found before anything changes."""
        check_targets(self.model, self.loss, self.metrics, self.X, self.y)
        if self.validation is not None:
            try:
                X, y = self.validation
                if isinstance(X, Stream):
                    X, y, _ = X.first(self._width)
                check_targets(self.model, self.loss, self.metrics, X, y)
            except (TypeError, ValueError) as error:
                raise type(error)(f"validation data: {error}") from error
        name = getattr(self.loss, "__name__", "")
        output = recorded_output(self.model, at(self.X, 0))
        self._half: Any = [0.5] * len(output) if isinstance(output, (list, tuple)) else 0.5
        first = output[0] if isinstance(output, list) else output
        made_by = getattr(getattr(first, "primitive", None), "name", "")
        if name in TAKES_LOGITS and made_by in TAKES_LOGITS.values():
            warnings.warn(
                f"{name} applies {TAKES_LOGITS[name]} itself, and this model's outputs already come from {made_by}: "
                'it learns badly; use output_activation="identity"',
                UserWarning,
                stacklevel=3,
            )

    def check_targets(self, targets: Any) -> None:
        """Raise ``TypeError`` or ``ValueError`` if the loss does not accept one of these."""
        check_losses(self.loss, self._half, targets)

    def use_engine(self, choice: str) -> None:
        """Compile the model if required, or if that is worth it and possible."""
        self._choice = choice
        note_engine(self.model, compiled=False)
        batches = 1 if self.stream is None else self.stream.length or 1_000
        work = len(self.optimizer.parameters) * len(self.X) * batches * self.epochs
        if choice == "eager" or (choice == "auto" and work < WORTH_COMPILING):
            return
        from .engines.compiled import CompiledEngine
        from .engines.restore import remembered

        kind = _jax_engine() if choice == "jax" else CompiledEngine
        note_engine(self.model, compiled=True)
        mode, put_back = self.model.training, remembered(self.model)
        self.model.train()
        try:
            self.engine = kind(self, fall_back=choice == "auto")
            self.history.engine = kind.name
        except TypeError:
            note_engine(self.model, compiled=False)
            if choice != "auto":
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
            with pause_gc(), self.engine.epoch() if self.undisturbed else nullcontext():
                while self.epoch < self.epochs and not self._stop_reason:
                    progress.show(self.epoch + 1, self._one_epoch(progress))
            self.history.stopped = self._stop_reason or "finished"
            self._evaluate_last()
        except KeyboardInterrupt:
            self.history.stopped = "interrupted"
        finally:
            progress.close()
            if self.undisturbed and self._gradients is not None:
                self._show_gradients()
            self.model.train(mode)
            self._note_rate()
            self.optimizer.learning_rate = self.base_rate
        self._put_best_back()

    def _one_epoch(self, progress: Progress) -> dict[str, float]:
        began = time.perf_counter()
        if not self.undisturbed and self.optimizer.follow():
            self._replace_parameters()
        losses, counts, norms = [], [], []
        gradients: Any = []
        tally = Tally(self.metrics, self._threshold_of_model)
        before = self._numbers()
        with self.engine.epoch():
            for done, batch in self._batches():
                self.optimizer.learning_rate = self.base_rate * self.schedule(self.epoch + done)
                self._rate = self.optimizer.learning_rate
                loss, gradients, norm, outputs = self._one_step(batch)
                count = len(batch) if self.weights is None else math.fsum(float(self.weights[i]) for i in batch)
                losses.append(loss * count)
                counts.append(count)
                norms.append(norm)
                if self.metrics:
                    tally.add(outputs, chosen(self.y, batch))
                self._after_batch(loss, gradients)
                if self.stream is not None:
                    progress.show_batch(len(norms), self._batches_per_epoch, loss)
        if not norms:
            raise ValueError("no batch had a sample with a weight above 0: there is nothing to train on")
        self._gradients = gradients
        if not self.undisturbed:
            self._show_gradients()
        self.epoch += 1
        self._batches_per_epoch = len(norms)
        row = {"loss": math.fsum(losses) / math.fsum(counts), **tally.results()}
        if self.validation is not None:
            row.update(self._validated(*self.validation))
        elif self.stopping is not None:
            self._keep_best(row["loss"], *((before, self.epoch - 1) if self.whole else (self._numbers(), self.epoch)))
        row["learning_rate"], row["gradient_norm"] = self.optimizer.learning_rate, max(norms)
        row["seconds"] = time.perf_counter() - began
        self.history.add(row)
        self._after_epoch()
        return row

    def _threshold_of_model(self) -> float:
        return decision_threshold(self.model, at(self.X, 0), loss=self.loss, threshold=self.threshold)

    def _batches(self) -> Iterator[tuple[float, Sequence[int]]]:
        """The indices of the samples of each step, with the share of the epoch that is done before it."""
        if self.stream is None:
            rows, size = self.rows, self.batch_size
            if self.whole:
                yield 0.0, rows
                return
            groups = batch_indices(len(rows), size, self.source)
            for number, group in enumerate(groups):
                yield number / len(groups), group if isinstance(rows, range) else [rows[i] for i in group]
            return
        length = self._batches_per_epoch = self.stream.length or self._batches_per_epoch
        stream, number = self.stream.batches(self._width), 0
        while self._load_next(stream, number):
            yield min(number / length, 1.0) if length else 0.0, range(len(self.X))
            number += 1

    def _load_next(self, stream: Iterator[Batch], number: int) -> bool:
        """Read, check and load the next batch; ``False`` after the last. An error leaves the parameters as they are."""
        try:
            batch = next(stream, None)
            if batch is None:
                return False
            check_losses(self.loss, self._half, batch.y, f"batch {number}: ")
            self.X, self.y, self.weights = batch
            self.engine.load()
        except Exception as error:
            place = f"training stopped in epoch {self.epoch + 1} before step {self.batches_done + 1}"
            explained = self._explained(error, place, self.epoch + 1, "last step's")
            if explained is error:
                raise
            raise explained from error
        return True

    def _one_step(self, batch: Sequence[int]) -> tuple[float, Any, float, Any]:
        before = self.engine.optimizer.snapshot()
        try:
            loss, gradients, outputs = self.engine(batch)
            norm = norm_of(gradients)
            clipped = gradients if self.clip_norm is None else scaled_to_norm(listed(gradients), norm, self.clip_norm)
            self.engine.optimizer.step(clipped)
        except FAILURES as error:
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
        self._use_eager_engine()
        self.history.engine = "eager"
        try:
            self.use_engine(self._choice)
        except Exception as error:
            place = f"training stopped before epoch {self.epoch + 1}"
            explained = self._explained(error, place, self.epoch + 1, "last good")
            if explained is error:
                raise
            raise explained from error

    def _numbers(self) -> Any:
        """The parameters' numbers, as a list or an array that no step changes."""
        numbers = getattr(self.engine.optimizer, "numbers", None)
        return numbers if self.undisturbed and numbers is not None else self.optimizer.snapshot()[0]

    def _show_gradients(self) -> None:
        assign(self.optimizer.parameters, grad=listed(self._gradients))  # as after backward(), for every engine

    def _evaluated(self, X: Any, y: Any, **options: Any) -> dict[str, float]:
        """As ``evaluate``, computed by the engine."""
        return evaluated(self.model, self.engine.computed, X, y, loss=self.loss, **options)

    def _validated(self, X: Any, y: Any) -> dict[str, float]:
        metrics = list(self.metrics.values())
        try:
            results = self._evaluated(X, y, metrics=metrics, threshold=self.threshold)
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
            assign(self.optimizer.parameters, data=listed(self.best[1]))

    def _evaluate_last(self) -> None:
        """With one batch per epoch, no step has measured the loss of the parameters after the last epoch: do it now."""
        if self.stopping is None or self.validation is not None or not self.whole:
            return
        try:
            loss = self._evaluated(self.X, self.y, metrics=(), sample_weight=self.weights)["loss"]
        except FAILURES:
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

    def _after_batch(self, loss: float, gradients: Any) -> None:
        self.batch_loss = loss
        if self.callbacks.after_batch:
            assign(self.optimizer.parameters, grad=listed(gradients))  # as after backward(), for every engine
            self._call(self.callbacks.after_batch)

    def _after_epoch(self) -> None:
        if self.stopping is not None and self.stopping.is_time(self.watched()):
            self.stop("early stopping")
        self._call(self.callbacks.after_epoch)
        self._count()
        if self.save_checkpoint is not None:
            self.save_checkpoint(self)

    def _call(self, callbacks: Sequence[Any]) -> None:
        """Call callbacks, which may change settings and data, but not what the engine and the history were made for."""
        given = {name: vars(self)[name] for name in ("model", "loss", "optimizer", "validation", "history")}
        for callback in callbacks:
            callback(self)
            for name, thing in given.items():
                if (now := vars(self)[name]) is not thing:
                    raise ValueError(
                        f"a callback has replaced training.{name} by {shown(now)}, which has no effect in this run: "
                        "change what it contains, or call fit again with another"
                    )
        self._note_rate()

    def _explained(self, error: Exception, place: str, epoch: int, kept: str) -> Exception:
        """The same kind of error with the place in its message, and history and epoch in its attributes."""
        self.history.stopped = "error"
        kind = next((kind for kind in _KINDS if isinstance(error, kind)), None)
        explained: Any = error if kind is None else kind(f"{place}: {error}; the {kept} parameters are in place")
        explained.history, explained.epoch = self.history, epoch
        failure: Exception = explained
        return failure


explain_settings(Training, "learning_rate", "stop_training", "should_stop")


def _jax_engine() -> Any:
    """The engine of the optional folder ``jax_engine``."""
    try:
        from .jax_engine.engine import JaxEngine
    except ImportError as error:
        raise ImportError(f'engine="jax" needs JAX: python -m pip install "chalkgrad[jax]" ({error})') from error
    return JaxEngine


_KINDS = (FloatingPointError, OverflowError, ZeroDivisionError, ArithmeticError, ValueError)
