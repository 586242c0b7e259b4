"""The boxes, circles and arrows of a picture: what is in them and what a worksheet hides."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from drawn import SVG, arrows, neuron, texts

from autograd import Value, dot, draw, relu


def test_every_number_and_operation_is_in_the_picture() -> None:
    values = neuron()
    graph = draw(values["o"])
    assert graph.description == "graph of 10 numbers and 5 operations"
    assert repr(graph) == (
        '<graph of 10 numbers and 5 operations; .show() opens it in the browser, .save("graph.svg") writes it>'
    )
    shown = texts(graph)
    assert sorted(text for text in shown if text in "*+" or text == "tanh") == ["*", "*", "+", "+", "tanh"]
    for text in ("x1", "data −3", "data 6.8814", "data 0.8814", "data 0.7071"):
        assert text in shown
    assert len(arrows(graph)) == 9 + 5


def test_gradients_are_blank_until_computed() -> None:
    values = neuron()
    assert texts(draw(values["o"])).count("grad") == 10
    values["o"].backward()
    shown = texts(draw(values["o"]))
    assert "grad" not in shown
    assert {"grad −1.5", "grad 1", "grad 0.5", "grad 0"} <= set(shown)


def test_a_square_has_two_arrows() -> None:
    x = Value(3.0, label="x")
    assert arrows(draw(x * x)).count(("n0", "o1")) == 2


def test_partials_on_the_arrows() -> None:
    values = neuron()
    shown = [text.strip() for text in texts(draw(values["o"], partials=True))]
    assert {"∂ = −3", "∂ = 2", "∂ = 0.5"} <= set(shown)
    assert [text.strip() for text in texts(draw(values["o"], partials="formula"))].count(
        "w1"
    ) == 2  # the leaf, and ∂/∂x1


def test_a_name_in_a_formula_is_that_of_a_box() -> None:
    x, y = Value(2.0, label="x"), Value(3.0)
    inner = x * y
    out = inner.tanh() * inner
    assert not any(re.fullmatch(r"v\d+", text) for text in texts(draw(out, partials=True)))
    shown = texts(draw(out, partials="formula"))  # v1, x, sech(v2)², v2, v3
    assert "sech(v2)²" in [text.strip() for text in shown]
    assert {name for text in shown for name in re.findall(r"v\d", text)} == {"v1", "v2", "v3"}
    for name in ("v1", "v2", "v3"):
        assert f"{name}|data " in draw(out, partials="formula").source
    named = draw(out, partials="formula", names={"bias": y})
    assert [text.strip() for text in texts(named)].count("bias") == 2  # the box, and ∂/∂x


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
    assert "dot" in texts(draw(many, fold="none"))
    both = texts(draw(out + many, fold="none"))  # one notation in one picture
    assert both.count("dot") == 2
    assert "*" not in both


def test_the_parts_of_a_dot_have_its_gradient() -> None:
    w = [Value(2.0), Value(3.0)]
    out = dot(w, [5.0, 7.0], Value(1.0)) * 4.0
    out.backward()
    assert texts(draw(out)).count("grad 4") == 5  # two products, two sums (the last is the dot), and the bias


def test_worksheet_and_answer_key() -> None:
    values = neuron()
    sheet = draw(values["o"], hide="grad")
    assert texts(sheet).count("grad") == sheet.svg.count('class="blank"') == 10
    assert not any("0.5" in text for text in ET.fromstring(sheet.svg).itertext())
    key = sheet.answer_key
    assert {"grad −1.5", "grad 1", "grad 0.5", "answer key"} <= {text.strip() for text in texts(key)}
    assert values["w1"].grad == 0.0  # drawing a key is no backward pass
    data = draw(values["o"], hide="data")
    assert texts(data).count("data") == data.svg.count('class="blank"') == 5
    assert "data −3" in texts(data)
    assert not any("0.7071" in text for text in ET.fromstring(data.svg).itertext())
    assert "data 0.7071" in {text.strip() for text in texts(data.answer_key)}
    with pytest.raises(AttributeError, match="nothing is hidden in this picture"):
        draw(values["o"]).answer_key  # noqa: B018


def test_checked_gradients() -> None:
    values = neuron()
    values["o"].backward()
    values["w1"].grad = 5.0
    shown = texts(draw(values["o"], checked=True))
    assert {"grad 5", "nudged 1", "nudged −1.5", "nudged 0.5"} <= set(shown)
    x = Value(2.0)
    by_hand = Value(4.0, (x,), "double")
    with pytest.raises(ValueError, match="double has a _backward written by hand"):
        draw(by_hand, checked=True)


def test_a_changed_leaf_is_marked() -> None:
    values = neuron()
    values["x1"].data = 5.0
    assert "changed since" in texts(draw(values["o"]))


def test_hovering_explains() -> None:
    titles = [title.text for title in ET.fromstring(draw(neuron()["o"]).svg).iter(f"{SVG}title")]
    assert any(re.fullmatch(r"o = tanh\(\w+\) = 0\.70710678118654\d+", title or "") for title in titles)
    assert any((title or "").endswith(" = w1 = -3") for title in titles)


def test_a_nameless_operation_has_no_circle() -> None:
    x = Value(2.0, label="x")
    out = Value(4.0, (x,))
    graph = draw(out)
    assert graph.contents.circles == []
    assert arrows(graph) == [("n0", "n1")]
    opened = draw(out * x, fold="layer", expand=["by hand", "*"]).contents
    assert [circle.sign for circle in opened.circles] == ["*"]
    assert len(opened.boxes) == 3
