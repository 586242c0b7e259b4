"""A model is taken apart into steps, whose numbers of inputs and outputs are known; and its matrices."""

from __future__ import annotations

import pytest
from models import models

import nn
from nn.export.steps import steps_of, widths

SIZES = {"neuron": (3, 1), "one output": (3, 1), "classifier": (3, 4), "nested": (3, 1), "embedding": (2, 2)}


@pytest.mark.parametrize("name", models())
def test_widths(name: str) -> None:
    assert widths(steps_of(models()[name][0])) == SIZES.get(name, (3, 2))


def test_an_embedding_alone() -> None:
    assert widths(steps_of(nn.Embedding(5, 3))) == (1, 3)


def test_matrices_are_copies() -> None:
    model = nn.Sequential(nn.Layer(2, 3, seed=0), nn.LayerNorm(3))
    linear, normalized = nn.to_numpy(model)
    assert linear["weights"].tolist() == [[w.data for w in neuron.weights] for neuron in model.layers[0].neurons]
    assert linear["biases"].tolist() == [0.0, 0.0, 0.0]
    assert (normalized["scale"].tolist(), normalized["shift"].tolist()) == ([1.0] * 3, [0.0] * 3)
    linear["weights"][0, 0] = 99.0
    assert model.layers[0].neurons[0].weights[0].data != 99.0
    assert nn.to_numpy(nn.Embedding(4, 2))[0]["vectors"].shape == (4, 2)
