from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import nn
from nn.estimators import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
SMALL: Any = {"hidden_layer_sizes": (8,), "max_iter": 25, "learning_rate_init": 0.05, "random_state": 0}


def moons(count: int = 80) -> tuple[Any, Any]:
    X, y = nn.make_moons(count, seed=1)
    return np.array(X), np.array(["moon", "sun"])[y]


@pytest.mark.sklearn
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_every_check_of_scikit_learn(kind: Any) -> None:
    from sklearn.utils.estimator_checks import check_estimator

    given = {name: argument for name, argument in SMALL.items() if name != "random_state"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(kind(**given), on_fail=None, on_skip=None)
    assert {result["check_name"]: result["exception"] for result in results if result["status"] == "failed"} == {}
    assert len([result for result in results if result["status"] == "passed"]) > 50
    # Needs SCIPY_ARRAY_API=1 in the environment, and is not about this estimator.
    skipped = {result["check_name"] for result in results if result["status"] not in ("passed", "failed")}
    assert skipped <= {"check_array_api_input"}


def test_labels_probabilities_and_fitted_attributes() -> None:
    X, y = moons()
    model = MLPClassifier(**SMALL).fit(X, y)
    assert model.classes_.tolist() == ["moon", "sun"]
    assert model.score(X, y) > 0.8
    likely = model.predict_proba(X)
    assert np.allclose(likely.sum(axis=1), 1.0)
    assert (model.predict(X) == model.classes_[likely.argmax(axis=1)]).all()
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), likely)
    assert [weights.shape for weights in model.coefs_] == [(2, 8), (8, 1)]
    assert (model.n_iter_, model.n_layers_, model.n_outputs_) == (25, 3, 1)
    assert model.loss_curve_ == model.history_["loss"]
    again = pickle.loads(pickle.dumps(model))
    assert (again.predict_proba(X) == likely).all()


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("classes", [2, 3])
def test_predictions_are_those_of_the_network(activation: str, classes: int) -> None:
    """The forward pass in NumPy against the engine's own, from the same weights."""
    X, y = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30) % classes
    model = MLPClassifier((5, 3), activation, max_iter=3, random_state=1).fit(X, y)
    names = {"logistic": "sigmoid"}
    network = nn.MLP(4, [5, 3, 1 if classes == 2 else classes], names.get(activation, activation))
    for layer, weights, biases in zip(network.layers, model.coefs_, model.intercepts_, strict=True):
        for j, neuron in enumerate(layer.neurons):
            neuron.bias.data = float(biases[j])
            for i, weight in enumerate(neuron.weights):
                weight.data = float(weights[i, j])
    outputs = np.reshape(nn.predict(network, X), (30, -1))
    np.testing.assert_allclose(model._outputs(X), outputs, rtol=1e-12, atol=1e-12)
    assert (model.predict(X) == nn.predict_classes(network, X)).all()
    loss = "binary_cross_entropy_with_logits" if classes == 2 else "cross_entropy"
    likely = model.predict_proba(X)[np.arange(30), y]
    assert -np.log(likely).mean() == pytest.approx(nn.evaluate(network, X, y, loss=loss, metrics=())["loss"])


@pytest.mark.parametrize("shape", [(40,), (40, 1), (40, 2)])
def test_amounts_of_any_number_per_sample(shape: tuple[int, ...]) -> None:
    X = np.random.default_rng(0).normal(size=(40, 3))
    y = (X @ np.array([[1.0, 2.0], [0.0, -1.0], [0.5, 0.0]]))[:, : shape[1] if len(shape) > 1 else 1].reshape(shape)
    model = MLPRegressor((), max_iter=300, learning_rate_init=0.1, random_state=0).fit(X, y)
    assert model.predict(X).shape == shape
    assert model.score(X, y) > 0.99


def test_a_weight_of_2_is_a_sample_twice() -> None:
    X, y = moons(30)
    weights = np.arange(30) % 3
    weighted = MLPClassifier(**SMALL).fit(X, y, sample_weight=weights)
    repeated = MLPClassifier(**SMALL).fit(X.repeat(weights, axis=0), y.repeat(weights))
    np.testing.assert_allclose(weighted.predict_proba(X), repeated.predict_proba(X), rtol=1e-7)


def test_it_stops_as_scikit_learn_does() -> None:
    """The same rule on the same curve: more than `n_iter_no_change` epochs in a row without progress."""
    X, y = moons()
    given = SMALL | {"max_iter": 400, "tol": 1e-2, "n_iter_no_change": 5}
    model = MLPClassifier(**given).fit(X, y)
    best, since = np.inf, 0
    for epoch, loss in enumerate(model.loss_curve_, 1):
        since = since + 1 if loss > best - 1e-2 else 0
        best = min(best, loss)
        assert (since > 5) == (epoch == model.n_iter_)
    held = MLPClassifier(**given, early_stopping=True, validation_fraction=0.2).fit(X, y)
    assert len(held.validation_scores_) == held.n_iter_ < 400
    assert held.best_validation_score_ == max(held.validation_scores_)
    regressor = MLPRegressor(**given | {"tol": 1e-3}, early_stopping=True).fit(X, X[:, 0])
    assert regressor.best_validation_score_ > 0.5


