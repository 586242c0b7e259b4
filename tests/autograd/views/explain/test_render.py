"""The text of an explanation: long lists are shortened and say so; signs and brackets are right."""

from __future__ import annotations

import math

from autograd import Value, explain, nudge
from autograd import sum as total


def test_long_lists_are_cut_and_say_by_how_much() -> None:
    x = Value(1.0, label="x")
    out = x
    for _ in range(30):
        out = out * 0.9 + 0.1
    text, markdown = str(explain(out, x)), explain(out, x)._repr_markdown_()
    assert text.count("... and 40 more") == 2  # 60 operations, and as many steps
    assert markdown.count("- ... and 40 more") == 2
    assert "x → v1 → v2 → v3 → v4 → v5 → … → v58 → v59 → v60" in text


def test_many_paths_one_by_one() -> None:
    x = Value(2.0, label="x")
    out = total([x * float(n) for n in range(1, 26)])
    text = str(explain(out, x))
    assert "... and 5 more" in text
    assert "The sum over the 25 paths: dv26/dx = " in text
    assert "= 325" in text


def test_negative_factors_and_summands_stand_in_brackets() -> None:
    a = Value(2.0, label="a")
    out = (a * -3.0) * -4.0 + a * -1.0
    text = str(explain(out, a))
    assert "-3 · (-4) · 1 = 12" in text
    assert "= 12 + (-1) = 11" in text


def test_infinite_gradients_are_said() -> None:
    x = Value(0.0, label="x")
    out = x**0.5
    assert "dv1/dx = inf" in str(explain(out, x))
    assert r"\infty" in explain(out, x)._repr_markdown_()


def test_a_nudge_across_a_pole() -> None:
    x = Value(1.0, label="x")
    text = str(nudge(1.0 / x, x, by=-1.0))
    assert "v1 goes from 1 to inf." in text
    assert "off by inf" in text


def test_a_nudge_with_a_gradient_of_zero() -> None:
    x = Value(0.0, label="x")
    tried = nudge(x * x, x, by=0.1)
    assert tried.predicted == 0.0
    assert str(tried).endswith("0 x 0.1 = 0, off by 0.01")
    assert math.isclose(tried.change, 0.01)


def test_markdown_of_many_paths_and_of_the_number_itself() -> None:
    x = Value(0.5, label="x")
    out = x
    for _ in range(10):
        out = out + out * 0.5
    markdown = explain(out, x)._repr_markdown_()
    assert "There are 1,024 paths; added up by where they begin:" in markdown
    assert r"\frac{dv_{20}}{dv_{1}} \cdot \frac{\partial v_{1}}{\partial x} = " in markdown
    assert "(512 paths)" in markdown
    assert r"$$\frac{dx}{dx} = 1$$" in explain(x, x)._repr_markdown_()


def test_numbers_that_have_nothing_to_do_with_it_are_one_line() -> None:
    x = Value(2.0, label="x")
    others = [Value(float(n), label=f"y{n}") for n in range(40)]
    explained = explain(total([x, *others]), x)
    (line,) = [line for line in str(explained).splitlines() if "not depend" in line]
    assert line.startswith("  y0 = 0, y1 = 1, ")
    assert line.endswith("y9 = 9, ... and 30 more (do not depend on x)")
    assert "- $y_{0} = 0$, " in explained._repr_markdown_()
    assert "... and 30 more (do not depend on $x$)" in explained._repr_markdown_()
    assert "depend" not in str(explain(x * x, x))
    assert "  y3 = 3 (does not depend on x)\n" in str(explain(x * others[3], x))
