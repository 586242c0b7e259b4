from __future__ import annotations

import numpy as np
import pytest

import nn
from autograd import Value
from nn.evaluation import evaluating


def test_predict_gives_plain_numbers_and_leaves_no_trace() -> None:
    model = nn.Sequential(nn.Layer(2, 3, seed=0), nn.Dropout(0.9), nn.Layer(3, 2, nonlin=False, seed=0))
    X = np.array([[1.0, 2.0], [3.0, 4.0]])
    outputs = nn.predict(model, X)
    assert outputs == nn.predict(model, X.tolist())  # dropout is off
    assert {type(number) for row in outputs for number in row} == {float}
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
