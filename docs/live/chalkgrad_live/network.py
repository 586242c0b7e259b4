"""How is a network of the playground trained?  The program of the settings is executed, a few steps at a time.

Read before: `settings`, `pictures`, `presets`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

import nn
from autograd import no_grad
from chalkgrad_live import pictures
from chalkgrad_live.presets import PRESETS
from chalkgrad_live.settings import CHOICES, LIMITS, Settings, settings_from
from nn.diagnostics import stuck_units
from nn.layer_stats import probe_layers
from nn.plotting.regions import grid

SIDE = 28
"""Points of the plane in each direction."""
PROBED = 60
"""At most so many samples are looked at for dead and saturated units."""
MAX_CURVE = 300
"""At most so many points of the curves are kept."""


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
        self.every, self.drawn = 1, -math.inf
        self._batches: Iterator[Any] = iter(())
        samples = [*self.X, *self.held[0]] or [[-1.5, -1.5], [1.5, 1.5]]
        self.grids = [grid([row[axis] for row in samples], SIDE) for axis in (0, 1)]
        if settings.data == "own points":
            self.grids = [grid([-1.5, 1.5], SIDE) for _ in (0, 1)]
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

    def run(self, seconds: float, at_most: int) -> dict[str, Any]:
        """Take steps for some time, at least one, and describe the result."""
        if not self.X or len(set(self.y)) < 2:
            raise ValueError("click into the plane to set points of both classes first")
        until, before = time.perf_counter() + seconds, self.steps
        while not self.problem and self.steps - before < at_most:
            self.step()
            if time.perf_counter() > until:
                break
        return self.frame(at_most < 1000)

    def frame(self, whole: bool) -> dict[str, Any]:
        """What the page shows now: always the counts, and twice a second (or if `whole`) numbers and pictures."""
        shown: dict[str, Any] = {"steps": self.steps, "epoch": self.epoch, "problem": self.problem}
        now = time.perf_counter()
        if whole or self.problem or now - self.drawn > 0.45:
            shown |= self._numbers() | self._pictures()
            self.drawn = time.perf_counter()
        return shown

    def _numbers(self) -> dict[str, Any]:
        train, held = self._measured(self.X, self.y), self._measured(*self.held)
        if self.steps % self.every == 0 or self.problem or not self.curve_steps or self.steps > self.curve_steps[-1]:
            self.curve_steps.append(self.steps)
            self.curve["training"].append(train[0])
            self.curve["held back"].append(held[0])
            if len(self.curve_steps) > MAX_CURVE:
                for numbers in (self.curve_steps, *self.curve.values()):
                    del numbers[1:-1:2]  # type: ignore[attr-defined]
        return {
            "trainLoss": train[0], "trainAccuracy": train[1], "heldLoss": held[0], "heldAccuracy": held[1],
            "texts": [
                ["loss on training data", _number(train[0])], ["loss on held-back data", _number(held[0])],
                ["correct in training", _percent(train[1])], ["correct held back", _percent(held[1])],
            ],
            "layers": self._layers(),
        }  # fmt: skip

    def _measured(self, X: list[Any], y: list[int]) -> tuple[float, float]:
        """The loss without the penalty, and the share of samples that are classified correctly; nan without samples."""
        if not X:
            return math.nan, math.nan
        try:
            with no_grad():
                loss = float(self.names["loss_of"](X, y).data)
        except (ArithmeticError, ValueError):
            loss = math.inf
        outputs = [predict[0] for predict in map(self._plain(), X)]
        return loss, sum((output > 0) == (label == 1) for output, label in zip(outputs, y, strict=True)) / len(y)

    def _plain(self) -> Any:
        """The model as a function of plain numbers, written by the library; nan where that fails."""
        names: dict[str, Any] = {}
        exec(nn.to_python(self.model), names)

        def predict(x: list[float]) -> list[float]:
            try:
                return list(names["predict"](x))
            except (ArithmeticError, ValueError):
                return [math.nan]

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

    def _pictures(self) -> dict[str, str]:
        predict = self._plain()
        outputs = [predict([x, y])[0] for y in self.grids[1] for x in self.grids[0]]
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
    session = Session(settings_from(settings))
    _open[:] = [session]
    return session.frame(True) | {"program": session.settings.program()}


def run(seconds: float = 0.1, steps: int = 1_000_000, epoch: bool = False) -> dict[str, Any]:
    """Train for some time, for a number of steps, or to the end of the epoch."""
    session = _session()
    if epoch:
        return session.run(60.0, session.per_epoch - session.steps % session.per_epoch)
    return session.run(seconds, steps)


def add_point(across: float, up: float, label: int) -> dict[str, Any]:
    """A point of the learner's own, at shares of the plane's width and height; begins again with it."""
    session = _session()
    place = [line[0] + share * (line[-1] - line[0]) for line, share in zip(session.grids, (across, up), strict=True)]
    point = (round(place[0], 3), round(place[1], 3), label)
    settings = replace(session.settings, data="own points", points=(*session.settings.points, point))
    _open[:] = [Session(settings)]
    return _open[0].frame(True) | {"program": settings.program(), "points": settings.points}


def diagnosed() -> dict[str, str]:
    """What `nn.diagnose` says about the model now."""
    session = _session()
    if not session.X:
        raise ValueError("click into the plane to set points first")
    optimizer, y = session.names["optimizer"], session.y
    loss = session.settings.loss
    targets = y if loss == "binary_cross_entropy_with_logits" else [2 * label - 1 for label in y]
    return {"text": repr(nn.diagnose(session.model, session.X, targets, loss=loss, optimizer=optimizer))}


def _session() -> Session:
    if not _open:
        raise ValueError("choose the settings first")
    return _open[0]
