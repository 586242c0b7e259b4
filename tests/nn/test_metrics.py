from __future__ import annotations

from typing import Any

import pytest

from autograd import Value
from nn.metrics import accuracy, find_metrics, mean_absolute_deviation, r_squared, root_mean_square


def test_accuracy_in_all_its_forms() -> None:
    assert accuracy([0.1, -0.1, 2.0], [1, 0, 0]) == 2 / 3
    assert accuracy([0.1, -0.1, 2.0], [1, -1, -1]) == 2 / 3
    assert accuracy([0.4, 0.6], [1, 1], threshold=0.5) == 0.5
    assert accuracy([[1.0, 2.0], [5.0, 0.0]], [1, 1]) == 0.5
    assert accuracy([[1.0, 2.0], [5.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]) == 1.0


def test_outputs_may_be_values() -> None:
    assert accuracy([Value(0.1), Value(-0.1)], [1, 1]) == 0.5
    assert accuracy([[Value(1.0), 2.0], [5.0, Value(0.0)]], [1, 1]) == 0.5
    assert r_squared([Value(1.0), Value(1.0), 4.0], [1.0, 2.0, 3.0]) == 0.0


def test_amounts_by_hand() -> None:
    assert mean_absolute_deviation([[1.0, 2.0]], [[0.0, 0.0]]) == 1.5
    assert root_mean_square([3.0, -1.0], [0.0, 0.0]) == 5**0.5
    assert r_squared([1.0, 1.0, 4.0], [1.0, 2.0, 3.0]) == 0.0  # errors 1 + 1, variance 2


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: accuracy([0.5], [0.5]), ValueError, "accuracy needs class labels"),
        (lambda: accuracy([0.5, 1.0], [0]), ValueError, "outputs has 2 samples but targets has 1 targets"),
        (lambda: accuracy([[0.5, 1.0]], [2]), ValueError, "accuracy needs class labels"),
        (lambda: accuracy([], []), ValueError, "outputs is empty"),
        (lambda: r_squared([1.0, 2.0], [3.0, 3.0]), ValueError, "targets that differ"),
        (lambda: r_squared([0.5] * 10, [0.7] * 10), ValueError, "all of them are 0.7"),
        (lambda: root_mean_square([1.0], [[1.0]]), ValueError, "the same shape"),
        (lambda: root_mean_square([[1.0]], [[1.0, 2.0]]), ValueError, "outputs have 1 numbers per sample, targets 2"),
        (lambda: find_metrics(["acc"]), ValueError, "unknown metric 'acc'"),
        (lambda: find_metrics([3]), TypeError, "a metric must be a name or a callable"),
        (lambda: find_metrics(None), TypeError, "metrics must be a list"),
    ],
)
def test_wrong_inputs(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_the_share_of_variance_has_no_scale() -> None:
    for size in (1e-200, 1.0, 1e200):
        got = r_squared([1.0 * size, 1.0 * size, 4.5 * size], [1.0 * size, 2.0 * size, 3.0 * size])
        assert got == pytest.approx(1 - (1 + 1.5**2) / 2)


def test_functions_keep_their_names() -> None:
    def mine(outputs: Any, targets: Any) -> float:
        return 1.0

    assert find_metrics([mine, "r_squared"]) == {"mine": mine, "r_squared": r_squared}
    assert find_metrics("accuracy") == {"accuracy": accuracy}
