from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from nn.samples import samples


def test_pandas_like_objects() -> None:
    class Frame:
        def to_numpy(self) -> Any:
            return np.array([[1.0, 2.0], [3.0, 4.0]])

    assert samples(Frame()).tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_samples_become_plain_numbers() -> None:
    got = samples([(np.float32(0.5), True), [Fraction(1, 4), np.int64(7)]])
    assert got == [[0.5, 1], [0.25, 7]]
    assert [type(item) for row in got for item in row] == [float, int, float, int]


@pytest.mark.parametrize(
    ("X", "kind", "message"),
    [
        (None, TypeError, "X must be a sequence"),
        (5, TypeError, "X must be a sequence.*5"),
        ({}, TypeError, "X must be a sequence"),
        ([[]], ValueError, r"X\[0\] is empty"),
        ([1.0, [1.0]], ValueError, r"X\[1\] has 1 number but X\[0\] has no brackets"),
        ([[1.0], "ab"], TypeError, r"X\[1\] must be a number or a list of numbers.*got 'ab'"),
        ([[1.0, "a"]], TypeError, r"X\[0\]\[1\] must be a real number, got 'a'"),
        ([[1.0, None]], TypeError, r"X\[0\]\[1\] must be a real number, got None"),
        ([[[1.0], []]], ValueError, r"X\[0\]\[1\] is empty"),
        ([[[1.0, 2.0], [3.0]]], ValueError, r"X\[0\]\[1\] has 1 number but X\[0\]\[0\] has 2 numbers: every part"),
        ([[[1.0], [2.0]], [[3.0]]], ValueError, r"X\[1\] has shape \(1, 1\) but X\[0\] has shape \(2, 1\).*pad"),
        ([[1j]], TypeError, r"X\[0\]\[0\] must be a real number"),
        ([[-math.inf]], ValueError, r"X\[0\]\[0\] is -inf: remove or replace"),
    ],
)
def test_wrong_samples(X: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        samples(X)
