"""What does a trained model predict, and how often is it right?

Every function here runs without recording a graph and with dropout off, and leaves the model unchanged. Read before:
``metrics``. Read after: ``training``, which uses it for the validation set.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import Context
from typing import TYPE_CHECKING, Any, Protocol, overload

from autograd import Value, no_grad

from .checks import real_number, shown
from .data.stream import Stream
from .data.weights import sample_weights, weighted_mean
from .engines.forward import compiled_outputs
from .losses import LOSSES, find_loss, threshold_of_loss
from .metrics import (
    are_classes,
    decided_all,
    find_metrics,
    number_of,
    plain,
    threshold_of,
    true_classes,
    width_of,
)
from .metrics.tally import Tally, joined, measured
from .module import Module
from .names import explains_keywords
from .samples import at, each, pieces, samples, samples_and_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Frame(Protocol):
    """A pandas DataFrame or Series."""

    iloc: Any
    index: Any


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """Inside ``with`` the model is in evaluation mode and no graph is recorded; afterwards the modes are restored."""
    with _evaluation_mode(model), no_grad():
        yield


@contextmanager
def _evaluation_mode(model: Any) -> Iterator[None]:
    modes = [(module, module.training) for _, module in model.named_modules()] if isinstance(model, Module) else []
    try:
        for module, _ in modes:
            module.training = False
        yield
    finally:
        for module, mode in modes:
            module.training = mode


@overload
def predict(model: Any, X: Frame, *, engine: str | None = None) -> Any: ...
@overload
def predict(model: Any, X: list[Any] | tuple[Any, ...], *, engine: str | None = None) -> list[Any]: ...
@overload
def predict(model: Any, X: Any, *, engine: str | None = None) -> Any: ...
@explains_keywords
def predict(model: Any, X: Any, *, engine: str | None = None) -> Any:
    """The model's output for each sample of ``X`` as plain numbers: a float for a single output, else a list of floats.

    The outputs are a list; if ``X`` is an array, they are an array with one row (or number) per sample; if it is a
    pandas frame, a Series or DataFrame with its index. For a classifier these are its scores; ``predict_classes`` gives
    the classes.

    ``engine``: ``"eager"`` calls the model for each sample; ``"compiled"`` traces it once and computes all samples with
    arrays, and raises ``TypeError`` if it cannot be traced; ``"auto"`` compiles for 100 samples or more, if that works.
    The default is ``"auto"`` for a model whose last ``fit`` was compiled, else ``"eager"``. The engines agree up to
    rounding.

    >>> from nn import Neuron
    >>> predict(Neuron(1, init=lambda *_: 3.0, nonlin=False), [[1.0], [2.0]])
    [3.0, 6.0]
    """
    check_model(model)
    compiled = compiled_outputs(model, engine)
    rows = samples(X)
    parts = []
    with evaluating(model):
        for _, part in pieces(rows):
            found = compiled(part)
            if found is None:
                found = as_given([plain(model(row)) for row in each(part)], part)
            elif isinstance(part, list):
                found = found.tolist()
            parts.append(found)
    return _indexed(X, joined(parts), "prediction")


def as_given(outputs: list[Any], X: Any) -> Any:
    """Plain outputs as they are given back for these samples: a list for a list, an array for an array."""
    if isinstance(X, list):
        return outputs
    import numpy as np

    try:
        return np.array(outputs, dtype=float)
    except ValueError:
        raise ValueError(f"the model must give numbers in lists of one shape, but gives {shown(outputs[0])}") from None


def _indexed(X: Any, predictions: Any, name: str) -> Any:
    """The array of predictions unchanged, or, for a pandas frame, with its index."""
    if not hasattr(type(X), "iloc"):
        return predictions
    from .export.frames import indexed

    return indexed(X, predictions.tolist(), name)


@overload
def predict_classes(
    model: Any, X: Frame, *, loss: Any = None, threshold: float | None = None, engine: str | None = None
) -> Any: ...
@overload
def predict_classes(
    model: Any,
    X: list[Any] | tuple[Any, ...],
    *,
    loss: Any = None,
    threshold: float | None = None,
    engine: str | None = None,
) -> list[int]: ...
@overload
def predict_classes(
    model: Any, X: Any, *, loss: Any = None, threshold: float | None = None, engine: str | None = None
) -> Any: ...
@explains_keywords
def predict_classes(
    model: Any, X: Any, *, loss: Any = None, threshold: float | None = None, engine: str | None = None
) -> Any:
    """The class of each sample of ``X``: the largest output's index, or 0 or 1 for a single output.

    A single output above the ``threshold`` is class 1. If no threshold is given, ``decision_threshold`` finds it, also
    from the ``loss`` that the model was trained with. ``engine`` as for ``predict``. A list, or an array of integers if
    ``X`` is an array.

    >>> from nn import Neuron
    >>> predict_classes(Neuron(1, init=lambda *_: 3.0, nonlin=False), [[1.0], [-2.0]])
    [1, 0]
    """
    check_model(model)
    rows = samples(X)
    threshold = decision_threshold(model, at(rows, 0), loss=loss, threshold=threshold)
    classes = decided_all(predict(model, rows, engine=engine), threshold)
    return classes if isinstance(rows, list) else _indexed(X, as_given(classes, rows).astype(int), "class")


@explains_keywords
def evaluate(
    model: Any,
    X: Any,
    y: Any = None,
    *,
    loss: Any = None,
    metrics: Any = ("accuracy",),
    threshold: float | None = None,
    sample_weight: Any = None,
    class_weight: Any = None,
    engine: str | None = None,
) -> dict[str, float]:
    """The loss (if one is given) and the metrics over a data set, by name.

    Accuracy is left out if the targets are not classes. Arguments as for ``fit``: without ``y``, ``X`` gives batches;
    the weights apply to the loss, and metrics count each sample once; ``threshold`` separates class 0 from class 1 if
    the model has one output, see ``decision_threshold``. ``engine`` as for ``predict``; it computes the outputs.

    >>> from nn import Neuron
    >>> model = Neuron(1, init=lambda *_: 3.0, nonlin=False)
    >>> evaluate(model, [[1.0], [-1.0]], [1, 0], loss="mean_squared_error")
    {'loss': 6.5, 'accuracy': 1.0}
    """
    check_model(model)
    compiled = compiled_outputs(model, engine, many=y is None)
    own_loss = loss is not None and find_loss(loss) not in LOSSES.values()  # it may need Values

    def computed(rows: Any, targets: Any) -> tuple[Any, Any]:
        found = compiled(rows)
        outputs = [model(row) for row in each(rows)] if found is None else found.tolist()
        return _as_values(outputs) if own_loss and found is not None else outputs, None

    return evaluated(
        model,
        computed,
        X,
        y,
        loss=loss,
        metrics=metrics,
        threshold=threshold,
        sample_weight=sample_weight,
        class_weight=class_weight,
    )


def evaluated(
    model: Any,
    computed: Callable[[Any, Any], tuple[Any, Any]],
    X: Any,
    y: Any,
    *,
    loss: Any,
    metrics: Any,
    threshold: float | None = None,
    sample_weight: Any = None,
    class_weight: Any = None,
) -> dict[str, float]:
    """As ``evaluate``; ``computed(rows, targets)`` gives the outputs for some samples, and their losses or ``None``."""
    chosen = find_metrics(metrics)
    threshold = None if threshold is None else real_number(threshold, "threshold")
    if loss is None and not (sample_weight is None and class_weight is None):
        raise ValueError("sample_weight and class_weight apply to the loss: give evaluate a loss")
    total: Any = None if loss is None else Total(find_loss(loss))
    own = total is not None and total.loss not in LOSSES.values()  # it may not be a plain mean: it gets all at once
    first: list[Any] = []
    tally = Tally(chosen, lambda: decision_threshold(model, first[0], loss=loss, threshold=threshold))
    with evaluating(model):
        for rows, targets, weights in _parts(model, X, y, sample_weight, class_weight, own):
            first = first or [at(rows, 0)]
            outputs, losses = computed(rows, targets)
            if total is not None:
                total.add(outputs, targets, weights, losses)
            tally.add(as_given(list(map(plain, outputs)), rows), targets)
    return ({} if total is None else {"loss": total.mean}) | tally.results()


def _parts(
    model: Any, X: Any, y: Any, sample_weight: Any, class_weight: Any, whole: bool
) -> Iterator[tuple[Any, Any, Any]]:
    """Samples, targets and weights: all at once for lists, in pieces for arrays, batch by batch for batches."""
    if y is None:
        stream = X if isinstance(X, Stream) else Stream(X, sample_weight, class_weight)
        for batch in stream.batches(lambda rows: width_of(predict(model, rows[:1]))):
            yield batch.X, batch.y, batch.weights
        return
    rows, targets = samples_and_targets(X, y)
    weights = None
    if not (sample_weight is None and class_weight is None):
        width = width_of(predict(model, rows[:1]))
        weights = sample_weights(X, targets, sample_weight, class_weight, width)
    for start, part in [(0, rows)] if whole else pieces(rows):
        stop = start + len(part)
        yield part, targets[start:stop], None if weights is None else weights[start:stop]


class Total:
    """The mean loss of several parts of a data set."""

    def __init__(self, loss: Any) -> None:
        self.loss = loss
        self.sums: list[float] = []
        self.counts: list[float] = []

    def add(self, outputs: list[Any], targets: Any, weights: Any, losses: Any = None) -> None:
        """Add the loss of some samples, which may be known for each of them."""
        count = float(len(targets)) if weights is None else math.fsum(map(float, weights))
        self.counts.append(count)
        if losses is not None:
            self.sums.append(math.fsum(losses if weights is None else losses * weights))
            return
        targets = list(each(targets))
        if weights is None:
            mean = self.loss(outputs, targets)
        else:
            mean = weighted_mean(self.loss, outputs, targets, weights) if count else 0.0
        self.sums.append(number_of(mean) * count)

    @property
    def mean(self) -> float:
        """The mean over all samples; nan if they all have weight 0."""
        count = math.fsum(self.counts)
        if len(self.sums) == 1 and count:
            return self.sums[0] / count
        return math.fsum(self.sums) / count if count else math.nan


@explains_keywords
def confusion_matrix(
    model: Any, X: Any, y: Any, *, loss: Any = None, threshold: float | None = None, engine: str | None = None
) -> list[list[int]]:
    """How often each true class (row) was predicted as each class (column).

    ``threshold`` and ``engine`` as for ``predict_classes``.

    Raises ``ValueError`` if the targets are not classes.

    >>> from nn import Neuron
    >>> model = Neuron(1, init=lambda *_: 3.0, nonlin=False)
    >>> confusion_matrix(model, [[1.0], [2.0], [-1.0]], [1, 0, 0])
    [[1, 1], [0, 1]]
    """
    rows, targets = samples_and_targets(X, y)
    outputs = predict(model, rows, engine=engine)
    if not are_classes(outputs, targets):
        raise ValueError("a confusion matrix needs class labels in y: 0, 1, ..., or -1 and +1 for a single output")
    threshold = decision_threshold(model, at(rows, 0), loss=loss, threshold=threshold)
    classes = width_of(outputs) or 2
    matrix = [[0] * classes for _ in range(classes)]
    for true, predicted in zip(
        true_classes(targets, not width_of(outputs)), decided_all(outputs, threshold), strict=True
    ):
        matrix[true][predicted] += 1
    return matrix


def decision_threshold(model: Any, sample: Any, *, loss: Any = None, threshold: float | None = None) -> float:
    """The threshold between class 0 and class 1 of the model's single output, for every function of ``nn``.

    A given ``threshold`` comes first; then the ``loss``, if it implies one (0.5 for ``binary_cross_entropy``, 0 with
    logits and for ``hinge``); then the primitive that computed the output for ``sample`` in evaluation mode: 0.5 for a
    sigmoid, 0 for any other.

    >>> from nn import MLP
    >>> sigmoid = MLP(2, [1], output_activation="sigmoid")
    >>> decision_threshold(sigmoid, [0.0, 0.0]), decision_threshold(MLP(2, [1]), [0.0, 0.0])
    (0.5, 0.0)
    >>> decision_threshold(sigmoid, [0.0, 0.0], loss="hinge"), decision_threshold(sigmoid, [0.0, 0.0], threshold=0.9)
    (0.0, 0.9)
    """
    if threshold is not None:
        return real_number(threshold, "threshold")
    of_loss = None if loss is None else threshold_of_loss(find_loss(loss))
    return threshold_of(recorded_output(model, sample)) if of_loss is None else of_loss


def recorded_output(model: Any, sample: Any) -> Any:
    """The model's output for one sample in evaluation mode, with its graph, even inside ``no_grad()``."""
    with _evaluation_mode(model):
        output = model(sample)
        if isinstance(output, Value) and output.primitive is None:
            output = Context().run(model, sample)  # in a context in which recording is on
        return output


