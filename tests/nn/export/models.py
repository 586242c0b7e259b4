"""Models of every kind that can be exported, with samples for them."""

from __future__ import annotations

import random
from typing import Any

import nn
from nn.export.steps import EXPORTED

SOURCE = random.Random(3)
SAMPLES = [[SOURCE.uniform(-2, 2) for _ in range(3)] for _ in range(7)]
INDICES = [[0.0, 4.0], [2.0, 2.0], [1.0, 3.0]]


def models() -> dict[str, tuple[nn.Module, list[Any]]]:
    """By name: a model and its samples."""
    made: dict[str, tuple[nn.Module, list[Any]]] = {
        name: (nn.MLP(3, [4, 2], activation=name, seed=1), SAMPLES) for name in EXPORTED
    }
    made |= {
        "neuron": (nn.Neuron(3, activation="tanh", seed=2), SAMPLES),
        "one output": (nn.MLP(3, [5, 1], activation="gelu", output_activation="sigmoid", seed=3), SAMPLES),
        "classifier": (nn.MLP(3, [5, 4], output_activation="softmax", seed=3), SAMPLES),
        "normalized": (
            nn.Sequential(nn.Layer(3, 4, seed=4), nn.Dropout(0.5), nn.LayerNorm(4), nn.Layer(4, 2, seed=5)),
            SAMPLES,
        ),
        "nested": (nn.Sequential(nn.MLP(3, [4, 4], seed=6), nn.Sequential(nn.Neuron(4, seed=7))), SAMPLES),
        "embedding": (
            nn.Sequential(nn.Embedding(5, 3, seed=8), nn.Layer(6, 4, seed=9), nn.Layer(4, 2, seed=10)),
            INDICES,
        ),
    }  # fmt: skip
    normalized = made["normalized"][0]
    for parameter in normalized.parameters():
        parameter.data += 0.125  # a scale that is not 1 and a shift that is not 0
    return made


def outputs(model: nn.Module, samples: list[Any]) -> list[list[float]]:
    """What the model gives for each sample, as lists."""
    found = nn.predict(model, [[int(i) for i in s] if s in INDICES else s for s in samples])
    return [row if isinstance(row, list) else [row] for row in found]
