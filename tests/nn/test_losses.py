from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import mpmath
import numpy as np
import pytest

import autograd
import nn
from autograd import Value

mpmath.mp.dps = 50
LOG2 = math.log(2)


def slope(loss: Any, prediction: float, target: Any) -> float:
    x = Value(prediction)
    loss(x, target).backward()
    return x.grad


@pytest.mark.parametrize(
    ("loss", "prediction", "target", "value", "derivative"),
    [
        (nn.mean_squared_error, 3.0, 1.0, 4.0, 4.0),
        (nn.mean_absolute_error, -3.0, 1.0, 4.0, -1.0),
        (nn.huber, 0.5, 0.0, 0.125, 0.5),
        (nn.huber, -3.0, 0.0, 2.5, -1.0),
        (nn.huber, 1.5, 1.0, 0.125, 0.5),
        (lambda p, t: nn.huber(p, t, delta=2.0), 5.0, 0.0, 8.0, 2.0),
        (nn.hinge, 0.25, 1, 0.75, -1.0),
        (nn.hinge, 0.25, -1, 1.25, 1.0),
        (nn.hinge, 3.0, 1, 0.0, 0.0),
        (nn.binary_cross_entropy, 0.5, 1, LOG2, -2.0),
        (nn.binary_cross_entropy, 0.25, 0, -math.log(0.75), 1 / 0.75),
        (nn.binary_cross_entropy, 0.5, 0.5, LOG2, 0.0),
        (nn.binary_cross_entropy_with_logits, 0.0, 1, LOG2, -0.5),
        (nn.binary_cross_entropy_with_logits, 0.0, 0.25, LOG2, 0.25),
        (nn.binary_cross_entropy_with_logits, 1e4, 0, 1e4, 1.0),
        (nn.binary_cross_entropy_with_logits, -1e4, 1, 1e4, -1.0),
        (nn.binary_cross_entropy_with_logits, 1e4, 1, 0.0, 0.0),
    ],
)
def test_value_and_slope_by_hand(loss: Any, prediction: float, target: Any, value: float, derivative: float) -> None:
    assert loss(Value(prediction), target).data == pytest.approx(value, rel=1e-15, abs=1e-300)
    assert loss(prediction, target) == pytest.approx(value, rel=1e-15, abs=1e-300)
    assert slope(loss, prediction, target) == pytest.approx(derivative, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize("x", [-40.0, -3.0, 0.1, 20.0, 40.0, 700.0])
def test_logits_keep_the_tails(x: float) -> None:
    exact = mpmath.log1p(mpmath.exp(-mpmath.mpf(x)))
    assert nn.binary_cross_entropy_with_logits(x, 1) == pytest.approx(float(exact), rel=1e-14)
    assert slope(nn.binary_cross_entropy_with_logits, x, 1) == pytest.approx(float(-1 / (1 + mpmath.exp(x))), rel=1e-13)


@pytest.mark.parametrize("logits", [[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [0.1, 0.2, 0.3], [50.0, 0.0, -50.0]])
@pytest.mark.parametrize("index", [0, 1, 2])
def test_cross_entropy_is_exact(logits: list[float], index: int) -> None:
    exact = mpmath.log(mpmath.fsum(mpmath.exp(mpmath.mpf(x) - logits[index]) for x in logits))
    values = [Value(x) for x in logits]
    loss = nn.cross_entropy(values, index)
    loss.backward()
    assert loss.data == pytest.approx(float(exact), rel=2e-14, abs=1e-300)
    total = mpmath.fsum(mpmath.exp(mpmath.mpf(x)) for x in logits)
    for j, value in enumerate(values):
        share = mpmath.exp(mpmath.mpf(logits[j])) / total
        others = mpmath.fsum(mpmath.exp(mpmath.mpf(x)) for k, x in enumerate(logits) if k != j) / total
        assert value.grad == pytest.approx(float(-others if j == index else share), rel=2e-14, abs=1e-300)


def test_a_batch_is_the_mean_of_its_samples() -> None:
    assert nn.mean_squared_error([[1.0, 2.0], [3.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]) == 7.5
    logits = [[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]
    each = [nn.cross_entropy(logits[0], 2), nn.cross_entropy(logits[1], 0)]
    assert nn.cross_entropy(logits, [2, 0]) == pytest.approx(sum(each) / 2, rel=1e-15)
    assert nn.cross_entropy(np.array(logits), np.array([2, 0])) == nn.cross_entropy(logits, [2, 0])
    assert nn.negative_log_likelihood([[-1.0, -2.0], [-3.0, -4.0]], [0, 1]) == 2.5


def test_probabilities_as_target_and_label_smoothing() -> None:
    logits = [1.0, 2.0, 0.5]
    each = [nn.cross_entropy(logits, j) for j in range(3)]
    mixed = nn.cross_entropy(logits, [0.5, 0.25, 0.25])
    assert mixed == pytest.approx(0.5 * each[0] + 0.25 * each[1] + 0.25 * each[2], rel=1e-14)
    smooth = nn.cross_entropy(logits, 1, label_smoothing=0.3)  # 0.7 of the target's, 0.1 of each
    assert smooth == pytest.approx(0.7 * each[1] + 0.1 * sum(each), rel=1e-14)
    assert nn.cross_entropy(logits, [0.0, 1.0, 0.0], label_smoothing=0.3) == pytest.approx(smooth, rel=1e-15)
    assert nn.negative_log_likelihood([-1.0, -2.0], [0.5, 0.5]) == 1.5


def test_penalties() -> None:
    p, q = Value(3.0), Value(-4.0)
    penalty = nn.l2_penalty([p, q], 0.5)
    penalty.backward()
    assert (penalty.data, p.grad, q.grad) == (12.5, 3.0, -4.0)
    assert nn.l1_penalty([p, q], 2.0).data == 14.0
    assert nn.l2_penalty(nn.Neuron(2, init="zeros")).data == 0.0


VALUES = [Value(1.0), Value(2.0)]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda: nn.mean_squared_error(VALUES, [1.0]),
            ValueError,
            r"prediction has shape \(2,\) but target has shape \(1,\)",
        ),
        (lambda: nn.mean_squared_error(VALUES, 1.0), ValueError, r"target has shape \(\)"),
        (lambda: nn.mean_squared_error([], []), ValueError, "prediction is empty"),
        (lambda: nn.mean_squared_error("ab", [1, 2]), TypeError, "prediction must be a number, a Value, or a sequence"),
        (
            lambda: nn.mean_squared_error(None, 1.0),
            TypeError,
            "prediction must be a number, a Value, or a sequence.*None",
        ),
        (
            lambda: nn.mean_squared_error(VALUES, [1.0, "2"]),
            TypeError,
            r"target\[1\] must be a number or a Value, got '2'",
        ),
        (lambda: nn.mean_squared_error([[1.0], [1.0, 2.0]], [[1.0], [2.0]]), ValueError, r"prediction\[1\] has shape"),
        (lambda: nn.hinge(VALUES, [0, 1]), ValueError, r"target\[0\] is 0: hinge needs -1 or \+1"),
        (lambda: nn.huber(1.0, 1.0, delta=0.0), ValueError, "delta must be greater than 0"),
        (lambda: nn.binary_cross_entropy(Value(1.5), 1), ValueError, "needs probabilities.*with_logits"),
        (lambda: nn.binary_cross_entropy(Value(0.0), 1), ValueError, "logarithm of 0 is infinite"),
        (
            lambda: nn.binary_cross_entropy(Value(0.5), -1),
            ValueError,
            r"target\[0\] is -1: it must lie between 0 and 1",
        ),
        (
            lambda: nn.binary_cross_entropy_with_logits(Value(0.5), "1"),
            TypeError,
            "target must be a number, a Value, or a sequence",
        ),
        (lambda: nn.binary_cross_entropy_with_logits(0.5, Value(1.0)), TypeError, "must be a plain number"),
        (
            lambda: nn.cross_entropy(VALUES, 2),
            ValueError,
            r"target is class 2, but the prediction has classes 0 \.\. 1",
        ),
        (lambda: nn.cross_entropy(VALUES, -1), ValueError, "must be at least 0, got -1"),
        (lambda: nn.cross_entropy(VALUES, 0.5), TypeError, "class index.*must be a whole number"),
        (lambda: nn.cross_entropy(VALUES, [0.5, 0.6]), ValueError, r"adds up to 1\.1"),
        (lambda: nn.cross_entropy(VALUES, [1.0, 0.0, 0.0]), ValueError, "target has 3 entries"),
        (lambda: nn.cross_entropy(Value(1.0), 0), ValueError, "prediction is one number"),
        (lambda: nn.cross_entropy(VALUES[:1], [1.0]), ValueError, "one class: a network needs one output for each"),
        (lambda: nn.cross_entropy([VALUES[:1]] * 3, [0, 0, 0]), ValueError, "with a single output, use binary_cross"),
        (lambda: nn.cross_entropy(VALUES, "x"), TypeError, "target must be a sequence"),
        (
            lambda: nn.cross_entropy([VALUES], ["x"]),
            TypeError,
            r"target\[0\] must be a class index.* got 'x'",
        ),
        (lambda: nn.mean_squared_error(VALUES, [[1.0], [2.0]]), ValueError, r"target = \[t\[0\] for t in target\]"),
        (lambda: nn.losses.find_loss("bce"), ValueError, "did you mean 'binary_cross_entropy'"),
        (lambda: nn.cross_entropy([VALUES, VALUES], [1]), ValueError, "prediction has 2 samples but target has 1"),
        (lambda: nn.cross_entropy([VALUES, VALUES], [1, 7]), ValueError, r"target\[1\] is class 7"),
        (lambda: nn.cross_entropy(VALUES, 1, label_smoothing=2.0), ValueError, "label_smoothing must be"),
        (lambda: nn.binary_cross_entropy(Value(1.0), 0), ValueError, "logarithm of 0 is infinite"),
        (lambda: nn.binary_cross_entropy(Value(0.5), 1.5), ValueError, r"target\[0\] is 1\.5: it must lie between"),
        (
            lambda: nn.cross_entropy([VALUES, VALUES], [[0.5, 0.5], [0.5, 0.3, 0.2]]),
            ValueError,
            r"target\[1\] has 3 probabilities for 2 classes: give one for each",
        ),
        (lambda: nn.cross_entropy(VALUES, [1.5, -0.5]), ValueError, r"target\[0\] is 1\.5: it must lie between"),
        (lambda: nn.l1_penalty(VALUES, None), TypeError, "strength must be a real number, got None"),
        (lambda: nn.l1_penalty([]), ValueError, "parameters is empty"),
        (lambda: nn.l2_penalty(["a"]), TypeError, r"parameters\[0\] must be a Value"),
        (lambda: nn.l2_penalty(VALUES, -1.0), ValueError, "strength must be at least 0"),
        (lambda: nn.losses.find_loss("hing"), ValueError, "did you mean 'hinge'"),
        (lambda: nn.losses.find_loss(3), TypeError, "loss must be a name"),
        (lambda: nn.mean_squared_error(VALUES, [1.0, math.nan]), ValueError, r"target\[1\] is nan: remove or replace"),
        (lambda: nn.huber(VALUES[0], math.inf), ValueError, "target is inf: remove or replace"),
    ],
)
def test_wrong_inputs(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_a_certain_and_right_probability_costs_nothing() -> None:
    assert nn.binary_cross_entropy([1.0, 0.0], [1, 0]) == 0.0


@pytest.mark.parametrize("loss", [nn.cross_entropy, nn.negative_log_likelihood])
def test_a_class_may_be_an_argument_of_a_compiled_program(loss: Any) -> None:
    model, X, y = nn.MLP(2, [3], seed=0), [[0.5, -1.0], [2.0, 0.25], [0.0, 1.0]], [2, 0, 1]
    program = autograd.compile(lambda x, t: loss(model(x), t), model.parameters(), batched=True, backend="numpy")
    assert program(X, y) == pytest.approx(loss([model(x) for x in X], y).data, rel=1e-13)


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in nn.losses.LOSSES
        if not any(of_classes in name for of_classes in ("entropy", "likelihood", "divergence"))
    ],
)
def test_the_message_says_which_of_the_two_has_which_shape(name: str) -> None:
    with pytest.raises(ValueError, match=r"prediction has shape \(2,\) but target has shape \(1,\)"):
        getattr(nn, name)(VALUES, [1.0])


