"""How is a network of the playground trained?  The program of the settings is executed, a few steps at a time.

Read before: `settings`, `pictures`, `presets`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

import nn
from autograd.symbolic.printing import count
from chalkgrad_live import pictures
from chalkgrad_live.presets import PRESETS
from chalkgrad_live.settings import CHOICES, LIMITS, REACH, Settings, points_from, settings_from
from nn.diagnostics import stuck_units
from nn.layer_stats import probe_layers
from nn.plotting.regions import grid

SIDE = 28
"""Points of the plane in each direction."""
PROBED = 60
"""At most this many samples are looked at for dead and saturated units."""
MAX_CURVE = 300
"""At most this many points of the curves are kept."""

Predict = Callable[[list[float]], float]


class Session:
    """One network while it is trained."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.names: dict[str, Any] = {}
        exec(compile(settings.definitions(), "<program>", "exec"), self.names)
        self.model, self.X, self.y = self.names["model"], self.names["X"], self.names["y"]
        self.held = self.names["X_held"], self.names["y_held"]
        self.steps, self.epoch, self.problem = 0, 0, ""
        self.curve_steps: list[int] = []
        self.curve: dict[str, list[float]] = {"training": [], "held back": []}
        self.drawn = -math.inf
        self._batches: Iterator[Any] = iter(())
        samples = [*self.X, *self.held[0]]
        self.grids = [
            [REACH * (2 * k / (SIDE - 1) - 1) for k in range(SIDE)] if settings.data == "own points"
            else grid([row[axis] for row in samples], SIDE)
            for axis in (0, 1)
        ]  # fmt: skip
        self._first_gradients()

    def _first_gradients(self) -> None:
        """The gradients before the first step, for the page; the first step clears them."""
        if self.X:
            try:
                self.names["loss_of"](self.X[:PROBED], self.y[:PROBED]).backward()
            except (ArithmeticError, ValueError) as error:
                self.problem = str(error)

    def step(self) -> None:
        """One step of the optimizer; what stops it is kept in `problem`."""
        batch = next(self._batches, None)
        if batch is None:
            size = min(self.settings.batch_size, len(self.X))
            self._batches = nn.batches(self.X, self.y, size, seed=self.epoch)
            batch = next(self._batches)
        try:
            self.names["step"](*batch)
        except (ArithmeticError, ValueError) as error:
            self.problem = f"Training stopped: {error}"
            return
        self.steps += 1
        self.epoch = self.steps // self.per_epoch

    @property
    def per_epoch(self) -> int:
        """Steps per epoch."""
        return max(1, math.ceil(len(self.X) / max(1, min(self.settings.batch_size, len(self.X)))))

    def run(self, seconds: float, at_most: int) -> None:
        """Take steps for some time, at least one."""
        if len(set(self.y)) < 2:
            if self.settings.data == "own points":
                raise ValueError("set points of both classes first")
            raise ValueError("the training data has one class only; hold back less, or take more samples")
        until, last = time.perf_counter() + seconds, self.steps + at_most
        while not self.problem and self.steps < last:
            self.step()
            if time.perf_counter() > until:
                break

    def frame(self, whole: bool) -> dict[str, Any]:
        """What the page shows now: always the counts, and twice a second (or if `whole`) numbers and pictures."""
        counts = f"{count(self.steps, 'step')}, epoch {self.epoch}"
        shown = {"steps": self.steps, "epoch": self.epoch, "counts": counts, "problem": self.problem}
        if whole or self.problem or time.perf_counter() - self.drawn > 0.38:
            predict = self._plain()
            shown |= self._numbers(predict) | self._pictures(predict)
            self.drawn = time.perf_counter()
        return shown

    def _numbers(self, predict: Predict) -> dict[str, Any]:
        measured = [self._measured(predict, *samples) for samples in ((self.X, self.y), self.held)]
        losses, shares = zip(*measured, strict=True)
        if self.steps not in self.curve_steps[-1:]:
            self.curve_steps.append(self.steps)
            for curve, loss in zip(self.curve.values(), losses, strict=True):
                curve.append(loss)
            if len(self.curve_steps) > MAX_CURVE:
                for numbers in (self.curve_steps, *self.curve.values()):
                    del numbers[1:-1:2]  # type: ignore[attr-defined]
        texts = [
            ["loss on training data", _number(losses[0])], ["loss on held-back data", _number(losses[1])],
            ["correct in training", _percent(shares[0])], ["correct held back", _percent(shares[1])],
        ]  # fmt: skip
        return {"texts": texts, "layers": self._layers()}

    def _measured(self, predict: Predict, X: list[Any], y: list[int]) -> tuple[float, float]:
        """The loss without the penalty, and the share of samples that are classified correctly; nan without samples."""
        if not X:
            return math.nan, math.nan
        outputs = [predict(x) for x in X]
        try:
            loss = float(self.settings.loss_function()(outputs, self.settings.targets(y)))
        except (ArithmeticError, ValueError):
            loss = math.inf
        return loss, sum((output > 0) == (label == 1) for output, label in zip(outputs, y, strict=True)) / len(y)

    def _plain(self) -> Predict:
        """The model as a function of plain numbers, written by the library; nan where that fails."""
        names: dict[str, Any] = {}
        exec(nn.to_python(self.model), names)

        def predict(x: list[float]) -> float:
            try:
                return float(names["predict"](x)[0])
            except (ArithmeticError, ValueError):
                return math.nan

        return predict

    def _layers(self) -> list[dict[str, Any]]:
        """For each layer its name, the mean |gradient| of its parameters, and the share of stuck units."""
        probes = probe_layers(self.model, self.X[:PROBED]) if self.X else []
        found = []
        for number, probe in enumerate(probes):
            gradients = [abs(parameter.grad) for parameter in probe.layer.parameters()]
            size = sum(gradients) / len(gradients)
            kind = "saturated" if all(map(math.isfinite, probe.activation.range)) else "dead"
            share = None
            if probe.activation.name != "identity":
                share = len(stuck_units(probe, last=number == len(probes) - 1)) / probe.layer.out_size
            found.append(
                {
                    "name": f"layer {number + 1}", "gradient": size, "stuck": share,
                    "texts": [f"{size:.2g}", "" if share is None else f"{share:.0%} {kind}"],
                    "bar": min(1.0, max(0.0, 1 + math.log10(size) / 8)) if 0 < size < math.inf else float(size > 0),
                }
            )  # fmt: skip
        return found

    def _pictures(self, predict: Predict) -> dict[str, str]:
        outputs = [predict([x, y]) for y in self.grids[1] for x in self.grids[0]]
        values = [math.tanh(output) if output == output else 0.0 for output in outputs]
        ranges = [(line[0], line[-1]) for line in self.grids]
        samples, held = list(zip(self.X, self.y, strict=True)), list(zip(*self.held, strict=True))
        layers = [[[w.data for w in neuron.w] for neuron in layer.neurons] for layer in self.model.layers]
        return {
            "plane": pictures.plane(values, ranges, samples, held),
            "network": pictures.network(layers),
            "curves": pictures.curves(self.curve, self.curve_steps),
        }


