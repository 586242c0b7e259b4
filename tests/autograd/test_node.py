"""Does a node tell what it holds: operands, edges, special states, and whether its operands have changed?"""

from __future__ import annotations

import math

import autograd
from autograd import Value
from autograd.node import UNRECORDED, VARIADIC, changed_since, edges, operands, variables


def test_a_leaf_has_not_changed_since() -> None:
    """It was computed from nothing; nor is it known of a node by hand from what it was computed."""
    x = Value(2.0)
    assert not changed_since(x)
    assert not changed_since(Value(5.0, (x,), "mine"))
    y = x * x
    assert not changed_since(y)
    x.data = 3.0
    assert changed_since(y)


def test_a_result_of_nan_is_unchanged_while_its_operands_are() -> None:
    x = Value(math.inf)
    nothing = x - x
    assert not changed_since(nothing)
    x.data = 1.0
    assert changed_since(nothing)
    zero = x - x
    x.data = math.inf
    assert changed_since(zero)


def test_operands_and_edges_of_a_node_by_hand_and_of_one_with_a_constant() -> None:
    x = Value(2.0)
    assert variables(x * 3.0) == [x]
    assert variables(autograd.dot([x, x], [1.0, x])) == [x, x, x]
    assert list(edges(x * 3.0)) == [(x, 3.0)]
    assert list(edges(Value(4.0, (x,), "twice"))) == []


def test_special_states_show_their_names_in_a_debugger() -> None:
    assert (repr(VARIADIC), repr(UNRECORDED)) == ("VARIADIC", "UNRECORDED")


def test_an_operand_used_twice_has_two_edges() -> None:
    x = Value(3.0)
    y = x * x
    assert operands(y) == (x, x)
    assert list(edges(y)) == [(x, 3.0), (x, 3.0)]
    assert operands(2.0 - x) == (2.0, x)
    assert operands(x) == ()
