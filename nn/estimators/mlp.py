"""How does scikit-learn's interface map onto ``nn.fit``?

``fit`` trains an ``MLP`` with the compiled engine and keeps its weights as arrays, as scikit-learn's own estimators do;
``predict`` is a few lines of NumPy on these. Read before: ``fit``.
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from nn.checks import choose, random_source, real_number, shown, true_or_false, whole_number
from nn.data.preparation import split_indices
from nn.fit import fit
from nn.history import EarlyStopping
from nn.layers import MLP
from nn.optimizers import OPTIMIZERS, SGD


def _logistic(x: Any) -> Any:
    small = np.exp(-abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


ACTIVATIONS: dict[str, tuple[str, Any]] = {
    "identity": ("identity", lambda x: x),
    "logistic": ("sigmoid", _logistic),
    "relu": ("relu", lambda x: np.maximum(x, 0.0)),
    "tanh": ("tanh", np.tanh),
}
"""scikit-learn's names: this library's name, and the function on arrays."""


def _explained(outputs: Any, targets: Any) -> float:
    """R², which is 0 or 1 where all targets are equal, as in scikit-learn."""
    from sklearn.metrics import r2_score

    return float(r2_score(targets, outputs)) if len(targets) > 1 else math.nan


class _NoImprovement(EarlyStopping):
    """scikit-learn's rule: more than ``patience`` epochs in a row were not better than the best by ``min_delta``."""

    def is_time(self, losses: list[float]) -> bool:
        best, since = math.inf, 0
        for loss in losses:
            since = 0 if loss <= best - self.min_delta else since + 1
            best = min(best, loss)
        return since > self.patience


def _switch(given: Any, name: str) -> bool:
    """A parameter that is ``True`` or ``False``, perhaps NumPy's."""
    return true_or_false(bool(given) if isinstance(given, np.bool_) else given, name)


class NetworkEstimator(BaseEstimator):  # type: ignore[misc]
    """What both estimators share: parameters, training, and the forward pass."""

    _loss = "mean_squared_error"
    _metric: Any = staticmethod(_explained)

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        batch_size: Any = "auto",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        random_state: Any = None,
        tol: float = 1e-4,
        verbose: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        engine: str = "compiled",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.engine = engine

    def _train(self, X: Any, targets: Any, outputs: int, sample_weight: Any, stratify: Any) -> None:
        """Train on checked arrays, and keep the weights and the course of the training."""
        widths, self._activation = self._widths(), self.activation
        early_stopping, verbose = _switch(self.early_stopping, "early_stopping"), _switch(self.verbose, "verbose")
        epochs = whole_number(self.max_iter, "max_iter")
        patience = whole_number(self.n_iter_no_change, "n_iter_no_change")
        source = check_random_state(self.random_state)
        seed = int(source.randint(2**31 - 1))
        weights = None if sample_weight is None else _check_sample_weight(sample_weight, X, dtype=np.float64)
        validation = None
        share = real_number(self.validation_fraction, "validation_fraction", 0, 1, above=True, below=True)
        if early_stopping:
            kept, held = split_indices(len(X), share, random_source(seed), stratify)
            validation, X, targets = (X[held], targets[held]), X[kept], targets[kept]
            weights = None if weights is None else weights[kept]
        model = MLP(X.shape[1], [*widths, outputs], ACTIVATIONS[self.activation][0], init="xavier", seed=seed)
        history = fit(
            model, X, targets, loss=self._loss, optimizer=self._optimizer, epochs=epochs, seed=seed, engine=self.engine,
            batch_size=self._batch_size(len(X)), validation=validation, sample_weight=weights, progress=verbose,
            early_stopping=_NoImprovement(patience, real_number(self.tol, "tol", 0)),
            metrics=[self._metric] if early_stopping else (),
        )  # fmt: skip
        self._keep(model, history)
        if len(history) == epochs and history.stopped == "finished":
            warnings.warn(
                f"training ended at max_iter={epochs} and the loss is still falling: use a larger max_iter",
                ConvergenceWarning,
                stacklevel=3,
            )

    def _keep(self, model: MLP, history: Any) -> None:
        """The fitted attributes of scikit-learn's own estimators."""
        self.coefs_, self.intercepts_ = [], []
        for layer in model.layers:
            self.coefs_.append(np.array([[w.data for w in neuron.weights] for neuron in layer.neurons]).T)
            self.intercepts_.append(np.array([neuron.bias.data for neuron in layer.neurons]))
        self.loss_curve_ = list(history["loss"])
        self.loss_, self.best_loss_ = self.loss_curve_[-1], min(self.loss_curve_)
        self.n_iter_ = len(history)
        self.n_layers_ = len(self.coefs_) + 1
        self.n_outputs_ = self.coefs_[-1].shape[1]
        self.history_ = history
        if self.early_stopping:
            self.validation_scores_ = list(history[f"validation_{getattr(self._metric, '__name__', self._metric)}"])
            self.best_validation_score_ = max(self.validation_scores_)

    def _widths(self) -> list[int]:
        """The widths of the hidden layers; a whole number is one layer."""
        sizes = self.hidden_layer_sizes
        sizes = [sizes] if hasattr(type(sizes), "__index__") else sizes
        if not isinstance(sizes, (list, tuple, np.ndarray)):
            raise TypeError(f"hidden_layer_sizes must be a tuple such as (100,), got {shown(sizes)}")
        choose(self.activation, list(ACTIVATIONS), "activation")
        return [whole_number(size, "hidden_layer_sizes") for size in sizes]

    def _batch_size(self, count: int) -> int:
        if isinstance(self.batch_size, str) and self.batch_size == "auto":
            return min(200, count)
        return min(count, whole_number(self.batch_size, "batch_size"))

    def _optimizer(self, parameters: Any) -> Any:
        rate = real_number(self.learning_rate_init, "learning_rate_init", 0, above=True)
        kind = OPTIMIZERS[choose(self.solver, list(OPTIMIZERS), "solver")]
        momentum = real_number(self.momentum, "momentum", 0, 1, below=True)
        nesterov = _switch(self.nesterovs_momentum, "nesterovs_momentum") and momentum > 0.0
        if kind is SGD:
            return SGD(parameters, rate, momentum, nesterov=nesterov)
        return kind(parameters, rate)

    def _outputs(self, X: Any) -> Any:
        """The network's outputs, before softmax or sigmoid: an array (samples, outputs)."""
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False, dtype=np.float64)
        function = ACTIVATIONS[self._activation][1]  # that of ``fit``
        for number, (weights, biases) in enumerate(zip(self.coefs_, self.intercepts_, strict=True)):
            rows = rows @ weights + biases
            if number < len(self.coefs_) - 1:
                rows = function(rows)
        return rows


