"""Do the generated methods compute what their rows compute, bit for bit, and can a debugger see them?"""

from __future__ import annotations

import linecache
import math
import random
import traceback

import pytest

import autograd
from autograd import Value, primitive, source
from autograd.codegen import node_function
from autograd.ieee import ieee_arithmetic
from autograd.node import edges
from autograd.primitive import NOT_TAKEN, evaluate, partials_at
from autograd.primitives import TABLE

ROWS = [row for row in TABLE.values() if row.arity in (1, 2)]


def same(x: float, y: float) -> bool:
    return repr(x) == repr(y)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_generated_code_is_the_row_bit_for_bit(row: autograd.Primitive) -> None:
    rng = random.Random(row.name)
    points = [rng.choice((-1, 1)) * 10 ** rng.uniform(-6, 3) for _ in range(80)] + [
        0.0,
        -0.0,
        1.0,
        math.inf,
        math.nan,
        800.0,
    ]
    forwards, reflected = node_function(row), node_function(row, reflected=True) if row.arity == 2 else None
    in_place = node_function(row, in_place=True)
    for x in points:
        y = rng.choice(points)
        numbers = [x, y][: row.arity]
        values = [Value(number) for number in numbers]
        try:
            out = evaluate(row, numbers)
        except (ArithmeticError, ValueError) as error:
            with pytest.raises(type(error)):
                forwards(*values)
            continue
        partials = partials_at(row, out, numbers)
        nodes = [(forwards(*values), values, partials), (in_place(*values), values, partials)]
        if reflected is not None:
            nodes += [
                (forwards(values[0], y), values[:1], partials[:1]),
                (reflected(values[1], x), values[1:], partials[1:]),
            ]
        for node, operands, expected in nodes:
            assert same(node.data, out)
            taken = [(o, partial) for o, partial in zip(operands, expected, strict=True) if partial is not NOT_TAKEN]
            assert [operand for operand, _ in edges(node)] == [operand for operand, _ in taken]
            assert all(map(same, [partial for _, partial in edges(node)], [partial for _, partial in taken])), (
                numbers,
                list(edges(node)),
                expected,
            )
        with ieee_arithmetic():
            assert same(row(*values).data, out)


def test_the_source_is_readable_and_registered() -> None:
    text = source(autograd.multiply)
    assert "out = x * y" in text
    assert "dx = y" in text
    function = Value.__mul__
    assert function.__name__ == "__mul__"
    assert linecache.getlines(function.__code__.co_filename)
    try:
        Value(0.0).log()
    except ValueError as error:
        lines = [frame.line for frame in traceback.extract_tb(error.__traceback__)]
        assert any("slow_path" in str(line) for line in lines)


def test_methods_have_docstrings_and_names() -> None:
    for name in ("exp", "tanh", "relu", "maximum", "__add__", "__rpow__", "leaky_relu"):
        method = getattr(Value, name)
        assert method.__doc__
        assert method.__qualname__ == f"Value.{name}"


def test_a_row_whose_partial_knows_floats_only_becomes_a_method_too() -> None:
    def slope(out: float, x: float) -> float:
        return 2.0 / math.sqrt(math.pi) * math.exp(-float(x) * float(x))

    erf = node_function(primitive("erf", math.erf, slope))
    x = Value(0.5)
    node = erf(x)
    node.backward()
    assert node.data == math.erf(0.5)
    assert x.grad == pytest.approx(0.8787825789354449, rel=1e-15)


@pytest.mark.parametrize("wrong", ["exp", None, autograd.dot])
def test_source_of_what_is_no_row(wrong: object) -> None:
    with pytest.raises(TypeError, match="source: give a row of the table"):
        source(wrong)  # type: ignore[arg-type]


def test_source_of_a_row_of_three_operands() -> None:
    with pytest.raises(ValueError, match="where takes 3 operands; only rows of one or two become methods"):
        source(autograd.where)
