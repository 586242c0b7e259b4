from __future__ import annotations

import math
from typing import Any

import pytest

import nn
from autograd import Value


def with_gradients(*gradients: float) -> list[Value]:
    values = [Value(0.0, label=f"p{i}") for i in range(len(gradients))]
    for value, gradient in zip(values, gradients, strict=True):
        value.grad = gradient
    return values


def grads(values: list[Value]) -> list[float]:
    return [value.grad for value in values]


def test_norm() -> None:
    values = with_gradients(3.0, 0.0, -4.0)
    assert nn.clip_gradient_norm(values, 10.0) == 5.0
    assert grads(values) == [3.0, 0.0, -4.0]
    assert nn.clip_gradient_norm(values, 2.5) == 5.0
    assert grads(values) == pytest.approx([1.5, 0.0, -2.0])


def test_a_length_beyond_the_largest_double() -> None:
    values = with_gradients(1.5e308, -1.5e308)
    assert nn.clip_gradient_norm(values, 1.0) == math.inf
    assert grads(values) == pytest.approx([math.sqrt(0.5), -math.sqrt(0.5)])


def test_zero_gradients_stay() -> None:
    values = with_gradients(0.0, 0.0)
    assert nn.clip_gradient_norm(values, 1.0) == 0.0
    assert grads(values) == [0.0, 0.0]


def test_value() -> None:
    values = with_gradients(3.0, -0.5, -4.0)
    nn.clip_gradient_value(values, 1.0)
    assert grads(values) == [1.0, -0.5, -1.0]


def test_a_module_is_taken() -> None:
    neuron = nn.Neuron(1, init="zeros")
    neuron.b.grad = 8.0
    nn.clip_gradient_value(neuron, 2.0)
    assert neuron.b.grad == 2.0


@pytest.mark.parametrize("clip", [nn.clip_gradient_norm, nn.clip_gradient_value])
def test_errors_change_nothing(clip: Any) -> None:
    values = with_gradients(3.0, math.nan)
    with pytest.raises(FloatingPointError, match="the gradient of p1 is nan: clipping cannot repair it"):
        clip(values, 1.0)
    assert values[0].grad == 3.0
    for limit, kind, message in [(0, ValueError, "greater than 0"), ("1", TypeError, "real number")]:
        with pytest.raises(kind, match=message):
            clip(with_gradients(1.0), limit)
    with pytest.raises(ValueError, match="parameters is empty"):
        clip([], 1.0)
