from __future__ import annotations

import random
from typing import Any

import numpy as np
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


@pytest.mark.parametrize("count", [4, 10, 37, 150])
@pytest.mark.parametrize("test_size", [0.1, 0.25, 0.3, 0.5, 0.75, 1, 2, 3])
def test_sizes_as_in_scikit_learn(count: int, test_size: float) -> None:
    from sklearn.model_selection import train_test_split

    X, y = np.arange(float(count))[:, None], np.arange(count) % 2
    ours = nn.train_test_split(X, y, test_size, seed=0)
    assert [len(part) for part in ours] == [len(part) for part in train_test_split(X, y, test_size=test_size)]
    assert sorted(np.concatenate(ours[:2]).ravel()) == list(range(count))
    assert all((part[:, 0] % 2 == targets).all() for part, targets in ((ours[0], ours[2]), (ours[1], ours[3])))


@pytest.mark.parametrize("test_size", [0.2, 0.25, 0.3, 0.5, 6, 11, 50])
def test_stratified_counts_as_in_scikit_learn(test_size: float) -> None:
    from sklearn.model_selection import train_test_split

    y = [0] * 37 + [1] * 11 + [2] * 6 + [3] * 3  # no ties between remainders, where scikit-learn would draw lots
    X = [[float(i)] for i in range(len(y))]
    ours = nn.train_test_split(X, y, test_size, seed=3, stratify=y)
    theirs = train_test_split(X, y, test_size=test_size, stratify=y, random_state=0)
    for mine, other in zip(ours[2:], theirs[2:], strict=True):
        assert [mine.count(label) for label in range(4)] == [other.count(label) for label in range(4)]
    assert [y[int(row[0])] for row in ours[0] + ours[1]] == ours[2] + ours[3]
    assert ours == nn.train_test_split(X, y, test_size, seed=3, stratify=np.array(y))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test_size": 4}, "test_size must be at most 3, got 4"),
        ({"test_size": 0}, "test_size must be at least 1, got 0"),
        ({"stratify": [0, 1]}, "stratify has 2 entries but X has 4 samples"),
        ({"stratify": [0, 0, 0, 1]}, "stratify has class 1 only once"),
        ({"stratify": [0, 0, 1, 1], "test_size": 1}, "2 classes, but the parts have 3 and 1 samples"),
    ],
)
def test_what_cannot_be_split(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        nn.train_test_split([[1], [2], [3], [4]], [0, 0, 1, 1], **changes)


def test_standardize_an_array(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nn.samples.PIECE", 7)  # read in pieces
    X = np.random.default_rng(0).normal(3.0, 5.0, size=(50, 2, 3))
    X[:, 1, 2] = 0.7
    other = X[:3] + 1
    got, moved = nn.standardize(X, other)
    deviation = np.where(np.arange(6).reshape(2, 3) == 5, 1.0, X.std(axis=0))
    np.testing.assert_allclose(got, (X - X.mean(axis=0)) / deviation, atol=1e-12)
    assert (got[:, 1, 2] == 0).all()
    np.testing.assert_allclose(moved, (other - X.mean(axis=0)) / deviation, atol=1e-12)
    listed = nn.standardize(X.tolist(), other)
    np.testing.assert_allclose(listed[0], got, atol=1e-12)
    assert isinstance(listed[0], list)
    assert isinstance(listed[1], np.ndarray)
    for size in (1e-160, 1e300):
        assert nn.standardize(np.array([[size], [3 * size]])).tolist() == [[pytest.approx(-1)], [pytest.approx(1)]]
    with pytest.raises(ValueError, match=r"feature 1 of X has numbers of up to 1\.7e\+308"):
        nn.standardize(np.array([[1.0, 1.7e308], [2.0, -1.7e308]]))
    with pytest.raises(ValueError, match=r"others\[0\] has samples of shape \(3, 2\) but X has"):
        nn.standardize(X, np.zeros((1, 3, 2)))


def test_one_hot_and_batches_of_arrays() -> None:
    encoded = nn.one_hot(np.array([1, 0]), classes=3)
    assert encoded.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    pairs = list(nn.batches(np.arange(6.0).reshape(3, 2), [0, 1, 2], 2, shuffle=False))
    assert pairs[0][0].tolist() == [[0.0, 1.0], [2.0, 3.0]]
    assert pairs[0][1] == [0, 1]


@pytest.mark.parametrize("count", [*range(10), 15, 16, 17, 255, 256, 257, 1347])
def test_shuffling_gives_the_order_and_the_state_of_the_standard_library(count: int) -> None:
    for seed in range(20):
        source, expected = random.Random(seed), random.Random(seed)
        order = list(range(count))
        expected.shuffle(order)
        assert batch_indices(count, count or 1, source) == ([order] if count else [])
        assert source.getstate() == expected.getstate()


def test_a_source_of_the_users_own_shuffles_itself() -> None:
    class Reversing(random.Random):
        def shuffle(self, items: Any) -> None:
            items.reverse()

    assert batch_indices(5, 2, Reversing()) == [[4, 3], [2, 1], [0]]
