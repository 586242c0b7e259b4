"""`draw`: what is in a picture, read back from the SVG and the DOT text as a reader would."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import graphviz
import pytest

from autograd import Value, dot, draw, draw_dot, power, primitive, relu
from autograd import sum as total
from autograd.views.draw import Graph, display_of
from autograd.views.draw.layout_engines import render

SVG = "{http://www.w3.org/2000/svg}"


def neuron() -> dict[str, Value]:
    """micrograd's neuron, whose gradients are -1.5, 1, 0.5, 0 and 0.5."""
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    values = {name: Value(number, label=name) for name, number in numbers.items()}
    out = (values["x1"] * values["w1"] + values["x2"] * values["w2"] + values["b"]).tanh()
    out.label = "o"
    return {**values, "o": out}


def texts(graph: Graph) -> list[str]:
    """Every text in the picture."""
    return [(element.text or "").replace("\xa0", " ") for element in ET.fromstring(graph.svg).iter(f"{SVG}text")]


def arrows(graph: Graph) -> list[tuple[str, str]]:
    return re.findall(r"^(\w+) -> (\w+)", graph.source, re.MULTILINE)


def test_every_number_and_operation_is_in_the_picture() -> None:
    values = neuron()
    graph = draw(values["o"])
    assert graph.description == "graph of 10 numbers and 5 operations"
    assert repr(graph) == (
        '<graph of 10 numbers and 5 operations; .show() opens it in the browser, .save("graph.svg") writes it>'
    )
    shown = texts(graph)
    assert sorted(text for text in shown if text in "*+" or text == "tanh") == ["*", "*", "+", "+", "tanh"]
    for text in ("x1", "data -3", "data 6.8814", "data 0.8814", "data 0.7071"):
        assert text in shown
    assert len(arrows(graph)) == 9 + 5


def test_gradients_are_blank_until_computed() -> None:
    values = neuron()
    assert texts(draw(values["o"])).count("grad") == 10
    values["o"].backward()
    shown = texts(draw(values["o"]))
    assert "grad" not in shown
    assert {"grad -1.5", "grad 1", "grad 0.5", "grad 0"} <= set(shown)


def test_a_square_has_two_arrows() -> None:
    x = Value(3.0, label="x")
    assert arrows(draw(x * x)).count(("n0", "o1")) == 2


def test_subtraction_and_division_are_drawn_as_such_and_in_order() -> None:
    a, b = Value(3.0, label="a"), Value(4.0, label="b")
    graph = draw(a / b - b / a)
    assert [text for text in texts(graph) if text in ("/", "-")] == ["/", "/", "-"]
    assert graph.source.count("ordering=in") == 3
    assert [text for text in texts(draw(-a)) if text == "-"] == ["-"]
    assert "**2" in texts(draw(a**2))


def test_partials_on_the_arrows() -> None:
    values = neuron()
    shown = texts(draw(values["o"], partials=True))
    assert {"∂ = -3", "∂ = 2", "∂ = 0.5"} <= set(shown)
    assert texts(draw(values["o"], partials="formula")).count("w1") == 2  # the leaf, and ∂/∂x1


def test_a_name_in_a_formula_is_that_of_a_box() -> None:
    x, y = Value(2.0, label="x"), Value(3.0)
    inner = x * y
    out = inner.tanh() * inner
    assert not any(re.fullmatch(r"v\d+", text) for text in texts(draw(out, partials=True)))
    shown = texts(draw(out, partials="formula"))  # v1, x, sech(v2)², v2, v3
    assert "sech(v2)²" in shown
    assert {name for text in shown for name in re.findall(r"v\d", text)} == {"v1", "v2", "v3"}
    for name in ("v1", "v2", "v3"):
        assert f"{{{name}|data " in draw(out, partials="formula").source
    named = draw(out, partials="formula", names={"bias": y})
    assert texts(named).count("bias") == 2  # the box, and ∂/∂x


def test_small_dots_are_shown_as_the_lesson_has_them() -> None:
    w, x = [Value(2.0, label="w1"), Value(3.0, label="w2")], [Value(5.0), Value(7.0)]
    out = relu(dot(w, x, Value(1.0, label="b")))
    assert sorted(text for text in texts(draw(out)) if text in ("*", "+", "dot", "relu")) == [
        "*",
        "*",
        "+",
        "+",
        "relu",
    ]
    assert [text for text in texts(draw(out, expand=False)) if text in ("*", "+", "dot")] == ["dot"]
    many = dot([Value(1.0) for _ in range(12)], [1.0] * 12)
    assert "dot" in texts(draw(many))


def test_the_parts_of_a_dot_have_its_gradient() -> None:
    w = [Value(2.0), Value(3.0)]
    out = dot(w, [5.0, 7.0], Value(1.0)) * 4.0
    out.backward()
    assert texts(draw(out)).count("grad 4") == 5  # two products, two sums (the last is the dot), and the bias


def test_worksheet_and_answer_key() -> None:
    values = neuron()
    sheet = draw(values["o"], hide="grad")
    assert texts(sheet).count("grad ______") == 10
    assert not any("0.5" in text for text in ET.fromstring(sheet.svg).itertext())
    key = sheet.answer_key
    assert {"grad -1.5", "grad 1", "grad 0.5", "answer key"} <= set(texts(key))
    assert values["w1"].grad == 0.0  # drawing a key is no backward pass
    data = draw(values["o"], hide="data")
    assert texts(data).count("data ______") == 5
    assert "data -3" in texts(data)
    assert not any("0.7071" in text for text in ET.fromstring(data.svg).itertext())
    assert "data 0.7071" in texts(data.answer_key)
    with pytest.raises(AttributeError, match="nothing is hidden in this picture"):
        draw(values["o"]).answer_key  # noqa: B018


