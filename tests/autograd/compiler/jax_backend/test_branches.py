"""No gradient through a branch that was not selected, under every transformation; a product with 0 is not a branch."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
import pytest

import autograd
from autograd import dot, exp, log, maximum, relu, sqrt, where
from autograd.compiler.jax_backend.function import JaxFunction


@pytest.fixture(autouse=True)
def _wide() -> Any:
    with jax.enable_x64(True):
        yield


CASES = {
    "where": (lambda x: where(x < 1.0, x, sqrt(x)), 0.0, 1.0, 0.0),
    "where, taken": (lambda x: where(x < 1.0, x * x, sqrt(x)), 4.0, 0.25, -1.0 / 32.0),
    "an overflow": (lambda x: where(x < 500.0, exp(x), x), 1000.0, 1.0, 0.0),
    "a product with inf": (lambda x: where(x < 500.0, exp(x) * x, x * x), 1000.0, 2000.0, 2.0),
    "maximum": (lambda x: maximum(3.0 * x + 1.0, sqrt(x)), 0.0, 3.0, 0.0),
    "relu": (lambda x: relu(sqrt(x) - 1.0) + x, 0.0, 1.0, 0.0),
    "a deeper branch": (lambda x: where(x < 1.0, 2.0 * x, (sqrt(x) * 3.0 + x / x) ** 2), 0.0, 2.0, 0.0),
    "a matrix product": (
        lambda x: where(x < 1.0, x, dot([sqrt(x), 1.0 / x], [2.0, 3.0]) + dot([sqrt(x), 1.0 / x], [4.0, 5.0])),
        0.0,
        1.0,
        0.0,
    ),
    "take": (lambda x: autograd.take([x, sqrt(x), 1.0 / x], 0), 0.0, 1.0, 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_the_branch_alone_counts(name: str) -> None:
    function, point, first, second = CASES[name]
    f = autograd.compile(function, batched=True, backend="numpy").to_jax(jax.ShapeDtypeStruct((1,), np.float64))

    def at(x: Any) -> Any:
        return f(np.zeros(0), x[None])

    found = [
        jax.grad(at)(point),
        jax.jvp(at, (point,), (1.0,))[1],
        jax.jit(jax.grad(at))(point),
        jax.vmap(jax.grad(at))(np.array([point, point]))[1],
        jax.jacfwd(jax.grad(at))(point),
        jax.grad(jax.grad(at))(point),
    ]
    assert [float(each) for each in found] == pytest.approx([first] * 4 + [second] * 2, rel=1e-13)


def test_samples_take_branches_of_their_own() -> None:
    program = autograd.compile(lambda x: where(x < 1.0, x, sqrt(x)), batched=True, backend="c")
    X = np.array([0.0, 4.0, -3.0, 0.5])
    with np.errstate(all="ignore"):
        slopes = jax.grad(lambda x: program.to_jax(abs(X))(np.zeros(0), x))(X)
    assert np.asarray(slopes).tolist() == [0.25, 0.0625, 0.25, 0.25]


def test_a_product_with_zero_is_no_branch() -> None:
    f = autograd.compile(lambda x, y: where(x < 1.0, 0.0 * sqrt(y), log(y)), backend="numpy").to_jax(0.5, 0.5)
    assert np.isnan(jax.grad(f, 2)(np.zeros(0), 0.0, 0.0))
    assert np.isnan(jax.grad(f, 1)(np.zeros(0), np.nan, 1.0)) or float(f(np.zeros(0), np.nan, 1.0)) == 0.0


def test_only_graphs_in_which_it_matters_need_the_first_pass() -> None:
    def masked(function: Any) -> int:
        program = autograd.compile(function, batched=True, backend="numpy")
        program.prepare(np.array([0.5]))
        return len(JaxFunction(program.plan.signature).masked)

    assert masked(lambda x: relu(x * 2.0 + 1.0) / 3.0) == 0
    assert masked(lambda x: sqrt(relu(x) + 1.0)) == 0
    assert masked(lambda x: relu(sqrt(x) - 1.0)) > 0
