"""The training loop: its steps, its failures, and the rate that a callback sets."""

from __future__ import annotations

import gc
import math
import weakref
from typing import Any

import pytest
from line_fit import ENGINES, LINE, Breaks, fit_line, line_model

import nn
from autograd import Value, exp, log


def test_a_line_is_found() -> None:
    model = line_model()
    history = fit_line(model)
    assert model.w[0].data == pytest.approx(2.0, abs=1e-3)
    assert model.b.data == pytest.approx(1.0, abs=1e-2)
    assert history["loss"][0] == 21.0  # (1 + 9 + 25 + 49) / 4
    assert len(history) == 200
    assert history.stopped == "finished"
    assert "accuracy" not in history  # the targets are no classes


def test_the_first_step_by_hand() -> None:
    model = line_model()
    fit_line(model, epochs=1)
    # d/dw = -2·mean(x·y) = -2·(3 + 10 + 21)/4 = -17; d/db = -2·mean(y) = -8
    assert (model.w[0].data, model.b.data) == (pytest.approx(1.7), pytest.approx(0.8))


def test_batches_cover_all_samples_in_a_seeded_order() -> None:
    seen: list[list[float]] = []

    class Spy(nn.Module):
        def __init__(self) -> None:
            self.w = Value(0.0)

        def __call__(self, row: list[float]) -> Value:
            if self.training:
                seen.append(row)
            return self.w * row[0]

    for _ in range(2):
        model = Spy()
        fit_line(model, optimizer=nn.SGD(model, 0.01), epochs=2, batch_size=3, seed=5)
    assert sorted(seen[:4]) == LINE[0]
    assert sorted(seen[4:8]) == LINE[0]
    assert seen[:8] == seen[8:]
    assert seen[:4] != seen[4:8]


def test_moons_are_separated_and_accuracy_is_measured() -> None:
    X, y = nn.make_moons(80, noise=0.05, seed=0)
    model = nn.MLP(2, [8, 8, 1], seed=2)
    optimizer = nn.Adam(model, 0.05)
    history = nn.fit(
        model, X, y, loss="binary_cross_entropy_with_logits", optimizer=optimizer, epochs=40, batch_size=20,
        validation=0.25, schedule="cosine", seed=1, progress=False,
    )  # fmt: skip
    assert history["accuracy"][-1] >= 0.95
    assert history["validation_accuracy"][-1] > 0.9
    assert history["learning_rate"][0] > history["learning_rate"][-1]
    assert optimizer.learning_rate == 0.05


def test_ctrl_c_gives_the_history_so_far() -> None:
    def interrupt(training: Any) -> None:
        if training.epoch == 3:
            raise KeyboardInterrupt

    history = fit_line(line_model(), callbacks=[interrupt])
    assert (len(history), history.stopped) == (3, "interrupted")


@pytest.mark.parametrize("outcome", ["finished", "error", "interrupted"])
def test_the_collector_and_the_mode_are_restored(outcome: str) -> None:
    before = gc.get_threshold()
    inside = []
    model = line_model().eval()

    def callback(training: Any) -> None:
        inside.append((gc.get_threshold()[0], training.model.training))
        if outcome == "error":
            raise RuntimeError("stop")
        if outcome == "interrupted":
            raise KeyboardInterrupt

    if outcome == "error":
        with pytest.raises(RuntimeError, match="stop"):
            fit_line(model, epochs=1, callbacks=[callback])
    else:
        fit_line(model, epochs=1, callbacks=[callback])
    assert inside == [(1_000_000, True)]
    assert gc.get_threshold() == before
    assert model.training is False