def test_checked_gradients() -> None:
    values = neuron()
    values["o"].backward()
    values["w1"].grad = 5.0
    shown = texts(draw(values["o"], checked=True))
    assert {"grad 5", "nudged 1", "nudged -1.5", "nudged 0.5"} <= set(shown)
    x = Value(2.0)
    by_hand = Value(4.0, (x,), "double")
    with pytest.raises(ValueError, match="double has a _backward written by hand"):
        draw(by_hand, checked=True)


def test_gradients_by_colour() -> None:
    values = neuron()
    values["o"].backward()
    plain, shaded = draw(values["o"]).source, draw(values["o"], shade=True).source
    fill = dict(re.findall(r'^(n\d+) .*fillcolor="(#\w+)"', shaded, re.MULTILINE))
    names = dict(re.findall(r"^(n\d+) .*label=\"{(\w+)\|", shaded, re.MULTILINE))
    by_name = {names[n]: tuple(bytes.fromhex(colour[1:])) for n, colour in fill.items() if n in names}
    assert by_name["w2"] == (255, 255, 255)  # gradient 0
    assert by_name["w1"][0] > by_name["w1"][2]  # positive: orange
    assert by_name["x1"][2] > by_name["x1"][0]  # negative: blue
    assert "orange" in shaded
    assert "orange" not in plain


def test_a_changed_leaf_is_marked() -> None:
    values = neuron()
    values["x1"].data = 5.0
    assert "changed since" in texts(draw(values["o"]))


def test_hovering_explains() -> None:
    titles = [title.text for title in ET.fromstring(draw(neuron()["o"]).svg).iter(f"{SVG}title")]
    assert any(re.fullmatch(r"o = tanh\(\w+\) = 0\.70710678118654\d+", title or "") for title in titles)
    assert any((title or "").endswith(" = w1 = -3") for title in titles)


def test_the_same_graph_gives_the_same_bytes() -> None:
    code = (
        "from autograd import Value, draw\na, b = Value(2.0, label='a'), Value(3.0, label='b')\n"
        "g = draw((a * b + a).tanh(), partials=True)\nimport sys, hashlib\n"
        "print(hashlib.sha256(g.source.encode() + g.svg.encode() + g.png()).hexdigest())"
    )
    runs = {
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout
        for environment in (
            {"PYTHONHASHSEED": "1", "PYTHONPATH": str(ROOT)},
            {"PYTHONHASHSEED": "2", "PYTHONPATH": str(ROOT)},
        )
    }  # neither has a PATH, so the in-process engine draws
    assert len(runs) == 1


ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"direction": "up"}, "unknown direction 'up'; choose one of: LR, TB, RL, BT"),
        ({"theme": "neon"}, "unknown theme 'neon'; choose one of: auto, light, dark"),
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
    out = (neuron()["o"] * 2.0).relu()
    shown = draw_dot(out).pipe(encoding="utf-8")
    assert (
        shown[shown.index("<g id") :]
        == render(draw(out).source).decode().partition("<g id")[1]
        + (render(draw(out).source).decode().partition("<g id")[2])
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


@pytest.mark.parametrize("partials", [False, True])
def test_the_first_operand_comes_from_above(partials: bool) -> None:
    tiny, huge = Value(1e-9, label="tiny"), Value(1e300, label="huge")
    dot_text = draw(((tiny * huge) / 3.0 - 2**tiny).relu(), partials=partials).source
    svg = render(dot_text, "wasm").decode()
    for circle in ("o4", "o6", "o7"):  # the division, the power, the subtraction
        ids = re.findall(rf"-> {circle} \[id=(a\d+)", dot_text)
        ends = [re.search(rf'id="{n}" .*?<path[^>]*,([-\d.]+)"', svg, re.DOTALL) for n in ids]
        first, second = (float(end[1]) for end in ends if end is not None)
        assert first < second  # upwards is negative


@pytest.mark.parametrize("partials", [False, True])
def test_operands_that_only_one_product_uses_stand_in_order(partials: bool) -> None:
    svg = draw(neuron()["o"], partials=partials).svg
    heights = [float(re.search(rf' y="([-\d.]+)"[^>]*>{name}<', svg)[1]) for name in ("x1", "w1", "x2", "w2")]  # type: ignore[index]
    assert heights == sorted(heights)


def test_beside_an_arrow_a_label_keeps_its_distance() -> None:
    """Graphviz puts it next to an arrow that goes down, and above one that goes to the right."""
    for direction, gap in {"TB": "\xa0", "BT": "\xa0", "LR": "", "RL": ""}.items():
        dot_text = draw(neuron()["o"], partials=True, direction=direction).source
        assert f'label="{gap}∂ = -3{gap}"' in dot_text


def test_arrows_leave_where_they_can_be_told_apart() -> None:
    """From the middle of an edge; but not several with labels, of which one could not say to which each belongs."""
    x = Value(2.0, label="x")
    dot_text = draw(x.sin() * x.cos() * x, partials=True).source
    assert len(re.findall(r"^n0 -> .*tailport=_", dot_text, re.MULTILINE)) == 3
    assert dot_text.count("tailport=_") == 3
    assert "tailport=_" not in draw(x.sin() * x.cos() * x).source


def test_a_nameless_operation_has_no_circle() -> None:
    x = Value(2.0, label="x")
    out = Value(4.0, (x,))
    graph = draw(out)
    assert graph.contents.circles == []
    assert arrows(graph) == [("n0", "n1")]
    opened = draw(out * x, fold="layer", expand=["by hand", "*"]).contents
    assert [circle.sign for circle in opened.circles] == ["*"]
    assert len(opened.boxes) == 3
