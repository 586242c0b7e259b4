"""Folding: which view is chosen, what a folded picture says of itself, and that a million nodes take seconds."""

from __future__ import annotations

import random
import re

import pytest

import nn
from autograd import Value, draw, exp, maximum
from autograd import sum as total


def loss(sizes: list[int], samples: int) -> Value:
    """The squared error of a network over random samples, its inputs plain numbers."""
    model, source = nn.MLP(2, sizes, activation="tanh", seed=1), random.Random(0)
    outputs = [model([source.random(), source.random()]) for _ in range(samples)]
    out: Value = total([(output - 1.0) ** 2 for output in outputs])
    out.label = "loss"
    return out


def test_up_to_the_budget_a_small_network_is_drawn_number_by_number() -> None:
    out = nn.MLP(2, [2, 1], activation="tanh", seed=1)([0.5, -1.0])
    whole = draw(out)
    parts = len(whole.contents.boxes) + len(whole.contents.circles)
    assert "*" in [circle.sign for circle in whole.contents.circles]
    assert draw(out, budget=parts).source == whole.source
    fewer = draw(out, budget=parts - 1)  # each weighted sum as one `dot`
    assert {circle.sign for circle in fewer.contents.circles} == {"dot", "tanh"}
    assert "folded by neuron" in draw(out, budget=10).contents.note


def test_an_ordinary_network_is_drawn_by_neuron_and_a_batch_by_layer() -> None:
    model = nn.MLP(2, [8, 8, 1], seed=1)
    one = draw(model([0.5, -1.0]))
    assert len(one.contents.boxes) == 2 + 8 + 8 + 1
    X, y = nn.make_moons(20, seed=0)
    batch = draw(nn.binary_cross_entropy_with_logits([model(row) for row in X], y))
    assert [box.cells[0] for box in batch.contents.boxes] == ["inputs", "layer 1", "layer 2", "layer 3", "loss"]
    assert draw(nn.MLP(2, [40, 40, 1], seed=1)([0.5, -1.0])).contents.note.startswith("1,962 numbers, folded by layer")


def test_what_a_folded_picture_says_of_itself() -> None:
    graph = draw(loss([16, 16, 1], 100))
    assert graph.contents.note == '7,038 numbers, folded by layer; expand="layer 3" opens one'
    operations = 3200 + 3200 + 100 + 200 + 1  # of the layers, the errors and squares, and their sum
    summary = f"graph of 7,038 numbers and {operations:,} operations, folded by layer into 5 boxes"
    assert graph.description == summary
    assert repr(graph).startswith(f"<{summary}; .show() ")
    assert f'aria-label="{summary}"' in graph.svg
    assert "folded by" not in re.sub(r'aria-label="[^"]*"', "", graph.svg)  # no caption in a file
    assert "7,038 numbers, folded by layer" in graph._repr_mimebundle_()["text/html"]
    silent = draw(loss([16, 16, 1], 2), caption=False)._repr_mimebundle_()["text/html"]
    assert "opens one" not in silent
    assert draw(loss([16, 16, 1], 2), title="my network").svg.count("my network") == 1


def test_one_sample_is_drawn_as_a_network_of_neurons() -> None:
    graph = draw(loss([4, 3, 1], 1), fold="neuron")
    boxes = {box.cells[0]: box.cells[1:] for box in graph.contents.boxes}
    assert [name for name in boxes if name.startswith("neuron")] == [f"neuron {n}" for n in range(1, 9)]
    assert boxes["neuron 1"][0] == "tanh"
    assert [boxes[name] for name in ("x1", "x2")] == [["0.8444"], ["0.758"]]
    assert "splines=line" in graph.source
    assert len(graph.contents.arrows) == 2 * 4 + 4 * 3 + 3 + 1


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


def test_a_connection_over_several_layers_goes_around_the_boxes() -> None:
    x = [Value(1.0, label="x1"), Value(2.0, label="x2")]
    first = [(Value(0.1) * x[0] + Value(0.2) * x[1]).tanh() for _ in range(2)]
    last = (Value(0.3) * first[0] + Value(0.4) * first[1] + Value(0.5) * x[0]).tanh()
    assert "splines=line" not in draw(last, fold="neuron").source


def test_what_needs_every_node_is_refused_in_a_folded_picture() -> None:
    out = loss([6, 1], 2)
    for option in ({"hide": "grad"}, {"checked": True}, {"partials": True}):
        with pytest.raises(ValueError, match="need every node in the picture"):
            draw(out, budget=50, **option)  # type: ignore[arg-type]
    assert draw(out, budget=50, fold="none", partials=True).contents.circles
    assert draw(loss([4, 1], 2), partials=True).contents.circles  # more than the budget, and still drawn


def test_a_deep_graph_is_folded_by_depth() -> None:
    x = Value(1.0)
    out = x
    for _ in range(3000):
        out = exp(out * 0.1)
    graph = draw(out)
    assert graph.contents.note.startswith("6,001 numbers, folded by depth")
    assert len(graph.contents.boxes) <= 21
    with pytest.raises(ValueError, match="6,001 numbers are too many to be drawn one by one"):
        draw(out, fold="none")


@pytest.mark.slow
def test_a_million_nodes() -> None:
    out = Value(1.0)
    for _ in range(500_000):
        out = out * 0.999999 + 1e-7
    assert "1,000,001 numbers" in draw(out).contents.note


def test_each_fold_on_request() -> None:
    out = loss([4, 3, 1], 2)
    assert "folded by depth" in draw(out, fold="depth").contents.note
    many = total([exp(Value(float(n))) for n in range(120)])  # two layers, more units than are drawn one by one
    assert "folded by layer" in draw(many, budget=100).contents.note
    deep = Value(1.0)
    for _ in range(150):
        deep = exp(deep * 0.1)
    assert "folded by depth" in draw(deep, budget=100).contents.note


def test_an_arrow_to_a_branch_that_was_not_taken_is_dashed() -> None:
    def neuron(weight: float) -> Value:
        return (Value(weight) * Value(1.0, label="x") + Value(0.5) * Value(2.0) + Value(0.0)).tanh()

    drawn = draw(maximum(neuron(2.0), neuron(-2.0)), fold="neuron").contents
    assert [arrow.taken for arrow in drawn.arrows if arrow.target == drawn.boxes[-1].id] == [True, False]
    assert draw(maximum(neuron(2.0), neuron(-2.0)), fold="neuron").source.count("style=dashed") == 1
