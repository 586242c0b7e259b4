"""Do PyTorch and JAX agree at every kink and edge?  Their numbers are in parity.json; where they differ is listed here.

Each list is exact: a difference that comes or goes fails.  Where a list says that theirs is wrong, the oracle says so.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from jets import ROWS, jet, ulps

import autograd
from autograd import Value, gradients
from autograd.primitives import TABLE

STORED = json.loads((Path(__file__).parent / "parity.json").read_text())
ONE_MINUS = "theirs is wrong: 1 - out² or out (1 - out) or 1 + out loses the digits that the tail is made of"
SUBNORMAL = "theirs is wrong: subnormal numbers are taken for 0"
OUTER = "theirs is wrong: beyond a threshold, or before the last digit, a term is left out"
KINK = "a convention: where there is no slope, another one is as good"
NOT_A_NUMBER = "a convention: what the slope at nan is"
LIMIT = "theirs is wrong: inf times 0 gives nan, where the limit is plain"
SQUARE = "theirs is wrong: a square overflows or underflows"
INF = "a convention: what the slope is where an operand is inf"

NUMBERS = ["0.0", "-0.0", "1.0", "-1.0", "2.0", "-2.0", "0.5", "1e-300", "1e+200"]
SECONDS = ["0.0", "1.0", "-1.0", "2.0", "3.0", "0.5", "-0.5", "1e+200"]
ANY_NAN = "; ".join(
    [f"{x} nan" for x in [*NUMBERS, "inf", "-inf"]] + [f"nan {y}" for y in [*SECONDS, "inf", "-inf", "nan"]]
)
ANY_INF = "; ".join(
    [f"{x} {y}" for x in NUMBERS for y in ("inf", "-inf")] + [f"{x} {y}" for x in ("inf", "-inf") for y in SECONDS]
)
VANISHED = "2.0 -inf; -2.0 -inf; 0.5 inf; 1e-300 inf; 1e+200 -inf"  # powers that are 0, and stay so
TAILS = "-10.0; -20.0; -30.0; -38.4; -40.0; -709.0"
# library, function: points, and why
DIFFERENCES = {
    ("jax", "absolute"): {"0.0; -0.0": KINK, "-5e-324": SUBNORMAL, "nan": NOT_A_NUMBER},
    ("jax", "relu"): {"5e-324": SUBNORMAL, "nan": NOT_A_NUMBER},
    ("jax", "leaky_relu"): {"0.0; -0.0": KINK, "-5e-324": SUBNORMAL},
    ("jax", "elu"): {TAILS: ONE_MINUS},
    ("torch", "elu"): {"nan": NOT_A_NUMBER},
    ("jax", "selu"): {TAILS: ONE_MINUS, "5e-324": SUBNORMAL},
    ("torch", "selu"): {"nan": NOT_A_NUMBER},
    ("torch", "gelu"): {"-6.0; -10.0; -20.0; -30.0": ONE_MINUS, "inf; -inf": LIMIT},
    ("jax", "gelu"): {"-38.4": SUBNORMAL, "inf; -inf": LIMIT},
    ("torch", "silu"): {"inf; -inf": LIMIT},
    ("jax", "silu"): {"-709.0": SUBNORMAL, "inf; -inf": LIMIT},
    ("torch", "sigmoid"): {"10.0; 20.0; 21.0; 30.0; 38.4; 40.0; 709.0": ONE_MINUS},
    ("jax", "sigmoid"): {"10.0; 20.0; 21.0; 30.0; 38.4; 40.0; 709.0": ONE_MINUS, "-709.0": SUBNORMAL},
    ("torch", "softplus"): {"21.0": OUTER},
    ("jax", "softplus"): {"-709.0": SUBNORMAL},
    ("torch", "tanh"): {"6.0; -6.0; 10.0; -10.0; 20.0; -20.0; 21.0; 30.0; -30.0; 38.4; -38.4; 40.0; -40.0": ONE_MINUS},
    ("jax", "tanh"): {"6.0; -6.0; 10.0; -10.0; 20.0; -20.0; 21.0; 30.0; -30.0; 38.4; -38.4; 40.0; -40.0": ONE_MINUS},
    ("jax", "exp"): {"-709.0": SUBNORMAL},
    ("torch", "expm1"): {TAILS: ONE_MINUS},
    ("jax", "expm1"): {TAILS: ONE_MINUS},
    ("jax", "sqrt"): {"5e-324": SUBNORMAL},
    ("torch", "maximum"): {ANY_NAN: NOT_A_NUMBER},
    ("jax", "maximum"): {ANY_NAN: NOT_A_NUMBER},
    ("torch", "minimum"): {ANY_NAN: NOT_A_NUMBER},
    ("jax", "minimum"): {ANY_NAN: NOT_A_NUMBER},
    ("torch", "power"): {VANISHED: LIMIT},
    ("jax", "power"): {"0.0 0.0; -0.0 0.0; nan 0.0": KINK, "0.0 -inf; -0.0 -inf": INF, VANISHED: LIMIT},
    ("jax", "divide"): {"1e+200 1e+200": SQUARE, "inf 1e+200; -inf 1e+200": LIMIT},
    ("torch", "hypot"): {"0.0 0.0; -0.0 0.0": KINK},
    ("jax", "hypot"): {"0.0 0.0; -0.0 0.0": KINK, "1e-300 0.0; 1e+200 1e+200": SQUARE, ANY_INF: INF},
    ("torch", "logsumexp"): {"10000.0 10000.0; 0.0 -40.0": OUTER, "inf 0.0": INF},
    ("jax", "logsumexp"): {"0.0 -40.0": OUTER, "inf 0.0": INF},
    ("torch", "softmax"): {"0.0 -40.0": OUTER},
    ("jax", "softmax"): {"0.0 -40.0": OUTER},
    ("torch", "cross_entropy"): {"0.0 -40.0": OUTER},
    ("jax", "cross_entropy"): {"0.0 -40.0": OUTER},
}


def ours(name: str, point: str) -> list[float] | None:
    """Value and slopes; None where Python's floats raise."""
    xs = [Value(float(x)) for x in point.split()]
    lists = {
        "logsumexp": autograd.logsumexp,
        "softmax": lambda xs: autograd.softmax(xs)[0],
        "cross_entropy": lambda xs: autograd.cross_entropy(xs, 0),
    }
    try:
        out = lists[name](xs) if name in lists else TABLE[name](*xs)
    except (ValueError, ArithmeticError):
        return None
    return [out.data, *gradients(out, xs)]


