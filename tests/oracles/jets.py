"""An oracle for values, gradients and Hessians that shares nothing with the engine.

A `Jet` is a number together with its gradient and Hessian with respect to n inputs, in mpmath arithmetic: forward mode
of second order, by the rules of a calculus book.  The functions are the textbook's too, evaluated with so many digits
(`digits`) that cancellation, tails and subnormals do not matter.  `ROWS` has every row of the table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
from mpmath import mp, mpf

MANTISSA, SMALLEST, LARGEST = 53, mpf(2) ** -1074, mpf(2) ** 1024


class Jet:
    """A number, its gradient (n) and its Hessian (n x n)."""

    def __init__(self, value: Any, gradient: list[Any], hessian: list[list[Any]]) -> None:
        self.value, self.gradient, self.hessian = value, gradient, hessian

    def chain(self, f0: Any, f1: Any, f2: Any) -> Jet:
        """f(self), where f has this value, slope and second derivative here."""
        g, n = self.gradient, range(len(self.gradient))
        hessian = [[f1 * self.hessian[i][j] + f2 * g[i] * g[j] for j in n] for i in n]
        return Jet(f0, [f1 * x for x in g], hessian)

    def __add__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.gradient, self.hessian)
        n = range(len(self.gradient))
        gradient = [self.gradient[i] + other.gradient[i] for i in n]
        hessian = [[self.hessian[i][j] + other.hessian[i][j] for j in n] for i in n]
        return Jet(self.value + other.value, gradient, hessian)

    def __mul__(self, other: Any) -> Jet:
        if not isinstance(other, Jet):
            return self.chain(self.value * other, mpf(other), mpf(0))
        a, b, n = self, other, range(len(self.gradient))
        gradient = [a.gradient[i] * b.value + a.value * b.gradient[i] for i in n]
        mixed = [[a.gradient[i] * b.gradient[j] + a.gradient[j] * b.gradient[i] for j in n] for i in n]
        hessian = [[a.hessian[i][j] * b.value + a.value * b.hessian[i][j] + mixed[i][j] for j in n] for i in n]
        return Jet(a.value * b.value, gradient, hessian)

    def inverse(self) -> Jet:
        u = self.value
        return self.chain(1 / u, -1 / u**2, 2 / u**3)

    def __pow__(self, n: int) -> Jet:
        u = self.value
        return self.chain(u**n, n * u ** (n - 1), n * (n - 1) * u ** (n - 2) if n not in (0, 1) else mpf(0))

    def __neg__(self) -> Jet:
        return self * -1

    def __sub__(self, other: Any) -> Jet:
        return self + -other

    def __truediv__(self, other: Any) -> Jet:
        return self * other.inverse() if isinstance(other, Jet) else self * (1 / mpf(other))

    def __rsub__(self, other: Any) -> Jet:
        return -self + other

    def __rtruediv__(self, other: Any) -> Jet:
        return self.inverse() * other

    __radd__, __rmul__ = __add__, __mul__

    def __gt__(self, other: Any) -> bool:
        return bool(self.value > getattr(other, "value", other))

    def __lt__(self, other: Any) -> bool:
        return bool(self.value < getattr(other, "value", other))


def exp(x: Jet) -> Jet:
    e = _exp(x.value)
    return x.chain(e, e, e)


def _exp(u: Any) -> Any:
    """e**u.  Of a large whole number mpmath would multiply the digits of e, which takes 20 times as long."""
    return mp.exp(u - 0.5) * mp.exp(0.5) if mp.isint(u) and abs(u) > 64 else mp.exp(u)


def log(x: Jet) -> Jet:
    return x.chain(_real(mp.log(x.value)), 1 / x.value, -1 / x.value**2)


def sqrt(x: Jet) -> Jet:
    root = _real(mp.sqrt(x.value))
    return x.chain(root, 1 / (2 * root), -1 / (4 * root**3))


def sin(x: Jet) -> Jet:
    s, c = mp.sin(x.value), mp.cos(x.value)
    return x.chain(s, c, -s)


def cos(x: Jet) -> Jet:
    s, c = mp.sin(x.value), mp.cos(x.value)
    return x.chain(c, -s, -c)


def arctan(x: Jet) -> Jet:
    u = x.value
    return x.chain(mp.atan(u), 1 / (1 + u**2), -2 * u / (1 + u**2) ** 2)


def arcsin(x: Jet) -> Jet:
    u = x.value
    root = mp.sqrt(1 - u**2)
    return x.chain(_real(mp.asin(u)), 1 / root, u / root**3)


def phi(x: Jet) -> Jet:
    """The distribution function of the standard normal distribution."""
    u = x.value
    density = _exp(-(u**2) / 2) / mp.sqrt(2 * mp.pi)
    value = mp.erfc(-u / mp.sqrt(2)) / 2 if abs(u) < 1000 else mpf(u > 0)
    return x.chain(value, density, -u * density)


def power(x: Jet, y: Any) -> Jet:
    exponent = y.value if isinstance(y, Jet) else mpf(y)
    whole = int(exponent) if abs(exponent) < 2**31 and exponent == int(exponent) else None
    if not isinstance(y, Jet) and whole is not None:
        return x**whole
    if whole is not None and x.value < 0 and not any(y.gradient):
        return x**whole
    return exp(y * log(x))


def power_derivative(x: Jet, y: Jet, n: int, m: int) -> Jet:
    """By x n times, by y m times: of y x^(y-1), the m-th derivative by y is that of x^(y-1) by the rule of Leibniz."""
    if n == 0:
        return log(x) ** m * power(x, y) if m else power(x, y)
    one_less = y * power_derivative(x, y - 1, n - 1, m)
    return one_less + m * power_derivative(x, y - 1, n - 1, m - 1) if m else one_less


def _real(number: Any) -> Any:
    if isinstance(number, mpmath.mpc):
        raise ValueError("outside the domain")
    return number


def sinh(x: Jet) -> Jet:
    return (exp(x) - exp(-x)) / 2


def cosh(x: Jet) -> Jet:
    return (exp(x) + exp(-x)) / 2


def tanh(x: Jet) -> Jet:
    """By e^-2x or e^2x, whichever is small: the digits carried depend on the number, not on its exponential."""
    small = exp(-2 * x) if x > 0 else exp(2 * x)
    return (1 - small) / (1 + small) if x > 0 else (small - 1) / (small + 1)


def arcsinh(x: Jet) -> Jet:
    return log(x + sqrt(x**2 + 1)) if x > 0 else -log(sqrt(x**2 + 1) - x)


def arccosh(x: Jet) -> Jet:
    return log(x + sqrt(x**2 - 1))


def arctan2(x: Jet, y: Jet) -> Jet:
    """The angle of the point (y, x): by the half-angle formula, away from the negative half of the axis of y."""
    if y > 0:
        return arctan(x / y)
    side = mp.sign(x.value) or (mp.one if math.copysign(1.0, float(x.value)) > 0 else -mp.one)
    return side * mp.pi / 2 - arctan(y / x)


def total(xs: Sequence[Any]) -> Any:
    result = xs[0]
    for x in xs[1:]:
        result = result + x
    return result


def halves(xs: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
    return xs[: len(xs) // 2], xs[len(xs) // 2 :]


def logsumexp(*xs: Jet) -> Jet:
    highest = max(x.value for x in xs)
    return log(total([exp(x - highest) for x in xs])) + highest


def dot(start: Jet, *terms: Jet) -> Jet:
    return total([start, *(x * y for x, y in zip(*halves(terms), strict=True))])


def soft_cross_entropy(*terms: Jet) -> Jet:
    logits, targets = halves(terms)
    return total([t * (logsumexp(*logits) - x) for x, t in zip(logits, targets, strict=True)])


def _index(i: Jet) -> int:
    return int(i.value)


ROWS: dict[str, Callable[..., Any]] = {
    "identity": lambda x: x,
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "power": power,
    "where": lambda condition, x, y: x if condition.value else y,
    "absolute": lambda x: x if x > 0 else -x,
    "maximum": lambda x, y: x if x > y else y,
    "minimum": lambda x, y: x if x < y else y,
    "negative_part": lambda x: x * 0 if x > 0 else x,
    "exp": exp,
    "expm1": lambda x: exp(x) - 1,
    "log": log,
    "log1p": lambda x: log(x + 1),
    "sqrt": sqrt,
    "sin": sin,
    "cos": cos,
    "tan": lambda x: sin(x) / cos(x),
    "arcsin": arcsin,
    "arccos": lambda x: mp.pi / 2 - arcsin(x),
    "arctan": arctan,
    "sinh": sinh,
    "cosh": cosh,
    "tanh": lambda x: sinh(x) / cosh(x),
    "hypot": lambda x, y: sqrt(x**2 + y**2),
    "square": lambda x: x**2,
    "reciprocal": lambda x: 1 / x,
    "exp2": lambda x: exp(x * mp.log(2)),
    "log2": lambda x: log(x) / mp.log(2),
    "log10": lambda x: log(x) / mp.log(10),
    "arcsinh": arcsinh,
    "arccosh": arccosh,
    "arctanh": lambda x: log((1 + x) / (1 - x)) / 2,
    "arctan2": arctan2,
    "logaddexp": logsumexp,
    "erf": lambda x: 2 * phi(x * mp.sqrt(2)) - 1,
    "log_sigmoid": lambda x: -log(exp(-x) + 1),
    "softsign": lambda x: x / (1 + (x if x > 0 else -x)),
    "hardtanh": lambda x: x if abs(x.value) < 1 else x * 0 + mp.sign(x.value),
    "mish": lambda x: x * tanh(log(exp(x) + 1)),
    "clip": lambda x, low, high: low if x < low else high if x > high else x,
    "sign": lambda x: x * 0 + mp.sign(x.value),
    "share": lambda x, y: 1 / (exp(y - x) + 1),
    "bell": lambda x: exp(-(x**2)),
    "sech_softplus": lambda x: 1 / cosh(log(exp(x) + 1)),
    "sigmoid": lambda x: 1 / (exp(-x) + 1),
    "softplus": lambda x: log(exp(x) + 1),
    "relu": lambda x: x if x > 0 else x * 0,
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (exp(x) - 1),
    "selu": lambda x: mpf(1.0507009873554805) * (x if x > 0 else mpf(1.6732632423543772) * (exp(x) - 1)),
    "gelu": lambda x: x * phi(x),
    "silu": lambda x: x / (exp(-x) + 1),
    "over_square": lambda x, y: x / y**2,
    "power_partial": lambda x, y: y * power(x, y - 1),
    "xlogy": lambda x, y: x * log(y),
    "one_minus_square": lambda x: 1 - x**2,
    "lorentzian": lambda x: 1 / (x**2 + 1),
    "sech": lambda x: 1 / cosh(x),
    "sigmoid_partial": lambda x: exp(-x) / (exp(-x) + 1) ** 2,
    "normal_pdf": lambda x: exp(x**2 / -2) / mp.sqrt(2 * mp.pi),
    "normal_cdf": phi,
    "exp_difference": lambda x, y: exp(x - y),
    "power_exponent_partial": lambda x, y: log(x) * power(x, y),
    "self_power": lambda x: power(x, x),
    "self_power_partial": lambda x: power(x, x) * (log(x) + 1),
    "power_derivative": lambda x, y, n, m: power_derivative(x, y, int(n.value), int(m.value)),
    "cosine": lambda x, y: x / sqrt(x**2 + y**2),
    "times_exp": lambda x, y: x * exp(y),
    "times_normal_pdf": lambda x, y: x * exp(y**2 / -2) / mp.sqrt(2 * mp.pi),
    "times_normal_cdf": lambda x, y: x * phi(y),
    "silu_partial": lambda x: 1 / (exp(-x) + 1) + x * exp(-x) / (exp(-x) + 1) ** 2,
    "silu_curve": lambda x: (2 + x * (exp(-x) - 1) / (exp(-x) + 1)) * exp(-x) / (exp(-x) + 1) ** 2,
    "sum": lambda *xs: total(xs),
    "dot": dot,
    "logsumexp": logsumexp,
    "softmax": lambda i, *xs: exp(xs[_index(i)] - logsumexp(*xs)),
    "softmax_others": lambda i, *xs: 1 - exp(xs[_index(i)] - logsumexp(*xs)),
    "cross_entropy": lambda i, *xs: logsumexp(*xs) - xs[_index(i)],
    "soft_cross_entropy": soft_cross_entropy,
    "take": lambda i, *xs: xs[_index(i)],
}


def digits(numbers: Sequence[float]) -> int:
    """How many decimal digits keep 50 right: the size of the numbers, and how far from 1 an exponential of them is."""
    sizes = [abs(x) for x in numbers if x and math.isfinite(x)] or [1.0]
    exponential = min(max(sizes), 40.0) ** 2 / 4
    return 400 + int(max(2 * abs(math.log10(x)) for x in sizes) + exponential)


def jet(f: Callable[..., Any], numbers: Sequence[float], constants: Sequence[int] = (), precision: int = 0) -> Jet:
    """f's value, gradient and Hessian at these numbers; ValueError or ZeroDivisionError where it is not smooth."""
    n = range(len(numbers))
    zeros = [[mpf(0) for _ in n] for _ in n]
    with mp.workdps(precision or digits(numbers)):
        variables = [Jet(mpf(x), [mpf(i == j and i not in constants) for j in n], zeros) for i, x in enumerate(numbers)]
        result: Jet = f(*variables)
        return result


def spacing(number: Any) -> Any:
    """One unit in the last place of the double nearest to `number`: an absolute 2**-1074 among the subnormals."""
    size = abs(number)
    if size >= LARGEST:
        return mpf(2) ** (1024 - MANTISSA)
    return max(mpf(2) ** (mpmath.frexp(size)[1] - MANTISSA), SMALLEST) if size else SMALLEST


def ulps(got: float, true: Any) -> float:
    """How many units in the last place `got` is off; a true answer beyond the doubles is met by inf."""
    with mp.workdps(60):
        if math.isinf(got) and abs(true) >= LARGEST * (1 - mpf(2) ** -50):
            return 0.0 if (got > 0) == (true > 0) else math.inf
        return float(abs(mpf(got) - true) / spacing(true)) if math.isfinite(got) else math.inf