def test_training_that_ends_too_early_is_noticed() -> None:
    X, y = moons()
    with pytest.warns(ConvergenceWarning, match="max_iter=2 and the loss is still falling: use a larger max_iter"):
        MLPClassifier(max_iter=2, random_state=0).fit(X, y)


def test_pipeline_search_and_scores() -> None:
    X, y = moons()
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(**SMALL))
    scores = cross_val_score(pipeline, X, y, cv=3)
    assert scores.mean() > 0.8
    grid = GridSearchCV(pipeline, {"mlpclassifier__hidden_layer_sizes": [(1,), (8,)]}, cv=2).fit(X, y)
    assert grid.best_score_ >= 0.8
    assert clone(pipeline).get_params()["mlpclassifier__max_iter"] == 25


@pytest.mark.slow
def test_scores_are_the_same_in_two_processes() -> None:
    X, y = moons()
    model = MLPClassifier(**SMALL)
    alone = cross_val_score(model, X, y, cv=4)
    assert (cross_val_score(model, X, y, cv=4, n_jobs=2) == alone).all()
    grid = GridSearchCV(model, {"solver": ["adam", "sgd"]}, cv=2, n_jobs=2).fit(X, y)
    assert len(grid.cv_results_["params"]) == 2


@pytest.mark.sklearn
def test_scores_are_the_same_on_dask() -> None:
    import joblib
    from distributed import Client

    X, y = moons()
    model = MLPClassifier(**SMALL)
    alone = cross_val_score(model, X, y, cv=4)
    with Client(n_workers=2, threads_per_worker=1, dashboard_address=None), joblib.parallel_backend("dask"):
        assert (cross_val_score(model, X, y, cv=4) == alone).all()


@pytest.mark.sklearn
def test_names_of_features_come_from_a_table() -> None:
    import pandas as pd

    X, y = moons()
    table = pd.DataFrame(X, columns=["left", "up"])
    model = MLPClassifier(**SMALL).fit(table, pd.Series(y))
    assert model.feature_names_in_.tolist() == ["left", "up"]
    with pytest.raises(ValueError, match="feature names"):
        model.predict(table.rename(columns={"up": "down"}))
    with pytest.raises(ValueError, match="X and y have different row labels"):
        nn.fit(
            nn.MLP(2, [1]), table, pd.Series(np.zeros(80), index=range(80, 160)), loss="mean_squared_error", epochs=1
        )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hidden_layer_sizes": "8"}, "hidden_layer_sizes must be a tuple"),
        ({"hidden_layer_sizes": (0,)}, "hidden_layer_sizes must be at least 1"),
        ({"activation": "sigmoid"}, "unknown activation 'sigmoid'.*logistic"),
        ({"solver": "lbfgs"}, "unknown solver 'lbfgs'"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"learning_rate_init": 0}, "learning_rate_init must be greater than 0"),
        ({"max_iter": 0}, "max_iter must be at least 1"),
        ({"tol": -1}, "tol must be at least 0"),
        ({"early_stopping": True, "validation_fraction": 1.0}, "validation_fraction must be .* less than 1"),
    ],
)
def test_wrong_parameters_are_named(changes: dict[str, Any], message: str) -> None:
    X, y = moons(10)
    with pytest.raises((TypeError, ValueError), match=message):
        MLPClassifier(**SMALL | changes).fit(X, y)


def test_one_class_is_no_classification() -> None:
    with pytest.raises(ValueError, match="at least 2 classes, got one class"):
        MLPClassifier().fit([[1.0], [2.0]], [1, 1])


def test_parameters_set_after_fit_count_at_the_next_fit() -> None:
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1]
    model = MLPClassifier((4,), activation="tanh", max_iter=5, tol=10.0, n_iter_no_change=1, random_state=0).fit(X, y)
    before = model.predict_proba(X)
    model.set_params(activation="relu")
    assert np.array_equal(model.predict_proba(X), before)
    assert not np.array_equal(model.fit(X, y).predict_proba(X), before)


@pytest.mark.parametrize(("name", "value"), [
    ("momentum", 2), ("nesterovs_momentum", "no"), ("early_stopping", "no"), ("verbose", 3), ("validation_fraction", 2),
])  # fmt: skip
def test_parameters_that_this_fit_does_not_use_are_checked_too(name: str, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=f"{name} must be"):
        MLPRegressor().set_params(**{name: value}).fit([[0.0], [1.0]], [0.0, 1.0])
