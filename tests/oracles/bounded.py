"""An oracle that also says how far off a computation in doubles may be, and shares nothing with the engine.

A `Bounded` is a number in 50-digit arithmetic with its slopes with respect to the inputs of a program and its second
derivative along one direction; beside each stands `off`, a bound for the rounding error that a correct engine makes.
The bound is a running error analysis of first order: what the operands were off is handed on by the derivatives, and
each operation adds its own share (EPS, or LOOSE where the project's contract promises 2e-14).  Gradients are bounded by
the sum over all paths of the absolute products, because a reverse sweep adds them in another order.

A compiler may add the terms of a sum in another order: within `reordered()` each addition is allowed what all the terms
together may cost, which is far more where large ones cancel.

Formulas are a calculus book's: for a function of one number its value and three derivatives, in UNARY.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from mpmath import mp, mpf

mp.dps = 50
EPS = 2.0**-53
TINY = 1e-290  # what underflow may cost
HUGE = 1e90

DIRECTION = (1.0, -0.5, 0.25, 2.0)
"""Along which second derivatives are taken, one component for each input."""
_DIRECTION, _SIZES = [mpf(d) for d in DIRECTION], [abs(d) for d in DIRECTION]


_any_order = False


@contextmanager
def reordered() -> Iterator[None]:
    """Bounds for an engine that adds in any order."""
    global _any_order
    _any_order = True
    try:
        yield
    finally:
        _any_order = False


class RefusedError(Exception):
    """Outside the domain, out of range, or so near to a kink that rounding decides on which side."""


class Bounded:
    __slots__ = ("curve", "curve_off", "curve_size", "off", "sizes", "slopes", "slopes_off", "terms", "value")

    terms: float | None
    """Of a sum, what its terms are in absolute value together; None where the number is one term."""

    def __init__(
        self, value: Any, off: float, slopes: list[Any], sizes: list[float], slopes_off: list[float],
        curve: Any, curve_size: float, curve_off: float,
    ) -> None:  # fmt: skip
        if (
            abs(value) > HUGE
            or max(sizes, default=0.0) > HUGE
            or curve_size > HUGE
            or not off < 1e-3 * (1 + abs(value))
        ):
            raise RefusedError
        self.value, self.off, self.terms = value, off, None
        self.slopes, self.sizes, self.slopes_off = slopes, sizes, slopes_off
        self.curve, self.curve_size, self.curve_off = curve, curve_size, curve_off

    def along(self) -> tuple[Any, float, float]:
        """The slope along DIRECTION, the sum of its absolute parts, and how far off it may be."""
        return (
            mp.fdot(_DIRECTION[: len(self.slopes)], self.slopes),
            sum(map(operator.mul, _SIZES, self.sizes)),
            sum(map(operator.mul, _SIZES, self.slopes_off)),
        )


def constant(number: float, inputs: int) -> Bounded:
    value = mpf(number)
    if abs(value) > HUGE:
        raise RefusedError
    return Bounded(value, 0.0, [mpf(0)] * inputs, [0.0] * inputs, [0.0] * inputs, mpf(0), 0.0, 0.0)


def leaf(number: float, position: int, inputs: int) -> Bounded:
    made = constant(0.0, inputs)
    made.value = mpf(number)
    made.slopes = [mpf(i == position) for i in range(inputs)]
    made.sizes = [float(i == position) for i in range(inputs)]
    return made


def chain(x: Bounded, f: Sequence[Any], share: float = 4 * EPS) -> Bounded:
    """f(x), of which the value and three derivatives are given; `share` is what its own rounding may cost."""
    if any(abs(k) > HUGE for k in f):
        raise RefusedError
    f0, f1, f2, _ = f
    a0, a1, a2, a3 = (float(abs(k)) for k in f)
    near = 4 * EPS * float(abs(x.value))
    if a1 > 1 and a2 * (x.off + near) > 1e-3 * a1:
        raise RefusedError  # at a pole, where the slope is whatever rounding makes of it
    off = a1 * x.off + a2 * x.off**2 + share * a0 + (TINY if share else 0.0)
    slope_off = 2 * a2 * x.off + 4 * share * a1 + TINY
    curve_off = 2 * a3 * (x.off + near) + max(8 * share, 1e-13) * a2 + TINY
    along, along_size, along_off = x.along()
    return Bounded(
        f0,
        off,
        [f1 * g for g in x.slopes],
        [a1 * size for size in x.sizes],
        [a1 * e + size * slope_off for e, size in zip(x.slopes_off, x.sizes, strict=True)],
        f1 * x.curve + f2 * along**2,
        a1 * x.curve_size + a2 * along_size**2,
        a1 * x.curve_off + x.curve_size * slope_off + 2 * a2 * along_size * along_off + along_size**2 * curve_off,
    )


def add(x: Bounded, y: Bounded, sign: int = 1) -> Bounded:
    pairs = zip(x.slopes, y.slopes, strict=True)
    value = x.value + sign * y.value
    size = float(abs(value))
    terms = _terms(x) + _terms(y) if _any_order else None
    result = Bounded(
        value,
        x.off + y.off + EPS * (size if terms is None else terms),
        [a + sign * b for a, b in pairs],
        [a + b for a, b in zip(x.sizes, y.sizes, strict=True)],
        [a + b for a, b in zip(x.slopes_off, y.slopes_off, strict=True)],
        x.curve + sign * y.curve,
        x.curve_size + y.curve_size,
        x.curve_off + y.curve_off,
    )
    result.terms = terms
    return result


def _terms(x: Bounded) -> float:
    return float(abs(x.value)) if x.terms is None else x.terms


def multiply(x: Bounded, y: Bounded) -> Bounded:
    a, b = float(abs(x.value)), float(abs(y.value))
    if a * b > HUGE:
        raise RefusedError
    n = range(len(x.slopes))
    value = x.value * y.value
    (p, p_size, p_off), (q, q_size, q_off) = x.along(), y.along()
    return Bounded(
        value,
        a * y.off + b * x.off + x.off * y.off + EPS * a * b + TINY,
        [x.slopes[i] * y.value + x.value * y.slopes[i] for i in n],
        [x.sizes[i] * b + a * y.sizes[i] for i in n],
        [x.slopes_off[i] * b + x.sizes[i] * y.off + y.slopes_off[i] * a + y.sizes[i] * x.off for i in n],
        x.curve * y.value + 2 * p * q + x.value * y.curve,
        x.curve_size * b + 2 * p_size * q_size + a * y.curve_size,
        x.curve_off * b + x.curve_size * y.off + y.curve_off * a + y.curve_size * x.off
        + 2 * (p_off * q_size + p_size * q_off),
    )  # fmt: skip


def negative(x: Bounded) -> Bounded:
    result = chain(x, line(x.value, -1), 0.0)
    result.terms = x.terms
    return result


def divide(x: Bounded, y: Bounded) -> Bounded:
    if y.value == 0 or abs(y.value) <= 4 * y.off:
        raise RefusedError
    u = y.value
    return multiply(x, chain(y, (1 / u, -1 / u**2, 2 / u**3, -6 / u**4)))


def total(xs: Sequence[Bounded]) -> Bounded:
    result = xs[0]
    for x in xs[1:]:
        result = add(result, x)
    return result


# ----------------------------------------------------------------------------------- functions of one number


def _normal(u: Any) -> tuple[Any, Any]:
    if abs(u) > 200:
        raise RefusedError
    return mp.erfc(-u / mp.sqrt(2)) / 2, mp.exp(-u * u / 2) / mp.sqrt(2 * mp.pi)


def _sigmoids(u: Any) -> tuple[Any, Any, Any]:
    """s(u), s(-u), and their product, which is the slope."""
    if abs(u) > 2000:
        raise RefusedError
    s, n = 1 / (1 + mp.exp(-u)), 1 / (1 + mp.exp(u))
    return s, n, s * n


def _exp(u: Any) -> Any:
    if abs(u) > 200:
        raise RefusedError
    return mp.exp(u)


def _sech(u: Any) -> Any:
    if abs(u) > 200:
        raise RefusedError
    return mp.sech(u)


def _log(u: Any) -> Any:
    if u <= 0:
        raise RefusedError
    return mp.log(u)


def _root(u: Any) -> Any:
    if u <= 0:
        raise RefusedError
    return mp.sqrt(u)


def _tan(u: Any) -> Any:
    t = mp.tan(u)
    return t, 1 + t**2, 2 * t * (1 + t**2), (1 + t**2) * (2 + 6 * t**2)


def _arcsin(u: Any) -> Any:
    r = 1 / _root((1 - u) * (1 + u))
    return mp.asin(u), r, u * r**3, (1 + 2 * u * u) * r**5


def _arctan(u: Any) -> Any:
    w = 1 / (1 + u * u)
    return mp.atan(u), w, -2 * u * w**2, (6 * u * u - 2) * w**3


def _tanh(u: Any) -> Any:
    t, s = mp.tanh(u), _sech(u) ** 2
    return t, s, -2 * t * s, s * (4 * t**2 - 2 * s)


def _gelu(u: Any) -> Any:
    cumulative, density = _normal(u)
    return u * cumulative, cumulative + u * density, density * (2 - u * u), density * (u**3 - 4 * u)


def _sigmoid_slopes(u: Any) -> list[Any]:
    """The sigmoid's first five derivatives."""
    d, q = _sigmoids(u)[2], -mp.tanh(u / 2)
    return [d, d * q, d * (1 - 6 * d), d * q * (1 - 12 * d), d * (1 - 30 * d + 120 * d * d)]


