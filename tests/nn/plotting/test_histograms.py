from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import nn
from nn import plotting


def test_weights_and_gradients_by_layer(tmp_path: Path) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    model([1.0, 2.0]).backward()
    for draw in (plotting.plot_weights, plotting.plot_gradients):
        figure = draw(model, tmp_path / "w.png")
        assert [axes.get_title().split(":")[0] for axes in figure.axes] == ["layers.0", "layers.1"]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: plotting.plot_weights(3), TypeError, "model must be a module"),
        (lambda: plotting.plot_weights(nn.Dropout(0.5)), ValueError, "model has no parameters"),
    ],
)
def test_wrong_arguments(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([1.0], r"sizes must be a dictionary, such as {'layer 1': 0.5}, got \[1.0\]"),
        ({}, "sizes must hold at least one layer"),
        ({"a": -1.0}, r"sizes\['a'\] must be a number of at least 0, got -1.0"),
        ({"a": "b"}, r"sizes\['a'\] must be a number of at least 0, got 'b'"),
    ],
)
def test_bars_have_numbers(sizes: Any, message: str) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        plotting.bars(sizes, "size")
