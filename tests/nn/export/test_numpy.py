"""The matrices of a model's layers."""

from __future__ import annotations

import nn


def test_matrices_are_copies() -> None:
    model = nn.Sequential(nn.Layer(2, 3, seed=0), nn.LayerNorm(3))
    linear, normalized = nn.to_numpy(model)
    assert linear["weights"].tolist() == [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons]
    assert linear["biases"].tolist() == [0.0, 0.0, 0.0]
    assert (normalized["scale"].tolist(), normalized["shift"].tolist()) == ([1.0] * 3, [0.0] * 3)
    linear["weights"][0, 0] = 99.0
    assert model.layers[0].neurons[0].weights[0].data != 99.0
    assert nn.to_numpy(nn.Embedding(4, 2))[0]["vectors"].shape == (4, 2)
