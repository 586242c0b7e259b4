"""Additions and products as sums of any number of terms."""

from __future__ import annotations

import numpy as np
from small_graphs import A, B, C, D, flat_of, terms

from autograd import Value
from autograd.compiler.frontend.flatten import (
    INPUT,
)
from autograd.compiler.passes.contract import ALONE, contract, depends


def test_a_chain_of_additions_is_one_sum_in_its_order() -> None:
    flat = flat_of(((A * B + C) + D * 2.0) - A)
    nodes = contract(flat)
    root = nodes.outputs[0]
    assert nodes.operation[root] == nodes.sum_code
    found = terms(nodes, root)
    assert found[0] == (0, 1)  # A and B were numbered first
    assert [right for _, right in found].count(ALONE) == 1  # C alone; -A is the product of -1 and A
    assert len(found) == 4
    minus = found[3][0]
    assert flat.number[minus] == -1.0


def test_what_is_used_twice_is_not_absorbed() -> None:
    inner = A + B
    nodes = contract(flat_of((inner + C + D) * inner))
    sums = np.flatnonzero(nodes.alive & (nodes.operation == nodes.sum_code))
    assert len(sums) == 1
    assert len(terms(nodes, int(sums[0]))) == 3  # inner, C, D


def test_two_terms_stay_an_addition() -> None:
    nodes = contract(flat_of(A + B))
    assert nodes.rows[nodes.operation[nodes.outputs[0]]].name == "add"


def test_a_product_that_is_the_same_for_all_samples_is_computed_once() -> None:
    x = Value(1.0)
    flat = flat_of(A * B + x * C + D, inputs=(x,))
    nodes = contract(flat, depends(flat, (INPUT,)))
    assert sorted(right == ALONE for _, right in terms(nodes, nodes.outputs[0])) == [False, True, True]


def test_zeros_are_left_out() -> None:
    nodes = contract(flat_of(sum([A * B, C * D])))  # Python's sum starts with 0
    assert len(terms(nodes, nodes.outputs[0])) == 2


def test_short_sums_without_weights_stay_single_operations() -> None:
    x, y, z = inputs = Value(1.0), Value(2.0), Value(3.0)

    def rows(output: Value) -> list[str]:
        flat = flat_of(output, inputs=inputs)
        nodes = contract(flat, depends(flat, (INPUT,)), 0, 4)
        names = [*(row.name for row in nodes.rows), "sum of terms"]
        return [names[code] for code in nodes.operation[nodes.alive & (nodes.operation >= 0)].tolist()]

    assert rows(x * y + z * x) == ["multiply", "multiply", "add"]
    assert rows(x * y + 2.0 * z) == ["multiply", "multiply", "add"]
    assert rows(x * y + A * z) == ["sum of terms"]  # a weight: it may be part of a matrix product
    assert rows(x * y + z * x + y * z + x) == ["sum of terms"]
    assert rows(A * B + C * D) == ["sum of terms"]
