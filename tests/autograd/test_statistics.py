"""Functions of many numbers: values and gradients by hand, and the conventions at their kinks."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, check_gradients, gradients

XS = [1.5, -0.5, 2.0, 0.25]


@pytest.mark.parametrize(
    ("mine", "oracle"),
    [
        (autograd.prod, np.prod),
        (autograd.norm, np.linalg.norm),
        (autograd.var, np.var),
        (autograd.std, np.std),
        (lambda xs: autograd.var(xs, correction=1), statistics.variance),
        (lambda xs: autograd.std(xs, correction=1), statistics.stdev),
        (lambda xs: autograd.cumsum(xs)[2], lambda xs: xs[0] + xs[1] + xs[2]),
        (lambda xs: autograd.log_softmax(xs)[1], lambda xs: np.log(np.exp(xs[1]) / np.exp(xs).sum())),
        (lambda xs: autograd.clip(xs[0], xs[1], xs[2]), lambda xs: xs[0]),
    ],
)
def test_value_and_gradient(mine: Callable[..., Any], oracle: Callable[..., Any]) -> None:
    assert mine(XS) == pytest.approx(float(oracle(XS)), rel=1e-14)
    assert mine([Value(x) for x in XS]).data == mine(XS)
    check_gradients(mine, XS, order=2)


@pytest.mark.parametrize("function", [np.prod, np.linalg.norm, np.var, np.std, np.mean])
def test_numpy_s_functions_of_values_keep_the_graph(function: Any) -> None:
    values = [Value(x) for x in XS]
    output = function(values)
    assert output.data == pytest.approx(float(function(XS)), rel=1e-14)
    mine = {
        "prod": autograd.prod,
        "norm": autograd.norm,
        "var": autograd.var,
        "std": autograd.std,
        "mean": autograd.mean,
    }
    expected = gradients(mine[function.__name__](values), values)
    assert gradients(output, values) == pytest.approx(expected, rel=1e-12)


def test_conventions_at_kinks() -> None:
    def slopes(function: Callable[..., Any], *numbers: float) -> list[float]:
        values = [Value(x) for x in numbers]
        return gradients(function(values), values)  # type: ignore[return-value]

    assert slopes(autograd.norm, 0.0, 0.0, 0.0) == [0.0, 0.0, 0.0]
    assert slopes(autograd.norm, 0.0) == [0.0]
    assert slopes(autograd.std, 2.0, 2.0, 2.0) == [0.0, 0.0, 0.0]
    assert slopes(autograd.prod, 0.0, 3.0, 0.0) == [0.0, 0.0, 0.0]
    assert slopes(autograd.prod, 0.0, 3.0, 2.0) == [6.0, 0.0, 0.0]
    assert [slopes(lambda v: autograd.clip(v[0], 0.0, 1.0), x) for x in (-0.5, 0.0, 0.5, 1.0, 1.5)] == [
        [0],
        [1],
        [1],
        [1],
        [0],
    ]
    assert slopes(lambda v: autograd.clip(*v), 3.0, 0.0, 1.0) == [0.0, 0.0, 1.0]
    assert slopes(lambda v: autograd.sign(v[0]), 0.0) == [0.0]
    assert [slopes(lambda v: autograd.hardtanh(v[0]), x) for x in (-1.0, 0.0, 1.0)] == [[0.0], [1.0], [0.0]]


def test_nothing_flows_through_a_bound() -> None:
    """As through any branch that was not taken: not even where what is behind it has an infinite slope."""
    x = Value(0.0)
    autograd.clip(x.sqrt() - 1.0, 0.0, 1.0).backward()
    assert x.grad == 0.0


def test_the_norm_neither_overflows_nor_vanishes() -> None:
    assert autograd.norm([3e300, 4e300]) == 5e300
    assert autograd.norm([3e-320, 4e-320]) == 5e-320


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: autograd.norm([]), ValueError, "norm: xs has 0 numbers; give at least 1"),
        (lambda: autograd.var([1.0], correction=1), ValueError, "var: xs has 1 numbers; give at least 2"),
        (lambda: autograd.std([1.0], correction=0.5), TypeError, "std: correction must be 0 or 1, got 0.5"),
        (lambda: autograd.prod(3.0), TypeError, "prod: xs must be a sequence"),
        (lambda: autograd.cumsum(["a"]), TypeError, r"cumsum: xs\[0\] must be a real number"),
        (lambda: autograd.clip(1.0, 2.0, 0.0), ValueError, "clip: low must not be greater than high, got 2.0 and 0.0"),
        (lambda: statistics.fmean([Value(1.0), Value(2.0)]), TypeError, "is not a float"),
    ],
)
def test_wrong_arguments(call: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()