@pytest.mark.parametrize(
    ("function", "kind", "message"),
    [
        (lambda w, x: -log(3.5 - w * x), ValueError, r"training stopped in epoch \d+, step \d+, sample 2: .*log"),
        (lambda w, x: exp(w * x * 1000.0), OverflowError, r"training stopped in epoch \d, step \d, sample \d: .*exp"),
        (lambda w, x: w * x * w * 1e150 + w, FloatingPointError, r"training stopped in epoch 3, step 3, sample 1: "),
        (lambda w, x: w / (0.0 if w.data and x == 3 else 1.0) + w * x, ZeroDivisionError, r"step 2, sample 3: .*divi"),
    ],
)
def test_a_failure_names_the_place_and_puts_back_the_last_good(function: Any, kind: Any, message: str) -> None:
    model = Breaks(function)
    states = [model.state_dict()]
    with pytest.raises(kind, match=message) as caught:
        nn.fit(
            model, *LINE, loss=lambda p, t: sum(p, Value(0.0)) * -1.0, optimizer=nn.SGD(model, 0.5), epochs=50,
            progress=False, callbacks=[lambda training: states.append(training.model.state_dict())],
        )  # fmt: skip
    assert "the last good parameters are in place" in str(caught.value)
    assert caught.value.history.stopped == "error"
    assert model.state_dict() == states[-2]  # those with which the last step still worked


def test_a_bad_gradient_stops_with_its_parameter() -> None:
    model = Breaks(lambda w, x: (w * w) ** 0.5 + x)  # the slope at 0 is infinite times 0
    with pytest.raises(FloatingPointError, match=r"training stopped in epoch 1, step 1.*gradient of w is"):
        fit_line(model, optimizer=nn.SGD(model, 0.1))
    assert model.w.data == 0.0


def test_old_graphs_are_let_go() -> None:
    class Marked(Value):
        __slots__ = ("__weakref__",)

    marks: list[weakref.ref[Any]] = []

    class Leaves(nn.Module):
        def __init__(self) -> None:
            self.w = Value(0.5)

        def __call__(self, row: list[float]) -> Value:
            x = Marked(row[0])
            marks.append(weakref.ref(x))
            return self.w * x

    model = Leaves()
    alive = []
    gc.disable()
    try:
        fit_line(
            model, optimizer=nn.SGD(model, 0.01), epochs=5,
            callbacks=[lambda _: alive.append(sum(mark() is not None for mark in marks))],
        )  # fmt: skip
        assert set(alive) == {0}
    finally:
        gc.enable()


def test_clip_norm_shortens_the_step() -> None:
    model = line_model()
    history = fit_line(model, epochs=1, optimizer=nn.SGD(model, 1.0), clip_norm=0.5)
    assert math.hypot(model.w[0].data, model.b.data) == pytest.approx(0.5)
    assert history["gradient_norm"][0] == pytest.approx(math.hypot(17, 8))


def test_plain_lines_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    fit_line(line_model(), epochs=20, progress=True)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 10
    assert lines[-1].startswith("epoch 20/20  loss ")
    assert "s left" in lines[-1]


@ENGINES
def test_a_rate_set_by_a_callback_is_the_new_base_rate(engine: str) -> None:
    def halve(training: Any) -> None:
        if training.epoch == 2:
            training.optimizer.learning_rate = 0.04

    model = line_model()
    optimizer = nn.SGD(model, 0.08)
    history = fit_line(
        model, optimizer=optimizer, epochs=6, schedule=nn.StepDecay(2, 0.5), callbacks=[halve], engine=engine
    )
    assert history["learning_rate"] == [0.08, 0.08, 0.02, 0.02, 0.01, 0.01]
    assert optimizer.learning_rate == 0.04
    history = fit_line(model, optimizer=optimizer, epochs=1, engine=engine, callbacks=[lambda t: setattr(
        t.optimizer, "learning_rate", 0.5)])  # fmt: skip
    assert optimizer.learning_rate == 0.5  # though no step has followed


def test_the_same_number_assigned_is_a_new_base_rate_too() -> None:
    """The schedule has made 0.04 of 0.08; to set it to 0.04 is not to leave it alone."""
    model = line_model()
    history = fit_line(
        model, optimizer=nn.SGD(model, 0.08), epochs=4, schedule=lambda time: 0.5,
        callbacks=[lambda training: setattr(training.optimizer, "learning_rate", 0.04) if training.epoch == 2 else 0],
    )  # fmt: skip
    assert history["learning_rate"] == [0.04, 0.04, 0.02, 0.02]


