from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Value
from nn.metrics import mean_absolute_deviation, r_squared, root_mean_square


def test_amounts_by_hand() -> None:
    assert mean_absolute_deviation([[1.0, 2.0]], [[0.0, 0.0]]) == 1.5
    assert root_mean_square([3.0, -1.0], [0.0, 0.0]) == 5**0.5
    assert r_squared([1.0, 1.0, 4.0], [1.0, 2.0, 3.0]) == 0.0  # errors 1 + 1, variance 2


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: r_squared([1.0, 2.0], [3.0, 3.0]), ValueError, "targets that differ"),
        (lambda: r_squared([0.5] * 10, [0.7] * 10), ValueError, "all of them are 0.7"),
        (lambda: root_mean_square([1.0], [[1.0]]), ValueError, "the same shape"),
        (lambda: root_mean_square([[1.0]], [[1.0, 2.0]]), ValueError, "outputs have 1 numbers per sample, targets 2"),
    ],
)
def test_wrong_inputs(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_the_share_of_variance_has_no_scale() -> None:
    for size in (1e-200, 1.0, 1e200):
        got = r_squared([1.0 * size, 1.0 * size, 4.5 * size], [1.0 * size, 2.0 * size, 3.0 * size])
        assert got == pytest.approx(1 - (1 + 1.5**2) / 2)


@pytest.mark.parametrize("size", [5e-324, 1e-200, 1.0, 1e200, 2.0**1021])
def test_the_root_of_the_mean_square_neither_overflows_nor_underflows(size: float) -> None:
    assert root_mean_square([3 * size, 0.0, size, -2 * size], [0.0, size, 0.0, 3 * size]) == 3 * size


def test_outputs_may_be_values() -> None:
    assert r_squared([Value(1.0), Value(1.0), 4.0], [1.0, 2.0, 3.0]) == 0.0


@pytest.mark.parametrize("shape", [(30,), (30, 3)])
def test_arrays_give_what_lists_give_and_scikit_learn_too(shape: tuple[int, ...]) -> None:
    from sklearn.metrics import r2_score

    source = np.random.default_rng(0)
    outputs, targets = source.normal(size=shape), source.normal(size=shape)
    assert r_squared(outputs, targets) == r_squared(outputs.tolist(), targets.tolist())
    assert mean_absolute_deviation(outputs, targets) == pytest.approx(abs(outputs - targets).mean())
    if len(shape) == 1:
        assert r_squared(outputs, targets) == pytest.approx(r2_score(targets, outputs), rel=1e-12)
