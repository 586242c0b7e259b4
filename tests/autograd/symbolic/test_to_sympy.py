"""A graph as a formula of SymPy has the same value, and its derivative there is the gradient here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import autograd
from autograd import Primitive, Value, primitive
from autograd.primitives import TABLE

POINTS = {"arccosh": (1.5, 0.25), "arcsin": (0.5, 0.25), "arccos": (0.5, 0.25), "arctanh": (0.5, 0.25)}
LISTS: dict[str, Callable[..., Any]] = {
    "sum": lambda x, y: autograd.sum([x, y, 2.0], x),
    "dot": lambda x, y: autograd.dot([x, y], [y, 3.0], x),
    "logsumexp": lambda x, y: autograd.logsumexp([x, y, 0.5]),
    "softmax": lambda x, y: autograd.softmax([x, y, 0.5])[1],
    "softmax_others": lambda x, y: TABLE["softmax_others"](1.0, x, y),
    "cross_entropy": lambda x, y: autograd.cross_entropy([x, y], 1),
    "soft_cross_entropy": lambda x, y: autograd.cross_entropy([x, y], [0.25, 0.75]),
    "take": lambda x, y: autograd.take([x, y], 1),
    "where": lambda x, y: autograd.where(x > y, x * x, y),
    "power_derivative": lambda x, y: TABLE["power_derivative"](x, y, 2.0, 1.0),
    "clip": lambda x, y: autograd.clip(x, y - 1.0, 3.0),
}


def apply(row: Primitive, x: Value, y: Value) -> Value:
    return LISTS[row.name](x, y) if row.name in LISTS else row(*[x, y][: row.arity or 0])  # type: ignore[no-any-return]


@pytest.mark.interop
@pytest.mark.parametrize("name", sorted(TABLE))
def test_value_and_gradient(name: str) -> None:
    import sympy

    x, y = (Value(number, label=label) for number, label in zip(POINTS.get(name, (0.75, 0.3)), "xy", strict=True))
    output = apply(TABLE[name], x, y)
    output.backward()
    formula = autograd.to_sympy(output)
    symbols = sympy.symbols("x y", real=True)
    assert formula.free_symbols <= set(symbols)
    numbers = dict(zip(symbols, (x.data, y.data), strict=True))
    assert float(formula.evalf(20, subs=numbers)) == pytest.approx(output.data, rel=1e-14)
    for symbol, leaf in zip(symbols, (x, y), strict=True):
        slope = formula.diff(symbol).evalf(20, subs=numbers)
        assert float(slope) == pytest.approx(leaf.grad, rel=1e-13, abs=1e-15)


@pytest.mark.interop
def test_names_of_leaves_and_rows_of_one_s_own() -> None:
    a, b = Value(1.0, label="w"), Value(2.0, label="w")
    assert str(autograd.to_sympy(a * b + Value(3.0) + Value(4.0))) == "w*w2 + x1 + x2"
    cube = primitive("cube", lambda x: x * x * x, lambda out, x: 3 * x * x)
    assert str(autograd.to_sympy(cube(a))) == "cube(w)"


def test_what_is_no_graph() -> None:
    with pytest.raises(TypeError, match=r"output must be a Value, got 3.0"):
        autograd.to_sympy(3.0)  # type: ignore[arg-type]
