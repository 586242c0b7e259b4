from __future__ import annotations

import math
from contextlib import nullcontext
from functools import partial
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, no_grad
from nn.evaluation import evaluating


def test_predict_gives_plain_numbers_and_leaves_no_trace() -> None:
    model = nn.Sequential(nn.Layer(2, 3, seed=0), nn.Dropout(0.9), nn.Layer(3, 2, nonlin=False, seed=0))
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    outputs = nn.predict(model, X)
    assert isinstance(outputs, np.ndarray)
    listed = nn.predict(model, X.tolist())
    assert outputs.tolist() == listed  # dropout is off
    assert {type(number) for row in listed for number in row} == {float}
    assert all(module.training for _, module in model.named_modules())
    assert not any(p.grad for p in model.parameters())


def test_classes_are_the_largest_output_or_the_side_of_the_threshold() -> None:
    model = nn.MLP(1, [3], init="zeros")
    for neuron, bias in zip(model.layers[0].neurons, [1.0, 5.0, 2.0], strict=True):
        neuron.b.data = bias
    assert nn.predict_classes(model, [[0.0], [1.0]]) == [1, 1]
    likely = nn.MLP(1, [1], init=lambda *_: 1.0, output_activation="sigmoid")
    assert nn.predict_classes(likely, [[-1.0], [2.0]]) == [0, 1]  # 0.27 and 0.88


def test_modes_come_back_one_by_one_even_after_an_error() -> None:
    model = nn.Sequential(nn.Layer(2, 3), nn.Dropout(0.9))
    model.layers[1].eval()

    def fails() -> None:
        with evaluating(model):
            assert not model.training
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert (model.training, model.layers[0].training, model.layers[1].training) == (True, True, False)


def test_evaluate_by_hand() -> None:
    model = nn.Neuron(1, nonlin=False, init=lambda *_: 2.0)
    got = nn.evaluate(model, [[1.0], [2.0]], [1.0, 7.0], loss="mean_squared_error", metrics=["mean_absolute_deviation"])
    assert got == {"loss": 5.0, "mean_absolute_deviation": 2.0}
    assert nn.evaluate(model, [[1.0], [-2.0]], [0, 0]) == {"accuracy": 0.5}
    assert nn.evaluate(model, [[1.0]], [1.5]) == {}


def test_the_threshold_follows_the_last_activation() -> None:
    model = nn.MLP(1, [1], output_activation="sigmoid", init=lambda *_: 1.0)
    # sigmoid(-1) = 0.27 is class 0, sigmoid(1) = 0.73 is class 1
    assert nn.evaluate(model, [[-1.0], [1.0]], [0, 1]) == {"accuracy": 1.0}
    assert nn.confusion_matrix(model, [[-1.0], [1.0], [2.0]], [0, 1, 0]) == [[1, 1], [0, 1]]


def test_confusion_of_several_classes() -> None:
    model = nn.MLP(3, [3], init="zeros")
    for j in range(3):
        model.layers[0].neurons[j].w[j].data = 1.0
    X = [[1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]]
    assert nn.confusion_matrix(model, X, [0, 1, 2, 2]) == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]
    assert nn.confusion_matrix(model, X, nn.one_hot([0, 1, 2, 2])) == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_wrong_arguments() -> None:
    model = nn.Neuron(1)
    with pytest.raises(TypeError, match="model must be a module"):
        nn.predict(3, [[1.0]])
    with pytest.raises(ValueError, match="X is empty"):
        nn.predict(model, [])
    with pytest.raises(ValueError, match="needs class labels"):
        nn.confusion_matrix(model, [[1.0]], [0.5])
    with pytest.raises(TypeError, match=r"X\[0\]\[0\] must be a plain number"):
        nn.predict(model, [[Value(1.0)]])


class EndsInASigmoid(nn.Module):
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, row: Any) -> Any:
        return self.inner(row).sigmoid()


class Wrapper(nn.Module):
    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __call__(self, row: Any) -> Any:
        return self.inner(row)


def one(activation: Any) -> nn.MLP:
    return nn.MLP(1, [1], output_activation=activation, init=lambda *_: 1.0)