def _number(number: float) -> str:
    return "-" if math.isnan(number) else f"{number:.3g}"


def _percent(share: float) -> str:
    return "-" if math.isnan(share) else f"{share:.1%}"


_open: list[Session] = []
"""The one session of this page."""


def choices() -> dict[str, Any]:
    """What the page offers: the lists, the ranges, the usual settings, and the presets."""
    usual = asdict(Settings())
    usual["widths"] = ", ".join(map(str, usual["widths"]))
    presets = [{"name": name, "says": says, "settings": given} for name, (says, given) in PRESETS.items()]
    return {"choices": CHOICES, "limits": LIMITS, "usual": usual, "presets": presets}


def start(settings: dict[str, Any]) -> dict[str, Any]:
    """Begin with new settings; the program, and the first frame."""
    return _begin(settings_from(settings))


def _begin(settings: Settings) -> dict[str, Any]:
    session = Session(settings)
    _open[:] = [session]
    return session.frame(True) | {"program": settings.program(), "points": settings.points}


def run(seconds: float = 0.1, steps: int = 1_000_000, epoch: bool = False) -> dict[str, Any]:
    """Train for some time, for a number of steps, or to the end of the epoch."""
    session = _session()
    if epoch:
        seconds, steps = 60.0, session.per_epoch - session.steps % session.per_epoch
    session.run(seconds, steps)
    return session.frame(steps < 1000)


def look() -> dict[str, Any]:
    """Numbers and pictures of the model as it is now, for a page that pauses."""
    return _session().frame(True)


def add_point(x: float, y: float, label: int) -> dict[str, Any]:
    """One more point of the learner's own; begins again with it."""
    kept = _session().settings
    own = kept.points if kept.data == "own points" else ()
    return _begin(replace(kept, data="own points", points=(*own, *points_from([[x, y, label]]))))


def add_point_at(across: float, up: float, label: int) -> dict[str, Any]:
    """The same, at shares of the plane's width and height."""
    grids = zip(_session().grids, (across, up), strict=True)
    x, y = (line[0] + share * (line[-1] - line[0]) for line, share in grids)
    return add_point(x, y, label)


def remove_point() -> dict[str, Any]:
    """Without the point that was set last."""
    kept = _session().settings
    return _begin(replace(kept, points=kept.points[:-1]))


def diagnosed() -> dict[str, str]:
    """What `nn.diagnose` says about the model now."""
    session = _session()
    if not session.X:
        raise ValueError("set points first")
    targets, loss = session.settings.targets(session.y), session.settings.loss
    optimizer = session.names["optimizer"]
    return {"diagnosis": repr(nn.diagnose(session.model, session.X, targets, loss=loss, optimizer=optimizer))}


def _session() -> Session:
    if not _open:
        raise ValueError("no network is open; press Restart")
    return _open[0]
