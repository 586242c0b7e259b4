"""Which parameters a model has after training: the best, the last good ones, or the last."""

from __future__ import annotations

import math
from typing import Any

import pytest
from line_fit import ENGINES, LINE, fit_line, line_model

import nn
from autograd import Value, log


def test_the_best_parameters_are_kept() -> None:
    model = line_model()
    states = []
    history = fit_line(
        model, epochs=10, optimizer=nn.SGD(model, 0.3), validation=([[1.0]], [0.5]),
        callbacks=[lambda training: states.append(training.model.state_dict())],
    )  # fmt: skip
    losses = history["validation_loss"]
    best = losses.index(min(losses))
    assert best < 9
    assert history.best_epoch == best + 1
    assert model.state_dict() == states[best]


def test_early_stopping_and_callbacks_stop() -> None:
    model = line_model()
    history = fit_line(model, optimizer=nn.SGD(model, 0.0), early_stopping=3)
    assert (len(history), history.stopped) == (4, "early stopping")
    model = line_model()
    history = fit_line(model, callbacks=[lambda training: training.stop() if training.epoch == 5 else None])
    assert (len(history), history.stopped) == (5, "callback")


@ENGINES
def test_a_failing_validation_tells_history_and_epoch_and_leaves_the_best(engine: str) -> None:
    class Fragile(nn.Module):
        """Its validation sample is outside the domain once the weight has passed 2."""

        def __init__(self) -> None:
            self.w = Value(0.0)

        def __call__(self, row: list[Any]) -> Any:
            return self.w * row[0] + log(2.0 - self.w * row[1])

    model = Fragile()
    states = [model.state_dict()]
    with pytest.raises(
        ValueError, match=r"validation failed in epoch \d: .*log.*the best parameters are in place"
    ) as e:
        nn.fit(
            model, [[1.0, 0.0], [2.0, 0.0]], [3.0, 6.0], loss="mean_squared_error", optimizer=nn.SGD(model, 0.1),
            epochs=20, validation=([[1.0, 1.0]], [2.0]), progress=False, engine=engine,
            callbacks=[lambda training: states.append(training.model.state_dict())],
        )  # fmt: skip
    history = e.value.history  # type: ignore[attr-defined]
    losses = history["validation_loss"]
    assert (len(losses), history.stopped, e.value.epoch) == (len(states) - 1, "error", len(states))  # type: ignore[attr-defined]
    assert len(losses) >= 2
    assert model.state_dict() == states[losses.index(min(losses)) + 1]


@ENGINES
def test_a_validation_that_fails_at_once_leaves_the_last_good(engine: str) -> None:
    model = line_model()
    calls: list[int] = []

    def metric(outputs: Any, targets: Any) -> float:
        calls.append(len(targets))
        if len(targets) == 1 and calls.count(1) > 1:
            raise KeyError("mine")
        return 0.0

    with pytest.raises(KeyError, match="mine") as caught:
        fit_line(model, validation=([[1.0]], [2.0]), metrics=[metric], engine=engine)
    assert caught.value.history.stopped == "error"  # type: ignore[attr-defined]
    assert caught.value.epoch == 1  # type: ignore[attr-defined]
    assert set(model.state_dict().values()) == {0.0}


@ENGINES
def test_a_validation_loss_of_nan_is_never_the_best(engine: str) -> None:
    class Odd(nn.Module):
        """Its validation loss is nan as long as it is bad."""

        def __init__(self) -> None:
            self.w, self.bad = Value(0.0), True

        def __call__(self, row: list[Any]) -> Any:
            return self.w * row[0] if self.training or not self.bad else self.w * math.nan

    def mend(training: Any) -> None:
        states.append(training.model.state_dict())
        training.model.bad = training.epoch < 3 or training.epoch == 6

    model = Odd()
    states: list[Any] = []
    history = nn.fit(
        model, [[1.0], [2.0]], [2.0, 4.0], loss="mean_squared_error", optimizer=nn.SGD(model, 0.02), epochs=30,
        validation=([[1.0]], [1.25]), early_stopping=2, progress=False, engine=engine, callbacks=[mend],
    )  # fmt: skip
    losses = history["validation_loss"]
    assert [epoch for epoch, loss in enumerate(losses, 1) if math.isnan(loss)] == [1, 2, 3, 7]
    finite = [loss for loss in losses if math.isfinite(loss)]
    assert history.stopped == "early stopping"
    assert history.best_epoch == losses.index(min(finite)) + 1
    assert len(losses) == history.best_epoch + 2 > 9
    assert model.state_dict() == states[history.best_epoch - 1]


@ENGINES
def test_early_stopping_without_a_validation_set_keeps_the_best(engine: str) -> None:
    model = line_model()
    states = [model.state_dict()]
    rates = iter([0.1, 0.1, 0.1, 0.5, 0.5, 0.5, 0.5])
    history = fit_line(
        model, early_stopping=2, optimizer=nn.SGD(model, 1.0), schedule=lambda _: next(rates), engine=engine,
        callbacks=[lambda training: states.append(training.model.state_dict())],
    )  # fmt: skip
    losses = history["loss"]
    assert history.stopped == "early stopping"
    assert losses.index(min(losses)) < len(losses) - 1
    measured = nn.evaluate(model, *LINE, loss="mean_squared_error")["loss"]
    assert measured == pytest.approx(min(losses), rel=1e-12)
    assert model.state_dict() == states[history.best_epoch or 0]


def test_the_parameters_after_the_last_epoch_may_be_the_best() -> None:
    one, other = line_model(), line_model()
    fit_line(one, epochs=7)
    assert fit_line(other, epochs=7, early_stopping=3).best_epoch == 7
    assert other.state_dict() == one.state_dict()


def test_with_several_batches_those_after_the_best_epoch_are_kept() -> None:
    model = line_model()
    states: list[Any] = []
    rates = iter([0.05] * 6 + [0.4] * 20)
    history = fit_line(
        model, early_stopping=2, optimizer=nn.SGD(model, 1.0), schedule=lambda _: next(rates), batch_size=2, seed=0,
        callbacks=[lambda training: states.append(training.model.state_dict())],
    )  # fmt: skip
    losses = history["loss"]
    assert history.best_epoch == losses.index(min(losses)) + 1 < len(losses)
    assert model.state_dict() == states[history.best_epoch - 1]
