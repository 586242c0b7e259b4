"""A graph as flat arrays: order, kinds of leaves, constants; and gradients that are left as they were."""

from __future__ import annotations

import numpy as np
import pytest
from small_graphs import A, B, C, D, flat_of

from autograd import Value
from autograd.compiler.frontend.flatten import (
    CONSTANT,
    INPUT,
    PARAMETER,
    flatten,
)
from autograd.compiler.passes.contract import depends


def test_operands_come_before_users_and_shared_nodes_once() -> None:
    shared = A * B
    flat = flat_of(shared + shared.tanh() - 2.0)
    assert len(flat) == 2 + 1 + 1 + 1 + 1 + 1  # A, B, the product, tanh, the sum, the constant, the difference
    for node in range(len(flat)):
        assert np.all(flat.operand[flat.start[node] : flat.start[node + 1]] < node)


def test_gradients_are_as_they_were_also_after_an_error() -> None:
    x, y = Value(3.0), Value(4.0)
    out = x * y + x.tanh()
    out.backward()
    unused = Value(1.0) * y
    before = [node.grad for node in (x, y, out)]
    flatten([out, unused], {})
    assert [node.grad for node in (x, y, out)] == before
    out.backward()  # and the unreached is recognised still
    assert x.grad == 2 * before[0]
    mine = Value(1.0, (x,), "mine")
    mine._backward = lambda: None
    with pytest.raises(TypeError, match="by hand"):
        flatten([mine * out], {})
    assert (x.grad, y.grad, unused.grad) == (2 * before[0], 2 * before[1], 0.0)


def test_what_a_node_depends_on() -> None:
    x = Value(1.0)
    flat = flat_of(A * 2.0 + x.tanh(), inputs=(x,))
    names = {flat.rows[code].name: n for n, code in enumerate(flat.operation.tolist()) if code >= 0}
    on_parameters, on_inputs = depends(flat, (PARAMETER,)), depends(flat, (INPUT,))
    assert (on_parameters[names["multiply"]], on_inputs[names["multiply"]]) == (True, False)
    assert (on_parameters[names["tanh"]], on_inputs[names["tanh"]]) == (False, True)
    assert (on_parameters[names["add"]], on_inputs[names["add"]]) == (True, True)


def test_equal_constants_are_one_leaf_but_zeros_of_two_signs_are_two() -> None:
    flat = flat_of(A * 3.0 + B * 3.0 + C * 0.0 + D * -0.0)
    constants = flat.number[flat.operation == CONSTANT]
    assert sorted(map(repr, constants.tolist())) == ["-0.0", "0.0", "3.0"]


def test_a_node_with_a_hand_written_backward_is_refused() -> None:
    node = Value(1.0, (A,), "mine")
    node._backward = lambda: None
    with pytest.raises(TypeError, match="by hand"):
        flat_of(node * 2.0)
