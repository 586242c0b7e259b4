"""Where does training data come from, and how is it prepared?

Here are small generated data sets, the real ones that come with scikit-learn, and the steps before training: split,
standardize, one-hot, batches. A data set is a pair: a list of samples (lists of floats) and a list
of targets. The same seed gives the same numbers everywhere. Read before: nothing. Read after: ``training``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .checks import (
    MAX_COUNT,
    is_scalar,
    random_source,
    real_number,
    samples,
    samples_and_targets,
    shown,
    whole_number,
)
from .names import explains_keywords

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    Points = tuple[list[list[float]], list[int]]


def _shuffled(X: list[list[float]], y: list[int], source: random.Random) -> Points:
    order = list(range(len(X)))
    source.shuffle(order)
    return [X[i] for i in order], [y[i] for i in order]


def _start(n_samples: Any, noise: Any, seed: Any) -> tuple[int, float, random.Random]:
    return whole_number(n_samples, "n_samples", 2, MAX_COUNT), real_number(noise, "noise", 0), random_source(seed)


def _noisy(point: tuple[float, float], noise: float, source: random.Random) -> list[float]:
    return [coordinate + source.gauss(0.0, noise) if noise else coordinate for coordinate in point]


def _between(i: int, count: int) -> float:
    return i / max(1, count - 1)  # 0 for the first of count points, 1 for the last


@explains_keywords
def make_moons(n_samples: int = 100, noise: float = 0.1, seed: Any = None) -> Points:
    """Two interleaved half circles, classes 0 and 1; ``noise`` is a standard deviation.

    >>> X, y = make_moons(4, noise=0.0, seed=0)
    >>> sorted((label, round(a, 6), round(b, 6)) for (a, b), label in zip(X, y))
    [(0, -1.0, 0.0), (0, 1.0, 0.0), (1, 0.0, 0.5), (1, 2.0, 0.5)]
    """
    count, noise, source = _start(n_samples, noise, seed)
    X, y = [], []
    for label, size in enumerate((count - count // 2, count // 2)):
        for i in range(size):
            angle = math.pi * _between(i, size)
            point = (math.cos(angle), math.sin(angle))
            X.append(_noisy((1 - point[0], 0.5 - point[1]) if label else point, noise, source))
            y.append(label)
    return _shuffled(X, y, source)


@explains_keywords
def make_circles(n_samples: int = 100, noise: float = 0.05, factor: float = 0.5, seed: Any = None) -> Points:
    """A circle of radius 1 (class 0) around one of radius ``factor`` (class 1).

    >>> X, y = make_circles(10, noise=0.0, factor=0.5, seed=0)
    >>> sorted({(label, round(math.hypot(*point), 6)) for point, label in zip(X, y)})
    [(0, 1.0), (1, 0.5)]
    """
    count, noise, source = _start(n_samples, noise, seed)
    factor = real_number(factor, "factor", 0, 1, above=True, below=True)
    X, y = [], []
    for label, size in enumerate((count - count // 2, count // 2)):
        for i in range(size):
            angle, radius = 2 * math.pi * i / size, factor if label else 1.0
            X.append(_noisy((radius * math.cos(angle), radius * math.sin(angle)), noise, source))
            y.append(label)
    return _shuffled(X, y, source)


@explains_keywords
def make_spiral(
    n_samples: int = 100, noise: float = 0.02, classes: int = 2, turns: float = 1.0, seed: Any = None
) -> Points:
    """Spiral arms around the origin, one per class, each with ``turns`` turns.

    >>> X, y = make_spiral(30, classes=3, seed=0)
    >>> [y.count(label) for label in range(3)]
    [10, 10, 10]
    """
    count, noise, source = _start(n_samples, noise, seed)
    classes, turns = whole_number(classes, "classes", 2, MAX_COUNT), real_number(turns, "turns", 0, above=True)
    X, y = [], []
    for i in range(count):
        label, size = i % classes, math.ceil(count / classes)
        radius = 0.1 + 0.9 * _between(i // classes, size)
        angle = 2 * math.pi * (turns * radius + label / classes)
        X.append(_noisy((radius * math.cos(angle), radius * math.sin(angle)), noise, source))
        y.append(label)
    return _shuffled(X, y, source)


@explains_keywords
def make_xor(n_samples: int = 100, noise: float = 0.1, seed: Any = None) -> Points:
    """Points around the corners of a square; class 1 if exactly one coordinate is 1, so no line separates them.

    >>> X, y = make_xor(4, noise=0.0, seed=0)
    >>> sorted(zip(X, y))
    [([0.0, 0.0], 0), ([0.0, 1.0], 1), ([1.0, 0.0], 1), ([1.0, 1.0], 0)]
    """
    count, noise, source = _start(n_samples, noise, seed)
    corners = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    X = [_noisy(corners[i % 4], noise, source) for i in range(count)]
    return _shuffled(X, [int(i % 4 in (1, 2)) for i in range(count)], source)


@explains_keywords
def make_blobs(n_samples: int = 100, noise: float = 0.5, classes: int = 3, seed: Any = None) -> Points:
    """Round clouds with centres on a circle of radius 3, one per class.

    >>> X, y = make_blobs(3, noise=0.0, classes=3, seed=0)
    >>> sorted((label, round(math.hypot(*point), 6)) for point, label in zip(X, y))
    [(0, 3.0), (1, 3.0), (2, 3.0)]
    """
    count, noise, source = _start(n_samples, noise, seed)
    classes = whole_number(classes, "classes", 1, MAX_COUNT)
    angles = [2 * math.pi * label / classes for label in range(classes)]
    centres = [(3 * math.cos(angle), 3 * math.sin(angle)) for angle in angles]
    X = [_noisy(centres[i % classes], noise, source) for i in range(count)]
    return _shuffled(X, [i % classes for i in range(count)], source)


def _sklearn(name: str) -> Any:
    try:
        from sklearn import datasets
    except ImportError as error:
        raise ImportError(
            f'load_{name} needs scikit-learn: install it by python -m pip install "chalkgrad[sklearn]"'
        ) from error
    return datasets


def _as_lists(bunch: Any) -> tuple[list[list[float]], list[Any]]:
    return bunch.data.tolist(), bunch.target.tolist()


def load_iris() -> tuple[list[list[float]], list[int]]:
    """150 flowers, 4 measurements in centimetres, 3 species (Fisher 1936). Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("iris").load_iris())


