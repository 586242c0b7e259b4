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
        "f(x) = x² + 3x. How steep is it at x = 2?",
        Number(),
        vary=derivatives.slope_of_sum,
        right=7.0,
        wrong=[
            Mistake(10.0, "That is f(2), how high the curve is. The slope is how much it rises for each step in x."),
            Mistake(4.0, "That is the slope of x² alone; 3x adds 3 to it, everywhere."),
            Mistake(12.0, "You multiplied the two slopes, 4 and 3. The slope of a sum is the sum of the slopes."),
            Mistake(6.0, "That is 3x at x = 2, or 2 times 3. x² has slope 2x, and 3x has slope 3: add the two."),
            Mistake(3.0, "That is the slope of 3x alone; x² adds its own, which is 2x."),
            Mistake(7.1, "Nearly: over a nudge of 0.1 the curve bends. Take a smaller one, such as 0.001."),
            Mistake(5.0, "x² has slope 2x, which is 4 at x = 2, not 2."),
            Mistake(
                0.007, "That is the change of f for a nudge of 0.001. The slope is that change divided by the nudge."
            ),
        ],
        hints=["Compute f(2.001) - f(2).", "Divide that change by the nudge 0.001."],
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
        "g(a, b) = a b². At a = 3, b = 2 you turn b by 0.01. By how much does the output change, approximately?",
        Number(tolerance=6e-3),
        vary=derivatives.change_of_product,
        right=0.12,
        wrong=[
            Mistake(12.0, "That is the slope. The change is the slope times the nudge."),
            Mistake(0.04, "That is what turning a would do: with respect to a the slope is b² = 4."),
            Mistake(0.03, "That is a · 0.01, as if b were not squared: the slope of 3b² is 3 · 2b = 12."),
            Mistake(0.06, "The slope of b² is 2b, not b: 3 * 2 * 2 = 12."),
            Mistake(12.12, "That is the new output. The question is by how much it changes: subtract the old one."),
            Mistake(1.2, "A decimal place is off: the slope 12, times the nudge 0.01."),
            Mistake(0.012, "That is a tenth of the change. The nudge is 0.01, and the slope is 12."),
            Mistake(0.24, "That is twice the change: 3 · 2b is 12 at b = 2, and the factor 2 is in there already."),
            Mistake(0.48, "That is 12 · 0.04. The 4 is b² itself: the change is the slope, 12, times the nudge, 0.01."),
        ],
        hints=["Leave a = 3 alone: what is the slope of 3b² at b = 2?", "Change = slope times nudge."],
    ),
]
