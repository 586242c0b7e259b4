"""Linked programs: blocks of samples, matrix products of every kind, and the same bits at every run."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, dot, exp, log, log1p, tanh
from autograd.compiler import compile
from autograd.compiler.c_backend import executable


@pytest.mark.parametrize("samples", [1, 3, 4, 5, 47, 48, 49, 97, 1000])
def test_blocks_that_are_not_full(samples: int) -> None:
    source = np.random.default_rng(samples)
    rows = [[Value(v) for v in row] for row in source.normal(size=(5, 7))]
    flat = [v for row in rows for v in row]
    X = source.normal(size=(samples, 7))
    program = compile(lambda x: sum(tanh(dot(row, x)) for row in rows), flat, batched=True, backend="c")
    value, gradient = program.value_and_grad(X)
    T = np.tanh(X @ program.theta.reshape(5, 7).T)
    assert value == pytest.approx(T.sum() / samples, rel=1e-12)
    assert gradient.reshape(5, 7) == pytest.approx((1 - T * T).T @ X / samples, rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_product_whose_vector_has_a_number_many_times(backend: str) -> None:
    rows = [[Value(0.1 * i + j) for i in range(8)] for j in range(3)]
    program = compile(lambda x, y: sum(dot(r, [x, y, x, x, y, x, y, y]) for r in rows), batched=True, backend=backend)
    _, gradients = program.value_and_grad([1.0, 2.0, 3.0], [0.5, 0.25, 0.75])
    for gradient, columns in zip(gradients, ([0, 2, 3, 5], [1, 4, 6, 7]), strict=True):
        expected = sum(0.1 * i + j for i in columns for j in range(3)) / 3
        assert gradient == pytest.approx([expected] * 3, rel=1e-14)


@pytest.mark.parametrize("other", ["a term", "another product", "a row", "an output"])
def test_what_a_product_hands_on_is_added_to_what_others_do(other: str) -> None:
    rows = [[Value(0.1 * i - 0.2 * j) for i in range(6)] for j in range(4)]
    more = [[Value(0.3 * i + 0.1 * j) for i in range(6)] for j in range(4)]

    def f(*x: Value) -> list[Value]:
        starts = list(x[:4]) if other == "a term" else [0.0] * 4
        out = sum(tanh(dot(row, x, start=start)) for row, start in zip(rows, starts, strict=True))
        if other == "another product":
            out = out + sum(tanh(dot(row, x)) for row in more)
        if other == "a row":
            out = out + sum(exp(v) for v in x)
        return [out, *x] if other == "an output" else [out]

    X = np.linspace(-1.0, 1.0, 6 * 53).reshape(53, 6)
    program = compile(f, batched=True, backend="c")
    given = [np.ascontiguousarray(column) for column in X.T]
    _, gradients, _ = program.loss_and_outputs(*given)
    R, M = (np.array([[v.data for v in row] for row in matrix]) for matrix in (rows, more))
    inner = X @ R.T + (X[:, :4] if other == "a term" else 0.0)
    slopes = 1.0 / np.cosh(inner) ** 2
    expected = slopes @ R
    if other == "a term":
        expected[:, :4] += slopes
    if other == "another product":
        expected += (1.0 / np.cosh(X @ M.T) ** 2) @ M
    if other == "a row":
        expected += np.exp(X)
    found = np.array(gradients).T
    assert found == pytest.approx(expected / 53, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(("p", "q", "k", "samples"), [(6, 6, 8, 100), (2, 4, 4, 7), (3, 7, 5, 193), (4, 3, 6, 48)])
def test_products_of_what_differs_from_sample_to_sample(p: int, q: int, k: int, samples: int) -> None:
    source = np.random.default_rng(p)
    A, B = source.normal(size=(samples, p, k)), source.normal(size=(samples, q, k))
    weights = source.normal(size=(p, q))

    def f(a: list[list[Value]], b: list[list[Value]]) -> Value:
        scores = [[tanh(dot(x, y)) for y in b] for x in a]
        return sum(
            w * s for row, out in zip(weights.tolist(), scores, strict=True) for w, s in zip(row, out, strict=True)
        )

    program = compile(f, batched=True, backend="c")
    value, (dA, dB) = program.value_and_grad(A, B)
    T = np.tanh(np.einsum("spk,sqk->spq", A, B))
    slopes = (1.0 - T * T) * weights / samples
    assert value == pytest.approx((T * weights).sum() / samples, rel=1e-12)
    assert dA == pytest.approx(np.einsum("spq,sqk->spk", slopes, B), rel=1e-9, abs=1e-14)
    assert dB == pytest.approx(np.einsum("spq,spk->sqk", slopes, A), rel=1e-9, abs=1e-14)
    assert "batched product" in program.source


@pytest.mark.parametrize(("p", "q", "k", "samples"), [(8, 6, 9, 200), (5, 3, 16, 7), (3, 40, 8, 52), (600, 2, 3, 100)])
def test_a_product_of_many_lists_for_many_samples(p: int, q: int, k: int, samples: int) -> None:
    """The same weights at q positions: more rows than a cache holds, blocks, and tiles of every width."""
    source = np.random.default_rng(p)
    weights = [[Value(w) for w in row] for row in source.normal(size=(p, k)) / k]
    X = source.normal(size=(samples, q, k))

    def f(x: list[list[Value]]) -> Value:
        return sum(tanh(dot(row, position)) for position in x for row in weights)

    program = compile(f, [w for row in weights for w in row], batched=True, backend="c")
    value, gradient = program.value_and_grad(X)
    W = program.theta.reshape(p, k)
    T = np.tanh(X @ W.T)
    assert value == pytest.approx(T.sum() / samples, rel=1e-12)
    expected = np.einsum("sqp,sqk->pk", 1.0 - T * T, X) / samples
    assert np.abs(gradient.reshape(p, k) - expected).max() <= 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("neurons", "samples", "block"),
    [(4, 100, 104), (4, 200, 104), (4, 1000, 168), (20, 1000, 168), (150, 100, 56), (450, 100, 40)],
)
def test_blocks_are_equally_large_and_fit_into_the_cache(
    neurons: int, samples: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most 192 samples; 87 of them if 300 rows with their gradients must fit; 48 if even these are too many."""
    monkeypatch.setattr(executable, "CACHE", 87 * 16 * 300)
    rows = [[Value(0.1 * i - 0.01 * n) for i in range(3)] for n in range(neurons)]
    program = compile(lambda x: sum(tanh(dot(row, x)) for row in rows), batched=True, backend="c")
    program(np.ones((samples, 3)))
    assert program.plan.executable.block == block


