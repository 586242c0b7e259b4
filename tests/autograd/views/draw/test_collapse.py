"""Folding: the counts in a folded picture are those of the graph, and a million nodes take time in proportion."""

from __future__ import annotations

import random
import re

import pytest

import nn
from autograd import Value, draw, exp
from autograd import sum as total


def loss(sizes: list[int], samples: int) -> Value:
    """The squared error of a network over random samples, its inputs plain numbers."""
    model, source = nn.MLP(2, sizes, activation="tanh", seed=1), random.Random(0)
    outputs = [model([source.random(), source.random()]) for _ in range(samples)]
    out: Value = total([(output - 1.0) ** 2 for output in outputs])
    out.label = "loss"
    return out


def test_up_to_the_budget_nothing_is_folded() -> None:
    out = loss([3, 1], 2)
    whole = draw(out)
    assert whole.contents.circles
    boxes = len(whole.contents.boxes)
    assert draw(out, budget=boxes).source == whole.source
    folded = draw(out, budget=boxes - 1)
    assert "folded by neuron" in folded.contents.caption


def test_one_sample_is_drawn_as_a_network_of_neurons() -> None:
    graph = draw(loss([4, 3, 1], 1), fold="neuron")
    neurons = [box.cells[0] for box in graph.contents.boxes if box.cells[0].startswith("neuron")]
    assert neurons == [f"neuron {n}" for n in range(1, 9)]
    assert "splines=line" in graph.source
    assert len(graph.contents.arrows) == 4 * 3 + 3 + 1 + 1  # the first layer reads numbers only


def test_the_neurons_of_a_layer_stand_in_order() -> None:
    svg = draw(loss([5, 4, 1], 1), fold="neuron").svg
    heights = {int(n): float(y) for y, n in re.findall(r' y="([-\d.]+)"[^>]*>neuron (\d+)<', svg)}
    assert sorted(heights) == list(range(1, 11))
    for layer in (range(1, 6), range(6, 10)):
        assert [heights[n] for n in layer] == sorted(heights[n] for n in layer)


def test_many_arrows_become_thin_lines() -> None:
    few, many = (draw(loss([size, size, 1], 1), fold="neuron") for size in (10, 20))
    assert len(few.contents.arrows) < 300 < len(many.contents.arrows)
    assert "arrowhead=none" in many.source
    assert "arrowhead=none" not in few.source
    light = draw(loss([20, 20, 1], 1), fold="neuron", direction="TB").source
    assert "tailport=s headport=n" in light


def test_what_needs_every_node_is_refused_in_a_folded_picture() -> None:
    out = loss([16, 16, 1], 2)
    for option in ({"hide": "grad"}, {"checked": True}, {"partials": True}):
        with pytest.raises(ValueError, match="need every node in the picture"):
            draw(out, budget=50, **option)  # type: ignore[arg-type]
    assert draw(out, budget=50, fold="none", partials=True).contents.circles


def test_a_deep_graph_is_folded_by_depth() -> None:
    x = Value(1.0)
    out = x
    for _ in range(3000):
        out = exp(out * 0.1)
    graph = draw(out)
    assert graph.contents.caption.startswith("6,001 numbers, folded by depth")
    assert len(graph.contents.boxes) <= 21
    with pytest.raises(ValueError, match="6,001 numbers are too many to be drawn one by one"):
        draw(out, fold="none")


@pytest.mark.slow
def test_a_million_nodes() -> None:
    out = Value(1.0)
    for _ in range(500_000):
        out = out * 0.999999 + 1e-7
    graph = draw(out)
    assert "1,000,001 numbers" in graph.svg.replace("\xa0", " ")


def test_each_fold_on_request() -> None:
    out = loss([4, 3, 1], 2)
    assert "folded by depth" in draw(out, fold="depth").contents.caption
    many = total([exp(Value(float(n))) for n in range(120)])  # two layers, more units than are drawn one by one
    assert "folded by layer" in draw(many, budget=100).contents.caption
    deep = Value(1.0)
    for _ in range(150):
        deep = exp(deep * 0.1)
    assert "folded by depth" in draw(deep, budget=100).contents.caption
