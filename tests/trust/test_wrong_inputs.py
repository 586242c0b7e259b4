"""What does a wrong input get?  The right type of error at once, which names the argument and shows the value.

One table: each public callable with a good call, and twenty wrong things in place of its first argument; and the
classic slips of learners, each answered in the message.
"""

# ruff: noqa: E501 - a table
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from autograd.rows import Primitive

THING = object()
WRONG: dict[str, Any] = {
    "None": None, "string": "x", "digits": "1.5", "bytes": b"1", "dict": {"a": 1}, "set": {1.5}, "object": THING,
    "complex": 3j, "list of None": [None], "list of strings": ["1"], "nested": [[[1.0]]], "function": math.exp, "class": int,
    "ellipsis": ..., "NotImplemented": NotImplemented, "complex array": np.array([1j, 2j]), "text array": np.array(["a"]),
    "object array": np.array([None]), "range of a string": list("ab"), "module": math, "exception": ValueError("x"),
}  # fmt: skip
ONE = 1.0
UNARY = [
    name
    for name in autograd.__all__
    if isinstance(getattr(autograd, name), Primitive) and getattr(autograd, name).arity == 1
]
BINARY = ["add", "subtract", "multiply", "divide", "power", "maximum", "minimum", "leaky_relu", "elu"]
CALLS: dict[str, Callable[[Any], Any]] = {
    "Value": Value,
    **{name: getattr(autograd, name) for name in UNARY},
    **{name: lambda wrong, name=name: getattr(autograd, name)(wrong, ONE) for name in BINARY},
    **{f"{name} of a Value": lambda wrong, name=name: getattr(autograd, name)(Value(2.0), wrong) for name in BINARY},
    "sum": autograd.sum,
    "mean": autograd.mean,
    "logsumexp": autograd.logsumexp,
    "softmax": autograd.softmax,
    "dot": lambda wrong: autograd.dot(wrong, [ONE]),
    "dot, start": lambda wrong: autograd.dot([ONE], [ONE], wrong),
    "affine, rows": lambda wrong: autograd.affine(wrong, [ONE], [ONE]),
    "affine, starts": lambda wrong: autograd.affine([[ONE]], [ONE], wrong),
    "cross_entropy": lambda wrong: autograd.cross_entropy(wrong, 0),
    "cross_entropy, target": lambda wrong: autograd.cross_entropy([ONE, ONE], wrong),
    "take, position": lambda wrong: autograd.take([ONE, ONE], wrong),
    "gradients": lambda wrong: autograd.gradients(Value(1.0), wrong),
    "gradients, output": lambda wrong: autograd.gradients(wrong, [Value(1.0)]),
    "assign, data": lambda wrong: autograd.assign([Value(1.0)], data=[None] if wrong is None else wrong),
    "data": lambda wrong: setattr(Value(1.0), "data", wrong),
    "trace": lambda wrong: autograd.trace(wrong),
    "draw": lambda wrong: autograd.draw(wrong),
    "explain": lambda wrong: autograd.explain(wrong, wrt=Value(1.0)),
    "check_gradients": lambda wrong: autograd.check_gradients(lambda x: x[0], wrong),
    "Neuron": nn.Neuron,
    "Layer": lambda wrong: nn.Layer(2, wrong),
    "MLP": lambda wrong: nn.MLP(2, wrong),
    "MLP, activation": lambda wrong: nn.MLP(2, [1], activation=5 if callable(wrong) or isinstance(wrong, list) else wrong),
    "Neuron, input": lambda wrong: nn.Neuron(2)(wrong),
    "MLP, input": lambda wrong: nn.MLP(2, [2, 1])(wrong),
    "Sequential": nn.Sequential,
    "Dropout": nn.Dropout,
    "SGD": nn.SGD,
    "Adam, learning_rate": lambda wrong: nn.Adam([Value(1.0)], wrong),
    "step, gradients": lambda wrong: nn.SGD([Value(1.0)]).step([None] if wrong is None else wrong),
    "mean_squared_error": lambda wrong: nn.mean_squared_error(wrong, ONE),
    "hinge, target": lambda wrong: nn.hinge(ONE, wrong),
    "cross_entropy loss": lambda wrong: nn.cross_entropy(wrong, 0),
    "l2_penalty": nn.l2_penalty,
    "fit, X": lambda wrong: nn.fit(nn.Neuron(1), wrong, [ONE], loss="hinge", optimizer="sgd", epochs=1),
    "fit, y": lambda wrong: nn.fit(nn.Neuron(1), [ONE], wrong, loss="hinge", optimizer="sgd", epochs=1),
    "fit, model": lambda wrong: nn.fit(wrong, [ONE], [ONE], loss="hinge", optimizer="sgd", epochs=1),
    "predict": lambda wrong: nn.predict(nn.Neuron(1), wrong),
    "save": lambda wrong: nn.save([wrong] if isinstance(wrong, dict) else wrong, "/nowhere/m.json"),
    "load_state_dict": lambda wrong: nn.Neuron(1).load_state_dict(wrong),
    "diagnose": lambda wrong: nn.diagnose(wrong, [ONE], [ONE]),
    "standardize": nn.standardize,
}  # fmt: skip
REFUSALS = (TypeError, ValueError, AttributeError)


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("call", CALLS)
def test_every_public_callable_refuses_it_in_words(call: str, wrong: str) -> None:
    functions_are_right = {"Sequential"}
    if call in functions_are_right and callable(WRONG[wrong]) and not isinstance(WRONG[wrong], type):
        return
    with pytest.raises(REFUSALS) as caught:
        CALLS[call](WRONG[wrong])
    message = str(caught.value)
    assert len(message) > 20, message
    assert "object is not" not in message, f"Python's own message, not ours: {message}"
    assert "unsupported operand" not in message, f"Python's own message, not ours: {message}"
    assert "has no attribute" not in message, f"Python's own message, not ours: {message}"


