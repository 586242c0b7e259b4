"""Losses are recognized by their formula: those of `nn`, those written by hand, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

import nn
from autograd import Value, dot, exp, log, log1p, mean, softmax, softplus
from autograd import sum as total
from autograd.views.draw.losses import loss_of

NUMBERS = [0.25, -1.5, 3.0]
KINDS = [
    ("mean_squared_error", "squared error", NUMBERS, NUMBERS),
    ("mean_absolute_error", "absolute error", NUMBERS, NUMBERS),
    ("huber", "Huber loss", NUMBERS, NUMBERS),
    ("smooth_l1", "smooth L1 loss", NUMBERS, NUMBERS),
    ("kl_divergence", "KL divergence", [NUMBERS, NUMBERS[::-1]], [[0.25, 0.5, 0.25], [1.0, 0.0, 0.0]]),
    ("hinge", "hinge loss", NUMBERS, [1, -1, 1]),
    ("binary_cross_entropy", "binary cross-entropy", [0.25, 0.5, 0.75], [0, 1, 0.5]),
    ("binary_cross_entropy_with_logits", "binary cross-entropy", NUMBERS, [0, 1, 0.5]),
    ("cross_entropy", "cross-entropy", [NUMBERS, NUMBERS[::-1]], [0, 2]),
    ("negative_log_likelihood", "negative log-likelihood", [[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]], [0, 2]),
]


def computed(number: Any) -> Any:
    """As the output of a model: not a leaf."""
    return [computed(item) for item in number] if isinstance(number, list) else Value(number) * 1.0


@pytest.mark.parametrize(("name", "kind", "outputs", "targets"), KINDS, ids=[case[0] for case in KINDS])
def test_each_loss_of_nn(name: str, kind: str, outputs: Any, targets: Any) -> None:
    assert {case[0] for case in KINDS} == set(nn.losses.LOSSES)
    function = nn.losses.LOSSES[name]
    given = computed(outputs)
    taken = [[v.log() for v in row] for row in given] if kind == "negative log-likelihood" else given
    found = loss_of(function(taken, targets))
    assert found is not None
    assert (found.kind, found.reduction, found.terms) == (kind, "mean", len(outputs))
    flat = [v for row in given for v in (row if isinstance(row, list) else [row])]
    wanted = flat if kind != "negative log-likelihood" else [given[0][0], given[1][2]]
    assert list(found.outputs) == wanted
    one = loss_of(function(taken[1], targets[1]))  # softplus(-x) for a logit; softplus(x) alone is no loss
    assert one is not None
    assert (one.kind, one.reduction, one.terms) == (kind, "", 1)


def test_losses_written_by_hand() -> None:
    y = [Value(number) * 1.0 for number in (0.25, 0.5)]
    loop = Value(0.0)
    for output, target in zip(y, [1.0, 2.0], strict=True):
        loop = loop + (output - target) ** 2
    squares = total([(output - 1.0) * (output - 1.0) for output in y])
    by_hand = -(1.0 * log(y[0]) + (1.0 - 1.0) * (-y[0]).log1p())
    for out, kind, reduction, terms in (
        (loop, "squared error", "sum", 2),
        (loop / 2.0, "squared error", "mean", 2),
        (loop * 0.5, "squared error", "mean", 2),
        (squares, "squared error", "sum", 2),
        (by_hand, "binary cross-entropy", "", 1),
        (-log(softmax(y)[1]), "negative log-likelihood", "", 1),
        (squares + nn.l2_penalty([Value(3.0)], 0.1), "squared error", "sum", 2),
    ):
        found = loss_of(out)
        assert found is not None, kind
        assert (found.kind, found.reduction, found.terms) == (kind, reduction, terms)


def test_what_is_no_loss() -> None:
    y = Value(0.5) * 1.0
    other = Value(0.25) * 1.0
    both = [y, other]
    for out in (y, Value(1.0), exp(y), softplus(y), y * y, (y - 1.0) * (y - 2.0), total([(y - 1.0) ** 2, other]),
                total([(y - 1.0) ** 2, (other - 1.0) ** 2]) / 3.0, (y - 1.0) ** 3,
                mean(map(softplus, both)), mean([softplus(-y) + exp(other), softplus(y)]), -mean(map(softplus, both)),
                mean([softplus(-y) + softplus(other), softplus(y)]), mean([-softplus(-y), -softplus(y)]),
                mean(map(log, both)), -dot([Value(2.0), 3.0], both), -dot(both, both), dot([0.5, 0.5], both),
                softplus(y), mean([log(y) - log1p(-y)])):  # fmt: skip
        assert loss_of(out) is None


def test_a_batch_of_one_class_is_told_apart_from_outputs_by_its_sign() -> None:
    """With targets 0 only, the loss of logits and a mean of activations are the same formula: it is not guessed."""
    logits = [Value(0.5) * 1.0, Value(0.25) * 1.0]
    assert loss_of(nn.binary_cross_entropy_with_logits(logits, [0, 0])) is None
    for target in ([0, 1], [1, 1], [0.25, 0]):
        found = loss_of(nn.binary_cross_entropy_with_logits(logits, target))
        assert found is not None
        assert list(found.outputs) == logits
