"""Is the textbook loop right?  The order, and gradients that were derived by hand."""

from __future__ import annotations

import autograd
from autograd import Value
from autograd.backpropagation import backpropagate, topological_order
from autograd.node import operands


def test_operands_come_first_and_each_node_once() -> None:
    a, b = Value(2.0), Value(3.0)
    c = a * b
    d = c + a
    output = d * c
    order = topological_order(output)
    assert order[-1] is output
    assert len(order) == len(set(order)) == 5
    for place, node in enumerate(order):
        assert all(order.index(operand) < place for operand in operands(node) if isinstance(operand, Value))


def test_gradients_derived_by_hand() -> None:
    x, y = Value(2.0), Value(3.0)
    u = x * y  # 6
    output = u * u + x  # dx: 2 u y + 1 = 37, dy: 2 u x = 24
    found = backpropagate(topological_order(output), {output: 1.0})
    assert (found[x], found[y], found[u]) == (37.0, 24.0, 12.0)


def test_a_node_that_the_output_does_not_depend_on_contributes_nothing() -> None:
    x, y = Value(2.0), Value(3.0)
    apart, output = x * y, y * y
    assert backpropagate([x, y, apart, output], {output: 1.0}) == {output: 1.0, y: 6.0}


def test_edges_may_be_anything() -> None:
    """Nodes are numbers here: 2 = f(0, 1) with partials 10 and 20, 3 = g(2, 2) with partials 1 and 2."""
    edges = {0: [], 1: [], 2: [(0, 10.0), (1, 20.0)], 3: [(2, 1.0), (2, 2.0)]}
    found = backpropagate([0, 1, 2, 3], {3: 0.5}, edges.__getitem__)
    assert found == {3: 0.5, 2: 1.5, 0: 15.0, 1: 30.0}


def test_topological_order_puts_operands_first() -> None:
    x = Value(0.5)
    shared = x.exp()
    out = autograd.sum([shared * x, shared, 3.0 + x])
    order = topological_order(out)
    assert len(order) == len(set(order)) == 5
    for node in order:
        assert all(order.index(v) < order.index(node) for v in operands(node) if isinstance(v, Value))
