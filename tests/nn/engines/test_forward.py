"""Predictions with the compiled forward pass: those of the eager engine, after any change."""

from __future__ import annotations

import copy
import math
import pickle
import random
from typing import Any

import numpy as np
import pytest
from changes import KINDS

import nn
from autograd import Value, no_grad, where
from nn.samples import each

SOURCE = random.Random(3)
X = [[SOURCE.uniform(-1, 1) for _ in range(3)] for _ in range(120)]
CLASSES = [int(x[0] > 0) + int(x[1] > 0) for x in X]
NUMBERS = [x[0] - x[1] * x[2] for x in X]


def trained(model: Any, engine: str = "compiled", targets: Any = CLASSES, loss: Any = "cross_entropy") -> Any:
    nn.fit(model, X, targets, loss=loss, epochs=1, batch_size=40, engine=engine, progress=False, seed=1)
    return model


def mlp(seed: int = 1) -> Any:
    return nn.MLP(3, [5, 3], activation="tanh", seed=seed)


def by_calls(model: Any, rows: Any = X) -> Any:
    """The oracle: the model called for each sample, in evaluation mode."""
    was = model.training
    with no_grad():
        model.eval()
        outputs = [model(row) for row in rows]
        model.train(was)
    return np.array([[getattr(o, "data", o) for o in out] if isinstance(out, list) else out.data for out in outputs])


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.array(found), expected, rtol=1e-12, atol=1e-14)