@ENGINES
def test_a_gradient_whose_norm_overflows_is_clipped(engine: str) -> None:
    class Steep(nn.Module):
        def __init__(self) -> None:
            self.v, self.w = Value(1.0), Value(1.0)

        def __call__(self, row: list[float]) -> Any:
            return (self.v + self.w) * row[0]

    model = Steep()
    model.v.data, model.w.data = 0.25, 0.25
    history = nn.fit(
        model, [[1.5e308]], [0.0], loss="mean_absolute_error", optimizer=nn.SGD(model, 1.0), epochs=1,
        clip_norm=0.25, progress=False, engine=engine,
    )  # fmt: skip
    assert history["gradient_norm"] == [math.inf]
    moved = 0.25 - model.v.data, 0.25 - model.w.data
    assert moved == (pytest.approx(0.25 / math.sqrt(2)), pytest.approx(0.25 / math.sqrt(2)))


def test_a_gradient_that_is_not_finite_is_named_though_it_is_to_be_clipped() -> None:
    model = Breaks(lambda w, x: (w * w) ** 0.5 + x)
    with pytest.raises(FloatingPointError, match=r"epoch 1, step 1.*gradient of w is"):
        fit_line(model, optimizer=nn.SGD(model, 0.1), clip_norm=1.0)


@ENGINES
@pytest.mark.parametrize("listed", [False, True])
def test_a_layer_that_was_added_after_the_optimizer_is_trained(engine: str, listed: bool) -> None:
    def model() -> nn.Sequential:
        return nn.Sequential(nn.Layer(1, 3, activation="tanh", seed=1))

    late, early = model(), model()
    optimizer = nn.Adam(late.parameters() if listed else late, 0.05)
    for one in (late, early):
        one.layers.append(nn.Layer(3, 1, nonlin=False, seed=2))
    fit_line(late, optimizer=optimizer, epochs=5, engine=engine)
    fit_line(early, optimizer=nn.Adam(early, 0.05), epochs=5, engine=engine)
    assert late.state_dict() == early.state_dict()
    assert optimizer.names == [name for name, _ in late.named_parameters()]


@ENGINES
def test_a_layer_that_a_callback_adds_is_trained(engine: str) -> None:
    def grow(training: Any) -> None:
        if training.epoch == 3:
            training.model.layers.insert(0, nn.Layer(1, 1, activation="tanh", seed=5))

    model = nn.Sequential(nn.Layer(1, 1, nonlin=False, seed=1))
    history = fit_line(model, epochs=6, callbacks=[grow], engine=engine, validation=LINE)
    assert history.engine == engine
    added = nn.Layer(1, 1, activation="tanh", seed=5)
    assert model.layers[0].state_dict() != added.state_dict()
    # the same by hand: three steps of the one model, three of the other with a new optimizer
    by_hand = nn.Sequential(nn.Layer(1, 1, nonlin=False, seed=1))
    fit_line(by_hand, epochs=3)
    by_hand.layers.insert(0, added)
    fit_line(by_hand, epochs=3)
    assert list(model.state_dict().values()) == pytest.approx(list(by_hand.state_dict().values()), rel=1e-12)
    assert history.best_epoch is not None
    assert history.best_epoch > 3


def test_some_of_the_parameters_may_be_trained_alone() -> None:
    model = nn.MLP(1, [2, 1], seed=0)
    before = model.layers[0].state_dict()
    fit_line(model, optimizer=nn.SGD(model.layers[1].parameters(), 0.01), epochs=3)
    assert model.layers[0].state_dict() == before
    model = nn.MLP(1, [2, 1], seed=0)
    fit_line(model, optimizer=nn.SGD(model.parameters()[-1:], 0.01), epochs=3)
    assert model.layers[0].state_dict() == before
