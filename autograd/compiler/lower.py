"""What is a row's formula in NumPy and in C?  The row is evaluated on symbols, and the tree becomes operations.

Read `symbolic.expression` first, `kernels`, `source` and `executable` next.  No derivative is written here: `formula`
takes the value and the partials of a row from the table, and expands composite rows until only functions remain that
NumPy and C have.  `operations` turns a formula into one operation per line; each common subexpression is computed once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.primitive import Primitive, is_composite
from autograd.symbolic.expression import PYTHON, Expression, as_expression, rows_in, symbols, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Operation = tuple[str, Primitive | str | float, tuple[str | float, ...]]

OPERANDS = ("x", "y", "z", "u", "v", "w")
"""The names of operands in formulas; the result of the row is `out`."""

BASIC = frozenset({
    "add", "subtract", "multiply", "divide", "negative", "power", "where", "absolute", "maximum", "minimum", "relu",
    "negative_part", "exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh",
    "cosh", "tanh", "hypot", "exp2", "log2", "log10", "arcsinh", "arccosh", "arctanh", "arctan2", "erf", "square",
    "power_partial", "power_derivative", "xlogy", "normal_pdf", "normal_cdf", "exp_difference",
})  # fmt: skip
"""Rows that are not expanded: NumPy, C or `kernels` has a function for them."""

MAX_KEPT = 1024
"""For how many rows formulas are kept: each trace has rows of its own in place of those that the user has defined."""

minus_absolute = Primitive(
    "minus_absolute", lambda x: -abs(x), lambda out, x: [out / x], 1,
    doc="-|x|", text=None, latex=None, domain=None, cure=None, ieee=None,
)  # fmt: skip
"""The result of one call of `copysign`; only `fuse_ufuncs` makes it."""


@lru_cache(maxsize=MAX_KEPT)
def formula(row: Primitive, closed: frozenset[str] = BASIC) -> tuple[Expression | None, list[Expression] | None]:
    """A row's value and partials as expanded formulas of `x`, `y` ... (and `out`); None for a function of floats only.

    `closed`: the names of the rows that are not expanded.

    >>> value, partials = formula(table.tanh)
    >>> write(value, PYTHON), write(partials[0], PYTHON)[:22]
    ('tanh(x)', 'square(2.0 * exp(-abso')
    """
    arity = row.arity or 0
    operands = symbols(*OPERANDS[:arity])
    value = (
        Expression(row, operands)
        if _is_closed(row, closed)
        else _on_symbols(row.forward, operands)
        if is_composite(row)
        else None
    )
    partials = _on_symbols(row.partials, (*symbols("out"), *operands))
    try:
        return (
            None if value is None else simplify(opened(as_expression(value), closed)),
            None if partials is None else [simplify(opened(as_expression(each), closed)) for each in partials],
        )
    except _NotOpenError:
        return None, None


def _is_closed(row: Primitive, closed: frozenset[str]) -> bool:
    """Whether this is one of these rows of the table; a row of the user's may have the same name."""
    return row.name in closed and table.TABLE[row.name] is row


class _NotOpenError(Exception):
    pass


def _on_symbols(function: Callable[..., Any], operands: Sequence[Any]) -> Any:
    try:
        return function(*operands)
    except TypeError:
        return None


def opened(expression: Expression, closed: frozenset[str] = BASIC) -> Expression:
    """The same formula, expanded until every row is one of `closed`."""
    operands = tuple(opened(operand, closed) for operand in expression.operands)
    row = expression.row
    if isinstance(row, Primitive) and not _is_closed(row, closed):
        inner = _on_symbols(row.forward, operands) if is_composite(row) else None
        if inner is None:
            raise _NotOpenError
        return opened(as_expression(inner), closed)
    return Expression(row, operands) if operands else expression