@pytest.fixture
def not_eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where the model is called for each of many samples."""

    def refuse(rows: Any) -> Any:
        assert len(rows) == 1 or np.ndim(rows[0]) == 0, "predicted by the eager engine"  # or they are targets
        return each(rows)

    monkeypatch.setattr("nn.evaluation.each", refuse)


@pytest.mark.usefixtures("not_eager")
def test_a_model_trained_with_compiled_programs_predicts_with_one() -> None:
    model = trained(mlp())
    outputs = nn.predict(model, X)
    assert {type(number) for row in outputs for number in row} == {float}
    close(outputs, by_calls(model))
    array = nn.predict(model, np.array(X))
    assert array.shape == (120, 3)
    assert array.tolist() == outputs
    assert nn.predict_classes(model, X) == np.argmax(by_calls(model), 1).tolist()
    right = float(np.mean(np.argmax(by_calls(model), 1) == CLASSES))
    expected = nn.losses.cross_entropy(by_calls(model).tolist(), CLASSES)
    found = nn.evaluate(model, X, CLASSES, loss="cross_entropy")
    assert found == {"loss": pytest.approx(getattr(expected, "data", expected), rel=1e-12), "accuracy": right}
    assert sum(nn.confusion_matrix(model, X, CLASSES)[n][n] for n in range(3)) == round(right * 120)
    single = trained(nn.MLP(3, [4, 1], seed=2), targets=NUMBERS, loss="mean_squared_error")
    close(nn.predict(single, X), by_calls(single).ravel())


def test_it_is_used_only_where_it_was_trained_with_and_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    models = {
        "eager": trained(mlp(), "eager"),
        "again eager": trained(trained(mlp()), "eager"),
        "untrained": mlp(),
        "loaded": pickle.loads(pickle.dumps(trained(mlp()))),
    }
    few = trained(mlp())
    monkeypatch.setattr("nn.engines.forward.CompiledForward.__call__", lambda *_: pytest.fail("compiled"))
    for model in models.values():
        assert nn.predict(model, X) == by_calls(model).tolist()
    assert nn.predict(few, X[:99]) == by_calls(few, X[:99]).tolist()
    assert nn.predict(few, X, engine="eager") == by_calls(few).tolist()
    with pytest.raises(pytest.fail.Exception, match="compiled"):
        nn.predict(few, X[:100])


@pytest.mark.usefixtures("not_eager")
def test_any_model_can_be_asked_to() -> None:
    model = mlp()
    close(nn.predict(model, X[:2], engine="compiled"), by_calls(model, X[:2]))
    close(nn.predict(model, X, engine="auto"), by_calls(model))
    beside = [[outputs[0], x[1]] for outputs, x in zip(by_calls(model), X, strict=True)]
    close(nn.predict(lambda x: [model(x)[0], x[1]], X, engine="compiled"), beside)


@pytest.mark.usefixtures("not_eager")
def test_what_the_model_keeps_is_in_the_way_of_nothing() -> None:
    class Regularised(nn.Module):
        def __init__(self) -> None:
            self.inner, self.kind = mlp(), "tanh"

        def _forward(self, x: Any) -> Any:
            return [getattr(score, self.kind)() for score in self.inner(x)]

        def __call__(self, x: Any) -> Any:
            penalty = sum((weight * weight for weight in self.parameters()), start=0.0)
            return [score - penalty for score in self._forward(x)]

    model = Regularised()
    nn.fit(
        model, X, CLASSES, loss="cross_entropy", epochs=2, batch_size=40, engine="compiled", progress=False, seed=1,
        callbacks=[lambda training: close(nn.predict(training.model, X), by_calls(training.model))],
    )  # fmt: skip
    assert set(vars(model)) == {"inner", "kind", "_training", "_nn_compiled_forward"}
    model.kind = "exp"
    close(nn.predict(model, X), by_calls(model))


def test_a_wrong_engine() -> None:
    with pytest.raises(ValueError, match=r"unknown engine 'jax'; choose one of: eager, compiled, auto"):
        nn.predict(mlp(), X, engine="jax")


def test_nested_outputs_keep_their_shape() -> None:
    class Table(nn.Module):
        def __init__(self) -> None:
            self.a = Value(2.0)

        def __call__(self, x: Any) -> Any:
            return [[x[0] * self.a, x[1]], [x[2], self.a], [0.5, self.a + x[0]]]

    class Ragged(Table):
        def __call__(self, x: Any) -> Any:
            return [[x[0] * self.a], [x[1], 1.0]]

    table = np.array(nn.predict(Table(), X, engine="compiled"))
    assert table.shape == (120, 3, 2)
    assert table.tolist() == nn.predict(Table(), X)
    assert nn.predict(Ragged(), X, engine="compiled") == nn.predict(Ragged(), X)


class Pair(tuple[Any, ...]):
    """As an RNN gives it: its outputs, and its last state."""

    not_a_list = "a pair of outputs and state"


def test_a_pair_is_no_output() -> None:
    for engine in ("eager", "compiled"):
        with pytest.raises(TypeError, match="must be a number or a list of numbers; got a pair of outputs and state"):
            nn.predict(lambda x: Pair(([x[0], x[1]], [x[2], x[0]])), X, engine=engine)


class Wrapped(nn.Module):
    def __init__(self, function: Any) -> None:
        self.function = function

    def __call__(self, inputs: Any) -> Any:
        return inputs[2] + self.function(inputs[0])


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
def test_every_kind_of_change_is_noticed(kind: Any) -> None:
    function, *changes = kind()
    model = Wrapped(function)
    close(nn.predict(model, X[:3], engine="compiled"), nn.predict(model, X[:3], engine="eager"))
    for change in changes:
        change()
        close(nn.predict(model, X[:3], engine="compiled"), nn.predict(model, X[:3], engine="eager"))


def one_number(model: Any) -> None:
    model.layers[0].layers[0].neurons[0].w[0].data += 0.5


def another_parameter(model: Any) -> None:
    model.layers[0].layers[1].neurons[0].b = Value(7.0)


def another_layer(model: Any) -> None:
    model.layers[0] = mlp(seed=9)


def one_more_layer(model: Any) -> None:
    model.layers.append(nn.Layer(3, 2, seed=5))


def another_state(model: Any) -> None:
    model.load_state_dict(dict.fromkeys(model.state_dict(), 0.25))


def more_training(model: Any) -> None:
    trained(model)


def training_by_hand(model: Any) -> None:
    optimizer = nn.SGD(model, 0.5)
    nn.cross_entropy([model(X[0])], [CLASSES[0]]).backward()
    optimizer.step()


@pytest.mark.usefixtures("not_eager")
def test_a_model_that_changes_after_fit() -> None:
    model = trained(nn.Sequential(mlp(), nn.Dropout(0.5, seed=1), nn.LayerNorm(3)))
    before = nn.predict(model, X)
    close(before, by_calls(model))
    changes = (
        one_number, training_by_hand, another_parameter, more_training, another_layer, another_state, one_more_layer,
    )  # fmt: skip
    for change in changes:
        change(model)
        after = nn.predict(model, X)
        close(after, by_calls(model))
        assert after != before, change.__name__
        assert model.training  # the mode is that of before
        before = after


@pytest.mark.usefixtures("not_eager")
def test_samples_of_another_size() -> None:
    class Total(nn.Module):
        def __init__(self) -> None:
            self.scale = Value(2.0)

        def __call__(self, x: Any) -> Any:
            return sum(x, start=0.0) * self.scale

    model = trained(Total(), targets=NUMBERS, loss="mean_squared_error")
    for width in (3, 2, 3):
        rows = [row[:width] for row in X]
        close(nn.predict(model, rows), by_calls(model, rows))


def test_samples_of_a_wrong_size_give_the_eager_engine_s_error() -> None:
    model = trained(mlp())
    for engine in (None, "compiled", "eager"):
        with pytest.raises(ValueError, match="expects 3 inputs, got 2"):
            nn.predict(model, [row[:2] for row in X], engine=engine)
    close(nn.predict(model, X), by_calls(model))


def test_a_copy_has_its_own_parameters() -> None:
    model = trained(mlp())
    nn.predict(model, X)
    for copied in (copy.copy(model), copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
        copied.layers = mlp(seed=8).layers
        for engine in (None, "compiled"):
            close(nn.predict(copied, X, engine=engine), by_calls(copied))
    close(nn.predict(model, X), by_calls(model))


class Branching(nn.Module):
    """Draws a random number and counts, before it turns out that it cannot be compiled."""

    def __init__(self) -> None:
        self.weight, self.source, self.calls = Value(1.5), random.Random(4), 0

    def __call__(self, x: Any) -> Any:
        if self.training:
            return where(x[0] > 0.0, x[0], self.weight)
        self.calls += 1
        noise = self.source.random()
        return x[0] + noise if x[0] * self.weight > 0.0 else self.weight + x[1]


def test_a_model_that_cannot_be_compiled_in_evaluation_is_put_back() -> None:
    found = []
    for engine in ("eager", "compiled"):
        model = trained(Branching(), engine, NUMBERS, "mean_squared_error")
        found.append([nn.predict(model, X), nn.predict(model, X), model.calls])
    assert found[0] == found[1]
    with pytest.raises(TypeError, match="where"):
        nn.predict(model, X, engine="compiled")
    assert model.calls == found[1][2]


class Logarithm(nn.Module):
    def __init__(self) -> None:
        self.weight = Value(1.0)

    def __call__(self, x: Any) -> Any:
        return (self.weight * x[0]).log()


def test_an_error_is_that_of_the_eager_engine_and_inf_is_inf() -> None:
    rows = [[n + 1.0] for n in range(120)]
    model = Logarithm()
    close(nn.predict(model, rows, engine="compiled"), np.log(np.arange(1.0, 121.0)))
    for engine in ("eager", "compiled"):
        with pytest.raises(ValueError, match=r"log.*-3"):
            nn.predict(model, [*rows[:110], [-3.0]], engine=engine)
    huge = nn.Neuron(1, init=lambda *_: 1e200, nonlin=False)
    assert nn.predict(huge, [[1e200], [2.0]], engine="compiled") == [math.inf, 2e200]


def test_no_number_beside_an_index_is_truncated() -> None:
    class WordAndNumber(nn.Module):
        def __init__(self) -> None:
            self.table, self.layer = nn.Embedding(6, 2, seed=1), nn.Layer(3, 3, nonlin=False, seed=2)

        def __call__(self, sample: Any) -> Any:
            return self.layer([*self.table(sample[0]), sample[1]])

    model, halves, whole = WordAndNumber(), [[n % 6, n + 0.5] for n in range(120)], [[n % 6, n] for n in range(120)]
    close(nn.predict(model, whole, engine="compiled"), by_calls(model, whole))
    assert nn.predict(model, halves, engine="auto") == nn.predict(model, halves)
    with pytest.raises(TypeError, match=r"X has numbers that are not whole"):
        nn.predict(model, halves, engine="compiled")


def test_a_loss_of_ones_own_gets_values_and_batches_are_compiled() -> None:
    model = trained(mlp())

    def own(outputs: Any, targets: Any) -> Any:
        return sum((output[target].exp() for output, target in zip(outputs, targets, strict=True)), Value(0.0))

    expected = nn.evaluate(model, X, CLASSES, loss=own, engine="eager")
    assert nn.evaluate(model, X, CLASSES, loss=own) == pytest.approx(expected, rel=1e-12)
    batches = [(X[n : n + 30], CLASSES[n : n + 30]) for n in range(0, 120, 30)]
    expected = nn.evaluate(model, batches, loss="cross_entropy", engine="eager")
    assert nn.evaluate(model, batches, loss="cross_entropy") == pytest.approx(expected, rel=1e-12)


@pytest.mark.usefixtures("not_eager")
def test_batches_are_computed_by_the_program_also_if_they_are_small() -> None:
    model = trained(mlp())
    assert nn.evaluate(model, [(X[:30], CLASSES[:30])], metrics=["accuracy"]).keys() == {"accuracy"}


def test_a_callback_predicts_with_the_parameters_of_its_epoch() -> None:
    seen: list[Any] = []
    model = mlp()
    nn.fit(
        model, X, CLASSES, loss="cross_entropy", epochs=2, batch_size=40, engine="compiled", progress=False, seed=1,
        callbacks=[lambda training: seen.append((nn.predict(training.model, X), by_calls(training.model)))],
    )  # fmt: skip
    for found, expected in seen:
        close(found, expected)
    assert seen[0][0] != seen[1][0]
