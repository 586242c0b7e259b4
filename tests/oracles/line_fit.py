"""A line through four points, and a model that fails on purpose: what the tests of training share."""

from __future__ import annotations

from typing import Any

import pytest

import nn
from autograd import Value

LINE = ([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0])  # y = 2x + 1


def line_model() -> nn.Neuron:
    return nn.Neuron(1, nonlin=False, init="zeros")


def fit_line(model: Any, **changes: Any) -> nn.History:
    given: dict[str, Any] = {"loss": "mean_squared_error", "optimizer": nn.SGD(model, 0.1), "epochs": 200}
    given |= {"progress": False} | changes
    return nn.fit(model, *LINE, **given)


class Breaks(nn.Module):
    """Fails on the sample 3.0 once the weight has moved ``steps`` times by one."""

    def __init__(self, function: Any) -> None:
        self.w, self.function = Value(0.0, label="w"), function

    def __call__(self, row: list[float]) -> Any:
        return self.function(self.w, row[0])


ENGINES = pytest.mark.parametrize("engine", ["eager", "compiled"])
