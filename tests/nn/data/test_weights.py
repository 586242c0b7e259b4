from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from nn.data.weights import sample_weights

QUIET: Any = {"progress": False, "epochs": 3}
X = [[0.5], [-1.0], [2.0], [1.5], [0.1]]
TASKS: dict[str, Any] = {
    "mean_squared_error": (1, [1.0, 0.0, 3.0, -1.0, 0.5]),
    "binary_cross_entropy_with_logits": (1, [0, 1, 1, 0, 1]),
    "cross_entropy": (3, [0, 2, 1, 1, 0]),
}


@pytest.mark.parametrize("engine", ["eager", "compiled"])
@pytest.mark.parametrize("loss", TASKS)
def test_a_weight_is_a_number_of_copies(loss: str, engine: str) -> None:
    outputs, y = TASKS[loss]
    weights = [2, 0, 1, 3, 1]
    repeated = [i for i, weight in enumerate(weights) for _ in range(weight)]
    histories, states = [], []
    for data, weight in ((X, y), weights), (([X[i] for i in repeated], [y[i] for i in repeated]), None):
        model = nn.MLP(1, [3, outputs], "tanh", seed=1)
        history = nn.fit(model, *data, loss=loss, optimizer="adam", engine=engine, sample_weight=weight, **QUIET)
        histories.append(history["loss"])
        states.append(list(model.state_dict().values()))
        evaluated = nn.evaluate(model, *data, loss=loss, metrics=(), sample_weight=weight)
        histories[-1].append(evaluated["loss"])
    assert histories[0] == pytest.approx(histories[1], rel=1e-12)
    assert states[0] == pytest.approx(states[1], rel=1e-9)


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_weights_in_batches_of_arrays(engine: str) -> None:
    """Each batch has its own weighted mean; the epoch's loss is weighted by the sums of the weights."""
    y = np.array(TASKS["mean_squared_error"][1])
    weights = np.array([1.0, 2.0, 0.0, 0.5, 4.0])
    model = nn.Neuron(1, nonlin=False, init=lambda *_: 0.0)
    history = nn.fit(
        model, np.array(X), y, loss="mean_squared_error", optimizer=lambda p: nn.SGD(p, 1e-12), batch_size=2, seed=0,
        sample_weight=weights, epochs=1, progress=False, engine=engine,
    )  # fmt: skip
    assert history["loss"][0] == pytest.approx((weights * y**2).sum() / weights.sum(), rel=1e-6)
    assert nn.evaluate(model, np.array(X), y, loss="mean_squared_error", metrics=(), sample_weight=weights)[
        "loss"
    ] == pytest.approx((weights * y**2).sum() / weights.sum(), rel=1e-6)


def test_weights_of_classes() -> None:
    y = [0, 0, 0, 1]
    assert sample_weights(X[:4], y, None, {1: 3.0}, 0) == [1.0, 1.0, 1.0, 3.0]
    assert sample_weights(X[:4], y, [1, 2, 3, 4], {1: 3.0}, 0) == [1.0, 2.0, 3.0, 12.0]
    assert sample_weights(X[:4], [-1, -1, -1, 1], None, {-1: 0.5, 1: 3.0}, 0) == [0.5, 0.5, 0.5, 3.0]
    assert sample_weights(X[:4], [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]], None, {1: 2}, 2) == [
        1.0,
        2.0,
        1.0,
        1.0,
    ]
    from sklearn.utils.class_weight import compute_sample_weight

    labels = [0, 2, 2, 1, 2]
    assert sample_weights(X, labels, None, "balanced", 3) == pytest.approx(compute_sample_weight("balanced", labels))
    assert sample_weights(np.array(X), np.array(labels), None, "balanced", 3).shape == (5,)
    model = nn.MLP(1, [3], seed=0)
    loss = nn.evaluate(model, X, labels, loss="cross_entropy", class_weight="balanced")["loss"]
    weighted = nn.evaluate(model, X, labels, loss="cross_entropy", sample_weight=[5 / 3, 5 / 9, 5 / 9, 5 / 3, 5 / 9])[
        "loss"
    ]
    assert loss == pytest.approx(weighted)


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"sample_weight": [1.0]}, ValueError, "sample_weight has 1 entries but X has 2 samples"),
        ({"sample_weight": [1.0, -1.0]}, ValueError, r"sample_weight\[1\] is -1: a weight must be at least 0"),
        ({"sample_weight": np.array([1.0, -1.0])}, ValueError, r"sample_weight\[1\] is -1"),
        ({"sample_weight": [1.0, float("nan")]}, ValueError, r"sample_weight\[1\] is nan"),
        ({"sample_weight": [[1.0], [1.0]]}, ValueError, "sample_weight must be a list of numbers"),
        ({"sample_weight": [0.0, 0.0]}, ValueError, "every sample has weight 0"),
        ({"sample_weight": "balanced"}, TypeError, "sample_weight must be a sequence"),
        ({"class_weight": "even"}, TypeError, "class_weight must be a dictionary"),
        ({"class_weight": {}}, TypeError, "class_weight must be a dictionary"),
        ({"class_weight": {0.5: 1.0}}, ValueError, "class_weight has class 0.5"),
        ({"class_weight": {"a": 1.0}}, TypeError, "a class in class_weight must be a real number"),
        ({"class_weight": {0: -1.0}}, ValueError, r"class_weight\[0\] must be at least 0"),
        ({"class_weight": {-1: 1.0, 0: 2.0}}, ValueError, "names the same class twice"),
        ({"y": [0.5, 2.0], "class_weight": {0: 1.0}}, ValueError, "class_weight needs classes in y"),
    ],
)
def test_wrong_weights(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    given = {"y": [0, 1], "loss": "mean_squared_error"} | changes
    model = nn.MLP(1, [1], seed=0)
    before = model.state_dict()
    with pytest.raises(kind, match=message):
        nn.fit(model, [[1.0], [2.0]], **given, **QUIET)
    assert model.state_dict() == before
    with pytest.raises(kind, match=message):
        nn.evaluate(model, [[1.0], [2.0]], **given)


def test_weights_without_a_loss_would_have_no_effect() -> None:
    with pytest.raises(ValueError, match="sample_weight and class_weight apply to the loss"):
        nn.evaluate(nn.MLP(1, [1]), [[1.0]], [1], sample_weight=[1.0])
