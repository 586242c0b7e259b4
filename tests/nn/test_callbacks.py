"""Callbacks: what runs after each batch and each epoch, in which order, and that training follows what they change."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from line_fit import ENGINES, LINE, fit_line, line_model

import nn


class Both:
    """Notes its calls; it is callable too, and `fit` calls its hooks instead."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, int]] = []
        self.losses: list[float] = []

    def on_batch_end(self, training: Any) -> None:
        self.calls.append(("batch", training.epoch, training.batches_done))
        self.losses.append(training.batch_loss)

    def on_epoch_end(self, training: Any) -> None:
        self.calls.append(("epoch", training.epoch, training.batches_done))

    def __call__(self, training: Any) -> None:
        raise AssertionError("on_epoch_end is called instead")


@ENGINES
def test_hooks_are_called_after_each_batch_and_each_epoch(engine: str) -> None:
    hooks = Both()
    history = fit_line(line_model(), epochs=2, batch_size=3, seed=1, callbacks=[hooks], engine=engine)
    assert hooks.calls == [
        ("batch", 0, 1), ("batch", 0, 2), ("epoch", 1, 2), ("batch", 1, 3), ("batch", 1, 4), ("epoch", 2, 4),
    ]  # fmt: skip
    first, second = hooks.losses[:2]  # of 3 samples and of 1
    assert history["loss"][0] == pytest.approx((3 * first + second) / 4)


@ENGINES
def test_a_batch_hook_sees_and_changes_what_is_trained(engine: str) -> None:
    class Watch:
        def __init__(self) -> None:
            self.seen: list[tuple[float, float]] = []

        def on_batch_end(self, training: Any) -> None:
            weight = training.model.w[0]
            self.seen.append((weight.data, weight.grad))
            weight.data = 0.0
            training.X[0][0] = 100.0  # too far away to be missed
            training.optimizer.learning_rate = 1e-9

    model, watch = line_model(), Watch()
    X, y = [list(row) for row in LINE[0]], list(LINE[1])
    history = nn.fit(
        model, X, y, loss="mean_squared_error", optimizer=nn.SGD(model, 0.1), epochs=2, progress=False, engine=engine,
        callbacks=[watch],
    )  # fmt: skip
    # d/dw = -2·mean(x·y) = -17 at w = b = 0, as in test_training; the rate is 0.1
    assert watch.seen[0] == (pytest.approx(1.7), pytest.approx(-17.0))
    # then w = 0, b = 0.8: -2·(100·0.2 + 1·2.2 + 2·4.2 + 3·6.2)/4
    assert watch.seen[1][1] == pytest.approx(-24.6)
    assert model.w[0].data == 0.0  # the last thing that the hook did
    assert history["learning_rate"] == [1e-9, 1e-9]  # as it is at the end of the epoch


def test_the_checkpoint_is_written_after_the_callbacks(tmp_path: Path) -> None:
    path, seen = tmp_path / "training.json", []

    class AtTheEnd:
        def on_epoch_end(self, training: Any) -> None:
            seen.append(path.exists())
            training.model.w[0].data = 7.0

    fit_line(line_model(), epochs=1, callbacks=[AtTheEnd()], checkpoint=path)
    assert seen == [False]
    assert "7.0" in json.dumps(json.loads(path.read_text()))


def test_a_batch_hook_ends_training_after_the_epoch() -> None:
    class Stop:
        def on_batch_end(self, training: Any) -> None:
            training.stop()

    history = fit_line(line_model(), epochs=9, batch_size=1, callbacks=[Stop()])
    assert (len(history), history.stopped) == (1, "callback")


def test_what_cannot_be_called_is_refused() -> None:
    class Wrong:
        on_batch_end = 3

    with pytest.raises(TypeError, match=r"on_batch_end of a callback must be a method with one argument.*got 3"):
        fit_line(line_model(), callbacks=[Wrong()])
    with pytest.raises(TypeError, match="or have a method on_batch_end or on_epoch_end; got 'x'"):
        fit_line(line_model(), callbacks=["x"])


def test_a_class_is_called_as_a_function() -> None:
    """A class is not an object with hooks: they would be called without an object."""
    made = []

    class Note(nn.Module):
        def __init__(self, training: Any) -> None:
            made.append(training.epoch)

        def on_epoch_end(self, training: Any) -> None:
            raise AssertionError("there is no object")

    fit_line(line_model(), epochs=2, callbacks=[Note])
    assert made == [1, 2]


