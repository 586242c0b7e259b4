"""Is a `Value` a number that behaves as Python's float does, and is never lost?  Its contracts, one by one."""

from __future__ import annotations

import copy
import math
import operator
import pickle
import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, assign, grad

INF, NAN = math.inf, math.nan
OPERATORS = [
    (operator.add, autograd.add), (operator.sub, autograd.subtract), (operator.mul, autograd.multiply),
    (operator.truediv, autograd.divide), (operator.pow, autograd.power),
]  # fmt: skip
NUMBERS = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e-300, 1e200, -1e200, 1 / 3]


def outcome(function: Callable[..., Any], *operands: Any) -> Any:
    """The result as text, which tells -0.0 from 0.0 and nan from all else; or the type of the error."""
    try:
        result = function(*operands)
    except (ArithmeticError, ValueError) as error:
        return type(error)
    if isinstance(result, complex):
        return ValueError
    return repr(result.data if isinstance(result, Value) else result)


# ----------------------------------------------------------------------------------------- as Python's own float


@pytest.mark.parametrize(("operate", "row"), OPERATORS)
def test_arithmetic_is_python_s_error_for_error(operate: Callable[..., Any], row: Callable[..., Any]) -> None:
    for x in NUMBERS:
        for y in NUMBERS:
            expected = outcome(operate, x, y)
            for function, operands in [
                (operate, (Value(x), Value(y))), (operate, (Value(x), y)), (operate, (x, Value(y))), (row, (x, y)),
                (row, (Value(x), y)), (row, (x, Value(y))),
            ]:  # fmt: skip
                assert outcome(function, *operands) == expected, operands


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("exp", math.exp), ("expm1", math.expm1), ("log", math.log), ("log1p", math.log1p), ("sqrt", math.sqrt),
        ("sin", math.sin), ("cos", math.cos), ("tan", math.tan), ("arcsin", math.asin), ("arccos", math.acos),
        ("arctan", math.atan), ("sinh", math.sinh), ("cosh", math.cosh), ("tanh", math.tanh), ("absolute", abs),
        ("negative", operator.neg),
    ],
)  # fmt: skip
def test_functions_are_those_of_math_error_for_error(name: str, same: Callable[[float], float]) -> None:
    for x in [*NUMBERS, 2.0, 700.0, 1000.0, -1000.0, 5e-324]:
        expected = outcome(same, x)
        assert outcome(getattr(autograd, name), x) == expected, x
        assert outcome(getattr(autograd, name), Value(x)) == expected, x
        if hasattr(Value, name):
            assert outcome(getattr(Value(x), name)) == expected, x


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        (lambda: Value(INF).sin(), NAN), (lambda: Value(INF).tanh(), 1.0), (lambda: Value(-INF).exp(), 0.0),
        (lambda: Value(INF).log(), INF), (lambda: Value(-INF).sqrt(), NAN), (lambda: Value(NAN).relu(), NAN),
        (lambda: Value(NAN).maximum(1.0), NAN), (lambda: Value(1.0).minimum(NAN), NAN), (lambda: Value(INF) - INF, NAN),
        (lambda: 0.0 * Value(INF), NAN), (lambda: Value(INF) / 0.0, INF), (lambda: Value(-INF) / Value(0.0), -INF),
        (lambda: Value(NAN) ** 0, 1.0), (lambda: Value(INF) ** -1, 0.0), (lambda: Value(INF).sigmoid(), 1.0),
        (lambda: Value(-INF).softplus(), 0.0), (lambda: Value(-INF).elu(), -1.0), (lambda: Value(INF).arcsin(), NAN),
        (lambda: Value(NAN).leaky_relu(), NAN), (lambda: Value(NAN).gelu(), NAN), (lambda: Value(NAN).silu(), NAN),
        (lambda: Value(NAN).softplus(), NAN), (lambda: Value(NAN).elu(), NAN), (lambda: Value(NAN).selu(), NAN),
        (lambda: Value(INF).gelu(), INF), (lambda: Value(INF).silu(), INF), (lambda: Value(-INF).sinh(), -INF),
    ],
)  # fmt: skip
def test_where_an_operand_is_not_finite_the_result_is_that_of_ieee_754(expression: Any, result: float) -> None:
    assert repr(expression().data) == repr(result)


