"""Are derivatives of functions right: any order, both modes, nested lists, one inside another?"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import autograd
from autograd import Value, grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp


def cube(x: Any) -> Any:
    return x * x * x


def weights(tree: Any) -> Any:
    """A function of nested lists: w0² w1 + 3 b."""
    (w0, w1), b = tree
    return w0 * w0 * w1 + 3.0 * b


def self_power_by_hand(x: float) -> tuple[float, float]:
    """The second and third derivative of x**x, with 400 digits: u is (ln x)' + 1, and (x^x)' is x^x u."""
    with mp.workdps(400):
        exact = mp.mpf(x)
        u, power = 1 + mp.log(exact), exact**exact
        return float(power * (u**2 + 1 / exact)), float(power * (u**3 + 3 * u / exact - 1 / exact**2))


@pytest.mark.parametrize("x", [5e-324, 1e-310, 5.5e-309, 6e-309, 1e-308, 1e-300, 1e-155, 1e-20, 0.2, 0.7, 3.0, 100.0])
def test_higher_derivatives_of_x_to_the_x_where_the_terms_of_its_two_edges_overflow(x: float) -> None:
    def f(v: Any) -> Any:
        return v**v

    second, third = self_power_by_hand(x)
    leaf = Value(x)
    (slope,) = gradients(f(leaf), [leaf], create_graph=True)
    ways = [gradients(slope, leaf), grad(grad(f))(x), hessian(f)(x), hvp(f, x, 1.0), jvp(grad(f), (x,), (1.0,))[1]]
    assert ways == pytest.approx([second] * len(ways), rel=1e-14)
    assert grad(grad(grad(f)))(x) == pytest.approx(third, rel=1e-12)


# --------------------------------------------------------------------------------------------------- values and kinds


def test_numbers_in_floats_out_and_values_in_values_out() -> None:
    assert type(grad(cube)(2)) is float
    assert grad(cube)(2) == 12.0
    x = Value(2.0)
    slope = grad(cube)(x)
    assert isinstance(slope, Value)
    assert (slope.data, gradients(slope, x), x.grad) == (12.0, 12.0, 0.0)
    assert value_and_grad(cube)(2.0) == (8.0, 12.0)


@pytest.mark.parametrize("order", range(1, 6))
def test_derivatives_of_any_order(order: int) -> None:
    derivative: Callable[..., Any] = lambda x: (2.0 * x).sin() + x**4  # noqa: E731
    for _ in range(order):
        derivative = grad(derivative)
    x = 0.7
    sine = [math.sin, math.cos, lambda t: -math.sin(t), lambda t: -math.cos(t)][order % 4]
    power = math.perm(4, order) * x ** (4 - order) if order <= 4 else 0.0
    assert derivative(x) == pytest.approx(2**order * sine(2 * x) + power, rel=1e-14)


def test_argnums_and_keywords() -> None:
    def f(x: Any, y: Any, *, scale: float = 1.0) -> Any:
        return scale * x * x * y

    assert grad(f)(3.0, 5.0) == 30.0
    assert grad(f, 1)(3.0, 5.0) == 9.0
    assert grad(f, -1)(3.0, 5.0, scale=2.0) == 18.0
    assert grad(f, (1, 0))(3.0, 5.0) == (9.0, 30.0)
    assert value_and_grad(f, (0, 1))(3.0, 5.0) == (45.0, (30.0, 9.0))
    assert jacobian(f, 1)(3.0, 5.0) == 9.0
    assert hessian(f)(3.0, 5.0, scale=2.0) == 20.0


def test_results_are_shaped_like_the_argument() -> None:
    assert grad(weights)([[2.0, 5.0], 1.0]) == [[20.0, 4.0], 3.0]
    assert grad(weights)(((2.0, 5.0), 1.0)) == ((20.0, 4.0), 3.0)
    assert hessian(weights)([[2.0, 5.0], 1.0]) == [[[[10.0, 4.0], 0.0], [[4.0, 0.0], 0.0]], [[0.0, 0.0], 0.0]]
    assert hvp(weights, [[2.0, 5.0], 1.0], [[1.0, 10.0], 7.0]) == [[50.0, 4.0], 0.0]
    assert grad(lambda m: m[0][0] * m[1][1])(np.array([[1.0, 2.0], [3.0, 4.0]])) == [[4.0, 0.0], [0.0, 1.0]]


def test_forward_and_reverse_mode_agree() -> None:
    def f(x: Any, y: Any) -> Any:
        return [x * y[0].exp(), {0: autograd.sin}[0](x) / y[1], 7.0, x]

    primals = (0.5, [0.25, 2.0])
    values, pushed = jvp(f, primals, (1.0, [2.0, -1.0]))
    again, pull = vjp(f, *primals)
    e, s, c = math.exp(0.25), math.sin(0.5), math.cos(0.5)
    assert values == again == pytest.approx([0.5 * e, s / 2, 7.0, 0.5], rel=1e-15)
    assert pushed == pytest.approx([e + e, c / 2 + s / 4, 0.0, 1.0], rel=1e-15)
    x_bar, y_bar = pull([1.0, 10.0, 100.0, 1000.0])
    assert x_bar == pytest.approx(e + 5 * c + 1000.0, rel=1e-15)
    assert y_bar == pytest.approx([0.5 * e, -10.0 * s / 4], rel=1e-15)
    assert jacobian(f, 1)(*primals)[1] == pytest.approx([0.0, -s / 4], rel=1e-15)


def test_gradients_of_what_does_not_depend() -> None:
    x, y = Value(2.0), Value(3.0)
    assert gradients(x * x, [x, y]) == [4.0, 0.0]
    assert gradients(7.0, [x]) == [0.0]
    assert [g.data for g in gradients(7.0, [x], create_graph=True)] == [0.0]
    assert grad(lambda x: 3.0)(1.0) == 0.0
    assert (gradients(x, x), x.grad) == (1.0, 0.0)


# ------------------------------------------------------------------------------------------------ one inside another


def test_a_gradient_of_zero_has_the_sign_that_backward_gives_it() -> None:
    def f(x: Any) -> Any:
        return -(x * x)

    x = Value(0.0)
    out = f(x)
    out.backward()
    (in_a_list,) = jacobian(lambda p: f(p[0]))([0.0])
    found = [x.grad, grad(f)(0.0), gradients(out, x), in_a_list, jvp(f, [0.0], [1.0])[1]]
    assert [math.copysign(1.0, number) for number in found] == [1.0] * 5


def test_nested_derivatives_do_not_confuse_their_variables() -> None:
    """d/dx [x d/dy (x + y)] = 1: the classic case in which a careless implementation gives 2."""
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * jvp(lambda y: x * y, (2.0,), (1.0,))[1])(3.0) == 6.0
    assert grad(lambda x: x * grad(lambda y: x * y * y)(2.0))(3.0) == 24.0
    assert jvp(lambda x: x * grad(lambda y: x * y * y)(2.0), (3.0,), (1.0,))[1] == 24.0
    assert grad(lambda x: x * jacobian(lambda y: [x * y * y, y])(2.0)[0])(3.0) == 24.0
    assert grad(lambda x: x * vjp(lambda y: x * y * y, 2.0)[1](1.0)[0])(3.0) == 24.0
    assert type(grad(lambda y: Value(3.0) * y)(2.0)) is float  # what is closed over elsewhere counts as a constant
    assert grad(lambda x: grad(lambda y: y * y * x)(x))(5.0) == 20.0
    assert jvp(lambda x: jvp(lambda y: x * y, (x,), (1.0,))[1], (4.0,), (1.0,)) == (4.0, 1.0)


def test_a_derivative_with_respect_to_an_outer_value_sees_through() -> None:
    w = Value(3.0)
    slope = grad(lambda x: w * x * x)(2.0 * w)  # 2 w (2 w)
    assert isinstance(slope, Value)
    slope.backward()
    assert (slope.data, w.grad) == (36.0, 24.0)


def test_create_graph_after_changed_data_raises() -> None:
    x = Value(3.0, label="x")
    y = x * x
    x.data = 4.0
    assert gradients(y, x) == 6.0  # kept from the forward pass
    with pytest.raises(RuntimeError, match=r"computed by .*multiply.* changed since; compute it again"):
        gradients(y, x, create_graph=True)
    assert x.grad == 0.0


def test_poles_do_not_raise_in_derivatives() -> None:
    assert grad(lambda x: x.sqrt())(0.0) == math.inf
    assert grad(grad(lambda x: x.sqrt()))(0.0) == -math.inf
    assert grad(lambda x: 1.0 / x)(1e-300) == -math.inf
    assert math.isnan(grad(lambda y: (-2.0) ** y)(3.0))


# -------------------------------------------------------------------------------------------------------- wrong inputs


@pytest.mark.parametrize(
    ("use", "kind", "message"),
    [
        (lambda: grad(3), TypeError, "f must be a function, got 3 (int)"),
        (lambda: grad(Value(3.0)), TypeError, "of a computed Value, gradients(output, inputs) gives them"),
        (lambda: value_and_grad(3), TypeError, "value_and_grad: f must be a function, got 3 (int)"),
        (lambda: hessian(3), TypeError, "hessian: f must be a function, got 3 (int)"),
        (lambda: vjp(None, 1.0), TypeError, "f must be a function, got None"),
        (lambda: jacobian("f"), TypeError, "f must be a function, got 'f'"),
        (lambda: hvp([], 1.0, 1.0), TypeError, "f must be a function, got []"),
        (lambda: grad(cube)(), ValueError, "argnums names argument 0, but the function was called with 0 argument(s)"),
        (lambda: grad(cube, 1)(1.0), ValueError, "argnums names argument 1"),
        (lambda: grad(cube, "0"), TypeError, "argnums must be a position or a tuple of positions, got '0'"),
        (lambda: grad(cube, None), TypeError, "argnums must be a position or a tuple of positions, got None"),
        (lambda: grad(cube, (0.5,)), TypeError, "argnums must be the position of an argument"),
        (lambda: hessian(lambda x, y: x * y, (0, 1)), TypeError, "argnums must be the position"),
        (lambda: jacobian(cube, (0,)), TypeError, "argnums must be the position"),
        (lambda: grad(cube)("2"), TypeError, "argument 0 must be a real number, got '2' (str); convert it with float"),
        (lambda: grad(cube)(None), TypeError, "argument 0 must be a real number, got None"),
        (lambda: grad(cube)({"a": 1.0}), TypeError, "argument 0 must be a real number, got {'a': 1.0}"),
        (lambda: grad(cube)({1.0}), TypeError, "argument 0 must be a real number, got {1.0}"),
        (lambda: grad(cube)(1j), TypeError, "argument 0 must be a real number, got 1j"),
        (lambda: grad(lambda x: None)(1.0), TypeError, "the result of <lambda> must be a real number, got None"),
        (lambda: grad(lambda x: [x, x])(1.0), TypeError, "returned 2 outputs, but a gradient needs one number"),
        (lambda: jacobian(lambda x: "ab")(1.0), TypeError, "the result of <lambda> must be a real number, got 'ab'"),
        (lambda: gradients("y", Value(1.0)), TypeError, "output must be a real number, got 'y'"),
        (lambda: gradients(Value(1.0), 3.0), TypeError, "inputs must be Values, got 3.0"),
        (lambda: gradients(Value(1.0), {Value(2.0)}), TypeError, "inputs must be Values, got {"),
        (lambda: jvp(cube, 2.0, 1.0), TypeError, "primals must be a tuple with one entry for each argument"),
        (lambda: jvp(cube, (2.0,), 1.0), TypeError, "tangents must be a tuple"),
        (lambda: jvp(cube, (2.0,), (1.0, 2.0)), ValueError, "expected 1 entries, got [1.0, 2.0]"),
        (lambda: jvp(cube, (2.0,), ("1",)), TypeError, "tangents must be a real number, got '1'"),
        (lambda: jvp(weights, ([[1.0, 2.0], 3.0],), ([1.0, 2.0],)), ValueError, "expected 2 entries, got 1.0"),
        (lambda: vjp(cube, 2.0)[1]([1.0]), TypeError, "the vector must be a real number, got [1.0]"),
        (lambda: vjp(lambda x: [x, x], 2.0)[1](1.0), ValueError, "expected 2 entries, got 1.0"),
        (lambda: hvp(cube, [2.0], "v"), ValueError, "expected 1 entries, got 'v'"),
    ],
)  # fmt: skip
def test_wrong_inputs_are_named(use: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        use()


def test_a_tangent_that_is_a_value_can_be_differentiated() -> None:
    """The derivative of x² along t is 2 x t, whose slope by t is 2 x."""
    t = Value(0.5)
    value, along = jvp(lambda x: x * x, (3.0,), (t,))
    assert (value, along.data) == (9.0, 3.0)
    assert gradients(along, t) == 6.0


def test_hvp_speaks_in_its_own_name() -> None:
    with pytest.raises(TypeError, match="hvp: f must be a function, got 3"):
        hvp(3, 1.0, 1.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="hvp: vector must be a real number, got None"):
        hvp(lambda x: x * x, 1.0, None)


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_derivative_written_by_hand_is_for_backward_alone(create_graph: bool) -> None:
    x = Value(3.0)
    twice = Value(6.0, (x,), "twice")
    twice._backward = lambda: None
    with pytest.raises((TypeError, RuntimeError, NotImplementedError), match="_backward"):
        gradients(twice * x, x, create_graph=create_graph)


def test_a_derivative_is_named_after_its_function() -> None:
    assert grad(cube).__name__ == "grad_of_cube"
    assert grad(cube).__doc__ == "grad of cube"


def test_arguments_are_counted_from_either_end() -> None:
    def f(x: Any, y: Any, z: Any) -> Any:
        return x * y * y + 5.0 * z

    assert [grad(f, argnums=n)(2.0, 3.0, 1.0) for n in (-3, -2, -1, 0, 1, 2)] == [9.0, 12.0, 5.0] * 2
    for beyond in (-4, 3):
        with pytest.raises(ValueError, match=f"argnums names argument {beyond}"):
            grad(f, argnums=beyond)(2.0, 3.0, 1.0)


def test_tangents_that_are_values_give_values_and_plain_ones_floats() -> None:
    tangent = Value(2.0)
    value, slope = jvp(cube, (3.0,), (tangent,))
    assert (type(value), value, type(slope), slope.data) == (float, 27.0, Value, 54.0)
    slope.backward()
    assert tangent.grad == 27.0
    assert [type(number) for number in jvp(cube, (3.0,), (2.0,))] == [float, float]
    inside, slope = jvp(lambda x: [x * x, 4.0], (Value(3.0),), (1.0,))
    assert (inside[0].data, inside[1], slope[0].data, slope[1].data) == (9.0, 4.0, 6.0, 0.0)
    assert jvp(lambda p: p[0] * p[1], (np.array([2.0, 3.0]),), (np.array([1.0, 0.5]),)) == (6.0, 3.0 + 1.0)


def test_a_function_without_outputs_has_gradients_of_zero() -> None:
    outputs, back = vjp(lambda x, y: [], 1.0, [2.0, 3.0])
    assert (outputs, back([])) == ([], (0.0, [0.0, 0.0]))
