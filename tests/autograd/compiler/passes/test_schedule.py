"""The level of each node, and the depth of a graph."""

from __future__ import annotations

import numpy as np
from small_graphs import A, B, flat_of

import autograd
from autograd import Value
from autograd.compiler.frontend.flatten import flatten
from autograd.compiler.passes import schedule
from autograd.compiler.passes.contract import contract
from autograd.compiler.passes.schedule import NodeSchedule, levels


def test_a_level_is_one_more_than_the_highest_level_of_the_operands() -> None:
    inner = A.exp()
    nodes = contract(flat_of(inner.tanh() * B.exp() * inner))
    found = levels(nodes)
    for node in np.flatnonzero(nodes.alive & (nodes.operation >= 0)).tolist():
        assert found[node] == 1 + max(found[operand] for operand in nodes.operands(node).tolist() if operand >= 0)
    assert sorted(found.tolist()) == [0, 0, 1, 1, 2, 3, 4]
    none = np.zeros(len(found), bool)
    assert NodeSchedule(found, none, none).depth == 4


def test_parts_of_a_large_graph_are_joined(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    out = A
    for _ in range(10):
        out = (out * B).tanh()
    nodes = contract(flat_of(out))
    whole = levels(nodes).tolist()
    monkeypatch.setattr(schedule, "NODES_AT_ONCE", 3)
    assert levels(nodes).tolist() == whole
    assert max(whole) == 20


def test_a_sum_of_zeros_has_no_operands() -> None:
    nodes = contract(flatten([autograd.sum([Value(0.0)])], {}, set()))
    assert len(nodes.operand) == 0
    assert levels(nodes).tolist() == [0, 0, 1]
