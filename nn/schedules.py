"""How should the learning rate change during training?

A schedule maps time in epochs (2.5 is half-way through the third) to a factor for the optimizer's base learning rate.
Any function can be one; these are the usual ones. Without ``fit``: ``optimizer.learning_rate = 0.1 * schedule(epoch)``.
Read before: ``optimizers``. Read after: ``training``.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, ClassVar

from .checks import as_list, choose, real_number, shown
from .names.settings import Check, Settings


class Schedule(Settings):
    """Base class: a callable from time in epochs to a factor."""

    _strict = True

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        raise NotImplementedError

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={setting!r}" for name, setting in vars(self).items())
        return f"{type(self).__name__}({settings})"


class ConstantRate(Schedule):
    """Always 1.

    >>> ConstantRate()(5)
    1.0
    """

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        return 1.0


_positive = partial(real_number, low=0, above=True)
_factor = partial(real_number, low=0, high=1, above=True)
_end = partial(real_number, low=0)


def _milestones(times: Any, name: str) -> list[float]:
    return sorted(real_number(time, f"{name}[{n}]", 0) for n, time in enumerate(as_list(times, name)))


class StepDecay(Schedule):
    """Multiply by ``factor`` every ``every`` epochs.

    >>> [StepDecay(every=10, factor=0.5)(time) for time in (0, 9.9, 10, 20)]
    [1.0, 1.0, 0.5, 0.25]
    """

    _checks: ClassVar[dict[str, Check]] = {"every": _positive, "factor": _factor}

    def __init__(self, every: float, factor: float = 0.1) -> None:
        self.every, self.factor = every, factor

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        return float(self.factor ** whole_periods(time, self.every))


class MultiStepDecay(Schedule):
    """Multiply by ``factor`` at each of the ``milestones``, in epochs.

    >>> [MultiStepDecay([10, 15], factor=0.1)(time) for time in (9.9, 10, 20)]
    [1.0, 0.1, 0.010000000000000002]
    """

    _checks: ClassVar[dict[str, Check]] = {"milestones": _milestones, "factor": _factor}

    def __init__(self, milestones: Any, factor: float = 0.1) -> None:
        self.milestones, self.factor = milestones, factor

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        return float(self.factor ** sum(m <= time + 1e-9 for m in self.milestones))


def whole_periods(time: float, period: float) -> int:
    """The number of whole periods that have passed; a time just below a multiple, by rounding, counts as the multiple.

    >>> math.floor(0.3 / 0.1), whole_periods(0.3, 0.1)
    (2, 3)
    """
    periods = time / period
    nearest = round(periods)
    return nearest if abs(periods - nearest) <= 1e-9 * nearest else math.floor(periods)


class ExponentialDecay(Schedule):
    """Multiply by ``factor`` in each epoch, smoothly.

    >>> ExponentialDecay(factor=0.5)(3)
    0.125
    """

    _checks: ClassVar[dict[str, Check]] = {"factor": _factor}

    def __init__(self, factor: float = 0.95) -> None:
        self.factor = factor

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        return float(self.factor**time)


class LinearDecay(Schedule):
    """A straight line from 1 to ``end`` at ``total`` epochs, and ``end`` after that.

    >>> LinearDecay(total=100, end=0.1)(50)
    0.55
    """

    _checks: ClassVar[dict[str, Check]] = {"total": _positive, "end": _end}

    def __init__(self, total: float, end: float = 0.0) -> None:
        self.total, self.end = total, end

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        return 1.0 - (1.0 - self.end) * min(time / self.total, 1.0)


class CosineDecay(Schedule):
    """Half a cosine wave from 1 to ``end`` at ``total`` epochs (Loshchilov, Hutter 2017).

    >>> CosineDecay(total=100)(50)
    0.5
    """

    _checks: ClassVar[dict[str, Check]] = {"total": _positive, "end": _end}

    def __init__(self, total: float, end: float = 0.0) -> None:
        self.total, self.end = total, end

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        wave = (1.0 + math.cos(math.pi * min(time / self.total, 1.0))) / 2
        return self.end + (1.0 - self.end) * wave


class WarmUp(Schedule):
    """A straight line from ``start`` to 1 over the first ``epochs``, followed by ``then``, whose time starts there.

    >>> [WarmUp(4, then=StepDecay(every=2, factor=0.5), start=0.0)(time) for time in (1, 4, 6)]
    [0.25, 1.0, 0.5]
    """

    _checks: ClassVar[dict[str, Check]] = {
        "epochs": _positive, "then": lambda choice, name: find_schedule(choice, 1),
        "start": partial(real_number, low=0, high=1),
    }  # fmt: skip

    def __init__(self, epochs: float, then: Any = None, start: float = 0.1) -> None:
        self.epochs, self.then, self.start = epochs, then, start

    def __call__(self, time: float) -> float:
        """The factor at ``time``."""
        if time < self.epochs:
            return self.start + (1.0 - self.start) * time / self.epochs
        return float(self.then(time - self.epochs))


SCHEDULES = ("constant", "step", "exponential", "linear", "cosine", "warmup")


def find_schedule(choice: Any, epochs: int) -> Any:
    """The schedule for a name, adapted to a run of ``epochs``, or a callable from time to factor itself.

    "step" divides by 10 after each third of the run; "warmup" warms up for a tenth, then decays along a cosine.

    >>> find_schedule("linear", 10)(5)
    0.5
    """
    if choice is None:
        return ConstantRate()
    if isinstance(choice, str):
        name = choose(choice, SCHEDULES, "schedule")
        tenth = epochs / 10
        return {
            "constant": ConstantRate(),
            "step": StepDecay(every=max(1, epochs / 3)),
            "exponential": ExponentialDecay(),
            "linear": LinearDecay(total=epochs),
            "cosine": CosineDecay(total=epochs),
            "warmup": WarmUp(tenth, then=CosineDecay(total=epochs - tenth)),
        }[name]
    if not callable(choice) or isinstance(choice, type):
        raise TypeError(f"schedule must be a name such as 'cosine' or a callable(time), got {shown(choice)}")
    return choice
