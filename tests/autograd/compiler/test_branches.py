"""Branches, ties, zeros, inf and nan: every backend gives what the eager engine gives, or raises what it raises."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, compile, minimum, relu, where

BACKENDS = ["numpy", "c", "emit"]

ODD = [0.0, -0.0, 1.0, -1.0, 0.5, 0.5, 2.0, -2.0, 1e-300, 1e200, math.inf, -math.inf, math.nan]
"""Zeros, ties, poles, what overflows, and what is no number."""

TAME = [0.0, 0.0, 1.0, -1.0, 0.5, 0.5, 2.0, -2.0]

UNARY = [
    "relu",
    "relu",
    "sqrt",
    "log",
    "exp",
    "tanh",
    "absolute",
    "elu",
    "leaky_relu",
    "sigmoid",
    "softplus",
    "negative_part",
]
BINARY = ["maximum", "minimum", "maximum", "minimum", "divide", "power"]


def branching_program(seed: int, size: int) -> Callable[[Sequence[Any], Sequence[Any]], Any]:
    """A function of parameters and inputs that chooses, and computes what may have no derivative."""

    def run(parameters: Sequence[Any], xs: Sequence[Any]) -> Any:
        source = random.Random(seed)
        pool = [*parameters, *xs]
        used: set[int] = set()

        def pick() -> Any:
            n = source.randrange(max(0, len(pool) - 6) if source.random() < 0.6 else 0, len(pool))
            used.add(n)
            return pool[n]

        for _ in range(size):
            kind = source.random()
            if kind < 0.3:
                row = source.choice(UNARY)
                x = pick()
                if row in ("sqrt", "log") and source.random() < 0.7:
                    x = x * x if row == "sqrt" else x * x + 1.0
                pool.append(_unary(row, x))
            elif kind < 0.5:
                row = source.choice(BINARY)
                x, y = pick(), pick() if source.random() < 0.4 else source.choice([0.0, 1.0, 0.5])
                pool.append(_binary(row, x, y))
            elif kind < 0.65:
                x, y = pick(), pick() if source.random() < 0.4 else source.choice([0.0, 0.5])
                pool.append(where(x < y if source.random() < 0.5 else x <= y, pick(), pick()))
            elif kind < 0.75:
                pool.append(pick() * pick())
            elif kind < 0.8:
                pool.append(pick() - pick())
            elif kind < 0.84:
                pool.append(pick().detach() * pick() if source.random() < 0.5 else pick() + pick().detach())
            elif kind < 0.88:
                pool.append(autograd.dot([pick(), pick()], [pick(), pick()], start=pick()))
            elif kind < 0.92:
                pool.append(autograd.logsumexp([pick(), pick(), pick()]))
            elif kind < 0.96:
                pool.append(source.choice(autograd.softmax([pick(), pick()])))
            else:
                pool.append(autograd.cross_entropy([pick(), pick(), pick()], source.randrange(3)))
        unused = [x for n, x in enumerate(pool) if n not in used]  # or a program would not see what raises in them
        ends = [autograd.tanh(x) if source.random() < 0.5 else minimum(relu(x), 3.0) for x in unused]
        return autograd.sum(ends) + pool[-1]

    return run


def _unary(row: str, x: Any) -> Any:
    if row == "negative_part":
        return autograd.minimum(x, 0.0)
    return getattr(autograd, row)(x)


def _binary(row: str, x: Any, y: Any) -> Any:
    if row == "divide":
        return x / y if isinstance(y, Value) else y / x
    if row == "power":
        return x ** (y if isinstance(y, float) else 2.0)
    return getattr(autograd, row)(x, y)


def expected(run: Callable[..., Any], weights: list[Value], X: np.ndarray) -> Any:
    """The mean over samples and its gradient as the eager engine gives them; or the type of what it raises."""
    total, gradient = 0.0, np.zeros(len(weights))
    try:
        for x in X.tolist():
            for weight in weights:
                weight.zero_grad()
            out = run(weights, [Value(number) for number in x])
            out.backward()
            with np.errstate(all="ignore"):
                gradient += np.array([weight.grad for weight in weights]) / len(X)
            total += out.data / len(X)
    except (ArithmeticError, ValueError) as error:
        return type(error)
    return total, gradient


def compiled(run: Callable[..., Any], weights: list[Value], X: np.ndarray, backend: str) -> Any:
    try:
        return compile(lambda x: run(weights, x), weights, batched=True, backend=backend).value_and_grad(X)
    except (ArithmeticError, ValueError) as error:
        return type(error)


def check(seed: int, backend: str) -> None:
    source = random.Random(seed)
    run = branching_program(seed, source.choice([3, 6, 12, 25]))
    numbers = ODD if source.random() < 0.4 else TAME
    weights = [Value(source.choice(TAME)) for _ in range(3)]
    X = np.array([[source.choice(numbers) for _ in range(3)] for _ in range(source.choice([1, 2, 7, 20]))])
    right, found = expected(run, weights, X), compiled(run, weights, X, backend)
    if isinstance(right, type) or isinstance(found, type):
        assert found == right, (right, found)
        return
    np.testing.assert_allclose(found[0], right[0], rtol=1e-9, atol=1e-12)
    scale = 1e-12 * max([1.0, *np.abs(right[1][np.isfinite(right[1])])])
    np.testing.assert_allclose(found[1], right[1], rtol=1e-9, atol=scale)


def outcome(action: Callable[[], Any]) -> Any:
    """What an action gives; or the type of what it raises."""
    try:
        return action()
    except (ArithmeticError, ValueError) as error:
        return type(error)


def check_arguments(seed: int, backend: str) -> None:
    """One sample, its gradient with respect to the arguments, and the value alone."""
    source = random.Random(seed)
    run = branching_program(seed, source.choice([3, 6, 12]))
    numbers = ODD if source.random() < 0.4 else TAME
    w, x = ([source.choice(numbers) for _ in range(3)] for _ in range(2))

    def eager() -> Any:
        leaves = [Value(number) for number in [*w, *x]]
        out = run(leaves[:3], leaves[3:])
        out.backward()
        return [out.data, *(leaf.grad for leaf in leaves)]

    def compiled_one() -> Any:
        value, (dw, dx) = compile(run, backend=backend).value_and_grad(np.array(w), np.array(x))
        return [value, *dw.tolist(), *dx.tolist()]

    agree(outcome(eager), outcome(compiled_one))
    value = outcome(lambda: [run([Value(number) for number in w], [Value(number) for number in x]).data])
    agree(value, outcome(lambda: [compile(run, backend=backend)(np.array(w), np.array(x))]))


def check_hessian(seed: int, backend: str) -> None:
    source = random.Random(seed)
    run = branching_program(seed, source.choice([3, 6, 10]))
    w, x, v = ([source.choice(TAME) for _ in range(3)] for _ in range(3))
    right = outcome(lambda: autograd.hvp(lambda w: run(w, list(map(Value, x))), w, v))
    weights = [Value(number) for number in w]
    program = compile(lambda x: run(weights, x), weights, backend=backend)
    found = outcome(lambda: program.hessian_vector_product(v, x).tolist())
    if isinstance(right, list) and isinstance(found, list):  # the gradient of a gradient that is nan is refused
        agree(right, found)
    elif isinstance(right, list):
        assert found is FloatingPointError
        assert not all(map(math.isfinite, autograd.grad(lambda w: run(w, list(map(Value, x))))(w)))


def agree(right: Any, found: Any) -> None:
    if isinstance(right, type) or isinstance(found, type):
        assert found == right, (right, found)
    else:
        scale = max([1.0, *(abs(number) for number in right if math.isfinite(number))])
        np.testing.assert_allclose(found, right, rtol=1e-9, atol=1e-12 * scale)


CHECKS = [check, check_arguments, check_hessian]


@pytest.mark.parametrize(
    ("one", "backend"),
    [
        pytest.param(one, backend, marks=[pytest.mark.slow] if (one, backend) == (check_hessian, "numpy") else [])
        for one in CHECKS
        for backend in BACKENDS[:2]
    ],
)
def test_every_backend_does_what_the_eager_engine_does(one: Callable[[int, str], None], backend: str) -> None:
    for seed in range(30):
        one(seed, backend)


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("one", CHECKS)
def test_every_backend_does_so_in_many_programs(one: Callable[[int, str], None], backend: str) -> None:
    for seed in range(30, 1000):
        one(seed, backend)
