"""Which functions can be differentiated, and what are their derivatives?  The table: one row each.

Read `primitive` first (what a row is), `node` next (what a node of the graph holds).  A row reads like a line of a
formula sheet:

    name = primitive("name", forward, partial with respect to x, partial with respect to y, how it is written)

`out` is the result of the forward function; `x` and `y` are the operands.  For the engine this is the only place where
a derivative is written; the compiler repeats a few numerically delicate ones in its kernels, and tests compare them.
The formulas stay accurate in the tails: tanh' is sech², because 1 - tanh² rounds to 0 for x >= 19, and sech is written
with exp(-|x|), because cosh overflows.  Both branches of a `where` are evaluated if the operands are arrays, so an
operand that could overflow is clamped inside.

The partial with respect to an operand that the row did not select is `NOT_TAKEN` (in `where` and `maximum`, and where
`relu` is flat): no gradient flows along that edge, and the subgraph behind it is not visited.

`text` and `latex` show how the row is written, unless name(x, y) or the default form suffices (see
`symbolic.printing`).
"""

from __future__ import annotations

import math
from functools import reduce
from itertools import accumulate, chain
from operator import add as plus
from operator import mul as times
from typing import TYPE_CHECKING

from autograd.ieee import ieee_power, log_pole, real_power
from autograd.primitive import NOT_TAKEN, Primitive, primitive

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.primitive import Number

INF, NAN = math.inf, math.nan

# fmt: off
# ------------------------------------------------------------------------------------------------------- arithmetic

identity  = primitive("identity",  lambda x: x,        lambda out, x: 1.0,                                text="{}")
add       = primitive("add",       lambda x, y: x + y, lambda out, x, y: 1.0,   lambda out, x, y: 1.0,  text="{} + {}")
subtract  = primitive("subtract",  lambda x, y: x - y, lambda out, x, y: 1.0,   lambda out, x, y: -1.0, text="{} - {}")
multiply  = primitive("multiply",  lambda x, y: x * y, lambda out, x, y: y,     lambda out, x, y: x,    text="{} * {}")
divide    = primitive("divide",    lambda x, y: x / y, lambda out, x, y: 1.0 / y, lambda out, x, y: -over_square(x, y),
                      text="{} / {}", latex=r"\frac{{{}}}{{{}}}", cure="keep the divisor away from zero")
negative  = primitive("negative",  lambda x: -x,       lambda out, x: -1.0,                               text="-{}")
power     = primitive("power",     real_power,
                      lambda out, x, y: power_partial(x, y),
                      lambda out, x, y: power_exponent_partial(x, y),
                      text="{} ** {}", latex="{}^{{{}}}", ieee=ieee_power,
                      domain="a base > 0, a base of 0 with an exponent >= 0, and a base < 0 with a whole exponent",
                      cure="keep the base positive (a negative base needs a whole exponent)")

# -------------------------------------------------------------------------------- selections, and functions with a kink

where     = primitive("where",     lambda condition, x, y: x if condition else y,
                      lambda out, condition, x, y: NOT_TAKEN,
                      lambda out, condition, x, y: where(condition, 1.0, NOT_TAKEN),
                      lambda out, condition, x, y: where(condition, NOT_TAKEN, 1.0))

absolute  = primitive("absolute",  math.fabs,
                      lambda out, x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, 0.0)),
                      text="|{}|", latex=r"\left|{}\right|")
maximum   = primitive("maximum",   lambda x, y: where(x < y, y, where(y <= x, x, NAN)),
                      lambda out, x, y: where(x > y, 1.0, where(x < y, NOT_TAKEN, 0.5)),
                      lambda out, x, y: where(x > y, NOT_TAKEN, where(x < y, 1.0, 0.5)), latex=r"\max({}, {})")
minimum   = primitive("minimum",   lambda x, y: where(y < x, y, where(x <= y, x, NAN)),
                      lambda out, x, y: where(x < y, 1.0, where(x > y, NOT_TAKEN, 0.5)),
                      lambda out, x, y: where(x < y, NOT_TAKEN, where(x > y, 1.0, 0.5)), latex=r"\min({}, {})")