def test_fast_functions_are_right_to_a_few_ulp_and_strict_about_nan() -> None:
    row = [Value(1.0), Value(0.0)]
    for function, exact, ulp in ((exp, np.exp, 1.0), (tanh, np.tanh, 3.0)):
        # A product of matrices makes the program take the functions that vectorise.
        program = compile(lambda x, f=function: f(dot(row * 4, [x] + [0.0] * 7)), row, batched=True, backend="c")
        x = np.array([-745.0, -709.0, -30.0, -1.0, -0.3, -1e-8, 0.0, 1e-300, 1e-3, 0.5, 1.0, 19.0, 709.0])
        program(x)
        found = program.plan.samples_of_outputs(0)[:, 0]
        expected = exact(x)
        assert np.all(np.abs(found - expected) <= ulp * np.spacing(np.abs(expected)))
        assert np.isnan(program(np.array([1.0, np.nan])))


def fast(function: Callable[..., Any], points: list[float]) -> Any:
    """What the runtime computes with functions that vectorise, which a product of matrices makes it take."""
    row = [Value(1.0), Value(0.0)]
    program = compile(lambda x: function(dot(row * 4, [x] + [0.0] * 7)), row, batched=True, backend="c")
    program(np.array([1.0]))
    plan, given = program._prepared([np.array(points)])
    plan.run(program.theta, given, False)  # not the program, which lets the eager engine compute what is not finite
    assert plan.executable.structure.fast
    return plan.samples_of_outputs(0)[:, 0]


@pytest.mark.parametrize(("function", "lowest"), [(log, 0.0), (log1p, -1.0)])
def test_fast_logarithms(function: Callable[..., Any], lowest: float) -> None:
    ends = fast(function, [lowest, lowest - 1e-3, -math.inf, math.nan, math.inf])
    assert ends[0] == -math.inf
    assert np.isnan(ends[1:4]).all()
    assert ends[4] == math.inf
    points = [
        lowest + x
        for x in (5e-324, 1e-310, 3e-308, 1e-20, 1e-9, 0.1, 0.29, 0.5, 0.7, 1.0 - 1e-16, 1.4142135, 3.0, 1e300)
    ]
    points = [x for x in [*points, 1e-300, 1e-17, 0.4142135623730951, 1.0000001, 2.0**54] if x > lowest]
    for x, found in zip(points, fast(function, points).tolist(), strict=True):
        expected = (math.log if function is log else math.log1p)(x)
        assert abs(found - expected) <= 2.0 * math.ulp(expected), x


def test_the_same_bits_every_time() -> None:
    source = np.random.default_rng(1)
    rows = [[Value(v) for v in row] for row in source.normal(size=(6, 6))]
    flat = [v for row in rows for v in row]
    X = source.normal(size=(333, 6))
    answers = set()
    for _ in range(3):
        program = compile(lambda x: sum(tanh(dot(row, x)) for row in rows), flat, batched=True, backend="c")
        bound = program.bind(X)
        for _ in range(3):
            value, gradient = bound.value_and_grad()
            answers.add((value, gradient.tobytes()))
    assert len(answers) == 1
