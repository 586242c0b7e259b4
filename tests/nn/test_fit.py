"""The arguments of `fit`: each is checked, and applied, before anything changes."""

from __future__ import annotations

import math
import re
import sys
from typing import Any

import pytest
from line_fit import ENGINES, LINE, fit_line, line_model

import nn
from autograd import Value, log


@pytest.mark.parametrize(
    ("loss", "model", "words"),
    [
        ("cross_entropy", nn.MLP(1, [2], output_activation="softmax"), "cross_entropy applies softmax itself"),
        ("binary_cross_entropy_with_logits", nn.MLP(1, [1], output_activation="sigmoid"), "applies sigmoid itself"),
    ],
)
def test_an_activation_that_the_loss_applies_too_is_noticed(loss: str, model: nn.MLP, words: str) -> None:
    with pytest.warns(UserWarning, match=words):
        nn.fit(model, [[0.0], [1.0]], [0, 1], loss=loss, optimizer="sgd", epochs=1, progress=False)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"loss": "mse"}, ValueError, "unknown loss 'mse'"),
        ({"loss": None}, TypeError, "loss must be a name"),
        ({"optimizer": "adm"}, ValueError, "unknown optimizer 'adm'.*'adam'"),
        ({"optimizer": 3}, TypeError, "optimizer must be an optimizer"),
        ({"optimizer": lambda p: p}, TypeError, r"returns one, such as lambda p: nn.Adam\(p, 0.02\); got \["),
        ({"optimizer": nn.SGD([Value(1.0)])}, ValueError, "none of this model's parameters"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"epochs": 2.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"batch_size": "4"}, TypeError, "batch_size must be a whole number"),
        ({"validation": 1.5}, ValueError, "validation must be"),
        ({"validation": ([[1.0]],)}, ValueError, "validation must be a pair"),
        ({"validation": ([[1.0]], [1.0, 2.0])}, ValueError, "validation X has 1 samples but validation y has 2"),
        ({"validation": ([[1.0, 2.0]], [1.0])}, ValueError, "expects 1 input, got 2"),
        ({"schedule": "cosin"}, ValueError, "unknown schedule 'cosin'"),
        ({"early_stopping": 0}, ValueError, "early_stopping must be at least 1"),
        ({"callbacks": [3]}, TypeError, "a callback must be callable"),
        ({"callbacks": print}, TypeError, "callbacks must be a list of functions, such as \\[print\\]; got <built-in"),
        ({"metrics": ["acuracy"]}, ValueError, "unknown metric 'acuracy'"),
        ({"metrics": 3}, TypeError, "metrics must be a list"),
        ({"seed": "x"}, TypeError, "seed must be a whole number"),
        ({"clip_norm": -1}, ValueError, "clip_norm must be greater than 0"),
        ({"resume": True}, ValueError, "resume=True needs checkpoint=path"),
        ({"loss": "hinge"}, ValueError, "hinge needs -1 or"),
        ({"progress": "no"}, TypeError, "progress must be True or False, got 'no'"),
        ({"resume": 1}, TypeError, "resume must be True or False, got 1"),
        ({"checkpoint": 3}, TypeError, "checkpoint must be the path of a file, such as 'training.json', got 3"),
    ],
)
def test_wrong_arguments_change_nothing(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    model = line_model()
    with pytest.raises(kind, match=message):
        fit_line(model, **changes)
    assert set(model.state_dict().values()) == {0.0}


@pytest.mark.parametrize(
    ("X", "y", "kind", "message"),
    [
        ([], [], ValueError, "X is empty"),
        ([[1.0]], [1.0, 2.0], ValueError, "X has 1 samples but y has 2 targets"),
        ([[1.0], [math.nan]], [1.0, 2.0], ValueError, r"X\[1\]\[0\] is nan"),
        ([[1.0], ["2"]], [1.0, 2.0], TypeError, r"X\[1\]\[0\] must be a real number, got '2'"),
        ([[1.0], [None]], [1.0, 2.0], TypeError, r"X\[1\]\[0\] must be a real number, got None"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], ValueError, r"X\[1\] has 2 numbers but X\[0\] has 1 number"),
        ([[1.0], [2.0]], [1.0, math.inf], ValueError, r"y\[1\] is inf"),
        ("ab", [1.0, 2.0], TypeError, "X must be a sequence"),
        ([[1.0]], [Value(1.0)], TypeError, r"y\[0\] must be a plain number.*pass its \.data"),
    ],
)
def test_wrong_data(X: Any, y: Any, kind: type[Exception], message: str) -> None:
    model = line_model()
    with pytest.raises(kind, match=message):
        nn.fit(model, X, y, loss="mean_squared_error", optimizer="sgd", epochs=1, progress=False)


def test_what_is_no_model_or_no_loss() -> None:
    with pytest.raises(TypeError, match=r"model must be a module.*; let its class inherit from nn\.Module"):
        nn.fit(lambda x: x, *LINE, loss="hinge", optimizer="sgd", epochs=1)
    with pytest.raises(TypeError, match="loss must give one Value"):
        fit_line(line_model(), loss=lambda p, t: 1.0)
    with pytest.raises(TypeError, match="'list' and 'list'") as caught:
        fit_line(line_model(), loss=lambda p, t: (p - t) ** 2)
    assert caught.value.__notes__ == [
        "loss is called with two lists: the model's outputs for a batch, and their targets"
    ]


