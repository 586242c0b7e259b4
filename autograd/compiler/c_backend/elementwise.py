"""What is the C source of the element-wise functions?  Printed from the rows of the table, value and partials.

Read `lower` first, `executable` next.  Each row becomes one function for its value and one for each partial, and a loop
for each that works on long rows of memory.  They come twice: with the C library's functions, bit for bit what the
eager engine computes; and, for programs with matrix products, whose sums are in another order anyway, with functions
that the C compiler can vectorise (exp, log and log1p 1 ULP off at most, tanh 3 ULP).  Rows of one operand whose partial
takes long have a third function, which computes value and partial at once: the runtime then keeps the partial from the
forward pass, as a `Value` does, and common subexpressions of the two formulas are computed once.

Every program waits for the runtime, so that has only the usual rows.  The rare ones, which take as long to build, are a
library of their own, built for the first program that has such a row.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.compiler.c_backend.opcodes import MAX_OPERANDS
from autograd.compiler.lower import BASIC, OPERANDS, formula, has_partial, simplify, with_constants
from autograd.primitive import NOT_TAKEN, Primitive
from autograd.symbolic.expression import INFIX, PYTHON, Expression, Style, rows_in, write

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "sin": "sin", "cos": "cos",
    "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "hypot": "hypot", "exp2": "exp2", "log2": "log2", "log10": "log10", "arcsinh": "asinh", "arccosh": "acosh",
    "arctanh": "atanh", "arctan2": "atan2", "erf": "erf", "absolute": "fabs", "power": "pow",
}  # fmt: skip
"""The names in the C library of rows that are functions of floats."""

FAST = {"exp": "fast_exp", "tanh": "fast_tanh", "sech": "fast_sech", "log": "fast_log", "log1p": "fast_log1p"}
"""Functions that vectorise; tanh and the sech in its partial share all their work, which the C compiler recognises."""

HEAD = files("autograd.compiler.c_backend").joinpath("functions.h").read_text(encoding="utf-8")
"""The beginning of every C file that applies rows."""

KEPT = """void accumulate_kept(double *restrict t, const double *g, const double *s, long n) {
    for (long i = 0; i < n; i++) t[i] += g[i] * s[i];
}"""
"""The function for the reverse pass that uses a kept partial."""

ROWS_OF_SEQUENCES = """void exp_rows(double *z, const double *x, long n, long fast) {
    if (fast) {
#pragma GCC ivdep
        for (long i = 0; i < n; i++) z[i] = fast_exp(x[i]);
    } else for (long i = 0; i < n; i++) z[i] = exp(x[i]);
}
void log1p_rows(double *z, const double *x, long n, long fast) {
    if (fast) {
#pragma GCC ivdep
        for (long i = 0; i < n; i++) z[i] = fast_log1p(x[i]);
    } else for (long i = 0; i < n; i++) z[i] = log1p(x[i]);
}"""
"""The functions from which the runtime computes rows with any number of operands."""

SPECIAL_POWERS = (2.0, -1.0)
"""Exponents for which x ** exponent has a function of its own."""


@cache
def kinds() -> list[tuple[str, Primitive, tuple[tuple[str, float], ...]]]:
    """Every element-wise function of the runtime: its name, its row, and the operands that are fixed numbers."""
    rows = [row for row in table.TABLE.values() if row.arity is not None and _printable(row)]
    from autograd.compiler.frontend.traced_rows import detached, less, less_equal

    others = [row for row in [*rows, less, less_equal, detached] if row is not table.identity]
    found: list[Any] = [(row.name, row, ()) for row in [table.identity, *others]]
    found += [(f"power_{n}", table.power, (("y", exponent),)) for n, exponent in enumerate(SPECIAL_POWERS)]
    return found


LAST_USUAL = "silu"
"""Rows of the table from the first to this one are usual; most of the others are terms of derivatives."""

TABLES = {"forwards": 1, "values_and_partials": 1, "reverses": MAX_OPERANDS}
"""The tables of functions in the runtime, and how many functions each has for a number: see `_tables`."""

IDENTITY = 0
"""The number of the function that copies."""


@cache
def number_of(name: str, exponent: float | None = None) -> int | None:
    """The number of a function in the runtime's tables; None if it is not there."""
    if exponent in SPECIAL_POWERS and name == "power":
        name = f"power_{SPECIAL_POWERS.index(exponent)}"
    names = [kind for kind, _, _ in kinds()]
    return names.index(name) if name in names else None


@cache
def is_rare(number: int) -> bool:
    """Whether a function is not in the runtime itself.

    >>> is_rare(number_of("tanh")), is_rare(number_of("mish"))
    (False, True)
    """
    names, name = list(table.TABLE), kinds()[number][1].name
    return name in table.TABLE and names.index(name) > names.index(LAST_USUAL)


def _printable(row: Primitive) -> bool:
    value, partials = formula(row)
    return value is not None and partials is not None and (row.arity or 9) <= MAX_OPERANDS


