"""Random programs: the compiled gradient is the eager one, to 1e-12 of the sum of the absolute contributions."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import autograd.compiler
from autograd import Value
from autograd.backpropagation import topological_order
from autograd.compiler import pipeline
from autograd.node import edges

BACKENDS = ["numpy", "c"]

SEEDS = [*range(4), *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(4, 50)]]

UNARY = [
    "exp",
    "tanh",
    "sigmoid",
    "relu",
    "softplus",
    "sin",
    "cos",
    "arctan",
    "gelu",
    "silu",
    "selu",
    "absolute",
    "elu",
    "leaky_relu",
]


def random_program(seed: int, inputs: int, parameters: int, size: int, local: bool) -> Callable[..., Any]:
    """A function of parameters and inputs that applies `size` random operations; the same one at each call."""
    source = random.Random(seed)
    numbers = [source.random() for _ in range(50 * size)]  # in advance: a source of random numbers is slow to trace

    def run(parameters: Sequence[Any], xs: Sequence[Any]) -> Any:
        drawn = iter(numbers)
        pool = [*parameters, *xs]

        def below(end: int, begin: int = 0) -> int:
            return begin + int(next(drawn) * (end - begin))

        def pick() -> Any:
            return pool[below(len(pool), max(0, len(pool) - 12) if local and next(drawn) < 0.8 else 0)]

        for _ in range(size):
            kind = next(drawn)
            if kind < 0.15:
                new = pick() + pick()
            elif kind < 0.3:
                new = pick() * pick() * 0.5
            elif kind < 0.38:
                new = pick() - pick()
            elif kind < 0.43:
                new = pick() / (pick() * pick() + 1.5 + 0.5 * below(2))
            elif kind < 0.48:
                new = autograd.maximum(pick(), pick()) if next(drawn) < 0.5 else autograd.minimum(pick(), 0.3)
            elif kind < 0.54:
                count = below(6, 1)
                new = autograd.dot([pick() for _ in range(count)], [pick() for _ in range(count)], start=pick()) * 0.2
            elif kind < 0.6:
                total = 0.0
                for _ in range(below(7, 2)):
                    total = total + pick() * pick() if next(drawn) < 0.7 else total - pick()
                new = total * 0.1
            elif kind < 0.64:
                new = autograd.sum([pick() for _ in range(below(5, 1))]) * 0.3
            elif kind < 0.68:
                new = autograd.logsumexp([pick() for _ in range(below(5, 1))])
            elif kind < 0.72:
                shares = autograd.softmax([pick() for _ in range(below(5, 1))])
                new = shares[below(len(shares))]
            elif kind < 0.75:
                width = below(5, 2)
                new = autograd.cross_entropy([pick() for _ in range(width)], below(width))
            elif kind < 0.77:
                new = pick() ** (2 + below(2))
            elif kind < 0.79:
                new = autograd.sqrt(pick() * pick() + 1.0)
            elif kind < 0.83:  # a small layer
                width = below(6, 2)
                vector = [pick() for _ in range(width)]
                weights = [[pick() for _ in range(width)] for _ in range(3)]
                layer = autograd.affine(weights, vector, [pick() for _ in range(3)])
                pool.extend([(out * 0.3).tanh() for out in layer])
                continue
            else:
                function = UNARY[below(len(UNARY))]
                new = getattr(autograd, function)(pick())
            if isinstance(new, (Value, float)):
                new = autograd.tanh(new) if next(drawn) < 0.4 else new * 0.7
            pool.append(new)
        return autograd.sum(pool[-8:])

    return run


def eager(result: Any, seeds: float = 1.0) -> tuple[dict[int, float], dict[int, float]]:
    """For each leaf (by id) its gradient, and the sum of the absolute contributions to it."""
    gradients: dict[int, float] = {id(result): seeds}
    sizes: dict[int, float] = {id(result): abs(seeds)}
    if not isinstance(result, Value):
        return gradients, sizes
    for node in reversed(topological_order(result)):
        gradient, size = gradients.get(id(node), 0.0), sizes.get(id(node), 0.0)
        for operand, partial in edges(node):
            gradients[id(operand)] = gradients.get(id(operand), 0.0) + gradient * partial
            sizes[id(operand)] = sizes.get(id(operand), 0.0) + size * abs(partial)
    return gradients, sizes


@pytest.fixture(params=["groups", "as it comes"])
def price(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once with groups however small they are, once with the fallback where it is faster."""
    if request.param == "groups":
        monkeypatch.setattr(pipeline, "PRICE_OF_A_GROUP", 0.0)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_batched(seed: int, backend: str, price: None) -> None:
    source = random.Random(seed)
    run = random_program(seed, 3, 6, source.choice([3, 20, 80, 250]), seed % 2 == 0)
    weights = [Value(source.uniform(-1, 1)) for _ in range(6)]
    samples = source.choice([1, 2, 5, 50])
    X = np.array([[source.uniform(-1, 1) for _ in range(3)] for _ in range(samples)])
    program = autograd.compiler.compile(lambda x: run(weights, x), weights, batched=True, backend=backend)
    value, gradient = program.value_and_grad(X)
    expected, size, total = np.zeros(6), np.full(6, 1e-300), 0.0
    for x in X.tolist():
        result = run(weights, [Value(number) for number in x])
        total += result.data / samples
        gradients, sizes = eager(result, 1.0 / samples)
        expected += [gradients.get(id(w), 0.0) for w in weights]
        size += [sizes.get(id(w), 0.0) for w in weights]
    assert np.all(np.abs(gradient - expected) <= 1e-12 * size)
    assert value == pytest.approx(total, rel=1e-12, abs=1e-12)
    again = program.value_and_grad(X)
    assert again[0] == value
    assert again[1].tobytes() == gradient.tobytes()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_whole_batch_by_arguments(seed: int, backend: str, price: None) -> None:
    source = random.Random(seed)
    run = random_program(seed + 1000, 3, 6, source.choice([3, 20, 80, 250]), seed % 2 == 0)
    W, X = (
        np.array([source.uniform(-1, 1) for _ in range(6)]),
        np.array([[source.uniform(-1, 1) for _ in range(3)] for _ in range(7)]),
    )

    def loss(w: list[Value], rows: list[list[Value]]) -> Value:
        return autograd.mean([run(w, row) for row in rows])

    program = autograd.compiler.compile(loss, backend=backend)
    value, gradients = program.value_and_grad(W, X)
    weights, rows = [Value(w) for w in W.tolist()], [[Value(x) for x in row] for row in X.tolist()]
    result = loss(weights, rows)
    found, sizes = eager(result)
    assert value == pytest.approx(result.data, rel=1e-12, abs=1e-12)
    for array, leaves in ((gradients[0], weights), (gradients[1].ravel(), [x for row in rows for x in row])):
        expected, size = (np.array([d.get(id(leaf), 0.0) for leaf in leaves]) for d in (found, sizes))
        assert np.all(np.abs(array - expected) <= 1e-12 * size + 1e-300)
