"""Values and gradients of a model beside those of PyTorch; and PyTorch's weights in a model."""

from __future__ import annotations

from typing import Any

import pytest
from models import INDICES, models, outputs

import nn


def test_weights_come_from_a_state_dict() -> None:
    model = nn.MLP(2, [2, 1], seed=0)
    state = {"0.weight": [[1.0, 2.0], [3.0, 4.0]], "0.bias": [0.5, -0.5], "2.weight": [[5.0, 6.0]]}
    nn.load_torch(model, state)
    assert [p.data for p in model.parameters()] == [1.0, 2.0, 0.5, 3.0, 4.0, -0.5, 5.0, 6.0, 0.0]


@pytest.mark.parametrize(
    ("state", "kind", "message"),
    [
        ([], TypeError, "state_dict must be what a PyTorch module's"),
        ({}, ValueError, "ends before the weight of Layer"),
        ({"0.bias": [1.0]}, ValueError, "has 0.bias where the weight of Layer should be"),
        ({"0.weight": [[1.0, 2.0, 3.0]]}, ValueError, r"0.weight must have the shape \(1, 2\), got \(1, 3\)"),
        ({"0.weight": [[1.0, float("nan")]]}, ValueError, r"0.weight\[0\]\[1\] must be finite, got nan"),
        (
            {"0.weight": [[1.0, 2.0]], "0.bias": [1.0, 2.0]},
            ValueError,
            r"0.bias must have the shape \(1,\), got \(2",
        ),
        ({"0.weight": [[1.0, 2.0]], "0.bias": [[1.0]]}, ValueError, r"0.bias must have the shape \(1,\), got \(1, 1\)"),
        ({"0.weight": [1.0, 2.0]}, ValueError, r"0.weight must have the shape \(1, 2\), got \(2,\)"),
        ({"0.weight": [[[1.0], [2.0]]]}, ValueError, r"the shape \(1, 2\), got \(1, 2, 1\)"),
        ({"0.weight": 3.0}, ValueError, r"the shape \(1, 2\), got 3.0"),
        ({"0.weight": [["1.0", 2.0]]}, TypeError, r"0.weight\[0\]\[0\] must be a real number, got '1.0'"),
        (
            {"0.weight": [[1.0, 2.0]], "0.bias": [1.0], "1.weight": 3},
            ValueError,
            "has 1.weight, for which the model has",
        ),
    ],
)
def test_wrong_weights_change_nothing(state: Any, kind: type[Exception], message: str) -> None:
    model = nn.Layer(2, 1, seed=0)
    before = model.state_dict()
    with pytest.raises(kind, match=message) as caught:
        nn.load_torch(model, state)
    assert isinstance(state, list) or str(caught.value).endswith("; nothing was changed")
    assert model.state_dict() == before


def test_rows_of_different_lengths_are_named() -> None:
    with pytest.raises(ValueError, match=r"the shape \(2, 2\), got rows of different lengths, 1, 2"):
        nn.load_torch(nn.Layer(2, 2), {"weight": [[1.0, 2.0], [3.0]]})


@pytest.mark.interop
@pytest.mark.parametrize("name", models())
def test_values_gradients_and_the_way_back(name: str) -> None:
    import torch

    model, samples = models()[name]
    theirs = nn.to_torch(model)
    given = torch.tensor(samples, dtype=torch.int64 if samples is INDICES else torch.float64)
    result = theirs(given)
    for row, expected in zip(result.tolist(), outputs(model, samples), strict=True):
        assert row == pytest.approx(expected, rel=1e-11, abs=1e-14)

    result.square().mean().backward()
    model.eval()
    rows = [model([int(i) for i in s] if samples is INDICES else s) for s in samples]
    flat = [v for row in rows for v in (row if isinstance(row, list) else [row])]
    nn.mean_squared_error(flat, [0.0] * len(flat)).backward()
    again = models()[name][0]
    nn.load_torch(again, {n: p.grad for n, p in theirs.named_parameters()})  # the gradients, laid out as the weights
    mine = {name: value.grad for name, value in model.named_parameters()}
    assert {n: v.data for n, v in again.named_parameters()} == pytest.approx(mine, rel=1e-9, abs=1e-13)

    nn.load_torch(again, theirs.state_dict())
    assert again.state_dict() == model.state_dict()
