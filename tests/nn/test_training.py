from __future__ import annotations

import gc
import math
import weakref
from typing import Any

import pytest

import nn
from autograd import Value, exp, log

LINE = ([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0])  # y = 2x + 1


def line_model() -> nn.Neuron:
    return nn.Neuron(1, nonlin=False, init="zeros")


def fit_line(model: Any, **changes: Any) -> nn.History:
    given: dict[str, Any] = {"loss": "mean_squared_error", "optimizer": nn.SGD(model, 0.1), "epochs": 200}
    given |= {"progress": False} | changes
    return nn.fit(model, *LINE, **given)


@pytest.mark.parametrize(
    ("loss", "model", "words"),
    [
        ("cross_entropy", nn.MLP(1, [2], output_activation="softmax"), "cross_entropy applies softmax itself"),
        ("binary_cross_entropy_with_logits", nn.MLP(1, [1], output_activation="sigmoid"), "applies sigmoid itself"),
    ],
)
def test_an_activation_that_the_loss_applies_too_is_noticed(loss: str, model: nn.MLP, words: str) -> None:
    with pytest.warns(UserWarning, match=words):
        nn.fit(model, [[0.0], [1.0]], [0, 1], loss=loss, optimizer="sgd", epochs=1, progress=False)


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


class Breaks(nn.Module):
    """Fails on the sample 3.0 once the weight has moved ``steps`` times by one."""

    def __init__(self, function: Any) -> None:
        self.w, self.function = Value(0.0, label="w"), function

    def __call__(self, row: list[float]) -> Any:
        return self.function(self.w, row[0])


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


@pytest.mark.parametrize(
    ("changes", "kind", "message"),
    [
        ({"loss": "mse"}, ValueError, "unknown loss 'mse'"),
        ({"loss": None}, TypeError, "loss must be a name"),
        ({"optimizer": "adm"}, ValueError, "unknown optimizer 'adm'.*'adam'"),
        ({"optimizer": nn.SGD}, TypeError, "optimizer must be an optimizer"),
        ({"optimizer": nn.SGD([Value(1.0)])}, ValueError, "none of this model's parameters"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1"),
        ({"epochs": 2.5}, TypeError, "epochs must be a whole number"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"batch_size": "4"}, TypeError, "batch_size must be a whole number"),
        ({"validation": 1.5}, ValueError, "validation must be"),
        ({"validation": ([[1.0]],)}, ValueError, "validation must be a pair"),
        ({"validation": ([[1.0]], [1.0, 2.0])}, ValueError, "validation X has 1 samples but validation y has 2"),
        ({"validation": ([[1.0, 2.0]], [1.0])}, ValueError, "expects 1 input, got 2"),
        ({"schedule": "cosin"}, ValueError, "unknown schedule 'cosin'"),
        ({"early_stopping": 0}, ValueError, "early_stopping must be at least 1"),
        ({"callbacks": [3]}, TypeError, "a callback must be callable"),
        ({"callbacks": print}, TypeError, "callbacks must be a list of functions, such as \\[print\\]; got <built-in"),
        ({"metrics": ["acuracy"]}, ValueError, "unknown metric 'acuracy'"),
        ({"metrics": 3}, TypeError, "metrics must be a list"),
        ({"seed": "x"}, TypeError, "seed must be a whole number"),
        ({"clip_norm": -1}, ValueError, "clip_norm must be greater than 0"),
        ({"resume": True}, ValueError, "resume=True needs checkpoint=path"),
        ({"loss": "hinge"}, ValueError, "hinge needs -1 or"),
        ({"progress": "no"}, TypeError, "progress must be True or False, got 'no'"),
        ({"resume": 1}, TypeError, "resume must be True or False, got 1"),
        ({"checkpoint": 3}, TypeError, "checkpoint must be the path of a file, such as 'training.json', got 3"),
    ],
)
def test_wrong_arguments_change_nothing(changes: dict[str, Any], kind: type[Exception], message: str) -> None:
    model = line_model()
    with pytest.raises(kind, match=message):
        fit_line(model, **changes)
    assert set(model.state_dict().values()) == {0.0}


@pytest.mark.parametrize(
    ("X", "y", "kind", "message"),
    [
        ([], [], ValueError, "X is empty"),
        ([[1.0]], [1.0, 2.0], ValueError, "X has 1 samples but y has 2 targets"),
        ([[1.0], [math.nan]], [1.0, 2.0], ValueError, r"X\[1\]\[0\] is nan"),
        ([[1.0], ["2"]], [1.0, 2.0], TypeError, r"X\[1\]\[0\] must be a real number, got '2'"),
        ([[1.0], [None]], [1.0, 2.0], TypeError, r"X\[1\]\[0\] must be a real number, got None"),
        ([[1.0], [1.0, 2.0]], [1.0, 2.0], ValueError, r"X\[1\] has 2 numbers but X\[0\] has 1 number"),
        ([[1.0], [2.0]], [1.0, math.inf], ValueError, r"y\[1\] is inf"),
        ("ab", [1.0, 2.0], TypeError, "X must be a sequence"),
        ([[1.0]], [Value(1.0)], TypeError, r"y\[0\] must be a plain number.*pass its \.data"),
    ],
)
def test_wrong_data(X: Any, y: Any, kind: type[Exception], message: str) -> None:
    model = line_model()
    with pytest.raises(kind, match=message):
        nn.fit(model, X, y, loss="mean_squared_error", optimizer="sgd", epochs=1, progress=False)