LONGER = ([*LINE[0], [4.0]], [*LINE[1], 0.0])
FIRST, WEIGHTS = [1.0, 1.0, 1.0, 0.0], [0.0, 1.0, 2.0, 0.5]


class Once:
    """Assigns something to the training (or calls a function of it) after the second epoch, or the second batch."""

    def __init__(self, change: Any, **assigned: Any) -> None:
        self.change, self.assigned, self.calls = change, assigned, 0

    def __call__(self, training: Any) -> None:
        self.calls += 1
        if self.calls == 2:
            if self.change is not None:
                self.change(training)
            for name, value in self.assigned.items():
                setattr(training, name, value)


def by_hand(rates: list[float], changed: Any = LINE, weights: bool = False, clip: Any = None) -> list[float]:
    """Weight and bias after gradient descent on the mean squared error; ``rates`` are those of each epoch."""
    w = b = 0.0
    for epoch, rate in enumerate(rates):
        X, y = changed if epoch >= 2 else LINE
        counts = [1.0] * len(X) if not weights else WEIGHTS if epoch >= 2 else FIRST
        errors = [w * x[0] + b - t for x, t in zip(X, y, strict=True)]
        dw = sum(2 * c * e * x[0] for c, e, x in zip(counts, errors, X, strict=True)) / sum(counts)
        db = sum(2 * c * e for c, e in zip(counts, errors, strict=True)) / sum(counts)
        norm = math.hypot(dw, db)
        scale = clip / norm if clip and epoch >= 2 and norm > clip else 1.0
        w, b = w - rate * scale * dw, b - rate * scale * db
    return [w, b]


SAME = [0.1] * 4
TAKES_EFFECT: dict[str, tuple[Once, list[float]]] = {
    "epochs": (Once(None, epochs=6), by_hand([0.1] * 6)),
    "fewer epochs": (Once(None, epochs=2), by_hand([0.1] * 2)),
    "schedule": (Once(None, schedule=lambda time: 0.5), by_hand([0.1] * 2 + [0.05] * 2)),
    "base_rate": (Once(None, base_rate=0.02), by_hand([0.1] * 2 + [0.02] * 2)),
    "clip_norm": (Once(None, clip_norm=0.25), by_hand(SAME, clip=0.25)),
    "data": (Once(None, X=LONGER[0], y=LONGER[1], batch_size=5), by_hand(SAME, LONGER)),
    "weights": (Once(None, weights=WEIGHTS), by_hand(SAME, weights=True)),
    "stopping": (
        Once(lambda training: setattr(training, "stopping", nn.EarlyStopping(1)), y=[0.0, 9.0, -9.0, 0.0]),
        by_hand(SAME[:3], (LINE[0], [0.0, 9.0, -9.0, 0.0])),
    ),
}  # fmt: skip


@ENGINES
@pytest.mark.parametrize("name", TAKES_EFFECT)
def test_what_a_callback_assigns_takes_effect(engine: str, name: str) -> None:
    change, expected = TAKES_EFFECT[name]
    change.calls = 0
    model = line_model()
    fit_line(model, epochs=4, callbacks=[change], engine=engine, sample_weight=FIRST if name == "weights" else None)
    if name == "stopping":  # the parameters with the lowest loss are kept
        assert change.calls == 3
    else:
        assert [model.w[0].data, model.b.data] == pytest.approx(expected, rel=1e-12)


REFUSED: list[tuple[str, Any, str]] = [
    (
        "loss",
        "huber",
        "a callback has replaced training.loss by 'huber', which has no effect in this run: .*call fit again",
    ),
    ("model", line_model(), "a callback has replaced training.model by Neuron"),
    ("optimizer", nn.SGD(line_model(), 0.1), "a callback has replaced training.optimizer by SGD"),
    ("validation", LINE, "a callback has replaced training.validation by"),
    ("history", None, "a callback has replaced training.history by None"),
    ("learning_rate", 0.1, "no effect; here it is that of the optimizer, as in training.optimizer.learning_rate"),
    ("stop_training", True, r"no effect; here it is training.stop\(\)"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_what_would_not_take_effect_is_refused(name: str, value: Any, message: str) -> None:
    with pytest.raises((AttributeError, ValueError), match=message):
        fit_line(line_model(), epochs=4, callbacks=[Once(None, **{name: value})])
