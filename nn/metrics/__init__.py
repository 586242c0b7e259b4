"""How good are the predictions, in numbers that people understand?

Training lowers a loss; people read a metric. ``outputs`` says which class an output or a target means, ``of_classes``
has accuracy and its relatives, ``of_amounts`` the metrics of regression, and ``tally`` computes them in parts. Read
before: ``samples``. Read after: ``evaluation``.
"""

from __future__ import annotations

from typing import Any

from nn.checks import choose, shown

from .of_amounts import mean_absolute_deviation, r_squared, root_mean_square
from .of_classes import CLASS_METRICS, accuracy, balanced_accuracy, counts_of, f1, of_counts, precision, recall, roc_auc
from .outputs import (
    are_classes,
    class_codes,
    decided,
    decided_all,
    number_of,
    plain,
    threshold_of,
    true_class,
    true_classes,
    width_of,
)  # fmt: skip

__all__ = [
    "CLASS_METRICS", "METRICS", "accuracy", "are_classes", "balanced_accuracy", "class_codes", "counts_of", "decided",
    "decided_all", "f1", "find_metrics", "mean_absolute_deviation", "number_of", "of_counts", "plain", "precision",
    "r_squared", "recall", "roc_auc", "root_mean_square", "threshold_of", "true_class", "true_classes", "width_of",
]  # fmt: skip

METRICS: dict[str, Any] = {
    **{metric.__name__: metric for metric in CLASS_METRICS},
    "roc_auc": roc_auc,
    "mean_absolute_deviation": mean_absolute_deviation,
    "root_mean_square": root_mean_square,
    "r_squared": r_squared,
}


def find_metrics(choices: Any) -> dict[str, Any]:
    """Names and functions for a list of metric names and of callables ``(outputs, targets) -> number``.

    >>> list(find_metrics(["accuracy"]))
    ['accuracy']
    """
    if isinstance(choices, str) or callable(choices):
        choices = (choices,)
    if not isinstance(choices, (list, tuple)):
        raise TypeError(f"metrics must be a list of names or functions, got {shown(choices)}")
    found: dict[str, Any] = {}
    for choice in choices:
        if isinstance(choice, str):
            name, metric = choice, METRICS[choose(choice, list(METRICS), "metric")]
        elif callable(choice):
            name, metric = getattr(choice, "__name__", type(choice).__name__), choice
        else:
            raise TypeError(f"a metric must be a name or a callable(outputs, targets), got {shown(choice)}")
        if found.setdefault(name, metric) is not metric:
            raise ValueError(f"two metrics are called {name!r}: give the functions different names")
    return found
