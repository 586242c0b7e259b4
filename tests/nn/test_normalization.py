"""Layer normalization, computed by hand."""

from __future__ import annotations

import math

import pytest

import nn
from autograd import Value


def test_layer_norm_by_hand() -> None:
    norm = nn.LayerNorm(4, epsilon=0.0)
    x = [Value(v) for v in (1.0, 2.0, 3.0, 6.0)]  # mean 3, variance (4 + 1 + 0 + 9)/4 = 3.5
    outputs = norm(x)
    assert [v.data for v in outputs] == pytest.approx([d / math.sqrt(3.5) for d in (-2, -1, 0, 3)], rel=1e-15)
    outputs[0].backward()
    z = [d / math.sqrt(3.5) for d in (-2, -1, 0, 3)]  # dz0/dxj = ([j = 0] - 1/4 - z0 zj / 4) / sd
    expected = [((j == 0) - 0.25 - z[0] * z[j] / 4) / math.sqrt(3.5) for j in range(4)]
    assert [v.grad for v in x] == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_layer_norm_of_equal_inputs_is_its_shift() -> None:
    norm = nn.LayerNorm(2)
    norm.shift[1].data = 5.0
    assert [v.data for v in norm([7.0, 7.0])] == [0.0, 5.0]
    assert len(norm.parameters()) == 4


def test_layer_norm_errors() -> None:
    with pytest.raises(ValueError, match="LayerNorm expects 3 inputs, got 2"):
        nn.LayerNorm(3)([1.0, 2.0])
    with pytest.raises(ValueError, match="epsilon must be at least 0"):
        nn.LayerNorm(3, epsilon=-1.0)
    with pytest.raises(ValueError, match="layer 1 expects 3 inputs, but layer 0 gives 2"):
        nn.Sequential(nn.Layer(2, 2), nn.LayerNorm(3))