@pytest.mark.parametrize(
    ("expression", "kind", "message"),
    [
        (lambda x: (x - 2.0).log(), ValueError, "log(operand 1 = 0.0): log is defined for x > 0 only; keep"),
        (lambda x: x.__class__(-1.0, label="p").sqrt(), ValueError, "sqrt(p = -1.0)"),
        (lambda x: 1 / (x - 2), ZeroDivisionError, "divide(operand 1 = 1.0, operand 2 = 0.0): division by zero;"),
        (lambda x: (x * 500.0).exp(), OverflowError, "exp(operand 1 = 1000.0): the result is too large for a float"),
        (lambda x: (-x) ** 0.5, ValueError, "power(operand 1 = -2.0, operand 2 = 0.5): power is defined for"),
        (lambda x: 10.0 ** (x * 1000.0), OverflowError, "scale the operands down"),
        (lambda x: (x - 2.0) ** -x, ZeroDivisionError, "power(operand 1 = 0.0, operand 2 = -2.0): division by zero"),
        (lambda x: x.arcsin(), ValueError, "arcsin(x = 2.0): arcsin is defined for -1 <= x <= 1"),
    ],
)  # fmt: skip
def test_an_error_names_the_operation_the_operands_the_domain_and_the_cure(
    expression: Any, kind: Any, message: str
) -> None:
    x = Value(2.0, label="x")
    with pytest.raises(kind, match=re.escape(message)):
        expression(x)


# --------------------------------------------------------------------------------------------------------- kinks

KINKS = [
    (lambda x: x.relu(), 0.0, 0.0, 0.0),
    (lambda x: abs(x), 0.0, 0.0, 0.0),
    (lambda x: x.leaky_relu(), 0.0, 0.01, 0.0),
    (lambda x: x.leaky_relu(0.2), 0.0, 0.2, 0.0),
    (lambda x: x.elu(), 0.0, 1.0, 1.0),
    (lambda x: x.elu(0.5), 0.0, 0.5, 0.5),
    (lambda x: x.selu(), 0.0, 1.7580993408473766, 1.7580993408473766),
    (lambda x: x.maximum(x), 3.0, 1.0, 0.0),
    (lambda x: x.maximum(3.0), 3.0, 0.5, 0.0),
    (lambda x: x.minimum(3.0), 3.0, 0.5, 0.0),
    (lambda x: x**0, 0.0, 0.0, 0.0),
    (lambda x: x**0, -2.5, 0.0, 0.0),
    (lambda x: x**0.0, 5e-324, 0.0, 0.0),
    (lambda x: x**1, 0.0, 1.0, 0.0),
    (lambda x: x**2, 0.0, 0.0, 2.0),
    (lambda x: x**2, -3.0, -6.0, 2.0),
    (lambda x: x.sqrt(), 0.0, INF, -INF),
]


@pytest.mark.parametrize(("f", "x", "slope", "second"), KINKS)
def test_conventions_at_kinks(f: Callable[[Value], Value], x: float, slope: float, second: float) -> None:
    for point in (x, -0.0) if x == 0.0 and math.isfinite(slope) else (x,):
        v = Value(point)
        f(v).backward()
        assert v.grad == slope
        assert grad(grad(f))(point) == second


def test_derivatives_of_any_order_of_powers_at_zero() -> None:
    derivative, x = grad(lambda x: x**3), 0.0
    for expected in [0.0, 0.0, 6.0, 0.0, 0.0, 0.0]:
        assert derivative(x) == expected
        derivative = grad(derivative)


# --------------------------------------------------------------------------------------------- a number not to lose


