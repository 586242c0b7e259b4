from __future__ import annotations

import copy
import math
import pickle

import mpmath
import pytest

import nn
from autograd import Value, softmax
from nn.activations import activation, activation_names, register_activation

mpmath.mp.dps = 50


def exact(name: str, x: mpmath.mpf) -> mpmath.mpf:
    scale, alpha = mpmath.mpf("1.0507009873554804934193349852946"), mpmath.mpf("1.6732632423543772848170429916717")
    return {
        "identity": lambda: x,
        "sigmoid": lambda: 1 / (1 + mpmath.exp(-x)),
        "tanh": lambda: mpmath.tanh(x),
        "relu": lambda: max(x, mpmath.mpf(0)),
        "leaky_relu": lambda: x if x > 0 else mpmath.mpf(0.01) * x,
        "elu": lambda: x if x > 0 else mpmath.expm1(x),
        "selu": lambda: scale * (x if x > 0 else alpha * mpmath.expm1(x)),
        "gelu": lambda: x * mpmath.ncdf(x),
        "silu": lambda: x / (1 + mpmath.exp(-x)),
        "softplus": lambda: mpmath.log1p(mpmath.exp(x)),
        "mish": lambda: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))),
        "softsign": lambda: x / (1 + abs(x)),
        "hardtanh": lambda: max(mpmath.mpf(-1), min(x, mpmath.mpf(1))),
        "log_sigmoid": lambda: -mpmath.log1p(mpmath.exp(-x)),
    }[name]()


ELEMENTWISE = [name for name in activation_names() if name != "softmax" and "doctest" not in name]


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_value_and_slope(name: str) -> None:
    for x in (-30.0, -1.5, -0.25, 0.5, 3.0, 30.0):
        value = Value(x)
        out = activation(name).function(value)
        out.backward()
        assert out.data == pytest.approx(float(exact(name, mpmath.mpf(x))), rel=1e-13), x
        slope = float(mpmath.diff(lambda z: exact(name, z), x))
        assert value.grad == pytest.approx(slope, rel=1e-12, abs=1e-300), x


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_range_and_advice(name: str) -> None:
    choice = activation(name)
    heights = [choice.function(i / 100) for i in range(-1000, 1001)]
    heights += [choice.function(x) for x in (-1e6, 1e6) if math.isfinite(choice.range[0])]
    low, high = choice.range
    assert low <= min(heights)
    assert max(heights) <= high
    if math.isfinite(low):
        assert min(heights) == pytest.approx(low, abs=1e-3)  # the bound is no wider than it has to be
    assert choice.gain > 0
    assert len(choice.advice) > 40


def test_the_formula_and_the_derivative_are_rendered_from_the_table() -> None:
    tanh = activation("tanh")
    assert "tanh" in tanh.formula
    assert "sech" in tanh.derivative  # which only the row says: nothing here writes it
    assert all(activation(name).formula and activation(name).derivative for name in activation_names())


def test_a_user_s_own() -> None:
    cube = register_activation("test_cube", lambda x: x**3, gain=0.5, advice="never")
    assert nn.Neuron(1, activation="test_cube").activation is cube
    assert activation(cube.function) is cube
    assert (cube.formula, cube.derivative) == ("test_cube(x)", "by the chain rule")


def test_softmax_is_found_by_its_function() -> None:
    assert activation(softmax).name == "softmax"
    assert activation("softmax").whole_layer


def test_copies_are_the_same_object() -> None:
    relu = activation("relu")
    assert copy.deepcopy(relu) is relu
    assert copy.copy(relu) is relu
    assert pickle.loads(pickle.dumps(relu)) is relu


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        (("relu", abs), ValueError, "'relu' exists already"),
        (("a b", abs), ValueError, "Python identifier"),
        ((3, abs), TypeError, "name must be a string, got 3"),
        (("test_new", "abs"), TypeError, "function must be callable"),
    ],
)
def test_wrong_registrations(arguments: tuple[object, object], kind: type[Exception], message: str) -> None:
    before = activation_names()
    with pytest.raises(kind, match=message):
        register_activation(*arguments)  # type: ignore[arg-type]
    assert activation_names() == before


def test_wrong_gain_and_init() -> None:
    with pytest.raises(ValueError, match="gain must be greater than 0"):
        register_activation("test_new", abs, gain=-1.0)
    with pytest.raises(ValueError, match="unknown init of an activation 'best'"):
        register_activation("test_new", abs, init="best")


@pytest.mark.parametrize(
    ("choice", "kind", "message"),
    [
        ("", ValueError, "unknown activation ''"),
        (None, TypeError, "activation must be a name such as 'relu' or a callable, got None"),
        (3, TypeError, "got 3"),
        (lambda x: "text", TypeError, "must map a Value to a Value.*returned something else"),
        (math.exp, TypeError, "activation exp must map a Value to a Value.*raised TypeError"),
        (lambda: 0, TypeError, "must map a Value to a Value"),
    ],
)
def test_wrong_choices(choice: object, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        activation(choice)
