"""The formulas of the reference are true: each is computed and compared with the code."""

from __future__ import annotations

import inspect
import math
from typing import Any

import pytest
from generate import tables

import autograd
import nn
from autograd import Value

TABLES = tables.tables()
SCOPE: dict[str, Any] = {
    name: getattr(autograd, name) for name in autograd.__all__ if name not in ("sum", "compile")
} | {"nn": nn}
PREDICTIONS = [0.1, 0.4, 0.7]


def loss_cases(entry: dict[str, Any]) -> list[tuple[Any, Any]]:
    targets = entry.get("targets", [0.3, -2.5, 2.0])
    if entry.get("several"):
        return [([-1.2, -0.3], target) for target in targets]
    predictions = PREDICTIONS if entry.get("probabilities") else [*PREDICTIONS, -3.0, 2.5]
    return [(p, t) for p in predictions for t in targets if p != t]


@pytest.mark.parametrize("name", TABLES["losses"])
def test_a_loss_and_its_derivative(name: str) -> None:
    entry, loss = TABLES["losses"][name], getattr(nn, name)
    for prediction, target in loss_cases(entry):
        several = isinstance(prediction, list)
        values = [Value(p) for p in prediction] if several else Value(prediction)
        out = loss(values, target)
        out.backward()
        names = {"p": prediction, "t": target}
        assert out.data == pytest.approx(float(eval(entry["value"], SCOPE, names)), rel=1e-12, abs=1e-12)
        gradient = values[0].grad if isinstance(values, list) else values.grad
        assert gradient == pytest.approx(float(eval(entry["derivative"], SCOPE, names)), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("name", TABLES["optimizers"])
def test_the_rule_of_an_optimizer(name: str) -> None:
    entry = TABLES["optimizers"][name]
    parameter = Value(0.7)
    optimizer = getattr(nn, name.partition("(")[0])([parameter], learning_rate=0.1, **entry.get("settings", {}))
    names: dict[str, Any] = {"p": 0.7, "m": 0.0, "v": 0.0, "rate": 0.1}
    for step, gradient in enumerate((2.0, -1.0, 0.5, 3.0), 1):
        optimizer.step([gradient])
        names |= {"g": gradient, "step": step}
        for line in entry["rule"]:
            exec(line, {}, names)
        assert parameter.data == pytest.approx(names["p"], rel=1e-12)


@pytest.mark.parametrize("name", TABLES["schedules"])
def test_the_factor_of_a_schedule(name: str) -> None:
    schedule = eval(f"nn.{name}", SCOPE)
    for time in (0.0, 2.5, 5.0, 10.0, 12.0, 15.0, 20.0, 30.0):
        expected = eval(TABLES["schedules"][name]["value"], {"cos": math.cos, "pi": math.pi, "min": min, "t": time})
        assert schedule(time) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_every_module_is_in_the_table() -> None:
    kinds = {name: getattr(nn, name) for name in nn.__all__}
    modules = {name for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, nn.Module)}
    assert set(tables.available_layers()) == modules - {"Module"}


@pytest.mark.parametrize("name", tables.available_layers())
def test_the_parameters_of_a_module(name: str) -> None:
    entry = TABLES["layers"][name]
    assert len(eval(entry["make"], SCOPE).parameters()) == entry["parameters"]


@pytest.mark.parametrize("name", tables.DEFINITIONS)
def test_the_definition_of_an_activation(name: str) -> None:
    function: Any = nn.activation(name).function
    for x in (-3.0, -0.7, 0.2, 0.9, 2.5):
        expected = float(eval(tables.DEFINITIONS[name], SCOPE, {"x": x}))
        assert function(x) == pytest.approx(expected, rel=1e-12)


@pytest.mark.docs
def test_every_one_of_a_kind_is_in_its_table() -> None:
    optimizers = {name for name, kind in vars(nn.optimizers).items() if is_a(kind, nn.Optimizer)}
    schedules = {name for name, kind in vars(nn.schedules).items() if is_a(kind, nn.Schedule)}
    modules = {name for name in nn.__all__ if is_a(getattr(nn, name), nn.Module)}
    assert {name.partition("(")[0] for name in TABLES["optimizers"]} == optimizers
    assert {name.partition("(")[0] for name in TABLES["schedules"]} == schedules
    assert set(TABLES["layers"]) == modules
    assert set(TABLES["losses"]) == set(nn.losses.LOSSES)
    assert set(TABLES["draw"]) == set(inspect.signature(autograd.draw).parameters) - {"output"}


def is_a(kind: object, base: type) -> bool:
    return isinstance(kind, type) and issubclass(kind, base) and kind is not base


def test_a_table_keeps_its_cells_apart() -> None:
    assert tables.cell("|x|") == r"$\vert x\vert $"
    assert tables.table(("x", "y"), iter([("a", "b")])) == "| x | y |\n| --- | --- |\n| a | b |\n"
