"""Dropout: the share that is dropped, the gradients of the rest, and the source of random numbers."""

from __future__ import annotations

import random

import pytest

import nn
from autograd import Value


def test_dropout_keeps_the_mean_and_drops_the_share() -> None:
    dropout = nn.Dropout(0.25, seed=1)
    outputs = dropout([1.0] * 20_000)
    assert set(outputs) == {0.0, 1 / 0.75}
    assert outputs.count(0.0) / 20_000 == pytest.approx(0.25, abs=0.01)
    assert sum(outputs) / 20_000 == pytest.approx(1.0, abs=0.02)
    assert dropout.eval()([1.0, 2.0]) == [1.0, 2.0]


def test_dropout_passes_gradients_of_what_it_keeps() -> None:
    values = [Value(1.0) for _ in range(8)]
    outputs = nn.Dropout(0.5, seed=0)(values)
    sum(v for v in outputs if isinstance(v, Value)).backward()
    assert [v.grad for v in values] == [2.0 if isinstance(out, Value) else 0.0 for out in outputs]
    assert {v.grad for v in values} == {0.0, 2.0}


def test_dropout_without_a_seed_follows_the_global_one() -> None:
    dropout = nn.Dropout(0.5)
    random.seed(4)
    first = dropout([1.0] * 20)
    random.seed(4)
    assert dropout([1.0] * 20) == first
    assert isinstance(dropout(Value(1.0)), (Value, float))


def test_dropout_errors() -> None:
    with pytest.raises(ValueError, match="rate must be at least 0 and less than 1, got 1"):
        nn.Dropout(1)
    with pytest.raises(TypeError, match="the input of Dropout must be a sequence"):
        nn.Dropout(0.5)("ab")
    with pytest.raises(TypeError, match=r"input\[1\] of Dropout must be a number or a Value, got \[2.0\]"):
        nn.Dropout(0.5)([1.0, [2.0]])
