"""Sums of products that are matrix products."""

from __future__ import annotations

import numpy as np
import pytest
from small_graphs import A, grouped

import autograd
from autograd import Value, dot, relu
from autograd.compiler.passes.matmul import blocks


def test_a_layer_is_a_matrix_product() -> None:
    x = [Value(1.0) for _ in range(4)]
    weights = [[Value(0.1) for _ in range(4)] for _ in range(3)]
    layer = [relu(dot(row, x, start=A)) for row in weights]
    _, found, _, _ = grouped(autograd.sum([a * a for a in layer]), inputs=tuple(x))
    assert [group.name for group in found] == ["matrix product", "relu", "sums"]
    assert found[0].left.shape == (3, 4)
    assert found[0].right.shape == (1, 4)
    assert len(found[0].singles) == 1


@pytest.mark.parametrize(("p", "q", "k"), [(2, 3, 4), (1, 5, 5), (4, 1, 7), (3, 3, 1)])
def test_a_product_is_found_in_any_order(p: int, q: int, k: int) -> None:
    left = np.arange(p * k).reshape(p, k)
    right = 1000 + np.arange(q * k).reshape(q, k)
    pairs = [(i, j) for i in range(p) for j in range(q)]
    order = np.random.default_rng(0).permutation(len(pairs))
    found, rest = blocks(left[[pairs[n][0] for n in order]], right[[pairs[n][1] for n in order]], smallest=1)
    assert len(rest) == 0
    (block,) = found
    for a, row in enumerate(block.members):
        for b, member in enumerate(row):
            i, j = pairs[order[member]]
            assert block.right[a].tolist() == right[j].tolist()
            assert block.left[b].tolist() == left[i].tolist()


def test_a_product_with_a_hole_is_split() -> None:
    left = np.array([[0, 1], [2, 3], [0, 1]])
    right = np.array([[8, 9], [8, 9], [6, 7]])  # 2 x 2, without one of the four
    found, rest = blocks(left, right, smallest=4)
    assert [block.members.shape for block in found] == [(1, 2)]
    assert rest.tolist() == [2]
