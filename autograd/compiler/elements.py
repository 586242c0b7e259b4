"""What is the C source of the element-wise functions?  Printed from the rows of the table, value and partials.

Read `writing` first, `native` next.  Each row becomes one function for its value and one for each partial, and a loop
for each that works on long rows of memory.  They come twice: with the C library's functions, bit for bit what the
eager engine computes; and, for programs with matrix products, whose sums are in another order anyway, with an exp and
a tanh that the C compiler can vectorise (1 ULP and 2 ULP off at most).
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.compiler.writing import OPERANDS, formula, halved, with_constants
from autograd.expressions import INFIX, Expression, Style, rows_in, write
from autograd.rows import Primitive

if TYPE_CHECKING:
    from collections.abc import Sequence

LIBRARY = {
    "exp": "exp", "expm1": "expm1", "log": "log", "log1p": "log1p", "sqrt": "sqrt", "sin": "sin", "cos": "cos",
    "tan": "tan", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "hypot": "hypot", "absolute": "fabs", "power": "pow",
}  # fmt: skip
"""What the C library calls the rows that are functions of floats."""

FAST = {"exp": "fast_exp", "tanh": "fast_tanh"}

KERNELS = r"""
static inline double kernel_square(double x) { return x * x; }
static inline double kernel_maximum(double x, double y) { return x < y ? y : y <= x ? x : x + y; }
static inline double kernel_minimum(double x, double y) { return y < x ? y : x <= y ? x : x + y; }
static inline double kernel_relu(double x) { return x <= 0.0 ? 0.0 : x; }
static inline double kernel_negative_part(double x) { return x > 0.0 ? 0.0 : x; }
static double kernel_power_derivative(double x, double y, double n, double m) {
    enum { MOST = 32 };
    double c[MOST] = {1.0};
    int degree = (int)m, any = 0;
    if (degree >= MOST) return NAN;
    for (int i = 0; i < (int)n; i++)
        for (int k = degree; k >= 0; k--) c[k] = c[k] * (y - i) + (k ? c[k - 1] : 0.0);
    double log_x = x > 0.0 ? log(x) : x == 0.0 ? -INFINITY : NAN, factor = 0.0, ways = 1.0;
    for (int k = 0; k <= degree; ways *= degree - k, k++) {
        if (c[k] == 0.0) continue;
        double term = ways * c[k] * pow(log_x, degree - k);
        factor = !any ? term : x == 0.0 ? factor : factor + term;
        any = 1;
    }
    if (factor == 0.0 || (x == 0.0 && y > n)) return 0.0;
    int exact = y - n + n == y || x == 0.0 || isinf(x);
    double exponent = exact ? y - n : y, power = pow(x, exponent), size = fabs(power);
    if ((1e-290 < size && size < INFINITY) || !isfinite(x) || isnan(power)) factor *= power;
    else {
        double half = pow(fabs(x), 0.5 * exponent);
        factor = half > 0.0 ? copysign(1.0, power) * factor * half * half : 0.0;
    }
    for (int i = 0; !exact && i < (int)n; i++) factor /= x;
    return factor;
}
static double kernel_power_slope(double x, double y) {
    if (y >= 0.5) {
        double power = pow(x, y - 1.0), size = fabs(power);
        if ((1e-290 < size && size < INFINITY) || x == 0.0) return y * power;
    }
    return kernel_power_derivative(x, y, 1.0, 0.0);
}
static double kernel_xlogy(double x, double y) {
    if (x == 0.0 && y == 0.0) return 0.0;
    return x * (y > 0.0 ? log(y) : y == 0.0 ? -INFINITY : NAN);
}
static double kernel_normal_pdf(double x) {
    double size = fabs(x) > 40.0 ? 40.0 : fabs(x);
    double coarse = floor(size * 65536.0) / 65536.0;
    return exp(-0.5 * coarse * coarse) * exp(-0.5 * (size - coarse) * (size + coarse)) * 0.3989422804014327;
}
static double kernel_normal_cdf(double x) {
    double z = -x * 0.7071067811865476;
    if (!(1.0 < z && z < 30.0)) return 0.5 * erfc(z);
    double split = 134217729.0 * -x, high = split - (split + x), low = -x - high;
    double error = ((high * 0.7071067690849304 - z) + high * 1.2101617152815436e-08 + low * 0.7071067690849304)
                   + low * 1.2101617152815436e-08;
    error += x * 4.833646656726457e-17;
    return 0.5 * erfc(z) * (1.0 - 2.0 * z * error);
}
static double kernel_exp_difference(double x, double y) {
    double difference = x - y;
    if (isinf(difference)) return exp(difference);
    double back = difference - x, error = (x - (difference - back)) - (y + back), out = exp(difference);
    return out + out * error;
}
#define INLINE static inline __attribute__((always_inline)) /* or loops would not vectorise */
/* exp by the reduction x = n log 2 + r and a series in r; written without branches, so that loops vectorise. */
INLINE double power_of_two(double n) { /* -1022 <= n <= 1023 */
    double shifted = n + 6755399441055744.0;
    int64_t bits;
    memcpy(&bits, &shifted, 8);
    bits = (int64_t)((uint64_t)(bits + 1023) << 52);
    memcpy(&shifted, &bits, 8);
    return shifted;
}
#ifdef __FMA__
#define MULTIPLY_ADD(a, b, c) __builtin_fma(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) ((a) * (b) + (c))
#endif
INLINE double series(double r) { /* exp(r) - 1 for |r| <= 0.35 */
    double q = 1.0 / 6227020800.0;
    q = MULTIPLY_ADD(q, r, 1.0 / 479001600.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 39916800.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 3628800.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 362880.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 40320.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 5040.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 720.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 120.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 24.0);
    q = MULTIPLY_ADD(q, r, 1.0 / 6.0);
    q = MULTIPLY_ADD(q, r, 0.5);
    return MULTIPLY_ADD(r * r, q, r);
}
INLINE double reduced(double x, double n) { /* x - n log 2 */
    return MULTIPLY_ADD(n, -1.90821492927058770002e-10, MULTIPLY_ADD(n, -0.693147180369123816490, x));
}
INLINE double fast_exp(double x) {
    double in = x > 800.0 ? 800.0 : x < -800.0 ? -800.0 : x;
    double n = in * 1.4426950408889634 + 6755399441055744.0 - 6755399441055744.0;
    double half = n * 0.5 + 6755399441055744.0 - 6755399441055744.0;
    double result = (1.0 + series(reduced(in, n))) * power_of_two(half) * power_of_two(n - half);
    return x != x ? x : result;
}
INLINE double fast_tanh(double x) {
    double size = fabs(x), in = size > 25.0 ? -50.0 : -2.0 * size;
    double n = in * 1.4426950408889634 + 6755399441055744.0 - 6755399441055744.0;
    double scale = power_of_two(n);
    double less_one = scale * series(reduced(in, n)) + (scale - 1.0); /* exp(-2|x|) - 1 */
    double result = copysign(-less_one / (2.0 + less_one), x);
    return x != x ? x : result;
}
"""

MOST_OPERANDS = 4

SPECIAL_POWERS = (2.0, -1.0)
"""Exponents for which x ** exponent has a function of its own."""


@cache
def kinds() -> list[tuple[str, Primitive, tuple[tuple[str, float], ...]]]:
    """Every element-wise function of the runtime: its name, its row, and the operands that are fixed numbers."""
    rows = [row for row in table.TABLE.values() if row.arity is not None and _printable(row)]
    from autograd.compiler.watching import detached, less, less_equal

    others = [row for row in [*rows, less, less_equal, detached] if row is not table.identity]
    found: list[Any] = [(row.name, row, ()) for row in [table.identity, *others]]
    found += [(f"power_{n}", table.power, (("y", exponent),)) for n, exponent in enumerate(SPECIAL_POWERS)]
    return found


IDENTITY = 0
"""The number of the function that copies."""


@cache
def number_of(name: str, exponent: float | None = None) -> int | None:
    """The number of a function in the runtime's tables; None where it has none."""
    if exponent in SPECIAL_POWERS and name == "power":
        name = f"power_{SPECIAL_POWERS.index(exponent)}"
    names = [kind for kind, _, _ in kinds()]
    return names.index(name) if name in names else None


