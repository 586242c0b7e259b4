"""What the boxes of layers, inputs and losses say."""

from __future__ import annotations

from typing import Any

import nn
from autograd import Value, draw


def cells(graph: Any) -> dict[str, list[str]]:
    return {box.cells[0]: box.cells[1:] for box in graph.contents.boxes}


def test_inputs_are_always_shown() -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    labelled = model([Value(0.5, label="x1"), Value(-0.0, label="x2")])
    assert cells(draw(labelled, fold="layer"))["inputs"] == ["x1 = 0.5\nx2 = −0"]
    assert cells(draw(model([0.5, 2.0]), fold="layer"))["inputs"] == ["x1 = 0.5\nx2 = 2"]
    assert cells(draw(nn.MLP(5, [3, 1], seed=1)([1.0] * 5), fold="layer"))["inputs"] == ["5 numbers"]
    rows = [[Value(float(n)) for n in (i, i + 1)] for i in range(6)]
    batch = draw(nn.mean_squared_error([model(row) for row in rows], [1.0] * 6), fold="layer")
    assert cells(batch)["inputs"] == ["2 numbers", "6 samples"]


def test_the_output_has_its_label_and_numbers() -> None:
    model = nn.MLP(2, [3, 1], activation="relu", output_activation="sigmoid", seed=1)
    out = model([0.5, 2.0])
    out.label = "p"
    out.backward()
    box = draw(out, fold="layer").contents.boxes[-1]
    assert box.kind == "output"
    assert box.cells[:4] == ["layer 2: p", "dense 3 → 1", "sigmoid", "4 parameters"]
    assert box.cells[5] == "grad 1"


def test_a_loss_over_several_outputs() -> None:
    model = nn.MLP(2, [3, 2], seed=1)
    rows = [[1.0, 2.0], [2.0, 0.0], [3.0, 1.0]]
    out = nn.mean_squared_error([model(row) for row in rows], [[1.0, 2.0]] * 3)
    assert cells(draw(out, fold="layer"))["loss"][:2] == ["mean squared error", "mean over 6 numbers"]
    classes = nn.cross_entropy([model(row) for row in rows], [0, 1, 0])
    assert cells(draw(classes, fold="layer"))["loss"][:2] == ["cross-entropy", "mean over 3 samples"]
    one = nn.cross_entropy(model(rows[0]), 1)
    assert cells(draw(one, fold="layer"))["loss"][0] == "cross-entropy"


def test_other_operations_are_listed() -> None:
    model = nn.MLP(2, [3, 1], seed=1)
    out = model([1.0, 2.0]).exp() / (model([1.0, 2.0]).exp() + 1.0)
    out.label = "share"
    box = draw(out, fold="layer").contents.boxes[-1]
    assert (box.cells[0], box.kind) == ("share", "output")
    assert box.cells[1] == "+  /"


def test_a_negative_constant_has_a_true_minus_sign() -> None:
    x = Value(2.0, label="x")
    assert draw((x**-2.0).tanh(), fold="neuron").contents.boxes[1].cells[0] == "**−2"
    assert draw((x - 1.0).tanh(), fold="neuron").contents.boxes[1].cells[0] == "tanh(−)"