clip      = primitive("clip",      lambda x, low, high: where(x < low, low, where(x > high, high, x)),
                      lambda out, x, low, high: where(x < low, NOT_TAKEN, where(x > high, NOT_TAKEN, 1.0)),
                      lambda out, x, low, high: where(x < low, 1.0, NOT_TAKEN),
                      lambda out, x, low, high: where(x < low, NOT_TAKEN, where(x > high, 1.0, NOT_TAKEN)))
sign      = primitive("sign",      lambda x: where(x > 0.0, 1.0, where(x < 0.0, -1.0, x)), lambda out, x: NOT_TAKEN)
negative_part = primitive("negative_part", lambda x: where(x > 0.0, 0.0, x),
                      lambda out, x: where(x > 0.0, NOT_TAKEN, 1.0), text="min({}, 0)", latex=r"\min({}, 0)")

# ------------------------------------------------------------------------------------- elementary functions

exp       = primitive("exp",       math.exp,   lambda out, x: out,             latex="e^{{{}}}", ieee=lambda x: INF)
expm1     = primitive("expm1",     math.expm1, lambda out, x: exp(x),          text="exp({}) - 1",
                      latex="e^{{{}}} - 1", ieee=lambda x: INF)
log       = primitive("log",       math.log,   lambda out, x: 1.0 / x,         latex=r"\ln({})",
                      ieee=log_pole, domain="x > 0", cure="keep x positive, for example log(maximum(x, 1e-12))")
log1p     = primitive("log1p",     math.log1p, lambda out, x: 1.0 / (1.0 + x), text="log(1 + {})", latex=r"\ln(1 + {})",
                      ieee=lambda x: -INF if x == -1.0 else NAN,
                      domain="x > -1", cure="keep x above -1, for example log1p(maximum(x, -1 + 1e-12))")
sqrt      = primitive("sqrt",      math.sqrt,  lambda out, x: 0.5 / out,       latex=r"\sqrt{{{}}}",
                      domain="x >= 0", cure="keep x from going negative, for example sqrt(maximum(x, 0))")
sin       = primitive("sin",       math.sin,   lambda out, x: cos(x))
cos       = primitive("cos",       math.cos,   lambda out, x: -sin(x))
tan       = primitive("tan",       math.tan,   lambda out, x: 1.0 + out * out)
arcsin    = primitive("arcsin",    math.asin,  lambda out, x: 1.0 / sqrt(one_minus_square(x)),
                      domain="-1 <= x <= 1", cure="keep x between -1 and 1")
arccos    = primitive("arccos",    math.acos,  lambda out, x: -1.0 / sqrt(one_minus_square(x)),
                      domain="-1 <= x <= 1", cure="keep x between -1 and 1")
arctan    = primitive("arctan",    math.atan,  lambda out, x: lorentzian(x))
sinh      = primitive("sinh",      math.sinh,  lambda out, x: cosh(x),         ieee=lambda x: math.copysign(INF, x))
cosh      = primitive("cosh",      math.cosh,  lambda out, x: sinh(x),         ieee=lambda x: INF)
tanh      = primitive("tanh",      math.tanh,  lambda out, x: sech(x) ** 2)
hypot     = primitive("hypot",     math.hypot, lambda out, x, y: cosine(x, y), lambda out, x, y: cosine(y, x),
                      text="sqrt({}² + {}²)", latex=r"\sqrt{{{{{}}}^2 + {{{}}}^2}}")
square    = primitive("square",    lambda x: x * x,    lambda out, x: 2.0 * x,            text="{}²", latex="{}^2")
reciprocal = primitive("reciprocal", lambda x: 1.0 / x, lambda out, x: -over_square(1.0, x),
                      text="1 / {}", latex=r"\frac{{1}}{{{}}}", cure="keep the divisor away from zero")

# ----------------------------------------------------------------------------------------------------- activations

sigmoid   = primitive("sigmoid",   lambda x: exp(negative_part(x)) / (1.0 + exp(-absolute(x))),
                      lambda out, x: sigmoid_partial(x), latex=r"\sigma({})")
softplus  = primitive("softplus",  lambda x: where(x > 0.0, x, 0.0) + log1p(exp(-absolute(x))),
                      lambda out, x: sigmoid(x))
relu      = primitive("relu",      lambda x: where(x <= 0.0, 0.0, x),
                      lambda out, x: where(x <= 0.0, NOT_TAKEN, 1.0))
