"""Does backend "jax" give what "c" gives: values, gradients, second derivatives, errors; through the same interface?"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

import autograd
from autograd import Value

sys.path.insert(0, str(Path(__file__).parents[4] / "benchmarks"))
from compiled_works import WORKS

GRAPHS = {name.rpartition(" ")[0] or name: name for name in reversed(list(WORKS))}
"""One work for each kind of graph: that with the fewest samples."""


def program_of(name: str, backend: str) -> tuple[Any, tuple[Any, ...]]:
    """The program of a benchmark's scalar code, and its data."""
    work = WORKS[name]()
    parameters = {name: [[Value(v) for v in row] for row in rows] for name, rows in work.parameters.items()}
    flat = [v for rows in parameters.values() for row in rows for v in row]
    if work.whole:
        return autograd.compile(lambda: work.scalar(parameters), flat, backend=backend), ()
    program = autograd.compile(lambda x, t: work.scalar(parameters, x, t), flat, batched=True, backend=backend)
    return program, (np.array(work.X), np.array(work.y))


@pytest.mark.parametrize("name", WORKS)
def test_every_work_has_the_value_and_gradient_of_c(name: str) -> None:
    program, data = program_of(name, "jax")
    expected, reference = program_of(name, "c")[0].value_and_grad(*data)
    value, gradient = program.value_and_grad(*data)
    assert value == pytest.approx(expected, rel=1e-12)
    assert np.abs(gradient - reference).max() <= 1e-12 * np.abs(reference).max()
    assert program.plan.backend == "jax"


@pytest.mark.parametrize("name", GRAPHS.values())
def test_every_work_has_the_second_derivatives_of_c(name: str) -> None:
    program, data = program_of(name, "c")
    direction = np.random.default_rng(1).normal(size=len(program.theta))
    expected = program.hessian_vector_product(direction, *data)
    with jax.enable_x64(True):
        f = program.to_jax(*data)
        gradient = jax.grad(lambda theta: f(theta, *data))
        found = jax.jit(lambda theta, d: jax.jvp(gradient, (theta,), (d,))[1])(program.theta, direction)
    assert np.abs(np.asarray(found) - expected).max() <= 1e-12 * np.abs(expected).max()


def both(function: Any, *arguments: Any, **more: Any) -> tuple[Any, Any]:
    """The same program on JAX and on NumPy."""
    return tuple(autograd.compile(function, *arguments, backend=backend, **more) for backend in ("jax", "numpy"))  # type: ignore[return-value]


def test_the_interface_is_that_of_the_other_backends() -> None:
    w = [Value(0.5), Value(-1.5)]
    X, y = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.0]]), np.array([1.0, 0.0, 2.0])

    def loss(x: Any, t: Any) -> Any:
        out = autograd.tanh(autograd.dot(w, x))
        return [(out - t) ** 2, out]

    ours, numpys = both(loss, w, batched=True)
    for found, expected in zip(ours.loss_and_outputs(X, y), numpys.loss_and_outputs(X, y), strict=True):
        assert found == pytest.approx(expected, rel=1e-14)
    assert ours(X, y) == pytest.approx(numpys(X, y), rel=1e-14)
    assert "tanh" in ours.source
    assert "backend jax" in ours.explain()
    single, other = both(lambda x, t: loss(x, t)[0], w, batched=True)
    step = single.bind(X, y)
    X[0, 0] = 100.0  # has no effect: bind has copied
    single.theta[:] = other.theta[:] = [1.0, 2.0]
    X[0, 0] = 1.0
    assert step.value_and_grad()[1] == pytest.approx(other.value_and_grad(X, y)[1], rel=1e-14)
    vector = [1.0, -1.0]
    assert single.hessian_vector_product(vector, X, y) == pytest.approx(other.hessian_vector_product(vector, X, y))
    by_arguments, reference = both(lambda x, i: autograd.take(x, i) ** 3, batched=True)
    index = np.array([0, 1, 1])
    for found, expected in zip(
        by_arguments.value_and_grad(X, index)[1], reference.value_and_grad(X, index)[1], strict=True
    ):
        assert found == pytest.approx(expected, rel=1e-14)


def test_a_captured_value_is_read_at_each_call() -> None:
    scale = Value(2.0)
    program, _ = both(lambda x: scale * x)
    assert program(3.0) == 6.0
    scale.data = 5.0
    assert program(3.0) == 15.0


def test_random_numbers_are_those_that_every_backend_draws() -> None:
    w = Value(2.0)
    found = []
    for program in both(lambda x: w * x * autograd.drawn(random.random), [w], batched=True):
        random.seed(3)
        found.append(program.value_and_grad(np.array([1.0, 2.0, 3.0])))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-14)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-14)


def test_indices_and_domains_are_checked_and_the_sample_is_named() -> None:
    logits = [Value(0.1), Value(0.2), Value(0.3)]
    program, _ = both(lambda t: autograd.cross_entropy(logits, t), logits, batched=True)
    for bad in (-1, 3):
        with pytest.raises(ValueError, match="whole number from 0 to 2") as caught:
            program.value_and_grad(np.array([0, 1, bad, 2]))
        assert caught.value.__notes__ == ["in sample 2 of 4"]
    roots, _ = both(lambda x: autograd.sqrt(x), batched=True)
    with pytest.raises(ValueError, match="sqrt is defined for x >= 0 only") as caught:
        roots(np.array([1.0, 4.0, -1.0, 9.0, 16.0]))
    assert caught.value.__notes__ == ["in sample 2 of 5"]


def test_a_branch_that_was_not_taken_is_left_to_the_eager_engine() -> None:
    program, _ = both(lambda x: autograd.where(x < 1.0, x, autograd.sqrt(x)), batched=True)
    value, (gradient,) = program.value_and_grad(np.array([0.0, 4.0]))
    assert (value, gradient.tolist()) == (1.0, [0.5, 0.125])


def test_other_numbers_of_samples_use_what_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    w = Value(3.0)
    program, reference = both(lambda x: autograd.exp(w * x), [w], batched=True)
    X = np.linspace(-1.0, 1.0, 64)
    program.value_and_grad(X)
    compiled = program.plan.executable._both
    for samples in (63, 17, 4):
        assert program.value_and_grad(X[:samples])[1] == pytest.approx(reference.value_and_grad(X[:samples])[1])
    assert compiled._cache_size() == 1
    program.value_and_grad(X[:3])
    assert compiled._cache_size() == 2


@pytest.mark.parametrize(("dtype", "error"), [("float32", 1e-5), ("bfloat16", 0.05)])
def test_other_dtypes_are_less_exact(dtype: str, error: float) -> None:
    program, data = program_of("moons 100", "numpy")
    narrow = autograd.compile(program.function, program.parameters, True, "jax", dtype)
    expected, found = program.value_and_grad(*data)[1], narrow.value_and_grad(*data)[1]
    difference = np.abs(found - expected).max() / np.abs(expected).max()
    assert error / 1e4 < difference < error


def test_the_users_configuration_stays() -> None:
    before = jax.config.jax_enable_x64
    both(lambda x: x * x, batched=True)[0].value_and_grad(np.array([1.0]))
    assert jax.config.jax_enable_x64 == before


def test_dtype_is_for_jax_only() -> None:
    with pytest.raises(ValueError, match="dtype='float32' needs backend='jax'"):
        autograd.compile(lambda x: x, backend="c", dtype="float32")