def load_wine() -> tuple[list[list[float]], list[int]]:
    """178 wines, 13 chemical measurements, 3 growers. Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("wine").load_wine())


def load_breast_cancer() -> tuple[list[list[float]], list[int]]:
    """569 tumours, 30 measurements, 0 for malignant and 1 for benign. Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("breast_cancer").load_breast_cancer())


def load_diabetes() -> tuple[list[list[float]], list[float]]:
    """442 patients, 10 standardized measurements, the progress of the disease as a number. Needs ``sklearn``."""
    return _as_lists(_sklearn("diabetes").load_diabetes())


def load_digits() -> tuple[list[list[float]], list[int]]:
    """1797 handwritten digits of 8 by 8 pixels, each 0 to 16. Needs the ``sklearn`` extra."""
    return _as_lists(_sklearn("digits").load_digits())


@explains_keywords
def train_test_split(
    X: Any, y: Any, test_size: float = 0.25, seed: Any = None
) -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    """Shuffle, then hold back the share ``test_size``: X_train, X_test, y_train, y_test, in scikit-learn's order.

    Raises ``ValueError`` if either part would be empty.

    >>> X_train, X_test, y_train, y_test = train_test_split([[1], [2], [3], [4]], [1, 2, 3, 4], seed=0)
    >>> len(X_train), len(X_test), X_test[0][0] == y_test[0]
    (3, 1, True)
    """
    X, y = samples_and_targets(X, y)
    test_size = real_number(test_size, "test_size", 0, 1, above=True, below=True)
    held_back = round(len(X) * test_size)
    if not 0 < held_back < len(X):
        raise ValueError(f"test_size {test_size} of {len(X)} samples leaves one part empty: use more samples")
    order = list(range(len(X)))
    random_source(seed).shuffle(order)
    train, test = order[held_back:], order[:held_back]
    return [X[i] for i in train], [X[i] for i in test], [y[i] for i in train], [y[i] for i in test]