leaky_relu = primitive("leaky_relu", lambda x, slope=0.01: where(x > 0.0, x, slope * x),
                      lambda out, x, slope: where(x > 0.0, 1.0, slope),
                      lambda out, x, slope: where(x > 0.0, NOT_TAKEN, x))
elu       = primitive("elu",       lambda x, alpha=1.0: where(x > 0.0, x, alpha * expm1(negative_part(x))),
                      lambda out, x, alpha: where(x > 0.0, 1.0, times_exp(alpha, negative_part(x))),
                      lambda out, x, alpha: where(x > 0.0, NOT_TAKEN, expm1(negative_part(x))))
selu      = primitive("selu",      lambda x: SELU_SCALE * where(x > 0.0, x, SELU_ALPHA * expm1(negative_part(x))),
                      lambda out, x: SELU_SCALE * where(x > 0.0, 1.0, SELU_ALPHA * exp(negative_part(x))))
gelu      = primitive("gelu",      lambda x: times_normal_cdf(x, x),
                      lambda out, x: normal_cdf(x) + times_normal_pdf(x, x))
silu      = primitive("silu",      lambda x: times_exp(x, negative_part(x)) / (1.0 + exp(-absolute(x))),
                      lambda out, x: silu_partial(x))

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017, appendix A
# fmt: on


# ------------------------------------------------------------------------------- terms of the derivatives
#
# Each is a textbook expression, evaluated so that neither it nor its own derivative loses accuracy anywhere.


def _over_square(x: Number, y: Number) -> Number:
    """x / y²; for |y| from 1e-154 to 1 as x (1/y)², since x / y might be subnormal."""
    inverse = 1.0 / y
    once_more = (x / y) / y
    return where(absolute(y) < 1.0, where(absolute(y) > 1e-154, x * (inverse * inverse), once_more), once_more)


def _power_partial(x: float, y: float) -> float:
    """y x^(y-1), which is 0 for y = 0."""
    if y == 2.0:
        return 2.0 * x
    if y >= 0.5:  # y - 1 is then exact
        power = ieee_power(x, y - 1.0)
        if 1e-290 < abs(power) < INF or x == 0.0:
            return y * power
    return _power_derivative(x, y, 1.0, 0.0)


def _power_derivative(x: float, y: float, n: float, m: float) -> float:
    """x^y differentiated n times with respect to x and m times with respect to y.

    x^(y-n) Σ C(m, k) P^(k)(y) log(x)^(m-k), with P = y (y-1) ... (y-n+1).
    """
    polynomial = [1.0] + [0.0] * int(m)  # P(y + t) in powers of t, without those above m
    for i in range(int(n)):
        polynomial = [c * (y - i) + below for c, below in zip(polynomial, [0.0, *polynomial], strict=False)]
    log_x = math.log(x) if x > 0.0 else -INF if x == 0.0 else NAN
    terms = [math.perm(int(m), k) * c * log_x ** (int(m) - k) for k, c in enumerate(polynomial) if c]
    factor = (terms[0] if x == 0.0 else reduce(plus, terms)) if terms else 0.0
    if factor == 0.0 or (x == 0.0 and y > n):
        return 0.0
    exact = y - n + n == y or x == 0.0 or math.isinf(x)
    exponent, divisors = (y - n, 0) if exact else (y, int(n))
    power = ieee_power(x, exponent)
    if power != power or 1e-290 < abs(power) < INF or not math.isfinite(x):
        factor *= power
    else:  # x^y alone is out of range, but the product may not be
        half = ieee_power(abs(x), 0.5 * exponent)
        factor = math.copysign(1.0, power) * factor * half * half if half else 0.0
    for _ in range(divisors):
        factor /= x
    return factor


def _power_exponent_partial(x: Number, y: Number) -> Number:
    """x^y log x; if x^y alone is subnormal and would lose digits of the product, x^y is (x^(y/2))²."""
    root = power(absolute(x), 0.5 * y)  # log x is undefined for a negative x anyway
    return where(absolute(power(x, y)) < 1e-290, xlogy(root, x) * root, xlogy(power(x, y), x))


def _xlogy(x: float, y: float) -> float:
    """x log y, which is 0 where x is 0."""
    if x == 0.0 and y == 0.0:
        return 0.0
    return x * (math.log(y) if y > 0.0 else -INF if y == 0.0 else NAN)


