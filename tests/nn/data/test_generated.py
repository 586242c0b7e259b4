from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn

MAKERS = [nn.make_moons, nn.make_circles, nn.make_spiral, nn.make_xor, nn.make_blobs]


@pytest.mark.parametrize("make", MAKERS)
def test_made_sets_are_seeded_balanced_and_plain(make: Any) -> None:
    X, y = make(90, seed=3)
    assert (X, y) == make(90, seed=3)
    assert make(90, seed=4) != (X, y)
    assert len(X) == len(y) == 90
    assert {type(v) for row in X for v in row} == {float}
    assert {type(label) for label in y} == {int}
    counts = [y.count(label) for label in sorted(set(y))]
    assert max(counts) - min(counts) <= 2
    assert y != sorted(y)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"n_samples": 1}, ValueError, "n_samples must be at least 2"),
        ({"n_samples": 10.5}, TypeError, "n_samples must be a whole number"),
        ({"noise": -0.1}, ValueError, "noise must be at least 0"),
        ({"noise": "x"}, TypeError, "noise must be a real number"),
        ({"seed": 1.5}, TypeError, "seed must be a whole number"),
    ],
)
def test_wrong_arguments(make: Any, changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make(**changes)


def test_moons_lie_on_their_half_circles() -> None:
    X, y = nn.make_moons(50, noise=0.0, seed=0)
    for (a, b), label in zip(X, y, strict=True):
        centre = (1.0, 0.5) if label else (0.0, 0.0)
        assert math.hypot(a - centre[0], b - centre[1]) == pytest.approx(1.0)
        assert (b <= 0.5 + 1e-12) if label else (b >= -1e-12)


def test_noise_is_a_standard_deviation() -> None:
    X, _ = nn.make_blobs(4000, noise=0.5, classes=1, seed=0)
    xs = [row[0] for row in X]
    assert np.std(xs) == pytest.approx(0.5, rel=0.05)