def test_a_class_may_be_a_whole_float() -> None:
    assert nn.cross_entropy([1.0, 2.0], 1.0) == nn.cross_entropy([1.0, 2.0], 1)


def test_penalties_have_strength_1() -> None:
    assert (nn.l1_penalty([Value(3.0), Value(-4.0)]).data, nn.l2_penalty([Value(3.0), Value(-4.0)]).data) == (7.0, 25.0)


def test_the_cure_is_given_only_where_it_cures() -> None:
    """A column of targets is flattened; targets of another number, or a single one too few, are not."""
    with pytest.raises(ValueError, match=r"target = \[t\[0\] for t in target\]"):
        nn.mean_squared_error(VALUES, [[1.0], [2.0]])
    for prediction, target in ((VALUES, [1.0]), ([[1.0, 2.0]], [[1.0]]), (VALUES, [[1.0, 2.0], [3.0, 4.0]])):
        with pytest.raises(ValueError, match="they must be the same"):
            nn.mean_squared_error(prediction, target)


def test_lists_of_lists_of_lists_are_refused() -> None:
    with pytest.raises(ValueError, match=r"prediction\[0\] is \[\[1\.0\]\], of shape \(1, 1\): prediction must be"):
        nn.mean_squared_error([[[1.0]]], [1.0])


