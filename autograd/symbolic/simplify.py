"""How is a derived formula simplified?  Superfluous terms and factors are removed, and the value stays the same.

Read `expression` and `printing` first, `branches` next.  A row's partial is written for a computer: `1.0 * y`,
`0.0 + x`, `out * out`.  Here these become y, x and out²; a minus sign moves to the front of its product; a
long sum gets an ellipsis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import primitives as table
from autograd.primitive import Primitive
from autograd.symbolic.expression import Expression
from autograd.symbolic.printing import MAX_LIST, RAISED

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNS = {"<=": "≤", ">=": "≥"}
_OPPOSITE: dict[object, str] = {"<": "≥", "≤": ">", ">": "≤", "≥": "<"}


def tidy(expression: Expression) -> Expression:
    """The same formula as a person would write it.

    >>> from autograd.symbolic.expression import symbols
    >>> x, y = symbols("x", "y")
    >>> tidy(0.0 + 1.0 * x * x), tidy(x + y * -2.0)
    (<expression raised_to_2(x)>, <expression x - y * 2.0>)
    """
    return _zero_last(_short_sums(_tidy(expression)))


def _tidy(expression: Expression) -> Expression:
    row, operands = expression.row, [_tidy(operand) for operand in expression.operands]
    if isinstance(row, Primitive):
        rule = _RULES.get(row)
        return rule(*operands) if rule is not None else Expression(row, operands)
    if isinstance(row, str):
        return Expression(_SIGNS.get(row, row), operands) if operands else expression
    return -Expression(-row) if row < 0.0 else expression


def _is(expression: Expression, number: float) -> bool:
    return isinstance(expression.row, float) and expression.row == number


def _number(expression: Expression) -> float | None:
    """The number that a constant is, its minus sign included; None for a formula."""
    if isinstance(expression.row, float):
        return expression.row
    inner = _negated(expression)
    return -inner.row if inner is not None and isinstance(inner.row, float) else None


def _negated(expression: Expression) -> Expression | None:
    """The formula behind a leading minus sign; None if there is none."""
    return expression.operands[0] if expression.row is table.negative else None


def _same(x: Expression, y: Expression) -> bool:
    if x.row != y.row or len(x.operands) != len(y.operands):
        return False
    return all(map(_same, x.operands, y.operands))


def _add(x: Expression, y: Expression) -> Expression:
    if _is(x, 0.0):
        return y
    if _is(y, 0.0):
        return x
    minus_y = _negated(y)
    return Expression(table.add, (x, y)) if minus_y is None else _subtract(x, minus_y)


def _subtract(x: Expression, y: Expression) -> Expression:
    if _is(y, 0.0):
        return x
    if _is(x, 0.0):
        return _negative(y)
    minus_y = _negated(y)
    return Expression(table.subtract, (x, y)) if minus_y is None else _add(x, minus_y)


def _multiply(x: Expression, y: Expression) -> Expression:
    minus_x, minus_y = _negated(x), _negated(y)
    if minus_x is not None:
        return _negative(_multiply(minus_x, y))
    if minus_y is not None:
        return _negative(_multiply(x, minus_y))
    if _is(x, 1.0):
        return y
    if _is(y, 1.0):
        return x
    if _same(x, y) and _number(x) is None:
        return Expression(RAISED[2], (x,))
    return Expression(table.multiply, (x, y))


def _divide(x: Expression, y: Expression) -> Expression:
    minus_x = _negated(x)
    if minus_x is not None:
        return _negative(_divide(minus_x, y))
    return x if _is(y, 1.0) else Expression(table.divide, (x, y))


def _negative(x: Expression) -> Expression:
    if _is(x, 0.0):
        return x
    minus_x = _negated(x)
    return Expression(table.negative, (x,)) if minus_x is None else minus_x


def _power(x: Expression, y: Expression) -> Expression:
    exponent = _number(y)
    if exponent == 1.0:
        return x
    if exponent is not None and exponent in RAISED:
        return Expression(RAISED[int(exponent)], (x,))
    return Expression(table.power, (x, y))


def _power_partial(x: Expression, y: Expression) -> Expression:
    exponent = _number(y)
    if exponent is None:
        return Expression(table.power_partial, (x, y))
    if exponent in (0.0, 1.0):
        return Expression(exponent)
    return _multiply(_tidy(Expression(exponent)), _power(x, _tidy(Expression(exponent - 1.0))))


def _where(condition: Expression, x: Expression, y: Expression) -> Expression:
    return Expression(table.where, (condition, x, otherwise(y, condition)))


def _zero_last(expression: Expression) -> Expression:
    """`y if x > 0 else 0` for `0 if x ≤ 0 else y`."""
    if expression.row is not table.where:
        return expression
    condition, x, y = expression.operands
    if not (_is(x, 0.0) and condition.row in _OPPOSITE) or y.row is table.where:
        return expression
    return Expression(table.where, (Expression(_OPPOSITE[condition.row], condition.operands), y, x))


def otherwise(expression: Expression, condition: Expression) -> Expression:
    """The formula if the condition is known to be false: without its clamps for that condition."""
    operands = expression.operands
    if expression.row is table.where and _same(operands[0], condition):
        return otherwise(operands[2], condition)
    if expression.row is table.negative_part and _same(Expression(">", (operands[0], 0.0)), condition):
        return operands[0]
    return Expression(expression.row, [otherwise(operand, condition) for operand in operands])


_RULES: dict[Primitive, Callable[..., Expression]] = {
    table.add: _add,
    table.subtract: _subtract,
    table.multiply: _multiply,
    table.divide: _divide,
    table.negative: _negative,
    table.power: _power,
    table.power_partial: _power_partial,
    table.where: _where,
}


def _short_sums(expression: Expression) -> Expression:
    """Every sum of more than a few terms as its first two, an ellipsis and the last."""
    if expression.row is not table.add:
        return Expression(expression.row, [_short_sums(operand) for operand in expression.operands])
    terms = []
    while expression.row is table.add:
        expression, last = expression.operands
        terms.append(last)
    terms = [expression, *reversed(terms)]
    if len(terms) > MAX_LIST:
        terms = [*terms[:2], Expression("…"), terms[-1]]
    out = _short_sums(terms[0])
    for term in terms[1:]:
        out = Expression(table.add, (out, _short_sums(term)))
    return out