@ENGINES
@pytest.mark.parametrize(
    ("loss", "bad", "words"),
    [
        ("cross_entropy", 3, r"target\[4\] is class 3, but the prediction has classes 0 .. 2"),
        ("negative_log_likelihood", -1, r"target\[4\] .*must be at least 0"),
        ("binary_cross_entropy_with_logits", 1.5, r"target\[4\] is 1.5: it must lie between 0 and 1"),
        ("hinge", 0, r"target\[4\] is 0: hinge needs -1 or \+1"),
        (lambda p, t: nn.cross_entropy(p, t) * 2.0, 3, r"target\[4\] is class 3"),
    ],
)
@pytest.mark.parametrize("place", ["training", "validation"])
def test_every_target_is_looked_at_before_anything_changes(
    loss: Any, bad: Any, words: str, place: str, engine: str
) -> None:
    if callable(loss) and engine == "compiled":
        return  # refused before
    model = nn.MLP(1, [3 if callable(loss) or loss in ("cross_entropy", "negative_log_likelihood") else 1], seed=0)
    before = model.state_dict()
    X, good = [[float(i)] for i in range(5)], [1, 1, 1, 1, 1]
    y, held = ([*good[:4], bad], good) if place == "training" else (good, [*good[:4], bad])
    optimizer = nn.Adam(model, 0.1)
    with pytest.raises(ValueError, match=("validation data: " if place == "validation" else "^") + words):
        nn.fit(
            model, X, y, loss=loss, optimizer=optimizer, epochs=2, batch_size=2, validation=(X, held), seed=0,
            progress=False, engine=engine,
        )  # fmt: skip
    assert (model.state_dict(), optimizer.steps) == (before, 0)


def test_a_loss_or_metric_that_refuses_a_constant_prediction_is_asked_with_the_model_s_own() -> None:
    def spread(outputs: Any, targets: Any) -> float:
        return 1.0 / (max(outputs) - min(outputs))

    def far(predictions: Any, targets: Any) -> Any:
        return nn.mean_squared_error([log(p - 0.9) for p in predictions], targets)

    model = nn.Neuron(1, nonlin=False, init=lambda *_: 1.0)
    history = nn.fit(
        model, [[1.0], [2.0]], [1.0, 0.5], loss=far, optimizer=nn.SGD(model, 1e-3), epochs=2, metrics=[spread],
        progress=False,
    )  # fmt: skip
    assert history["spread"][0] == 1.0


def test_the_share_of_variance_can_be_followed() -> None:
    assert fit_line(line_model(), metrics=["r_squared"])["r_squared"][-1] > 0.99
    with pytest.raises(ValueError, match=r"r_squared needs targets that differ from each other; all .* 0\.7"):
        nn.fit(line_model(), [[0.0], [1.0], [2.0]], [0.7, 0.7, 0.7], loss="huber", optimizer="sgd", epochs=1,
               metrics=["r_squared"], progress=False)  # fmt: skip


def test_a_metric_of_the_users_own_may_be_called_accuracy() -> None:
    def accuracy(outputs: Any, targets: Any) -> float:
        return 0.25

    assert fit_line(line_model(), metrics=[accuracy], epochs=1)["accuracy"] == [0.25]
    with pytest.raises(ValueError, match="two metrics are called '<lambda>'"):
        fit_line(line_model(), metrics=[lambda o, t: 1.0, lambda o, t: 2.0])


def test_an_explicit_threshold_is_used_everywhere() -> None:
    model = nn.Neuron(1, nonlin=False, init=lambda *_: 1.0)
    X, y = [[0.1], [0.3], [0.6]], [0, 1, 1]
    options: dict[str, Any] = {"optimizer": nn.SGD(model, 0.0), "epochs": 1, "progress": False, "validation": (X, y)}
    for threshold, expected in ((None, 2 / 3), (0.2, 1.0), (0.5, 2 / 3)):
        history = nn.fit(model, X, y, loss="mean_squared_error", threshold=threshold, **options)
        assert history["accuracy"] == history["validation_accuracy"] == [expected]
    with pytest.raises(TypeError, match="threshold must be a real number, got 'half'"):
        nn.fit(model, X, y, loss="mean_squared_error", threshold="half", **options)  # type: ignore[arg-type]


def test_jax_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("autograd.compiler.jax_backend")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jax", None)  # as where it is not installed
    model = line_model()
    before = [parameter.data for parameter in model.parameters()]
    with pytest.raises(ImportError, match=re.escape('python -m pip install "chalkgrad[jax]"')):
        fit_line(model, engine="jax")
    assert [parameter.data for parameter in model.parameters()] == before
    with pytest.raises(ValueError, match="dtype='float32' needs engine='jax'"):
        fit_line(model, dtype="float32")
