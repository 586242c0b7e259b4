"""Chains of element-wise groups: which join, what they keep in memory, and that no bit changes by it."""

from __future__ import annotations

import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from columns import random_columns

import autograd
from autograd import Value, dot, exp, primitives, sin, tanh
from autograd.compiler import compile
from autograd.compiler.passes.fuse import fuse_chains
from autograd.compiler.passes.group import ElementWise, FusedChain


def plan_of(function: Callable[..., Any], width: int = 16, samples: int = 50) -> Any:
    program = compile(function, batched=True, backend="c")
    program(np.linspace(0.1, 1.0, samples * width).reshape(samples, width))
    return program.plan


def parts(plan: Any) -> list[list[str]]:
    return [[part.name for part in getattr(group, "parts", [group])] for group in plan.groups]


def test_a_chain_is_one_group_that_stores_only_its_end() -> None:
    plan = plan_of(lambda x: [(0.5 * v) * (3.0 * v + v) - v for v in x])
    assert parts(plan) == [["multiply", "multiply", "add", "multiply", "subtract"]]
    assert [part.stored for part in plan.groups[0].parts] == [False, False, False, False, True]
    assert plan.layout.sample_rows == 16 + 16  # arguments, and the results


def test_chains_that_a_part_reads_are_joined_with_their_rows_in_the_same_order() -> None:
    def group(row: Any, nodes: list[int], *operands: list[int]) -> ElementWise:
        return ElementWise(
            row=row, nodes=np.array(nodes), operands=[np.array(each) for each in operands], per_sample=True
        )

    left = group(primitives.tanh, [10, 11, 12], [0, 1, 2])
    right = group(primitives.exp, [20, 21, 22], [3, 4, 5])
    product = group(primitives.multiply, [30, 31, 32], [12, 10, 11], [21, 22, 20])
    flat: Any = SimpleNamespace(outputs=[30, 31, 32])
    (chain,) = fuse_chains([left, right, product], flat, np.zeros(40, bool))
    assert isinstance(chain, FusedChain)
    assert [part.name for part in chain.parts] == ["tanh", "exp", "multiply"]
    first, second, third = chain.parts
    assert sorted(third.nodes) == [30, 31, 32]
    assert [operand.tolist() for operand in third.operands] == [first.nodes.tolist(), second.nodes.tolist()]
    assert (first.operands[0] == first.nodes - 10).all()
    assert (second.operands[0] == second.nodes - 17).all()


def test_what_takes_long_to_compute_is_stored() -> None:
    plan = plan_of(lambda x: [tanh(v * 0.5) * v for v in x])
    assert [part.stored for part in plan.groups[0].parts] == [False, True, True]


def test_what_others_read_is_stored_and_ends_the_chain() -> None:
    def f(x: list[Value]) -> list[Value]:
        doubled = [v * 2.0 for v in x]
        total = sin(sum(v * v for v in doubled))  # between the two, for it reads the first
        return [v + 1.0 for v in doubled] + [total] + [v * total for v in doubled]

    plan = plan_of(f)
    first = next(group for group in plan.groups if isinstance(group, FusedChain))
    assert first.parts[0].stored
    assert "multiply" in parts(plan)[-1]
    assert plan.groups[-1] is not first


def test_one_result_for_all_rows_is_read_from_memory() -> None:
    def f(x: list[Value]) -> list[Value]:
        doubled = [v * 2.0 for v in x]
        return [v * doubled[0] for v in doubled]

    assert parts(plan_of(f)) == [["multiply"], ["multiply"]]


def test_another_order_of_the_rows_is_no_chain() -> None:
    def f(x: list[Value]) -> list[Value]:
        doubled = [v * 2.0 for v in x]
        return [a * b for a, b in zip(doubled, reversed(doubled), strict=True)]

    assert parts(plan_of(f)) == [["multiply"], ["multiply"]]


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(n, marks=pytest.mark.slow) for n in range(20, 60))])
def test_no_bit_differs_from_the_eager_engine(seed: int) -> None:
    source = random.Random(seed)
    width, samples = source.choice([1, 3, 8, 17]), source.choice([1, 3, 47, 48, 100, 193])
    run = random_columns(seed, width, source.randrange(2, 12))
    X = np.array([[source.uniform(-1.5, 1.5) for _ in range(width)] for _ in range(samples)])
    program = compile(run, batched=True, backend="c")
    program(X)
    found = program.plan.samples_of_outputs(0)
    rows = [[Value(number) for number in row] for row in X.tolist()]
    expected = [[v.data for v in run(row)] for row in rows]
    assert found.tolist() == expected
    summed = compile(lambda x: autograd.sum(run(x)), batched=True, backend="c")
    _, (gradient,) = summed.value_and_grad(X)
    for row, slopes in zip(rows, gradient.tolist(), strict=True):
        autograd.sum(run(row)).backward()
        assert slopes == pytest.approx([v.grad / samples for v in row], rel=1e-11, abs=1e-13)


