"""Folding: the counts in a folded picture are those of the graph, and a million nodes take time in proportion."""

from __future__ import annotations

import random
import re

import pytest

import nn
from autograd import Value, dot, draw, exp
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


def test_layers_are_counted() -> None:
    graph = draw(loss([16, 16, 1], 100))
    cells = {box.cells[0]: box.cells[1:] for box in graph.contents.boxes}
    assert cells["layer 1"] == ["16 neurons × 100 samples\ntanh(sum of 2 products)", "3,200 nodes, 48 leaves"]
    assert cells["layer 2"] == ["16 neurons × 100 samples\ntanh(sum of 16 products)", "3,200 nodes, 272 leaves"]
    assert cells["layer 3"] == ["1 neuron × 100 samples\nsum of 16 products", "100 nodes, 17 leaves"]
    assert cells["**2"] == ["100 times\n(-)**2", "200 nodes"]
    assert {arrow.label for arrow in graph.contents.arrows} == {"25,600", "1,600", "100"}
    assert graph.contents.caption.startswith("7,038 numbers, folded by layer")
    assert "folded by layer" in graph.svg
    operations = 3200 + 3200 + 100 + 200 + 1  # those in the boxes, and the sum of the losses
    summary = f"graph of 7,038 numbers and {operations:,} operations, folded by layer into {len(cells)} boxes"
    assert graph.description == summary
    assert repr(graph).startswith(f"<{summary}; .show() ")
    assert f'aria-label="{summary}"' in graph.svg


def test_every_number_is_in_exactly_one_group() -> None:
    out = loss([8, 4, 1], 20)
    for fold in ("neuron", "layer", "depth"):
        graph = draw(out, fold=fold)
        counted = 0
        for box in graph.contents.boxes:
            said = " ".join([*box.cells, box.tooltip])
            found = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:nodes?|leaf|leaves)\b", said)]
            counted += sum(found) if found else 1
        assert counted == int(graph.contents.caption.split()[0].replace(",", ""))


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


def test_a_mean_is_told_as_a_quotient() -> None:
    out = loss([4, 1], 6) / 6.0
    out.label = "mean"
    cells = {box.cells[0]: box.cells for box in draw(out, fold="layer").contents.boxes}
    assert cells["mean"][1] == "(sum of 6) / 6"
    halves = total([Value(float(n)).sin().cos() / n for n in range(2, 9)])  # one group, whatever the constants are
    assert draw(halves, fold="layer").contents.boxes[-2].cells == ["/", "7 times"]


def test_the_neuron_of_the_lesson_folds_as_well() -> None:
    """Written with * and +, without any `dot`."""
    x = [Value(1.0), Value(2.0)]
    hidden = [(Value(0.1) * x[0] + Value(0.2) * x[1] + Value(0.3)).tanh() for _ in range(3)]
    graph = draw(total(hidden), fold="layer")
    assert "3 neurons" in graph.source
    assert "layer 1" in graph.source


def test_a_group_can_be_opened() -> None:
    out = loss([4, 3, 1], 2)
    graph = draw(out, fold="layer", expand="layer 2")
    assert "subgraph cluster" in graph.source
    neuron = ["*"] * 4 + ["+"] * 4 + ["tanh"]  # four inputs and a bias
    assert [circle.sign for circle in graph.contents.circles] == neuron * 6
    opened = [box for box in graph.contents.boxes if box.group == "layer 2"]
    assert len(opened) == 3 * 2 * 9 + 3 * 5  # a box a circle, the weights and the biases
    assert draw(out, fold="layer", expand=["layer 1", "layer 2"]).source.count("subgraph") == 2


def test_what_cannot_be_opened() -> None:
    out = loss([4, 3, 1], 2)
    with pytest.raises(ValueError, match="there is no group 'layer 9'; choose one of: layer 1, layer 2"):
        draw(out, fold="layer", expand="layer 9")
    with pytest.raises(ValueError, match=r"expand=\['layer 1'\] opens 28 nodes, more than budget=20"):
        draw(out, fold="layer", expand="layer 1", budget=20)


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


def test_folds_that_were_asked_for() -> None:
    out = loss([4, 3, 1], 2)
    assert "folded by depth" in draw(out, fold="depth").contents.caption
    many = total([exp(Value(float(n))) for n in range(120)])  # two layers, more units than are drawn one by one
    assert "folded by layer" in draw(many, budget=100).contents.caption
    deep = Value(1.0)
    for _ in range(150):
        deep = exp(deep * 0.1)
    assert "folded by depth" in draw(deep, budget=100).contents.caption


def test_an_opened_neuron_has_the_numbers_of_its_parts() -> None:
    w, x = [Value(2.0, label="w1"), Value(3.0, label="w2")], [Value(5.0, label="x1"), Value(7.0, label="x2")]
    for start, sums in (
        (Value(1.0, label="b"), ["data 11", "data 32"]),
        (0.0, ["data 31"]),
        (4.0, ["data 14", "data 35"]),
    ):
        out = dot(w, x, start) * 2.0
        out.backward()
        graph = draw(out, fold="neuron", expand="neuron 1")
        cells = [
            box.cells for box in graph.contents.boxes if box.group and box.cells[-2:-1] and "x" not in box.cells[0]
        ]
        parts = [cell for cell in cells if cell[0] in ("data 10", "data 21", *sums)]
        assert [part[0] for part in sorted(parts, key=lambda part: float(part[0][5:]))] == sorted(
            ["data 10", "data 21", *sums], key=lambda data: float(data[5:])
        )
        assert all(part[1] == "grad 2" for part in parts)
        assert [circle.sign for circle in graph.contents.circles] == ["*", "*", *["+"] * len(sums)]
    whole = draw(total([w[0], w[1], x[0]]) + 1.0, fold="neuron", expand="sum of 3").contents
    assert [circle.sign for circle in whole.circles] in (["+", "+"], [])