def _silu_derivative(order: int, u: Any) -> Any:
    """Of u s(u), by the product rule."""
    s = [_sigmoids(u)[0], *_sigmoid_slopes(u)]
    return u * s[order] + (order * s[order - 1] if order else 0)


def _normal_pdf(u: Any) -> Any:
    density = _normal(u)[1]
    return density, -u * density, (u * u - 1) * density, (3 * u - u**3) * density


def _all_same(u: Any) -> Any:
    e = _exp(u)
    return e, e, e, e


def _exp2(u: Any) -> Any:
    base = mp.log(2)
    return tuple(_exp(u * base) * base**n for n in range(4))


def _logarithm(u: Any, base: int) -> Any:
    return tuple(k / mp.log(base) for k in (_log(u), 1 / u, -1 / u**2, 2 / u**3))


def _arcsinh(u: Any) -> Any:
    w = 1 / mp.sqrt(1 + u * u)
    return mp.asinh(u), w, -u * w**3, (2 * u * u - 1) * w**5


def _arccosh(u: Any) -> Any:
    w = 1 / _root((u - 1) * (u + 1))
    return mp.acosh(u), w, -u * w**3, (2 * u * u + 1) * w**5


def _arctanh(u: Any) -> Any:
    w = 1 / ((1 - u) * (1 + u))
    return (mp.atanh(u) if abs(u) < 1 else _log(-1)), w, 2 * u * w**2, (2 + 6 * u * u) * w**3