def check_targets(model: Any, loss: Any, metrics: dict[str, Any], X: Any, y: Any) -> None:
    """Let the loss and the metrics check every target before training, for both engines.

    They are called with a prediction that every loss of this library accepts. If a loss or metric of the user's rejects
    it, they are called with the model's predictions for all samples. Of an array, the loss sees each different target
    once.
    """
    output = plain_output(model, X)
    half: Any = [0.5] * len(output) if isinstance(output, list) else 0.5
    with no_grad():
        try:
            loss([_as_values(output)], [at(y, 0)])  # do the shapes fit?
        except TypeError as error:
            if loss not in LOSSES.values():
                error.add_note("loss is called with two lists: the model's outputs for a batch, and their targets")
            raise
        if loss in LOSSES.values() or not isinstance(y, list):
            check_losses(loss, half if loss in LOSSES.values() else output, y)
        else:
            _try(lambda outputs: loss(list(map(_as_values, outputs)), y), [half] * len(y), model, X)
    _try(lambda outputs: measured(metrics, outputs, y, lambda: 0.0), _halves(half, y), model, X)


def plain_output(model: Any, X: Any) -> Any:
    """The plain output for the first sample: a float or a list."""
    return at(predict(model, X[:1]), 0)


def _halves(half: Any, y: Any) -> Any:
    """One prediction for each target, as a list or as an array without memory of its own."""
    if isinstance(y, list):
        return [half] * len(y)
    import numpy as np

    return np.broadcast_to(0.5, (len(y), len(half)) if isinstance(half, list) else len(y))