def _printable(row: Primitive) -> bool:
    value, partials = formula(row)
    return value is not None and partials is not None and (row.arity or 9) <= MOST_OPERANDS


def _number(number: float) -> str:
    if math.isinf(number):
        return "INFINITY" if number > 0 else "-INFINITY"
    return "NAN" if math.isnan(number) else repr(number)


def style(fast: bool) -> Style:
    """How formulas are written in C."""

    def call(row: Primitive, operands: Sequence[str]) -> str:
        name = FAST.get(row.name) if fast else None
        return f"{name or LIBRARY.get(row.name) or f'kernel_{row.name}'}({', '.join(operands)})"

    infix = {name: notation for name, notation in INFIX.items() if name != "power"}
    infix["where"] = ("({0} ? {1} : {2})", 7, (1, 1, 1))
    return Style(infix, _number, call)


def sources() -> dict[str, str]:
    """Two files, so that two compilers can work at once: all exact functions with the tables, and the fast ones."""
    head = ["#include <math.h>", "#include <stdint.h>", "#include <string.h>", KERNELS]
    exact, fast, declared, reverses = [*head], [*head], [], []
    for name, row, constants in kinds():
        value, partials = formula(row)
        assert value is not None and partials is not None  # noqa: S101, PT018 - `kinds` has only these
        fixed = dict(constants)
        names = [f"forward_{name}", *(f"reverse_{name}_{n}" for n in range(len(partials)))]
        formulas = [_compared(with_constants(each, fixed)) for each in (value, *partials)]
        for function, expression in zip(names, formulas, strict=True):
            exact.append(f"static {_function(function, expression, fast=False)}")
            if _has_fast(expression):
                text = _function(f"fast_{function}", halved(expression), fast=True)
                fast.append(text)
                declared.append(f"{text[: text.index(' {')]};")
        reverses.append((names, formulas))
    fast.append(
        "void exp_rows(double *z, const double *x, long n, long fast) {\n"
        "    if (fast) {\n#pragma GCC ivdep\n        for (long i = 0; i < n; i++) z[i] = fast_exp(x[i]);\n"
        "    } else for (long i = 0; i < n; i++) z[i] = exp(x[i]);\n}\n"
    )
    exact += _in_place(table.relu)
    return {"elements.c": "\n".join([*exact, *declared, _tables(reverses)]), "fast.c": "\n".join(fast)}


