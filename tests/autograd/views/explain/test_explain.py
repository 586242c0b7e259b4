"""Explanations: paths and sums by hand, and every number equal to what `backward()` finds."""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable

import pytest
from drawn import neuron

from autograd import Value, cross_entropy, dot, explain, nudge, power, tanh, trace
from autograd import sum as total

NEURON = """\
How does o change with x1?

Forward:
  v2 = 0, w1 = -3, b = 6.8814 (do not depend on x1)
  v1 = x1 * w1 = 2 * (-3) = -6
  v3 = v1 + v2 = -6 + 0 = -6
  v4 = v3 + b = -6 + 6.8814 = 0.8814
  o = tanh(v4) = tanh(0.8814) = 0.7071
Each step on the way from x1 to o:
  ∂v1/∂x1 = w1 = -3
  ∂v3/∂v1 = 1
  ∂v4/∂v3 = 1
  ∂o/∂v4 = sech(v4)² = sech(0.8814)² = 0.5
Each path, with the product of its steps:
  x1 → v1 → v3 → v4 → o: -3 · 1 · 1 · 0.5 = -1.5
One path, so do/dx1 = -1.5
(x1.grad is not computed yet; o.backward() adds this to it.)"""


def test_the_neuron_of_the_lesson() -> None:
    values = neuron()
    explained = explain(values["o"], wrt=values["x1"])
    assert str(explained) == NEURON
    assert values["x1"].grad == 0.0
    values["o"].backward()
    assert explain(values["o"], values["x1"]).text.endswith("(This is the value of x1.grad.)")
    values["o"].backward()
    assert "x1.grad is -3: more than this one backward pass" in str(explain(values["o"], values["x1"]))


def test_each_use_of_a_repeated_operand_has_its_name_and_the_total_is_true() -> None:
    d, x = Value(-4.0, label="d"), Value(2.0, label="x")
    squared, one = str(explain(d * d, d)), str(explain(x / x, x))
    assert "∂v1/∂d (1st operand) = d = -4\n" in squared
    assert "∂v1/∂d (2nd operand) = d = -4; together ∂v1/∂d = -8\n" in squared
    assert "2 × (d → v1): -4 each" in squared
    assert "∂v1/∂x (2nd operand) = -x / x² = -2 / 2² = -0.5; together ∂v1/∂x = 0" in one
    assert "x → v1: 0.5\n  x → v1: -0.5" in one
    markdown = explain(d * d, d)._repr_markdown_()
    assert r"$\frac{\partial v_{1}}{\partial d}\text{ (2nd operand)} = d = -4$; together $" in markdown
    assert r"$2 \times (d \to v_{1})$" in markdown


@pytest.mark.parametrize(
    ("make", "partial"),
    [
        (lambda x: x * x, 3.0),
        (lambda x: x / x, 0.0),
        (lambda x: x - x, 0.0),
        (lambda x: x**x, 1.5**1.5 * (math.log(1.5) + 1)),
        (lambda x: total([x] * 13), 13.0),
        (lambda x: x * 2.0, 2.0),
    ],
)
def test_no_line_claims_a_false_partial(make: Callable[[Value], Value], partial: float) -> None:
    """What is said to be ∂out/∂x, without "(1st operand)", is the whole effect of x on out, worked out by hand."""
    x = Value(1.5, label="x")
    out = make(x)
    out.label = "out"
    claims = re.findall(r"∂out/∂x = (?:.* = )?(\S+)$", str(explain(out, x)), re.MULTILINE)
    assert [float(claim) for claim in claims] == [pytest.approx(partial, rel=1e-3)]


def test_the_number_itself() -> None:
    y = Value(2.0, label="y") * 3.0
    y.label = "z"
    assert "z is z itself: dz/dz = 1" in str(explain(y, y))


def test_repeated_nodes_of_the_library_are_explained_as_their_parts() -> None:
    w, x = [Value(2.0, label="w1"), Value(3.0, label="w2")], [Value(5.0, label="x1"), Value(7.0, label="x2")]
    out = tanh(dot(w, x, Value(1.0, label="b")))
    text = str(explain(out, w[0]))
    assert "v1 = w1 * x1 = 2 * 5 = 10" in text
    assert "∂v1/∂w1 = x1 = 5" in text


def test_rows_with_parameters_and_indices() -> None:
    x = Value(3.0, label="x")
    assert "∂v1/∂x = 2 * x = 2 * 3 = 6" in str(explain(power(x, 2), x))
    logits = [Value(n / 2, label=f"z{n}") for n in range(3)]
    assert "∂v1/∂z1 = softmax₂(z0, z1, z2) = softmax₂(0, 0.5, 1) = " in str(
        explain(cross_entropy(logits, 2), logits[1])
    )


def test_long_sums_are_one_step() -> None:
    w, x = [Value(float(n), label=f"w{n}") for n in range(20)], [Value(n / 10, label=f"x{n}") for n in range(20)]
    for start in (0.0, Value(1.0, label="b")):
        out = dot(w, x, start)
        assert "∂v1/∂w7 = x7 = 0.7" in str(explain(out, w[7]))
        assert "∂v1/∂x7 = w7 = 7" in str(explain(out, x[7]))
    assert "∂v1/∂w7 = 1" in str(explain(total(w), w[7]))


