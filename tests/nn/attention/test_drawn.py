"""How attention is drawn: as one box, with its size and heads."""

from __future__ import annotations

from typing import Any

from optional import needs

import nn
from autograd import Value, dot, draw


def cells(out: Value, model: Any, **options: Any) -> dict[str, list[str]]:
    boxes = draw(out, names=model, fold="layer", **options).contents.boxes
    return {box.cells[0]: box.cells[1:] for box in boxes}


def test_attention_is_one_box() -> None:
    attention = nn.MultiHeadAttention(4, 2, seed=1)
    out = attention([[1.0, 0.5, 0.25, 0.0], [0.0, 1.0, 0.5, 0.25], [0.5, 0.5, 0.5, 0.5]])
    found = cells(nn.mean_squared_error(out, [[1.0] * 4] * 3), attention)
    assert list(found) == ["inputs", "model", "loss"]
    assert found["inputs"] == ["3×4 numbers"]
    assert found["model"] == ["MultiHeadAttention 4 → 4", "2 heads", "80 parameters"]


@needs("nn/recurrence")
def test_a_normalization_is_one_box_of_its_name() -> None:
    """Also behind a recurrence, whose own operations end with products like those by the scale."""
    model = nn.Sequential(nn.GRU(2, 3, seed=1), nn.Last(), nn.RMSNorm(3), nn.Layer(3, 2, nonlin=False, seed=2))
    sequences = [[[0.5, 0.25], [0.75, -1.0], [1.5, 2.0]], [[0.1, 0.2], [0.3, 0.4], [-0.5, 0.6]]]
    found = cells(nn.cross_entropy([model(each) for each in sequences], [0, 1]), model)
    assert list(found) == ["inputs", "layers.0", "layers.2", "layers.3", "loss"]
    assert found["layers.0"] == ["GRU 2 → 3", "3 steps", "63 parameters"]
    assert found["layers.2"] == ["RMSNorm", "3 parameters"]


def test_a_normalization_of_plain_numbers_is_named_too() -> None:
    model = nn.Sequential(nn.RMSNorm(2), nn.Layer(2, 2, activation="tanh", seed=1))
    found = cells(nn.mean_squared_error([model([1.0, 7.0]), model([3.0, 4.0])], [[0.0, 1.0]] * 2), model)
    assert found["layers.0"] == ["RMSNorm", "2 parameters"]


def test_what_reads_the_outputs_of_attention_is_not_inside_it() -> None:
    attention = nn.MultiHeadAttention(2, 1, seed=1)
    out = attention([[1.0, 0.5], [0.0, 1.0]])
    assert list(cells(dot(*out), attention)) == ["inputs", "model", "dot"]
