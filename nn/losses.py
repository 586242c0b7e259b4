"""How wrong is a prediction, as one number that training can lower?

Every loss takes the prediction first and the target second, for one sample or for a batch, and gives the mean. A batch
of predictions is a list of Values if the model has one output, else a list of lists. The loss of numbers is a float,
that of Values a Value. Read before: ``layers``. Read after: ``optimizers``.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import autograd
from autograd import Value, absolute, is_index, log, log1p, mean, minimum, relu, softplus, take, xlogy

from .checks import as_float, as_list, choose, is_number, is_scalar, real_number, shown, whole_number
from .module import Module
from .names import explains_keywords


@explains_keywords
def mean_squared_error(prediction: Any, target: Any) -> Value:
    """The mean of (prediction - target)², for regression.

    >>> mean_squared_error([1.0, 2.0], [0.0, 4.0])    # (1 + 4) / 2
    2.5
    """
    return mean([(p - t) * (p - t) for p, t in _pairs(prediction, target)])


@explains_keywords
def mean_absolute_error(prediction: Any, target: Any) -> Value:
    """The mean of |prediction - target|, for regression with outliers.

    >>> mean_absolute_error([1.0, 2.0], [0.0, 4.0])   # (1 + 2) / 2
    1.5
    """
    return mean([absolute(p - t) for p, t in _pairs(prediction, target)])


@explains_keywords
def huber(prediction: Any, target: Any, delta: float = 1.0) -> Value:
    """Squared error (halved) up to ``delta``, linear beyond it: the mean of c·(|e| - c/2) with c = min(|e|, delta).

    >>> huber([0.5, 3.0], [0.0, 0.0])                 # (0.5²/2 + (3 - 1/2)) / 2
    1.3125
    """
    delta = real_number(delta, "delta", 0, above=True)
    terms = []
    for p, t in _pairs(prediction, target):
        size = absolute(p - t)
        near = minimum(size, delta)
        terms.append(near * (size - near * 0.5))
    return mean(terms)


@explains_keywords
def smooth_l1(prediction: Any, target: Any, beta: float = 1.0) -> Value:
    """Squared error up to ``beta``, halved and divided by it; linear beyond: ``huber(delta=beta) / beta``.

    >>> smooth_l1([0.5, 3.0], [0.0, 0.0], beta=2.0)   # (0.5²/4 + (3 - 1)) / 2
    1.03125
    """
    beta = real_number(beta, "beta", 0, above=True)
    return huber(prediction, target, beta) / beta


@explains_keywords
def hinge(prediction: Any, target: Any) -> Value:
    """The mean of relu(1 - target·prediction), the max-margin loss; targets are -1 or +1.

    >>> hinge([2.0, 0.5], [1, -1])                    # (0 + 1.5) / 2
    0.75
    """
    pairs = _pairs(prediction, target)
    for position, (_, t) in enumerate(pairs):
        if isinstance(t, Value) or t not in (-1, 1):
            raise ValueError(f"target[{position}] is {shown(t)}: hinge needs -1 or +1; convert 0 and 1 by 2*y - 1")
    return mean([relu(1.0 - p * t) for p, t in pairs])


@explains_keywords
def binary_cross_entropy(prediction: Any, target: Any) -> Value:
    """The mean of -t·log(p) - (1 - t)·log(1 - p) for probabilities p, such as a sigmoid's output, and t in 0 .. 1.

    Raises ``ValueError`` if p is outside 0 .. 1, or exactly wrong (then the loss is infinite); logits with
    ``binary_cross_entropy_with_logits`` have neither problem.

    >>> round(binary_cross_entropy(0.25, 1), 6)       # -log(1/4)
    1.386294
    """
    terms = []
    for position, (p, t) in enumerate(_pairs(prediction, target)):
        _check_probability(t, f"target[{position}]")
        data = p.data if isinstance(p, Value) else p
        if not 0 <= data <= 1 or (data == 0 and t > 0) or (data == 1 and t < 1):
            raise ValueError(
                f"prediction[{position}] is {shown(data)} for target {shown(t)}: binary_cross_entropy needs "
                "probabilities, and the logarithm of 0 is infinite; use binary_cross_entropy_with_logits and no sigmoid"
            )
        likely = -log(p) * t if t > 0 else 0.0
        terms.append(likely - log1p(-p) * (1.0 - t) if t < 1 else likely)
    return mean(terms)


@explains_keywords
def binary_cross_entropy_with_logits(prediction: Any, target: Any, pos_weight: float = 1.0) -> Value:
    """``binary_cross_entropy`` of the sigmoid of a logit x, as t·softplus(-x) + (1 - t)·softplus(x): never infinite.

    ``pos_weight`` multiplies the loss of the positive samples, for data in which they are rare.

    >>> binary_cross_entropy_with_logits(-10000.0, 1)
    10000.0
    """
    weight, terms = real_number(pos_weight, "pos_weight", 0), []
    for position, (x, t) in enumerate(_pairs(prediction, target)):
        _check_probability(t, f"target[{position}]")
        if t == 1 and weight != 1.0:
            terms.append(softplus(-x) * weight)
        elif t in (0, 1):
            terms.append(softplus(-x if t else x))
        else:
            terms.append(softplus(-x) * (t * weight) + softplus(x) * (1.0 - t))
    return mean(terms)


@explains_keywords
def cross_entropy(prediction: Any, target: Any, label_smoothing: float = 0.0, class_weights: Any = None) -> Value:
    """The mean of -Σ tⱼ·log(softmax(logits)ⱼ), for several classes; it takes logits, without a softmax.

    A target is a class index, or a probability for each class. ``label_smoothing`` s distributes the share s of the
    target evenly over all classes (Szegedy et al. 2016). ``class_weights`` multiply the loss of each class, for data in
    which some are rare; if targets are indices, the sum is then divided by the weights of the targets, as in PyTorch.

    >>> round(cross_entropy([0.0, 0.0, 0.0, 0.0], 2), 6)          # log(4)
    1.386294
    >>> round(cross_entropy([[0.0, 0.0], [-1e4, 1e4]], [0, 1]), 6)  # (log(2) + 0) / 2
    0.346574
    """
    smoothing = real_number(label_smoothing, "label_smoothing", 0, 1)
    terms, divisor = [], []
    for logits, t in _classified(prediction, target):
        classes = range(len(logits))
        weights = _class_weights(class_weights, len(classes))
        divisor.append(_of_class(weights, t) if weights and not isinstance(t, list) else 1.0)
        if smoothing or weights:
            given = t if isinstance(t, list) else [_of_class([float(i == j) for i in classes], t) for j in classes]
            t = [(1.0 - smoothing) * given[j] + smoothing / len(classes) for j in classes]
            t = [share * weight for share, weight in zip(t, weights or [1.0] * len(t), strict=True)]
        terms.append(autograd.cross_entropy(logits, t))
    return _weighted_mean(terms, divisor)


@explains_keywords
def negative_log_likelihood(prediction: Any, target: Any, class_weights: Any = None) -> Value:
    """The mean of -log_probabilities[target], for a model that gives logarithms of probabilities.

    ``class_weights`` as in ``cross_entropy``.

    >>> negative_log_likelihood([-0.5, -1.5], 1)
    1.5
    """
    terms: list[Any] = []
    divisor = []
    for logs, t in _classified(prediction, target):
        weights = _class_weights(class_weights, len(logs)) or [1.0] * len(logs)
        if isinstance(t, list):
            terms.append(-autograd.dot([share * weight for share, weight in zip(t, weights, strict=True)], logs))
            divisor.append(1.0)
        else:
            weight = _of_class(weights, t)
            terms.append(-_of_class(logs, t) * weight if class_weights else -_of_class(logs, t))
            divisor.append(weight)
    return _weighted_mean(terms, divisor)


@explains_keywords
def kl_divergence(prediction: Any, target: Any) -> Value:
    """The mean of Σ tⱼ·(log tⱼ - pⱼ) for logarithms of probabilities p: the divergence from the distribution t.

    It is PyTorch's ``kl_div`` with ``reduction="batchmean"``. A target is one probability for each class.

    >>> from math import log
    >>> round(kl_divergence([log(0.5), log(0.5)], [1.0, 0.0]), 6)      # log 2
    0.693147
    """
    terms = []
    for logs, t in _classified(prediction, target):
        if not isinstance(t, list):
            raise ValueError(f"target is {shown(t)}: kl_divergence needs one probability for each class, nn.one_hot(y)")
        terms.append(autograd.dot([-share for share in t], logs, autograd.sum([xlogy(share, share) for share in t])))
    return mean(terms)


def _of_class(entries: list[Any], target: Any) -> Any:
    """The entry of the target's class, also while a program is compiled that serves every class."""
    return take(entries, target) if is_index(target) else entries[target]


