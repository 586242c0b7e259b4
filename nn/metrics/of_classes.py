"""How often is the predicted class the right one?

Each metric takes the outputs of ``predict`` or of the model itself. All but the last need only the counts of pairs of
true class and predicted class. Read before: ``outputs``.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from nn.checks import real_number
from nn.names import explains_keywords

from .outputs import (
    are_classes,
    decided_all,
    is_distribution,
    mean_of,
    plain_pairs,
    threshold_of,
    true_classes,
    width_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@explains_keywords
def accuracy(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of correct predictions, 0 to 1. ``threshold`` separates class 0 from class 1 for single outputs.

    Its default is 0.5 if the outputs are Values that a sigmoid computed, else 0; give 0.5 for probabilities that are
    plain numbers. Raises ``ValueError`` if the targets are not classes.

    >>> accuracy([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])
    0.75
    """
    return of_counts(accuracy, _counted("accuracy", outputs, targets, threshold))


@explains_keywords
def balanced_accuracy(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The mean over the classes of the share of their samples that is predicted correctly. Arguments as ``accuracy``.

    >>> balanced_accuracy([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])      # 1/2 of class 0, all of class 1
    0.75
    """
    return of_counts(balanced_accuracy, _counted("balanced_accuracy", outputs, targets, threshold))


@explains_keywords
def precision(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of class 1 among the samples predicted as class 1; 0 if there is none. Arguments as ``accuracy``.

    With more than two classes, the mean over the classes that occur (scikit-learn's ``average="macro"``).

    >>> precision([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])              # 2 of 3
    0.6667
    """
    return of_counts(precision, _counted("precision", outputs, targets, threshold))


@explains_keywords
def recall(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of the samples of class 1 that is predicted as class 1; 0 if there is none. Else as ``precision``.

    >>> recall([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])
    1.0
    """
    return of_counts(recall, _counted("recall", outputs, targets, threshold))


@explains_keywords
def f1(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The harmonic mean of precision and recall, 2·correct / (2·correct + wrong). Else as ``precision``.

    >>> f1([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])                     # 2·2 / (2·2 + 1)
    0.8
    """
    return of_counts(f1, _counted("f1", outputs, targets, threshold))


def _counted(name: str, outputs: Any, targets: Any, threshold: float | None) -> Counter[tuple[int, int]]:
    if threshold is None:
        threshold = threshold_of(outputs[0]) if isinstance(outputs, (list, tuple)) and outputs else 0.0
    outputs, targets = plain_pairs(outputs, targets)
    threshold = real_number(threshold, "threshold")
    if not are_classes(outputs, targets):
        raise ValueError(
            f"{name} needs class labels: indices for several outputs, 0 and 1 or -1 and +1 for a single one"
        )
    return counts_of(outputs, targets, threshold)


def counts_of(outputs: Any, targets: Any, threshold: float) -> Counter[tuple[int, int]]:
    """How often each pair of true class and predicted class occurs.

    >>> counts_of([2.0, -1.0, 0.5], [1, 0, 0], 0.0)
    Counter({(1, 1): 1, (0, 0): 1, (0, 1): 1})
    """
    single = not width_of(outputs)
    return Counter(zip(true_classes(targets, single), decided_all(outputs, threshold), strict=True))


def of_counts(metric: Any, counts: Counter[tuple[int, int]]) -> float:
    """A metric of ``CLASS_METRICS`` from the counts of pairs of true class and predicted class."""
    if metric is accuracy:
        return sum(n for (true, guess), n in counts.items() if true == guess) / sum(counts.values())
    rows: Counter[int] = Counter()
    columns: Counter[int] = Counter()
    for (true, guess), n in counts.items():
        rows[true] += n
        columns[guess] += n
    if metric is balanced_accuracy:
        return mean_of([counts[c, c] / rows[c] for c in rows])
    found = sorted(rows | columns)
    of_class: Callable[[int], float] = {
        precision: lambda c: _share(counts[c, c], columns[c]),
        recall: lambda c: _share(counts[c, c], rows[c]),
        f1: lambda c: _share(2 * counts[c, c], rows[c] + columns[c]),
    }[metric]
    return of_class(1) if set(found) <= {0, 1} else mean_of(list(map(of_class, found)))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


CLASS_METRICS = (accuracy, balanced_accuracy, precision, recall, f1)
"""The metrics that need only the counts of true and predicted classes."""


def roc_auc(outputs: Any, targets: Any) -> float:
    """The area under the ROC curve: how often a sample of class 1 scores above one of class 0; a tie counts half.

    With two outputs their difference is the score. With more, the mean over the classes of the area of each against
    the rest, by the outputs if they are probabilities, else by their softmax (scikit-learn's ``multi_class="ovr"``).
    Raises ``ValueError`` if the targets are not classes, or all of one class.

    >>> roc_auc([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])                # 3 of 4 pairs
    0.75
    """
    outputs, targets = plain_pairs(outputs, targets)
    if not are_classes(outputs, targets):
        raise ValueError("roc_auc needs class labels: indices for several outputs, 0 and 1 or -1 and +1 for one")
    width = width_of(outputs)
    labels = true_classes(targets, not width)
    rows = outputs if isinstance(outputs, list) else outputs.tolist()
    if not width:
        return _area(rows, labels)
    if width == 2:
        return _area([second - first for first, second in rows], labels)
    scores = rows if all(map(is_distribution, rows)) else [_softmax(row) for row in rows]
    return mean_of([_area([row[c] for row in scores], [int(label == c) for label in labels]) for c in range(width)])


def _softmax(row: list[float]) -> list[float]:
    powers = [math.exp(item - max(row)) for item in row]
    total = math.fsum(powers)  # exact, so that rows with the same numbers in another order are ties
    return [power / total for power in powers]


def _area(scores: list[float], labels: list[int]) -> float:
    """The share of pairs of a 1 and a 0 in which the 1 scores higher, from the ranks (Mann and Whitney 1947)."""
    positive = sum(labels)
    negative = len(labels) - positive
    if not positive or not negative:
        raise ValueError("roc_auc needs samples of every class: with one class there is nothing to rank")
    pairs, below = 0.0, 0  # `below`: the samples of class 0 with a lower score
    for _, group in groupby(sorted(zip(scores, labels, strict=True)), key=lambda pair: pair[0]):
        tied = [label for _, label in group]
        ones = sum(tied)
        zeros = len(tied) - ones
        pairs += ones * (below + zeros / 2)
        below += zeros
    return pairs / (positive * negative)
