"""Is a formula written so that it means what the tree means?"""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

from autograd import exp, tanh, where
from autograd.primitives import TABLE
from autograd.symbolic.expression import PYTHON, Expression, as_expression, rows_in, symbols, write

x, y = symbols("x", "y")


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (x + (y + 1.0), "x + (y + 1.0)"),
        (x - (y - 1.0), "x - (y - 1.0)"),
        (x - y - 1.0, "x - y - 1.0"),
        (x / (y / 2.0), "x / (y / 2.0)"),
        (x / y / 2.0, "x / y / 2.0"),
        ((x + 1.0) * y, "(x + 1.0) * y"),
        (-(x * y), "-(x * y)"),
        ((-x) ** 2.0, "(-x) ** 2.0"),
        (-(x**2.0), "-x ** 2.0"),
        ((x**3.0) ** 2.0, "(x ** 3.0) ** 2.0"),
        (x ** (y**2.0), "power(x, y ** 2.0)"),  # Python's own might be complex
        (x**0.5 + 1.0, "power(x, 0.5) + 1.0"),
        (2.0 - x, "2.0 - x"),
        (2.0**x, "power(2.0, x)"),
        (1.0 / tanh(x), "1.0 / tanh(x)"),
        (x * -2.0, "x * -2.0"),
        (where(x > y, x, where(x <= 0.0, 1.0, y)), "x if x > y else 1.0 if x <= 0.0 else y"),
        (where(x < y, 1.0, 2.0) + x, "(1.0 if x < y else 2.0) + x"),
        (abs(x), "absolute(x)"),
    ],
)
def test_as_python(formula: Expression, text: str) -> None:
    assert write(formula, PYTHON) == text


def random_expression(rng: random.Random, depth: int) -> Any:
    if depth == 0:
        return rng.choice((x, y, as_expression(round(rng.uniform(-3, 3), 2))))
    left, right = random_expression(rng, depth - 1), random_expression(rng, rng.randrange(depth))
    return rng.choice((
        lambda: left + right, lambda: left - right, lambda: left * right, lambda: left / right, lambda: -left,
        lambda: abs(left), lambda: left**2.0, lambda: exp(-abs(left)), lambda: tanh(left),
        lambda: where(left > right, left, right),
    ))()  # fmt: skip


def value(expression: Expression, numbers: dict[str, float]) -> Any:
    """The tree evaluated as a tree."""
    operands = [value(operand, numbers) for operand in expression.operands]
    if isinstance(expression.row, str):
        return operands[0] > operands[1] if operands else numbers[expression.row]
    return expression.row(*operands) if operands else expression.row


def test_what_is_written_evaluates_to_the_same_bits() -> None:
    rng = random.Random(7)
    names = {row.name: row for row in TABLE.values()}
    for _ in range(500):
        formula = random_expression(rng, 4)
        numbers = {"x": rng.uniform(-2, 2), "y": rng.uniform(0.1, 2)}
        try:
            expected = value(formula, numbers)
        except ArithmeticError:
            continue
        got = eval(write(formula, PYTHON), {**names, **numbers})
        assert repr(float(got)) == repr(float(expected))


def test_rows_in() -> None:
    assert {row.name for row in rows_in(tanh(x) * 2.0 + y)} == {"tanh", "multiply", "add"}
    assert rows_in(x) == set()


def test_a_formula_is_no_number() -> None:
    with pytest.raises(TypeError, match="write where"):
        bool(x > y)
    with pytest.raises(TypeError, match="use the rows of the table"):
        math.exp(x)
    assert repr(x + 1.0) == "<expression x + 1.0>"
