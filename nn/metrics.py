"""How good are the predictions, in numbers that people understand?

Training lowers a loss; people read a metric. The functions here take the outputs of ``predict`` or of the model itself.
Read before: ``samples``. Read after: ``evaluation``.
"""

from __future__ import annotations

import math
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

from autograd import Value

from .checks import choose, real_number, shown
from .samples import samples_and_targets

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(output: Any) -> Any:
    """The numbers in a model's output: a float for one Value, a list of floats for several.

    >>> plain([Value(1.0), 2.0])
    [1.0, 2.0]
    """
    if isinstance(output, (list, tuple)):
        return [number_of(item) for item in output]
    return number_of(output)


def number_of(item: Any) -> float:
    """The number in a Value or a plain number.

    >>> number_of(Value(2.0))
    2.0
    """
    return item.data if isinstance(item, Value) else float(item)


def decided(output: Any, threshold: float = 0.0) -> int:
    """The class of an output: the index of the largest, or for a single output 1 above ``threshold``, else 0.

    >>> decided([0.1, 2.0, -1.0]), decided(0.3), decided(0.3, threshold=0.5)
    (1, 1, 0)
    """
    if isinstance(output, list):
        return max(range(len(output)), key=output.__getitem__)
    return int(output > threshold)


def threshold_of(output: Any) -> float:
    """The threshold between class 0 and class 1: 0.5 if a sigmoid computed the output, else 0.

    >>> threshold_of(Value(2.0).sigmoid()), threshold_of(Value(2.0).tanh()), threshold_of(0.3)
    (0.5, 0.0, 0.0)
    """
    primitive = output.primitive if isinstance(output, Value) else None
    return 0.5 if primitive is not None and primitive.name == "sigmoid" else 0.0


def decided_all(outputs: Any, threshold: float = 0.0) -> list[int]:
    """``decided`` for each of the outputs, which are a list or an array."""
    if isinstance(outputs, list):
        return [decided(output, threshold) for output in outputs]
    classes: list[int] = (outputs.argmax(axis=1) if outputs.ndim > 1 else (outputs > threshold).astype(int)).tolist()
    return classes


def true_class(target: Any, single: bool) -> int:
    """The class of a target: an index, probabilities of the classes, or -1/+1 or 0/1 for a single output."""
    if isinstance(target, list):
        return max(range(len(target)), key=target.__getitem__)
    return int(target > 0) if single else int(target)


def true_classes(targets: Any, single: bool) -> list[int]:
    """``true_class`` of each of the targets, which are a list or an array."""
    if isinstance(targets, list):
        return [true_class(target, single) for target in targets]
    classes: list[int] = (targets.argmax(axis=1) if targets.ndim > 1 else targets > 0 if single else targets).tolist()
    return list(map(int, classes))


def width_of(outputs: Any) -> int:
    """The number of outputs per sample; 0 if each is a single number.

    >>> width_of([[0.1, 0.2]]), width_of([0.5])
    (2, 0)
    """
    if isinstance(outputs, list):
        return len(outputs[0]) if isinstance(outputs[0], list) else 0
    return int(outputs.shape[1]) if outputs.ndim > 1 else 0


def are_classes(outputs: Any, targets: Any) -> bool:
    """Are the targets classes (so that accuracy makes sense), not amounts?

    >>> are_classes([0.2, 0.7], [0, 1]), are_classes([0.2, 0.7], [0.5, 7.0])
    (True, False)
    """
    return bool(class_codes(targets, width_of(outputs)))


CODES: tuple[frozenset[float], ...] = (frozenset({0, 1}), frozenset({-1, 1}))
"""How the two classes of a single output may be written."""


def class_codes(targets: Any, width: int) -> set[Any]:
    """The ways to read the targets as classes, for ``width`` outputs (0: a single one); empty if they are amounts.

    >>> class_codes([0, 1], 0) == {CODES[0]}, class_codes([1, 1], 0) == set(CODES), class_codes([0, 2], 2)
    (True, True, set())
    """
    array = not isinstance(targets, list)
    if targets.ndim > 1 if array else isinstance(targets[0], list):
        return {"shares"} if width > 1 and _are_shares(targets, width) else set()
    if not width:
        found = set(targets) if not array else set(different_numbers(targets))
        return {code for code in CODES if found <= code}
    if array:
        fits = targets.dtype.kind in "iu" or bool((targets == targets.round()).all())
        return {"indices"} if fits and targets.min() >= 0 and targets.max() < width else set()
    return {"indices"} if all(float(t).is_integer() and 0 <= t < width for t in targets) else set()


def different_numbers(targets: Any) -> list[float]:
    """The different numbers of an array; only those of its beginning if these are more than two."""
    import numpy as np

    few = np.unique(targets[:1000])
    values: list[float] = (few if len(few) > 2 else np.unique(targets)).tolist()
    return values


def _are_shares(targets: Any, width: int) -> bool:
    """Is each target a list of ``width`` probabilities that add up to 1?"""
    if isinstance(targets, list):
        return all(len(target) == width and _is_distribution(target) for target in targets)
    inside = targets.shape[1] == width and targets.min() >= 0 and targets.max() <= 1
    return bool(inside and (abs(targets.sum(axis=1) - 1) < 1e-6).all())


def _is_distribution(target: list[float]) -> bool:
    return all(0 <= share <= 1 for share in target) and abs(sum(target) - 1) < 1e-6