def test_parameters_inside_a_chain_get_their_gradients() -> None:
    gains = [Value(0.1 * n) for n in range(16)]

    def f(x: list[Value]) -> Value:
        return dot([exp(v * gain) * gain + v for v, gain in zip(x, gains, strict=True)], [1.0] * 16)

    X = np.linspace(-1.0, 1.0, 16 * 70).reshape(70, 16)
    program = compile(f, gains, batched=True, backend="c")
    value, gradient = program.value_and_grad(X)
    g = program.theta
    assert value == pytest.approx((np.exp(X * g) * g + X).sum(axis=1).mean(), rel=1e-12)
    assert gradient == pytest.approx((np.exp(X * g) * (1.0 + X * g)).mean(axis=0), rel=1e-12)
    assert any(isinstance(group, FusedChain) for group in program.plan.groups)


@pytest.mark.parametrize("also", ["nothing", "the product is an output", "the product is read", "relu is read twice"])
def test_a_relu_is_applied_where_the_product_stands(also: str) -> None:
    rows = [[Value(0.3 * i - 0.2 * j) for i in range(5)] for j in range(6)]
    biases = [Value(0.1 * j - 0.2) for j in range(6)]
    parameters = [*biases, *(v for row in rows for v in row)]

    def f(x: list[Value]) -> list[Any]:
        inner = [dot(row, x, start=bias) for row, bias in zip(rows, biases, strict=True)]
        outer = [autograd.relu(v) for v in inner]
        total = autograd.sum([v * v for v in outer])
        if also == "the product is read":
            total = total + autograd.sum([sin(v) for v in inner])
        if also == "relu is read twice":
            total = total + autograd.sum([sin(v) for v in outer])
        return [total, *(inner if also == "the product is an output" else [])]

    X = np.linspace(-1.0, 1.0, 5 * 130).reshape(130, 5)
    program = compile(f, parameters, batched=True, backend="c")
    loss, gradient, _ = program.loss_and_outputs(X)
    merged = any(getattr(group, "epilogue", None) is not None for group in program.plan.groups)
    assert merged == (also == "nothing")  # where sin follows, relu and sin are a chain
    inner = X @ np.array([[v.data for v in row] for row in rows]).T + program.theta[:6]
    outer = np.maximum(inner, 0.0)
    read = {"the product is read": np.sin(inner), "relu is read twice": np.sin(outer)}.get(also, 0.0 * inner)
    assert loss == pytest.approx((outer**2 + read).sum(axis=1).mean(), rel=1e-12)
    slopes = 2.0 * outer
    if also == "the product is read":
        slopes += np.cos(inner)
    if also == "relu is read twice":
        slopes += np.cos(outer) * (inner > 0.0)
    assert gradient[:6] == pytest.approx(slopes.mean(axis=0), rel=1e-11, abs=1e-14)
    assert gradient[6:].reshape(6, 5) == pytest.approx(slopes.T @ X / 130, rel=1e-11, abs=1e-14)


def test_numbers_that_relu_does_not_like() -> None:
    rows = [[Value(1.0), Value(float(j))] for j in range(8)]
    program = compile(lambda x: autograd.sum([autograd.relu(dot(row, x)) for row in rows]), batched=True, backend="c")
    X = np.array([[-0.0, 0.0], [0.0, 0.0], [-1.0, 0.0], [1.0, 1e-300]])
    _, (gradient,) = program.value_and_grad(X)
    assert gradient.tolist() == [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [2.0, 7.0]]
    assert np.isnan(program(np.array([[np.nan, 1.0], [1.0, 1.0]])))
