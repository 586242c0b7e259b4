"""The plain recurrence beside its formula in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import nn

from .test_recurrent import SEQUENCE, matrices, numbers


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_formula(nonlinearity: str) -> None:
    memory = nn.RNN(2, 3, nonlinearity=nonlinearity, seed=1)
    w, b, u, c = matrices(memory)
    hidden, expected = np.zeros(3), []
    for x in SEQUENCE:
        sums = w @ x + b + u @ hidden + c
        hidden = np.tanh(sums) if nonlinearity == "tanh" else np.maximum(sums, 0.0)
        expected.append(hidden)
    outputs, last = memory(SEQUENCE)
    np.testing.assert_allclose(numbers(outputs), expected, rtol=1e-13)
    assert numbers(last) == numbers(outputs[-1])


def test_the_nonlinearity_is_known() -> None:
    with pytest.raises(ValueError, match="unknown nonlinearity 'sigmoid'"):
        nn.RNN(1, 1, nonlinearity="sigmoid")
    assert repr(nn.RNN(1, 2, nonlinearity="relu")) == "RNN(1, 2, nonlinearity='relu')"
