"""The passes that can be shown, and the positions in them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from autograd import Value, stepper


def small() -> Value:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return (a * b + 10.0).tanh()


def data_in(page: str) -> Any:
    """What the page's own script would read."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_positions_are_the_steps_and_the_seed() -> None:
    shown = stepper(small())
    assert [shown.last(order) for order in ("forward", "topological", "naive")] == [3, 5, 5]
    assert shown.step("topological", 0) is None
    assert shown.step("topological", 1) is None  # the seed
    assert shown.step("topological", 2) == shown.trace.backward[0]
    assert shown.step("forward", 1) == shown.trace.forward[0]


def test_a_naive_pass_that_is_too_long_is_left_out_with_the_reason() -> None:
    x = Value(1.0)
    for _ in range(40):
        x = x + x
    data = data_in(stepper(x).html())
    assert data["naive"] is None
    assert "steps here" in data["naiveRefused"]
    with pytest.raises(ValueError, match="stepper: the naive order would take 2,199,023,255,550 steps"):
        stepper(x, "naive")


def test_a_graph_of_too_many_nodes_is_refused() -> None:
    x = Value(1.0)
    for _ in range(5000):
        x = x.tanh()
    with pytest.raises(ValueError, match="the graph has 5,001 nodes, more than the 5,000 that can be stepped through"):
        stepper(x)
