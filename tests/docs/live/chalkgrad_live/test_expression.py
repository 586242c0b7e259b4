"""Formulas of the playground: gradients against `grad` and by hand, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import chalkgrad_live
import pytest
from chalkgrad_live import expression

from autograd import grad, maximum, tanh


def leaves(formula: str, **numbers: str) -> dict[str, Any]:
    return {leaf["name"]: leaf for leaf in expression.show(formula, numbers)["leaves"]}


@pytest.mark.parametrize("x", ["-2.5", "0", "1.25"])
def test_gradients_are_those_of_grad(x: str) -> None:
    found = leaves(expression.FIRST, x=x)
    for position, name in enumerate("xwb"):
        at = [float(x), -1.5, 0.25]
        derivative = grad(lambda x, w, b: tanh(x * w + b) + maximum(x, 0.0), position)(*at)
        assert found[name]["gradient"] == pytest.approx(derivative)


def test_a_number_is_kept_to_the_last_digit() -> None:
    assert leaves("x*1", x="0.1234567890123456")["x"]["text"] == "0.1234567890123456"
    assert leaves("x*1", x="1/3")["x"]["text"] == repr(1 / 3)
    assert leaves("x*1")["x"]["text"] == "1"


def test_a_slider_reaches_beyond_its_number() -> None:
    assert leaves("x*1", x="2.5")["x"]["range"] == [-3.0, 3.0, 0.01]
    low, high, step = leaves("x*1", x="-250")["x"]["range"]
    assert (low, high, step) == pytest.approx((-300, 300, 1))


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("__import__('os').system('true')", "attributes"),
        ("__import__('os')", "unknown function"),
        ("exec(x)", "unknown function"),
        ("open('x')", "unknown function"),
        ("x.__class__", "attributes"),
        ("lambda: x", "functions cannot be defined"),
        ("[y for y in x]", "comprehensions"),
        ("'x'*x", "not a real number"),
        ("x*10**10**10", "too large"),
        ("-" * 390 + "x", "more than 100 levels"),
        ("x" + "**x" * 130, "more than 100 levels"),
        ("+".join(f"x{n}" for n in range(60)), "60 variables, more than 20"),
        ("x" + "+x" * 300, "more than 400 characters"),
        ("", "empty"),
        ("3 + 4", "no variable"),
        ("x/0", "division by zero"),
        ("log(-x)", "log is defined for x > 0"),
        ("exp(1000*x)", "too large"),
        ("x²", "write x**2"),
        ("x\0", "null"),
        ("\ud800", "no text"),
        ("<img src=x onerror=alert(1)>", "not a formula"),
    ],
)
def test_hostile_formulas_are_answered(formula: str, says: str) -> None:
    for name in ("show", "step"):
        question = {"name": f"expression.{name}", "given": {"formula": formula, "numbers": {}}}
        assert says in json.loads(chalkgrad_live.answer(json.dumps(question)))["problem"]


@pytest.mark.parametrize("number", ["", "abc", "1/0", "9" * 200, "__import__('os')", "<b>"])
def test_hostile_numbers_are_answered(number: str) -> None:
    with pytest.raises(ValueError, match=r"x must be a number, such as 2\.5 or 1/2"):
        expression.show("x*2", {"x": number})


@pytest.mark.parametrize("number", ["nan", "inf", "1e400"])
def test_a_number_that_is_not_finite_is_answered(number: str) -> None:
    with pytest.raises(ArithmeticError, match="not finite"):
        expression.show("x*2", {"x": number})


def test_letters_of_every_alphabet_are_names() -> None:
    assert leaves("λ*größe", λ="3")["größe"]["gradient"] == 3.0


def test_a_leaf_that_is_not_there_cannot_be_explained() -> None:
    for ask in (expression.explained, expression.nudged):
        with pytest.raises(ValueError, match="'<b>' is not a variable of the formula; choose one of: x, y"):
            ask("x*y", {}, "<b>")


def test_the_explanation_says_how_and_marks_its_formulas() -> None:
    said = expression.explained("a*b + a", {"a": "2", "b": "-3"}, "a")["html"]
    assert said.startswith('<p><b>How does <span data-latex="')
    assert "-2" in said
    assert "$" not in said
    assert "a is changed by 0.001" in expression.nudged("a*b + a", {"a": "2", "b": "-3"}, "a")["text"]


def test_markdown_becomes_html_and_nothing_in_it_is_html() -> None:
    assert expression.as_html("a <b> `<i>` $<$") == (
        '<p>a &lt;b&gt; <code>&lt;i&gt;</code> <span data-latex="&lt;"></span></p>'
    )
    assert expression.as_html("$$x$$") == '<p><span data-latex="x" data-display></span></p>'


def test_a_single_variable_has_a_graph() -> None:
    assert expression.show("x", {"x": "4"})["result"] == "out = 4"
    assert leaves("x")["x"]["gradient"] == 1.0


@pytest.mark.parametrize("error", [RuntimeError("too deep for a stack"), TimeoutError("more than 60 seconds")])
def test_a_layout_that_fails_is_a_problem_to_show(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page showed the traceback of Python."""

    def fail(*anything: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(expression, "draw", fail)
    question = {"name": "expression.show", "given": {"formula": "a*b", "numbers": {}}}
    assert json.loads(chalkgrad_live.answer(json.dumps(question))) == {"problem": str(error)}


def test_a_tangled_graph_is_drawn_without_partials() -> None:
    shown = expression.show("x*(1+" * 26 + "x" + ")" * 26, {})
    assert "too tangled for a picture of every number" in shown["graph"]
    assert "too tangled" not in expression.show("x*(1+" * 3 + "x" + ")" * 3, {})["graph"]
