"""What does a trained model predict, and how often is it right?

Every function here runs without recording a graph and with dropout off, and leaves the model unchanged. Read before:
``metrics``. Read after: ``training``, which uses it for the validation set.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from contextvars import Context
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol, overload

from autograd import Value, no_grad

from .checks import real_number, samples, samples_and_targets, shown
from .losses import LOSSES, find_loss, threshold_of_loss
from .metrics import METRICS, accuracy, are_classes, decided, find_metrics, number_of, plain, threshold_of, true_class
from .module import Module
from .names import explains_keywords

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


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
def predict(model: Any, X: Frame) -> Any: ...
@overload
def predict(model: Any, X: Iterable[Any]) -> list[Any]: ...
@explains_keywords
def predict(model: Any, X: Any) -> Any:
    """The model's output for each sample of ``X`` as plain numbers: a float for a single output, else a list of floats.

    For a classifier these are its scores; ``predict_classes`` gives the classes. For a pandas frame the result is a
    Series, or a DataFrame, with the frame's index.

    >>> from nn import Neuron
    >>> predict(Neuron(1, init=lambda *_: 3.0, nonlin=False), [[1.0], [2.0]])
    [3.0, 6.0]
    """
    check_model(model)
    rows = samples(X)
    with evaluating(model):
        return _indexed(X, [plain(model(row)) for row in rows], "prediction")


def _indexed(X: Any, predictions: list[Any], name: str) -> Any:
    """The predictions unchanged, or, for a pandas frame, with its index."""
    if not hasattr(type(X), "iloc"):
        return predictions
    from .export.frames import indexed

    return indexed(X, predictions, name)


@overload
def predict_classes(model: Any, X: Frame, *, loss: Any = None, threshold: float | None = None) -> Any: ...
@overload
def predict_classes(model: Any, X: Iterable[Any], *, loss: Any = None, threshold: float | None = None) -> list[int]: ...
@explains_keywords
def predict_classes(model: Any, X: Any, *, loss: Any = None, threshold: float | None = None) -> Any:
    """The class of each sample of ``X``: the largest output's index, or 0 or 1 for a single output.

    A single output above the ``threshold`` is class 1. If no threshold is given, ``decision_threshold`` finds it, also
    from the ``loss`` that the model was trained with.

    >>> from nn import Neuron
    >>> predict_classes(Neuron(1, init=lambda *_: 3.0, nonlin=False), [[1.0], [-2.0]])
    [1, 0]
    """
    check_model(model)
    rows = samples(X)
    threshold = decision_threshold(model, rows[0], loss=loss, threshold=threshold)
    return _indexed(X, [decided(output, threshold) for output in predict(model, rows)], "class")


@explains_keywords
def evaluate(
    model: Any, X: Any, y: Any, *, loss: Any = None, metrics: Any = ("accuracy",), threshold: float | None = None
) -> dict[str, float]:
    """The loss (if one is given) and the metrics over a data set, by name.

    Accuracy is left out if the targets are not classes. Arguments as for ``fit``; ``threshold`` separates class 0 from
    class 1 if the model has one output, see ``decision_threshold``.

    >>> from nn import Neuron
    >>> model = Neuron(1, init=lambda *_: 3.0, nonlin=False)
    >>> evaluate(model, [[1.0], [-1.0]], [1, 0], loss="mean_squared_error")
    {'loss': 6.5, 'accuracy': 1.0}
    """
    check_model(model)
    rows, targets = samples_and_targets(X, y)
    chosen = find_metrics(metrics)
    threshold = None if threshold is None else real_number(threshold, "threshold")
    with evaluating(model):
        outputs = [model(row) for row in rows]
        results = {} if loss is None else {"loss": number_of(find_loss(loss)(outputs, targets))}
    numbers = [plain(output) for output in outputs]
    results.update(
        measured(chosen, numbers, targets, lambda: decision_threshold(model, rows[0], loss=loss, threshold=threshold))
    )
    return results


def measured(
    metrics: dict[str, Any], outputs: list[Any], targets: list[Any], threshold: Callable[[], float]
) -> dict[str, float]:
    """Each metric of plain outputs; accuracy only if the targets are classes. ``threshold`` is called if needed.

    A metric of this library is nan if an output is not finite.
    """
    results = {}
    finite = all(map(math.isfinite, chain.from_iterable(outputs) if isinstance(outputs[0], list) else outputs))
    for name, metric in metrics.items():
        if metric is accuracy and not are_classes(outputs, targets):
            continue
        if not finite and metric in METRICS.values():
            results[name] = math.nan
        elif metric is not accuracy:
            results[name] = float(metric(outputs, targets))
        else:
            results[name] = float(metric(outputs, targets, 0.0 if isinstance(outputs[0], list) else threshold()))
    return results


@explains_keywords
def confusion_matrix(
    model: Any, X: Any, y: Any, *, loss: Any = None, threshold: float | None = None
) -> list[list[int]]:
    """How often each true class (row) was predicted as each class (column). ``threshold`` as for ``predict_classes``.

    Raises ``ValueError`` if the targets are not classes.

    >>> from nn import Neuron
    >>> model = Neuron(1, init=lambda *_: 3.0, nonlin=False)
    >>> confusion_matrix(model, [[1.0], [2.0], [-1.0]], [1, 0, 0])
    [[1, 1], [0, 1]]
    """
    rows, targets = samples_and_targets(X, y)
    outputs = predict(model, rows)
    if not are_classes(outputs, targets):
        raise ValueError("a confusion matrix needs class labels in y: 0, 1, ..., or -1 and +1 for a single output")
    single = not isinstance(outputs[0], list)
    threshold = decision_threshold(model, rows[0], loss=loss, threshold=threshold)
    classes = 2 if single else len(outputs[0])
    matrix = [[0] * classes for _ in range(classes)]
    for output, target in zip(outputs, targets, strict=True):
        matrix[true_class(target, single)][decided(output, threshold)] += 1
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


def check_targets(model: Any, loss: Any, metrics: dict[str, Any], X: list[Any], y: list[Any]) -> None:
    """Let the loss and the metrics check every target before training, for both engines.

    They are called with a prediction that every loss of this library accepts. If a loss or metric of the user's rejects
    it, they are called with the model's predictions for all samples.
    """
    output = predict(model, X[:1])[0]
    half: Any = [0.5] * len(output) if isinstance(output, list) else 0.5
    with no_grad():
        loss([_as_values(output)], y[:1])  # do the shapes fit?
        if loss in LOSSES.values():
            loss([half] * len(y), y)
        else:
            _try(lambda outputs: loss(list(map(_as_values, outputs)), y), [half] * len(y), model, X)
    _try(lambda outputs: measured(metrics, outputs, y, lambda: 0.0), [half] * len(y), model, X)


def _try(judge: Callable[[list[Any]], Any], guesses: list[Any], model: Any, X: list[Any]) -> None:
    try:
        judge(guesses)
    except Exception:
        judge(predict(model, X))


def _as_values(output: Any) -> Any:
    return [Value(item) for item in output] if isinstance(output, list) else Value(output)


def check_model(model: Any) -> None:
    """Raise ``TypeError`` if the model cannot be called on a sample."""
    if not callable(model) or isinstance(model, type):
        raise TypeError(f"model must be a module such as nn.MLP(2, [16, 1]), got {shown(model)}")
