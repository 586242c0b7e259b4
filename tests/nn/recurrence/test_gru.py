"""The GRU beside its formula in NumPy."""

from __future__ import annotations

import numpy as np

import nn

from .test_lstm import sigmoid
from .test_recurrent import SEQUENCE, matrices, numbers


def test_formula() -> None:
    memory = nn.GRU(2, 3, seed=1)
    w, b, u, c = matrices(memory)
    hidden, expected = np.zeros(3), []
    for x in SEQUENCE:
        (r, z, n), (hr, hz, hn) = np.split(w @ x + b, 3), np.split(u @ hidden + c, 3)
        keep = sigmoid(z + hz)
        hidden = (1.0 - keep) * np.tanh(n + sigmoid(r + hr) * hn) + keep * hidden
        expected.append(hidden)
    outputs, last = memory(SEQUENCE)
    np.testing.assert_allclose(numbers(outputs), expected, rtol=1e-13)
    assert numbers(last) == numbers(outputs[-1])
