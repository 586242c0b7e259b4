"""`draw`: what is in a picture, read back from the SVG and the DOT text as a reader would."""

from __future__ import annotations

import json
import re

import graphviz
import pytest
from drawn import arrows, neuron, texts

from autograd import Value, draw, draw_dot, power, primitive
from autograd import sum as total
from autograd.views.draw import display_of
from autograd.views.draw.layout_engines import render


def test_subtraction_and_division_are_drawn_as_such_and_in_order() -> None:
    a, b = Value(3.0, label="a"), Value(4.0, label="b")
    graph = draw(a / b - b / a)
    assert [text for text in texts(graph) if text in ("/", "−")] == ["/", "/", "−"]
    assert graph.source.count("ordering=in") == 3
    assert [text for text in texts(draw(-a)) if text == "−"] == ["−"]
    assert "**2" in texts(draw(a**2))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "up"}, "unknown direction 'up'; choose one of: auto, LR, TB, RL, BT"),
        ({"theme": "neon"}, "unknown theme 'neon'; choose one of: auto, light, dark, print"),
        ({"hide": "all"}, "unknown hide 'all'"),
        ({"partials": "latex"}, "unknown partials 'latex'"),
        ({"fold": "all"}, "unknown fold 'all'"),
        ({"engine": "neato"}, "unknown engine 'neato'; choose one of: auto, dot, wasm"),
        ({"budget": 0}, "budget must be a whole number of at least 1, got 0"),
    ],
)
def test_unknown_choices_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        draw(Value(1.0), **options)  # type: ignore[arg-type]


def test_only_values_are_drawn() -> None:
    with pytest.raises(TypeError, match=r"output must be a Value, got 3\.0"):
        draw(3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="; choose one of its numbers, or a loss computed from them"):
        draw([Value(1.0), Value(2.0)])  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="; call it first: what it gives for an input has a graph"):
        draw(lambda x: x)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"title": 3}, "draw: title must be a text, got 3 (int)"),
        ({"expand": 3}, "draw: expand must be True, False, or the names of groups, got 3"),
        ({"expand": [1]}, "draw: expand must be True, False, or the names of groups, got [1]"),
        ({"expand": None}, "draw: expand must be True, False, or the names of groups, got None"),
    ],
)
def test_options_of_another_kind_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(TypeError, match=re.escape(message)):
        draw(Value(1.0), **options)  # type: ignore[arg-type]


def test_a_leaf_alone() -> None:
    assert draw(Value(1.0, label="a")).description == "graph of 1 number and 0 operations"
    assert "a" in texts(draw(Value(1.0, label="a")))


def test_names_of_a_models_parameters() -> None:
    w = Value(2.0)
    assert "layer.weight" in texts(draw(w * 3.0, names=[("layer.weight", w)]))
    assert "layer.weight" in texts(draw(w * 3.0, names={"layer.weight": w}))


def test_user_nodes_and_user_rows() -> None:
    x = Value(2.0, label="x")
    out = Value(4.0, (x,), "double")
    out._backward = lambda: None
    assert "double" in texts(draw(out))
    cube = primitive("cube", lambda x: x * x * x, lambda out, x: 3 * x**2)
    assert "∂ = 12" in texts(draw(cube(x), partials=True))


def test_draw_dot_gives_a_digraph_that_can_be_changed() -> None:
    graph = draw_dot(neuron()["o"], format="png", rankdir="TB")
    assert isinstance(graph, graphviz.Digraph)
    assert (graph.format, graph.graph_attr["rankdir"]) == ("png", "TB")
    graph.attr(label="my neuron")
    graph.node("note", "a note")
    graph.node_attr["fontcolor"] = "#ff0000"
    picture = graph.pipe("svg", encoding="utf-8")
    assert "my neuron" in picture
    assert "a note" in picture
    assert 'fill="#ff0000"' in picture  # the note's; the boxes have a colour of their own


def test_draw_dot_is_the_same_picture_as_draw() -> None:
    out = (neuron()["x1"] * 2.0).relu()
    shown = draw_dot(out).pipe(encoding="utf-8")
    assert (
        shown[shown.index("<g id") :]
        == render(draw(out, direction="LR").source).decode().partition("<g id")[1]
        + (render(draw(out, direction="LR").source).decode().partition("<g id")[2])
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"format": "bmpp"}, ValueError, "unknown format 'bmpp'"),
        ({"format": 3}, TypeError, "format must be a string such as 'svg', got 3"),
        ({"rankdir": "XX"}, ValueError, "draw_dot: unknown rankdir 'XX'"),
        ({"root": 3.0}, TypeError, r"draw_dot: root must be a Value, got 3\.0"),
    ],
)
def test_what_draw_dot_refuses(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        draw_dot(**{"root": Value(1.0) * 2.0, **arguments})  # type: ignore[arg-type]


def test_a_value_shows_itself_where_its_graph_is_small() -> None:
    values = neuron()
    bundle = display_of(values["o"])
    assert "<svg" in bundle["text/html"]
    assert bundle["text/plain"] == repr(values["o"])
    json.dumps(bundle)
    assert list(display_of(values["x1"])) == ["text/plain"]  # a leaf is a number
    long = total([Value(1.0) * Value(2.0) for _ in range(100)])
    assert list(display_of(long)) == ["text/plain"]
    strange = Value(1.0, label="\x00") * 2.0
    assert list(display_of(strange)) == ["text/plain"]


def test_display_does_not_walk_through_a_million_nodes() -> None:
    x = Value(1.0)
    for _ in range(200_000):
        x = x * 1.0
    assert list(display_of(x)) == ["text/plain"]


def test_powers_of_two_values_show_both() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    graph = draw(power(a, b))
    assert len(arrows(graph)) == 3