def _in_place(row: Primitive) -> list[str]:
    """A row applied to numbers where they stand, and its partial, taken at the result, multiplied into a gradient."""
    value, partials = formula(row)
    assert value is not None and partials is not None  # noqa: S101, PT018 - called for relu
    loop = "for (long i = 0; i < n; i++) { double x = z[i];"
    return [
        f"void in_place(double *z, long n) {{\n    {loop} z[i] = {write(value, style(False))}; }}\n}}",
        f"void in_place_reverse(double *restrict g, const double *restrict z, long n) {{\n"
        f"    {loop} g[i] *= {write(_compared(partials[0]), style(False))}; }}\n}}",
    ]


def _has_fast(expression: Expression) -> bool:
    return any(row.name in FAST for row in rows_in(expression))


def _compared(expression: Expression) -> Expression:
    """A comparison as a number."""
    if isinstance(expression.row, str) and expression.operands:
        return Expression(table.where, (expression, 1.0, 0.0))
    return expression


def _function(name: str, expression: Expression, fast: bool) -> str:
    text = write(expression, style(fast))
    if name.removeprefix("fast_").startswith("forward"):
        head = "double *restrict t, const double *a, const double *b, const double *c, const double *d, long n"
        body = f"t[i] = {text};"
    else:
        head = f"double *restrict t, {', '.join(f'const double *{name}' for name in 'goabcd')}, long n"
        body = f"t[i] += g[i] * ({text});" if expression.row != 0.0 else ""
    reads = "".join(
        f"double {symbol} = {array}[i]; "
        for symbol, array in [("out", "o"), *zip(OPERANDS, "abcd", strict=False)]
        if _mentions(expression, symbol)
    )
    return f"void {name}({head}) {{\n    for (long i = 0; i < n; i++) {{ {reads}{body} }}\n}}"


def _mentions(expression: Expression, symbol: str) -> bool:
    if not expression.operands:
        return expression.row == symbol
    return any(_mentions(operand, symbol) for operand in expression.operands)


def _tables(reverses: list[Any]) -> str:
    """Pointers: first to all exact functions, then to all again, the fast ones where there are any."""

    def names(fast: bool) -> list[list[str]]:
        return [
            [f"fast_{name}" if fast and _has_fast(e) else name for name, e in zip(*pair, strict=True)]
            for pair in reverses
        ]

    rows = names(False) + names(True)
    forward = ",\n    ".join(row[0] for row in rows)
    reverse = ",\n    ".join(f"{{{', '.join(row[1:])}}}" for row in rows)
    head = "double *, const double *, const double *, const double *, const double *"
    return (
        f"typedef void (*forward_function)({head}, long);\n"
        f"typedef void (*reverse_function)({head}, const double *, const double *, long);\n"
        f"const forward_function forwards[] = {{\n    {forward}\n}};\n"
        f"const reverse_function reverses[][4] = {{\n    {reverse}\n}};\n"
    )