def simplify(expression: Expression) -> Expression:
    """The same number with less work: constants folded, nothing multiplied by 1, x ** 2 as a square.

    >>> x, = symbols("x")
    >>> write(simplify(1.0 * (x ** 2.0) * (2.0 - 1.0)), PYTHON)
    'square(x)'
    """
    operands = tuple(simplify(operand) for operand in expression.operands)
    row, numbers = expression.row, [operand.row for operand in operands]
    if not isinstance(row, Primitive):
        return Expression(row, operands) if operands else expression
    constant = [isinstance(number, float) for number in numbers]
    if operands and all(constant) and row.name in ("add", "subtract", "multiply", "negative"):
        return Expression(float(row.forward(*numbers)))
    if row.name == "multiply" and 1.0 in numbers:
        return operands[1 - numbers.index(1.0)]
    if row.name == "power" and constant[1]:
        exponent = numbers[1]
        if exponent == 2.0:
            return Expression(table.square, operands[:1])
        if exponent == 1.0:
            return operands[0]
        if exponent == -1.0:
            return Expression(table.divide, (1.0, operands[0]))
    if row.name == "power_partial" and numbers[1] in (1.0, 2.0):
        return Expression(1.0) if numbers[1] == 1.0 else 2.0 * operands[0]
    return Expression(row, operands)


def with_constants(expression: Expression, constants: dict[str, float]) -> Expression:
    """The formula with some symbols replaced by numbers, and simplified."""
    return simplify(_replaced(expression, constants))


def _replaced(expression: Expression, constants: dict[str, float]) -> Expression:
    if isinstance(expression.row, str) and not expression.operands:
        return Expression(constants[expression.row]) if expression.row in constants else expression
    return Expression(expression.row, [_replaced(operand, constants) for operand in expression.operands])


QUICK = ("add", "subtract", "multiply", "negative", "divide", "where", "absolute", "maximum", "minimum", "relu",
         "negative_part", "square", "sqrt")  # fmt: skip
"""Rows that cost no more than loading their result from memory."""


def is_slow(formula: Expression | None) -> bool:
    """Whether computing it again takes longer than keeping it in memory."""
    return formula is None or any(row.name not in QUICK for row in rows_in(formula))


@lru_cache(maxsize=MAX_KEPT)
def has_partial(row: Primitive) -> bool:
    """Whether value and partial are computed together: for rows of one operand whose partial is slow."""
    partials = formula(row)[1] if row.arity == 1 else None
    return partials is not None and is_slow(partials[0])


def fuse_ufuncs(expression: Expression) -> Expression:
    """The formula with fewer operations, for backends where each operation is a call.  One ULP less accurate.

    sech, if the formula still has it, becomes the textbook formula: arrays may overflow, to 2 / inf.  exp(-2 x) becomes
    the square of exp(-x): if both occur, one is computed.  -|x| becomes one operation.

    >>> x, = symbols("x")
    >>> write(fuse_ufuncs(table.exp(-2.0 * table.absolute(x))), PYTHON)
    'square(exp(minus_absolute(x)))'
    >>> write(fuse_ufuncs(table.sech(x)), PYTHON)
    '2.0 / (exp(x) + 1.0 / exp(x))'
    """
    operands = tuple(fuse_ufuncs(operand) for operand in expression.operands)
    row, inner = expression.row, operands[0] if operands else expression
    of = inner.row.name if isinstance(inner.row, Primitive) else ""
    if row is table.sech:
        power = Expression(table.exp, (inner,))
        return 2.0 / (power + 1.0 / power)
    if isinstance(row, Primitive) and row.name == "negative" and of == "absolute":
        return Expression(minus_absolute, inner.operands)
    if isinstance(row, Primitive) and row.name == "exp" and of == "multiply" and inner.operands[0].row == -2.0:
        return Expression(table.square, (Expression(row, (fuse_ufuncs(-inner.operands[1]),)),))
    return Expression(row, operands) if operands else expression


def operations(expression: Expression) -> tuple[list[Operation], str | float]:
    """One operation per line, each subexpression once: (result, row or comparison, operands); and the result's name.

    >>> x, = symbols("x")
    >>> lines, result = operations((x + 1.0) * (x + 1.0))
    >>> [(name, row.name, operands) for name, row, operands in lines], result
    ([('s0', 'add', ('x', 1.0)), ('s1', 'multiply', ('s0', 's0'))], 's1')
    """
    found: dict[str, str | float] = {}
    lines: list[Operation] = []

    def visit(part: Expression) -> str | float:
        if not part.operands:
            return part.row  # type: ignore[return-value]
        key = write(part, PYTHON)
        if key not in found:
            operands = tuple(visit(operand) for operand in part.operands)
            found[key] = f"s{len(lines)}"
            lines.append((str(found[key]), part.row, operands))
        return found[key]

    return lines, visit(expression)


def can_raise(row: Primitive) -> bool:
    """Whether the eager engine may raise for finite operands, as log does for 0: then results must be checked."""
    return bool(row.domain or row.cure or row.ieee)
