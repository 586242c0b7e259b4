from __future__ import annotations

import pytest

import nn
from nn.data import batch_indices


def test_split_keeps_pairs_and_loses_nothing() -> None:
    X = [[float(i)] for i in range(20)]
    y = list(range(20))
    X_train, X_test, y_train, y_test = nn.train_test_split(X, y, test_size=0.3, seed=0)
    assert (len(X_train), len(X_test)) == (14, 6)
    assert sorted(y_train + y_test) == y
    assert [row[0] for row in X_train + X_test] == [float(label) for label in y_train + y_test]
    with pytest.raises(ValueError, match="leaves one part empty"):
        nn.train_test_split(X[:1], y[:1], test_size=0.01)
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
    train, test = nn.standardize([[0.0, 5.0], [4.0, 5.0]], [[2.0, 6.0]])
    assert train == [[-1.0, 0.0], [1.0, 0.0]]
    assert test == [[0.0, 1.0]]
    with pytest.raises(ValueError, match=r"others\[0\] has 1 features but X has 2"):
        nn.standardize([[1.0, 2.0]], [[1.0]])
    with pytest.raises(TypeError, match="X must be a list of samples"):
        nn.standardize([1.0, 2.0])


def test_one_hot() -> None:
    assert nn.one_hot([1, 0], classes=3) == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
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