def same(a: float, b: float) -> bool:
    return a == b or (a != a and b != b) or abs(a - b) <= 1e-13 * max(abs(a), abs(b)) or abs(a - b) <= 1e-320


@pytest.mark.parametrize("library", STORED)
def test_the_differences_are_the_listed_ones(library: str) -> None:
    for name in STORED["torch"]:
        listed = {point for points in DIFFERENCES.get((library, name), {}) for point in points.split("; ")}
        found = set()
        for point, numbers in STORED[library][name].items():
            mine, theirs = ours(name, point), [float(x) for x in numbers]
            if mine is None:
                assert not all(map(math.isfinite, theirs)), f"{name}({point}) raises, and {library} gives {theirs}"
            elif not all(map(same, mine, theirs)):
                found.add(point)
        assert found == listed, name


def wrong_ones() -> Iterator[tuple[str, str]]:
    for (_, name), lists in DIFFERENCES.items():
        for points, why in lists.items():
            if why.startswith("theirs is wrong") and why != LIMIT:
                yield from ((name, point) for point in points.split("; "))


def test_where_theirs_is_wrong_ours_is_right() -> None:
    for name, point in sorted(set(wrong_ones())):
        numbers = [float(x) for x in point.split()]
        indexed = name in ("softmax", "cross_entropy")
        numbers = [0.0, *numbers] if indexed else numbers
        numbers += {"leaky_relu": [0.01], "elu": [1.0]}.get(name, [])
        truth = jet(ROWS[name], numbers, constants=(0,) if indexed else ())
        mine = ours(name, point)
        assert mine is not None, (name, point)
        true = [truth.value, *truth.gradient[indexed:]][: len(mine)]
        off = [ulps(got, number) * 2**-52 for got, number in zip(mine, true, strict=True)]
        limits = [4 * 2**-52 if abs(number) < 1e-307 else 2e-14 for number in mine]
        assert all(o <= limit for o, limit in zip(off, limits, strict=True)), (name, point, mine, off)
