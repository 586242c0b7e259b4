"""Tidying: the formula looks simpler and is worth the same."""

from __future__ import annotations

import pytest
from expression_trees import number, trees
from hypothesis import given

from autograd import primitives as table
from autograd.primitives import negative, negative_part, power_partial, where
from autograd.symbolic.expression import Expression, rows_in, symbols, write
from autograd.symbolic.printing import style_for
from autograd.symbolic.simplify import tidy

x, y = symbols("a", "b")


def text(expression: Expression) -> str:
    tidied = tidy(expression)
    return write(tidied, style_for("text", rows_in(tidied)))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (0.0 + x, "a"), (x + 0.0, "a"), (x - 0.0, "a"), (0.0 - x, "-a"), (1.0 * x, "a"), (x * 1.0, "a"), (x / 1.0, "a"),
        (x * x, "a²"), (x + -y, "a - b"), (x - negative(y), "a + b"),
        (negative(negative(x)), "a"), ((-x) * y, "-a * b"), (x * -y, "-a * b"),
        ((-x) / y, "-a / b"), (-1.0 / y, "-1 / b"), (x**1.0, "a"), (x**2.0, "a²"), (power_partial(x, 3.0), "3 * a²"),
        (power_partial(x, 1.0), "1"), (-(0.0 * x + 0.0), "-0 * a"), (x + x + x + x + x + x + y, "a + a + … + b"),
        (where(x > 0.0, 1.0, where(x > 0.0, 0.0, y)), "1 if a > 0 else b"),
        (where(x > 0.0, 1.0, negative_part(x)), "1 if a > 0 else a"), (where(x <= 0.0, 1.0, y), "1 if a ≤ 0 else b"),
    ],
)  # fmt: skip
def test_what_no_teacher_would_write(expression: Expression, expected: str) -> None:
    assert text(expression) == expected


@given(trees(table.absolute))
def test_the_value_stays_the_same(tree: Expression) -> None:
    try:
        expected = number(tree)
    except (ArithmeticError, ValueError):
        return
    assert number(tidy(tree)) == pytest.approx(expected, rel=1e-12, abs=1e-300)
