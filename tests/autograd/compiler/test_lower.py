"""Formulas of rows, and their operations."""

from __future__ import annotations

from autograd.compiler import lower
from autograd.primitives import TABLE
from autograd.symbolic.expression import PYTHON, symbols, write


def test_formulas_are_opened_and_simplified() -> None:
    value, partials = lower.formula(TABLE["sigmoid"])
    assert value is not None
    assert partials is not None
    assert "sigmoid" not in write(partials[0], PYTHON)
    (x,) = symbols("x")
    assert write(lower.simplify(x**2.0 * 1.0), PYTHON) == "square(x)"
    doubled = TABLE["exp"](-2.0 * x)
    assert write(lower.fuse_ufuncs(lower.simplify(doubled)), PYTHON) == "square(exp(-x))"


def test_equal_subexpressions_are_one_step() -> None:
    (x,) = symbols("x")
    lines, result = lower.operations((x + 1.0) / (x + 1.0))
    assert [operands for _, _, operands in lines] == [("x", 1.0), ("s0", "s0")]
    assert result == "s1"