MAX_DIFFERENT = 10_000
"""How many different targets of an array a loss of the user's own sees before training."""


def check_losses(loss: Any, guess: Any, y: Any, place: str = "") -> None:
    """Let the loss check the targets, of an array the different ones; the error names the first sample with a bad one.

    ``guess``: a prediction that the loss accepts. ``place``: of these targets, for the message.
    """
    own = loss not in LOSSES.values()
    with no_grad():
        if isinstance(y, list):
            _check_each(loss, guess, y, range(len(y)), place)
            return
        import numpy as np

        for start, part in pieces(y):
            places = np.sort(np.unique(part, axis=0, return_index=True)[1])
            if own or loss in _TAKES_ANY:
                places = places[:MAX_DIFFERENT]
            _check_each(loss, guess, part[places].tolist(), (places + start).tolist(), place)


def _check_each(loss: Any, guess: Any, targets: list[Any], indices: Any, place: str) -> None:
    guess = guess if loss in LOSSES.values() else _as_values(guess)
    try:
        loss([guess] * len(targets), targets)
    except (TypeError, ValueError):
        for i, target in zip(indices, targets, strict=True):
            try:
                loss([guess], [target])
            except (TypeError, ValueError) as error:
                raise type(error)(place + str(error).replace("target[0]", f"target[{i}]")) from None
        raise


_TAKES_ANY = (LOSSES["mean_squared_error"], LOSSES["mean_absolute_error"], LOSSES["huber"], LOSSES["smooth_l1"])
"""Losses that take any finite number as a target, and ``samples`` has found all of them finite."""


def _try(judge: Callable[[Any], Any], guesses: Any, model: Any, X: Any) -> None:
    try:
        judge(guesses)
    except Exception:
        judge(predict(model, X))


def _as_values(output: Any) -> Any:
    return [_as_values(item) for item in output] if isinstance(output, list) else Value(output)


def check_model(model: Any) -> None:
    """Raise ``TypeError`` if the model cannot be called on a sample."""
    if not callable(model) or isinstance(model, type):
        raise TypeError(f"model must be a module such as nn.MLP(2, [16, 1]), got {shown(model)}")
