"""What is a row, and what does it say when it is misused?"""

from __future__ import annotations

import itertools
import math
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, exp, primitive, where
from autograd.arguments import real, shown
from autograd.ieee import IEEEFloat, ieee_arithmetic, ieee_power
from autograd.primitive import evaluate, ieee, partials_at
from autograd.primitives import TABLE

INF, NAN = math.inf, math.nan


@pytest.mark.parametrize("name", TABLE)
def test_partials_never_raise(name: str) -> None:
    """At zeros, poles, infinities and nan each partial is a float."""
    row = TABLE[name]
    special = [0.0, -0.0, 1.0, -1.0, 5e-324, -2.5, 1e308, INF, -INF, NAN]
    indexed = name in ("softmax", "softmax_others", "cross_entropy", "take")
    for x in special:
        for y in special:
            operands = [0.0, x, y] if indexed else [x, y, 1.0, 1.0][: row.arity or 4]
            if name == "power_derivative":
                operands = [x, y, 1.0, 1.0]
            out = float(ieee(row, operands))
            partials = partials_at(row, out, operands)
            assert [type(partial) for partial in partials] == [float] * len(operands), operands


def test_ieee_arithmetic_silences_values_too() -> None:
    with ieee_arithmetic():
        assert evaluate(TABLE["log"], [0.0]) == -INF
        assert evaluate(TABLE["exp"], [1000.0]) == INF
        assert evaluate(TABLE["divide"], [-1.0, 0.0]) == -INF
        assert math.isnan(evaluate(TABLE["power"], [-8.0, 1 / 3]))
        assert math.isnan(evaluate(TABLE["sqrt"], [-1.0]))
    with pytest.raises(ValueError, match="log is defined"):
        evaluate(TABLE["log"], [0.0])


AS_IN_NUMPY = {
    **{name: getattr(np, name) for name in ("exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "arcsin")},
    **{name: getattr(np, name) for name in ("arccos", "arctan", "sinh", "cosh", "tanh", "hypot", "divide")},
    "exp_difference": lambda x, y: np.exp(x - y),
    "xlogy": lambda x, y: np.where((x == 0.0) & (y == 0.0), 0.0, x * np.log(y)),
}


@pytest.mark.parametrize("name", AS_IN_NUMPY)
def test_ieee_arithmetic_is_numpy_s(name: str) -> None:
    row = TABLE[name]
    special = [0.0, -0.0, 0.5, 1.0, -1.0, -2.0, 3.0, 750.0, -750.0, 1e308, -1e308, INF, -INF, NAN]
    for point in itertools.product(special, repeat=row.arity or 0):
        with np.errstate(all="ignore"):
            expected = float(AS_IN_NUMPY[name](*map(np.float64, point)))
        with ieee_arithmetic():
            got = evaluate(row, point)
        assert got == pytest.approx(expected, rel=1e-15, nan_ok=True), point
        assert math.isnan(got) or math.copysign(1.0, got) == math.copysign(1.0, expected), point


@pytest.mark.parametrize("name", ["maximum", "minimum", "negative_part", "relu"])
def test_of_equal_zeros_the_same_is_taken_as_by_python_s_max_and_min(name: str) -> None:
    python = {"maximum": max, "minimum": min, "negative_part": lambda x: min(x, 0.0), "relu": lambda x: max(0.0, x)}
    row = TABLE[name]
    for point in itertools.product([0.0, -0.0], repeat=row.arity or 0):
        assert repr(evaluate(row, point)) == repr(python[name](*point)), point


@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        (0.0, -1.0, INF), (-0.0, -1.0, -INF), (-0.0, -2.0, INF), (-0.0, -3.0, -INF), (0.0, -0.5, INF),
        (1e200, 3.0, INF), (-1e200, 3.0, -INF), (-1e200, 2.0, INF), (-8.0, 1 / 3, NAN), (-2.0, 3.0, -8.0),
        (NAN, 0.0, 1.0), (1.0, NAN, 1.0),
    ],
)  # fmt: skip
def test_power_as_c_has_it(x: float, y: float, expected: float) -> None:
    assert repr(ieee_power(x, y)) == repr(expected)
    assert repr(float(IEEEFloat(x) ** IEEEFloat(y))) == repr(expected)


