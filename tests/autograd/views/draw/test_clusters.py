"""Which nodes belong together: counts are those of the graph."""

from __future__ import annotations

import random
import re

import nn
from autograd import Value, draw
from autograd import sum as total


def loss(sizes: list[int], samples: int) -> Value:
    """The squared error of a network over random samples, its inputs plain numbers."""
    model, source = nn.MLP(2, sizes, activation="tanh", seed=1), random.Random(0)
    outputs = [model([source.random(), source.random()]) for _ in range(samples)]
    out: Value = total([(output - 1.0) ** 2 for output in outputs])
    out.label = "loss"
    return out


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


def test_a_mean_is_described_as_a_quotient() -> None:
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
