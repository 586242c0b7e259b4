"""What is a row, and what does it say when it is misused?"""

from __future__ import annotations

import itertools
import math
import pickle
import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, primitive, where
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


@pytest.mark.parametrize("name", ["maximum", "minimum", "negative_part", "relu"])
def test_of_equal_zeros_the_same_is_taken_as_by_python_s_max_and_min(name: str) -> None:
    python = {"maximum": max, "minimum": min, "negative_part": lambda x: min(x, 0.0), "relu": lambda x: max(0.0, x)}
    row = TABLE[name]
    for point in itertools.product([0.0, -0.0], repeat=row.arity or 0):
        assert repr(evaluate(row, point)) == repr(python[name](*point)), point


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
        (lambda: primitive("f", cube, cube, cube), "forward takes 1 operand, got 2 partials"),
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
