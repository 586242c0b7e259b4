from __future__ import annotations

from typing import Any

import pytest

import nn
from nn.config import build, count, described


def test_unknown_kinds_and_subclasses_have_no_description() -> None:
    class Own(nn.MLP):
        pass

    assert described(Own(2, [1])) is None
    assert described(nn.Sequential(nn.Layer(2, 1), lambda x: x)) is None
    mixed = nn.MLP(2, [3, 1])
    mixed.layers[1] = Own(3, [1])
    assert described(mixed) is None


def test_a_description_counts_the_parameters() -> None:
    for model in (
        nn.MLP(3, [5, 4, 2]),
        nn.Sequential(nn.Layer(2, 3), nn.LayerNorm(3), nn.Dropout(0.5), nn.Sequential(nn.Neuron(3))),
        nn.Embedding(7, 3),
    ):
        description = described(model)
        assert count(description) == len(model.parameters())
        assert repr(build(description, count(description))) == repr(model)


@pytest.mark.parametrize(
    ("description", "message"),
    [
        (None, "must be an object with a kind, got None"),
        ({"kind": 3}, "must be an object with a kind"),
        ({"kind": "MLP", "nin": 2, "nouts": [], "activations": []}, "nouts must be a list of 1 to 1000 widths"),
        ({"kind": "MLP", "nin": 2, "nouts": [1], "activations": []}, "activations must be a list of 1 names"),
        ({"kind": "MLP", "nin": 2, "nouts": [1], "activations": [3]}, "activation must be a name, got 3"),
        ({"kind": "MLP", "nin": 2, "nouts": [0], "activations": ["relu"]}, "nouts must be at least 1"),
        ({"kind": "Sequential", "layers": []}, "Sequential needs a list"),
        ({"kind": "Dropout", "rate": 1.0}, "rate must be"),
        ({"kind": "LayerNorm", "size": 2, "epsilon": -1}, "epsilon must be"),
        ({"kind": "Embedding", "count": True, "size": 2}, "count must be a whole number"),
    ],
)
def test_wrong_descriptions(description: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(description, 3)


def test_depth_is_limited() -> None:
    description: dict[str, Any] = {"kind": "Neuron", "nin": 1, "activation": "relu"}
    for _ in range(200):
        description = {"kind": "Sequential", "layers": [description]}
    with pytest.raises(ValueError, match="Sequential needs a list"):
        build(description, 2)
