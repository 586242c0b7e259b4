"""How is a row written on a blackboard?  As text and as LaTeX, from the same row that computes.

Read `primitives` and the other modules of this folder first; `explain` and `draw` show the formulas.  No formula is
stored: a row is evaluated on symbols, `tidy` simplifies it (x for `1 * x`, x² for `x * x`), and `write` writes the
tree.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.arguments import choose, shown
from autograd.primitive import Primitive
from autograd.symbolic.branches import branch_of
from autograd.symbolic.expression import Expression, as_expression, rows_in, write
from autograd.symbolic.printing import (
    MAX_LIST,
    RAISED,
    STYLES,
    first_parameter,
    name_text,
    number_text,
    sequence_text,
    style_for,
    subscript,
    takes_index,
)
from autograd.symbolic.simplify import tidy

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SEQUENCE = 100
"""The partials of a row of more operands, such as a softmax, are not written out."""
MAX_FORMULA = 160
"""A partial of more characters than this explains nothing: only its name is written."""
NOT_SYMBOLIC = "(not symbolic: write the partials with rows, such as autograd.cos, and with where in place of if)"
"""Shown for partials that can be computed on numbers only."""

# ------------------------------------------------------------------------------------------------- what others call


def formulas(
    row: Primitive, style: str = "text", operands: Sequence[str | float] | None = None
) -> tuple[str, list[str]]:
    """The formula of a row, and of its partial derivative with respect to each operand.

    `style` is "text" or "latex".  `operands` are names or numbers; without them x, y, ... are used.

    Raises ValueError for another style or a wrong number of operands.

    >>> from autograd import multiply
    >>> formulas(multiply)
    ('x * y', ['y', 'x'])
    >>> formulas(multiply, operands=["w", 3.0])
    ('w * 3', ['3', 'w'])
    """
    _check_row(row, "formulas")
    choose(style, STYLES, "unknown style")
    operands = operand_names(row) if operands is None else operands
    if not isinstance(operands, (list, tuple)):
        raise TypeError(f"operands must be a list of names or numbers, such as ['x', 2.0], got {shown(operands)}")
    for operand in operands:
        if not isinstance(operand, (str, float, int)):
            raise TypeError(f"operands must be names or numbers, such as ['x', 2.0], got {shown(operand)} among them")
    return formula(row, operands, style), [partial_formula(row, operands, n, style) for n in range(len(operands))]


def formula(
    row: Primitive, operands: Sequence[str | float], style: str = "text", values: Sequence[float] | None = None
) -> str:
    r"""The formula of a row with these operands, each a name or a number; `values` replaces names by numbers.

    >>> from autograd import tanh
    >>> formula(tanh, ["x"]), formula(tanh, ["x"], "latex"), formula(tanh, [-0.5])
    ('tanh(x)', '\\tanh(x)', 'tanh(-0.5)')
    """
    return _filled(row, operands, None, style, values, ())


def partial_formula(
    row: Primitive,
    operands: Sequence[str | float],
    n: int,
    style: str = "text",
    values: Sequence[float] | None = None,
    branches: tuple[bool, ...] = (),
) -> str:
    """The partial derivative of a row with respect to its operand `n` (from 0), with names or numbers.

    With `values`, one for each operand, the formula is derived with names, which are then replaced by numbers.  With
    `branches`, as `branches_taken` gives them, only the branch that was taken is written.

    Raises IndexError if there is no operand `n`.

    >>> from autograd import tanh
    >>> partial_formula(tanh, ["x"], 0), partial_formula(tanh, ["x"], 0, values=[0.5])
    ('sech(x)²', 'sech(0.5)²')
    >>> partial_formula(table.relu, ["x"], 0), partial_formula(table.relu, ["x"], 0, branches=(False,))
    ('1 if x > 0 else 0', '1')
    """
    if not 0 <= n < len(operands):
        raise IndexError(f"{row.name} has the operands 0 to {len(operands) - 1}, got {n}")
    return _filled(row, operands, n, style, values, branches)


def _check_row(row: Any, function: str) -> None:
    if not isinstance(row, Primitive):
        of_a_result = callable(row) or hasattr(type(row), "_apply_primitive")
        cure = "; explain(output, wrt) shows the derivatives of what a function computed" if of_a_result else ""
        raise TypeError(f"{function}: row must be a row of the table, such as autograd.tanh, got {shown(row)}{cure}")


def explain_row(row: Primitive, operands: Sequence[str | float] | None = None) -> str:
    """A row as a line of a formula sheet: its formula and its partials.

    >>> from autograd import tanh, divide
    >>> print(explain_row(tanh))
    tanh(x)      ∂/∂x = sech(x)²
    >>> print(explain_row(divide))
    x / y        ∂/∂x = 1 / y
                 ∂/∂y = -x / y²
    """
    _check_row(row, "explain_row")
    names = operand_names(row) if operands is None else operands
    whole, partials = formulas(row, "text", names)
    lines = [f"∂/∂{name} = {partial}" for name, partial in zip(names, partials, strict=True) if isinstance(name, str)]
    lines += [] if _is_symbolic(row, len(names)) else [NOT_SYMBOLIC]
    width = max(13, len(whole) + 2)
    return whole.ljust(width) + ("\n" + " " * width).join(lines)


def operand_names(row: Primitive) -> list[str | float]:
    """The names of a row's operands in its forward function; three names for a row of any number of operands.

    >>> from autograd import dot, leaky_relu
    >>> operand_names(leaky_relu)
    ['x', 'slope']
    """
    code = getattr(row.forward, "__code__", None)
    if row.arity is not None:
        if code is not None and code.co_argcount == row.arity:
            return list(code.co_varnames[: row.arity])
        return [*"xyz", *(f"x{n}" for n in range(4, 99))][: row.arity]
    first: list[str | float] = [0.0] if takes_index(row) else ["start"] if first_parameter(row) == "start" else []
    variadic = code.co_varnames[code.co_argcount + code.co_kwonlyargcount] if code and code.co_flags & 4 else "xs"
    if variadic == "terms":  # pairs: all the xs, then all the ys
        return [*first, *(f"{letter}{subscript(n)}" for letter in "xy" for n in (1, 2))]
    return [*first, *(f"x{subscript(n)}" for n in (1, 2, 3))]


# ----------------------------------------------------------------------------------------------------- how it is done
#
# A formula depends on the row and on the constants that change its form (the 2 of x², the index of softmax), not on the
# names.  So each form is derived once, with private-use characters for the operands, which names then replace.

_HOLE = re.compile("[\ue000-\uf8ff]")


def _filled(
    row: Primitive,
    operands: Sequence[str | float],
    n: int | None,
    style: str,
    values: Sequence[float] | None,
    branches: tuple[bool, ...],
) -> str:
    if row.arity is not None and len(operands) != row.arity:
        raise ValueError(
            f"operands: {row.name} takes {row.arity} operand(s), got {len(operands)}: {shown(operands)}; give as many"
        )
    filling = operands if values is None else values
    if len(filling) != len(operands):
        raise ValueError(f"{row.name}: got {len(filling)} values for {len(operands)} operands; give one for each")
    if row in (table.sum_, table.dot):
        kept = _some_terms(row, len(operands), n)
        operands, filling = [operands[k] for k in kept], [filling[k] for k in kept]
        n = None if n is None else kept.index(n)
    if len(operands) > MAX_SEQUENCE:
        filling = filling if n is None else operands
        names = [_operand_text(operand, style) for operand in (*filling[:3], "…", filling[-1])]
        return _not_derived(row, names, None if n is None else _operand_text(filling[n], style), style)
    shape = tuple(
        o if not isinstance(o, str) and _shapes(row, o, place, n is None) else None for place, o in enumerate(operands)
    )
    template = _template(row, shape, n, style, branches)
    if template.startswith(("∂", r"\frac{\partial")):  # ∂f(2)/∂2 would say nothing
        filling = operands
    return _HOLE.sub(lambda hole: _operand_text(filling[ord(hole[0]) - 0xE000], style, hole), template)


def _shapes(row: Primitive, number: float, place: int, whole: bool) -> bool:
    """Whether a constant changes the form of a formula: a small exponent is raised, an index selects, 1 vanishes.

    It vanishes from a partial only: if x * 1 was computed, the formula is x * 1.
    """
    if whole and not (
        (row is table.power and place == 1)
        or (row.arity is None and place == 0 and (takes_index(row) or first_parameter(row) == "start"))
    ):
        return False
    if row is table.power:
        return math.isfinite(number)
    return number == number and abs(number) <= (MAX_SEQUENCE if row.arity is None else 9) and number == int(number)


def _operand_text(operand: str | float, style: str, hole: re.Match[str] | None = None) -> str:
    """The operand's name or number; a negative number in brackets, unless it is in brackets already."""
    if isinstance(operand, str):
        return name_text(operand, style)
    text = number_text(operand, style)
    if hole is None or not text.startswith("-"):
        return text
    before, after = hole.string[: hole.start()], hole.string[hole.end() :]
    opens = before == "" or before[-1] in "({|"
    closes = re.match(r"$|[),|]|\}(?!\^)| (\+|-|/|\\cdot|\*(?!\*))", after)
    return text if opens and closes else f"({text})"


