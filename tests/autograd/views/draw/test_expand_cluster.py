"""A cluster drawn node by node inside a folded picture."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from picture_measures import measured

import nn
from autograd import Value, dot, draw, maximum
from autograd import sum as total
from autograd.views.draw.scene import Box


def loss(sizes: list[int], samples: int) -> Value:
    """The squared error of a network over random samples, its inputs plain numbers."""
    model, source = nn.MLP(2, sizes, activation="tanh", seed=1), random.Random(0)
    outputs = [model([source.random(), source.random()]) for _ in range(samples)]
    out: Value = total([(output - 1.0) ** 2 for output in outputs])
    out.label = "loss"
    return out


def test_a_group_can_be_expanded() -> None:
    out = loss([4, 3, 1], 2)
    graph = draw(out, fold="layer", expand="layer 2", direction="LR")
    assert "subgraph cluster" in graph.source
    neuron = ["*"] * 4 + ["+"] * 4 + ["tanh"]  # four inputs and a bias
    assert [circle.sign for circle in graph.contents.circles] == neuron * 6
    inside = [box for box in graph.contents.boxes if box.group == "layer 2"]
    assert len(inside) == 3 * 2 * 9 + 3 * 5  # a box a circle, the weights and the biases
    assert draw(out, fold="layer", expand=["layer 1", "layer 2"]).source.count("subgraph") == 2


@pytest.mark.parametrize("inputs", [3, 5, 14])
def test_from_left_to_right_the_weights_of_a_neuron_and_the_inputs_are_read_downwards(inputs: int) -> None:
    model = nn.MLP(inputs, [2, 1], seed=0)
    out = model([Value(1.0 + n, label=f"x{n}") for n in range(inputs)])
    svg = draw(out, names=model, expand="layers.0.neurons.1", direction="LR").svg
    heights = {name: float(y) for y, name in re.findall(r'<text[^>]* y="([-\d.]+)"[^>]*>(weights\.\d+|x\d+)<', svg)}
    weights = [heights[f"weights.{n}"] for n in range(inputs)]
    assert weights == sorted(weights)
    if inputs == 14:  # side by side, since they are not expanded
        assert [heights[f"x{n}"] for n in range(inputs)] == sorted(heights[f"x{n}"] for n in range(inputs))


def test_what_cannot_be_expanded() -> None:
    out = loss([4, 3, 1], 2)
    with pytest.raises(ValueError, match="there is no group 'layer 9'; choose one of: layer 1, layer 2, layer 3, loss"):
        draw(out, fold="layer", expand="layer 9")
    with pytest.raises(ValueError, match=r"expand=\['loss'\] opens 5 nodes, more than 4; open a smaller group"):
        draw(out, fold="layer", expand="loss", budget=4)
    with pytest.raises(ValueError, match="there is no group 'layer 9'; choose one of: neuron 1, "):
        draw(out, expand="layer 9")


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


def network(sizes: list[int], **options: Any) -> Any:
    model = nn.MLP(2, sizes, activation="tanh", seed=1)
    return draw(nn.mean_squared_error([model([0.5, -1.0])], [1.0]), names=model, **options)


def test_a_layer_too_large_for_a_page_is_opened_neuron_by_neuron() -> None:
    graph = network([8, 8, 1], expand="layers.1")
    boxes = {box.cells[0]: box for box in graph.contents.boxes}
    assert list(boxes) == ["inputs", "layers.0", *(f"neurons.{n}" for n in range(8)), "layers.2", "loss"]
    assert [name for name, box in boxes.items() if box.group == "layers.1"] == [f"neurons.{n}" for n in range(8)]
    ends = {box.id: name for name, box in boxes.items()}
    arrows = {(ends[arrow.source], ends[arrow.target], arrow.count) for arrow in graph.contents.arrows}
    inner = {("layers.0", f"neurons.{n}", 8) for n in range(8)} | {(f"neurons.{n}", "layers.2", 1) for n in range(8)}
    assert arrows == {("inputs", "layers.0", 8), ("layers.2", "loss", 2)} | inner
    assert measured(graph.svg).smallest_text >= 7.0


def test_around_an_opened_neuron_the_rest_is_folded_by_layer() -> None:
    graph = network([16, 16, 1], expand="layers.1.neurons.2")
    others = [box.cells for box in graph.contents.boxes if not box.group]
    assert [cells[:2] for cells in others] == [
        ["inputs", "x1 = 0.5\nx2 = −1"], ["layers.0", "Layer 2 → 16"], ["layers.1, others", "Layer 16 → 15"],
        ["layers.2", "Layer 16 → 1"], ["loss", "squared error"],
    ]  # fmt: skip
    assert measured(graph.svg).smallest_text >= 7.0
    assert measured(network([4, 4, 1], expand="layers.0.neurons.0").svg).smallest_text >= 7.0


@pytest.mark.parametrize("options", [{}, {"direction": "LR"}, {"direction": "TB"}, {"fold": "neuron"}])
@pytest.mark.parametrize("name", ["layers.1.neurons.3", "layers.2.neurons.0"])
def test_the_many_weights_of_an_opened_neuron_are_lines_of_one_box(name: str, options: Any) -> None:
    model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=1)
    out = nn.mean_squared_error([model([0.5, -1.0])], [1.0])
    out.backward()
    graph = draw(out, names=model, expand=name, **options)
    found = measured(graph.svg)
    assert (found.crossings, found.overlaps) == ([], [])
    assert found.smallest_text >= 7.0 or options  # a direction or a fold that the caller requires may be too wide
    numbers = {key.removeprefix(f"{name}."): p for key, p in model.named_parameters() if key.startswith(name)}
    assert len(numbers) == 9
    (box,) = (box for box in graph.contents.boxes if "weights.7" in "".join(box.cells))
    cells = [cell.split("\n") for cell in box.cells]
    lines = cells if box.stacked else [list(line) for line in zip(*cells, strict=True)][1:]
    names = ["bias", *(f"weights.{n}" for n in range(8))]
    assert [line[0] for line in lines] == names
    read = [[float(text.split()[-1].replace("−", "-")) for text in line[1:]] for line in lines]
    assert read == [pytest.approx([numbers[line[0]].data, numbers[line[0]].grad], rel=1e-3) for line in lines]
    (circle,) = (circle.id for circle in graph.contents.circles if circle.sign == "dot")
    assert [arrow.target for arrow in graph.contents.arrows if arrow.source == box.id] == [circle]
    heights = re.findall(r'<text[^>]* y="([-\d.]+)"[^>]*>(weights\.\d|bias)<', graph.svg)
    assert [name for _, name in sorted(heights, key=lambda line: float(line[0]))] == names


def test_weights_that_several_samples_share_and_constants_are_lines_too() -> None:
    model = nn.Layer(6, 1, activation="identity", seed=1)
    rows = [[float(n + 10 * row) for n in range(6)] for row in (1, 2)]
    graph = draw(total([model(row) for row in rows]), names=model, fold="layer", expand="layer 1")
    inside = [box for box in graph.contents.boxes if box.group]
    shared = next(box for box in inside if any("weights.5" in cell for cell in box.cells))
    dots = [circle.id for circle in graph.contents.circles if circle.sign == "dot"]
    assert len(dots) == 2
    assert sorted(arrow.target for arrow in graph.contents.arrows if arrow.source == shared.id) == sorted(dots)
    assert ["\n".join(f"{number:g}" for number in row) for row in rows] == [
        box.cells[0] for box in inside if box.kind == "constant"
    ]


def test_samples_and_softmax_of_an_opened_layer() -> None:
    model = nn.Sequential(nn.Layer(2, 12, seed=1), nn.Layer(12, 12, activation="softmax", seed=2))
    rows = [model([0.1 * n, 1.0]) for n in range(3)]
    out = total([row[0] for row in rows])
    whole = draw(out, names=model, fold="layer").contents
    opened = draw(out, names=model, fold="layer", expand=["layers.1"]).contents
    inside = [box for box in opened.boxes if box.group == "layers.1"]
    assert [box.cells[0] for box in inside][:12] == [f"neurons.{n}" for n in range(12)]
    assert len(inside) >= 12
    assert sum(_nodes(box) for box in opened.boxes) == sum(_nodes(box) for box in whole.boxes)


def _nodes(box: Box) -> int:
    """How many numbers a folded box contains, which its tooltip says."""
    return sum(int(found.replace(",", "")) for found in re.findall(r"([\d,]+) (?:nodes?|lea)", box.tooltip))
