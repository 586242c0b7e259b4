"""Which nodes belong together: layers and their samples, what lies between them, and names of the model."""

from __future__ import annotations

import random
import re
from typing import Any

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


def cells(graph: Any) -> dict[str, list[str]]:
    return {box.cells[0]: box.cells[1:] for box in graph.contents.boxes}


def test_layers_with_all_their_samples() -> None:
    graph = draw(loss([16, 16, 1], 100))
    found = cells(graph)
    assert list(found) == ["inputs", "layer 1", "layer 2", "layer 3", "loss"]
    assert found["inputs"] == ["2 numbers", "100 samples"]
    assert found["layer 1"] == ["dense 2 → 16", "tanh", "48 parameters"]  # (2 + 1) * 16
    assert found["layer 2"] == ["dense 16 → 16", "tanh", "272 parameters"]  # (16 + 1) * 16
    assert found["layer 3"] == ["dense 16 → 1", "identity", "17 parameters"]
    assert found["loss"][:2] == ["sum of squared errors", "sum over 100 samples"]
    assert [(arrow.source, arrow.count) for arrow in graph.contents.arrows] == [
        ("i0", 1600), ("g0", 25600), ("g1", 1600), ("g2", 100),
    ]  # fmt: skip
    assert all(arrow.bundle for arrow in graph.contents.arrows)
    tips = [box.tooltip for box in graph.contents.boxes]
    assert {"3,200 nodes, 48 leaves", "3,200 nodes, 272 leaves", "100 nodes, 17 leaves", "201 nodes"} <= set(tips)


def test_every_number_is_in_exactly_one_group() -> None:
    out = loss([8, 4, 1], 8)
    for fold in ("neuron", "layer", "depth"):
        contents = draw(out, fold=fold).contents
        said = " ".join(" ".join([*(box.cells if box.cells[0].startswith("depth") else []), box.tooltip])
                        for box in contents.boxes)  # fmt: skip
        found = [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) (?:nodes?|leaf|leaves)\b", said)]
        counted = sum(found)
        assert counted == int(contents.note.split()[0].replace(",", ""))


def test_the_neuron_of_the_lesson_is_found_without_a_dot() -> None:
    x = [Value(1.0), Value(2.0)]
    hidden = [(Value(0.1) * x[0] + Value(0.2) * x[1] + Value(0.3)).tanh() for _ in range(3)]
    found = cells(draw(total(hidden), fold="layer"))
    assert found["layer 1"] == ["dense 2 → 3", "tanh", "9 parameters"]
    assert "inputs" in found


def test_a_model_names_its_neurons_and_layers() -> None:
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    out = model([Value(0.5, label="x1"), Value(-1.0, label="x2")])
    layers = cells(draw(out, fold="layer", names=model))
    assert list(layers) == ["inputs", "layers.0", "layers.1"]
    assert layers["inputs"] == ["x1 = 0.5\nx2 = −1"]
    assert layers["layers.0"][0] == "Layer 2 → 3"
    neurons = list(cells(draw(out, fold="neuron", names=model.named_parameters())))
    assert neurons == ["x1", "x2", *(f"layers.0\nneurons.{n}" for n in range(3)), "layers.1\nneurons.0"]
    opened = draw(out, names=model, expand="layers.0.neurons.2").contents
    inside = [box.cells[0] for box in opened.boxes if box.group == "layers.0.neurons.2" and box.kind == "leaf"]
    assert sorted(inside) == ["bias", "weights.0", "weights.1"]  # the frame says the rest


def test_two_samples_of_a_named_neuron_differ_in_name() -> None:
    neuron = nn.Neuron(1, seed=1)
    model = nn.Sequential(neuron)
    out = model([1.0]) + model([2.0])
    names = list(cells(draw(out, fold="neuron", names=model)))
    assert [name for name in names if "weights" not in name and "bias" not in name] == [
        "x1",
        "layers.0",
        "layers.0 2",
        "+",
    ]


def test_layers_of_one_depth_are_told_apart_by_the_model() -> None:
    class Two(nn.Module):
        def __init__(self) -> None:
            self.left, self.right = nn.Layer(2, 3, seed=1), nn.Layer(2, 3, seed=2)

        def __call__(self, row: Any) -> Any:
            return total([a * b for a, b in zip(self.left(row), self.right(row), strict=True)])

    model = Two()
    found = cells(draw(model([1.0, 2.0]), fold="layer", names=model))
    assert found["left"] == found["right"] == ["Layer 2 → 3", "relu", "9 parameters"]


def test_a_normalization_is_one_box_and_no_layer_of_neurons() -> None:
    model = nn.Sequential(nn.Layer(2, 4, seed=1), nn.LayerNorm(4), nn.Layer(4, 1, activation="identity", seed=2))
    rows = [[1.0, 2.0], [3.0, -1.0], [0.5, 0.1]]
    out = nn.mean_squared_error([model(row) for row in rows], [1.0, 2.0, 3.0])
    found = cells(draw(out, fold="layer", names=model))
    assert list(found) == ["inputs", "layers.0", "layers.1", "layers.2", "loss"]
    assert (found["layers.1"][0], found["layers.1"][-1]) == ("LayerNorm", "8 parameters")
    assert "layers.1" not in cells(draw(out, fold="layer"))


def test_zeros_of_dropout_are_no_inputs() -> None:
    model = nn.Sequential(nn.Layer(2, 8, seed=1), nn.Dropout(0.5, seed=1), nn.Layer(8, 1, seed=2))
    out = nn.mean_squared_error([model([1.0, 2.0]), model([2.0, 1.0])], [1.0, 2.0])
    drawn = draw(out, fold="layer").contents
    inputs = next(box.id for box in drawn.boxes if box.cells[0] == "inputs")
    assert [arrow.source for arrow in drawn.arrows].count(inputs) == 1


def test_a_softmax_is_the_activation_of_its_layer() -> None:
    model = nn.MLP(2, [4, 3], output_activation="softmax", seed=1)
    outputs = model([1.0, 2.0])
    assert cells(draw(outputs[0] + outputs[1], fold="layer", names=model))["layers.1"][:2] == ["Layer 4 → 3", "softmax"]


def test_without_neurons_what_is_alike_is_together() -> None:
    halves = total([Value(float(n)).sin().cos() / n for n in range(2, 9)])  # one group, whatever the constants are
    assert draw(halves, fold="layer").contents.boxes[-2].cells == ["/", "7 times"]
    labelled = total([exp(Value(float(n), label=f"x{n}")) for n in range(9)])
    assert cells(draw(labelled, fold="layer"))["inputs"] == ["9 numbers"]


def test_shared_parameters_and_targets_have_boxes_of_their_own() -> None:
    w, b, target = Value(2.0), Value(1.0), Value(3.0, label="t")
    h = (w * Value(1.0, label="x1") + b).tanh()
    out = ((w * h + b).tanh() - target) ** 2
    found = cells(draw(out, fold="layer"))
    assert list(found) == ["parameters", "x1", "t", "layer 1", "layer 2", "loss"]
    assert found["parameters"] == ["2 numbers"]
