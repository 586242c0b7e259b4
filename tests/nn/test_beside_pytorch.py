"""Training for 200 steps beside PyTorch: every loss with every optimizer; groups, schedules and activations.

Both start from the same weights (`nn.to_torch`) and see the same samples; then all weights must agree.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

import autograd
import nn

SOURCE = random.Random(7)
X = [[SOURCE.uniform(-1, 1) for _ in range(3)] for _ in range(6)]
CLASSES = [SOURCE.randrange(3) for _ in X]
SHARES = [[0.2 + 0.4 * (c == j) for j in range(3)] for c in CLASSES]
BITS = [[float(SOURCE.random() < 0.4) for _ in range(3)] for _ in X]
NUMBERS = [[SOURCE.uniform(-3, 3) for _ in range(3)] for _ in X]
WEIGHTS = [1.0, 0.25, 3.0]
STEPS = 200

Loss = Callable[[Any, Any], Any]


def losses() -> dict[str, tuple[Loss, Any, str, dict[str, Any]]]:
    """By name: the loss here, its targets, PyTorch's function and the options of that."""
    return {
        "mean_squared_error": (nn.mean_squared_error, NUMBERS, "mse_loss", {}),
        "mean_absolute_error": (nn.mean_absolute_error, NUMBERS, "l1_loss", {}),
        "huber": (partial(nn.huber, delta=0.5), NUMBERS, "huber_loss", {"delta": 0.5}),
        "smooth_l1": (partial(nn.smooth_l1, beta=0.5), NUMBERS, "smooth_l1_loss", {"beta": 0.5}),
        "logits": (nn.binary_cross_entropy_with_logits, BITS, "binary_cross_entropy_with_logits", {}),
        "pos_weight": (
            partial(nn.binary_cross_entropy_with_logits, pos_weight=2.5), BITS, "binary_cross_entropy_with_logits",
            {"pos_weight": 2.5},
        ),
        "cross_entropy": (nn.cross_entropy, CLASSES, "cross_entropy", {}),
        "class weights": (
            partial(nn.cross_entropy, class_weights=WEIGHTS), CLASSES, "cross_entropy", {"weight": WEIGHTS}
        ),
        "smoothing": (
            partial(nn.cross_entropy, class_weights=WEIGHTS, label_smoothing=0.2), CLASSES, "cross_entropy",
            {"weight": WEIGHTS, "label_smoothing": 0.2},
        ),
        "shares": (
            partial(nn.cross_entropy, class_weights=WEIGHTS, label_smoothing=0.2), SHARES, "cross_entropy",
            {"weight": WEIGHTS, "label_smoothing": 0.2},
        ),
        "likelihood": (
            lambda p, t: nn.negative_log_likelihood([autograd.log_softmax(row) for row in p], t, class_weights=WEIGHTS),
            CLASSES, "nll_loss", {"weight": WEIGHTS},
        ),
        "kl_divergence": (
            lambda p, t: nn.kl_divergence([autograd.log_softmax(row) for row in p], t), SHARES, "kl_div",
            {"reduction": "batchmean"},
        ),
    }  # fmt: skip


def optimizers() -> dict[str, tuple[Callable[[Any], Any], str, dict[str, Any]]]:
    return {
        "sgd": (lambda m: nn.SGD(m, 0.05, weight_decay=0.01), "SGD", {"lr": 0.05, "weight_decay": 0.01}),
        "momentum": (lambda m: nn.SGD(m, 0.05, momentum=0.9), "SGD", {"lr": 0.05, "momentum": 0.9}),
        "nesterov": (
            lambda m: nn.SGD(m, 0.05, momentum=0.9, nesterov=True), "SGD",
            {"lr": 0.05, "momentum": 0.9, "nesterov": True},
        ),
        "adam": (lambda m: nn.Adam(m, 0.01, weight_decay=0.01), "Adam", {"lr": 0.01, "weight_decay": 0.01}),
        "adamw": (lambda m: nn.AdamW(m, 0.01), "AdamW", {"lr": 0.01}),
        "rmsprop": (lambda m: nn.RMSProp(m, 0.01, momentum=0.5), "RMSprop", {"lr": 0.01, "momentum": 0.5}),
        "adagrad": (lambda m: nn.AdaGrad(m, 0.05), "Adagrad", {"lr": 0.05}),
    }  # fmt: skip


def compare(model: nn.Module, theirs: Any) -> None:
    again = nn.MLP(3, [4, 3])
    nn.load_torch(again, theirs.state_dict())
    expected = {name: value.data for name, value in again.named_parameters()}
    assert {name: value.data for name, value in model.named_parameters()} == pytest.approx(
        expected, rel=1e-8, abs=1e-10
    )


def torch_loss(name: str, options: dict[str, Any], targets: Any) -> Callable[[Any], Any]:
    import torch

    function = getattr(torch.nn.functional, name)
    made = {
        key: torch.tensor(option, dtype=torch.float64) if key in ("weight", "pos_weight") else option
        for key, option in options.items()
    }
    target = torch.tensor(targets, dtype=torch.int64 if targets is CLASSES else torch.float64)
    softened = name in ("nll_loss", "kl_div")
    return lambda out: function(torch.log_softmax(out, 1) if softened else out, target, **made)