def _some_terms(row: Primitive, count: int, n: int | None) -> list[int]:
    """The operands of a sum that are needed: for a partial its own term, for the formula enough terms to shorten."""
    half = (count - 1) // 2 if row is table.dot else 0
    if n == 0:
        return [0]
    if n is not None:
        return [0, *sorted({n, (n - 1 + half) % (2 * half) + 1})] if half else [0, n]
    terms = half or count - 1
    shown_terms = range(terms) if terms <= MAX_LIST else [*range(MAX_LIST), terms - 1]
    return [0, *(1 + k for k in shown_terms), *(1 + half + k for k in shown_terms if half)]


@lru_cache(maxsize=4096)
def _template(
    row: Primitive, shape: tuple[float | None, ...], n: int | None, style: str, branches: tuple[bool, ...]
) -> str:
    """The formula (n is None) or a partial, with a private-use character for each operand that is not a constant."""
    operands = [Expression(chr(0xE000 + k)) if c is None else Expression(float(c)) for k, c in enumerate(shape)]
    whole = Expression(row, operands)
    expression = _with_terms(whole) if n is None else _nth_partial(row, whole, operands, n)
    if branches and expression is not None:
        expression = branch_of(expression, branches)
    text = "" if expression is None else _written(expression, style, row if n is None else None)
    if 0 < len(text) <= MAX_FORMULA or n is None:
        return text
    names = [write(operand, style_for(style, ())) for operand in operands]
    return _not_derived(row, names, names[n], style)


