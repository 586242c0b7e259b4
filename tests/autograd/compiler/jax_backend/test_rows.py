"""Each row of the table on JAX arrays: value, gradient and second derivatives are those of the eager engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import autograd
from autograd import Value, gradients, primitive
from autograd.compiler.jax_backend.rows import function_of
from autograd.primitive import Primitive
from autograd.primitives import TABLE

ROWS = [row for row in TABLE.values() if row.arity in (1, 2) and row.name != "where"]
POINTS = [-30.0, -7.5, -2.0, -1.0, -0.75, -0.3, -1e-9, 0.0, 1e-9, 0.3, 0.5, 0.75, 1.0, 2.0, 3.0, 7.5, 30.0]
PAIRS = [-3.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0]


def eager(row: Primitive, operands: tuple[float, ...]) -> tuple[float, list[float], list[float]] | None:
    """Value, gradient, and the gradient of the sum of the gradient; None where one of them does not exist."""
    leaves = [Value(x) for x in operands]
    try:
        out = row(*leaves)
        first = gradients(out, leaves, create_graph=True)
        total = autograd.sum(first) + 0.0 * leaves[0]
        second = gradients(total, leaves)
    except (ArithmeticError, ValueError):
        return None
    numbers = [float(getattr(each, "data", each)) for each in (out, *first, *second)]
    if not all(map(math.isfinite, numbers)):
        return None
    return numbers[0], numbers[1 : 1 + len(leaves)], numbers[1 + len(leaves) :]


def on_jax(function: Callable[..., Any], columns: list[Any]) -> tuple[Any, Any, Any]:
    """Value, gradient and the gradient of the sum of the gradient, at many points."""
    every = tuple(range(len(columns)))
    first = jax.grad(lambda *x: function(*x).sum(), every)

    def second(*x: Any) -> Any:
        return jax.grad(lambda *y: sum(g.sum() for g in first(*y)), every)(*x)

    with jax.enable_x64(True):
        found = jax.jit(lambda *x: (function(*x), first(*x), second(*x)))(*map(jnp.asarray, columns))
        return jax.tree.map(np.asarray, found)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_and_its_derivatives(row: Primitive) -> None:
    grid = [(x,) for x in POINTS] if row.arity == 1 else list(product(PAIRS, PAIRS))
    answered = [(point, answer) for point in grid if (answer := eager(row, point)) is not None]
    assert len(answered) >= len(grid) // 8
    value, first, second = on_jax(function_of(row), [np.array(c) for c in zip(*(p for p, _ in answered), strict=True)])
    for n, (point, (out, slopes, curves)) in enumerate(answered):
        assert value[n] == pytest.approx(out, rel=1e-13, abs=1e-300), point
        assert [g[n] for g in first] == pytest.approx(slopes, rel=2e-13, abs=1e-300), point
        assert [g[n] for g in second] == pytest.approx(curves, rel=1e-12, abs=1e-14), point


@pytest.mark.parametrize(
    ("name", "point", "first"),
    [
        ("absolute", [0.0], [0.0]),
        ("relu", [0.0], [0.0]),
        ("leaky_relu", [0.0, 0.1], [0.1, 0.0]),
        ("maximum", [2.0, 2.0], [0.5, 0.5]),
        ("minimum", [2.0, 2.0], [0.5, 0.5]),
        ("power", [0.0, 0.0], [0.0, -math.inf]),
        ("sqrt", [0.0], [math.inf]),
        ("hypot", [0.0, 0.0], [0.0, 0.0]),
    ],
)
def test_conventions_at_kinks_and_ties(name: str, point: list[float], first: list[float]) -> None:
    _, found, _ = on_jax(function_of(TABLE[name]), [np.array([x]) for x in point])
    assert [float(g[0]) for g in found] == first


def test_where_selects_and_a_row_that_branches_in_python_is_called_for_each_number() -> None:
    condition, x, y = np.array([1.0, 0.0]), np.array([2.0, 3.0]), np.array([4.0, 5.0])
    value, first, _ = on_jax(function_of(TABLE["where"]), [condition, x, y])
    assert value.tolist() == [2.0, 5.0]
    assert [g.tolist() for g in first] == [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
    steep = primitive("steep", lambda x: 2.0 * x if x > 0.0 else x, lambda out, x: 2.0 if x > 0.0 else 1.0)
    function = function_of(steep)
    with jax.enable_x64(True):
        assert [float(function(x)) for x in (3.0, -3.0)] == [6.0, -3.0]
        assert [float(jax.grad(function)(x)) for x in (3.0, -3.0)] == [2.0, 1.0]


def test_an_operand_that_is_not_taken_gets_nothing_whatever_its_tangent() -> None:
    where = function_of(TABLE["where"])
    with jax.enable_x64(True):
        tangent = jax.jvp(lambda x: where(x < 1.0, x, jnp.sqrt(x)), (jnp.array(0.0),), (jnp.array(1.0),))[1]
    assert float(tangent) == 1.0


def test_constants_stay_python_numbers() -> None:
    power = function_of(TABLE["power"], ((1, "3.0"),))
    with jax.enable_x64(True):
        assert float(power(jnp.array(-2.0))) == -8.0
        assert float(jax.grad(jax.grad(power))(-2.0)) == -12.0
    assert "pow" not in str(jax.make_jaxpr(function_of(TABLE["power"], ((1, "2.0"),)))(1.0))


def test_a_row_of_the_users_own() -> None:
    cube = primitive("cube", lambda x: x * x * x, lambda out, x: 3.0 * x**2)
    erf = primitive("erf", math.erf, lambda out, x: 2.0 / math.sqrt(math.pi) * autograd.exp(-x * x))
    slope = primitive("slope", math.sin, lambda out, x: math.cos(x))  # both for floats only
    point = np.array([0.5, -2.0])
    for row, value, first, second in (
        (cube, point**3, 3 * point**2, 6 * point),
        (erf, np.array([math.erf(x) for x in point]), 2 / math.sqrt(math.pi) * np.exp(-(point**2)), None),
    ):
        found = on_jax(function_of(row), [point])
        assert found[0] == pytest.approx(value)
        assert found[1][0] == pytest.approx(first)
        if second is not None:
            assert found[2][0] == pytest.approx(second)
    with jax.enable_x64(True):
        function = function_of(slope)
        assert np.asarray(jax.grad(lambda x: function(x).sum())(jnp.asarray(point))) == pytest.approx(np.cos(point))
