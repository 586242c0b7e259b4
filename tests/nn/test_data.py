from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
from nn.data import batch_indices

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


def test_bundled_sets() -> None:
    for load, count, features in [
        (nn.load_iris, 150, 4),
        (nn.load_wine, 178, 13),
        (nn.load_breast_cancer, 569, 30),
        (nn.load_diabetes, 442, 10),
        (nn.load_digits, 1797, 64),
    ]:
        X, y = load()
        assert (len(X), len(y), len(X[0])) == (count, count, features)
        assert type(X[0][0]) is float


def test_without_scikit_learn_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sklearn", None)
    with pytest.raises(ImportError, match=r'load_iris needs scikit-learn: .*pip install "chalkgrad\[sklearn\]"'):
        nn.load_iris()


def test_split_keeps_pairs_and_loses_nothing() -> None:
    X = [[float(i)] for i in range(20)]
    y = list(range(20))
    X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.3, seed=0)
    assert (len(X_train), len(X_test)) == (14, 6)
    assert sorted(y_train + y_test) == y
    assert [row[0] for row in X_train + X_test] == [float(label) for label in y_train + y_test]
    with pytest.raises(ValueError, match="leaves one part empty"):
        nn.train_test_split(X[:2], y[:2], test_size=0.01)
    with pytest.raises(ValueError, match="test_size must be"):
        nn.train_test_split(X, y, test_size=1.0)


@pytest.mark.parametrize("number", [0.7, 0.1, -1 / 3, 1e-300, 1e300, 3.0])
@pytest.mark.parametrize("count", [1, 3, 10, 7919])
def test_a_constant_feature_becomes_0(number: float, count: int) -> None:
    train, test = nn.standardize([[number]] * count, [[5.0], [number]])
    assert train == [[0.0]] * count
    assert test == [[5.0 - number], [0.0]]


@pytest.mark.parametrize("size", [1e-200, 1e-160, 1e160, 1e300])
def test_tiny_and_huge_features_are_scaled(size: float) -> None:
    assert nn.standardize([[size], [3 * size]]) == [[pytest.approx(-1.0)], [pytest.approx(1.0)]]
    with pytest.raises(ValueError, match=r"feature 0 of X has numbers of up to 1\.7e\+308: divide"):
        nn.standardize([[1.7e308], [-1.7e308]])


def test_standardize_uses_the_first_set_s_numbers() -> None:
    train, test = nn.standardize(np.array([[0.0, 5.0], [4.0, 5.0]]), [[2.0, 6.0]])
    assert train == [[-1.0, 0.0], [1.0, 0.0]]
    assert test == [[0.0, 1.0]]
    with pytest.raises(ValueError, match=r"others\[0\] has 1 features but X has 2"):
        nn.standardize([[1.0, 2.0]], [[1.0]])
    with pytest.raises(TypeError, match="X must be a list of samples"):
        nn.standardize([1.0, 2.0])


def test_one_hot() -> None:
    assert nn.one_hot(np.array([1, 0]), classes=3) == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    with pytest.raises(ValueError, match=r"y\[1\] must be a class index"):
        nn.one_hot([0, 1.5])
    with pytest.raises(ValueError, match="y has class 3, but classes=2"):
        nn.one_hot([0, 3], classes=2)


def test_batches() -> None:
    X, y = [[i] for i in range(7)], list(range(7))
    got = list(nn.batches(X, y, 3, seed=1))
    assert [len(targets) for _, targets in got] == [3, 3, 1]
    assert sorted(t for _, targets in got for t in targets) == y
    assert all([row[0] for row in rows] == targets for rows, targets in got)
    assert got == list(nn.batches(X, y, 3, seed=1))
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        nn.batches(X, y, 0)
    assert batch_indices(3, 10, None) == [[0, 1, 2]]
