"""Products of two matrices that both differ from sample to sample: found with and without gaps, and computed."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from small_graphs import A, grouped

import autograd
from autograd import Value, dot, softmax, where
from autograd.compiler import compile
from autograd.compiler.passes.batched import batched_products
from autograd.compiler.passes.group import BatchedProduct, Group

Mask = Callable[[int, int], bool]


def full(i: int, j: int) -> bool:
    return True


def causal(i: int, j: int) -> bool:
    return j <= i


def window(i: int, j: int) -> bool:
    return i - 2 <= j <= i


def attention(q: Any, k: Any, v: Any, mask: Mask, swapped: bool = False) -> list[list[Any]]:
    """For each query the mean of the values, weighted by the softmax of its products with the keys that it sees."""
    outputs = []
    for i, query in enumerate(q):
        seen = [j for j in range(len(k)) if mask(i, j)]
        scores = [dot(k[j], query) if swapped else dot(query, k[j]) for j in seen]
        columns = [[v[j][c] for j in seen] for c in range(len(v[0]))]
        shares = softmax(scores)
        outputs.append([dot(column, shares) if swapped else dot(shares, column) for column in columns])
    return outputs


def found(count: int, size: int, mask: Mask, swapped: bool = False) -> list[Group]:
    q, k, v = ([[Value(1.0) for _ in range(size)] for _ in range(count)] for _ in range(3))
    inputs = tuple(x for matrix in (q, k, v) for row in matrix for x in row)
    outputs = attention(q, k, v, mask, swapped)
    _, groups, per_sample, _ = grouped(autograd.sum([A * x for row in outputs for x in row]), inputs=inputs)
    return [group for group in batched_products(groups, per_sample) if isinstance(group, BatchedProduct)]


@pytest.mark.parametrize("swapped", [False, True])
def test_attention_is_two_products(swapped: bool) -> None:
    scores, outputs = found(5, 4, full, swapped)
    assert (scores.left.shape, scores.right.shape, len(scores.nodes)) == ((5, 4), (5, 4), 25)
    sides = [outputs.left.shape, outputs.right.shape]
    assert sorted(sides) == [(4, 5), (5, 5)]
    assert (scores.flops, outputs.flops) == (200, 200)


@pytest.mark.parametrize("swapped", [False, True])
def test_a_causal_mask_leaves_gaps(swapped: bool) -> None:
    scores, outputs = found(5, 4, causal, swapped)
    assert (scores.members >= 0).sum() == len(scores.nodes) == 15
    assert outputs.left.shape == (5, 5)
    assert sorted((outputs.left >= 0).sum(axis=1).tolist()) == [1, 2, 3, 4, 5]
    assert (scores.flops, outputs.flops) == (120, 120)


def test_what_is_mostly_gaps_is_no_product() -> None:
    outputs = found(12, 4, window)  # only the first three queries see beginnings of one list
    assert [len(group.nodes) for group in outputs] == [3 * 4]


def test_sums_that_belong_to_no_product_stay_a_group() -> None:
    x, y = ([[Value(1.0) for _ in range(4)] for _ in range(3)] for _ in range(2))
    alone = dot(x[0], [Value(1.0) for _ in range(4)])
    products = [dot(a, b) for a in x for b in y]
    inputs = tuple(v for row in (*x, *y) for v in row)
    _, groups, per_sample, _ = grouped(autograd.sum([*products, alone]), inputs=inputs)
    kinds = [group.name for group in batched_products(groups, per_sample)]
    assert kinds.count("product of each sample") == 1
    assert sum(len(group.nodes) for group in groups) == len(products) + 2


def compiled_and_eager(mask: Mask, sizes: tuple[int, int, int], samples: int, seed: int, swapped: bool) -> None:
    count, size, width = sizes
    source = np.random.default_rng(seed)
    weights = [[[Value(w) for w in row] for row in source.normal(size=(n, 3))] for n in (size, size, width)]

    def f(sequence: Any) -> Value:
        q, k, v = ([[dot(row, x) for row in matrix] for x in sequence] for matrix in weights)
        rows = attention(q, k, v, mask, swapped)
        return autograd.sum([x * (n - 3.0) for row in rows for n, x in enumerate(row)]).tanh()

    parameters = [w for matrix in weights for row in matrix for w in row]
    program = compile(f, parameters, batched=True, backend="c")
    for _ in range(2 if samples < 100 else 1):  # the second time with other numbers
        X = source.normal(size=(samples, count, 3))
        value, gradient = program.value_and_grad(X)
        outputs = [f([[Value(x) for x in row] for row in sample]) for sample in X.tolist()]
        for parameter in parameters:
            parameter.grad = 0.0
        autograd.mean(outputs).backward()
        expected = np.array([parameter.grad for parameter in parameters])
        assert value == pytest.approx(np.mean([output.data for output in outputs]), rel=1e-12)
        assert np.abs(gradient - expected).max() <= 1e-12 * np.abs(expected).max()


@pytest.mark.parametrize(("mask", "sizes", "samples", "swapped"), [
    (causal, (7, 3, 2), 5, False), (causal, (6, 2, 5), 33, True), (full, (5, 4, 3), 4, False),
    (window, (4, 3, 3), 2, False), (causal, (4, 2, 2), 197, False),  # 197: blocks of two widths
])  # fmt: skip
def test_numbers_of_a_product_with_gaps(mask: Mask, sizes: tuple[int, int, int], samples: int, swapped: bool) -> None:
    compiled_and_eager(mask, sizes, samples, 0, swapped)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(60))
def test_numbers_of_random_products(seed: int) -> None:
    source = random.Random(seed)
    random_mask = {(i, j): source.random() < 0.7 for i in range(9) for j in range(9)}
    masks: list[Mask] = [full, causal, window, lambda i, j: i == j or random_mask[i, j]]
    sizes = source.randint(1, 9), source.randint(1, 5), source.randint(1, 5)
    compiled_and_eager(source.choice(masks), sizes, source.choice([1, 2, 3, 16, 50, 100]), seed, source.random() < 0.5)


def test_an_infinite_number_behind_a_gap_changes_nothing() -> None:
    weight = Value(1.0)

    def f(sequence: Any) -> Value:
        keys = [[(weight * x).tanh(), weight] for x in sequence]
        values = [[weight * x * 1e200, weight + x.tanh()] for x in sequence]  # infinite for one element
        rows = attention(keys, keys, values, causal)
        return autograd.sum([where(row[0] < 1e290, row[1], 3.0 * row[1]) for row in rows])

    X = np.array([[0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 1e200], [0.1, 0.2, 0.3, 0.5]])
    program = compile(f, [weight], batched=True, backend="c")
    expected = autograd.mean([f([Value(x) for x in row]) for row in X.tolist()])
    expected.backward()
    assert program(X) == pytest.approx(expected.data, rel=1e-14)
    assert "batched product" in program.source
    value, gradient = program.value_and_grad(X)
    assert value == pytest.approx(expected.data, rel=1e-14)
    assert gradient.tolist() == pytest.approx([weight.grad], rel=1e-13)
