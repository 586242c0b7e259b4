"""The formula sheet: every function of the table, and only what the rows give."""

from __future__ import annotations

import re

import pytest

import autograd
from autograd import Primitive, Value, primitive
from chalkgrad.formula_sheet import Entry, conventions, entries, partials_at, plot, range_of, sheet

ENTRIES = {entry.name: entry for group in entries().values() for entry in group}


def test_every_public_row_has_a_line() -> None:
    rows = {name for name in autograd.__all__ if isinstance(vars(autograd).get(name), Primitive)}
    assert rows <= ENTRIES.keys()
    assert {"dot", "sum", "mean", "logsumexp", "softmax", "cross_entropy"} <= ENTRIES.keys()
    assert sheet().count("<svg") == len(ENTRIES)


@pytest.mark.parametrize(
    ("name", "interval"),
    [
        ("tanh", "(−1, 1)"), ("sigmoid", "(0, 1)"), ("relu", "[0, ∞)"), ("softplus", "(0, ∞)"), ("exp", "(0, ∞)"),
        ("elu", "(−1, ∞)"), ("leaky_relu", "all numbers"), ("gelu", "[−0.17, ∞)"), ("silu", "[−0.278, ∞)"),
        ("selu", "(−1.76, ∞)"), ("log", "all numbers"), ("log1p", "all numbers"), ("expm1", "(−1, ∞)"),
        ("sqrt", "[0, ∞)"), ("sin", "[−1, 1]"), ("tan", "all numbers"), ("arcsin", "[−π/2, π/2]"),
        ("arccos", "[0, π]"), ("arctan", "(−π/2, π/2)"), ("cosh", "[1, ∞)"), ("sinh", "all numbers"),
        ("absolute", "[0, ∞)"), ("add", "all numbers"), ("maximum", "all numbers"), ("softmax", "(0, 1)"),
        ("cross_entropy", "(0, ∞)"), ("logsumexp", "all numbers"), ("divide", "all numbers"),
        ("reciprocal", "all numbers"), ("arctanh", "all numbers"), ("arcsinh", "all numbers"), ("arccosh", "[0, ∞)"),
        ("arctan2", "(−π, π]"), ("erf", "(−1, 1)"), ("exp2", "(0, ∞)"), ("log2", "all numbers"), ("sech", "(0, 1]"),
        ("mish", "[−0.309, ∞)"), ("softsign", "(−1, 1)"), ("hardtanh", "[−1, 1]"), ("log_sigmoid", "(−∞, 0)"),
        ("square", "[0, ∞)"), ("hypot", "[0, ∞)"), ("logaddexp", "all numbers"),
    ],
)  # fmt: skip
def test_ranges_are_those_of_a_textbook(name: str, interval: str) -> None:
    assert range_of(ENTRIES[name]) == interval


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("relu", ["∂/∂x = 0 at x = 0"]),
        ("absolute", ["∂/∂x = 0 at x = 0"]),
        ("leaky_relu", ["∂/∂x = slope at x = 0"]),
        ("elu", ["∂/∂x = alpha at x = 0"]),
        ("selu", ["∂/∂x = 1.758 at x = 0"]),
        ("maximum", ["∂/∂x = 0.5 at x = y", "∂/∂y = 0.5 at x = y"]),
        ("minimum", ["∂/∂x = 0.5 at x = y", "∂/∂y = 0.5 at x = y"]),
        ("sqrt", ["∂/∂x = ∞ at x = 0"]),
        ("power", ["value 1 and ∂/∂x = 0 at x = 0, y = 0", "∂/∂y = −∞ at x = 0, y = 0"]),
        ("arcsin", ["∂/∂x = ∞ at x = 1", "∂/∂x = ∞ at x = −1"]),
        ("tanh", []),
        ("gelu", []),
        ("multiply", []),
        ("softmax", []),
    ],
)
def test_conventions_are_those_that_the_readme_lists(name: str, said: list[str]) -> None:
    assert list(conventions(ENTRIES[name])) == said


@pytest.mark.parametrize(
    ("name", "partials"),
    [
        ("tanh", ["sech(x)²"]),
        ("multiply", ["y", "x"]),
        ("dot", ["w1", "w2"]),
        ("mean", ["1 / 2", "1 / 2"]),
        ("cross_entropy", ["-(1 - softmax₁(x1, x2))", "softmax₂(x1, x2)"]),
    ],
)
def test_derivatives_are_printed_from_the_rows(name: str, partials: list[str]) -> None:
    assert [text for _, text in ENTRIES[name].partials] == partials


def test_another_row_gives_another_line() -> None:
    """Nothing is stored beside the rows: the entry of a row that is made here."""
    row = primitive("steep", lambda x: 3.0 * autograd.relu(x) - 1.0, lambda out, x: autograd.where(x > 0.0, 3.0, 0.0))
    entry = Entry("steep", "steep(x)", (("x", "3 if x > 0 else 0"),), row, ("x",), row)
    assert range_of(entry) == "[−1, ∞)"
    assert list(conventions(entry)) == ["∂/∂x = 0 at x = 0"]
    assert partials_at(entry, [2.0]) == [3.0]


def test_the_plot_goes_through_the_values() -> None:
    curve = re.findall(r"<path d='([^']*)'", plot(ENTRIES["tanh"]))[-1]
    points = [tuple(map(float, pair)) for pair in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", curve)]
    assert len(points) > 200
    for x, y in points[::20]:
        assert -y == pytest.approx(Value(x).tanh().data, abs=2e-3)
