"""How a recurrent network is drawn: as one box, with its sizes and steps."""

from __future__ import annotations

from typing import Any

import pytest

import nn
from autograd import Value, draw
from autograd import sum as total
from autograd.views.draw import views


def cells(out: Value, model: Any, **options: Any) -> dict[str, list[str]]:
    boxes = draw(out, names=model, fold="layer", **options).contents.boxes
    return {box.cells[0]: box.cells[1:] for box in boxes}


@pytest.mark.parametrize("kind", [nn.RNN, nn.LSTM, nn.GRU])
@pytest.mark.parametrize("head", [True, False])
def test_a_recurrent_network_is_one_box(kind: Any, head: bool) -> None:
    sequence = [[0.5, 0.25], [0.75, -1.0], [1.5, 2.0], [0.1, 0.2]]
    memory = kind(2, 3, seed=1)
    model = nn.Sequential(memory, nn.Last(), nn.Layer(3, 1, activation="sigmoid", seed=1)) if head else memory
    out = model(sequence) if head else total(model(sequence)[1][0] if kind is nn.LSTM else model(sequence)[1])
    found = cells(out, model)
    parameters = f"{len(memory.parameters())} parameters"
    assert found["inputs"] == ["4×2 numbers"]
    assert found["layers.0" if head else "model"] == [f"{kind.__name__} 2 → 3", "4 steps", parameters]
    assert len(found) == 3


def test_products_and_sums_are_left_out_if_their_layout_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    model = nn.RNN(2, 2, seed=1)
    out = total(model([[0.5, 1.0], [0.25, -1.0]])[-1])
    all_circles, few = (
        [circle.sign for circle in draw(out, expand=expand, partials=True).contents.circles] for expand in (True, False)
    )
    assert ("dot" in all_circles, "dot" in few) == (False, True)
    assert [circle.sign for circle in draw(out, partials=True).contents.circles] == all_circles
    monkeypatch.setattr(views, "MAX_LEVELS", 60)
    assert [circle.sign for circle in draw(out, partials=True).contents.circles] == few
    with pytest.raises(ValueError, match="more than 60 takes too long"):
        draw(out, partials=True, expand=True)


class Scale(nn.Module):
    """Each number times a factor."""

    def __init__(self, size: int) -> None:
        self.factors = [Value(1.5) for _ in range(size)]

    def __call__(self, inputs: Any) -> Any:
        return [factor * x for factor, x in zip(self.factors, inputs, strict=True)]


def test_products_with_other_parameters_are_not_inside() -> None:
    model = nn.Sequential(nn.LSTM(2, 3, seed=1), nn.Last(), Scale(3))
    found = cells(nn.mean_squared_error(model([[0.5, 0.25], [0.75, -1.0]]), [0.0] * 3), model)
    assert found["layers.0"] == ["LSTM 2 → 3", "2 steps", "84 parameters"]
    assert found["layers.2"] == ["Scale", "3 parameters"]
