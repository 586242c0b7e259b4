"""A cluster drawn node by node inside a folded picture."""

from __future__ import annotations

import random

import pytest

import nn
from autograd import Value, dot, draw, maximum
from autograd import sum as total


def loss(sizes: list[int], samples: int) -> Value:
    """The squared error of a network over random samples, its inputs plain numbers."""
    model, source = nn.MLP(2, sizes, activation="tanh", seed=1), random.Random(0)
    outputs = [model([source.random(), source.random()]) for _ in range(samples)]
    out: Value = total([(output - 1.0) ** 2 for output in outputs])
    out.label = "loss"
    return out


def test_a_group_can_be_expanded() -> None:
    out = loss([4, 3, 1], 2)
    graph = draw(out, fold="layer", expand="layer 2")
    assert "subgraph cluster" in graph.source
    neuron = ["*"] * 4 + ["+"] * 4 + ["tanh"]  # four inputs and a bias
    assert [circle.sign for circle in graph.contents.circles] == neuron * 6
    inside = [box for box in graph.contents.boxes if box.group == "layer 2"]
    assert len(inside) == 3 * 2 * 9 + 3 * 5  # a box a circle, the weights and the biases
    assert draw(out, fold="layer", expand=["layer 1", "layer 2"]).source.count("subgraph") == 2


def test_what_cannot_be_expanded() -> None:
    out = loss([4, 3, 1], 2)
    with pytest.raises(ValueError, match="there is no group 'layer 9'; choose one of: layer 1, layer 2, layer 3, loss"):
        draw(out, fold="layer", expand="layer 9")
    with pytest.raises(ValueError, match=r"expand=\['layer 1'\] opens 28 nodes, more than 20; open a smaller group"):
        draw(out, fold="layer", expand="layer 1", budget=20)


def test_an_expanded_neuron_has_the_numbers_of_its_parts() -> None:
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


def test_in_an_expanded_cluster_an_operand_that_was_not_taken_is_dashed() -> None:
    x, y = Value(2.0, label="x"), Value(1.0, label="y")
    drawn = draw(maximum(x, y) + 1.0, fold="neuron", expand="maximum").contents
    arrows = {arrow.source: arrow.taken for arrow in drawn.arrows if arrow.target.startswith("o")}
    boxes = {box.id: box.cells[0] for box in drawn.boxes}
    assert {boxes[source]: taken for source, taken in arrows.items()} == {"x": True, "y": False}


def test_an_exponent_is_part_of_the_sign() -> None:
    x = Value(2.0, label="x")
    drawn = draw((x**3.0).tanh(), fold="depth", expand="depth 1").contents
    assert "**3" in [circle.sign for circle in drawn.circles]
    assert not [box for box in drawn.boxes if box.kind == "constant"]
