"""Formulas: what is written is compared with what mpmath differentiates, never with the row it came from."""

from __future__ import annotations

import math

import mpmath
import pytest
from expression_trees import as_python

from autograd import Primitive, explain_row, formulas, primitive
from autograd import primitives as table
from autograd.symbolic.formulas import formula, operand_names, partial_formula

READER = {
    name: getattr(mpmath, name)
    for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sech", "hypot")
} | {
    "arcsin": mpmath.asin,
    "arccos": mpmath.acos,
    "arctan": mpmath.atan,
    "min": min,
    "max": max,
    "maximum": max,
    "minimum": min,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "sigmoid_partial": lambda x: mpmath.exp(-x) / (1 + mpmath.exp(-x)) ** 2,
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "relu": lambda x: max(x, 0),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "normal_pdf": mpmath.npdf,
    "normal_cdf": mpmath.ncdf,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "abs": abs,
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (mpmath.exp(x) - 1),
    "selu": lambda x: (
        mpmath.mpf("1.0507009873554805") * (x if x > 0 else mpmath.mpf("1.6732632423543772") * (mpmath.exp(x) - 1))
    ),
    "where": lambda condition, x, y: x if condition else y,
}
"""How a mathematician reads the names that formulas use, at 50 digits."""

POINTS = {
    1: [(0.3,), (-0.6,)],
    2: [(0.4, 0.7), (1.7, 0.2), (2.5, 3.0)],
}
POSITIVE = {"log", "sqrt", "log1p"}
WRITTEN = [
    "identity",
    "add",
    "subtract",
    "multiply",
    "divide",
    "negative",
    "power",
    "absolute",
    "maximum",
    "minimum",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sqrt",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "sigmoid",
    "softplus",
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "gelu",
    "silu",
]


def read(text: str, names: list[str], point: tuple[float, ...]) -> mpmath.mpf:
    text = as_python(text)
    if text.startswith("|"):
        text = f"abs({text.strip('|')})"
    return eval(text, {**READER, **dict(zip(names, map(mpmath.mpf, point), strict=True))})


@pytest.mark.parametrize("name", WRITTEN)
def test_a_written_partial_is_the_derivative_of_what_is_written(name: str) -> None:
    row = table.TABLE[name]
    names = [str(operand) for operand in operand_names(row)]
    whole, partials = formulas(row)
    for point in POINTS[len(names)]:
        if name in POSITIVE and point[0] <= 0:
            continue
        with mpmath.workdps(50):
            for n, partial in enumerate(partials):
                order = tuple(int(k == n) for k in range(len(names)))
                expected = mpmath.diff(lambda *at: read(whole, names, at), point, order)
                # the constants of selu are shown with five digits
                assert read(partial, names, point) == pytest.approx(expected, rel=1e-4 if name == "selu" else 1e-12)


@pytest.mark.parametrize("style", ["text", "latex"])
def test_every_row_has_a_formula_in_both_styles(style: str) -> None:
    for row in table.TABLE.values():
        whole, partials = formulas(row, style)
        assert whole, row.name
        assert len(partials) == len(operand_names(row)), row.name
        assert all(partials), row.name
        for text in (whole, *partials):
            assert not any("\ue000" <= character <= "\uf8ff" for character in text), text
            assert text.count("{") == text.count("}"), text
            assert text.count("(") == text.count(")"), text


