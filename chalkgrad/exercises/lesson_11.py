"""Which mistakes do learners make in lesson 11, "Optimizers"?"""

from __future__ import annotations

import math
from typing import Any

from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import deep_networks

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
        kind=Number(),
        **deep_networks.largest_rate.plain(3),
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
                "You moved by the old velocity. First update the velocity, then move by the new one.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (x + rate * (0.9 * velocity + gradient), 0.9 * velocity + gradient),
                "You walk uphill: the sign of the step is minus.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (x - rate * (velocity + gradient), velocity + gradient),
                "The velocity keeps all of what it had, so it never forgets and never stops. Keep nine tenths.",
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
                "That is a running mean, as in Adam. Momentum adds the full gradient.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (
                    x - (0.9 * velocity + rate * gradient),
                    0.9 * velocity + rate * gradient,
                ),
                "You put the rate into the velocity. For a fixed rate that moves in the same way, but this "
                "lesson keeps "
                "v without the rate: v = 0.9·v + g, then x - rate·v.",
            ),
            Mistake(
                lambda x, velocity, gradient, rate: (
                    x + 0.9 * velocity - rate * gradient,
                    0.9 * velocity - rate * gradient,
                ),
                "That is right too, in the convention of Keras and of many books: v = 0.9·v - rate·g, then x + v. For "
                "a fixed rate it moves in the same way. This lesson uses the other convention: v = 0.9·v + g, then x - "
                "rate·v.",
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
            Mistake(_variant(root=False), "The root of the mean square is missing in the denominator."),
            Mistake(_variant(squared=False), "s is the running mean of the *squares* of the gradients."),
            Mistake(_variant(sign=-1.0), "You walk uphill: the sign of the step is minus."),
            Mistake(_variant(kept=(0.999, 0.9)), "The two shares are swapped: 0.9 for m, 0.999 for s."),
            Mistake(
                _sums,
                "m and s are running means, so the new gradient counts for 0.1 in m and its square for 0.001 in s.",
            ),
            Mistake(_old_means, "You moved by the old means (at the first step 0/0). Update m and s first."),
            Mistake(_without_direction, "The numerator is the running mean m, not the current gradient alone."),
            Mistake(
                lambda x, m, s, gradient, t, rate: _with_corrected_memory(x, m, s, gradient, t, rate),
                "You returned the corrected means. The memory for the next step is the plain m and s; only the numbers "
                "that go into the step are corrected.",
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
            Mistake("a", "With the same rate it will keep jumping, since each mini-batch pushes it to another side."),
            Mistake("b", "A higher rate makes the jumps larger."),
            Mistake("d", "After ten epochs the first weights no longer matter; a bad start would have shown at once."),
        ],
        hints=["What decides how far each mini-batch can push?"],
        praise="Right: smaller steps average out the noise. That is what schedules are for.",
    ),
    Exercise(
        "11.5",
        "Eight steps on 2x² from x = 1: which of the rates 0.1, 0.2, 0.4 and 0.49 ends nearest to the bottom?",
        Choice(("0.1", "0.2", "0.4", "0.49")),
        right="0.2",
        wrong=[
            Mistake("0.1", "Each step multiplies x by 1 - 4 · 0.1 = 0.6. Another rate has a factor nearer to 0."),
            Mistake("0.4", "Each step multiplies x by 1 - 4 · 0.4 = -0.6: it overshoots. 0.1 does as well as this."),
            Mistake(
                "0.49",
                "A higher rate is not a faster one: 1 - 4 · 0.49 = -0.96, so x jumps from side to side and hardly "
                "shrinks.",
            ),
        ],
        hints=["By which number does each step multiply x?", "1 - 4 · rate. Whose is nearest to 0?"],
        praise="Right: its factor is 0.2. The best rate lies between too slow and overshooting.",
    ),
    Exercise(
        "11.6",
        "Adam with learning rate 0.1 has seen the gradient 0.01 for a long time: how long is its next step?",
        Number(),
        right=0.1,
        wrong=[
            Mistake(
                0.001, "That is gradient descent's step, rate times gradient. Adam divides by the gradient's size."
            ),
            Mistake(
                0.01, "That is the gradient (or rate times its root). Adam divides a mean by a mean of equal size."
            ),
            Mistake(
                10.0, "You divided the rate by the gradient, but it is also multiplied by the mean of the gradients."
            ),
            Mistake(1.0, "m/√s is 1 here. It is still multiplied by the learning rate."),
        ],
        hints=["What are the two running means by now?", "m is 0.01 and s is 0.01²: rate · m/√s."],
        praise="Right: the learning rate itself. Adam's steps do not shrink with the gradient, so a schedule must.",
    ),
]


def _with_corrected_memory(
    x: float, m: float, s: float, gradient: float, t: int, rate: float
) -> tuple[float, float, float]:
    x, m, s = _adam(x, m, s, gradient, t, rate)
    return x, m / (1 - 0.9**t), s / (1 - 0.999**t)
