"""RMSNorm beside its formula in NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import nn


def test_formula(tmp_path: Path) -> None:
    norm = nn.RMSNorm(4, 0.25)
    for n, scale in enumerate(norm.scale):
        scale.data = n + 0.5
    row = np.array([1.0, -2.0, 0.5, 3.0])
    expected = row / np.sqrt(np.mean(row**2) + 0.25) * [0.5, 1.5, 2.5, 3.5]
    assert [value.data for value in norm(row)] == pytest.approx(expected.tolist(), rel=1e-14)
    nn.save(norm, tmp_path / "norm.json")
    again = nn.load(tmp_path / "norm.json")
    assert [value.data for value in again(row)] == [value.data for value in norm(row)]


def test_sizes_fit_in_a_sequential_model() -> None:
    assert len(nn.Sequential(nn.Layer(2, 3), nn.RMSNorm(3), nn.Layer(3, 2))([1.0, 2.0])) == 2
    with pytest.raises(ValueError, match="layer 1 expects 4 inputs, but layer 0 gives 3"):
        nn.Sequential(nn.Layer(2, 3), nn.RMSNorm(4))


def test_errors() -> None:
    with pytest.raises(ValueError, match="RMSNorm expects 2 inputs, got 1"):
        nn.RMSNorm(2)([1.0])
    with pytest.raises(TypeError, match="must be a real number, got None"):
        nn.RMSNorm(2)([None, None])
    with pytest.raises(ValueError, match="epsilon must be at least 0"):
        nn.RMSNorm(2, -1.0)
    with pytest.raises(ZeroDivisionError):
        nn.RMSNorm(1, 0.0)([0.0])


def test_a_setting_is_checked_when_it_is_assigned() -> None:
    norm = nn.RMSNorm(2)
    with pytest.raises(ValueError, match="epsilon must be at least 0, got -1"):
        norm.epsilon = -1
