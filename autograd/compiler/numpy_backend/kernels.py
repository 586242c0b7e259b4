"""Which functions does NumPy lack?  Array forms of functions that the table has for floats, by the name of the row.

Read `primitives` first: each function here computes what the row of its name computes, and is tested against it.  The
first part has the kernels from which derivatives are made; the second the rows of any number of operands, which take
arrays whose axis 1 runs over the operands, and give their partials together with their value, as the eager engine does.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import primitives as table
from autograd.primitive import ieee

if TYPE_CHECKING:
    from autograd.primitive import Primitive

Array = Any

# --------------------------------------------------------------------------------------------- one or two operands


def power_partial(x: Array, y: Array) -> Array:
    """y x^(y-1); if that is out of range, or y - 1 is rounded, the row's own function, number by number."""
    x, y = np.broadcast_arrays(x, y)
    powers = np.power(x, y - 1.0)
    size = np.abs(powers)
    usual = (y - 1.0 + 1.0 == y) & (y != 0.0) & (size > 1e-290) & (size < np.inf) & (x != 0.0)
    out = y * powers
    if not usual.all():
        out[~usual] = number_by_number(table.power_partial, x[~usual], y[~usual])
    return out


def power_derivative(x: Array, y: Array, n: Array, m: Array) -> Array:
    """The row's own function, number by number."""
    return number_by_number(table.power_derivative, x, y, n, m)


def number_by_number(row: Primitive, *arrays: Array) -> Array:
    """A row as a function of arrays that calls the row's function of floats for each number."""
    function = np.frompyfunc(lambda *numbers: float(ieee(row, numbers)), len(arrays), 1)
    return np.asarray(function(*arrays)).astype(np.float64)


def xlogy(x: Array, y: Array) -> Array:
    """x log y, 0 where x and y are 0."""
    return np.where((x == 0.0) & (y == 0.0), 0.0, x * np.log(y))


def normal_pdf(x: Array) -> Array:
    """exp(-x²/2) / sqrt(2π), with x² in two parts."""
    x = np.minimum(np.abs(x), 40.0)
    coarse = np.floor(x * 65536.0) / 65536.0
    return np.exp(-0.5 * coarse * coarse) * np.exp(-0.5 * (x - coarse) * (x + coarse)) * 0.3989422804014327


def normal_cdf(x: Array) -> Array:
    """erfc(-x/√2) / 2, corrected for the rounding of x/√2."""
    z = x * -0.7071067811865476
    split = 134217729.0 * -x
    high = split - (split + x)
    low = -x - high
    error = ((high * 0.7071067690849304 - z) + high * 1.2101617152815436e-08 + low * 0.7071067690849304) + (
        low * 1.2101617152815436e-08
    )
    error += x * 4.833646656726457e-17
    plain = 0.5 * erfc(z)
    return np.where((z > 1.0) & (z < 30.0), plain * (1.0 - 2.0 * z * error), plain)


def exp_difference(x: Array, y: Array) -> Array:
    """exp(x - y), corrected for the rounding of x - y."""
    difference = x - y
    back = difference - x
    error = (x - (difference - back)) - (y + back)
    out = np.exp(difference)
    return np.where(np.isinf(difference), out, out + out * error)


def erf(x: Array) -> Array:
    """The error function of the C library, through `math`, since NumPy has none."""
    return np.asarray(np.frompyfunc(math.erf, 1, 1)(x), np.float64)


def erfc(x: Array) -> Array:
    """The complementary error function, likewise."""
    return np.asarray(np.frompyfunc(math.erfc, 1, 1)(x), np.float64)


# ------------------------------------------------------------------------------------------ any number of operands


def logsumexp(x: Array) -> tuple[Array, Array]:
    """log Σ exp(x) over axis 1, and its partials."""
    highest = x.max(axis=1, keepdims=True)
    powers = np.exp(x - highest)
    return (highest + _above(x, highest, powers))[:, 0], powers / powers.sum(axis=1, keepdims=True)


def cross_entropy(index: Array, x: Array) -> tuple[Array, Array]:
    """-log softmax(x)[index], and its partials with respect to x: p, but minus the sum of the others at the index."""
    samples = max(x.shape[2], index.shape[2])
    if samples > x.shape[2]:  # the same logits for samples of different classes
        x = np.repeat(x, samples, axis=2)
    powers = np.subtract(x, x.max(axis=1, keepdims=True), order="C")
    flat = powers.reshape(-1)  # a view: one index is faster than three
    corners = x[0].size * np.arange(len(x))[:, None] + np.arange(samples)
    first = x.argmax(axis=1) * samples + corners
    chosen = index[:, 0].astype(np.intp) * samples + corners
    out = flat[chosen]
    np.exp(powers, out=powers)
    highest = flat[first]  # exactly 1, or nan where the highest logit is not finite
    flat[first] = 0.0
    rest = np.add.reduce(powers, axis=1)
    spoilt = np.isnan(highest)
    if spoilt.any():
        rest[spoilt] = ((x == x.max(axis=1, keepdims=True)).sum(axis=1) - 1.0)[spoilt]
    np.subtract(np.log1p(rest), out, out=out)
    flat[first] = highest
    flat[chosen] = 0.0
    flat[chosen] = -np.add.reduce(powers, axis=1)
    powers /= (rest + highest)[:, None]
    return out, powers


def soft_cross_entropy(x: Array, targets: Array) -> tuple[Array, Array, Array]:
    """-Σ t log softmax(x), and its partials with respect to x and to t."""
    highest = x.max(axis=1, keepdims=True)
    powers = np.exp(x - highest)
    losses = (highest - x) + _above(x, highest, powers)
    p = powers / powers.sum(axis=1, keepdims=True)
    partials = p * of_others(targets + 0.0 * p) - targets * of_others(p)
    return (targets * losses).sum(axis=1), partials, losses


def softmax(x: Array) -> Array:
    """exp(x) / Σ exp(x) over axis 1."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


def softmax_others(x: Array) -> Array:
    """1 - softmax(x) over axis 1, as the sum of the others."""
    powers = np.exp(x - x.max(axis=1, keepdims=True))
    return of_others(powers) / powers.sum(axis=1, keepdims=True)


def softmax_reverse(p: Array, gradient: Array) -> Array:
    """Σᵢ gradientᵢ ∂pᵢ/∂xⱼ = pⱼ (gradientⱼ · Σ of the other p - Σ of the other p·gradient): nothing cancels."""
    return p * (gradient * of_others(p) - of_others(p * gradient))


def take_one(index: Array, x: Array) -> tuple[Array, Array]:
    """x[index] over axis 1, and its partials with respect to x."""
    chosen = _one_hot(index, x)
    return np.where(chosen, x, 0.0).sum(axis=1), chosen.astype(np.float64)


def of_others(x: Array) -> Array:
    """For each entry of axis 1 the sum of all others: never the total minus the entry, which may vanish."""
    before, after = np.zeros_like(x), np.zeros_like(x)
    np.cumsum(x[:, :-1], axis=1, out=before[:, 1:])
    np.cumsum(x[:, :0:-1], axis=1, out=after[:, -2::-1])
    return before + after


def _one_hot(index: Array, x: Array) -> Array:
    return np.arange(x.shape[1])[:, None] == index


def _above(x: Array, highest: Array, powers: Array) -> Array:
    """logsumexp - highest: log1p of all the terms but one of the highest, which are exactly 1."""
    below = x < highest
    rest = np.where(below, powers, 0.0).sum(axis=1, keepdims=True)
    return np.log1p(rest + ((~below).sum(axis=1, keepdims=True) - 1.0))
