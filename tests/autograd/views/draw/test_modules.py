"""Modules that are drawn whole; those of images and sequences are tested beside them, in test_drawn.py."""

from __future__ import annotations

from typing import Any

import nn
from autograd import Value, draw


def cells(out: Value, model: Any, **options: Any) -> dict[str, list[str]]:
    boxes = draw(out, names=model, fold="layer", **options).contents.boxes
    return {box.cells[0]: box.cells[1:] for box in boxes}


def test_a_model_of_ones_own_can_be_drawn_whole() -> None:
    class Twice(nn.Module):
        drawn_whole = True

        def __init__(self) -> None:
            self.first, self.second = nn.Layer(2, 3, seed=1), nn.Layer(3, 1, activation="identity", seed=2)

        def __call__(self, inputs: Any) -> Any:
            return self.second(self.first(inputs))

    whole = Twice()
    found = cells(whole([0.5, 1.0]) * 2.0, whole)
    assert found["model"] == ["Twice", "13 parameters"]
    Twice.drawn_whole = False
    assert {"first", "second"} <= set(cells(whole([0.5, 1.0]) * 2.0, whole))


def test_a_module_of_ones_own_may_have_any_attributes() -> None:
    class Odd(nn.Module):
        drawn_whole = True
        kernel_size, stride, padding, in_channels, out_channels = "big", None, (), 1.5, [2]
        hidden_size, embed_dim, activation = "wide", {}, "tanh"

        def __init__(self) -> None:
            self.layer = nn.Layer(2, 1, seed=1)

        def __call__(self, inputs: Any) -> Any:
            return self.layer(inputs)

    odd = Odd()
    assert cells(odd([0.5, 1.0]) * 2.0, odd)["model"][:2] == ["Odd", "3 parameters"]