def _class_weights(weights: Any, classes: int) -> list[float]:
    """The weights as floats, one for each class; an empty list for None."""
    if weights is None:
        return []
    given = as_list(weights, "class_weights")
    if len(given) != classes:
        raise ValueError(f"class_weights has {len(given)} numbers for {classes} classes: give one for each")
    return [real_number(weight, f"class_weights[{n}]", 0) for n, weight in enumerate(given)]


def _weighted_mean(terms: list[Any], weights: list[Any]) -> Value:
    """The sum of terms that are already weighted, divided by the sum of the weights."""
    total = sum(weights)
    if isinstance(total, Value):  # while a program is compiled that serves every class
        return autograd.sum(terms) / total
    if total <= 0.0:
        raise ValueError("class_weights are 0 for every target here: the loss would be 0/0; give a positive weight")
    return mean(terms) if total == len(terms) else autograd.sum(terms) / total


def l1_penalty(parameters: Any, strength: float = 1.0) -> Value:
    """Strength · Σ|p|, to be added to a loss to push useless weights to 0; takes parameters or a module.

    >>> l1_penalty([Value(3.0), Value(-4.0)], 0.5).data
    3.5
    """
    strength = real_number(strength, "strength", 0)
    sizes = [absolute(p) for p in _parameters(parameters)]
    return autograd.dot(sizes, [strength] * len(sizes))


