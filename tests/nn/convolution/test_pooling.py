"""Pooling beside NumPy loops; where the gradient goes; which paddings are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value

IMAGE = np.random.default_rng(2).normal(size=(2, 5, 6))


def pooled(function: Any, fill: float, size: tuple[int, int], stride: tuple[int, int], padding: int) -> Any:
    around = np.pad(IMAGE, [(0, 0), (padding, padding), (padding, padding)], constant_values=fill)
    seen = np.lib.stride_tricks.sliding_window_view(around, size, axis=(1, 2))[:, :: stride[0], :: stride[1]]
    return function(seen, axis=(3, 4))


@pytest.mark.parametrize("padding", [0, 1])
@pytest.mark.parametrize("stride", [None, (1, 2)])
def test_pooling(stride: Any, padding: int) -> None:
    step = stride or (2, 3)
    largest, means = nn.MaxPool2d((2, 3), stride, padding), nn.AvgPool2d((2, 3), stride, padding)
    np.testing.assert_array_equal(largest(IMAGE), pooled(np.max, -np.inf, (2, 3), step, padding))
    np.testing.assert_allclose(means(IMAGE), pooled(np.mean, 0.0, (2, 3), step, padding), rtol=1e-14)


def test_the_gradient_goes_to_the_largest_or_to_all() -> None:
    x = [Value(number) for number in (1.0, 4.0, 3.0, 2.0)]
    image = [[x[:2], x[2:]]]
    nn.MaxPool2d(2)(image)[0][0][0].backward()
    assert [value.grad for value in x] == [0.0, 1.0, 0.0, 0.0]
    nn.AvgPool2d(2)(image)[0][0][0].backward()
    assert [value.grad for value in x] == [0.25, 1.25, 0.25, 0.25]


def test_padding_is_at_most_half_of_a_window() -> None:
    with pytest.raises(ValueError, match=r"padding must be at most half of kernel_size \(2, 2\).*got \(2, 2\)"):
        nn.MaxPool2d(2, padding=2)


def test_repr_builds_it_again() -> None:
    assert repr(nn.MaxPool2d(2)) == "MaxPool2d(kernel_size=2)"
    assert repr(nn.AvgPool2d((2, 3), 1, 1)) == "AvgPool2d(kernel_size=(2, 3), stride=1, padding=1)"


def test_other_sizes_may_be_assigned() -> None:
    pool = nn.MaxPool2d(2)
    pool.kernel_size, pool.stride, pool.padding = 3, 1, (1, 0)
    assert pool(IMAGE) == nn.MaxPool2d(3, 1, (1, 0))(IMAGE)
    assert repr(pool) == "MaxPool2d(kernel_size=3, stride=1, padding=(1, 0))"
    with pytest.raises(ValueError, match=r"padding must be at most half of kernel_size \(3, 3\).*got \(2, 2\)"):
        pool.padding = 2
