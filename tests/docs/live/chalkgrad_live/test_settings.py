"""Settings of the playground: what is refused, and that the program shown is one that runs."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from chalkgrad_live.settings import CHOICES, LIMITS, LOSSES, MAX_POINTS, OPTIMIZERS, Settings, settings_from

import nn


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"widths": "8; 8"}, "layers must be widths with commas"),
        ({"widths": "99999"}, "layers must be widths with commas"),
        ({"widths": "33"}, "widths from 1 to 32"),
        ({"widths": "0"}, "widths from 1 to 32"),
        ({"widths": "2," * 13}, "at most 12 widths"),
        ({"widths": "٣"}, "layers must be widths with commas"),
        ({"learning_rate": None}, "learning_rate must be a number, got None"),
        ({"learning_rate": float("nan")}, "learning_rate must be from 0.0 to 1000.0, got nan"),
        ({"learning_rate": "0.1"}, "learning_rate must be a number, got '0.1'"),
        ({"momentum": 1.0}, "momentum must be from 0.0 to 0.999"),
        ({"batch_size": 0}, "batch_size must be from 1 to 500, got 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number, got 2.5"),
        ({"seed": True}, "seed must be a whole number, got True"),
        ({"data": "<script>alert(1)</script>"}, "data must be one of moons, circles"),
        ({"activation": "softmax"}, "activation must be one of"),
        ({"loss": ["hinge"]}, "loss must be one of"),
        ({"optimiser": "SGD", "x": 1}, "unknown settings: optimiser, x; there are: activation"),
        ({"points": [[0, 0]]}, "two numbers and a class"),
        ({"points": [[0, 0, 2]]}, "the class 0 or 1"),
        ({"points": [[float("inf"), 0, 1]]}, "two numbers from -2 to 2"),
        ({"points": [[10**400, 0, 1]]}, "two numbers and a class"),
        ({"points": [[2.5, 0, 1]]}, "got 2.5, 0, 1"),
        ({"points": [[0, -2.5, 1]]}, "got 0, -2.5, 1"),
        ({"points": 3}, "two numbers and a class"),
        ({"points": [[0, 0, 1]] * (MAX_POINTS + 1)}, "at most 200"),
    ],
)
def test_wrong_settings_are_refused(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        settings_from(given)


def test_every_number_has_a_range_and_every_name_a_list() -> None:
    free = {each.name for each in fields(Settings)} - LIMITS.keys() - CHOICES.keys()
    assert free == {"widths", "points"}


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_the_program_runs_and_prints_a_falling_loss(
    optimizer: str, loss: str, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(optimizer=optimizer, loss=loss, samples=12, widths=(3,), learning_rate=0.02, batch_size=12)
    exec(settings.program().replace("range(40)", "range(6)"), {})
    losses = [float(line.split()[1]) for line in capsys.readouterr().out.splitlines()]
    assert len(losses) == 6
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("data", CHOICES["data"])
def test_every_data_set_is_split_as_chosen(data: str) -> None:
    points = ((0.0, 1.0, 1), (1.0, 0.0, 0))
    names: dict[str, Any] = {}
    exec(Settings(data=data, samples=20, held=0.25, points=points, widths=()).definitions(), names)
    held = 0 if data == "own points" else 5
    assert len(names["X_held"]) == len(names["y_held"]) == held
    assert len(names["X"]) == len(names["y"]) == (2 if data == "own points" else 20 - held)
    assert set(names["y"]) == {0, 1}


def test_the_penalty_is_in_the_program() -> None:
    assert "nn.l2_penalty(model, 0.01)" in Settings(l2=0.01).program()
    assert "penalty" not in Settings().program()


@pytest.mark.parametrize("name", CHOICES["activation"])
def test_every_activation_that_is_offered_exists(name: str) -> None:
    assert nn.MLP(2, [1, 1], activation=name, seed=1)([0.1, 0.2]).data == pytest.approx(0, abs=3)
