"""How much does each sample count in the loss?

A loss with weights is Σ wᵢ·lossᵢ / Σ wᵢ over the samples of a batch, so that a weight of 2 is the same as the sample
twice, and a weight of 0 the same as no sample. Read before: ``samples``, ``metrics``. Read after: ``training``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import autograd
from nn.checks import plain_number, real_number, shown
from nn.metrics import class_codes, true_classes
from nn.samples import check_labels, samples


def sample_weights(X: Any, y: Any, sample_weight: Any, class_weight: Any, width: int, some: bool = True) -> Any:
    """One weight per sample from both arguments of ``fit``, as a list or an array; ``None`` without weights.

    ``sample_weight``: a number of at least 0 for each sample. ``class_weight``: a number for each class, 1 for those
    left out, or "balanced": n / (classes · count), as in scikit-learn. ``width``: the model's number of outputs,
    0 for a single one. ``some``: raise ``ValueError`` if all weights are 0.

    >>> sample_weights([[1], [2], [3]], [0, 0, 1], None, "balanced", 0)
    [0.75, 0.75, 1.5]
    """
    weights = None
    if sample_weight is not None:
        check_labels(X, sample_weight, "X", "sample_weight")
        weights = samples(sample_weight, "sample_weight")
        _check(weights, len(X))
    if class_weight is not None:
        if not class_codes(y, width):
            raise ValueError("class_weight needs classes in y: indices, 0 and 1, or -1 and +1; use sample_weight")
        labels = true_classes(y, not width)
        table = _by_class(class_weight, labels, not width)
        of_class = [table.get(label, 1.0) for label in labels]
        given = [1.0] * len(labels) if weights is None else weights
        weights = [float(w) * c for w, c in zip(given, of_class, strict=True)]
        if not isinstance(y, list):
            weights = _as_array(weights)
    if some and weights is not None and not any(map(float, weights)):
        raise ValueError("every sample has weight 0: there is nothing to train on")
    return weights


def _check(weights: Any, count: int) -> None:
    if len(weights) != count:
        raise ValueError(f"sample_weight has {len(weights)} entries but X has {count} samples: give one for each")
    array = not isinstance(weights, list)
    if (weights.ndim > 1) if array else isinstance(weights[0], list):
        raise ValueError("sample_weight must be a list of numbers, one for each sample")
    if (weights < 0).any() if array else min(weights) < 0:
        i = next(i for i, weight in enumerate(weights) if weight < 0)
        raise ValueError(f"sample_weight[{i}] is {float(weights[i]):g}: a weight must be at least 0")


def _as_array(numbers: list[float]) -> Any:
    import numpy as np

    return np.array(numbers)


def _by_class(class_weight: Any, labels: list[int], single: bool) -> dict[int, float]:
    """The weight of each class, by the index that ``true_class`` gives."""
    if isinstance(class_weight, str) and class_weight == "balanced":
        counts = Counter(labels)
        return {label: len(labels) / (len(counts) * count) for label, count in counts.items()}
    if not isinstance(class_weight, dict) or not class_weight:
        raise TypeError(
            "class_weight must be a dictionary such as {0: 1.0, 1: 5.0}, or 'balanced'; got " + shown(class_weight)
        )
    table = {}
    for label, weight in class_weight.items():
        number = plain_number(label, "a class in class_weight")
        if number != int(number):
            raise ValueError(f"class_weight has class {shown(label)}: classes are whole numbers")
        key = int(number > 0) if single else int(number)  # -1 and +1, or 0 and 1
        if key in table:
            raise ValueError(f"class_weight names the same class twice: {shown(class_weight)}")
        table[key] = real_number(weight, f"class_weight[{shown(label)}]", 0)
    return table


def weighted_mean(loss: Any, outputs: list[Any], targets: list[Any], weights: Any) -> Any:
    """The loss of a batch with weights, as a number or a Value: Σ wᵢ·lossᵢ / Σ wᵢ.

    >>> from nn.losses import mean_squared_error
    >>> weighted_mean(mean_squared_error, [1.0, 2.0], [0.0, 0.0], [3, 1])      # (3·1 + 1·4) / 4
    1.75
    """
    if "class_weights" in getattr(loss, "keywords", ()):
        raise ValueError("a loss with class_weights cannot be weighted again: use class_weight= in its place")
    terms = [loss([output], [target]) for output, target in zip(outputs, targets, strict=True)]
    total = sum(map(float, weights))
    return autograd.dot(terms, [float(weight) / total for weight in weights])