def _erf(u: Any) -> Any:
    g = 2 * mp.exp(-u * u) / mp.sqrt(mp.pi) if abs(u) < 100 else mpf(0)
    return mp.erf(u) if abs(u) < 100 else mp.sign(u), g, -2 * u * g, (4 * u * u - 2) * g


def _log_sigmoid(u: Any) -> Any:
    return -mp.log1p(_exp(-u)), _sigmoids(-u)[0], *(-k for k in _sigmoid_slopes(u)[:2])


def _mish(u: Any) -> Any:
    return [k * mp.factorial(n) for n, k in enumerate(mp.taylor(lambda x: x * mp.tanh(mp.log1p(_exp(x))), u, 3))]


UNARY: dict[str, Callable[[Any], Sequence[Any]]] = {
    "exp": _all_same,
    "expm1": lambda u: (mp.expm1(u), *_all_same(u)[1:]),
    "log": lambda u: (_log(u), 1 / u, -1 / u**2, 2 / u**3),
    "log1p": lambda u: (mp.log1p(u) if u > -1 else _log(-1), 1 / (1 + u), -1 / (1 + u) ** 2, 2 / (1 + u) ** 3),
    "sqrt": lambda u: (_root(u), 1 / (2 * _root(u)), -1 / (4 * _root(u) ** 3), 3 / (8 * _root(u) ** 5)),
    "sin": lambda u: (mp.sin(u), mp.cos(u), -mp.sin(u), -mp.cos(u)),
    "cos": lambda u: (mp.cos(u), -mp.sin(u), -mp.cos(u), mp.sin(u)),
    "tan": _tan,
    "arcsin": _arcsin,
    "arccos": lambda u: (mp.acos(u) if abs(u) < 1 else _log(-1), *(-k for k in _arcsin(u)[1:])),
    "arctan": _arctan,
    "sinh": lambda u: (_exp(u) and mp.sinh(u), mp.cosh(u), mp.sinh(u), mp.cosh(u)),
    "cosh": lambda u: (_exp(u) and mp.cosh(u), mp.sinh(u), mp.cosh(u), mp.sinh(u)),
    "tanh": _tanh,
    "sigmoid": lambda u: (_sigmoids(u)[0], *_sigmoid_slopes(u)[:3]),
    "softplus": lambda u: (_sigmoids(u) and mp.log1p(mp.exp(u)), _sigmoids(u)[0], *_sigmoid_slopes(u)[:2]),
    "exp2": _exp2,
    "log2": lambda u: _logarithm(u, 2),
    "log10": lambda u: _logarithm(u, 10),
    "arcsinh": _arcsinh,
    "arccosh": _arccosh,
    "arctanh": _arctanh,
    "erf": _erf,
    "log_sigmoid": _log_sigmoid,
    "mish": _mish,
    "gelu": _gelu,
    "silu": lambda u: [_silu_derivative(n, u) for n in range(4)],
    "one_minus_square": lambda u: (1 - u * u, -2 * u, mpf(-2), mpf(0)),
    "lorentzian": lambda u: (*_arctan(u)[1:], 24 * u * (1 - u * u) / (1 + u * u) ** 4),
    "sech": lambda u: (
        _sech(u),
        -_sech(u) * mp.tanh(u),
        _sech(u) * (1 - 2 * _sech(u) ** 2),
        -_sech(u) * mp.tanh(u) * (1 - 6 * _sech(u) ** 2),
    ),
    "sigmoid_partial": lambda u: _sigmoid_slopes(u)[:4],
    "silu_partial": lambda u: [_silu_derivative(n, u) for n in range(1, 5)],
    "normal_pdf": _normal_pdf,
    "normal_cdf": lambda u: (_normal(u)[0], *_normal_pdf(u)[:3]),
}
LOOSE = {"gelu", "silu", "mish", "silu_partial", "normal_pdf", "normal_cdf", "tan"}


