"""Pictures fit on a page: the estimate is close to what Graphviz computes, and the default can be read on paper."""

from __future__ import annotations

import re
from typing import Any

import pytest
from picture_measures import measured

import nn
from autograd import Value, draw, maximum, relu
from autograd import sum as total
from autograd.views.draw.page_fit import Look, arranged, ranks, size_of
from autograd.views.draw.scene import Arrow, Box, Contents


def chosen() -> dict[str, Any]:
    """Graphs of every kind, with the options with which they are drawn."""
    a, b, c = (Value(n, label=name) for n, name in ((2.0, "a"), (-3.0, "b"), (10.0, "c")))
    small = maximum(a * b + c, a) * relu(b)
    x = [Value(0.5, label="x1"), Value(-1.0, label="x2")]
    model = nn.MLP(2, [8, 8, 1], activation="tanh", seed=1)
    X, y = nn.make_moons(20, seed=0)
    by_hand = total([(Value(0.1 * n, label=f"w{n}") * x[0] + Value(0.2, label=f"v{n}") * x[1]).tanh() for n in (1, 2)])
    return {
        "product": (a * b, {}),
        "branches": (small, {}),
        "partials": (small, {"partials": True}),
        "formulas": (small, {"partials": "formula"}),
        "worksheet": (small, {"hide": "grad", "partials": True}),
        "neurons": (model(x), {}),
        "named neurons": (model(x), {"names": model}),
        "two small layers": (nn.MLP(2, [2, 1], seed=1)([0.5, -1.0]), {}),
        "by hand": (by_hand, {}),
        "batch": (nn.binary_cross_entropy_with_logits([model(row) for row in X], y), {"names": model}),
    }


@pytest.mark.parametrize("name", chosen())
def test_the_default_can_be_read_on_paper(name: str) -> None:
    out, options = chosen()[name]
    found = measured(draw(out, **options).svg)
    assert found.smallest_text >= 7.0
    assert found.crossings == []
    assert found.overlaps == []


@pytest.mark.parametrize("look", [Look("LR", False), Look("LR", True), Look("TB", False), Look("TB", True)])
def test_the_estimate_is_close_to_the_layout(look: Look) -> None:
    out, _ = chosen()["branches"]
    graph = draw(out, direction=look.direction)
    for box in graph.contents.boxes:
        box.stacked = look.stacked
    found = measured(graph.svg)
    wide, high = size_of(graph.contents, look)
    along, across = (wide, high) if look.direction == "LR" else (high, wide)
    real_along, real_across = (found.width, found.height) if look.direction == "LR" else (found.height, found.width)
    assert along == pytest.approx(real_along, rel=0.1)
    assert across <= 1.3 * real_across


@pytest.mark.parametrize("width", [8, 16])
def test_the_estimate_knows_the_room_of_crossing_arrows(width: int) -> None:
    """Of 304 arrows the ranks are farther apart: the estimate did not say so, and text of 6.6 pt had no note."""
    out = nn.MLP(2, [width, width, 1], activation="tanh", seed=1)([Value(0.5, label="x1"), Value(-1.0, label="x2")])
    graph = draw(out, fold="neuron")
    found = measured(graph.svg)
    assert graph.contents.crossing
    assert size_of(graph.contents, Look("LR", False))[0] == pytest.approx(found.width, rel=0.05)
    assert found.smallest_text >= 7.0


def test_the_labels_of_arrows_need_room() -> None:
    out, _ = chosen()["branches"]
    graph = draw(out, direction="LR", partials=True)
    look = Look("LR", graph.contents.boxes[0].stacked)
    assert size_of(graph.contents, look)[0] == pytest.approx(measured(graph.svg).width, rel=0.13)


def chain(length: int) -> Contents:
    boxes = [Box(f"n{n}", [f"number {n}", "data 1", "grad 1"], "leaf") for n in range(length)]
    return Contents(boxes, [], [Arrow(f"n{n}", f"n{n + 1}") for n in range(length - 1)])


def test_a_long_graph_turns() -> None:
    looks = []
    for length in (3, 7, 15):
        contents, direction, fits = arranged(chain(length), "auto")
        looks.append((direction, contents.boxes[0].stacked))
        assert fits
    assert looks == [("LR", False), ("LR", True), ("TB", False)]
    assert arranged(chain(15), "LR")[1:] == ("LR", False)  # as the caller requires, and too wide
    assert not arranged(chain(200), "auto")[2]
    assert not arranged(chain(60), "LR")[2]


def test_a_chain_that_is_too_long_for_a_page_is_wrapped() -> None:
    out = Value(0.5, label="x")
    for n in range(17):
        out = out.tanh() if n % 2 else out.sin()
    graph = draw(out)
    found = measured(graph.svg)
    assert (found.smallest_text >= 7.0, found.height < 1120, found.crossings) == (True, True, [])
    rows = graph.contents.rows
    assert len(rows) > 1
    assert sorted(name for row in rows for name in row) == sorted(
        part.id for part in (*graph.contents.boxes, *graph.contents.circles)
    )
    labels = re.findall(r'x="([\d.-]+)" y="([\d.-]+)"[^>]*>(?:sin|tanh|data)', graph.svg)
    assert len({float(y) for _, y in labels}) > 1
    assert graph.svg.count("<polygon") == 1 + len(graph.contents.arrows)  # the page, and each arrow has its head
    for arrow, (tail, head, number, back) in zip(
        graph.contents.arrows,
        re.findall(r"^(\w+) -> (\w+) \[id=a(\d+)(.*)\]$", graph.source, re.MULTILINE),
        strict=True,
    ):  # a row from right to left has its arrows written the other way round, with the head at the tail
        pair = (head, tail) if "dir=back" in back else (tail, head)
        assert (pair, arrow) == ((arrow.source, arrow.target), graph.contents.arrows[int(number)])
    assert "dir=back" in graph.source
    assert not draw(out, direction="TB").contents.rows


def test_ranks_are_longest_paths_and_a_leaf_stands_before_its_first_user() -> None:
    boxes = [Box(name, [name], "leaf") for name in "abcd"]
    contents = Contents(boxes, [], [Arrow("a", "b"), Arrow("b", "c"), Arrow("d", "c")])
    assert ranks(contents) == {"a": 0, "b": 1, "c": 2, "d": 1}


def test_the_measures_see_what_is_wrong() -> None:
    box = '<g class="node leaf"><path d="M{0},0C{0},0 {1},40 {1},40"/><text x="0" y="0" font-size="10">{2}</text></g>'
    label = '<text x="{}" y="20" font-size="10">label</text>'
    edge = '<g class="edge"><path d="M40,20C100,20 200,{0} 240,20"/><polygon points="240,18 246,20 240,22"/>{1}</g>'
    boxes = "".join(box.format(left, left + 40, name) for left, name in ((0, "a"), (120, "b"), (245, "c")))
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 907 100">{}</svg>'
    through = measured(svg.format(boxes + edge.format(20, label.format(140))))
    assert (through.crossings, through.overlaps) == (["b"], ["label"])
    assert through.smallest_text == pytest.approx(5.0, abs=0.01)  # 907 points on 16 cm
    around = measured(svg.format(boxes + edge.format(300, label.format(90))))
    assert (around.crossings, around.overlaps) == ([], [])
    twice = measured(svg.format(boxes + 2 * edge.format(300, label.format(90))))
    assert twice.overlaps == ["label on label"]
