"""Formulas from the command line: arithmetic works, nothing else can run, and the message points at the place."""

from __future__ import annotations

import argparse
import math
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from chalkgrad.cli.formula import FormulaError, assignment, parse


def value(text: str, **numbers: float) -> float:
    return parse(text).evaluate(numbers)[0].data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * 2", 8.0),
        ("-a ** 2", -4.0),
        ("a - b / 4", 1.25),
        ("tanh(a - b)", math.tanh(-1.0)),
        ("max(a, b)", 3.0),
        ("exp(log(a)) + sin(pi * a)", 2.0),
        ("leaky_relu(a - b)", -0.01),
        ("leaky_relu(a - b, 0.5)", -0.5),
        ("2 ** a + b", 7.0),
        ("dot([a, b], [b, 1], 0.5)", 9.5),
        ("sum([a, b, 4])", 9.0),
        ("mean([a, b])", 2.5),
        ("c = a * b; c + c", 12.0),
        ("c = a * b\nd = c - 1\nd * d", 25.0),
        ("+a * +b", 6.0),
        ("abs(a - b) + 0 * b", 1.0),
        ("logsumexp([a, b])", 3.31326168751822),
        ("clip(a, 0, 1) + clip(a, 3, 4)", 4.0),
        ("norm([a, b]) ** 2", 13.0),
    ],
)
def test_arithmetic(text: str, expected: float) -> None:
    numbers = {name: number for name, number in {"a": 2.0, "b": 3.0}.items() if name in parse(text).names}
    assert value(text, **numbers) == pytest.approx(expected, abs=1e-12)


def test_the_graph_has_the_names_of_the_formula() -> None:
    output, leaves = parse("e = a * b; tanh(e + c)").evaluate({"a": 2.0, "b": -3.0, "c": 10.0})
    assert list(leaves) == ["a", "b", "c"]
    assert all(leaf.label == name for name, leaf in leaves.items())
    assert output.label == "out"
    inner = output.operands[0]
    assert isinstance(inner, Value)
    assert isinstance(inner.operands[0], Value)
    assert inner.operands[0].label == "e"
    output.backward()
    assert leaves["b"].grad == pytest.approx(2.0 / math.cosh(4.0) ** 2)


HOSTILE = [
    ("__import__('os').system('x')", "only functions of the table|attributes"),
    ("a.b", "attributes"),
    ("().__class__.__bases__", "attributes"),
    ("[x for x in y]", "comprehensions are not allowed"),
    ("{x for x in y}", "comprehensions"),
    ("sum(x for x in y)", "takes lists|comprehensions"),
    ("lambda x: x", "functions cannot be defined"),
    ("eval('1')", "unknown function 'eval'"),
    ("open('f')", "unknown function 'open'"),
    ("exec", "no number for exec"),
    ("f'{a}'", "text is not a number"),
    ("'text'", "is not a real number"),
    ("1j * a", "is not a real number"),
    ("True + a", "is not a real number"),
    ("None", "is not a real number"),
    ("a[0]", "indexing"),
    ("a if a else a", "if is not allowed"),
    ("a < b", "comparisons"),
    ("a and b", "and, or are not for numbers"),
    ("not a", "not is not for numbers"),
    ("a ^ 2", "write \\*\\*"),
    ("a // 2", "// is not allowed"),
    ("a % 2", "% is not allowed"),
    ("a @ b", "@ is not allowed"),
    ("a << 100", "LShift"),
    ("~a", "Invert"),
    ("(a := 3)", "write the assignment before"),
    ("*a, b", "a comma separates"),
    ("exp(*a)", "before an argument"),
    ("exp(x=a)", "without names|takes 1"),
    ("tanh(a, a)", "takes 1 argument"),
    ("tanh()", "takes 1 argument"),
    ("tanh", "call it, as in"),
    ("import os", "only a formula, or name = formula"),
    ("a = b = 1", "only a formula"),
    ("a += 1", "only a formula"),
    ("def f(): pass", "only a formula"),
    ("del a", "only a formula"),
    ("tanh = a", "has a meaning already"),
    ("b = a * a; a = 2", "a is used already"),
    ("a * a; a = 2", "what comes before the last ; needs a name"),
    ("b = a; b = a; b", "is used already"),
    ("[a, b]", "only be an argument"),
    ("exp([a])", "only be an argument"),
    ("dot([a], b)", "takes lists"),
    ("dot([a, b])", "takes lists"),
    ("", "is empty"),
    ("   ", "is empty"),
    ("a +", "this is not a formula"),
    ("(a", "this is not a formula"),
    ("1e400 * a + b.c", "attributes"),
    ("await a", "not a formula|not allowed"),
    ("yield a", "not allowed|only a formula"),
    ("a\x00b", "cannot be read|not a formula"),
]


