"""Nodes of one kind as groups."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from small_graphs import A, B, C, grouped

import autograd
from autograd import Value, softmax
from autograd.compiler import compile
from autograd.compiler.passes.group import UnsupportedError, Variadic, readers


def test_what_is_the_same_for_all_samples_comes_first() -> None:
    x = Value(1.0)
    _, found, _, _ = grouped((A * A).tanh() * x.tanh(), inputs=(x,))
    assert [(group.name, group.per_sample) for group in found] == [
        ("multiply", False), ("tanh", False), ("tanh", True), ("multiply", True),
    ]  # fmt: skip


def test_all_outputs_of_a_softmax_are_one_group() -> None:
    p = softmax([A, B, C])
    again = softmax([A, B, C])
    _, found, _, _ = grouped(p[0] * p[2] + again[0])
    many = next(group for group in found if isinstance(group, Variadic))
    assert many.operands[0].shape == (2, 3)
    assert (many.nodes >= 0).sum() == 3


def test_an_unknown_row_of_many_operands_is_reported() -> None:
    row = autograd.primitive("longest", lambda *xs: max(xs), lambda out, *xs: [0.0 for _ in xs], sequence=True)
    with pytest.raises(UnsupportedError, match="longest takes any number of operands"):
        grouped(row(A, B))


def test_the_terms_of_each_sum_are_ordered_on_their_own() -> None:
    def sums(x: Any, y: Any) -> list[Any]:
        return [A * x + C + B * y, C + A * y + B * x, A * y + B * x + C]

    program = compile(sums, batched=True, backend="numpy")
    outputs = program.outputs([3.0] * 64, [5.0] * 64)
    assert outputs[0].tolist() == [value.data for value in sums(Value(3.0), Value(5.0))]
    assert [group.describe() for group in program.plan.groups] == ["sums: 3 x n, 3 terms each"]


def test_how_many_lists_of_operands_have_a_node() -> None:
    source = np.random.default_rng(0)
    lists = [source.integers(0, 150, size=source.choice([1, 1, 2, 20, 400])) for _ in range(40)]
    groups: Any = [SimpleNamespace(reads=lambda n=n: lists[n : n + 4]) for n in range(0, 40, 4)]
    expected = [sum(node in nodes.tolist() for nodes in lists) + (node in (3, 149)) for node in range(150)]
    assert readers(groups, [3, 149], 150).tolist() == expected
