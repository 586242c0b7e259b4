"""Numbers, names and brackets: what is written must mean, to Python and to a reader, what it was made from."""

from __future__ import annotations

import math

import pytest
from expression_trees import VALUES, as_python, number, trees
from hypothesis import given
from hypothesis import strategies as st

from autograd.symbolic.expression import Expression, rows_in, write
from autograd.symbolic.printing import name_text, notation_of, number_text, shortened, style_for, superscript


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (-0.0, "0"), (1.0, "1"), (-2.0, "-2"), (1234567.0, "1234567"), (6.8813735870195432, "6.8814"),
        (0.7071067811865476, "0.7071"), (1e-9, "1e-9"), (1e300, "1e300"), (-1.5e-12, "-1.5e-12"),
        (123456.78, "1.2346e5"),
        (math.inf, "inf"), (-math.inf, "-inf"), (math.nan, "nan"),
    ],
)  # fmt: skip
def test_numbers_are_short_and_never_become_zero(number: float, text: str) -> None:
    assert number_text(number) == text


@given(st.floats(-1.79e308, 1.79e308))
def test_a_number_is_readable_as_nearly_itself(number: float) -> None:
    text = number_text(number)
    assert len(text) <= 12
    assert float(text) == pytest.approx(number, rel=1e-3, abs=0.0)


def test_latex_numbers() -> None:
    assert number_text(1.5e-9, "latex") == r"1.5 \times 10^{-9}"
    assert number_text(-math.inf, "latex") == r"-\infty"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("x", "x"), ("w1", "w_{1}"), ("w_12", "w_{12}"), ("x₃", "x_{3}"), ("loss", r"\mathrm{loss}"), ("α", "α"),
        ("a b", r"\text{a b}"), ("50%", r"\text{50\%}"), ("a_b", r"\text{a\_b}"),
        (r"\input{x}", r"\text{}\backslash\text{input\{x\}}"),
    ],
)  # fmt: skip
def test_names_in_latex(name: str, latex: str) -> None:
    assert name_text(name, "latex") == latex


def test_a_name_cannot_leave_its_formula() -> None:
    hostile = name_text("}$ <script>\\", "latex")
    assert "$" not in hostile.replace(r"\$", "")
    assert "<" not in hostile
    assert "}" not in hostile.replace(r"\}", "").replace("}\\", "")[:-1]


def test_superscripts_and_long_lists() -> None:
    assert superscript(-12) == "⁻¹²"
    assert shortened(list("abcdefgh")) == ["a", "b", "…", "h"]
    assert shortened(list("abcdef")) == list("abcdef")


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown style 'html'; choose one of: text, latex"):
        style_for("html", ())


# ------------------------------------------------------------------------------------------------------- the brackets

FUNCTIONS = {"tanh": math.tanh, "exp": math.exp}


@given(trees())
def test_brackets_stand_where_python_needs_them(tree: Expression) -> None:
    try:
        expected = number(tree)
    except (ArithmeticError, ValueError):
        return
    if not 1e-6 < abs(expected) < 1e6:  # differences that cancel tell nothing about brackets
        return
    text = as_python(write(tree, style_for("text", rows_in(tree))))
    assert eval(text, {**FUNCTIONS, **VALUES}) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("template", "binds", "needed"),
    [("{} + {}", 3, (3, 4)), ("{} - {}", 3, (3, 4)), ("{} * {}", 4, (4, 6)), ("-{}", 3, (4,)), ("f({})", 7, (0,)),
     ("{} ** {}", 6, (7, 6)), (r"\frac{{{}}}{{{}}}", 7, (0, 0)), ("{}^{{{}}}", 6, (7, 0)), ("1 - {}²", 3, (7,)),
     ("{}", 7, (7,))],
)  # fmt: skip
def test_how_tightly_a_template_binds(template: str, binds: int, needed: tuple[int, ...]) -> None:
    arity = len(needed)
    assert notation_of(template, arity) == (template, binds, needed)