def test_what_is_no_model_or_no_loss() -> None:
    with pytest.raises(TypeError, match="model must be a module"):
        nn.fit(lambda x: x, *LINE, loss="hinge", optimizer="sgd", epochs=1)
    with pytest.raises(TypeError, match="loss must give one Value"):
        fit_line(line_model(), loss=lambda p, t: 1.0)


ENGINES = pytest.mark.parametrize("engine", ["eager", "compiled"])


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
@pytest.mark.parametrize(
    ("loss", "bad", "words"),
    [
        ("cross_entropy", 3, r"target\[4\] is class 3, but the prediction has classes 0 .. 2"),
        ("negative_log_likelihood", -1, r"target\[4\] .*must be at least 0"),
        ("binary_cross_entropy_with_logits", 1.5, r"target\[4\] is 1.5: it must lie between 0 and 1"),
        ("hinge", 0, r"target\[4\] is 0: hinge needs -1 or \+1"),
        (lambda p, t: nn.cross_entropy(p, t) * 2.0, 3, r"target\[4\] is class 3"),
    ],
)
@pytest.mark.parametrize("place", ["training", "validation"])
def test_every_target_is_looked_at_before_anything_changes(
    loss: Any, bad: Any, words: str, place: str, engine: str
) -> None:
    if callable(loss) and engine == "compiled":
        return  # refused before
    model = nn.MLP(1, [3 if callable(loss) or loss in ("cross_entropy", "negative_log_likelihood") else 1], seed=0)
    before = model.state_dict()
    X, good = [[float(i)] for i in range(5)], [1, 1, 1, 1, 1]
    y, held = ([*good[:4], bad], good) if place == "training" else (good, [*good[:4], bad])
    optimizer = nn.Adam(model, 0.1)
    with pytest.raises(ValueError, match=("validation data: " if place == "validation" else "^") + words):
        nn.fit(
            model, X, y, loss=loss, optimizer=optimizer, epochs=2, batch_size=2, validation=(X, held), seed=0,
            progress=False, engine=engine,
        )  # fmt: skip
    assert (model.state_dict(), optimizer.steps) == (before, 0)


def test_a_loss_or_metric_that_refuses_a_constant_prediction_is_asked_with_the_model_s_own() -> None:
    def spread(outputs: Any, targets: Any) -> float:
        return 1.0 / (max(outputs) - min(outputs))

    def far(predictions: Any, targets: Any) -> Any:
        return nn.mean_squared_error([log(p - 0.9) for p in predictions], targets)

    model = nn.Neuron(1, nonlin=False, init=lambda *_: 1.0)
    history = nn.fit(
        model, [[1.0], [2.0]], [1.0, 0.5], loss=far, optimizer=nn.SGD(model, 1e-3), epochs=2, metrics=[spread],
        progress=False,
    )  # fmt: skip
    assert history["spread"][0] == 1.0


def test_the_share_of_variance_can_be_followed() -> None:
    assert fit_line(line_model(), metrics=["r_squared"])["r_squared"][-1] > 0.99
    with pytest.raises(ValueError, match=r"r_squared needs targets that differ from each other; all .* 0\.7"):
        nn.fit(line_model(), [[0.0], [1.0], [2.0]], [0.7, 0.7, 0.7], loss="huber", optimizer="sgd", epochs=1,
               metrics=["r_squared"], progress=False)  # fmt: skip


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


def test_a_metric_of_the_users_own_may_be_called_accuracy() -> None:
    def accuracy(outputs: Any, targets: Any) -> float:
        return 0.25

    assert fit_line(line_model(), metrics=[accuracy], epochs=1)["accuracy"] == [0.25]
    with pytest.raises(ValueError, match="two metrics are called '<lambda>'"):
        fit_line(line_model(), metrics=[lambda o, t: 1.0, lambda o, t: 2.0])


def test_an_explicit_threshold_is_used_everywhere() -> None:
    model = nn.Neuron(1, nonlin=False, init=lambda *_: 1.0)
    X, y = [[0.1], [0.3], [0.6]], [0, 1, 1]
    options: dict[str, Any] = {"optimizer": nn.SGD(model, 0.0), "epochs": 1, "progress": False, "validation": (X, y)}
    for threshold, expected in ((None, 2 / 3), (0.2, 1.0), (0.5, 2 / 3)):
        history = nn.fit(model, X, y, loss="mean_squared_error", threshold=threshold, **options)
        assert history["accuracy"] == history["validation_accuracy"] == [expected]
    with pytest.raises(TypeError, match="threshold must be a real number, got 'half'"):
        nn.fit(model, X, y, loss="mean_squared_error", threshold="half", **options)  # type: ignore[arg-type]
