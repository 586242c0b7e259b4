"""Flattening beside NumPy's order."""

from __future__ import annotations

import numpy as np
import pytest

import nn


def test_flatten() -> None:
    image = np.arange(24.0).reshape(2, 3, 4)
    assert nn.Flatten()(image) == nn.Flatten()(image.tolist()) == image.ravel().tolist()
    assert nn.Flatten()([1.0, 2.0]) == [1.0, 2.0]


def test_flatten_takes_lists_only() -> None:
    with pytest.raises(TypeError, match="input of Flatten must be nested lists of numbers or Values; got 3"):
        nn.Flatten()(3)
    with pytest.raises(TypeError, match="a part of the input of Flatten"):
        nn.Flatten()([[1.0], 2.0])
    with pytest.raises(TypeError, match=r"has \[2.0\] beside numbers: nest all parts equally deep"):
        nn.Flatten()([1.0, [2.0]])


def test_flatten_has_no_dimensions_to_choose() -> None:
    with pytest.raises(TypeError, match=r"^Flatten\(\) takes no arguments"):
        nn.Flatten(1)  # type: ignore[call-arg]