def l2_penalty(parameters: Any, strength: float = 1.0) -> Value:
    """Strength · Σp², to be added to a loss to keep weights small; takes parameters or a module.

    >>> l2_penalty([Value(3.0), Value(-4.0)], 0.5).data
    12.5
    """
    strength = real_number(strength, "strength", 0)
    values = _parameters(parameters)
    return autograd.dot(values, values) * strength


LOSSES = {
    function.__name__: function
    for function in (
        mean_squared_error,
        mean_absolute_error,
        huber,
        smooth_l1,
        hinge,
        binary_cross_entropy,
        binary_cross_entropy_with_logits,
        cross_entropy,
        negative_log_likelihood,
        kl_divergence,
    )
}


_THRESHOLDS = {binary_cross_entropy: 0.5, binary_cross_entropy_with_logits: 0.0, hinge: 0.0}


def threshold_of_loss(loss: Any) -> float | None:
    """The threshold between class 0 and class 1 of a single output that this loss implies, or ``None``.

    >>> threshold_of_loss(binary_cross_entropy), threshold_of_loss(hinge), threshold_of_loss(huber)
    (0.5, 0.0, None)
    """
    while isinstance(loss, partial):
        loss = loss.func
    try:
        return _THRESHOLDS.get(loss)
    except TypeError:  # a callable object without a hash
        return None


TAKES_LOGITS = {"cross_entropy": "softmax", "binary_cross_entropy_with_logits": "sigmoid"}
"""Losses that apply this activation themselves, so that the network must not."""


def find_loss(choice: Any) -> Any:
    """The loss for a name or a callable ``(prediction, target)``.

    >>> find_loss("hinge").__name__
    'hinge'
    """
    if isinstance(choice, str):
        return LOSSES[choose(choice, list(LOSSES), "loss")]
    if not callable(choice):
        raise TypeError(f"loss must be a name such as 'hinge' or a callable(prediction, target), got {shown(choice)}")
    return choice


def _pairs(prediction: Any, target: Any) -> list[tuple[Any, Any]]:
    """Numbers of the prediction with those of the target, after a check that both have the same shape."""
    predictions, p_shape = _flat(prediction, "prediction")
    targets, t_shape = _flat(target, "target")
    predictions, targets = _plain(predictions, "prediction"), _plain(targets, "target")
    if p_shape != t_shape:
        flat = len(p_shape) < len(t_shape) == 2 and t_shape[1] == 1
        cure = "take target = [t[0] for t in target]" if flat else "they must be the same"
        if len(p_shape) == len(t_shape) + 1 and p_shape[-1] > 1:
            cure = (
                f"the model gives {p_shape[-1]} numbers for each target; for {p_shape[-1]} classes use nn.cross_entropy"
                ", for one number let the last width of the model be 1"
            )
        raise ValueError(f"prediction has shape {p_shape} but target has shape {t_shape}: {cure}")
    for position, number in enumerate(targets):
        if isinstance(number, float) and not math.isfinite(number):
            where = f"[{position}]" if t_shape else ""
            raise ValueError(f"target{where} is {shown(number)}: remove or replace such entries before training")
    return list(zip(predictions, targets, strict=True))


