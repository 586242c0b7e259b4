"""How attention is drawn: as one box, with its size and heads."""

from __future__ import annotations

from typing import Any

import nn
from autograd import Value, draw


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
