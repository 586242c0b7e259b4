"""The picture of the groups: what goes in, the groups, an arrow for each that reads another; a `Graph` like others."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, dot, drawn, relu, tanh
from autograd.compiler import compile, pipeline
from autograd.views.draw import Graph


def test_leaves_groups_and_arrows(tmp_path: Path) -> None:
    rows = [[Value(0.1 * i - 0.2 * j) for j in range(4)] for i in range(8)]
    weights, outside = [v for row in rows for v in row], Value(2.0)

    def f(x: list[Value], y: Value) -> Value:
        layer = [relu(dot(row, x)) for row in rows]
        return dot(layer, layer) * y * outside + drawn(lambda: 0.5)

    program = compile(f, weights, batched=True, backend="numpy")
    program(np.ones((300, 4)), np.ones(300))
    picture = program.draw()
    assert isinstance(picture, Graph)
    assert picture.description.endswith(" groups of f")
    texts = [box.cells[0] for box in picture.contents.boxes]
    assert texts[:5] == ["32 parameters", "argument 1", "argument 2", "1 number drawn at random", "1 Value closed over"]
    assert texts[5:7] == ["matrix product", "relu"]
    arrows = [(arrow.source, arrow.target) for arrow in picture.contents.arrows]
    assert {("l0", "g0"), ("l1", "g0"), ("g0", "g1")} <= set(arrows)
    used = {source for source, _ in arrows}
    assert {f"l{n}" for n in range(5)} <= used
    assert picture.contents.boxes[-1].kind == "output"
    ElementTree.fromstring(picture.svg)
    assert picture.save(tmp_path / "groups.png").read_bytes().startswith(b"\x89PNG")


def test_what_has_no_groups_or_too_many_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def chain(x: Value) -> Value:
        for _ in range(500):
            x = tanh(x) * x
        return x

    program = compile(chain, backend="numpy")
    program(0.5)
    assert "no groups" in program.draw().source
    monkeypatch.setattr(pipeline, "PRICE_OF_A_GROUP", 0.0)
    program = compile(chain, backend="numpy")
    program(0.5)
    assert "1,000 groups of chain" in program.draw().source


def test_wrong_looks() -> None:
    program = compile(Value(3.0) * Value(2.0), backend="numpy")
    for wrong in ({"direction": "up"}, {"theme": "pink"}, {"engine": "neato"}):
        with pytest.raises(ValueError, match=r"draw: unknown .*; choose one of:"):
            program.draw(**wrong)