def _normal_pdf(x: float) -> float:
    """exp(-x²/2) / sqrt(2π), with x² in two parts: rounding it once would cost 700 ULP at |x| = 38."""
    x = min(abs(x), 40.0)  # nan stays nan
    coarse = math.floor(x * 65536.0) / 65536.0 if x == x else x
    return math.exp(-0.5 * coarse * coarse) * math.exp(-0.5 * (x - coarse) * (x + coarse)) * 0.3989422804014327


def _normal_cdf(x: float) -> float:
    """erfc(-x/√2) / 2, corrected for the rounding of x/√2, which would cost 1,500 ULP at x = -38."""
    z = -x * 0.7071067811865476
    if not 1.0 < z < 30.0:
        return 0.5 * math.erfc(z)
    split = 134217729.0 * -x  # Veltkamp and Dekker: the product without rounding
    high = split - (split + x)
    low = -x - high
    error = ((high * 0.7071067690849304 - z) + high * 1.2101617152815436e-08 + low * 0.7071067690849304) + (
        low * 1.2101617152815436e-08
    )
    error += x * 4.833646656726457e-17  # the rounding error of the double nearest to √½
    return 0.5 * math.erfc(z) * (1.0 - 2.0 * z * error)


def _times_normal_pdf(x: Number, y: Number) -> Number:
    """x φ(y); if φ(y) alone is subnormal and would lose digits of the product, it is (2π)^(3/2) φ(y/2)⁴."""
    root = normal_pdf(0.5 * y)
    tail = (x * root * root) * (root * root * 15.749609945722419)
    return where(absolute(y) > 54.0, 0.0, where(absolute(y) > 37.0, tail, x * normal_pdf(y)))


def _times_normal_cdf(x: Number, y: Number) -> Number:
    """x Φ(y); where Φ(y) alone is subnormal, by Laplace's series φ(y)/-y (1 - 1/y² + 3/y⁴ - 15/y⁶ ...)."""
    tail = minimum(y, -37.0)
    u = 1.0 / (tail * tail)
    series = 1.0 - u * (1.0 - 3.0 * u * (1.0 - 5.0 * u * (1.0 - 7.0 * u * (1.0 - 9.0 * u))))
    return where(y < -37.0, times_normal_pdf(-x / tail * series, y), x * normal_cdf(y))


def _times_exp(x: Number, y: Number) -> Number:
    """x e^y, accurate even if e^y alone is subnormal; 0 for y < -1500, even if x is infinite."""
    tail = where(y < -1500.0, 0.0, x * exp(0.5 * y) * exp(0.5 * y))
    return where(y < -600.0, tail, x * exp(y))


def _cosine(x: Number, y: Number) -> Number:
    """x / hypot(x, y); tiny operands are scaled by 2^600; 0 if both are 0."""
    scale = where(maximum(absolute(x), absolute(y)) < 1e-290, 2.0**600, 1.0)
    length = hypot(scale * x, scale * y)
    return scale * x / where(length <= 0.0, 1.0, length)  # nan stays nan


def _exp_difference(x: float, y: float) -> float:
    """exp(x - y), corrected for the rounding of x - y, which would cost 5e-14 where the difference is -700."""
    difference = x - y
    if math.isinf(difference):
        return math.exp(difference)
    back = difference - x
    error = (x - (difference - back)) - (y + back)
    out = math.exp(difference)
    return out + out * error


# fmt: off
over_square      = primitive("over_square", _over_square,
                             lambda out, x, y: over_square(1.0, y), lambda out, x, y: -2.0 * out / y,
                             text="{} / {}²", latex=r"\frac{{{}}}{{{}^2}}")
power_partial    = primitive("power_partial", _power_partial,
                             lambda out, x, y: power_derivative(x, y, 2.0, 0.0),
                             lambda out, x, y: power_derivative(x, y, 1.0, 1.0),
                             text="{1} * {0} ** ({1} - 1)", latex=r"{1} \cdot {0}^{{{1} - 1}}")
power_exponent_partial = primitive("power_exponent_partial", _power_exponent_partial,
                             lambda out, x, y: power_derivative(x, y, 1.0, 1.0),
                             lambda out, x, y: power_derivative(x, y, 0.0, 2.0),
                             text="{0} ** {1} * log({0})", latex=r"{0}^{{{1}}} \ln({0})")