@pytest.mark.parametrize(("text", "message"), HOSTILE)
def test_everything_else_is_refused(text: str, message: str) -> None:
    with pytest.raises(FormulaError, match=message):
        parse(text).evaluate({})


def test_the_message_points_at_the_place() -> None:
    with pytest.raises(FormulaError) as error:
        parse("ééé * 2 + tanh(b.c)")
    problem, line, pointer = str(error.value).splitlines()
    assert problem == "attributes (a.b) are not allowed"
    assert line[pointer.index("^")] == "b"
    with pytest.raises(FormulaError) as error:
        parse(" + ".join(["long_name"] * 30 + ["x.y"]))
    _, line, pointer = str(error.value).splitlines()
    assert line[pointer.index("^") :].startswith("x.y")
    assert len(line) < 80


@pytest.mark.parametrize(
    "text",
    [
        "x" * 10_000_000,
        "(" * 5000 + "x" + ")" * 5000,
        "-" * 9000 + "x",
        "+".join(["x"] * 4000),
        "9" * 9000,
        "x" + "**x" * 3000,
        "tanh(" * 150 + "x" + ")" * 150,
    ],
)
def test_what_would_take_long_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        parse(text).evaluate({"x": 1.0})


@pytest.mark.parametrize("text", ["9 ** 9 ** 9 ** 9 * x", "10 ** 400 * x", "2.0 ** 99999 + x"])
def test_huge_powers_are_float_errors(text: str) -> None:
    with pytest.raises(OverflowError, match="too large for a float"):
        parse(text).evaluate({"x": 1.0})


@pytest.mark.parametrize(
    ("text", "number", "error", "place"),
    [
        ("1 + 9 ** 9 ** 9 * x", 1.0, OverflowError, "9 ** 9"),
        ("x + 1 / (x - 2)", 2.0, ZeroDivisionError, "1 / ("),
        ("2 * log(x)", -1.0, FormulaError, "log("),
        ("a = 3 * x; a + x ** 0.5", -1.0, FormulaError, "x ** 0.5"),
        ("dot([x, x], [x])", -1.0, FormulaError, "dot("),
    ],
)
def test_errors_of_operations_point_at_the_place(text: str, number: float, error: type, place: str) -> None:
    with pytest.raises(error) as raised:
        parse(text).evaluate({"x": number})
    *_, line, pointer = str(raised.value).splitlines()
    assert line[pointer.index("^") :].startswith(place)


def test_numbers_and_variables_must_match() -> None:
    with pytest.raises(FormulaError, match=r"no number for b, c; add --at b=1\.0 c=1\.0$"):
        parse("a + b + c").evaluate({"a": 1.0})
    with pytest.raises(FormulaError, match="d does not occur in the formula; its variables are: a"):
        parse("a + 1").evaluate({"a": 1.0, "d": 2.0})
    with pytest.raises(FormulaError, match=r"the formula is the number 3\.0; there is nothing to differentiate"):
        parse("1 + 2").evaluate({})


@given(st.text(max_size=40))
def test_any_text_is_a_formula_or_an_expression_error(text: str) -> None:
    try:
        parsed = parse(text)
        parsed.evaluate(dict.fromkeys(parsed.names, 0.5))
    except (FormulaError, ArithmeticError, ValueError):
        pass


def test_nothing_ran(tmp_path: object) -> None:
    assert "CHALKGRAD_PWNED" not in os.environ
    with pytest.raises(FormulaError):
        parse("__import__('os').environ.__setitem__('CHALKGRAD_PWNED', '1')")
    assert "CHALKGRAD_PWNED" not in os.environ


def test_assignments() -> None:
    assert assignment("x = 1e-3") == ("x", 0.001)
    for text in ("x", "x=", "x=two", "1=2", "=3", "x.y=1"):
        with pytest.raises(argparse.ArgumentTypeError, match=re.escape(f"{text!r} must be a name and a number")):
            assignment(text)


def test_a_number_that_no_float_holds() -> None:
    with pytest.raises(FormulaError, match="this number is too large for a float"):
        parse("9" * 400 + " * x").evaluate({"x": 1.0})


def test_a_variable_may_be_called_out() -> None:
    output, leaves = parse("out * 2").evaluate({"out": 1.0})
    assert output.label == ""
    assert leaves["out"].label == "out"