@pytest.mark.parametrize(
    ("slip", "cure"),
    [
        (lambda v: v == 2.0, "v.data =="), (lambda v: 2 in [v], "v.data =="), (lambda v: v != 2.0, "v.data =="),
        (lambda v: v == np.float64(2), "v.data =="), (bool, "v > 0"), (float, ".data"), (int, ".data"),
        (complex, ".data"), (math.exp, "v.exp()"), (math.floor, ".data"), (lambda v: [1, 2, 3][v], ".data"),
        (lambda v: "%.2f" % v, ".data"), (lambda v: np.asarray([v], dtype=float), "[v.data for v in values]"),
        (lambda v: math.isclose(v, 2.0), ".data"), (lambda v: range(v), ".data"), (lambda v: v and 1, "v.data != 0"),
    ],
)  # fmt: skip
def test_what_would_lose_the_graph_is_a_type_error_with_the_cure(slip: Callable[[Value], Any], cure: str) -> None:
    with pytest.raises(TypeError, match=re.escape(cure)):
        slip(Value(2.0))


def test_values_are_equal_by_identity_and_ordered_by_data() -> None:
    v, w = Value(2.0), Value(2.0)
    assert v == v
    assert v != w
    assert len({v, w}) == 2
    assert v in [w, v]
    assert v not in [w]
    assert (v == None, v == "2.0") == (False, False)  # noqa: E711
    assert v <= w and v >= 2 and v < 3.0 and v > Fraction(3, 2) and 3 > v  # noqa: PT018, SIM300
    assert max(Value(1.0), v) is v
    with pytest.raises(TypeError, match=r"right side of < must be a real number, got '3'"):
        _ = v < "3"


def test_showing_a_value() -> None:
    v = Value(2.345, label="v")
    assert f"{v:.2f}" == "2.35" or f"{v:.2f}" == "2.34"
    assert (f"{v:8.1f}", round(v, 1), round(v)) == ("     2.3", 2.3, 2)
    assert repr(v) == str(v) == f"{v}" == "Value(data=2.345, grad=0.0, label='v')"
    with pytest.raises(TypeError, match=r"digits must be a whole number, got 'a'"):
        round(v, "a")  # type: ignore[call-overload]


# ------------------------------------------------------------------------------------------------ made and assigned


@pytest.mark.parametrize(
    "number", [3, True, Fraction(1, 2), Decimal("0.1"), np.float32(3), np.int8(100), np.array(3.0)]
)
def test_any_real_number_makes_a_value(number: Any) -> None:
    assert type(Value(number).data) is float
    assert Value(number).data == float(number)