self_power       = primitive("self_power", lambda x: power(x, x), lambda out, x: self_power_partial(x),
                             text="{0} ** {0}", latex="{0}^{{{0}}}")
self_power_partial = primitive("self_power_partial", lambda x: power(x, x) * (1.0 + log(x)),
                             lambda out, x: out * (1.0 + log(x)) + self_power(x) / x,
                             text="{0} ** {0} * (1 + log({0}))", latex=r"{0}^{{{0}}} (1 + \ln({0}))")
power_derivative = primitive("power_derivative", _power_derivative,
                             lambda out, x, y, n, m: power_derivative(x, y, n + 1.0, m),
                             lambda out, x, y, n, m: power_derivative(x, y, n, m + 1.0),
                             lambda out, x, y, n, m: 0.0, lambda out, x, y, n, m: 0.0,
                             latex=r"\partial_{{{0}}}^{{{2}}} \partial_{{{1}}}^{{{3}}} {0}^{{{1}}}")
xlogy            = primitive("xlogy", _xlogy,
                             lambda out, x, y: log(y), lambda out, x, y: x / y,
                             text="{} * log({})", latex=r"{} \ln({})")
times_exp        = primitive("times_exp", _times_exp,
                             lambda out, x, y: exp(y), lambda out, x, y: out,
                             text="{} * exp({})", latex=r"{} e^{{{}}}")
one_minus_square = primitive("one_minus_square", lambda x: (1.0 - x) * (1.0 + x),
                             lambda out, x: -2.0 * x, text="1 - {}²", latex="1 - {}^2")
cosine           = primitive("cosine", _cosine,
                             lambda out, x, y: cosine(y, x) * (cosine(y, x) / hypot(x, y)),
                             lambda out, x, y: -out * cosine(y, x) / hypot(x, y),
                             text="{0} / sqrt({0}² + {1}²)", latex=r"\frac{{{0}}}{{\sqrt{{{0}^2 + {1}^2}}}}")
lorentzian       = primitive("lorentzian", lambda x: 1.0 / hypot(1.0, x) / hypot(1.0, x),
                             lambda out, x: -2.0 * (x * out) * out,
                             text="1 / (1 + {}²)", latex=r"\frac{{1}}{{1 + {}^2}}")
sech             = primitive("sech", lambda x: 2.0 * exp(-absolute(x)) / (1.0 + exp(-2.0 * absolute(x))),
                             lambda out, x: -out * tanh(x))
sigmoid_partial  = primitive("sigmoid_partial", lambda x: exp(-absolute(x)) / (1.0 + exp(-absolute(x))) ** 2,
                             lambda out, x: -out * tanh(0.5 * x),
                             text="sigmoid({0}) * sigmoid(-{0})", latex=r"\sigma({0}) \cdot \sigma(-{0})")
silu_partial     = primitive("silu_partial",
                             lambda x: sigmoid(x) + times_exp(x, -absolute(x)) / (1.0 + exp(-absolute(x))) ** 2,
                             lambda out, x: silu_curve(x),
                             text="sigmoid({0}) + {0} * sigmoid({0}) * sigmoid(-{0})",
                             latex=r"\sigma({0}) + {0} \cdot \sigma({0}) \cdot \sigma(-{0})")
silu_curve       = primitive("silu_curve",
                             lambda x: (times_exp(2.0 - x * tanh(0.5 * x), -absolute(x))
                                        / (1.0 + exp(-absolute(x))) ** 2),
                             lambda out, x: (-out * tanh(0.5 * x)
                                             - sigmoid_partial(x) * (tanh(0.5 * x) + x * (2.0 * sigmoid_partial(x)))),
                             text="sigmoid({0}) * sigmoid(-{0}) * (2 - {0} * tanh({0} / 2))",
                             latex=r"\sigma({0}) \cdot \sigma(-{0}) (2 - {0} \tanh\frac{{{0}}}{{2}})")
normal_pdf       = primitive("normal_pdf", _normal_pdf,
                             lambda out, x: -times_normal_pdf(x, x), latex=r"\varphi({})")