def _plain(numbers: list[Any], name: str) -> list[Any]:
    """The numbers; those of other types (Decimal, NumPy scalars) as floats."""
    return [n if type(n) is float or type(n) is int or isinstance(n, Value) else as_float(n, name) for n in numbers]


def _flat(values: Any, name: str) -> tuple[list[Any], tuple[int, ...]]:
    """The numbers of a scalar, a list or a list of lists, and its shape."""
    if is_scalar(values):
        return [values], ()
    rows = as_list(values, name, "a number, a Value, or a sequence of them, such as a list")
    if not rows:
        raise ValueError(f"{name} is empty: it needs at least one number")
    if is_scalar(rows[0]):
        for position, item in enumerate(rows):
            if not is_scalar(item):
                raise TypeError(f"{name}[{position}] must be a number or a Value, got {shown(item)}")
        return rows, (len(rows),)
    lists = [_flat(row, f"{name}[{position}]") for position, row in enumerate(rows)]
    for position, (_, shape) in enumerate(lists):
        if len(shape) != 1:
            raise ValueError(
                f"{name}[{position}] is {shown(rows[position])}, of shape {shape}: {name} must be a number, a list of "
                "numbers (a batch, or one wide sample), or a list of lists of numbers (a batch of wide samples)"
            )
        if shape != lists[0][1]:
            raise ValueError(f"{name}[{position}] has shape {shape} but {name}[0] has {lists[0][1]}: make them equal")
    return [item for row, _ in lists for item in row], (len(rows), *lists[0][1])


def _classified(prediction: Any, target: Any) -> list[tuple[list[Any], Any]]:
    """Pairs of logits and target (an index, or a list of probabilities), one for each sample."""
    _, shape = _flat(prediction, "prediction")
    if not shape:
        raise ValueError("prediction is one number, but classes need one for each: give the model more outputs")
    if shape[-1] == 1:
        raise ValueError(
            f"prediction has shape {shape}, one class: a network needs one output for each class, nn.MLP(2, [..., "
            "classes]); with a single output, use binary_cross_entropy_with_logits"
        )
    single = len(shape) == 1
    if single and not is_scalar(target) and len(as_list(target, "target")) != shape[0]:
        raise ValueError(
            f"prediction has shape {shape} but target has {len(as_list(target, 'target'))} entries: "
            "for one sample, give a class index or a probability for each class"
        )
    predictions = [
        as_list(row, "prediction") for row in ([prediction] if single else as_list(prediction, "prediction"))
    ]
    targets = [target] if single else as_list(target, "target")
    if len(predictions) != len(targets):
        raise ValueError(f"prediction has {len(predictions)} samples but target has {len(targets)}: they must pair up")
    return [
        (logits, _class_target(t, len(logits), "target" if single else f"target[{position}]"))
        for position, (logits, t) in enumerate(zip(predictions, targets, strict=True))
    ]


def _class_target(target: Any, classes: int, name: str) -> Any:
    """A class index within range, or a list of probabilities that add up to 1."""
    if is_index(target):  # in a compiled program, whose code serves every class
        return target
    if is_scalar(target):
        if isinstance(target, float) and target.is_integer():
            target = int(target)
        index = whole_number(target, f"{name} (a class index)", minimum=0)
        if index >= classes:
            raise ValueError(f"{name} is class {index}, but the prediction has classes 0 .. {classes - 1}")
        return index
    shares = as_list(target, name, "a class index 0, 1, 2, ... or a list of probabilities")
    if len(shares) != classes:
        raise ValueError(f"{name} has {len(shares)} probabilities for {classes} classes: give one for each")
    for position, share in enumerate(shares):
        _check_probability(share, f"{name}[{position}]")
    if abs(sum(shares) - 1.0) > 1e-6:
        raise ValueError(f"{name} adds up to {sum(shares)}: the probabilities of one sample must add up to 1")
    return [float(share) for share in shares]


def _check_probability(number: Any, name: str) -> None:
    if not is_number(number):
        raise TypeError(f"{name} must be a plain number, got {shown(number)}")
    if not 0 <= number <= 1:
        raise ValueError(f"{name} is {shown(number)}: it must lie between 0 and 1 (convert -1 and +1 by (y + 1)/2)")


def _parameters(parameters: Any) -> list[Any]:
    values = parameters.parameters() if isinstance(parameters, Module) else as_list(parameters, "parameters")
    if not values:
        raise ValueError("parameters is empty: there is nothing to penalise")
    for position, value in enumerate(values):
        if not is_scalar(value):
            raise TypeError(f"parameters[{position}] must be a Value, got {shown(value)}")
    return list(values)
