"""Explanations: paths and sums by hand, and every number equal to what `backward()` finds."""

from __future__ import annotations

import json
import math
import random
import re

import pytest

from autograd import Value, cross_entropy, dot, explain, nudge, power, tanh, trace
from autograd import sum as total


def neuron() -> dict[str, Value]:
    numbers = {"x1": 2.0, "x2": 0.0, "w1": -3.0, "w2": 1.0, "b": 6.8813735870195432}
    values = {name: Value(number, label=name) for name, number in numbers.items()}
    out = (values["x1"] * values["w1"] + values["x2"] * values["w2"] + values["b"]).tanh()
    out.label = "o"
    return {**values, "o": out}


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
    assert explain(values["o"], values["x1"]).text.endswith("(This is what stands in x1.grad.)")
    values["o"].backward()
    assert "x1.grad is -3: more than this one backward pass" in str(explain(values["o"], values["x1"]))


def test_two_paths_are_added() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    out = a * b + a * a  # d/da = b + 2a = 7
    out.label = "out"
    explained = explain(out, wrt=a)
    assert explained.path_count == 3
    assert sorted(path.product for path in explained.paths) == [2.0, 2.0, 3.0]
    assert explained.gradient == 7.0
    assert "The sum over the 3 paths: dout/da = 3 + 2 + 2 = 7" in str(explained)


def test_every_gradient_is_that_of_the_backward_pass() -> None:
    source = random.Random(3)
    leaves = [Value(source.uniform(-2, 2), label=f"x{n}") for n in range(4)]
    nodes = list(leaves)
    for _ in range(12):
        x, y = source.choice(nodes), source.choice(nodes)
        nodes.append(source.choice([lambda x, y: x * y, lambda x, y: x + y, lambda x, y: tanh(x) - y])(x, y))
    out = total(nodes[-3:]) + dot(nodes[4:7], [1.0, 2.0, 3.0])
    explained = {leaf: explain(out, leaf) for leaf in leaves if leaf in _below(out)}
    out.backward()
    for leaf, found in explained.items():
        assert found.gradient == leaf.grad
        if found.paths:
            assert len(found.paths) == found.path_count
            assert math.fsum(path.product for path in found.paths) == pytest.approx(leaf.grad, rel=1e-12)
        assert math.fsum(c.product for c in found.contributions) == pytest.approx(leaf.grad, rel=1e-12)
        assert sum(c.paths for c in found.contributions) == found.path_count


def _below(out: Value) -> set[Value]:
    seen, stack = {out}, [out]
    while stack:
        new = {o for o in stack.pop().operands if isinstance(o, Value)} - seen
        seen |= new
        stack += new
    return seen


def test_hundreds_of_paths_are_summed_not_printed() -> None:
    x = Value(0.5, label="x")
    out = x
    for _ in range(40):
        out = out + out * 0.01
    explained = explain(out, x)
    assert explained.path_count == 2**40
    assert explained.paths == []
    text = str(explained)
    assert "There are 1,099,511,627,776 paths" in text
    assert "through v1: dv80/dv1 · ∂v1/∂x = " in text
    assert len(text.splitlines()) < 60
    for _ in range(4000):
        out = out + out * 1e-9
    assert "about 10^" in str(explain(out, x))


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


def test_records_go_into_json() -> None:
    values = neuron()
    records = json.loads(json.dumps(explain(values["o"], values["x1"]).as_dict()))
    assert records["gradient"] == pytest.approx(-1.5)
    assert records["paths"][0]["nodes"] == ["x1", "v1", "v3", "v4", "o"]
    assert records["steps"][0]["formula"] == "w1"
    assert records["given"] == [
        {"name": "v2", "data": 0.0}, {"name": "w1", "data": -3.0}, {"name": "b", "data": values["b"].data}
    ]  # fmt: skip
    shown = repr(explain(values["o"], values["x1"]))
    assert shown.startswith("<explanation of do/dx1 = -1.4999999999999")
    assert shown.endswith(", over 1 path; print(...) shows it>")


def test_a_changed_leaf_is_told() -> None:
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
    with pytest.raises(TypeError, match="explain: names must be pairs of a name and a Value"):
        explain(x * 2.0, x, names=[x])  # type: ignore[list-item]
    with pytest.raises(ValueError, match="output does not depend on wrt"):
        explain(x * 2.0, Value(3.0))


# ------------------------------------------------------------------------------------------------------------- nudges


def test_a_nudge_compares_the_change_with_the_promise() -> None:
    x = Value(3.0, label="x")
    out = x * x
    tried = nudge(out, x, by=0.5)
    assert (tried.before, tried.after, tried.change) == (9.0, 12.25, 3.25)
    assert (tried.gradient, tried.predicted) == (6.0, 3.0)
    assert (x.data, out.data, x.grad) == (3.0, 9.0, 0.0)
    text = str(tried)
    assert "x is changed by 0.5: v1 goes from 9 to 12.25." in text
    assert "actual change      3.25" in text
    assert "6 x 0.5 = 3, off by 0.25 (8.33%)" in text


def test_a_small_nudge_keeps_the_promise() -> None:
    values = neuron()
    tried = nudge(values["o"], values["x1"])
    assert tried.by == 1e-3
    assert tried.change == pytest.approx(-1.5e-3, rel=3e-3)


@pytest.mark.parametrize("by", [0.0, math.inf, math.nan, 1e-300])
def test_a_step_must_be_a_step(by: float) -> None:
    x = Value(3.0)
    with pytest.raises(ValueError, match=r"by must be a step that changes 3\.0"):
        nudge(x * x, x, by=by)


def test_wrong_nudges() -> None:
    x = Value(3.0)
    with pytest.raises(TypeError, match="nudge: x must be a Value or the label of one"):
        nudge(x * x, 3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nudge: by must be a real number"):
        nudge(x * x, x, by="little")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="output does not depend on x"):
        nudge(x * x, Value(1.0))


def test_operations_written_by_hand() -> None:
    x = Value(2.0, label="x")
    for name, written in (("double", "double(x)"), ("", "(x)")):
        out = Value(4.0, (x,), name)
        out._backward = lambda out=out: setattr(x, "grad", x.grad + 2.0 * out.grad)
        explained = explain(out * 3.0, x)
        assert explained.gradient == 6.0
        assert f"∂v1/∂x = ∂{written}/∂x = 2" in str(explained)


def test_a_long_explanation_costs_what_is_read_of_it() -> None:
    x = Value(2.0, label="x")
    out = x
    for _ in range(5_000):
        out = out * 0.9999 + 0.0001
    explained = explain(out, x)
    text = str(explained)
    assert len(explained.forward) == len(explained.steps) == 10_000
    assert explained.steps[-1].partial == 1.0
    assert len(explained.paths[0].nodes) == 10_001
    assert len(text) < 10_000


def test_paths_that_are_too_long_together_are_summed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.views.explain.paths.MAX_PATH_NODES", 1000)
    x = Value(1.0, label="x")
    out = x + x
    for _ in range(600):
        out = out + 0.0
    text = str(explain(out, x))
    assert "There are 2 paths; added up by where they begin:" in text
    assert "= 1 + 1 = 2" in text


def test_a_name_that_is_an_expression_stands_in_brackets() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    product = a * b
    product.label = "a*b"
    explained = explain(product.tanh(), a)
    assert "∂(a*b)/∂a = b = 3" in str(explained)
    assert r"\frac{\partial \text{(a*b)}}{\partial a}" in explained._repr_markdown_()
    assert "d(a*b)/da = 3" in str(explain(product, a))