normal_cdf       = primitive("normal_cdf", _normal_cdf,
                             lambda out, x: normal_pdf(x), latex=r"\Phi({})")
times_normal_pdf = primitive("times_normal_pdf", _times_normal_pdf,
                             lambda out, x, y: normal_pdf(y), lambda out, x, y: -times_normal_pdf(x * y, y),
                             text="{} * normal_pdf({})", latex=r"{} \varphi({})")
times_normal_cdf = primitive("times_normal_cdf", _times_normal_cdf,
                             lambda out, x, y: normal_cdf(y), lambda out, x, y: times_normal_pdf(x, y),
                             text="{} * normal_cdf({})", latex=r"{} \Phi({})")
exp_difference   = primitive("exp_difference", _exp_difference,
                             lambda out, x, y: out, lambda out, x, y: -out,
                             text="exp({} - {})", latex="e^{{{} - {}}}", ieee=lambda x, y: INF)
# fmt: on


# ------------------------------------------------------------------------------------- rows with any number of operands


def _halves(terms: Sequence[Number]) -> tuple[Sequence[Number], Sequence[Number]]:
    half = len(terms) // 2
    return terms[:half], terms[half:]


def _in_order(xs: Iterable[Number], start: Number) -> Number:
    return reduce(plus, xs, start)


in_order = sum if sum((1.0, 1e-16, -1.0)) == 0.0 else _in_order
"""Add from left to right.  Since Python 3.12 the built-in `sum` of floats uses compensated summation."""


def dot_of(start: Number, xs: Sequence[Number], ys: Sequence[Number]) -> Number:
    """start + x1 y1 + x2 y2 + ..., added from left to right."""
    return in_order(map(times, xs, ys), start)


def dot_partials(xs: Sequence[Number], ys: Sequence[Number]) -> tuple[Sequence[Number], ...]:
    """The partials of `dot_of` in groups: with respect to the start, each x and each y."""
    return (1.0,), ys, xs


def _of_others(xs: Sequence[Number]) -> list[Number]:
    """For each x the sum of all others; the total minus x would cancel to 0 if x dominates."""
    before = accumulate(xs[:-1], initial=0.0)
    after = list(accumulate(xs[:0:-1], initial=0.0))
    return [left + right for left, right in zip(before, reversed(after), strict=True)]


def _log_sum_above(highest: Number, xs: Sequence[Number]) -> Number:
    """logsumexp(xs) - max(xs): log1p of the sum of all terms except the highest, which is exactly 1."""
    rest = [where(x < highest, exp_difference(x, highest), 0.0) for x in xs]
    ties = [where(x < highest, 0.0, 1.0) for x in xs]
    return log1p(reduce(plus, rest) + (reduce(plus, ties) - 1.0))


def logsumexp_of(*xs: Number) -> Number:
    """log(exp(x1) + exp(x2) + ...), with the highest factored out, so that nothing overflows."""
    highest = reduce(maximum, xs)
    return highest + _log_sum_above(highest, xs)


def _powers(xs: Sequence[Number]) -> list[Number]:
    """e^x for each x, divided by the greatest of them, so that none overflows."""
    highest = reduce(maximum, xs)
    return [exp_difference(x, highest) for x in xs]


def _softmax(index: float, *xs: Number) -> Number:
    powers = _powers(xs)
    return powers[int(index)] / reduce(plus, powers)


def _softmax_others(index: float, *xs: Number) -> Number:
    """1 - softmax, as the sum of the other probabilities."""
    powers = _powers(xs)
    return _of_others(powers)[int(index)] / reduce(plus, powers)


def _probabilities(xs: Sequence[Number]) -> list[Number]:
    if all(isinstance(x, float) for x in xs):  # the same bits, with shared work
        powers = _powers(xs)
        total = reduce(plus, powers)
        return [power / total for power in powers]
    return [softmax(float(i), *xs) for i in range(len(xs))]


def _softmax_partials(out: Number, index: float, *xs: Number) -> list[Number]:
    return _partials_of_one(out, int(index), _probabilities(xs), softmax_others(index, *xs))


def _partials_of_one(p: Number, i: int, ps: Sequence[Number], others: Number) -> list[Number]:
    """-p_i p_j with respect to x_j, and p_i (1 - p_i) with respect to x_i; `others` is 1 - p_i."""
    partials = [-p * other for other in ps]
    partials[i] = p * others
    return [NOT_TAKEN, *partials]