WRONG = [
    "3",
    None,
    1j,
    [1.0],
    (1.0,),
    {},
    {1.0},
    b"1",
    object(),
    np.complex64(1),
    np.str_("3"),
    float,
    len,
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_real_number_is_refused_everywhere(wrong: Any) -> None:
    v = Value(2.0)
    shown = "complex" if isinstance(wrong, np.complex64) else re.escape(repr(wrong)[:15])
    for use in (
        lambda: Value(wrong), lambda: setattr(v, "data", wrong), lambda: v + wrong, lambda: wrong * v, lambda: v**wrong,
        lambda: v < wrong, lambda: v.maximum(wrong), lambda: v.leaky_relu(wrong), lambda: autograd.exp(wrong),
        lambda: autograd.add(1.0, wrong), lambda: autograd.where(True, wrong, v), lambda: assign([v], data=[wrong]),
        lambda: assign([v], grad=[wrong]),
    ):  # fmt: skip
        with pytest.raises(TypeError, match=shown):
            use()
    assert (v.data, v.grad, v.operands) == (2.0, 0.0, ())


@pytest.mark.parametrize(
    ("use", "kind", "message"),
    [
        (lambda v: Value(v), TypeError, "already a Value"),
        (lambda v: Value(10**400), OverflowError, "too large for a float"),
        (lambda v: v + 10**400, OverflowError, "too large for a float"),
        (lambda v: Value(np.array([1.0])), TypeError, "one number at a time"),
        (lambda v: Value(1.0, 2), TypeError, "_children must be a sequence of Values"),
        (lambda v: Value(1.0, "ab"), TypeError, "_children must be a sequence of Values.*as label='ab'"),
        (lambda v: Value(1.0, (v, "a")), TypeError, re.escape("_children[1] must be a real number, got 'a'")),
        (lambda v: Value(1.0, (v,), 3), TypeError, "_op must be a string, got 3"),
        (lambda v: Value(1.0, label=3), TypeError, "label must be a string, got 3"),
        (lambda v: setattr(v, "label", None), TypeError, "label must be a string, got None"),
        (lambda v: setattr(v * v, "data", 1.0), AttributeError, "computed by multiply.*detach"),
        (lambda v: assign([v * v], data=[1.0]), AttributeError, "computed by multiply"),
        (lambda v: assign([v], data=[1.0, 2.0]), ValueError, "2 numbers for 1 values"),
        (lambda v: assign([v, 3.0], data=[1.0, 2.0]), TypeError, re.escape("values[1] must be a Value, got 3.0")),
        (lambda v: assign(v, data=[1.0]), TypeError, "values must be a sequence"),
        (lambda v: assign([v], data=3.0), TypeError, "data must be a sequence, got 3.0"),
        (lambda v: autograd.exp(), TypeError, "exp takes 1 operand; got 0"),
        (lambda v: autograd.add(v, v, v), TypeError, "add takes 2 operands; got 3$"),
        (lambda v: autograd.maximum([v, v]), TypeError, "got 1, one of them a list; pass its numbers one by one"),
        (lambda v: autograd.leaky_relu(v, alpha=1.0), TypeError, "leaky_relu takes 2"),
        (lambda v: v ^ 2, TypeError, re.escape("write ** as in v ** 2")),
        (lambda v: 2 ^ v, TypeError, re.escape("write ** as in v ** 2")),
        (lambda v: np.array([v, v]) ^ 2, TypeError, re.escape("write ** as in v ** 2")),
        (lambda v: copy.deepcopy(v * v), TypeError, "computed by multiply.*detach"),
        (lambda v: pickle.dumps(v * v), TypeError, "computed by multiply.*detach"),
    ],
)  # fmt: skip
def test_wrong_use_is_named_with_its_cure(use: Callable[[Value], Any], kind: Any, message: str) -> None:
    v = Value(2.0, label="v")
    with pytest.raises(kind, match=message):
        use(v)
    assert (v.data, v.grad, v.label) == (2.0, 0.0, "v")


def test_assign_sets_all_or_none() -> None:
    a, b = Value(1.0), Value(2.0)
    with pytest.raises(TypeError):
        assign([a, b], data=[5.0, "6"], grad=[1.0, 1.0])  # type: ignore[list-item]
    assert (a.data, b.data, a.grad) == (1.0, 2.0, 0.0)
    assign([a, b], data=[5.0, 6], grad=iter([1.0, 2.0]))
    assert (a.data, b.data, a.grad, b.grad) == (5.0, 6.0, 1.0, 2.0)


class Weight(Value):
    """A kind of the user's own."""


def test_copies_and_pickles_keep_the_kind_and_what_was_not_recorded() -> None:
    with autograd.no_grad():
        unrecorded = Value(2.0) * 3.0
    for copied in (copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))):
        assert type(copied(Weight(1.0))) is Weight
        with pytest.raises(RuntimeError, match="computed within no_grad"):
            copied(unrecorded).backward()