def number(number: float) -> str:
    """A number in C."""
    if math.isinf(number):
        return "INFINITY" if number > 0 else "-INFINITY"
    return "NAN" if math.isnan(number) else repr(number)


def style(fast: bool) -> Style:
    """How formulas are written in C."""

    def call(row: Primitive, operands: Sequence[str]) -> str:
        name = FAST.get(row.name) if fast else None
        return f"{name or LIBRARY.get(row.name) or f'kernel_{row.name}'}({', '.join(operands)})"

    infix = {row: notation for row, notation in PYTHON.notations.items() if row is not table.power}
    infix[table.where] = ("({0} ? {1} : {2})", 7, (1, 1, 1))
    return Style(infix, number, call)


GRADIENT = Expression("gradient")


@dataclass
class Function:
    """One function of the runtime, in C: its name, its formulas, and their forms that vectorise."""

    name: str
    formulas: list[Expression]
    fast_formulas: list[Expression]

    @property
    def has_fast(self) -> bool:
        """Whether it has a form that vectorises."""
        return any(row.name in FAST for formula in self.fast_formulas for row in rows_in(formula))

    @property
    def never_taken(self) -> bool:
        """Whether no gradient ever flows to the operand."""
        return self.formulas[0].row is NOT_TAKEN

    def text(self, fast: bool) -> str:
        """The function in C."""
        kind = self.name[: self.name.index("_")]
        outs, body = {
            "forward": ("double *t", "t[i] = {};"),
            "both": ("double *t, double *s", "double out = {}; t[i] = out; s[i] = {};"),
            "reverse": ("double *restrict t, const double *g, const double *o", "t[i] += {};"),
        }[kind]
        results = {"out": "o", "gradient": "g"} if kind == "reverse" else {}
        operands = "" if kind == "both" else ", const double *b, const double *c, const double *d"
        reads = "".join(
            f"double {symbol} = {array}[i]; "
            for symbol, array in {**dict(zip(OPERANDS, "abcd", strict=False)), **results}.items()
            if self.reads(symbol, fast)
        )
        declared, texts = self.texts(fast)
        body = declared + body.format(*texts)
        lines = [f"void {self.called(fast)}({outs}, const double *a{operands}, long n) {{"]
        if kind != "reverse":
            lines.append("#pragma GCC ivdep /* results may take the place of operands */")
        if kind != "reverse" or not self.never_taken:
            lines.append(f"    for (long i = 0; i < n; i++) {{ {reads}{body} }}")
        return "\n".join([*lines, "}"])

    def texts(self, fast: bool) -> tuple[str, list[str]]:
        """In C: the declarations of common subexpressions, and the formulas."""
        named, formulas = common_subexpressions(self.fast_formulas if fast else self.formulas)
        declared = "".join(f"double {name} = {write(each, style(fast))}; " for name, each in named)
        return declared, [write(each, style(fast)) for each in formulas]

    def reads(self, symbol: str, fast: bool) -> bool:
        """Whether a formula needs an operand, or `out`."""
        return any(_mentions(each, symbol) for each in (self.fast_formulas if fast else self.formulas))

    def called(self, fast: bool) -> str:
        """The name in C."""
        return f"fast_{self.name}" if fast and self.has_fast else self.name


def common_subexpressions(formulas: list[Expression]) -> tuple[list[tuple[str, Expression]], list[Expression]]:
    """Names for function calls that occur several times, and the formulas with these names.

    >>> from autograd.symbolic.expression import PYTHON, symbols
    >>> x, = symbols("x")
    >>> named, formulas = common_subexpressions([table.exp(x) / (1.0 + table.exp(x))])
    >>> [(name, write(each, PYTHON)) for name, each in named], write(formulas[0], PYTHON)
    ([('e0', 'exp(x)')], 'e0 / (1.0 + e0)')
    """
    times: Counter[str] = Counter()

    def is_call(part: Expression) -> bool:
        return isinstance(part.row, Primitive) and part.row not in INFIX

    def count(part: Expression) -> None:
        if is_call(part):
            times[write(part, PYTHON)] += 1
        for operand in part.operands:
            count(operand)

    names: dict[str, str] = {}
    named: list[tuple[str, Expression]] = []

    def replaced(part: Expression) -> Expression:
        key = write(part, PYTHON) if is_call(part) else ""
        if key not in names:
            part = Expression(part.row, [replaced(operand) for operand in part.operands]) if part.operands else part
            if times[key] < 2:
                return part
            names[key] = f"e{len(names)}"
            named.append((names[key], part))
        return Expression(names[key])

    for each in formulas:
        count(each)
    if max(times.values(), default=0) < 2:
        return named, formulas
    return named, [replaced(each) for each in formulas]


