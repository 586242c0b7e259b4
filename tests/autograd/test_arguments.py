"""Is a wrong argument refused, with a message that says what was given and what to do?"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.arguments import check_callable, choose, real, shown


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (3, 3.0), (True, 1.0), (Fraction(1, 2), 0.5), (Decimal("0.25"), 0.25), (np.float32(1.5), 1.5),
        (np.int8(7), 7.0), (np.array(3.0), 3.0), (np.float64(2.5), 2.5),
    ],
)  # fmt: skip
def test_any_real_number_becomes_a_float(number: Any, expected: float) -> None:
    found = real(number, "x")
    assert type(found) is float
    assert found == expected


def test_an_index_is_a_real_number() -> None:
    class Third:
        def __index__(self) -> int:
            return 3

    assert real(Third(), "x") == 3.0


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("3", "x must be a real number, got '3' (str); convert it with float(...)"),
        (1j, "x must be a real number, got 1j (complex); only real numbers have gradients here, take .real or abs()"),
        (None, "x must be a real number, got None (NoneType); did a function forget to return its result?"),
        ([1.0], "x must be a real number, got [1.0] (list); pass one number at a time"),
        (np.array([1.0]), "x must be a real number, got array([1.]) (ndarray); pass one number at a time"),
        (Decimal("sNaN"), "x must be a real number, got Decimal('sNaN') (Decimal)"),
        (len, "x must be a real number, got <built-in function len> (builtin_function_or_method)"),
        (Value(2.0), "x is already a Value: Value(data=2.0, grad=0.0); use it as it is, or its .data"),
    ],
)
def test_what_is_not_a_real_number_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        real(wrong, "x")


def test_a_number_that_no_float_can_hold_is_refused() -> None:
    with pytest.raises(OverflowError, match="x is too large for a float: a whole number of 16610 bits"):
        real(10**5000, "x")
    with pytest.raises(OverflowError, match="too large for a float: a whole number of 16610 bits"):
        Value(10**5000)


def test_what_is_shown_of_a_foreign_object() -> None:
    class Strange:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown(Strange()) == "<Strange whose repr raised RuntimeError>"
    assert shown("x" * 1000) == "'" + "x" * 59 + "..." + "x" * 14 + "'"
    with pytest.raises(TypeError, match="argument must be a real number, got <Strange whose repr"):
        real(Strange(), "argument")


def test_a_choice_is_of_the_type_that_was_listed() -> None:
    assert choose(2, (1, 2), "order") == 2
    for wrong in (True, 1.0, 3, np.array([1, 2]), [1]):
        with pytest.raises(ValueError, match=re.escape(f"order {shown(wrong)}; choose one of: 1, 2")):
            choose(wrong, (1, 2), "order")


def test_a_function_is_expected() -> None:
    check_callable(len, "f", "math.sin")
    with pytest.raises(TypeError, match=r"f must be a function such as math\.sin, got 3"):
        check_callable(3, "f", "math.sin")
