"""Is each row of the table right, everywhere?  Values and derivatives against 400 digits, at doubles of any size.

A row without a line in SAMPLES fails.  The oracle (`tests/oracles/jets.py`) shares nothing with the engine.
"""

from __future__ import annotations

import itertools
import math
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import pytest
from jets import ROWS, Jet, jet, ulps
from mpmath import mp

from autograd import Value, gradients, primitives
from autograd.primitive import partials_at
from autograd.primitives import TABLE

INF, NAN = math.inf, math.nan
SIZES = [
    5e-324, 1e-310, 1e-300, 1e-154, 1e-20, 1e-8, 0.1, 0.5, 1.0, 1.5, 3.0, 10.0, 20.0, 37.5, 38.4,
    40.0, 372.0, 700.0, 708.4, 710.0, 720.0, 740.0, 745.0, 745.2, 1e4, 1e8, 1e16, 1e154, 1e300, 1.7e308,
]  # fmt: skip
EDGES = [0.0, -0.0, *SIZES, *(-size for size in SIZES)]
FEW = [0.0, -0.0, *(s * x for x in (5e-324, 1e-300, 1e-8, 0.5, 1.0, 3.0, 40.0, 745.0, 1e300) for s in (1, -1))]


def scattered(rng: random.Random) -> float:
    """Of any size that a double can have, or (twice as often) of a size where functions do something."""
    return rng.choice((-1, 1)) * 10 ** (rng.uniform(-323, 308) if rng.random() < 1 / 3 else rng.uniform(-9, 3.2))


Points = Iterator[Sequence[float]]


def reals(rng: random.Random, count: int) -> Points:
    yield from ((x,) for x in EDGES)
    yield from ((scattered(rng),) for _ in range(count))


def pairs(rng: random.Random, count: int) -> Points:
    yield from itertools.product(FEW, FEW)
    yield from ((scattered(rng), scattered(rng)) for _ in range(count))


def not_zero(rng: random.Random, count: int) -> Points:
    return (point for point in reals(rng, count) if point[0] != 0.0)


def different(rng: random.Random, count: int) -> Points:
    return (point for point in pairs(rng, count) if point[0] != point[1])


def first_not_zero(rng: random.Random, count: int) -> Points:
    return (point for point in pairs(rng, count) if point[0] != 0.0)


def normal_pairs(rng: random.Random, count: int) -> Points:
    """Where neither x/y nor y/x leaves the range of the normal doubles."""
    return (
        p for p in pairs(rng, count) if all(1e-290 < abs(x) < 1e290 for x in p) and 1e-140 < abs(p[0] / p[1]) < 1e140
    )


def moderate_pairs(rng: random.Random, count: int) -> Points:
    return (p for p in normal_pairs(rng, count) if all(1e-100 < abs(x) < 1e100 for x in p))


def uneven_pairs(rng: random.Random, count: int) -> Points:
    """Where x² - y², which is a factor of a second derivative, is not 0."""
    return (p for p in moderate_pairs(rng, count) if abs(p[0]) != abs(p[1]))


def apart(rng: random.Random, count: int) -> Points:
    """Away from the tie, where a third derivative of logaddexp crosses 0."""
    return (p for p in pairs(rng, count) if abs(p[0] - p[1]) > 0.1)


def near_one(rng: random.Random, count: int) -> Points:
    yield from reals(rng, count)
    yield from ((1.0 + 10 ** rng.uniform(-15, 1),) for _ in range(count))


def not_one(rng: random.Random, count: int) -> Points:
    return (point for point in reals(rng, count) if abs(point[0]) != 1.0)


def between(rng: random.Random, count: int) -> Points:
    yield from (
        (x, low, low + abs(y))
        for (x, low), (y,) in zip(different(rng, count), reals(rng, count), strict=False)
        if x not in (low, low + abs(y))
    )


