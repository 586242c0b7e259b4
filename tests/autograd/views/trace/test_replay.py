"""Replaying: the recorded operations give what the program itself would have given."""

from __future__ import annotations

import math

import pytest

from autograd import Value, dot, log, softmax
from autograd import sum as total
from autograd.backpropagation import topological_order
from autograd.views.trace.replay import replay


def program(x: float | Value, y: float | Value) -> float | Value:
    product = x * y
    parts = softmax([product, x, 1.0])
    return dot(parts, [y, 2.0, x], product) + total([x, y, 0.5])  # type: ignore[no-any-return]


def test_the_graph_is_run_again_and_nothing_in_it_changes() -> None:
    x, y = Value(0.5), Value(-1.25)
    out = program(x, y)
    assert isinstance(out, Value)
    f = replay(topological_order(out), x)
    for number in (0.5, 2.0, -3.0):
        assert f(number) == program(number, -1.25)
    assert (x.data, x.grad, out.data) == (0.5, 0.0, program(0.5, -1.25))


def test_an_interior_node_can_be_changed() -> None:
    x = Value(3.0)
    square = x * x
    assert replay(topological_order(square * x), square)(10.0) == 30.0


def test_what_does_not_depend_stays() -> None:
    x, y = Value(3.0), Value(4.0)
    assert replay(topological_order(x * 2.0), y)(100.0) == 6.0


def test_outside_the_domain_there_is_nan_and_no_error() -> None:
    x = Value(1.0)
    f = replay(topological_order(log(x)), x)
    assert math.isnan(f(-1.0))
    assert f(0.0) == -math.inf


def test_operations_by_hand_cannot_be_run_again() -> None:
    x = Value(1.0)
    out = Value(2.0, (x,), "double", label="y")
    with pytest.raises(ValueError, match="y has a _backward written by hand"):
        replay(topological_order(out), x)


def test_a_deep_graph_needs_no_recursion() -> None:
    x = Value(1.0)
    out = x
    for _ in range(20_000):
        out = out + 0.001
    assert replay(topological_order(out), x)(2.0) == pytest.approx(22.0)