class MLPClassifier(ClassifierMixin, NetworkEstimator):  # type: ignore[misc]
    """A network for classes of any kind (numbers, strings), with scikit-learn's interface.

    ``hidden_layer_sizes``, ``activation`` (identity, logistic, tanh, relu), ``solver`` (sgd, adam, adamw, adagrad,
    rmsprop), ``learning_rate_init``, ``batch_size``, ``max_iter``, ``tol``, ``early_stopping``,
    ``validation_fraction``, ``n_iter_no_change``, ``momentum``, ``random_state`` and ``verbose`` mean what they mean in
    scikit-learn; there is no penalty ``alpha``. ``engine`` is that of ``nn.fit``. After ``fit``: ``classes_``,
    ``coefs_``, ``intercepts_``, ``loss_curve_``, ``n_iter_``, and ``history_``, the history of ``nn.fit``.

    >>> model = MLPClassifier((), max_iter=50, learning_rate_init=0.5, tol=0.1, random_state=0)
    >>> model.fit([[0.0], [1.0], [2.0], [3.0]], ["low", "low", "high", "high"]).predict([[0.5], [2.5]]).tolist()
    ['low', 'high']
    """

    _metric = "accuracy"

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPClassifier:
        """Train on ``X`` (samples, features) and the labels ``y``; ``sample_weight`` as for ``nn.fit``."""
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self.classes_, classes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"a classifier needs samples of at least 2 classes, got one class: {self.classes_[0]!r}")
        single = len(self.classes_) == 2
        self._loss = "binary_cross_entropy_with_logits" if single else "cross_entropy"
        self._train(X, classes, 1 if single else len(self.classes_), sample_weight, classes.tolist())
        self.out_activation_ = "logistic" if single else "softmax"
        return self

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class, in the order of ``classes_``: an array (samples, classes)."""
        outputs = self._outputs(X)
        if self.out_activation_ == "logistic":
            likely = _logistic(outputs[:, 0])
            return np.stack([_logistic(-outputs[:, 0]), likely], axis=1)
        powers = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict_log_proba(self, X: Any) -> Any:
        """The logarithms of ``predict_proba``."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def predict(self, X: Any) -> Any:
        """The most likely class of each sample, from ``classes_``."""
        outputs = self._outputs(X)
        if self.out_activation_ == "logistic":
            return self.classes_[(outputs[:, 0] > 0).astype(int)]
        return self.classes_[outputs.argmax(axis=1)]


class MLPRegressor(RegressorMixin, NetworkEstimator):  # type: ignore[misc]
    """A network for amounts, one or several per sample, with scikit-learn's interface.

    Parameters and attributes as for ``MLPClassifier``; the loss is the mean squared error.

    >>> model = MLPRegressor((), max_iter=2000, learning_rate_init=0.1, random_state=0)
    >>> round(float(model.fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]).predict([[3.0]])[0]), 1)
    7.0
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> MLPRegressor:
        """Train on ``X`` (samples, features) and ``y`` (samples,) or (samples, outputs)."""
        X, y = validate_data(self, X, y, dtype=np.float64, multi_output=True, y_numeric=True)
        self._wide = y.ndim > 1
        targets = y[:, 0] if self._wide and y.shape[1] == 1 else y
        self._train(X, targets.astype(np.float64), y.shape[1] if self._wide else 1, sample_weight, None)
        self.out_activation_ = "identity"
        return self

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def predict(self, X: Any) -> Any:
        """The predicted amounts: an array of the shape that ``y`` had."""
        outputs = self._outputs(X)
        return outputs if self._wide else outputs[:, 0]
