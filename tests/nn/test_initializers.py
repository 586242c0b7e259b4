from __future__ import annotations

import math
import random
from typing import Any

import pytest

import nn
from nn.activations import activation
from nn.initializers import first_weights


def drawn(init: Any, fan_in: int, fan_out: int, name: str = "relu") -> list[float]:
    source = random.Random(0)
    return [w for _ in range(400) for w in first_weights(init, fan_in, fan_out, activation(name), source)]


@pytest.mark.parametrize(
    ("init", "name", "variance"),
    [
        ("he", "relu", 2 / 50),
        ("auto", "relu", 2 / 50),
        ("auto", "selu", 1 / 50),
        ("xavier", "identity", 2 / (50 + 150)),
        ("auto", "tanh", (5 / 3) ** 2 * 2 / (50 + 150)),
        ("auto", "sigmoid", 2 / (50 + 150)),
        ("micrograd", "relu", 1 / 3),
    ],
)
def test_the_variance_is_the_rule_s(init: str, name: str, variance: float) -> None:
    weights = drawn(init, 50, 150, name)
    assert sum(w * w for w in weights) / len(weights) == pytest.approx(variance, rel=0.03)
    assert abs(sum(weights) / len(weights)) < 0.03 * math.sqrt(variance)
    assert max(map(abs, weights)) <= math.sqrt(3 * variance) * (1 + 1e-12)  # uniform


@pytest.mark.parametrize("name", ["relu", "tanh", "selu", "silu", "gelu"])
def test_signals_neither_fade_nor_explode_through_ten_layers(name: str) -> None:
    model = nn.MLP(30, [30] * 10, name, output_activation=name, seed=0)
    source = random.Random(1)
    outputs = [v.data for _ in range(10) for v in model([source.gauss(0, 1) for _ in range(30)])]
    assert 0.05 < math.sqrt(sum(v * v for v in outputs) / len(outputs)) < 5


def test_a_callable_and_zeros() -> None:
    assert first_weights(lambda i, o, r: i / o, 2, 4, activation("relu"), random.Random()) == [0.5, 0.5]
    assert first_weights("zeros", 3, 1, activation("relu"), random.Random()) == [0.0, 0.0, 0.0]
    with pytest.raises(ValueError, match="init must return one finite number for each weight, got 'x'"):
        nn.Neuron(2, init=lambda *_: "x")
    with pytest.raises(ValueError, match="got nan"):
        nn.Neuron(2, init=lambda *_: math.nan)