def test_extended_numbers() -> None:
    one, zero = IEEEFloat(1.0), IEEEFloat(0.0)
    assert (one / zero, -one / zero, one / -zero) == (INF, -INF, -INF)
    assert math.isnan(zero / zero)
    assert (2 - one, 2 * one, 1 + one, 3 / one, 2**one, +one) == (1.0, 2.0, 2.0, 3.0, 2.0, 1.0)
    assert type(-one) is type(one * 2.0) is IEEEFloat
    assert exp(IEEEFloat(1000.0)) == INF
    with pytest.raises(TypeError):
        _ = one + "1"  # type: ignore[operator]


def test_a_row_is_called_shown_and_pickled_like_a_function() -> None:
    assert repr(exp) == "<primitive exp>"
    assert pickle.loads(pickle.dumps(exp)) is exp
    assert exp.__doc__
    assert exp.__name__ == "exp"
    assert where(False, 1.0, Value(2.0)).data == 2.0


def cube(x: Any) -> Any:
    return x * x * x


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: primitive(3, cube, cube), "name must be a Python identifier such as 'cube', got 3"),
        (lambda: primitive("a b", cube, cube), "name must be a Python identifier such as 'cube', got 'a b'"),
        (lambda: primitive("f", None, cube), "forward must be a function, got None"),
        (lambda: primitive("f", cube, 3.0), "partial 1 must be a function, got 3.0"),
        (lambda: primitive("f", cube), "give one partial derivative per operand"),
        (lambda: primitive("f", cube, cube, cube), "forward takes 1 operand(s), got 2 partials"),
        (lambda: primitive("f", cube, lambda x: 3 * x * x), "partial 1 takes 1 argument(s)"),
        (lambda: primitive("f", cube, lambda x: 3 * x * x), "and every operand: lambda out, x: ..."),
        (lambda: primitive("f", lambda x, y: x, lambda out, x, y: 1.0, lambda x, y: 0.0), "partial 2 takes 2"),
        (lambda: primitive("f", cube, cube, text=3), "text must be a string, got 3"),
        (lambda: primitive("f", lambda x: "a", lambda out, x: 1.0)(1.0), "f: forward must return a number, got 'a'"),
        (lambda: primitive("f", lambda x: None, lambda out, x: 1.0)(1.0), "f: forward must return a number, got None"),
        (lambda: primitive("f", cube, lambda out, x: None)(Value(1.0)), "f: partial 1 must be a real number, got None"),
        (lambda: primitive("f", cube, lambda out, x: "a")(Value(1.0)), "f: partial 1 must be a real number, got 'a'"),
        (lambda: primitive("f", lambda *xs: xs[0], lambda out, *xs: [1.0], sequence=True)(Value(1.0), 2.0),
         "f: the partial must return one number for each of 2 operands, got [1.0]"),
    ],
)  # fmt: skip
def test_a_row_that_is_none_is_refused(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        make()


def test_a_partial_may_be_a_method_or_have_arguments_of_its_own() -> None:
    class Ramp:
        def slope(self, out: Any, x: Any) -> float:
            return 2.0

    rows = [primitive("twice", lambda x: 2.0 * x, partial) for partial in (Ramp().slope, lambda out, x, by=2.0: by)]
    for row in rows:
        x = Value(3.0)
        row(x).backward()
        assert x.grad == 2.0


def test_a_row_s_domain_and_cure_are_in_its_error() -> None:
    def forward(x: float) -> float:
        return math.acosh(x)

    arccosh = primitive("arccosh", forward, lambda out, x: 1.0 / (x * x - 1.0) ** 0.5, domain="x >= 1", cure="add 1")
    assert arccosh(1.0) == 0.0
    for operand, name in [(0.5, "0.5"), (Value(0.5), "operand 1 = 0.5"), (Value(0.5, label="u"), "u = 0.5")]:
        with pytest.raises(ValueError, match=re.escape(f"arccosh({name}): arccosh is defined for x >= 1 only; add 1")):
            arccosh(operand)
    x = Value(1.0)
    arccosh(x).backward()
    assert x.grad == INF


def test_what_is_shown_of_a_stranger() -> None:
    class Strange:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown(Strange()) == "<Strange whose repr raised RuntimeError>"
    assert len(shown("x" * 1000)) <= 80
    with pytest.raises(OverflowError, match="too large for a float: a whole number of 16610 bits"):
        Value(10**5000)
    with pytest.raises(TypeError, match="argument must be a real number, got <Strange whose repr"):
        real(Strange(), "argument")
