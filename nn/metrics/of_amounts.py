"""How far are the predicted amounts from the right ones?

Read before: ``outputs``.
"""

from __future__ import annotations

import math
from typing import Any

from .outputs import mean_of, plain_pairs


def mean_absolute_deviation(outputs: Any, targets: Any) -> float:
    """The mean absolute difference between output and target.

    >>> mean_absolute_deviation([1.0, 2.0], [0.0, 4.0])
    1.5
    """
    return mean_of([abs(o - t) for o, t in _numbers(outputs, targets)])


def root_mean_square(outputs: Any, targets: Any) -> float:
    """The root of the mean squared difference, in the target's unit.

    >>> root_mean_square([3.0, 4.0], [0.0, 0.0]) == 12.5**0.5
    True
    """
    differences = [o - t for o, t in _numbers(outputs, targets)]
    exponent = math.frexp(max(map(abs, differences)))[1]  # scaled by it, the squares neither over- nor underflow
    squares = [math.ldexp(difference, -exponent) ** 2 for difference in differences]
    return math.ldexp(math.sqrt(mean_of(squares)), exponent)


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
    centre = mean_of(numbers)
    return 1 - (math.hypot(*(o - t for o, t in pairs)) / math.hypot(*(t - centre for t in numbers))) ** 2


def _numbers(outputs: Any, targets: Any) -> list[tuple[float, float]]:
    outputs, targets = (data if isinstance(data, list) else data.tolist() for data in plain_pairs(outputs, targets))
    if isinstance(outputs[0], list) != isinstance(targets[0], list):
        raise ValueError("outputs and targets must have the same shape: both single numbers, or both lists")
    if not isinstance(outputs[0], list):
        return list(zip(outputs, targets, strict=True))
    if len(outputs[0]) != len(targets[0]):
        raise ValueError(f"outputs have {len(outputs[0])} numbers per sample, targets {len(targets[0])}")
    return [(o, t) for row, target in zip(outputs, targets, strict=True) for o, t in zip(row, target, strict=True)]
