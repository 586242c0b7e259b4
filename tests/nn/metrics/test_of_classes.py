from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value
from nn.metrics import accuracy


def test_accuracy_in_all_its_forms() -> None:
    assert accuracy([0.1, -0.1, 2.0], [1, 0, 0]) == 2 / 3
    assert accuracy([0.1, -0.1, 2.0], [1, -1, -1]) == 2 / 3
    assert accuracy([0.4, 0.6], [1, 1], threshold=0.5) == 0.5
    assert accuracy([[1.0, 2.0], [5.0, 0.0]], [1, 1]) == 0.5
    assert accuracy([[1.0, 2.0], [5.0, 0.0]], [[0.0, 1.0], [1.0, 0.0]]) == 1.0


def test_outputs_may_be_values() -> None:
    assert accuracy([Value(0.1), Value(-0.1)], [1, 1]) == 0.5
    assert accuracy([[Value(1.0), 2.0], [5.0, Value(0.0)]], [1, 1]) == 0.5


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: accuracy([0.5], [0.5]), ValueError, "accuracy needs class labels"),
        (lambda: accuracy([0.5, 1.0], [0]), ValueError, "outputs has 2 samples but targets has 1 targets"),
        (lambda: accuracy([[0.5, 1.0]], [2]), ValueError, "accuracy needs class labels"),
        (lambda: accuracy(print, [[1.0]], [1]), TypeError, r"outputs must be .*or call nn\.evaluate\(model, X, y\)"),  # type: ignore[arg-type]
        (lambda: accuracy([], []), ValueError, "outputs is empty"),
    ],
)
def test_wrong_inputs(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def _scikit_learn(name: str, true: Any, outputs: Any, threshold: float) -> float:
    """The metric that scikit-learn calculates from the same outputs."""
    from sklearn import metrics

    wide = outputs.ndim > 1
    guess = outputs.argmax(axis=1) if wide else (outputs > threshold).astype(int)
    average = "binary" if len(set(true) | set(guess)) == 2 else "macro"
    if name == "roc_auc":
        scores = outputs if not wide else outputs[:, 1] - outputs[:, 0]
        if wide and outputs.shape[1] > 2:
            powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            totals = np.array([[math.fsum(row)] for row in powers])  # rounded once: permuted rows stay ties
            return float(metrics.roc_auc_score(true, powers / totals, multi_class="ovr"))
        return float(metrics.roc_auc_score(true, scores))
    if name in ("accuracy", "balanced_accuracy"):
        return float(getattr(metrics, f"{name}_score")(true, guess))
    return float(getattr(metrics, f"{name}_score")(true, guess, average=average, zero_division=0))


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc"])
@pytest.mark.parametrize("width", [0, 2, 3, 5])
@pytest.mark.parametrize("listed", [True, False])
def test_classes_as_in_scikit_learn(name: str, width: int, listed: bool) -> None:
    source = np.random.default_rng(width)
    for count in (12, 40, 200):
        true = source.integers(0, max(2, width), count)
        true[: max(2, width)] = range(max(2, width))
        outputs = np.round(
            source.normal(size=(count, width) if width else count) + (true if not width else 0), 1
        )  # ties
        expected = _scikit_learn(name, true, outputs, 0.0)
        given = (outputs.tolist(), true.tolist()) if listed else (outputs, true)
        assert getattr(nn, name)(*given) == pytest.approx(expected, rel=1e-12)


def test_a_class_that_is_never_predicted_or_never_true() -> None:
    assert nn.precision([-1.0, -1.0], [0, 1]) == 0.0
    assert nn.recall([-1.0, 1.0], [0, 0]) == 0.0
    assert nn.f1([-1.0, -1.0], [0, 0]) == 0.0
    assert nn.balanced_accuracy([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [0, 0]) == 0.5  # of one class only
    with pytest.raises(ValueError, match="roc_auc needs samples of every class"):
        nn.roc_auc([0.1, 0.2], [1, 1])
    with pytest.raises(ValueError, match="f1 needs class labels"):
        nn.f1([0.1, 0.2], [1.5, 1])


def test_minus_one_and_one_are_two_classes() -> None:
    assert nn.roc_auc([0.1, 0.4, 0.35, 0.8], [-1, -1, 1, 1]) == 0.75
    assert nn.recall([0.1, -0.4], [1, 1]) == 0.5


def test_metrics_by_name_are_followed_during_training() -> None:
    X, y = nn.make_moons(60, seed=1)
    model = nn.MLP(2, [4, 1], seed=1)
    names = ["accuracy", "balanced_accuracy", "precision", "recall", "f1", "roc_auc"]
    history = nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", epochs=1, metrics=names, progress=False, validation=(X, y)
    )
    expected = {name: getattr(nn, name)(nn.predict(model, X), y) for name in names}
    assert {name: history[f"validation_{name}"][-1] for name in names} == expected
    with pytest.raises(ValueError, match="recall needs class labels"):
        nn.fit(model, X, [0.5] * 60, loss="mean_squared_error", epochs=1, metrics="recall", progress=False)