def standardize(X: Any, *others: Any) -> Any:
    """Shift and scale each feature to mean 0 and standard deviation 1 over ``X``; transform ``others`` the same way.

    Pass the training set first and the held-back sets after it, so that they do not influence training. A constant
    feature becomes 0. Returns one list, or a tuple if there are others.

    >>> standardize([[1.0], [3.0]], [[5.0]])
    ([[-1.0], [1.0]], [[3.0]])
    """
    sets = [samples(X)] + [samples(other, f"others[{n}]") for n, other in enumerate(others)]
    for n, rows in enumerate(sets):
        if not isinstance(rows[0], list):
            raise TypeError(
                f"{'X' if n == 0 else f'others[{n - 1}]'} must be a list of samples, each a list of numbers"
            )
        if len(rows[0]) != len(sets[0][0]):
            raise ValueError(f"others[{n - 1}] has {len(rows[0])} features but X has {len(sets[0][0])}")
    scales = [_centre_and_deviation(column, j) for j, column in enumerate(zip(*sets[0], strict=True))]
    scaled = [[[(item - m) / d for item, (m, d) in zip(row, scales, strict=True)] for row in rows] for rows in sets]
    return tuple(scaled) if others else scaled[0]


def _centre_and_deviation(column: tuple[float, ...], feature: int) -> tuple[float, float]:
    """The mean and the standard deviation; for equal numbers exactly that number, and 1."""
    if min(column) == max(column):  # rounding could change the mean, and make the deviation nonzero
        return column[0], 1.0
    try:
        centre = math.fsum(column) / len(column)
        unit = (
            2.0 ** math.frexp(max(abs(item - centre) for item in column))[1]
        )  # the squares neither over- nor underflow
        deviation = math.sqrt(math.fsum(((item - centre) / unit) ** 2 for item in column) / len(column)) * unit
    except OverflowError:
        raise ValueError(
            f"feature {feature} of X has numbers of up to {max(map(abs, column)):.4g}: divide it by a power of 10 first"
        ) from None
    return centre, deviation


@explains_keywords
def one_hot(y: Any, classes: int | None = None) -> list[list[float]]:
    """Each class index as a list of zeros with a 1 at that index.

    >>> one_hot([0, 2])
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    labels = samples(y, "y")
    for position, label in enumerate(labels):
        if not is_scalar(label) or label != int(label) or label < 0:
            raise ValueError(f"y[{position}] must be a class index 0, 1, ..., got {shown(label)}")
    most = int(max(labels))
    classes = most + 1 if classes is None else whole_number(classes, "classes", 1, MAX_COUNT)
    if most >= classes:
        raise ValueError(f"y has class {most}, but classes={classes} allows 0 .. {classes - 1}")
    return [[float(label == j) for j in range(classes)] for label in labels]


@explains_keywords
def batches(
    X: Any, y: Any, batch_size: int, shuffle: bool = True, seed: Any = None
) -> Iterator[tuple[list[Any], list[Any]]]:
    """Pairs of ``batch_size`` samples and their targets, in random order; the last pair may be smaller.

    >>> [targets for _, targets in batches([[1], [2], [3]], [1, 2, 3], 2, shuffle=False)]
    [[1, 2], [3]]
    """
    X, y = samples_and_targets(X, y)
    size = whole_number(batch_size, "batch_size")
    groups = batch_indices(len(X), size, random_source(seed) if shuffle else None)
    return (([X[i] for i in group], [y[i] for i in group]) for group in groups)


def batch_indices(count: int, size: int, source: random.Random | None) -> list[list[int]]:
    """The numbers 0 .. count - 1 in groups of ``size``, shuffled if there is a source of random numbers.

    >>> batch_indices(5, 2, None)
    [[0, 1], [2, 3], [4]]
    """
    order = list(range(count))
    if source is not None:
        source.shuffle(order)
    return [order[start : start + size] for start in range(0, count, size)]