def unary(name: str, x: Bounded) -> Bounded:
    if abs(x.value) > HUGE and name not in ("arctan", "log"):
        raise RefusedError
    try:
        f = UNARY[name](x.value)
    except (ZeroDivisionError, ValueError, TypeError) as error:
        raise RefusedError from error
    if any(isinstance(k, mp.mpc) for k in f):
        raise RefusedError
    return chain(x, f, 1e-14 if name in LOOSE else 6 * EPS)


# --------------------------------------------------------------------------------------------- what has a kink


def side(x: Bounded) -> int:
    """-1, 0 or 1; refused where rounding decides."""
    if abs(x.value) <= 2 * x.off and (x.off or x.value):
        raise RefusedError
    return int(mp.sign(x.value))


SELU = mpf("1.0507009873554805"), mpf("1.6732632423543772")
# Value and derivatives left of 0 (and at 0, by the documented convention), slope right of 0.
ZERO, ONE = mpf(0), mpf(1)


def bent(x: Bounded, left: Sequence[Any], right: Sequence[Any], at_zero: Sequence[Any], share: float) -> Bounded:
    which = side(x)
    return chain(x, left if which < 0 else right if which > 0 else at_zero, share)


def line(u: Any, slope: Any) -> Sequence[Any]:
    return slope * u, mpf(slope), ZERO, ZERO


def kinked(name: str, x: Bounded, parameter: float) -> Bounded:
    u = x.value
    if name == "relu":
        return bent(x, line(u, 0), line(u, 1), line(u, 0), 0.0)
    if name == "absolute":
        return bent(x, line(u, -1), line(u, 1), line(u, 0), 0.0)
    if name == "negative_part":
        return bent(x, line(u, 1), line(u, 0), line(u, 1), 0.0)
    if name == "leaky_relu":
        return bent(x, line(u, parameter), line(u, 1), line(u, parameter), EPS)
    scale, alpha = SELU if name == "selu" else (ONE, mpf(parameter))
    e = _exp(u) if u <= 0 else ONE
    curved = (scale * alpha * mp.expm1(u) if u <= 0 else ZERO, *[scale * alpha * e] * 3)
    return bent(x, curved, line(u, scale), curved, 8 * EPS)