def test_the_line_of_the_formula_sheet() -> None:
    assert explain_row(table.tanh) == "tanh(x)      ∂/∂x = sech(x)²"
    assert explain_row(table.multiply) == "x * y        ∂/∂x = y\n             ∂/∂y = x"
    with pytest.raises(TypeError, match=r"explain_row: row must be a row.*; explain\(output, wrt\) shows"):
        explain_row(math.tanh)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"formulas: row must be a row of the table, .* got 'tanh'$"):
        formulas("tanh")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (primitive("by_math", math.sin, lambda out, x: math.cos(x)), "x"),
        (primitive("by_if", lambda x: x, lambda out, x: 1.0 if x > 0 else 0.0), "x"),
        (primitive("by_attribute", lambda x: x, lambda out, x: x.real), "x"),
        (primitive("by_float", lambda x, y: x * y, lambda out, x, y: y, lambda out, x, y: float(x)), "xy"),
    ],
)
def test_partials_that_know_numbers_only_say_how_they_become_formulas(row: Primitive, names: str) -> None:
    lines = explain_row(row).splitlines()
    assert len(lines) == len(names) + 1
    assert (
        lines[-1]
        .strip()
        .startswith("(not symbolic: write the partials with rows, such as autograd.cos, and with where")
    )
    assert lines[0].split("  ")[0] == f"{row.name}({', '.join(names)})"


def test_every_row_of_the_table_is_symbolic() -> None:
    assert [row.name for row in table.TABLE.values() if "not symbolic" in explain_row(row)] == []


def test_latex_by_hand() -> None:
    assert formulas(table.divide, "latex") == (r"\frac{x}{y}", [r"\frac{1}{y}", r"-\frac{x}{y^2}"])
    assert formulas(table.sqrt, "latex") == (r"\sqrt{x}", [r"\frac{0.5}{\sqrt{x}}"])
    assert formulas(table.exp, "latex") == ("e^{x}", ["e^{x}"])


def test_small_powers_are_raised_and_their_partials_simplified() -> None:
    assert formulas(table.power, operands=["x", 2.0])[1][0] == "2 * x"
    assert formulas(table.power, operands=["x", 3.0])[1][0] == "3 * x²"
    assert formulas(table.power, operands=["x", -1.0])[0] == "x⁻¹"
    assert formulas(table.power, operands=["x", -1.0])[1][0] == "-x⁻²"
    assert formulas(table.power, operands=["x", 0.5])[1][0] == "0.5 * x ** (-0.5)"
    assert formula(table.power, ["x", 2.0], "latex") == "x^{2}"


def test_numbers_take_the_places_of_names() -> None:
    assert partial_formula(table.tanh, ["x"], 0, values=[0.5]) == "sech(0.5)²"
    assert formula(table.multiply, ["a", "b"], values=[2.0, -3.0]) == "2 * (-3)"
    assert formula(table.add, ["a", "b"], values=[-6.0, 0.0]) == "-6 + 0"
    assert formula(table.tanh, ["x"], values=[-0.5]) == "tanh(-0.5)"
    assert formula(table.power, ["x", 2.0], values=[-3.0, 2.0]) == "(-3)²"
    with pytest.raises(ValueError, match="got 1 values for 2 operands"):
        formula(table.add, ["a", "b"], values=[1.0])


@pytest.mark.parametrize(
    ("row", "operands", "text", "with_three"),
    [
        (table.multiply, ["x", 1.0], "x * 1", "3 * 1"),
        (table.multiply, [1.0, "x"], "1 * x", "1 * 3"),
        (table.multiply, ["x", -1.0], "x * (-1)", "3 * (-1)"),
        (table.add, ["x", 0.0], "x + 0", "3 + 0"),
        (table.subtract, ["x", -2.0], "x - (-2)", "3 - (-2)"),
        (table.subtract, [0.0, "x"], "0 - x", "0 - 3"),
        (table.divide, ["x", 1.0], "x / 1", "3 / 1"),
        (table.power, ["x", 1.0], "x¹", "3¹"),
        (table.power, ["x", 0.0], "x⁰", "3⁰"),
        (table.power, [1.0, "x"], "1 ** x", "1 ** 3"),
        (table.sum_, [0.0, "x", 0.0], "x + 0", "3 + 0"),
        (table.sum_, [1.0, "x", "x"], "1 + x + x", "1 + 3 + 3"),
        (table.dot, [0.0, "x", "x", 1.0, 0.0], "x * 1 + x * 0", "3 * 1 + 3 * 0"),
    ],
)
def test_an_operation_is_written_as_it_was_computed_whatever_its_constants(
    row: Primitive, operands: list[str | float], text: str, with_three: str
) -> None:
    assert formula(row, operands) == text
    numbers = [3.0 if isinstance(operand, str) else operand for operand in operands]
    assert formula(row, operands, values=numbers) == with_three


