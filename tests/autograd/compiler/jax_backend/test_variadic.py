"""Rows of any number of operands: values and partials of the table, second derivatives of the eager engine."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import autograd
from autograd import Value, gradients
from autograd.compiler.jax_backend import variadic
from autograd.primitives import TABLE

VECTORS = [[0.5], [1.0, -2.0, 3.0], [40.0, 0.0, -1.0, 40.0], [700.0, -700.0], [0.0] * 5]


def on_jax(name: str, xs: list[float]) -> tuple[Any, Any, Any]:
    size = len(xs)
    last = [np.full(size, 1.0 / size)] if name == "soft_cross_entropy" else []
    index = [jnp.array(size - 1)] if name in ("cross_entropy", "take") else []

    def function(x: Any) -> Any:
        out = variadic.FUNCTIONS[name](*index, x, *map(jnp.asarray, last))
        return out[..., -1] if name in ("softmax", "softmax_others") else out

    with jax.enable_x64(True):
        found = jax.jit(lambda x: (function(x), jax.grad(function)(x), jax.hessian(function)(x)))(jnp.asarray(xs))
        return tuple(map(np.asarray, found))  # type: ignore[return-value]


@pytest.mark.parametrize("name", sorted(variadic.FUNCTIONS))
@pytest.mark.parametrize("xs", VECTORS, ids=len)
def test_value_and_partials_are_those_of_the_table(name: str, xs: list[float]) -> None:
    row, size = TABLE[name], len(xs)
    first = [float(size - 1)] if name in ("softmax", "softmax_others", "cross_entropy", "take") else []
    last = [1.0 / size] * size if name == "soft_cross_entropy" else []
    operands = [*first, *xs, *last]
    out = row.forward(*operands)
    partials = row.partials(out, *operands)[len(first) : len(first) + size]
    value, gradient, hessian = on_jax(name, xs)
    assert value == pytest.approx(out, rel=1e-13, abs=0)
    assert gradient == pytest.approx(partials, rel=2e-13, abs=1e-16 if last else 0)
    leaves = [Value(x) for x in xs]
    slopes = gradients(row(*first, *leaves, *last), leaves, create_graph=True)
    for slope, line in zip(slopes, hessian, strict=True):
        expected = gradients(autograd.sum([slope]) + 0.0 * leaves[0], leaves)
        assert line == pytest.approx(expected, rel=1e-12, abs=1e-16)


def test_sums_of_others_keep_what_a_difference_would_lose() -> None:
    with jax.enable_x64(True):
        for width in (3, variadic.MAX_MATRIX + 3):
            x = np.concatenate([[1.0, 1e-30, 3e-30], np.zeros(width - 3)])
            assert np.asarray(variadic.of_others(jnp.asarray(x)))[:3].tolist() == [4e-30, 1.0, 1.0]


@pytest.mark.parametrize("index", [-1, 3, 100])
def test_an_index_out_of_range_gives_nan(index: int) -> None:
    x = jnp.array([1.0, 2.0, 3.0])
    assert np.isnan(variadic.cross_entropy(jnp.array(index), x))
    assert np.isnan(variadic.take(jnp.array(index), x))
    assert np.isnan(variadic.take_from_table(jnp.array([[index]]), x[None])).all()
    assert variadic.take_from_table(jnp.array([[2]]), x[None]).tolist() == [[3.0]]
