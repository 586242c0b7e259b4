"""Which mistakes do learners make in lesson 11, "Optimizers"?"""

from __future__ import annotations

import math
from typing import Any

from chalkgrad.exercises import variants
from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake

STEPS = [(0.0, 0.0, 1.0, 0.5), (1.0, 2.0, 3.0, 0.1), (-2.0, 0.5, -4.0, 0.25)]
ADAM_STEPS = [
    (1.0, 0.0, 0.0, 4.0, 1, 0.1),
    (0.9, 0.4, 0.016, 2.0, 2, 0.1),
    (-3.0, -0.2, 0.5, -0.3, 7, 0.01),
]


def _momentum(x: float, v: float, g: float, rate: float) -> tuple[float, float]:
    v = 0.9 * v + g
    return x - rate * v, v


def _adam(
    x: float, m: float, s: float, g: float, t: int, rate: float, *, kept: tuple[float, float] = (0.9, 0.999),
    corrected: bool = True, root: bool = True, squared: bool = True, sign: float = 1.0,
) -> tuple[float, float, float]:  # fmt: skip
    m = kept[0] * m + (1 - kept[0]) * g
    s = kept[1] * s + (1 - kept[1]) * (g * g if squared else g)
    mean, square = (m / (1 - kept[0] ** t), s / (1 - kept[1] ** t)) if corrected else (m, s)
    return x - sign * rate * mean / (math.sqrt(square) if root else square), m, s


def _variant(**changes: Any) -> Any:
    return lambda x, m, s, gradient, t, rate: _adam(x, m, s, gradient, t, rate, **changes)


def _sums(x: float, m: float, s: float, gradient: float, t: int, rate: float) -> tuple[float, float, float]:
    m, s = 0.9 * m + gradient, 0.999 * s + gradient**2
    return x - rate * (m / (1 - 0.9**t)) / math.sqrt(s / (1 - 0.999**t)), m, s


def _old_means(x: float, m: float, s: float, gradient: float, t: int, rate: float) -> tuple[float, float, float]:
    _, new_m, new_s = _adam(x, m, s, gradient, t, rate)
    return x - rate * (m / (1 - 0.9**t)) / math.sqrt(s / (1 - 0.999**t)), new_m, new_s


def _without_direction(
    x: float, m: float, s: float, gradient: float, t: int, rate: float
) -> tuple[float, float, float]:
    _, m, s = _adam(x, m, s, gradient, t, rate)
    return x - rate * gradient / math.sqrt(s / (1 - 0.999**t)), m, s