def test_sequences() -> None:
    assert formula(table.dot, ["b", "w1", "w2", "x1", "x2"]) == "b + w1 * x1 + w2 * x2"
    assert formulas(table.dot, operands=[0.0, "w", "x"]) == ("w * x", ["1", "x", "w"])
    assert formula(table.sum_, ["a", "b", "c"]) == "a + b + c"
    assert formula(table.logsumexp, ["a", "b"]) == "log(exp(a) + exp(b))"
    assert formula(table.softmax, [1.0, "a", "b"]) == "exp(b) / (exp(a) + exp(b))"
    assert formula(table.cross_entropy, [0.0, "a", "b"]) == "log(exp(a) + exp(b)) - a"
    assert partial_formula(table.cross_entropy, [0.0, "a", "b"], 2) == "softmax₂(a, b)"
    assert partial_formula(table.cross_entropy, [0.0, "a", "b"], 1) == "-(1 - softmax₁(a, b))"
    assert partial_formula(table.softmax, [0.0, "a", "b"], 1, "latex").endswith(
        r"\left(1 - \operatorname{softmax}_{1}(a, b)\right)"
    )
    assert formula(table.softmax_others, [1.0, "a", "b"]) == "1 - softmax₂(a, b)"
    assert formulas(table.take, operands=[1.0, "a", "b"]) == ("b", ["0", "0", "1"])


def test_long_sequences_are_cut_and_their_terms_still_derived() -> None:
    names = [f"w{n}" for n in range(3000)] + [f"x{n}" for n in range(3000)]
    assert formula(table.dot, ["b", *names]) == "b + w0 * x0 + … + w2999 * x2999"
    assert partial_formula(table.dot, ["b", *names], 1 + 1234) == "x1234"
    assert partial_formula(table.dot, ["b", *names], 1 + 3000 + 1234) == "w1234"
    many = [f"z{n}" for n in range(200)]
    assert formula(table.sum_, [0.0, *many]) == "z0 + z1 + … + z199"
    assert formula(table.logsumexp, many).startswith("logsumexp(z0, z1, ")
    assert partial_formula(table.logsumexp, many, 7).endswith("/∂z7")


def test_rows_of_the_users_own() -> None:
    cube = primitive("cube", lambda x: x * x * x, lambda out, x: 3 * x**2)
    assert explain_row(cube) == "cube(x)      ∂/∂x = 3 * x²"
    area = primitive("area", lambda w, h: w * h, lambda out, w, h: h, lambda out, w, h: w, text="{} × {}")
    assert formulas(area) == ("w × h", ["h", "w"])
    erf = primitive("erf", math.erf, lambda out, x: 2 / math.sqrt(math.pi) * math.exp(-x * x))
    assert formulas(erf) == ("erf(x)", ["∂erf(x)/∂x"])


def test_wrong_requests() -> None:
    with pytest.raises(IndexError, match="tanh has the operands 0 to 0, got 1"):
        partial_formula(table.tanh, ["x"], 1)
    with pytest.raises(ValueError, match="multiply takes 2 operand"):
        formula(table.multiply, ["x"])
    with pytest.raises(ValueError, match="unknown style 'html'"):
        formulas(table.add, "html")


@pytest.mark.parametrize("name", ["add", "multiply", "power", "power_partial", "where"])
def test_a_row_of_ones_own_is_not_written_like_the_library_row_of_its_name(name: str) -> None:
    """Nor is it simplified by that row's rules."""
    own = primitive(name, lambda x, y: 7.0 * x + y, lambda out, x, y: 7.0, lambda out, x, y: own(y, 1.0))
    text = str(explain_row(own))
    assert text.startswith(f"{name}(x, y)")
    assert f"∂/∂y = {name}(y, 1)" in text