def test_copies_and_pickles_of_a_leaf_are_whole() -> None:
    v = Value(2.0, label="v")
    v.note = "mine"  # type: ignore[attr-defined]
    (v * 3).backward()
    for other in (copy.copy(v), copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert (other.data, other.grad, other.label, other.note) == (2.0, 3.0, "v", "mine")
        assert other is not v
        (other * 3).backward()
        assert (other.grad, v.grad) == (6.0, 3.0)


def test_detach_and_zero_grad() -> None:
    x = Value(3.0, label="x")
    y = x.detach() * x
    y.backward()
    assert (x.grad, x.detach().label, x.detach().operands) == (3.0, "x", ())
    x.zero_grad()
    assert (x.grad, y.grad) == (0.0, 1.0)


# ------------------------------------------------------------------------------------------------------ with NumPy


def test_numpy_keeps_the_graph() -> None:
    v, w = Value(2.0), Value(3.0)
    for result, expected in [
        (np.exp(v), math.exp(2.0)), (np.float64(2) * v, 4.0), (v * np.float64(2), 4.0), (np.int64(2) ** v, 4.0),
        (np.mean([v, w]), 2.5), (np.sum([v, w]), 5.0), ((np.array([v, w]) * 2)[1], 6.0),
        ((v * np.array([1.0, 5.0]))[1], 10.0),
        ((np.array([1.0, 5.0]) - v)[1], 3.0), (np.array([v, w]) @ np.array([1.0, 2.0]), 8.0),
        (np.tanh(np.array([v, w]))[0], math.tanh(2.0)), (np.sqrt(v), math.sqrt(2.0)), (np.arctan(v), math.atan(2.0)),
    ]:  # fmt: skip
        assert isinstance(result, Value)
        assert result.data == pytest.approx(expected, rel=1e-15)
        v.zero_grad()
        result.backward()
        assert v.grad != 0.0 or w.grad != 0.0
    assert list(np.array([v, w]) > 2.5) == [False, True]
    assert np.float64(2.5) < w
    with pytest.raises(ValueError, match="log is defined for x > 0"):
        np.log(Value(0.0))


def test_parameters_by_position_by_name_and_by_default() -> None:
    x = Value(-2.0)
    by_position, by_name = autograd.leaky_relu(x, 0.25), autograd.leaky_relu(x, slope=0.25)
    for out in (x.leaky_relu(0.25), x.leaky_relu(slope=0.25), by_position, by_name):
        assert out.data == -0.5
    assert (x.leaky_relu().data, autograd.leaky_relu(-2.0)) == (-0.02, -0.02)
    assert x.elu(alpha=2.0).data == pytest.approx(2.0 * math.expm1(-2.0), rel=1e-15)
    slope = Value(0.25)
    x.leaky_relu(slope).backward()
    assert (x.grad, slope.grad) == (0.25, -2.0)


def test_a_user_s_own_primitive_works_everywhere_at_once() -> None:
    softsign = autograd.primitive(
        "softsign", lambda x: x / (1.0 + autograd.absolute(x)), lambda out, x: 1.0 / (1.0 + autograd.absolute(x)) ** 2
    )
    x = Value(3.0)
    y = softsign(x)
    y.backward()
    assert (y.data, x.grad, y._op, softsign(3.0)) == (0.75, 0.0625, "softsign", 0.75)
    assert grad(grad(softsign))(3.0) == -0.03125
    assert autograd.jvp(softsign, (3.0,), (2.0,)) == (0.75, 0.125)
    autograd.check_gradients(softsign, -2.0)
    assert autograd.formulas(softsign)[0] == "softsign(x)"


def test_attributes_are_looked_up_the_fast_way() -> None:
    """With a `__getattr__`, every read of `_data` in every operation would take the interpreter's slow path."""
    assert not {"__getattr__", "__getattribute__"} & {name for kind in Value.__mro__[:-1] for name in vars(kind)}


def test_a_foreign_name_is_explained_where_it_is_missing_and_free_for_use() -> None:
    node = Value(1.0)
    with pytest.raises(AttributeError, match=r"here it is v\.data") as raised:
        getattr(node, "item")  # noqa: B009
    assert (raised.value.name, raised.value.obj) == ("item", node)
    with pytest.raises(AttributeError, match="type object 'Value' has no attribute 'item'"):
        getattr(Value, "item")  # noqa: B009
    assert not hasattr(node, "relu_")
    assert "item" not in dir(node)
    node.item = 3  # type: ignore[attr-defined]
    assert node.item == 3  # type: ignore[attr-defined]
    assert {"item", "relu", "data"} <= set(dir(node))
