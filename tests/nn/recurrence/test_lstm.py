"""The LSTM beside its formula in NumPy; a gate that is open keeps the cell."""

from __future__ import annotations

import numpy as np
import pytest

import nn

from .test_recurrent import SEQUENCE, matrices, numbers


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-x))


def test_formula() -> None:
    memory = nn.LSTM(2, 3, seed=1)
    w, b, u, c = matrices(memory)
    hidden, cell, expected = np.zeros(3), np.zeros(3), []
    for x in SEQUENCE:
        i, f, g, o = np.split(w @ x + b + u @ hidden + c, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        expected.append(hidden)
    outputs, (last, state) = memory(SEQUENCE)
    np.testing.assert_allclose(numbers(outputs), expected, rtol=1e-13)
    np.testing.assert_allclose(numbers(state), cell, rtol=1e-13)
    assert numbers(last) == numbers(outputs[-1])


def test_an_open_forget_gate_keeps_the_cell() -> None:
    memory = nn.LSTM(1, 1)
    memory.load_state_dict(dict.fromkeys(memory.state_dict(), 0.0))
    memory.from_input.neurons[0].bias.data = -100.0  # nothing enters
    memory.from_input.neurons[1].bias.data = 100.0  # nothing is forgotten
    _, (_, cell) = memory([[1.0]] * 50, ([0.0], [0.7]))
    assert cell[0].data == pytest.approx(0.7, rel=1e-12)