def test_markdown_has_formulas_and_escapes_labels() -> None:
    values = neuron()
    markdown = explain(values["o"], values["w1"])._repr_markdown_()
    assert (
        r"$\frac{\partial o}{\partial v_{4}} = \operatorname{sech}(v_{4})^{2} = \operatorname{sech}(0.8814)^{2} = 0.5$"
        in markdown
    )
    assert r"$$\frac{do}{dw_{1}} = 1$$" in markdown
    x = Value(1.0, label="$x$ <script>*")
    hostile = explain(x * 2.0, x)._repr_markdown_()
    assert "<script>" not in hostile.replace(r"\<script\>", "")
    assert hostile.count("$") % 2 == hostile.count(r"\$") % 2


def test_every_name_in_an_explanation_has_its_number_there() -> None:
    source = random.Random(5)
    for _ in range(20):
        nodes = [Value(source.uniform(-2, 2), label=label) for label in ("a", "b", "", "d", "")]
        x = nodes[0]
        for _ in range(6):
            one, other = source.choice(nodes), source.choice(nodes)
            made = source.choice([one * other, one + other, one - other * 3.0, one.tanh(), one**2])
            nodes.append(made)
        out = x * 2.0 + total(nodes[5:])
        text = str(explain(out, x))
        used = set(re.findall(r"\b(?:v\d+|[abd])\b", text.split("Each step")[0]))
        told = set(re.findall(r"\b(v\d+|[abd]) = ", text))
        assert used <= {"a"} | told
        for name, number in re.findall(r"(v\d+|[abd]) = (\S+)[, ](?=.*not depend)", text):
            assert trace(out).nodes[[n.name for n in trace(out).nodes].index(name)].data == pytest.approx(
                float(number.strip(",")), rel=1e-3, abs=1e-4
            )


def test_a_product_with_one_is_a_product() -> None:
    x = Value(3.0, label="x")
    for out, written in ((x * 1, "x * 1 = 3 * 1 = 3"), (x + 0, "x + 0 = 3 + 0 = 3"), (x**1, "x¹ = 3¹ = 3")):
        assert f"  v1 = {written}\n" in str(explain(out, x))
        assert trace(out).forward[0].formula == written.split(" = ")[0]


def test_names_and_labels_say_which_number_is_meant() -> None:
    a, w = Value(2.0, label="a"), Value(3.0)
    out = a * w + w
    assert explain(out, "a").gradient == 3.0
    assert explain(out, "v2").gradient == explain(out, out.operands[0]).gradient == 1.0  # type: ignore[arg-type]
    explained = explain(out, "layers.0.w", names={"layers.0.w": w})
    assert explained.gradient == 3.0
    assert "How does v2 change with layers.0.w?" in str(explained)
    assert nudge(out, "layers.0.w", by=1.0, names=[("layers.0.w", w)]).change == 3.0
    assert nudge(out, "a").wrt == "a"
    long = Value(1.0, label="l" * 60)
    assert explain(long * 2.0, "l" * 60).gradient == 2.0
    assert explain(Value(1.0, label="same") * 2.0 + Value(1.0, label="same") * 3.0, "same#2").gradient == 3.0


@pytest.mark.parametrize(
    ("wrt", "advice"),
    [("weigth", "; did you mean 'weight'?"), ("q", "; choose one of: weight, v1"), ("", "; choose one")],
)
def test_an_unknown_name_is_answered(wrt: str, advice: str) -> None:
    out = Value(2.0, label="weight").tanh()
    with pytest.raises(ValueError, match=f"explain: wrt: no number of this graph is called '{wrt}'{re.escape(advice)}"):
        explain(out, wrt)


def test_a_changed_leaf_is_reported() -> None:
    values = neuron()
    values["w1"].data = 4.0
    assert "An operand of v1 was changed since; compute it again." in str(explain(values["o"], values["x1"]))
    with pytest.raises(RuntimeError, match="an operand of v1 was changed since it was computed"):
        nudge(values["o"], values["x1"])


def test_wrong_requests() -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"explain: output must be a Value, got 1\.0"):
        explain(1.0, x)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"explain: wrt must be a Value or the label of one, got 2\.0"):
        explain(x * 2.0, 2.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="explain: names must be a module, or pairs of a name and a Value"):
        explain(x * 2.0, x, names=[x])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="output does not depend on wrt"):
        explain(x * 2.0, Value(3.0))


# ------------------------------------------------------------------------------------------------------------- nudges


def test_operations_written_by_hand() -> None:
    x = Value(2.0, label="x")
    for name, written in (("double", "double(x)"), ("", "(x)")):
        out = Value(4.0, (x,), name)
        out._backward = lambda out=out: setattr(x, "grad", x.grad + 2.0 * out.grad)
        explained = explain(out * 3.0, x)
        assert explained.gradient == 6.0
        assert f"∂v1/∂x = ∂{written}/∂x = 2" in str(explained)


def test_a_name_that_is_an_expression_stands_in_brackets() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    product = a * b
    product.label = "a*b"
    explained = explain(product.tanh(), a)
    assert "∂(a*b)/∂a = b = 3" in str(explained)
    assert r"\frac{\partial \text{(a*b)}}{\partial a}" in explained._repr_markdown_()
    assert "d(a*b)/da = 3" in str(explain(product, a))
