"""Paths are followed, counted and summed: in graphs of many paths, and along long ones."""

from __future__ import annotations

import json
import math
import random

import pytest
from drawn import neuron

from autograd import Value, dot, explain, tanh
from autograd import sum as total


def test_two_paths_are_added() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    out = a * b + a * a  # d/da = b + 2a = 7
    out.label = "out"
    explained = explain(out, wrt=a)
    assert explained.path_count == 3
    assert sorted(path.product for path in explained.paths) == [2.0, 2.0, 3.0]
    assert explained.gradient == 7.0
    assert "The sum over the 3 paths: dout/da = 3 + 2 + 2 = 7" in str(explained)


def test_every_gradient_is_that_of_the_backward_pass() -> None:
    source = random.Random(3)
    leaves = [Value(source.uniform(-2, 2), label=f"x{n}") for n in range(4)]
    nodes = list(leaves)
    for _ in range(12):
        x, y = source.choice(nodes), source.choice(nodes)
        nodes.append(source.choice([lambda x, y: x * y, lambda x, y: x + y, lambda x, y: tanh(x) - y])(x, y))
    out = total(nodes[-3:]) + dot(nodes[4:7], [1.0, 2.0, 3.0])
    explained = {leaf: explain(out, leaf) for leaf in leaves if leaf in _below(out)}
    out.backward()
    for leaf, found in explained.items():
        assert found.gradient == leaf.grad
        if found.paths:
            assert len(found.paths) == found.path_count
            assert math.fsum(path.product for path in found.paths) == pytest.approx(leaf.grad, rel=1e-12)
        assert math.fsum(c.product for c in found.contributions) == pytest.approx(leaf.grad, rel=1e-12)
        assert sum(c.paths for c in found.contributions) == found.path_count


def _below(out: Value) -> set[Value]:
    seen, stack = {out}, [out]
    while stack:
        new = {o for o in stack.pop().operands if isinstance(o, Value)} - seen
        seen |= new
        stack += new
    return seen


def test_hundreds_of_paths_are_summed_not_printed() -> None:
    x = Value(0.5, label="x")
    out = x
    for _ in range(40):
        out = out + out * 0.01
    explained = explain(out, x)
    assert explained.path_count == 2**40
    assert explained.paths == []
    text = str(explained)
    assert "There are 1,099,511,627,776 paths" in text
    assert "through v1: dv80/dv1 · ∂v1/∂x = " in text
    assert len(text.splitlines()) < 60
    for _ in range(1500):
        out = out + out * 1e-9
    assert "about 10^" in str(explain(out, x))


def test_records_go_into_json() -> None:
    values = neuron()
    records = json.loads(json.dumps(explain(values["o"], values["x1"]).as_dict()))
    assert records["gradient"] == pytest.approx(-1.5)
    assert records["paths"][0]["nodes"] == ["x1", "v1", "v3", "v4", "o"]
    assert records["steps"][0]["formula"] == "w1"
    assert records["given"] == [
        {"name": "v2", "data": 0.0}, {"name": "w1", "data": -3.0}, {"name": "b", "data": values["b"].data}
    ]  # fmt: skip
    shown = repr(explain(values["o"], values["x1"]))
    assert shown.startswith("<explanation of do/dx1 = -1.4999999999999")
    assert shown.endswith(", over 1 path; print(...) shows it>")


def test_a_long_explanation_costs_what_is_read_of_it() -> None:
    x = Value(2.0, label="x")
    out = x
    for _ in range(2_000):
        out = out * 0.9999 + 0.0001
    explained = explain(out, x)
    text = str(explained)
    assert len(explained.forward) == len(explained.steps) == 4_000
    assert explained.steps[-1].partial == 1.0
    assert len(explained.paths[0].nodes) == 4_001
    assert len(text) < 10_000


def test_paths_that_are_too_long_together_are_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.views.explain.paths.MAX_PATH_NODES", 1000)
    x = Value(1.0, label="x")
    out = x + x
    for _ in range(600):
        out = out + 0.0
    text = str(explain(out, x))
    assert "There are 2 paths; added up by where they begin:" in text
    assert "= 1 + 1 = 2" in text