def accuracy(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of correct predictions, 0 to 1. ``threshold`` separates class 0 from class 1 for single outputs.

    Its default is 0.5 if the outputs are Values that a sigmoid computed, else 0; give 0.5 for probabilities that are
    plain numbers. Raises ``ValueError`` if the targets are not classes.

    >>> accuracy([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])
    0.75
    """
    return of_counts(accuracy, _counted("accuracy", outputs, targets, threshold))


def balanced_accuracy(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The mean over the classes of the share of their samples that is predicted correctly. Arguments as ``accuracy``.

    >>> balanced_accuracy([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])      # 1/2 of class 0, all of class 1
    0.75
    """
    return of_counts(balanced_accuracy, _counted("balanced_accuracy", outputs, targets, threshold))


def precision(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of class 1 among the samples predicted as class 1; 0 if there is none. Arguments as ``accuracy``.

    With more than two classes, the mean over the classes that occur (scikit-learn's ``average="macro"``).

    >>> precision([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])              # 2 of 3
    0.6667
    """
    return of_counts(precision, _counted("precision", outputs, targets, threshold))


def recall(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of the samples of class 1 that is predicted as class 1; 0 if there is none. Else as ``precision``.

    >>> recall([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])
    1.0
    """
    return of_counts(recall, _counted("recall", outputs, targets, threshold))


def f1(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The harmonic mean of precision and recall, 2·correct / (2·correct + wrong). Else as ``precision``.

    >>> f1([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])                     # 2·2 / (2·2 + 1)
    0.8
    """
    return of_counts(f1, _counted("f1", outputs, targets, threshold))


def _counted(name: str, outputs: Any, targets: Any, threshold: float | None) -> Counter[tuple[int, int]]:
    if threshold is None:
        threshold = threshold_of(outputs[0]) if isinstance(outputs, (list, tuple)) and outputs else 0.0
    threshold = real_number(threshold, "threshold")
    outputs, targets = _plain_pairs(outputs, targets)
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
        return _mean([counts[c, c] / rows[c] for c in rows])
    found = sorted(rows | columns)
    of_class: Callable[[int], float] = {
        precision: lambda c: _share(counts[c, c], columns[c]),
        recall: lambda c: _share(counts[c, c], rows[c]),
        f1: lambda c: _share(2 * counts[c, c], rows[c] + columns[c]),
    }[metric]
    return of_class(1) if set(found) <= {0, 1} else _mean(list(map(of_class, found)))


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
    outputs, targets = _plain_pairs(outputs, targets)
    if not are_classes(outputs, targets):
        raise ValueError("roc_auc needs class labels: indices for several outputs, 0 and 1 or -1 and +1 for one")
    width = width_of(outputs)
    labels = true_classes(targets, not width)
    rows = outputs if isinstance(outputs, list) else outputs.tolist()
    if not width:
        return _area(rows, labels)
    if width == 2:
        return _area([second - first for first, second in rows], labels)
    scores = rows if all(map(_is_distribution, rows)) else [_softmax(row) for row in rows]
    return _mean([_area([row[c] for row in scores], [int(label == c) for label in labels]) for c in range(width)])


def _softmax(row: list[float]) -> list[float]:
    powers = [math.exp(item - max(row)) for item in row]
    return [power / sum(powers) for power in powers]


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


def mean_absolute_deviation(outputs: Any, targets: Any) -> float:
    """The mean absolute difference between output and target.

    >>> mean_absolute_deviation([1.0, 2.0], [0.0, 4.0])
    1.5
    """
    return _mean([abs(o - t) for o, t in _numbers(outputs, targets)])


def root_mean_square(outputs: Any, targets: Any) -> float:
    """The root of the mean squared difference, in the target's unit.

    >>> root_mean_square([3.0, 4.0], [0.0, 0.0]) == 12.5**0.5
    True
    """
    return math.sqrt(_mean([(o - t) ** 2 for o, t in _numbers(outputs, targets)]))


def r_squared(outputs: Any, targets: Any) -> float:
    """The share of the targets' variance that is explained: 1 is perfect, 0 is as good as predicting their mean.

    Raises ``ValueError`` if all targets are equal, because they have no variance.

    >>> r_squared([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    1.0
    """
    pairs = _numbers(outputs, targets)
    numbers = [t for _, t in pairs]
    if min(numbers) == max(numbers):  # rounding may give a variance that is not exactly 0
        raise ValueError(f"r_squared needs targets that differ from each other; all of them are {numbers[0]}")
    centre = _mean(numbers)
    return 1 - (math.hypot(*(o - t for o, t in pairs)) / math.hypot(*(t - centre for t in numbers))) ** 2


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


def _plain_pairs(outputs: Any, targets: Any) -> tuple[list[Any], list[Any]]:
    return samples_and_targets(_without_graph(outputs), targets, "outputs", "targets")


def _without_graph(outputs: Any) -> Any:
    """The outputs with each Value replaced by its number."""
    if isinstance(outputs, list):
        return outputs if set(map(type, outputs)) == {float} else [_without_graph(output) for output in outputs]
    return outputs.data if isinstance(outputs, Value) else outputs


def _numbers(outputs: Any, targets: Any) -> list[tuple[float, float]]:
    outputs, targets = (data if isinstance(data, list) else data.tolist() for data in _plain_pairs(outputs, targets))
    if isinstance(outputs[0], list) != isinstance(targets[0], list):
        raise ValueError("outputs and targets must have the same shape: both single numbers, or both lists")
    if not isinstance(outputs[0], list):
        return list(zip(outputs, targets, strict=True))
    if len(outputs[0]) != len(targets[0]):
        raise ValueError(f"outputs have {len(outputs[0])} numbers per sample, targets {len(targets[0])}")
    return [(o, t) for row, target in zip(outputs, targets, strict=True) for o, t in zip(row, target, strict=True)]


def _mean(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)
