"""Which mistakes do learners make in lesson 00, "A derivative is a nudge"?"""

from __future__ import annotations

from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import derivatives


def cube(x: float) -> float:
    """x³."""
    return x**3


CUBES = [(cube, x, h) for x, h in ((2.0, 1e-3), (1.0, 1e-3), (-1.0, 1e-3), (0.5, 1e-3), (1.0, 0.5))]

EXERCISES = [
    Exercise(
        "00.1",
        kind=Number(),
        **derivatives.slope_of_sum.plain(3, 2),
    ),
    Exercise(
        "00.2",
        "Write central(f, x, h): the slope from a nudge to either side.",
        Function(CUBES, names=("f", "x", "h")),
        right=lambda f, x, h: (f(x + h) - f(x - h)) / (2 * h),
        wrong=[
            Mistake(
                lambda f, x, h: (f(x + h) - f(x)) / h,
                "That is the forward difference: it nudges to one side only. Central means f(x + h) - f(x - h).",
            ),
            Mistake(
                lambda f, x, h: (f(x) - f(x - h)) / h,
                "That is the backward difference: it nudges to one side only. Central means f(x + h) - f(x - h).",
            ),
            Mistake(
                lambda f, x, h: (f(x + h) - f(x - h)) / h,
                "Twice too large: from x - h to x + h the step is 2h, so divide by 2h.",
            ),
            Mistake(
                lambda f, x, h: (f(x + h) - f(x - h)) / 2 * h,
                "Missing brackets: / 2 * h divides by 2 and then multiplies by h. Write / (2 * h).",
            ),
            Mistake(
                lambda f, x, h: (f(x + h) - f(x - h)) / 2,
                "You divided by 2, but the step from x - h to x + h is 2h: divide by (2 * h).",
            ),
            Mistake(
                lambda f, x, h: (f(x + h / 2) - f(x - h / 2)) / h,
                "That is a central difference too, but with h / 2 to either side. The question says: by h.",
            ),
            Mistake(
                lambda f, x, h: f(x + h) - f(x - h), "That is the change. A slope is the change divided by the step."
            ),
            Mistake(
                lambda f, x, h: (f(x - h) - f(x + h)) / (2 * h),
                "The sign is the wrong way round: what comes later, f(x + h), minus what comes earlier.",
            ),
        ],
        hints=["How far is it from x - h to x + h?", "The change is f(x + h) - f(x - h); the step is 2 * h."],
    ),
    Exercise(
        "00.3",
        "Which nudge h gives the most accurate central difference: 0.1, 1e-5 or 1e-15?",
        Choice(["0.1", "1e-5", "1e-15"]),
        right="1e-5",
        wrong=[
            Mistake("0.1", "Too coarse: the curve bends over so long a step, which costs about h² = 0.01."),
            Mistake(
                "1e-15",
                "Too fine: f(x + h) and f(x - h) then agree in nearly all their digits, and rounding is what is left.",
            ),
        ],
        hints=["Look at the U-curve: where is its lowest point?"],
        praise="Right: the length of the step costs about h², rounding about 1e-16 / h, and near 1e-5 they are equal.",
    ),
    Exercise(
        "00.4",
        kind=Number(tolerance=6e-3),
        **derivatives.change_of_product.plain(3, 2),
    ),
]