def powers(rng: random.Random, count: int) -> Points:
    """Bases above zero with any exponent; below zero with whole ones."""
    bases = [x for x in FEW if x > 0.0]
    yield from ((x, y) for x, y in itertools.product(bases, FEW) if abs(math.log(x) * y) < 800 and abs(y) < 1e100)
    yield from ((10 ** rng.uniform(-9, 9), scattered(rng) % 40 - 20) for _ in range(count))
    yield from ((10 ** rng.uniform(-300, 300), rng.uniform(-1, 1)) for _ in range(count))


def tails(rng: random.Random, count: int) -> Points:
    """x * f(y) for x of moderate size and y where f(y) is tiny."""
    yield from ((rng.uniform(-1e3, 1e3), y) for y in EDGES if y < 40)


def normal_tails(rng: random.Random, count: int) -> Points:
    return (point for point in tails(rng, count) if abs(point[1]) != 38.4)


def self_powers(rng: random.Random, count: int) -> Points:
    """x**x for x above zero overflows at 143.1."""
    yield from ((x,) for x in SIZES if x < 143.0)
    yield from ((10 ** rng.uniform(-323, 2),) for _ in range(count))


def derivatives_of_power(rng: random.Random, count: int) -> Points:
    for n, m in [(1, 0), (0, 1), (1, 1), (2, 0), (0, 2), (2, 1), (3, 0)]:
        yield from ((10 ** rng.uniform(-9, 3), rng.uniform(-20, 20), float(n), float(m)) for _ in range(count // 4))


def choices(rng: random.Random, count: int) -> Points:
    yield from [(1.0, 2.0, 3.0), (0.0, 2.0, 3.0)]


def numbers(rng: random.Random, count: int) -> Points:
    yield from ([scattered(rng) for _ in range(5)] for _ in range(count))


def logits(rng: random.Random, count: int) -> Points:
    yield from [[0.0], [1e4, -1e4], [1e4, 1e4], [-1e4, -1e4, 0.0], [0.0, 745.0], [0.0, -710.0, -3.0], [1e300, -1e300]]
    for _ in range(count):
        middle, spread = rng.choice((0.0, 0.0, rng.uniform(-1e4, 1e4))), 10 ** rng.uniform(-3, 4)
        yield [middle + rng.uniform(-spread, spread) for _ in range(rng.choice((2, 3, 3, 4)))]


def indexed_logits(rng: random.Random, count: int) -> Points:
    yield from ([float(rng.randrange(len(xs))), *xs] for xs in logits(rng, count))


def logits_and_targets(rng: random.Random, count: int) -> Points:
    for xs in logits(rng, count):
        weights = [rng.choice((0.0, rng.random(), 1.0)) for _ in xs]
        yield [*xs, *weights]


class Bound(NamedTuple):
    """How far off a value, a first and a second derivative may be: units in the last place, or relative."""

    ulps: tuple[float, float] = (4, 8)
    relative: tuple[float, float, float] = (0.0, 0.0, 1e-14)

    def allows(self, order: int, got: float, true: object) -> bool:
        off = ulps(got, true)
        if order < 2 and off <= self.ulps[order]:
            return True
        with mp.workdps(60):
            return math.isfinite(off) and (off <= 8 or abs(mp.mpf(got) - true) <= self.relative[order] * abs(true))


STRICT = Bound()
LOOSE = Bound(relative=(2e-14, 2e-14, 5e-14))
INSIDE = Bound(ulps=(8, 45), relative=(2e-14, 2e-14, 2e-13))
"""For a row that is met only in derivatives: its own derivatives are then second and third ones."""
CONDITIONED = Bound(relative=(2e-14, 5e-12, 5e-12))
"""Where terms cancel at a zero crossing: as good as the operands are."""
CROSSING = Bound(relative=(5e-12, 5e-12, 5e-11))
"""Where the value itself has such a crossing."""


class Sample(NamedTuple):
    points: Callable[[random.Random, int], Points]
    bound: Bound = STRICT
    constants: tuple[int, ...] = ()
    """Operands with respect to which the row has no derivative: indices, conditions, orders."""


SAMPLES = {
    "identity": Sample(reals),
    "add": Sample(pairs),
    "subtract": Sample(pairs),
    "multiply": Sample(pairs),
    "divide": Sample(pairs),
    "negative": Sample(reals),
    "power": Sample(powers, LOOSE),
    "where": Sample(choices, constants=(0,)),
    "absolute": Sample(not_zero),
    "maximum": Sample(different),
    "minimum": Sample(different),
    "negative_part": Sample(not_zero),
    "exp": Sample(reals),
    "expm1": Sample(reals),
    "log": Sample(reals),
    "log1p": Sample(reals),
    "sqrt": Sample(reals),
    "sin": Sample(reals),
    "cos": Sample(reals),
    "tan": Sample(reals),
    "arcsin": Sample(reals),
    "arccos": Sample(reals),
    "arctan": Sample(reals),
    "sinh": Sample(reals),
    "cosh": Sample(reals),
    "tanh": Sample(reals),
    "hypot": Sample(normal_pairs),
    "square": Sample(reals),
    "reciprocal": Sample(not_zero),
    "exp2": Sample(reals),
    "log2": Sample(reals),
    "log10": Sample(reals),
    "arcsinh": Sample(reals),
    "arccosh": Sample(near_one),
    "arctanh": Sample(reals),
    "arctan2": Sample(uneven_pairs, Bound(relative=(0.0, 0.0, 5e-12))),
    "logaddexp": Sample(pairs, LOOSE),
    "erf": Sample(reals),
    "log_sigmoid": Sample(reals),
    "softsign": Sample(not_zero),
    "hardtanh": Sample(not_one),
    "mish": Sample(reals, LOOSE),
    "clip": Sample(between),
    "sign": Sample(not_zero),
    "share": Sample(apart, INSIDE),
    "bell": Sample(reals, INSIDE),
    "sech_softplus": Sample(reals, INSIDE),
    "sigmoid": Sample(reals),
    "softplus": Sample(reals),
    "relu": Sample(not_zero),
    "leaky_relu": Sample(first_not_zero),
    "elu": Sample(first_not_zero),
    "selu": Sample(not_zero),
    "gelu": Sample(reals, LOOSE),
    "silu": Sample(reals, LOOSE),
    "over_square": Sample(normal_pairs),
    "power_partial": Sample(powers, INSIDE),
    "power_exponent_partial": Sample(powers, INSIDE),
    "self_power": Sample(self_powers, CONDITIONED),
    "self_power_partial": Sample(self_powers, CROSSING),
    "power_derivative": Sample(derivatives_of_power, CROSSING, constants=(2, 3)),
    "xlogy": Sample(first_not_zero),
    "times_exp": Sample(tails, INSIDE),
    "one_minus_square": Sample(reals),
    "cosine": Sample(moderate_pairs, INSIDE),
    "lorentzian": Sample(reals, INSIDE),
    "sech": Sample(reals, INSIDE),
    "sigmoid_partial": Sample(reals, INSIDE),
    "silu_partial": Sample(reals, CONDITIONED),
    "silu_curve": Sample(reals, CONDITIONED),
    "normal_pdf": Sample(reals, INSIDE),
    "times_normal_pdf": Sample(normal_tails, CONDITIONED),
    "times_normal_cdf": Sample(normal_tails, CONDITIONED),
    "normal_cdf": Sample(reals),
    "exp_difference": Sample(pairs),
    "sum": Sample(numbers),
    "dot": Sample(numbers),
    "logsumexp": Sample(logits, LOOSE),
    "softmax": Sample(indexed_logits, CONDITIONED, constants=(0,)),
    "softmax_others": Sample(indexed_logits, CONDITIONED, constants=(0,)),
    "cross_entropy": Sample(indexed_logits, LOOSE, constants=(0,)),
    "soft_cross_entropy": Sample(logits_and_targets, CONDITIONED),
    "take": Sample(indexed_logits, constants=(0,)),
}


def test_every_row_has_sample_points_and_an_oracle() -> None:
    assert set(SAMPLES) == set(TABLE) == set(ROWS)


def check(name: str, point: Sequence[float], truth: Jet) -> list[str]:
    """What the row gives at this point that is not within its bound."""
    row, (_, bound, constants) = TABLE[name], SAMPLES[name]
    operands = [x if i in constants else Value(x) for i, x in enumerate(point)]
    variables = [v for v in operands if isinstance(v, Value)]
    free = [i for i in range(len(point)) if i not in constants]
    output = row(*operands)
    found: list[tuple[int, str, float, object]] = [(0, "value", output.data, truth.value)]
    first = gradients(output, variables, create_graph=True)
    quick = gradients(output, variables)
    for i, slope, same in zip(free, first, quick, strict=True):
        found += [(1, f"∂{i}", same, truth.gradient[i]), (1, f"∂{i} as graph", slope.data, truth.gradient[i])]
        for j, second in zip(free, gradients(slope, variables), strict=True):
            found.append((2, f"∂{i}∂{j}", second, truth.hessian[i][j]))
    return [
        f"{name}{tuple(point)} {what}: {got!r}, true {mp.nstr(true, 20)}, {ulps(got, true):.3g} ULP"
        for order, what, got, true in found
        if not bound.allows(order, got, true)
    ]


def failures(name: str, rng: random.Random, count: int, share: float = 1.0) -> list[str]:
    """What is wrong at this share of the points: all of them, or a random choice, of at least 40."""
    source, _, constants = SAMPLES[name]
    wrong: list[str] = []
    points = list(source(rng, count))
    for point in rng.sample(points, min(len(points), max(40, int(share * len(points))))):
        try:
            truth = jet(ROWS[name], point, constants)
        except (ValueError, ZeroDivisionError):  # outside the domain, where errors are tested
            continue
        try:
            wrong += check(name, point, truth)
        except OverflowError:
            assert abs(truth.value) > mp.mpf(2) ** 1023
    return wrong


@pytest.mark.parametrize("name", [name for name, sample in SAMPLES.items() if sample.constants])
def test_indices_conditions_and_orders_have_no_slope(name: str) -> None:
    row, (points, _, constants) = TABLE[name], SAMPLES[name]
    for point in itertools.islice(points(random.Random(name), 20), 20):
        partials = partials_at(row, float(row(*point)), point)
        assert [partials[i] for i in constants] == [0.0] * len(constants)


@pytest.mark.parametrize(("x", "y"), [(0.5, 1e300), (5e-324, 1e200), (2.0, -1e300), (1e300, -1e160)])
def test_a_power_that_is_zero_has_no_slopes_although_its_factors_are_infinite(x: float, y: float) -> None:
    base, exponent = Value(x), Value(y)
    slopes = gradients(base**exponent, [base, exponent], create_graph=True)
    assert [slope.data for slope in slopes] == [0.0, 0.0]
    assert [gradients(slope, [base, exponent]) for slope in slopes] == [[0.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("x", "y", "n", "m", "limit"),
    [
        (0.0, 0.5, 1, 0, INF), (0.0, 0.1, 1, 0, INF), (0.0, 1.5, 2, 0, INF), (0.0, 3.0, 1, 0, 0.0),
        (0.0, 3.0, 3, 0, 6.0), (0.0, 3.0, 1, 1, 0.0), (0.0, 0.5, 1, 1, -INF), (0.0, 1.0, 1, 1, -INF),
        (0.0, 1.0, 1, 2, INF), (0.0, 0.5, 1, 2, INF), (-2.0, 3.0, 1, 0, 12.0), (-2.0, 3.0, 1, 1, NAN),
        (-2.0, 3.0, 0, 2, NAN),
    ],
)  # fmt: skip
def test_derivatives_of_a_power_at_zero_and_below(x: float, y: float, n: int, m: int, limit: float) -> None:
    """By hand: ∂x is y x^(y-1); ∂x∂y is x^(y-1) (1 + y ln x); ∂x∂y² is x^(y-1) (2 ln x + y ln² x)."""
    assert TABLE["power_derivative"](x, y, float(n), float(m)) == pytest.approx(limit, abs=0.0, nan_ok=True)


@pytest.mark.parametrize("name", ["gelu", "silu", "sigmoid", "softplus", "tanh", "elu", "selu", "relu", "leaky_relu"])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_an_activation_at_infinity_is_its_limit(name: str, sign: float) -> None:
    def derivatives(x: float) -> list[float]:
        value = Value(x)
        out = TABLE[name](value, *([0.5] if TABLE[name].arity == 2 else []))
        (slope,) = gradients(out, [value], create_graph=True)
        return [out.data, slope.data, *gradients(slope, [value])]

    value, slope, curve = derivatives(sign * 1e300)  # as good as there
    assert derivatives(sign * INF) == [value if abs(value) < 1e9 else math.copysign(INF, value), slope, curve]


@pytest.mark.parametrize(
    ("x", "y"), [(5e-324, 5e-324), (5e-324, 1.5e-323), (1e-310, 3e-310), (1e308, 1e308), (1e308, -1.2e308)]
)
def test_slopes_of_hypot_at_the_ends_of_the_doubles(x: float, y: float) -> None:
    operands = [Value(x), Value(y)]
    slopes = gradients(TABLE["hypot"](*operands), operands)
    with mp.workdps(60):
        for slope, side in zip(slopes, (x, y), strict=True):
            assert ulps(slope, side / mp.sqrt(mp.mpf(x) ** 2 + mp.mpf(y) ** 2)) <= 8


@pytest.mark.parametrize(("x", "y"), [(5e-324, 0.0011), (1e-320, 0.003), (1e-315, 1e-4), (-1e300, 1e-3), (1.0, 1.5)])
def test_the_slope_of_a_quotient_whose_value_would_be_subnormal(x: float, y: float) -> None:
    numerator, divisor = Value(x), Value(y)
    with mp.workdps(60):
        assert ulps(gradients(numerator / divisor, [divisor])[0], -mp.mpf(x) / mp.mpf(y) ** 2) <= 8


@pytest.mark.parametrize(
    ("name", "point"),
    [
        ("times_exp", (3.0382475228877284, -128.6806892835805)),
        ("over_square", (3.7978200603368433, 1.9592609556896474)),
        ("power_derivative", (0.20073251224357402, 56.25, 1.0, 0.0)),
        ("normal_cdf", (-2.679714979334742,)),
    ],
)
def test_the_better_of_two_formulas_is_taken(name: str, point: tuple[float, ...]) -> None:
    """The other one, meant for the ends of the doubles (or for its middle), is 2.6 to 9 ULP off here."""
    truth = jet(ROWS[name], point, SAMPLES[name].constants).value
    assert ulps(TABLE[name](*point), truth) < 1.6


@pytest.mark.parametrize(("x", "y"), [(0.0, -0.0), (-0.0, 0.0)])
def test_a_tie_of_zeros_gives_the_zero_that_python_gives(x: float, y: float) -> None:
    given = [TABLE["maximum"](x, y), TABLE["minimum"](x, y), TABLE["relu"](y)]
    assert [repr(zero) for zero in given] == [repr(max(x, y)), repr(min(x, y)), repr(max(0.0, y))]


def test_floats_are_added_from_left_to_right() -> None:
    rng = random.Random(0)
    xs, total = [rng.uniform(-1, 1) * 10 ** rng.uniform(-9, 9) for _ in range(1000)], 0.1
    for x in xs:
        total += x
    assert primitives.in_order(xs, 0.1) == primitives._in_order(xs, 0.1) == total
    assert (primitives.in_order is sum) == (sys.version_info < (3, 12))  # the built-in one, wherever it does so


@pytest.mark.parametrize("name", TABLE)
def test_values_and_derivatives(name: str) -> None:
    wrong = failures(name, random.Random(name), 14, share=1 / 3)
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.slow
@pytest.mark.parametrize("name", TABLE)
def test_values_and_derivatives_at_many_points(name: str) -> None:
    wrong = failures(name, random.Random(f"many {name}"), 300)
    assert not wrong, "\n".join(wrong[:20])
