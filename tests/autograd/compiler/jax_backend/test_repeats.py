"""Do equal blocks become one scan, with the values and gradients of the blocks one by one?"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest

import autograd
from autograd import Value, dot, relu, sqrt, tanh
from autograd.compiler.jax_backend.function import JaxFunction
from autograd.compiler.jax_backend.repeats import Repeat

WIDTH = 6


def layers(count: int, block: Callable[..., Any]) -> tuple[Callable[..., Any], list[Value]]:
    """A function of x and t with `count` equal blocks, and its parameters."""
    source = random.Random(1)
    weights = [
        ([[Value(source.gauss(0.0, 0.4)) for _ in range(WIDTH)] for _ in range(WIDTH)],
         [Value(source.gauss(0.0, 0.1)) for _ in range(WIDTH)])
        for _ in range(count)
    ]  # fmt: skip

    def function(x: Any, t: Any) -> Any:
        for W, b in weights:
            x = block(x, [dot(row, x, start=each) for row, each in zip(W, b, strict=True)])
        return (dot([0.5 * n - 1.0 for n in range(WIDTH)], x) - t) ** 2

    return function, [v for W, b in weights for row, each in zip(W, b, strict=True) for v in (*row, each)]


BLOCKS: dict[str, tuple[Callable[..., Any], int]] = {
    "tanh": (lambda x, h: [tanh(v) for v in h], 2),
    "residual": (lambda x, h: [a + relu(v) for a, v in zip(x, h, strict=True)], 3),
    "normalised": (lambda x, h: _normalised([a + relu(v) for a, v in zip(x, h, strict=True)]), 12),
}


def _normalised(x: Any) -> Any:
    size = sqrt(dot(x, x) / WIDTH + 1e-5)
    return [v / size for v in x]


DATA = np.random.default_rng(1).normal(size=(20, WIDTH)), np.random.default_rng(2).uniform(size=20)


@pytest.mark.parametrize("name", BLOCKS)
def test_blocks_become_one_scan(name: str) -> None:
    block, most = BLOCKS[name]
    program = autograd.compile(*layers(24, block), batched=True, backend="c")
    value, gradient = program.value_and_grad(*DATA)
    function = JaxFunction(program.plan.signature)
    assert sum(isinstance(step, Repeat) for step in function.steps) == 1
    assert function.size < most + 12 < len(function.groups)
    with jax.enable_x64(True):
        f = program.to_jax()
        found, slopes = jax.jit(jax.value_and_grad(f))(program.theta, *DATA)
    assert float(found) == pytest.approx(value, rel=1e-12)
    assert np.abs(np.asarray(slopes) - gradient).max() <= 1e-12 * np.abs(gradient).max()


def test_64_hidden_layers_compile_in_five_seconds() -> None:
    began = time.process_time()
    program = autograd.compile(*layers(64, BLOCKS["tanh"][0]), batched=True, backend="jax")
    program.prepare(*DATA)
    traced = time.process_time()
    program.value_and_grad(*DATA)
    assert time.process_time() - traced < 5.0, f"and {traced - began} s for tracing"


def test_a_recurrent_network_is_a_scan_over_its_steps() -> None:
    source = random.Random(2)
    W, U = ([[Value(source.gauss(0.0, 0.4)) for _ in range(4)] for _ in range(4)] for _ in range(2))
    flat = [v for matrix in (W, U) for row in matrix for v in row]

    def loss(xs: Any) -> Any:
        h = xs[0]
        for x in xs[1:]:
            h = [tanh(dot([*a, *b], [*h, *x])) for a, b in zip(W, U, strict=True)]
        return dot(h, h)

    X = np.random.default_rng(3).normal(size=(7, 30, 4))
    expected, reference = autograd.compile(loss, flat, batched=True, backend="c").value_and_grad(X)
    program = autograd.compile(loss, flat, batched=True, backend="jax")
    value, gradient = program.value_and_grad(X)
    assert any(isinstance(step, Repeat) for step in program.plan.executable.function.steps)
    assert value == pytest.approx(expected, rel=1e-12)
    assert np.abs(gradient - reference).max() <= 1e-12 * np.abs(reference).max()


def test_results_of_every_block_can_be_read_later() -> None:
    def loss(x: Any) -> Any:
        total, every = x, []
        for n in range(20):
            total = [tanh(1.1 * v + 0.1) for v in total]
            every.append(total[n % 3])
        return dot(every, every)

    X = np.random.default_rng(4).normal(size=(5, 3))
    expected, (reference,) = autograd.compile(loss, batched=True, backend="c").value_and_grad(X)
    program = autograd.compile(loss, batched=True, backend="jax")
    value, (gradient,) = program.value_and_grad(X)
    repeats = [step for step in program.plan.executable.function.steps if isinstance(step, Repeat)]
    assert repeats
    assert repeats[0].every
    assert value == pytest.approx(expected, rel=1e-12)
    assert np.abs(gradient - reference).max() <= 1e-12 * np.abs(reference).max()


def test_blocks_that_differ_in_what_they_read_are_no_scan() -> None:
    def loss(x: Any) -> Any:
        history = [x, x]
        for _ in range(12):  # every block reads the block before the last as well
            history.append([tanh(a + 0.5 * b) for a, b in zip(history[-1], history[-2], strict=True)])
        return dot(history[-1], history[-1])

    X = np.random.default_rng(5).normal(size=(4, 3))
    expected, (reference,) = autograd.compile(loss, batched=True, backend="c").value_and_grad(X)
    value, (gradient,) = autograd.compile(loss, batched=True, backend="jax").value_and_grad(X)
    assert value == pytest.approx(expected, rel=1e-12)
    assert np.abs(gradient - reference).max() <= 1e-12 * np.abs(reference).max()