def _not_derived(row: Primitive, operands: Sequence[str], wrt: str | None, style: str) -> str:
    """If a formula cannot be derived on symbols, or is too long: the name of the function, or of its partial."""
    whole = style_for(style, ()).call(row, operands)
    if wrt is None:
        return whole
    return f"∂{whole}/∂{wrt}" if style == "text" else rf"\frac{{\partial {whole}}}{{\partial {wrt}}}"


def _with_terms(whole: Expression) -> Expression:
    """The row with sums written out and a small exponent raised; every other row unchanged."""
    row = whole.row
    if row is table.power and whole.operands[1].row in RAISED:
        return Expression(RAISED[int(whole.operands[1].row)], whole.operands[:1])
    if isinstance(row, Primitive) and row in (table.sum_, table.dot, table.take):
        return as_expression(row.forward(*_numbers_of_indices(row, whole.operands)))
    return whole


def _nth_partial(row: Primitive, whole: Expression, operands: Sequence[Expression], n: int) -> Expression | None:
    """The partial as the row computes it; None if a user's row computes it on floats only."""
    try:
        return as_expression(row.partials(whole, *_numbers_of_indices(row, operands))[n])
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError):  # a user's own row, on symbols
        return None


def _is_symbolic(row: Primitive, count: int) -> bool:
    """Whether the partials with respect to all `count` operands can be computed on symbols."""
    operands = [Expression(chr(0xE000 + k)) for k in range(count)]
    if takes_index(row):
        operands[0] = Expression(0.0)
    return _nth_partial(row, Expression(row, operands), operands, -1) is not None


def _numbers_of_indices(row: Primitive, operands: Sequence[Expression]) -> list[Any]:
    """The operands; an index as a number."""
    return [operands[0].row, *operands[1:]] if takes_index(row) else list(operands)


def _written(expression: Expression, style: str, written_out: Primitive | None = None) -> str:
    """The simplified formula; if the row `written_out` takes any number of operands, its template is used."""
    tidied = tidy(expression)
    written = style_for(style, rows_in(tidied))
    plain_call = written.call

    def call(row: Primitive, operands: Sequence[str]) -> str:
        index, rest = (int(operands[0]), operands[1:]) if takes_index(row) else (None, operands)
        return (row is written_out and sequence_text(row, rest, index, style)) or plain_call(row, operands)

    written.call = call
    return write(tidied, written)
