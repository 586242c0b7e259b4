"""Which small data sets can be generated, to see a model learn?

Each has two features and two or more classes. The same seed gives the same numbers everywhere. Read before: nothing.
Read after: ``preparation``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from nn.checks import MAX_COUNT, random_source, real_number, whole_number
from nn.names import explains_keywords

if TYPE_CHECKING:
    import random

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
