"""Callbacks: what runs after each batch and each epoch, in which order, and that training follows what they change."""

from __future__ import annotations

import json
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