@pytest.mark.parametrize("wrong", [np.datetime64("2020"), np.array("a"), [np.datetime64("2020")]])
@pytest.mark.parametrize("argument", ["prediction", "target"])
def test_dates_and_texts_are_no_numbers(wrong: object, argument: str) -> None:
    arguments: dict[str, object] = {"prediction": [0.5], "target": [1.0]} | {argument: wrong}
    with pytest.raises(TypeError, match=argument):
        nn.mean_squared_error(**arguments)


def test_decimals_are_numbers_and_their_nans_are_refused() -> None:
    assert nn.mean_squared_error(Decimal("0.5"), Decimal("1.5")) == 1.0
    for wrong in (Decimal("NaN"), Decimal("sNaN")):
        with pytest.raises(ValueError, match="target"):
            nn.mean_squared_error([0.5], [wrong])
    with pytest.raises(ValueError, match="prediction must be a real number"):
        nn.hinge([Decimal("sNaN")], [1])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_class_weights_are_those_of_each_target_in_a_compiled_program(smoothing: float) -> None:
    """The program is written for one class and called with the others: a weight looked up once would be wrong."""
    weights = [1.0, 5.0, 2.0]

    def weighted(logits: list[Any], target: int) -> Any:
        return nn.cross_entropy([logits, [0.1, 0.2, 0.3]], [target, 1], smoothing, class_weights=weights)

    def of_logs(logs: list[Any], target: int) -> Any:
        return nn.negative_log_likelihood([logs, [0.1, 0.2, 0.3]], [target, 1], class_weights=weights)

    for loss in (weighted, of_logs):
        program = autograd.compile(loss)
        for target in (0, 1, 2):
            expected = loss([Value(0.3), Value(-0.7), Value(1.1)], target).data
            assert program([0.3, -0.7, 1.1], target) == pytest.approx(expected, rel=1e-13)


def test_class_weights_multiply_the_share_of_each_class() -> None:
    loss = nn.negative_log_likelihood([-0.5, -1.5], [0.25, 0.75], class_weights=[2.0, 4.0])
    assert loss == pytest.approx(0.25 * 2 * 0.5 + 0.75 * 4 * 1.5)
