"""Do operations without a finite result give what IEEE 754 says, and raise nothing?"""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from autograd import exp
from autograd.ieee import IEEEFloat, ieee_arithmetic, ieee_power, real_power
from autograd.primitive import evaluate
from autograd.primitives import TABLE

INF, NAN = math.inf, math.nan


def test_within_ieee_arithmetic_no_row_raises() -> None:
    with ieee_arithmetic():
        assert evaluate(TABLE["log"], [0.0]) == -INF
        assert evaluate(TABLE["exp"], [1000.0]) == INF
        assert evaluate(TABLE["divide"], [-1.0, 0.0]) == -INF
        assert math.isnan(evaluate(TABLE["power"], [-8.0, 1 / 3]))
        assert math.isnan(evaluate(TABLE["sqrt"], [-1.0]))
    with pytest.raises(ValueError, match="log is defined"):
        evaluate(TABLE["log"], [0.0])


def test_nested_blocks_end_one_by_one() -> None:
    with ieee_arithmetic():
        with ieee_arithmetic():
            pass
        assert evaluate(TABLE["log"], [0.0]) == -INF
    with pytest.raises(ValueError, match="log is defined"):
        evaluate(TABLE["log"], [0.0])


def test_an_abandoned_block_has_no_effect() -> None:
    """As after a Ctrl-C between the end of a block and its exit."""
    block = ieee_arithmetic()
    block.__enter__()
    assert evaluate(TABLE["log"], [0.0]) == -INF
    del block
    with pytest.raises(ValueError, match="log is defined"):
        evaluate(TABLE["log"], [0.0])


AS_IN_NUMPY = {
    **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "arcsin")},
    **{name: getattr(np, name) for name in ("arccos", "arctan", "sinh", "cosh", "tanh", "hypot", "divide")},
    "exp_difference": lambda x, y: np.exp(x - y),
    "xlogy": lambda x, y: np.where((x == 0.0) & (y == 0.0), 0.0, x * np.log(y)),
}


@pytest.mark.parametrize("name", AS_IN_NUMPY)
def test_ieee_arithmetic_agrees_with_numpy(name: str) -> None:
    row = TABLE[name]
    special = [0.0, -0.0, 0.5, 1.0, -1.0, -2.0, 3.0, 750.0, -750.0, 1e308, -1e308, INF, -INF, NAN]
    for point in itertools.product(special, repeat=row.arity or 0):
        with np.errstate(all="ignore"):
            expected = float(AS_IN_NUMPY[name](*map(np.float64, point)))
        with ieee_arithmetic():
            got = evaluate(row, point)
        assert got == pytest.approx(expected, rel=1e-15, nan_ok=True), point
        assert math.isnan(got) or math.copysign(1.0, got) == math.copysign(1.0, expected), point


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.0, -1.0, INF), (-0.0, -1.0, -INF), (-0.0, -2.0, INF), (-0.0, -3.0, -INF), (0.0, -0.5, INF),
        (1e200, 3.0, INF), (-1e200, 3.0, -INF), (-1e200, 2.0, INF), (-8.0, 1 / 3, NAN), (-2.0, 3.0, -8.0),
        (NAN, 0.0, 1.0), (1.0, NAN, 1.0),
    ],
)  # fmt: skip
def test_power_agrees_with_c(x: float, y: float, expected: float) -> None:
    assert repr(ieee_power(x, y)) == repr(expected)
    assert repr(float(IEEEFloat(x) ** IEEEFloat(y))) == repr(expected)


def test_a_real_power_is_never_complex() -> None:
    assert (real_power(-2.0, 3.0), real_power(4.0, 0.5)) == (-8.0, 2.0)
    with pytest.raises(ValueError, match="the result is complex"):
        real_power(-8.0, 1 / 3)
    with pytest.raises(ZeroDivisionError):
        real_power(0.0, -1.0)


def test_an_ieee_float_in_arithmetic() -> None:
    one, zero = IEEEFloat(1.0), IEEEFloat(0.0)
    assert (one / zero, -one / zero, one / -zero) == (INF, -INF, -INF)
    assert math.isnan(zero / zero)
    assert (2 - one, 2 * one, 1 + one, 3 / one, 2**one, +one) == (1.0, 2.0, 2.0, 3.0, 2.0, 1.0)
    assert type(-one) is type(one * 2.0) is IEEEFloat
    assert exp(IEEEFloat(1000.0)) == INF
    with pytest.raises(TypeError):
        _ = one + "1"  # type: ignore[operator]
