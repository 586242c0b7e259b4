"""What is a row evaluated on symbols?  A formula: a tree that can be written as text.

Read `primitive` and `primitives` first.  An `Expression` is one more kind of number: arithmetic on it, and rows called
on it, give larger expressions.  `write(expression, style)` writes the tree in the notation of a `Style`.  This module
has the style of Python source, from which `codegen` makes the methods of `Value`; `printing` has text and LaTeX, the
compiler NumPy and C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.primitive import Primitive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Expression:
    """A formula: a symbol, a number, a comparison, or a row applied to formulas."""

    __slots__ = ("operands", "row")

    def __init__(self, row: Primitive | str | float, operands: Sequence[Any] = ()) -> None:
        self.row = row
        """A row; or the name of a symbol; or a number; or the sign of a comparison of two operands."""
        self.operands = tuple(as_expression(operand) for operand in operands)

    @classmethod
    def _apply_primitive(cls, row: Primitive, operands: Sequence[Any]) -> Expression:
        return cls(row, operands)

    def __repr__(self) -> str:
        return f"<expression {write(self, PYTHON)}>"

    def __add__(self, other: Any) -> Expression:
        return Expression(table.add, (self, other))

    def __radd__(self, other: Any) -> Expression:
        return Expression(table.add, (other, self))

    def __sub__(self, other: Any) -> Expression:
        return Expression(table.subtract, (self, other))

    def __rsub__(self, other: Any) -> Expression:
        return Expression(table.subtract, (other, self))

    def __mul__(self, other: Any) -> Expression:
        return Expression(table.multiply, (self, other))

    def __rmul__(self, other: Any) -> Expression:
        return Expression(table.multiply, (other, self))

    def __truediv__(self, other: Any) -> Expression:
        return Expression(table.divide, (self, other))

    def __rtruediv__(self, other: Any) -> Expression:
        return Expression(table.divide, (other, self))

    def __pow__(self, other: Any) -> Expression:
        return Expression(table.power, (self, other))

    def __rpow__(self, other: Any) -> Expression:
        return Expression(table.power, (other, self))

    def __neg__(self) -> Expression:
        return Expression(table.negative, (self,))

    def __abs__(self) -> Expression:
        return Expression(table.absolute, (self,))

    def __lt__(self, other: Any) -> Expression:
        return Expression("<", (self, other))

    def __le__(self, other: Any) -> Expression:
        return Expression("<=", (self, other))

    def __gt__(self, other: Any) -> Expression:
        return Expression(">", (self, other))

    def __ge__(self, other: Any) -> Expression:
        return Expression(">=", (self, other))

    def __bool__(self) -> bool:
        raise TypeError("a formula is neither true nor false: write where(condition, x, y), not if")

    def __float__(self) -> float:
        raise TypeError("a formula is not a float: use the rows of the table instead of the functions of math")


def as_expression(thing: Any) -> Expression:
    """A number as a constant of a formula; a formula unchanged."""
    return thing if isinstance(thing, Expression) else Expression(float(thing))


def symbols(*names: str) -> tuple[Expression, ...]:
    """One symbol for each name."""
    return tuple(Expression(name) for name in names)


def rows_in(expression: Expression) -> set[Primitive]:
    """The rows that a formula applies."""
    found = {expression.row} if isinstance(expression.row, Primitive) else set()
    return found.union(*map(rows_in, expression.operands))


# ------------------------------------------------------------------------------------------------------ writing it

ATOM, POWER, PREFIX, PRODUCT, SUM, COMPARISON, CHOICE = 7, 6, 5, 4, 3, 2, 1
"""Precedences: a notation of lower precedence than its surroundings is written in brackets."""

Notation = tuple[str, int, tuple[int, ...]]
"""A template with one {} per operand, its precedence, and the lowest precedence of each operand without brackets."""

INFIX: dict[Primitive, Notation] = {
    table.add: ("{} + {}", SUM, (SUM, SUM)),
    table.subtract: ("{} - {}", SUM, (SUM, PRODUCT)),
    table.multiply: ("{} * {}", PRODUCT, (PRODUCT, PREFIX)),
    table.divide: ("{} / {}", PRODUCT, (PRODUCT, PREFIX)),
    table.power: ("{} ** {}", POWER, (ATOM, POWER)),
    table.negative: ("-{}", PREFIX, (PREFIX,)),
    table.where: ("{1} if {0} else {2}", CHOICE, (COMPARISON, COMPARISON, CHOICE)),
}


class Style:
    """How each row, each number and each bracket is written."""

    def __init__(
        self,
        notations: Mapping[Primitive, Notation],
        number: Callable[[float], str],
        call: Callable[[Primitive, Sequence[str]], str],
        brackets: str = "({})",
        comparison: str = "{} {} {}",
    ) -> None:
        self.notations = notations
        self.number = number
        self.call = call
        self.brackets = brackets
        self.comparison = comparison

    def notation(self, expression: Expression) -> Notation | None:
        """The notation of a row applied to these operands; None if it is written as a function."""
        row = expression.row
        return self.notations.get(row) if isinstance(row, Primitive) else None


def write(expression: Expression, style: Style) -> str:
    """The formula in this style."""
    return _write(expression, style)[0]


def _write(expression: Expression, style: Style) -> tuple[str, int]:
    row, operands = expression.row, expression.operands
    if isinstance(row, Primitive):
        notation = style.notation(expression)
        if notation is None:
            return style.call(row, [write(operand, style) for operand in operands]), ATOM
        template, binds, needed = notation
        return template.format(*map(_bracketed, operands, needed, [style] * len(operands))), binds
    if isinstance(row, str):
        if not operands:
            return row, ATOM
        left, right = (_bracketed(operand, SUM, style) for operand in operands)
        return style.comparison.format(left, row, right), COMPARISON
    return style.number(row), ATOM if row >= 0.0 else PREFIX


def _bracketed(expression: Expression, needed: int, style: Style) -> str:
    text, binds = _write(expression, style)
    return text if binds >= needed else style.brackets.format(text)


class _Python(Style):
    def notation(self, expression: Expression) -> Notation | None:
        """A power is `**` if its exponent is a whole number; else Python's `**` could give a complex number."""
        if expression.row is table.power:
            exponent = expression.operands[1].row
            if not (isinstance(exponent, float) and exponent.is_integer()):
                return None
        return super().notation(expression)


PYTHON = _Python(
    {**INFIX, table.add: ("{} + {}", SUM, (SUM, PRODUCT))},  # x + (y + z) is rounded differently from x + y + z
    repr,
    lambda row, operands: f"{row.name}({', '.join(operands)})",
)
"""Python source, in which each row that is not an operator is a function of its name."""
