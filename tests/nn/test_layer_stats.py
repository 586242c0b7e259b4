from __future__ import annotations

import math

import pytest

import nn
from autograd import Value
from nn.layer_stats import probe_gradients, probe_layers, probe_step
from nn.losses import mean_squared_error


def model_of_one() -> nn.MLP:
    model = nn.MLP(1, [1, 1], "tanh", init="zeros")
    model.layers[0].neurons[0].w[0].data = 2.0
    model.layers[1].neurons[0].w[0].data = 3.0
    return model


def test_sums_outputs_and_slopes_by_hand() -> None:
    probes = probe_layers(model_of_one(), [[0.5], [-1.0]])
    assert [probe.name for probe in probes] == ["layers.0", "layers.1"]
    assert probes[0].sums == [[1.0], [-2.0]]
    assert probes[0].outputs == [[math.tanh(1.0)], [math.tanh(-2.0)]]
    assert probes[0].derivatives(0) == pytest.approx([1 / math.cosh(1) ** 2, 1 / math.cosh(2) ** 2])
    assert probes[1].outputs == probes[1].sums


def test_layers_are_put_back_after_an_error() -> None:
    model = model_of_one()
    before = [layer.activation for layer in model.layers]
    with pytest.raises(ValueError, match="expects 1 input, got 2"):
        probe_layers(model, [[0.5], [1.0, 2.0]])
    assert [layer.activation for layer in model.layers] == before
    assert model.training


def test_gradients_are_measured_and_put_back() -> None:
    model = model_of_one()
    model.layers[1].neurons[0].b.grad = 7.0
    loss, gradients, unreached = probe_gradients(model, mean_squared_error, [[0.5]], [1.0])
    error = 3 * math.tanh(1.0) - 1
    assert loss == pytest.approx(error**2)
    assert gradients["layers.1.neurons.0.bias"] == pytest.approx(2 * error)
    assert gradients["layers.1.neurons.0.weights.0"] == pytest.approx(2 * error * math.tanh(1.0))
    assert unreached == set()
    assert model.layers[1].neurons[0].b.grad == 7.0
    with pytest.raises(TypeError, match="loss must give one Value"):
        probe_gradients(model, lambda p, t: 1.0, [[0.5]], [1.0])


def test_a_step_is_tried_and_taken_back() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.w = Value(2.0)

        def __call__(self, row: list[float]) -> Value:
            return self.w * row[0]

    model = Line()
    optimizer = nn.SGD(model, 0.25)
    change, after = probe_step(model, mean_squared_error, [[1.0]], [0.0], optimizer, {"w": 4.0})
    assert (change, after) == (0.5, 1.0)  # w from 2 to 1, loss w²
    assert (model.w.data, optimizer.steps) == (2.0, 0)
    assert probe_step(model, mean_squared_error, [[1.0]], [0.0], optimizer, {"w": math.nan}) == (math.inf, math.inf)
    assert model.w.data == 2.0