def train(
    loss: tuple[Loss, Any, str, dict[str, Any]],
    optimizer: Any,
    theirs_of: Any,
    activation: str = "tanh",
    **settings: Any,
) -> None:
    import torch

    torch.set_num_threads(1)  # for matrices as small as these, more of them only wait for each other
    model = nn.MLP(3, [4, 3], activation=activation, seed=5)
    theirs = nn.to_torch(model)
    function, targets, name, options = loss
    made, scheduler = theirs_of(theirs)
    given, of_torch = torch.tensor(X, dtype=torch.float64), torch_loss(name, options, targets)
    for _ in range(STEPS):
        made.zero_grad()
        result = of_torch(theirs(given))
        result.backward()
        made.step()
        if scheduler is not None:
            scheduler(result)
    settings = {"epochs": STEPS, "progress": False, "metrics": (), **settings}
    nn.fit(model, X, targets, loss=function, optimizer=optimizer(model), **settings)
    compare(model, theirs)


def plain(name: str, options: dict[str, Any]) -> Callable[[Any], Any]:
    import torch

    return lambda module: (getattr(torch.optim, name)(module.parameters(), **options), None)


SGD = partial(nn.SGD, learning_rate=0.1)


@pytest.mark.interop
@pytest.mark.parametrize("optimizer", optimizers())
@pytest.mark.parametrize("loss", losses())
def test_every_loss_with_every_optimizer(loss: str, optimizer: str) -> None:
    made, theirs, options = optimizers()[optimizer]
    train(losses()[loss], made, plain(theirs, options))


@pytest.mark.interop
@pytest.mark.parametrize("name", ["mish", "softsign", "hardtanh", "log_sigmoid", "silu", "gelu", "elu", "softplus"])
def test_activations(name: str) -> None:
    train(losses()["mean_squared_error"], SGD, plain("SGD", {"lr": 0.1}), activation=name)


@pytest.mark.interop
@pytest.mark.parametrize("kind", ["SGD", "Adam"])
def test_groups(kind: str) -> None:
    import torch

    made = {"SGD": partial(nn.SGD, momentum=0.9), "Adam": nn.Adam}[kind]
    momentum = {"momentum": 0.9} if kind == "SGD" else {}

    def theirs(module: Any) -> Any:
        groups = [
            {"params": module[0].parameters(), "lr": 0.01, "weight_decay": 0.1},
            {"params": module[2].parameters(), "lr": 0.03},
        ]
        return getattr(torch.optim, kind)(groups, **momentum), None

    train(
        losses()["mean_squared_error"],
        lambda m: nn.ParameterGroups(
            made(m.layers[0], learning_rate=0.01, weight_decay=0.1), made(m.layers[1], learning_rate=0.03)
        ),
        theirs,
    )  # fmt: skip


@pytest.mark.interop
@pytest.mark.parametrize(
    ("schedule", "name", "options"),
    [
        (nn.MultiStepDecay([30, 90, 150], 0.3), "MultiStepLR", {"milestones": [30, 90, 150], "gamma": 0.3}),
        (nn.StepDecay(40, 0.5), "StepLR", {"step_size": 40, "gamma": 0.5}),
        (nn.ExponentialDecay(0.99), "ExponentialLR", {"gamma": 0.99}),
        (nn.CosineDecay(200), "CosineAnnealingLR", {"T_max": 200}),
    ],
)
def test_schedules(schedule: Any, name: str, options: dict[str, Any]) -> None:
    import torch

    def theirs(module: Any) -> Any:
        optimizer = torch.optim.SGD(module.parameters(), lr=0.1)
        scheduler = getattr(torch.optim.lr_scheduler, name)(optimizer, **options)
        return optimizer, lambda loss: scheduler.step()

    train(losses()["cross_entropy"], SGD, theirs, schedule=schedule)


@pytest.mark.interop
@pytest.mark.parametrize("cooldown", [0, 5])
def test_reduce_on_plateau(cooldown: int) -> None:
    """At a rate that makes the loss swing, so that it is reduced again and again."""
    import torch

    def theirs(module: Any) -> Any:
        optimizer = torch.optim.SGD(module.parameters(), lr=2.0)
        scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimizer, factor=0.7, patience=3, cooldown=cooldown, min_lr=0.01
        )
        return optimizer, lambda loss: scheduler.step(loss.item())

    rule = nn.ReduceOnPlateau(factor=0.7, patience=3, cooldown=cooldown, minimum=0.01)
    rates: list[float] = []
    callbacks = [rule, lambda training: rates.append(training.optimizer.learning_rate)]
    train(losses()["mean_absolute_error"], partial(nn.SGD, learning_rate=2.0), theirs, callbacks=callbacks)
    assert len(set(rates)) > 3
