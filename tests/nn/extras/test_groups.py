"""Several optimizers as one: each group as its own optimizer would train it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from line_fit import ENGINES, fit_line, line_model

import nn
from autograd import Value

X, Y = [[1.0, 2.0], [-1.0, 0.5], [0.25, -2.0]], [1.0, -1.0, 0.5]


def model() -> nn.MLP:
    return nn.MLP(2, [3, 1], activation="tanh", seed=0)


def groups(m: nn.MLP) -> nn.ParameterGroups:
    return nn.ParameterGroups(nn.Adam(m.layers[0], 0.02), nn.Adam(m.layers[1], 0.01, weight_decay=0.5))


def test_each_group_moves_as_with_its_own_optimizer() -> None:
    together, apart = model(), model()
    joint = groups(together)
    own = [nn.Adam(apart.layers[0], 0.02), nn.Adam(apart.layers[1], 0.01, weight_decay=0.5)]
    for _ in range(5):
        for each, optimizers in ((together, [joint]), (apart, own)):
            each.zero_grad()
            nn.mean_squared_error([each(x) for x in X], Y).backward()
            for optimizer in optimizers:
                optimizer.step()
    assert together.state_dict() == apart.state_dict()


def test_the_rates_change_in_proportion() -> None:
    joint = groups(model())
    joint.learning_rate = 0.2
    assert [group.learning_rate for group in joint.groups] == [0.2, 0.1]
    m = model()
    joint = groups(m)
    nn.fit(m, X, Y, loss="mean_squared_error", optimizer=joint, epochs=3, schedule=nn.StepDecay(1, 0.5), progress=False)
    assert [group.learning_rate for group in joint.groups] == [0.02, 0.01]  # fit puts the base rate back


def test_a_run_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    def run(m: nn.MLP, epochs: int, path: Path, resume: bool) -> None:
        settings: dict[str, Any] = {"loss": "mean_squared_error", "epochs": epochs, "progress": False, "seed": 1}
        nn.fit(m, X, Y, optimizer=groups(m), batch_size=2, checkpoint=path, resume=resume, **settings)

    whole, first, second = model(), model(), model()
    run(whole, 6, tmp_path / "whole.json", False)
    run(first, 3, tmp_path / "parts.json", False)
    run(second, 6, tmp_path / "parts.json", True)
    assert second.state_dict() == whole.state_dict()


def test_a_state_is_continued() -> None:
    a, b = model(), model()
    mine, other = groups(a), groups(b)
    nn.mean_squared_error([a(x) for x in X], Y).backward()
    mine.step()
    other.load_state_dict(mine.state_dict())
    assert other.state_dict() == mine.state_dict()
    with pytest.raises(ValueError, match="kind is 'Adam'"):
        other.load_state_dict(nn.Adam(b).state_dict())


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda m: nn.ParameterGroups(), ValueError, "needs at least one optimizer"),
        (lambda m: nn.ParameterGroups(m), TypeError, r"groups\[0\] must be an optimizer"),
        (lambda m: nn.ParameterGroups(nn.SGD(m), nn.Adam([Value(1.0)])), ValueError, "groups.1. is Adam but groups.0."),
        (lambda m: nn.ParameterGroups(nn.SGD(m), nn.SGD(m)), ValueError, "is given twice"),
        (lambda m: nn.ParameterGroups(nn.SGD(m, 0.0)), ValueError, "the learning rate of groups.0. is 0"),
    ],
)  # fmt: skip
def test_wrong_groups(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make(model())


def test_lr_is_refused_and_not_ignored() -> None:
    with pytest.raises(AttributeError, match=r"^ParameterGroups\.lr = 0\.5 has no effect; here it is learning_rate$"):
        groups(model()).lr = 0.5  # type: ignore[attr-defined]


@ENGINES
@pytest.mark.parametrize("frozen", [0, 1])
def test_a_group_whose_rate_becomes_0_keeps_its_parameters(engine: str, frozen: int) -> None:
    """Also under a schedule, which sets the rates at each step; by hand, from the means of the errors e and e * x."""
    line = line_model()
    named = line.named_parameters()
    joint = nn.ParameterGroups(nn.SGD(named[:1], 0.1), nn.SGD(named[1:], 0.05))

    def freeze(training: Any) -> None:
        if training.epoch == 2:
            training.optimizer.groups[frozen].learning_rate = 0.0

    fit_line(line, optimizer=joint, epochs=4, callbacks=[freeze], schedule=lambda time: 0.5, engine=engine)
    w = b = 0.0
    for epoch in range(4):
        errors = [w * x - (2 * x + 1) + b for x in range(4)]
        rates = [0.05, 0.025]
        if epoch >= 2:
            rates[frozen] = 0.0
        w, b = w - rates[0] * sum(e * x for x, e in enumerate(errors)) / 2, b - rates[1] * sum(errors) / 2
    assert [line.w[0].data, line.b.data] == pytest.approx([w, b], rel=1e-12)
    other = nn.ParameterGroups(nn.SGD(named[:1], 0.1), nn.SGD(named[1:], 0.05))
    other.load_state_dict(joint.state_dict())
    assert [group.learning_rate for group in other.groups] == [group.learning_rate for group in joint.groups]


def test_states_of_earlier_versions_have_no_shares() -> None:
    m = model()
    state = groups(m).state_dict()
    del state["settings"]["shares"]
    joint = groups(m)
    joint.load_state_dict(state | {"settings": {"learning_rate": 0.2}})
    assert [group.learning_rate for group in joint.groups] == [0.2, 0.1]
    with pytest.raises(ValueError, match="the state has the rates of 1 groups, but there are 2"):
        joint.load_state_dict(state | {"settings": {"learning_rate": 0.2, "shares": [1.0]}})


def test_groups_follow_a_model_whose_parameters_are_replaced() -> None:
    m = nn.MLP(1, [1, 1], "identity", seed=1)
    joint = nn.ParameterGroups(nn.SGD(m.layers[0], 0.1), nn.SGD(m.layers[1], 0.1))
    new = m.layers[1].neurons[0].bias = Value(1.0)
    nn.mean_squared_error(m([1.0]), 3.0).backward()
    joint.step()
    assert new.data == 1.0 - 0.1 * new.grad != 1.0