@cache
def functions(number: int) -> tuple[Function, Function | None, list[Function]]:
    """The forward function; the one that also gives the partial, or None; one per operand in reverse."""
    name, row, constants = kinds()[number]
    others = BASIC | set(FAST) - {row.name}  # sech itself must be accurate in its tails
    exact, fast = (_formulas(row, dict(constants), closed) for closed in (BASIC, others))
    forward = Function(f"forward_{name}", exact[:1], fast[:1])
    if has_partial(row):
        return forward, Function(f"both_{name}", exact, fast), []
    partials = enumerate(zip(exact[1:], fast[1:], strict=True))
    pairs = [(n, [_times_gradient(e)], [_times_gradient(f)]) for n, (e, f) in partials]
    return forward, None, [Function(f"reverse_{name}_{n}", e, f) for n, e, f in pairs]


def _times_gradient(partial: Expression) -> Expression:
    """gradient · partial; no gradient to an operand that is not selected, not even if the gradient is inf or nan."""
    if partial.row is NOT_TAKEN:
        return partial
    if partial.row is table.where and _selects(partial):
        condition, *choices = partial.operands
        return Expression(table.where, [condition, *map(_times_gradient, choices)])
    return simplify(GRADIENT * partial)


def _selects(partial: Expression) -> bool:
    """Whether one branch of the partial means that the operand is not selected."""
    return partial.row is NOT_TAKEN or any(map(_selects, partial.operands))


def _formulas(row: Primitive, constants: dict[str, float], closed: frozenset[str]) -> list[Expression]:
    """The value and the partials, with some operands fixed."""
    value, partials = formula(row, closed)
    assert value is not None and partials is not None  # noqa: S101, PT018 - `kinds` has only rows that have them
    return [_compared(_one_exponential(with_constants(each, constants))) for each in (value, *partials)]


def _one_exponential(expression: Expression) -> Expression:
    """exp(negative_part(x)) as exp(-|x|), or 1 if x > 0: the same bits, and sigmoid computes exp(-|x|) anyway."""
    row, operands = expression.row, tuple(_one_exponential(operand) for operand in expression.operands)
    if row is table.exp and operands[0].row is table.negative_part:
        (x,) = operands[0].operands
        return Expression(table.where, (Expression(">", (x, Expression(0.0))), 1.0, table.exp(-table.absolute(x))))
    return Expression(row, operands) if operands else expression


def sources(rare: bool = False) -> dict[str, str]:
    """Two files, so that two compilers can run in parallel: the exact functions with the tables, and the fast ones."""
    exact, fast, declared = [HEAD], [HEAD], []
    found = [functions(number) if is_rare(number) is rare else None for number in range(len(kinds()))]
    for forward, both, reverse in filter(None, found):
        for function in (forward, both, *reverse):
            if function is not None:
                exact.append(f"static {function.text(False)}")
                if function.has_fast:
                    fast.append(function.text(True))
                    declared.append(f"{fast[-1][: fast[-1].index(' {')]};")
    if not rare:
        fast.append(ROWS_OF_SEQUENCES)
        exact += [KEPT, _in_place(table.relu)]
    return {"elements.c": "\n".join([*exact, *declared, _tables(found)]), "fast.c": "\n".join(fast)}


def _in_place(row: Primitive) -> str:
    """A C function that multiplies a gradient by the row's partial, computed from the row's result."""
    partials = formula(row)[1]
    assert partials is not None  # noqa: S101 - called for relu
    product = write(_times_gradient(_compared(partials[0])), style(False))
    return (
        "void in_place_reverse(double *restrict g, const double *restrict z, long n) {\n"
        f"    for (long i = 0; i < n; i++) {{ double x = z[i], gradient = g[i]; g[i] = {product}; }}\n}}"
    )


def _compared(expression: Expression) -> Expression:
    """A comparison as a number."""
    if isinstance(expression.row, str) and expression.operands:
        return Expression(table.where, (expression, 1.0, 0.0))
    return expression


def _mentions(expression: Expression, symbol: str) -> bool:
    if not expression.operands:
        return expression.row == symbol
    return any(_mentions(operand, symbol) for operand in expression.operands)


def _tables(found: Sequence[tuple[Function, Function | None, list[Function]] | None]) -> str:
    """Tables of pointers: all exact functions, then all functions again, in their fast forms where these exist.

    A function that is not in this library is 0.
    """
    whole = [(fast, *(each or (None, None, []))) for fast in (False, True) for each in found]
    forward = ",\n    ".join("0" if function is None else function.called(fast) for fast, function, _, _ in whole)
    both = ",\n    ".join("0" if function is None else function.called(fast) for fast, _, function, _ in whole)
    reverse = ",\n    ".join(f"{{{', '.join(f.called(fast) for f in each) or 0}}}" for fast, _, _, each in whole)
    operands = "const double *, const double *, const double *, const double *"
    return (
        f"typedef void (*forward_function)(double *, {operands}, long);\n"
        f"typedef void (*value_and_partial_function)(double *, double *, const double *, long);\n"
        f"typedef void (*reverse_function)(double *, const double *, const double *, {operands}, long);\n"
        f"forward_function forwards[] = {{\n    {forward}\n}};\n"
        f"value_and_partial_function values_and_partials[] = {{\n    {both}\n}};\n"
        f"reverse_function reverses[][{MAX_OPERANDS}] = {{\n    {reverse}\n}};\n"
    )
