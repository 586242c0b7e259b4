"""What was meant is found, and only what is a formula is proposed."""

from __future__ import annotations

import pytest

from chalkgrad.cli.formula import FormulaError, parse
from chalkgrad.cli.formula_hints import from_paper, with_products


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a.tanh()", "write tanh(a)"),
        ("(a*b).tanh()", "write tanh(a * b)"),
        ("math.exp(a)", "write exp(a)"),
        ("np.exp(a + b) * c", "write exp(a + b)"),
        ("math.pi * a", "write pi"),
        ("torch.sigmoidd(a)", "write sigmoid(a)"),
        ("2a", "a product needs its sign: write 2*a"),
        ("2 sin(a) + 3b", "write 2*sin(a) + 3*b"),
        ("(a + b)(a - b)", "write (a + b)*(a - b)"),
        ("2(a + b)", r"write 2*(a + b)"),
        ("a b", "write a*b"),
        ("2e3x", "write 2e3*x"),
        ("sn(a)", "unknown function 'sn'; did you mean sin?"),
        ("ln(a)", "unknown function 'ln'; did you mean log?"),
        ("Tanh(a)", "did you mean tanh?"),
        ("asin(a)", "did you mean arcsin?"),
        ("|x|", "write abs(x)"),
        ("|a - b| * |c|", "write abs(a - b) * abs(c)"),
        ("x² + 3·x³", "write x**2 + 3*x**3"),
        ("sin x", "write sin(x)"),
        ("2 sin x + tanh 3y", "write 2*sin(x) + tanh(3*y)"),
        ("π × a − 1 ÷ b²", "write pi * a - 1 / b**2"),
        ("sin x² / 2", "write sin(x**2) / 2"),
        ("f(x) = x*x", "a formula has no name and no arguments; write x*x"),
        ("|x", "this is not a formula"),
        ("frobnicate(a)", "choose one of: abs, absolute"),
    ],
)
def test_the_message_says_what_to_write(text: str, advice: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert advice in str(error.value).splitlines()[0]


@pytest.mark.parametrize("text", ["a.real", "().__class__.__bases__", "a.b()", "().mro()", "math.tau"])
def test_nothing_is_proposed_where_nothing_is_meant(text: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert "write" not in str(error.value)


@pytest.mark.parametrize("text", ["1e3 + x", "sin(a) * 2.5", "a", "2.5e-3*x", "x1 + y2", "(a) + (b)"])
def test_a_formula_has_all_its_signs(text: str) -> None:
    assert with_products(text) == ""
    assert from_paper(text, ["sin"]) == ""


@pytest.mark.parametrize(
    "text", ["9" * 9_990 + "$", "x" * 9_990 + " $", "a" + " " * 9_990 + "$", "(" * 9_990, ")" * 9_990]
)
def test_hostile_text_is_looked_through(text: str) -> None:
    assert with_products(text) == from_paper(text, ["sin"]) == ""