EXERCISES = [
    Exercise(
        "11.1",
        "f(x) = 3x². Below which learning rate does gradient descent converge?",
        Number(),
        vary=variants.largest_rate,
        right=1 / 3,
        wrong=[
            Mistake(2 / 3, "You took 3 for the curvature. It is the second derivative of 3x², which is 6."),
            Mistake(
                1 / 6, "That is 1/curvature: it jumps to the bottom in one step. Up to twice that still converges."
            ),
            Mistake(6, "That is the curvature. The limit is 2 divided by it."),
            Mistake(3, "The limit is 2/curvature; a steep valley allows only short steps."),
            Mistake(1 / 2, "That is the limit for 2x², the example in the text."),
            Mistake(1 / 12, "2 divided by the curvature, not 1 divided by twice the curvature."),
        ],
        hints=["What is the second derivative of 3x²?", "One step makes x - rate·6x = (1 - 6·rate)·x."],
    ),
    Exercise(
        "11.2",
        "Write momentum_step(x, velocity, gradient, rate), which returns the new position and the new velocity.",
        Function(STEPS, names=("x", "velocity", "gradient", "rate")),
        right=lambda x, velocity, gradient, rate: _momentum(x, velocity, gradient, rate),
        wrong=[
            Mistake(
                lambda x, velocity, gradient, rate: (x - rate * gradient, 0.9 * velocity + gradient),
                "The position moves by the plain gradient: the velocity is computed and never used.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (x - rate * velocity, 0.9 * velocity + gradient),
                "You moved by the old velocity. First renew the velocity, then move by the new one.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (x + rate * (0.9 * velocity + gradient), 0.9 * velocity + gradient),
                "You walk uphill: the sign of the step is minus.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (x - rate * (velocity + gradient), velocity + gradient),
                "The velocity keeps all of what it had. It never forgets, and never stops: keep nine tenths.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (x - rate * 0.9 * gradient, 0.9 * gradient),
                "The new velocity must begin with the old one: 0.9 · velocity + gradient.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (
                    x - rate * (0.9 * velocity + 0.1 * gradient),
                    0.9 * velocity + 0.1 * gradient,
                ),
                "That is a running mean, as in Adam. In momentum the gradient is added in full.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (
                    x - (0.9 * velocity + rate * gradient),
                    0.9 * velocity + rate * gradient,
                ),
                "You put the rate into the velocity. For a fixed rate that moves alike, but here v is wanted without "
                "the rate: v = 0.9·v + g, then x - rate·v.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: _momentum(x, velocity, gradient, rate)[::-1],
                "The two results are in the wrong order: position first, then velocity.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: _momentum(x, velocity, gradient, rate)[0],
                "The new velocity must be returned too: the next step needs it.",
            ),
        ],
        hints=["Two lines: the velocity first.", "velocity = 0.9 * velocity + gradient"],
    ),
    Exercise(
        "11.3",
        "Write Adam's step number t.",
        Function(ADAM_STEPS, names=("x", "m", "s", "gradient", "t", "rate"), tolerance=1e-5),
        right=_variant(),
        wrong=[
            Mistake(
                _variant(corrected=False),
                "The correction is missing: m and s start at 0, so the first means are too small (and s more than m). "
                "Divide m by 1 - 0.9**t and s by 1 - 0.999**t.",
            ),
            Mistake(_variant(root=False), "The root of the mean square is missing under the fraction."),
            Mistake(_variant(squared=False), "s is the running mean of the *squares* of the gradients."),
            Mistake(_variant(sign=-1.0), "You walk uphill: the sign of the step is minus."),
            Mistake(_variant(kept=(0.999, 0.9)), "The two shares are swapped: 0.9 for m, 0.999 for s."),
            Mistake(
                _sums,
                "m and s are running means: the new gradient counts with 1 - share, so 0.1 for m and 0.001 for s.",
            ),
            Mistake(_old_means, "You moved by the old means (at the first step 0/0). Renew m and s first."),
            Mistake(_without_direction, "Above the fraction stands the running mean m, not today's gradient alone."),
            Mistake(
                lambda x, m, s, gradient, t, rate: _with_corrected_memory(x, m, s, gradient, t, rate),
                "You returned the corrected means. The memory for the next step is the plain m and s; corrected are "
                "only the numbers that go into the step.",
            ),
        ],
        hints=[
            "m = 0.9 * m + 0.1 * gradient, and s = 0.999 * s + 0.001 * gradient**2.",
            "The step is rate * (m / (1 - 0.9**t)) / sqrt(s / (1 - 0.999**t)).",
        ],
    ),
    Exercise(
        "11.4",
        "The loss fell nicely and now jumps up and down around the same level. What do you try first?",
        Choice(("a", "b", "c", "d")),
        right="c",
        wrong=[
            Mistake("a", "With the same rate it will jump for ever: each mini-batch pushes it to another side."),
            Mistake("b", "A higher rate makes the jumps larger."),
            Mistake(
                "d", "The first weights are long forgotten after ten epochs; a bad start would have shown at once."
            ),
        ],
        hints=["What decides how far each mini-batch can push?"],
        praise="Right: smaller steps average out the noise. That is what schedules are for.",
    ),
]


def _with_corrected_memory(
    x: float, m: float, s: float, gradient: float, t: int, rate: float
) -> tuple[float, float, float]:
    x, m, s = _adam(x, m, s, gradient, t, rate)
    return x, m / (1 - 0.9**t), s / (1 - 0.999**t)