def clipped(x: Bounded, low: float, high: float) -> Bounded:
    """x, or the bound that it is beyond."""
    if min(abs(x.value - low), abs(x.value - high)) <= 2 * x.off:
        raise RefusedError
    return x if low < x.value < high else constant(low if x.value < low else high, len(x.slopes))


def softsign(x: Bounded) -> Bounded:
    which, w = side(x) or 1, 1 / (1 + abs(x.value))
    if x.value == 0:
        raise RefusedError
    return chain(x, (x.value * w, w**2, -2 * which * w**3, 6 * w**4), 6 * EPS)


def arctan2(x: Bounded, y: Bounded) -> Bounded:
    if y.value <= 2 * y.off:
        raise RefusedError
    return unary("arctan", divide(x, y))


def extreme(x: Bounded, y: Bounded, sign: int) -> Bounded:
    """maximum (sign 1) or minimum (-1); half of the gradient to each where they tie."""
    if x is y:
        return x
    gap = abs(x.value - y.value)
    if gap == 0 and x.off == 0 and y.off == 0:
        half = constant(0.5, len(x.slopes))
        return add(multiply(x, half), multiply(y, half))
    if gap <= 2 * (x.off + y.off):
        raise RefusedError
    return x if (x.value > y.value) == (sign > 0) else y


# ------------------------------------------------------------------------------------------- of two and more numbers


def whole_power(x: Bounded, n: float) -> Bounded:
    """x to a constant power; `x ** 0` is 1 with slope 0 everywhere."""
    u, factor, f = x.value, ONE, []
    if (u < 0 and n != int(n)) or (n != int(n) and u == 0):
        raise RefusedError
    for k in range(4):
        if factor and u == 0 and n < k:
            raise RefusedError
        f.append(factor * u ** (mpf(n) - k) if factor else ZERO)
        factor *= mpf(n) - k
    return chain(x, f, 1e-14)


def power(x: Bounded, y: Bounded) -> Bounded:
    if x.value <= 4 * x.off:
        raise RefusedError
    return unary("exp", multiply(y, unary("log", x)))


def constant_to(base: float, x: Bounded) -> Bounded:
    log = _log(mpf(base))
    e = _exp(x.value * log)
    return chain(x, (e, e * log, e * log**2, e * log**3), 1e-14)


def hypot(x: Bounded, y: Bounded) -> Bounded:
    return unary("sqrt", add(multiply(x, x), multiply(y, y)))


def logsumexp(xs: Sequence[Bounded]) -> Bounded:
    highest = max(x.value for x in xs)
    if any(x.off > 1e-6 for x in xs):
        raise RefusedError
    away = constant(0.0, len(xs[0].slopes))
    away.value = -highest
    terms = [chain(add(x, away), [mp.exp(x.value - highest)] * 4) for x in xs]
    away_again = constant(0.0, len(xs[0].slopes))
    away_again.value = highest
    result = add(unary("log", total(terms)), away_again)
    result.off += 4 * EPS * float(abs(highest))
    return result


def softmax(xs: Sequence[Bounded], index: int) -> Bounded:
    log = negative(cross_entropy(xs, index))
    return chain(log, [mp.exp(log.value)] * 4, 1e-14)


def softmax_others(xs: Sequence[Bounded], index: int) -> Bounded:
    """1 - softmax, without the difference, which is beyond 50 digits where one number is far above all others."""
    return total([softmax(xs, other) for other in range(len(xs)) if other != index])


def cross_entropy(xs: Sequence[Bounded], index: int) -> Bounded:
    """log Σ exp(x) - x[index]; for the greatest as log(1 + the others' share), see `softmax_others`."""
    if any(x.value > xs[index].value for x in xs):
        return add(logsumexp(xs), xs[index], -1)
    away = [add(x, xs[index], -1) for n, x in enumerate(xs) if n != index]
    return unary("log1p", total([chain(x, [mp.exp(x.value)] * 4) for x in away]))


def soft_cross_entropy(xs: Sequence[Bounded], targets: Sequence[Bounded]) -> Bounded:
    return total([multiply(t, cross_entropy(xs, n)) for n, t in enumerate(targets)])
