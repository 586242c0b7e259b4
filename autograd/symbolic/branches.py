"""Which branch of a partial was taken?  `1 if x > 0 else 0` is 1 for x = 2: the views show this branch only.

Read `expression` and `simplify` first, `formulas` next.  A row's partial is evaluated on symbols; the conditions of its
choices are evaluated on the numbers of one node.
"""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.ieee import IEEEFloat, ieee_arithmetic
from autograd.primitive import Primitive
from autograd.symbolic.expression import Expression, symbols
from autograd.symbolic.simplify import otherwise

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def branches_taken(row: Primitive, n: int, numbers: Sequence[float]) -> tuple[bool, ...]:
    """For each choice in the partial with respect to operand `n`, whether its condition holds for these operands.

    >>> branches_taken(table.relu, 0, [2.0]), branches_taken(table.tanh, 0, [2.0])    # x <= 0 does not hold
    ((False,), ())
    """
    conditions = _conditions(row)
    if not conditions or not conditions[n]:
        return ()
    known = dict(zip(_names(row), map(IEEEFloat, numbers), strict=True))
    with ieee_arithmetic():
        return tuple(bool(_number(condition, known)) for condition in conditions[n])


def branch_of(expression: Expression, answers: Sequence[bool]) -> Expression:
    """The formula with only the branches that were taken."""
    return _chosen(expression, iter(answers))


def _chosen(expression: Expression, answers: Iterator[bool]) -> Expression:
    if expression.row is table.where:
        condition, yes, no = expression.operands
        answer = next(answers)
        one, other = _chosen(yes, answers), _chosen(no, answers)
        return one if answer else otherwise(other, condition)
    return Expression(expression.row, [_chosen(operand, answers) for operand in expression.operands])


@lru_cache(maxsize=1024)
def _conditions(row: Primitive) -> list[list[Expression]]:
    """For each partial its conditions, in the order in which `_chosen` visits them; [] if there are none."""
    if row.arity is None:
        return []
    try:
        partials = row.partials(*symbols("out", *_names(row)))
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError):  # a user's row for floats only
        return []
    found = [list(_conditions_in(p)) if isinstance(p, Expression) else [] for p in partials]
    return found if any(found) else []


def _conditions_in(expression: Expression) -> Iterator[Expression]:
    below = expression.operands
    if expression.row is table.where:
        yield below[0]
        below = below[1:]
    for operand in below:
        yield from _conditions_in(operand)


def _names(row: Primitive) -> list[str]:
    return [f"x{n}" for n in range(row.arity or 0)]


def _number(expression: Expression, known: dict[str, Any]) -> Any:
    """The number of a formula, or the truth value of a comparison."""
    row, operands = expression.row, [_number(operand, known) for operand in expression.operands]
    if isinstance(row, Primitive):
        return row(*operands)
    if isinstance(row, str):
        return _SIGNS[row](*operands) if operands else known[row]
    return IEEEFloat(row)
