"""What does a learner get who slips?  The classic mistakes, each answered in the message, or noticed by `diagnose`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value


def unequal_lengths() -> None:
    autograd.dot([Value(1.0), Value(2.0)], [1.0])


def data_of_a_result() -> None:
    result = Value(1.0) * 2.0
    result.data = 3.0


def generator_twice() -> None:
    values = (Value(x) for x in (1.0, 2.0))
    autograd.mean(values)
    autograd.sum(values)


def data_from_a_generator_twice() -> None:
    model, X = nn.MLP(1, [1]), ([x] for x in (1.0, 2.0))
    nn.predict(model, X)
    nn.predict(model, X)


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
    (generator_twice, ValueError, r"sum: xs is a generator that has given its items already: keep them, as list\("),
    (data_from_a_generator_twice, ValueError, "X is a generator that is already exhausted"),
    (parameters_from_an_empty_generator, ValueError, "parameters is a generator that is already exhausted"),
    (lambda: nn.SGD(iter([])), ValueError, "a generator gives its items only once"),
    (lambda: nn.MLP(2, [4, 3])([1.0, 2.0]).backward(), TypeError, r"a list of 3 outputs: make a loss .* outputs\[0\]"),
    (
        lambda: nn.Layer(2, 3)([1.0, 2.0]).backward(),
        TypeError,
        "this is a list of 3 outputs",
    ),
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


def test_a_generator_that_has_nothing_to_give_is_an_empty_sum() -> None:
    assert autograd.sum(x for x in ()) == 0.0


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


@pytest.mark.parametrize("start", [0.0, Value(0.0)], ids=["a float", "a Value"])
@pytest.mark.parametrize("first", ["total", "backward"])
def test_a_total_that_keeps_every_graph_is_noticed(start: Any, first: str) -> None:
    weight = Value(2.0)

    def train(total: Any) -> Any:
        for x in (1.0, 2.0):
            loss = (weight * x - 1.0) ** 2
            if first == "total":
                total += loss
            loss.backward()
            if first == "backward":
                total += loss
            weight.zero_grad()
        return total

    with pytest.warns(RuntimeWarning, match=r"write total \+= loss\.data") as noticed:
        total = train(start)
    assert total.data == (2.0 - 1.0) ** 2 + (4.0 - 1.0) ** 2
    assert {warning.filename for warning in noticed} == {__file__}


def test_a_total_within_one_step_is_nothing_to_warn_of() -> None:
    weight = Value(2.0)
    for _ in range(3):
        loss: Any = Value(0.0)
        for x in (1.0, 2.0):
            loss += (weight * x - 1.0) ** 2
        loss += 0.1
        loss += weight  # a parameter has a gradient from the step before
        loss.backward()
    loss += weight * 3.0


def test_a_total_of_numbers_and_gradients_added_up_are_nothing_to_warn_of() -> None:
    weight, running = Value(2.0), 0.0
    for x in (1.0, 2.0):
        losses = [(weight * x - t) ** 2 for t in (1.0, 2.0)]
        loss = sum(losses[1:], losses[0])
        loss.backward()
        running += loss.data
        with autograd.no_grad():
            total: Any = Value(0.0)
            total += loss  # nothing is remembered
            total += loss
    assert running == 1.0 + 0.0 + 9.0 + 4.0


def test_a_node_that_two_losses_share_is_nothing_to_warn_of() -> None:
    weight = Value(2.0)
    shared = weight * 3.0
    (shared * 2.0).backward()
    penalty: Any = Value(0.0)
    penalty += shared  # it has a gradient, but nobody called backward() on it
    penalty += weight * weight
    penalty.backward()
    penalty += weight * weight  # the same loss once more, with another term
    penalty += weight
    assert weight.grad == 6.0 + 3.0 + 4.0


def test_a_leaf_in_a_total_is_nothing_to_warn_of() -> None:
    x = Value(2.0)
    x.backward()
    total: Any = 0.0
    total += x
    total += x * x
    assert total.data == 6.0