# ------------------------------------------------------------------------------------------- the slips of learners


def unequal_lengths() -> None:
    autograd.dot([Value(1.0), Value(2.0)], [1.0])


def data_of_a_result() -> None:
    result = Value(1.0) * 2.0
    result.data = 3.0


def generator_twice() -> None:
    values = (Value(x) for x in (1.0, 2.0))
    autograd.sum(values)
    autograd.mean(values)


def parameters_from_an_empty_generator() -> None:
    parameters = (p for p in [Value(1.0)])
    list(parameters)
    nn.SGD(parameters)


def label_as_second_argument() -> None:
    Value(1.0, "x")  # type: ignore[arg-type]


SLIPS: list[tuple[Callable[[], Any], type[Exception], str]] = [
    (lambda: math.exp(Value(1.0)), TypeError, r"use \.data .*v\.exp\(\), not math\.exp"),
    (unequal_lengths, ValueError, "xs has 2 numbers and ys has 1; they must be equally many"),
    (lambda: nn.mean_squared_error([Value(1.0)] * 2, [1.0]), ValueError, r"prediction has shape \(2,\) but target has"),
    (data_of_a_result, AttributeError, r"computed by multiply and cannot be assigned; .*detach"),
    (lambda: Value(1.0) == 1, TypeError, r"to compare numbers write v\.data =="),
    (lambda: sum(p == t for p, t in zip([Value(1.0)], [1], strict=True)), TypeError, r"write v\.data =="),
    (lambda: nn.MLP(2, [3, 1], activation="rleu"), ValueError, "did you mean 'relu'"),
    (lambda: nn.MLP(2, [1], activation="rleu"), ValueError, "did you mean 'relu'"),
    (lambda: nn.MLP(2, [1], output_activation="sigmoyd"), ValueError, "did you mean 'sigmoid'"),
    (generator_twice, ValueError, "mean: xs is empty"),
    (parameters_from_an_empty_generator, ValueError, "a generator gives its items only once"),
    (lambda: bool(Value(1.0)), TypeError, "neither true nor false"),
    (lambda: float(Value(1.0)), TypeError, r"use \.data"),
    (lambda: np.asarray([Value(1.0)], dtype=float), TypeError, r"\[v\.data for v in values\]"),
    (lambda: Value(1.0) * None, TypeError, "did a function forget to return"),
    (lambda: Value(1.0) * [2.0], TypeError, "pass one number at a time"),
    (lambda: Value(1.0) + "2", TypeError, r"convert it with float\(\.\.\.\)"),
    (lambda: nn.Neuron(3)([1.0, 2.0]), ValueError, "Neuron expects 3 inputs, got 2"),
    (lambda: nn.Neuron(2)([[1.0, 2.0]]), ValueError, r"call it on each sample, \[model\(x\) for x in X\]"),
    (lambda: autograd.gradients([Value(1.0)], []), TypeError, "pass one number at a time"),
    (label_as_second_argument, TypeError, "_children"),
]


@pytest.mark.parametrize(("slip", "kind", "message"), SLIPS)
def test_a_slip_is_answered(slip: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        slip()


def test_small_numpy_integers_do_not_overflow() -> None:
    small = np.int8(100)
    assert (Value(small) * small * small).data == 1e6
    assert (small * Value(2.0)).data == 200.0
    neuron = nn.Neuron(2, nonlin=False, init=lambda *_: 1.0)
    assert neuron(np.array([100, 100], dtype=np.int8)).data == 200.0


def test_a_parameter_that_the_loss_does_not_reach_is_named() -> None:
    class Forgets(nn.Module):
        def __init__(self) -> None:
            self.used, self.forgotten = Value(1.0), Value(1.0)

        def __call__(self, x: Any) -> Value:
            return self.used * x[0]

    found = nn.diagnose(Forgets(), [[1.0], [2.0]], [1.0, 3.0], loss="mean_squared_error")
    assert found.problems == ["parameters not reached"]
    assert "forgotten" in repr(found)