PROBABILITIES = {
    "a sigmoid layer": lambda: one("sigmoid"),
    "a model that ends in a sigmoid": lambda: EndsInASigmoid(one("identity")),
    "a wrapper": lambda: Wrapper(one("sigmoid")),
    "a lambda": lambda: one(lambda v: v.sigmoid()),
    "dropout after it": lambda: nn.Sequential(one("sigmoid"), nn.Dropout(0.5, seed=0)),
    "a neuron": lambda: nn.Neuron(1, activation="sigmoid", init=lambda *_: 1.0),
}
SCORES = {
    "identity": lambda: one("identity"),
    "tanh": lambda: one("tanh"),
    "a wrapper": lambda: Wrapper(one("identity")),
    "a function of a sigmoid": lambda: nn.Sequential(one("sigmoid"), lambda p: p * 2.0 - 1.0),
}
X = [[-2.0], [-0.125], [0.125], [2.0]]  # class 1 is where the number is positive


@pytest.mark.parametrize("kind", [*PROBABILITIES, *(f"score: {name}" for name in SCORES)])
@pytest.mark.parametrize("silent", [False, True])
def test_the_primitive_of_the_output_decides(kind: str, silent: bool) -> None:
    model = SCORES[kind.removeprefix("score: ")]() if kind.startswith("score") else PROBABILITIES[kind]()
    with no_grad() if silent else nullcontext():
        assert nn.predict_classes(model, X) == [0, 0, 1, 1]
        assert nn.evaluate(model, X, [0, 0, 1, 1]) == {"accuracy": 1.0}
        assert nn.confusion_matrix(model, X, [0, 0, 1, 1]) == [[2, 0], [0, 2]]
    model.train()
    options: dict[str, Any] = {"optimizer": nn.SGD(model, 0.0), "epochs": 1, "progress": False}
    history = nn.fit(model.eval(), X, [0, 0, 1, 1], loss="mean_squared_error", validation=(X, [0, 0, 1, 1]), **options)
    assert history["validation_accuracy"] == [1.0]
    if "dropout" not in kind:
        assert history["accuracy"] == [1.0]


def test_a_value_keeps_its_primitive_for_accuracy() -> None:
    model = one("sigmoid")
    assert nn.accuracy([model(row) for row in X], [0, 0, 1, 1]) == 1.0
    assert nn.accuracy(nn.predict(model, X), [0, 0, 1, 1]) == 0.5  # plain numbers are scores
    assert nn.accuracy(nn.predict(model, X), [0, 0, 1, 1], threshold=0.5) == 1.0


def test_a_threshold_then_the_loss_then_the_model() -> None:
    model = one("sigmoid")  # 0.12, 0.47, 0.53, 0.88
    assert nn.predict_classes(model, X, threshold=0.75) == [0, 0, 0, 1]
    assert nn.predict_classes(model, X, loss="binary_cross_entropy", threshold=0.25) == [0, 1, 1, 1]
    assert nn.predict_classes(model, X, loss="binary_cross_entropy") == [0, 0, 1, 1]
    assert nn.predict_classes(model, X, loss="hinge") == [1, 1, 1, 1]
    assert nn.predict_classes(model, X, loss=nn.binary_cross_entropy_with_logits) == [1, 1, 1, 1]
    assert nn.predict_classes(model, X, loss="mean_squared_error") == [0, 0, 1, 1]
    assert nn.predict_classes(one("identity"), X, loss=partial(nn.binary_cross_entropy)) == [0, 0, 0, 1]
    assert nn.evaluate(model, X, [0, 0, 0, 1], threshold=0.75) == {"accuracy": 1.0}
    assert nn.evaluate(model, X, [-1, 1, 1, 1], loss="hinge")["accuracy"] == 0.75
    assert nn.confusion_matrix(model, X, [0, 0, 0, 1], threshold=0.75) == [[3, 0], [0, 1]]
    for call in (nn.predict_classes, lambda m, x, **o: nn.evaluate(m, x, [0, 0, 1, 1], **o)):
        with pytest.raises(TypeError, match="threshold must be a real number, got '0"):
            call(model, X, threshold="0.5")


def test_what_is_not_finite_has_no_metric() -> None:
    model = nn.Sequential(one("identity"), lambda v: v * math.inf * 0.0)
    assert math.isnan(nn.evaluate(model, X, [0, 0, 1, 1])["accuracy"])
    assert nn.evaluate(model, X, [0.5, 0.25, 3.0, 1.0]) == {}
