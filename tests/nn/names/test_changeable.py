"""What a callback assigns to the training takes effect in both engines as computed by hand, or is refused."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from line_fit import ENGINES, LINE, fit_line, line_model

import nn

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
    "stopping": (Once(lambda training: setattr(training, "stopping", 1), y=[0.0, 9.0, -9.0, 0.0]), by_hand(SAME[:3], (
        LINE[0], [0.0, 9.0, -9.0, 0.0]))),
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
    ("loss", "huber", "Training.loss cannot be replaced, got 'huber': .*call fit again"),
    ("model", line_model(), "Training.model cannot be replaced"),
    ("optimizer", nn.SGD(line_model(), 0.1), "Training.optimizer cannot be replaced"),
    ("engine", None, "Training.engine cannot be replaced"),
    ("validation", LINE, "Training.validation cannot be replaced"),
    ("seed", 3, "Training.seed cannot be replaced"),
    ("checkpoint", "line.json", "Training.checkpoint cannot be replaced"),
    ("epoch", 0, "Training.epoch cannot be replaced, got 0: fit keeps it"),
    ("history", None, "Training.history cannot be replaced"),
    ("learning_rate", 0.1, "no effect; here it is that of the optimizer, as in training.optimizer.learning_rate"),
    ("stop_training", True, r"no effect; here it is training.stop\(\)"),
    ("epochs", 2.5, "epochs must be a whole number, got 2.5"),
    ("batch_size", 0, "batch_size must be at least 1, got 0"),
    (
        "schedule",
        "cosine",
        r"must be a function of the time in epochs, such as nn.CosineDecay\(total=10\); got 'cosine'",
    ),
    ("base_rate", -1, "base_rate must be at least 0, got -1"),
    ("clip_norm", -1, "clip_norm must be greater than 0, got -1"),
    ("stopping", "x", "early_stopping must be a whole number, got 'x'"),
    ("metrics", "x", "unknown metric 'x'"),
    ("callbacks", [3], "a callback must be callable"),
    ("X", [[math.nan]] * 4, r"X\[0\]\[0\] is nan"),
    ("X", [[1.0]] * 3, "X has 3 samples but y has 4 entries"),
    ("weights", [-1.0, 1.0, 1.0, 1.0], r"sample_weight\[0\] is -1: a weight must be at least 0"),
    ("weights", [1.0], "X has 4 samples but weights has 1 entries"),
]


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_what_would_not_take_effect_is_refused(name: str, value: Any, message: str) -> None:
    with pytest.raises((AttributeError, TypeError, ValueError), match=message):
        fit_line(line_model(), epochs=4, callbacks=[Once(None, **{name: value})])


@ENGINES
def test_the_number_of_samples_stays_the_same_within_an_epoch(engine: str) -> None:
    class Shorten:
        def on_batch_end(self, training: Any) -> None:
            training.X = training.X[:3]

    with pytest.raises(ValueError, match="X had 4 samples and has 3: change their number in on_epoch_end only"):
        fit_line(line_model(), epochs=4, batch_size=2, callbacks=[Shorten()], engine=engine)


def test_what_a_resumed_run_would_not_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AttributeError, match="a run that is resumed from the checkpoint would not have it"):
        fit_line(line_model(), epochs=4, callbacks=[Once(None, batch_size=2)], checkpoint=tmp_path / "line.json")


def test_the_data_of_batches_is_changed_where_they_are_made() -> None:
    model = line_model()
    with pytest.raises(AttributeError, match="the batches determine it: change them where they are made"):
        nn.fit(model, [LINE], loss="mean_squared_error", epochs=3, progress=False, callbacks=[Once(None, X=LINE[0])])


@ENGINES
def test_a_parameter_that_becomes_a_number_is_refused(engine: str) -> None:
    model = nn.Sequential(nn.LayerNorm(1), nn.Layer(1, 1, nonlin=False, seed=1))
    change = Once(lambda training: training.model.layers[0].scale.__setitem__(0, 2.0))
    with pytest.raises(TypeError, match=r"layers\.0\.scale\[0\] must be a Value, got 2.0"):
        fit_line(model, epochs=4, callbacks=[change], engine=engine)