def softmax_with_partials(xs: Sequence[float]) -> list[tuple[float, list[float]]]:
    """All probabilities of floats, each with its partials: the results of `softmax` rows, with shared work."""
    powers = _powers(xs)
    total = reduce(plus, powers)
    ps = [power / total for power in powers]
    others = [other / total for other in _of_others(powers)]
    return [(p, _partials_of_one(p, i, ps, others[i])) for i, p in enumerate(ps)]


def _softmax_others_partials(out: Number, index: float, *xs: Number) -> list[Number]:
    _, *partials = _softmax_partials(softmax(index, *xs), index, *xs)
    return [NOT_TAKEN, *(-partial for partial in partials)]


def _cross_entropy(index: float, *xs: Number) -> Number:
    highest = reduce(maximum, xs)
    return (highest - xs[int(index)]) + _log_sum_above(highest, xs)


def _cross_entropy_partials(out: Number, index: float, *xs: Number) -> list[Number]:
    partials = _probabilities(xs)
    partials[int(index)] = -softmax_others(index, *xs)
    return [NOT_TAKEN, *partials]


def _soft_cross_entropy(*terms: Number) -> Number:
    xs, targets = _halves(terms)
    highest = reduce(maximum, xs)
    above = _log_sum_above(highest, xs)
    return reduce(plus, [target * ((highest - x) + above) for x, target in zip(xs, targets, strict=True)])


def _soft_cross_entropy_partials(out: Number, *terms: Number) -> list[Number]:
    xs, targets = _halves(terms)
    ps = _probabilities(xs)
    indices = [float(i) for i in range(len(xs))]
    if all(isinstance(x, float) for x in xs):
        highest = reduce(maximum, xs)
        above = _log_sum_above(highest, xs)
        other_ps, losses = _of_others(ps), [(highest - x) + above for x in xs]
    else:  # as rows, whose own derivatives do not suffer cancellation
        other_ps, losses = [softmax_others(i, *xs) for i in indices], [cross_entropy(i, *xs) for i in indices]
    each = zip(ps, other_ps, targets, _of_others(targets), strict=True)
    return [*(p * other_ts - t * other_ps for p, other_ps, t, other_ts in each), *losses]


def _take(index: float, *xs: Number) -> Number:
    return xs[int(index)]


def _take_partials(out: Number, index: float, *xs: Number) -> list[Number]:
    return [NOT_TAKEN, *(1.0 if j == int(index) else NOT_TAKEN for j in range(len(xs)))]


# fmt: off
sum_               = primitive("sum",                lambda start, *xs: in_order(xs, start),
                               lambda out, start, *xs: [1.0] * (1 + len(xs)), sequence=True)
dot                = primitive("dot",                lambda start, *terms: dot_of(start, *_halves(terms)),
                               lambda out, start, *terms: [*chain(*dot_partials(*_halves(terms)))], sequence=True)
logsumexp          = primitive("logsumexp",          logsumexp_of, lambda out, *xs: _probabilities(xs), sequence=True,
                               text="log([exp({}) + …])", latex=r"\ln([e^{{}} + …])")
softmax            = primitive("softmax",            _softmax,            _softmax_partials,            sequence=True,
                               text="exp({index}) / ([exp({}) + …])", latex=r"\frac{e^{{index}}}{[e^{{}} + …]}")
softmax_others     = primitive("softmax_others",     _softmax_others,     _softmax_others_partials,     sequence=True,
                               text="1 - softmax{n}({all})", latex=r"1 - \operatorname{softmax}{n}({all})")
cross_entropy      = primitive("cross_entropy",      _cross_entropy,      _cross_entropy_partials,      sequence=True,
                               text="log([exp({}) + …]) - {index}", latex=r"\ln([e^{{}} + …]) - {index}")
soft_cross_entropy = primitive("soft_cross_entropy", _soft_cross_entropy, _soft_cross_entropy_partials, sequence=True)
take               = primitive("take",               _take,               _take_partials,               sequence=True)
# fmt: on

TABLE: dict[str, Primitive] = {row.name: row for row in list(globals().values()) if isinstance(row, Primitive)}
"""Every row by its name; `more_primitives` adds its own."""
