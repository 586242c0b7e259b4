"""The account of the first step says the numbers that a calculation by hand gives."""

from __future__ import annotations

import math
import re

import pytest

import nn
from chalkgrad.cli.first_step import take_first_step


def test_the_numbers_are_those_of_a_calculation_by_hand() -> None:
    model = nn.MLP(2, [1, 1], activation="identity", seed=0)
    for parameter, number in zip(model.parameters(), [0.5, -0.25, 0.1, 2.0, -0.3], strict=True):
        parameter.data = number
    account = take_first_step(model, [1.0, 2.0], 1, nn.SGD(model.parameters(), learning_rate=0.1))
    # By hand: h = 0.5*1 - 0.25*2 + 0.1 = 0.1; score = 2*0.1 - 0.3 = -0.1
    p = 1 / (1 + math.exp(0.1))
    gradient = (p - 1) * 0.1
    for what, number in [
        ("score of", -0.1),
        ("sigmoid(score) =", p),
        ("-log(p) =", -math.log(p)),
        (f"{p:.4f} - 1 =", p - 1),
        ("weight.grad is", gradient),
        ("weight = 2.0000 - 0.1 *", gradient),
    ]:
        assert re.search(rf"{re.escape(what)} +\(?{number:.4f}", account), (what, account)
    assert model.layers[1].neurons[0].weights[0].data == pytest.approx(2.0 - 0.1 * gradient, rel=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_a_nudge_changes_the_loss_as_the_gradient_says(seed: int) -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=seed)
    account = take_first_step(model, [0.3, -0.8], 1, nn.SGD(model, learning_rate=0.1))
    found = re.search(r"changes by (-?[\d.]+),\n.*gradient is (-?[\d.]+)\.", account)
    assert found is not None
    assert float(found[1]) == pytest.approx(float(found[2]), rel=2e-3, abs=1e-6)


@pytest.mark.parametrize("target", [0, 1])
def test_the_loss_of_the_sample_falls(target: int) -> None:
    model = nn.MLP(2, [4, 1], activation="tanh", seed=3)
    account = take_first_step(model, [0.3, -0.8], target, nn.SGD(model.parameters(), learning_rate=0.1))
    found = re.search(r"falls from ([\d.]+) to ([\d.]+)\.", account)
    assert found is not None
    assert float(found[2]) < float(found[1])
    assert ("-log(p)" in account) == (target == 1)
