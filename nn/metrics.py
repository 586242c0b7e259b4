"""How good are the predictions, in numbers that people understand?

Training lowers a loss; people read a metric. The functions here take the outputs of ``predict`` or of the model itself.
 Read before: ``losses``. Read after: ``training``.
"""

from __future__ import annotations

import math
from typing import Any

from autograd import Value

from .checks import choose, real_number, samples_and_targets, shown
from .names import explains_keywords


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


def true_class(target: Any, single: bool) -> int:
    """The class of a target: an index, probabilities of the classes, or -1/+1 or 0/1 for a single output."""
    if isinstance(target, list):
        return max(range(len(target)), key=target.__getitem__)
    return int(target > 0) if single else int(target)


def are_classes(outputs: list[Any], targets: list[Any]) -> bool:
    """Are the targets classes (so that accuracy makes sense), not amounts?

    >>> are_classes([0.2, 0.7], [0, 1]), are_classes([0.2, 0.7], [0.5, 7.0])
    (True, False)
    """
    single = not isinstance(outputs[0], list)
    if isinstance(targets[0], list):
        return not single and all(len(target) == len(outputs[0]) > 1 and _is_distribution(target) for target in targets)
    if single:
        return set(targets) <= {0, 1} or set(targets) <= {-1, 1}
    return all(float(target).is_integer() and 0 <= target < len(outputs[0]) for target in targets)


def _is_distribution(target: list[float]) -> bool:
    return all(0 <= share <= 1 for share in target) and abs(sum(target) - 1) < 1e-6


@explains_keywords
def accuracy(outputs: Any, targets: Any, threshold: float | None = None) -> float:
    """The share of correct predictions, 0 to 1. ``threshold`` separates class 0 from class 1 for single outputs.

    Its default is 0.5 if the outputs are Values that a sigmoid computed, else 0; give 0.5 for probabilities that are
    plain numbers. Raises ``ValueError`` if the targets are not classes.

    >>> accuracy([2.0, -1.0, 0.5, 3.0], [1, 0, 0, 1])
    0.75
    """
    if threshold is None:
        threshold = threshold_of(outputs[0]) if isinstance(outputs, (list, tuple)) and outputs else 0.0
    threshold = real_number(threshold, "threshold")
    outputs, targets = _plain_pairs(outputs, targets)
    if not are_classes(outputs, targets):
        raise ValueError(
            "accuracy needs class labels: indices for several outputs, 0 and 1 or -1 and +1 for a single one"
        )
    single = not isinstance(outputs[0], list)
    right = [decided(o, threshold) == true_class(t, single) for o, t in zip(outputs, targets, strict=True)]
    return sum(right) / len(right)


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


METRICS = {
    "accuracy": accuracy,
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
    outputs, targets = _plain_pairs(outputs, targets)
    if isinstance(outputs[0], list) != isinstance(targets[0], list):
        raise ValueError("outputs and targets must have the same shape: both single numbers, or both lists")
    if not isinstance(outputs[0], list):
        return list(zip(outputs, targets, strict=True))
    if len(outputs[0]) != len(targets[0]):
        raise ValueError(f"outputs have {len(outputs[0])} numbers per sample, targets {len(targets[0])}")
    return [(o, t) for row, target in zip(outputs, targets, strict=True) for o, t in zip(row, target, strict=True)]


def _mean(numbers: list[float]) -> float:
    return math.fsum(numbers) / len(numbers)
