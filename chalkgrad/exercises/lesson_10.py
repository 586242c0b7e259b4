"""Which mistakes do learners make in lesson 10, "Starting points"?"""

from __future__ import annotations

import math
from statistics import fmean, pstdev, stdev

from chalkgrad.exercises.answer_types import Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake

COLUMNS = [
    ([1.0, 3.0], [5.0]),
    ([2.0, 4.0, 9.0], [1.0, 7.0]),
    ([-1.0, 0.5, 3.0, 20.0], [4.0, 0.0, 8.0]),
]


def _by(train: list[float], column: list[float], deviation: float) -> list[float]:
    return [(x - fmean(train)) / deviation for x in column]


def _to_unit(train: list[float], column: list[float]) -> list[float]:
    return [(x - min(train)) / (max(train) - min(train)) for x in column]


EXERCISES = [
    Exercise(
        "10.1",
        "Write bound(n_in, n_out): the b for which weights uniform(-b, b) keep Xavier's rule.",
        Function([(6, 6), (50, 50), (24, 8)], names=("n_in", "n_out")),
        right=lambda n_in, n_out: math.sqrt(6 / (n_in + n_out)),
        wrong=[
            Mistake(
                lambda n_in, n_out: 2 / (n_in + n_out),
                "That is the mean square that the weights need. Which b gives it? b²/3 = 2/(n_in + n_out).",
            ),
            Mistake(
                lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)),
                "That is the standard deviation that the weights need. A uniform draw between -b and b has b/√3.",
            ),
            Mistake(
                lambda n_in, n_out: math.sqrt(6 / n_in),
                "That is He's rule, for relu. Xavier's rule assumes that nothing is halved, and uses both "
                "directions: n_in + n_out.",
            ),
            Mistake(
                lambda n_in, n_out: math.sqrt(3 / n_in),
                "That is right for the way forward alone. The gradient goes the other way, through n_out.",
            ),
            Mistake(lambda n_in, n_out: 6 / (n_in + n_out), "That is b². The root is missing."),
            Mistake(
                lambda n_in, n_out: 5 / 3 * math.sqrt(6 / (n_in + n_out)),
                "That is Xavier's rule with tanh's gain of 5/3, as the library uses it. The plain rule was asked for.",
            ),
            Mistake(
                lambda n_in, n_out: math.sqrt(3 / (n_in + n_out)),
                "2/(n_in + n_out) is 1 divided by the average of the two; you divided by their sum.",
            ),
            Mistake(
                lambda n_in, n_out: math.sqrt(12 / (n_in + n_out)),
                "The 12 belongs to the whole width of a uniform draw; b is half of that width.",
            ),
            Mistake(
                lambda n_in, n_out: math.sqrt(2 / 3 / (n_in + n_out)),
                "b²/3 = 2/(n_in + n_out): multiply both sides by 3 to get b² alone. You divided.",
            ),
        ],
        hints=["Xavier's rule: the mean of w² is 2/(n_in + n_out).", "The mean of w² is b²/3. Solve for b."],
    ),
    Exercise(
        "10.2",
        "Write scaled(train, test): both columns standardized by the numbers of the training column.",
        Function(COLUMNS, names=("train", "test")),
        right=lambda train, test: (_by(train, train, pstdev(train)), _by(train, test, pstdev(train))),
        wrong=[
            Mistake(
                lambda train, test: (_by(train, train, pstdev(train)), _by(test, test, pstdev(test) or 1.0)),
                "You scaled the test column by its own mean and deviation. Then equal wines get different numbers in "
                "the two columns. Use the training column's numbers for both.",
            ),
            Mistake(
                lambda train, test: (
                    _by(train + test, train, pstdev(train + test)),
                    _by(train + test, test, pstdev(train + test)),
                ),
                "You took the mean and deviation of both columns together, so something of the test set leaks "
                "into training.",
            ),
            Mistake(
                lambda train, test: (_by(train, train, pstdev(train) ** 2), _by(train, test, pstdev(train) ** 2)),
                "You divided by the variance: the root is missing.",
            ),
            Mistake(
                lambda train, test: (_by(train, train, stdev(train)), _by(train, test, stdev(train))),
                "You divided the sum of squares by n - 1. Here it is the plain mean of the squares: divide by n.",
            ),
            Mistake(
                lambda train, test: ([x / pstdev(train) for x in train], [x / pstdev(train) for x in test]),
                "The deviation is right, but the mean was not subtracted.",
            ),
            Mistake(
                lambda train, test: ([x - fmean(train) for x in train], [x - fmean(train) for x in test]),
                "The mean is subtracted; now divide by the standard deviation.",
            ),
            Mistake(
                lambda train, test: (_to_unit(train, train), _to_unit(train, test)),
                "That maps the smallest to 0 and the largest to 1, a scaling that a single outlier can spoil. Use mean "
                "and standard deviation.",
            ),
            Mistake(
                lambda train, test: (_by(train, train, pstdev(train)), test),
                "The test column was left as it was, so the model would read it in a different unit from the one "
                "it learnt.",
            ),
        ],
        hints=["Two numbers come from `train`: a mean and a deviation.", "(x - mean) / deviation, in both lists."],
    ),
    Exercise(
        "10.3",
        "All weights 0.3 but one weight of the first of six hidden units: how many different hidden units after "
        "training?",
        Number(tolerance=1e-6),
        right=2,
        wrong=[
            Mistake(1, "The first unit starts elsewhere, gets different gradients, and goes its own way."),
            Mistake(
                6, "Only the first unit differs from the others. What could make the second differ from the third?"
            ),
            Mistake(
                5,
                "You counted the units that stay equal to each other. They count as one: how many kinds are there?",
            ),
            Mistake(7, "There are only six units."),
            Mistake(3, "Three is the number of outputs. Which hidden units are equal to each other?"),
        ],
        hints=["Units 2 to 6: do they ever get different gradients?", "So there are two kinds of unit."],
        praise="Right: the first, and five copies of the second. One random weight breaks the symmetry for one unit "
        "only.",
    ),
    Exercise(
        "10.4",
        "Ten relu layers of 100 units, weights uniform(-0.2, 0.2): the factor for the mean square in each layer?",
        Number(),
        right=100 * 0.2**2 / 3 / 2,
        wrong=[
            Mistake(100 * 0.2**2 / 3, "You forgot relu, which sets half of the sums to 0. Halve it."),
            Mistake(100 * 0.2**2 / 2, "The mean square of uniform(-b, b) is b²/3, not b²."),
            Mistake(100 * 0.2**2, "The mean square of uniform(-b, b) is b²/3, not b², and relu halves it."),
            Mistake(
                math.sqrt(100 * 0.2**2 / 6),
                "That is the factor for the size, the root. The mean square itself was asked for.",
            ),
            Mistake((100 * 0.2**2 / 6) ** 10, "That is after all ten layers; one layer's factor was asked for."),
            Mistake(1, "It would be 1 for b = √(6/100) = 0.245. Here b is smaller."),
            Mistake(10 * 0.2**2 / 6, "n is the number of inputs of a unit, 100; ten is the number of layers."),
        ],
        hints=["n · mean(w²) · 1/2, with n = 100.", "mean(w²) = 0.2²/3."],
        praise="Right: two thirds. After ten layers a sixtieth of the mean square is left.",
    ),
]
