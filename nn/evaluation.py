"""What does a trained model say, and how often is it right?

Everything here runs without recording a graph and with dropout off, and leaves the model as it was. Read before:
``metrics``. Read after: ``training``, which uses it for the validation set.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from autograd import no_grad

from .inputs import samples, samples_and_targets, shown
from .losses import find_loss
from .metrics import are_classes, decided, find_metrics, number_of, plain, true_class
from .module import Module

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def evaluating(model: Any) -> Iterator[None]:
    """The model in evaluation mode and no graph recorded inside ``with``; afterwards each mode is as before."""
    modes = [(module, module.training) for _, module in model.named_modules()] if isinstance(model, Module) else []
    try:
        for module, _ in modes:
            module.training = False
        with no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode


def predict(model: Any, X: Any) -> list[Any]:
    """The model's output for each sample of ``X`` as plain numbers: a float where it gives one, else a list of floats.

    For a classifier these are its scores; ``predict_classes`` decides.

    >>> from nn import Neuron
    >>> predict(Neuron(1, init=lambda *_: 3.0, nonlin=False), [[1.0], [2.0]])
    [3.0, 6.0]
    """
    check_model(model)
    rows = samples(X)
    with evaluating(model):
        return [plain(model(row)) for row in rows]


def predict_classes(model: Any, X: Any) -> list[int]:
    """The class of each sample of ``X``: the largest output's index, or 0 or 1 where the model gives one number.

    >>> from nn import Neuron
    >>> predict_classes(Neuron(1, init=lambda *_: 3.0, nonlin=False), [[1.0], [-2.0]])
    [1, 0]
    """
    threshold = decision_threshold(model)
    return [decided(output, threshold) for output in predict(model, X)]


def evaluate(model: Any, X: Any, y: Any, *, loss: Any = None, metrics: Any = ("accuracy",)) -> dict[str, float]:
    """The loss (if one is given) and the metrics over a data set, by name.

    Accuracy is left out where the targets are no classes. Arguments as for ``fit``.

    >>> from nn import Neuron
    >>> model = Neuron(1, init=lambda *_: 3.0, nonlin=False)
    >>> evaluate(model, [[1.0], [-1.0]], [1, 0], loss="mean_squared_error")
    {'loss': 6.5, 'accuracy': 1.0}
    """
    check_model(model)
    rows, targets = samples_and_targets(X, y)
    chosen = find_metrics(metrics)
    with evaluating(model):
        outputs = [model(row) for row in rows]
        results = {} if loss is None else {"loss": number_of(find_loss(loss)(outputs, targets))}
    results.update(measured(chosen, [plain(output) for output in outputs], targets, decision_threshold(model)))
    return results


def measured(metrics: dict[str, Any], outputs: list[Any], targets: list[Any], threshold: float) -> dict[str, float]:
    """Each metric of plain outputs; accuracy only where the targets are classes."""
    results = {}
    for name, metric in metrics.items():
        if name != "accuracy":
            results[name] = float(metric(outputs, targets))
        elif are_classes(outputs, targets):
            results[name] = float(metric(outputs, targets, threshold))
    return results


def confusion_matrix(model: Any, X: Any, y: Any) -> list[list[int]]:
    """How often each true class (row) was taken for each class (column).

    Raises ``ValueError`` where the targets are no classes.

    >>> from nn import Neuron
    >>> model = Neuron(1, init=lambda *_: 3.0, nonlin=False)
    >>> confusion_matrix(model, [[1.0], [2.0], [-1.0]], [1, 0, 0])
    [[1, 1], [0, 1]]
    """
    rows, targets = samples_and_targets(X, y)
    outputs = predict(model, rows)
    if not are_classes(outputs, targets):
        raise ValueError("a confusion matrix needs class labels in y: 0, 1, ..., or -1 and +1 for a single output")
    single, threshold = not isinstance(outputs[0], list), decision_threshold(model)
    classes = 2 if single else len(outputs[0])
    matrix = [[0] * classes for _ in range(classes)]
    for output, target in zip(outputs, targets, strict=True):
        matrix[true_class(target, single)][decided(output, threshold)] += 1
    return matrix


def decision_threshold(model: Any) -> float:
    """Where a single output turns from class 0 to class 1: 0.5 if the last activation gives probabilities, else 0.

    >>> from nn import MLP
    >>> decision_threshold(MLP(2, [1], output_activation="sigmoid")), decision_threshold(MLP(2, [1]))
    (0.5, 0.0)
    """
    last = model
    while getattr(last, "layers", None):
        last = last.layers[-1]
    return 0.5 if getattr(getattr(last, "activation", None), "range", None) == (0.0, 1.0) else 0.0


def check_model(model: Any) -> None:
    """Raise ``TypeError`` for what cannot be called on a sample."""
    if not callable(model) or isinstance(model, type):
        raise TypeError(f"model must be a module such as nn.MLP(2, [16, 1]), got {shown(model)}")
