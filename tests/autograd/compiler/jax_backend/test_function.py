"""Are random graphs computed right, are sums of one level merged, and are graphs too irregular for XLA refused?"""

from __future__ import annotations

import random
from typing import Any

import jax
import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.compiler.jax_backend import function as module
from autograd.compiler.jax_backend.function import JaxFunction
from autograd.compiler.passes.group import SumOfProducts

UNARY = ["exp", "tanh", "sigmoid", "relu", "softplus", "sin", "gelu", "silu", "absolute", "elu", "sqrt", "log"]


def random_function(seed: int, size: int) -> tuple[Any, list[Value]]:
    """A function of a vector that applies `size` random operations to it and to parameters; and the parameters."""
    source = random.Random(seed)
    weights = [Value(source.uniform(-1.0, 1.0)) for _ in range(6)]

    def function(x: Any) -> Any:
        source = random.Random(seed)
        pool = [*weights, *x]
        for _ in range(size):
            a, b, c = (source.choice(pool) for _ in range(3))
            kind = source.randrange(9)
            if kind == 0:
                new = autograd.maximum(a, b) * c
            elif kind == 1:
                new = autograd.where(a < b, autograd.sqrt(a * a + 0.5), b - c)
            elif kind == 2:
                new = autograd.sum([source.choice(pool) for _ in range(source.randrange(1, 6))]) * 0.3
            elif kind == 3:
                new = autograd.dot([a, b, c], [source.choice(pool) for _ in range(3)])
            elif kind == 4:
                new = source.choice(autograd.softmax([a, b, c]))
            elif kind == 5:
                new = a / (b * b + 1.5) - autograd.logsumexp([a, c])
            elif kind == 6:
                new = (a * a + 0.2) ** source.choice([-0.5, 2.0, 3.0])
            else:
                name = source.choice(UNARY)
                new = getattr(autograd, name)(a * a + 0.1 if name in ("sqrt", "log") else a)
            pool.append(autograd.tanh(new))
        return autograd.sum(pool[-6:])

    return function, weights


@pytest.mark.parametrize("seed", range(6))
def test_random_graphs_agree_with_c(seed: int) -> None:
    function, weights = random_function(seed, 10 + 8 * seed)
    X = np.random.default_rng(seed).uniform(-1.0, 1.0, (7, 3))
    program = autograd.compile(function, weights, batched=True, backend="c")
    value, gradient = program.value_and_grad(X)
    with jax.enable_x64(True):
        found, slopes = jax.jit(jax.value_and_grad(program.to_jax()))(program.theta, X)
    assert float(found) == pytest.approx(value, rel=1e-12)
    assert np.abs(np.asarray(slopes) - gradient).max() <= 1e-12 * np.abs(gradient).max()


def test_sums_of_one_level_are_one_group_whatever_their_length() -> None:
    def loss(x: Any) -> Any:
        return autograd.dot([sum(x[: n + 1]) for n in range(1, 12)], [sum(x[n:]) for n in range(1, 12)])

    X = np.random.default_rng(1).normal(size=(4, 13))
    program = autograd.compile(loss, batched=True, backend="c")
    value, (gradient,) = program.value_and_grad(X)
    function = JaxFunction(program.plan.signature)
    assert sum(isinstance(group, SumOfProducts) for group in function.groups) <= 3
    found, (slopes,) = autograd.compile(loss, batched=True, backend="jax").value_and_grad(X)
    assert found == pytest.approx(value, rel=1e-13)
    assert slopes == pytest.approx(gradient, rel=1e-12, abs=1e-13)


def test_too_many_groups_are_refused_with_their_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_GROUPS", 20)
    function, weights = random_function(1, 120)
    X = np.zeros((2, 3))
    with pytest.raises(TypeError, match=r"nodes became \d+ groups, \d+ of them different.*20.*backend='c'"):
        autograd.compile(function, weights, batched=True, backend="jax").value_and_grad(X)
    with pytest.raises(TypeError, match="use backend='c'"):
        autograd.compile(function, weights, batched=True, backend="c").to_jax(X, dtype="float32")


def test_theta_is_split_where_groups_read_it() -> None:
    weights = [[Value(0.1 * (i + j)) for j in range(3)] for i in range(4)]
    more = [Value(0.3) for _ in range(4)]
    program = autograd.compile(
        lambda x: autograd.dot(more, [autograd.dot(row, x) for row in weights]),
        [*(w for row in weights for w in row), *more],
        batched=True,
        backend="numpy",
    )
    program.prepare(np.zeros((5, 3)))
    assert JaxFunction(program.plan.signature).pieces == [0, 12, 16]
