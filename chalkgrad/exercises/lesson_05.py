"""Which mistakes do learners make in lesson 05, "Activation functions"?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import absolute, maximum, minimum, relu
from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import networks


def _softmax(xs: Sequence[float], shift: float) -> list[float]:
    powers = [math.exp(x - shift) for x in xs]
    return [power / sum(powers) for power in powers]


def _half_shifted(xs: Sequence[float]) -> list[float]:
    return [math.exp(x - max(xs)) / sum(math.exp(other) for other in xs) for x in xs]


EXERCISES = [
    Exercise(
        "05.1",
        kind=Number(),
        **networks.sigmoid_output.plain(0.9),
    ),
    Exercise(
        "05.2",
        kind=Number(),
        **networks.tanh_output.plain(0.6),
    ),
    Exercise(
        "05.3",
        "Write softmax(xs) for a list of plain numbers, so that it works for [1000, 1000] too.",
        Function(
            (
                ([0.0, 0.0],),
                ([1.0, 2.0, 3.0],),
                ([-1.0, 4.0],),
                ([1000.0, 1000.0],),
                ([-1000.0, -1001.0],),
                ([1300.0, 0.0],),
                ([900.0, -900.0],),
            ),
            names=("xs",),
            tolerance=1e-9,
        ),
        right=lambda xs: _softmax(xs, max(xs)),
        wrong=[
            Mistake(
                lambda xs: _softmax(xs, 0.0),
                "Right for small numbers, but exp(1000) overflows. Subtract the greatest number from all of them "
                "first.",
            ),
            Mistake(
                lambda xs: _softmax(xs, sum(xs) / len(xs)),
                "Subtracting the mean is not enough: in [900, -900] the mean is 0, and 900 overflows. Subtract "
                "max(xs).",
            ),
            Mistake(
                lambda xs: _softmax(xs, min(xs)),
                "You subtracted the smallest number. Subtract the greatest: then no exponent is above 0.",
            ),
            Mistake(
                _half_shifted,
                "You subtracted the maximum above the line only; it must be subtracted below it as well.",
            ),
            Mistake(
                lambda xs: [math.exp(x - max(xs)) for x in xs],
                "These do not add up to 1: divide each of them by their sum.",
            ),
            Mistake(
                lambda xs: [x / sum(xs) for x in xs],
                "The exponentials are missing: e to the power of each number, then divide by their sum.",
            ),
            Mistake(
                lambda xs: [1 / (1 + math.exp(-x)) for x in xs],
                "That is the sigmoid of each number by itself. In a softmax they compete: divide by the common sum.",
            ),
            Mistake(
                lambda xs: [float(x == max(xs)) for x in xs],
                "That is the hard maximum, all or nothing. The soft one is e^x divided by the sum of all e^x.",
            ),
        ],
        hints=[
            "First without worrying about overflow: e^x divided by the sum of all e^x.",
            "Then replace x by x - max(xs).",
        ],
        praise="Right, and without overflow.",
    ),
    Exercise(
        "05.4",
        "Write leaky(x) for a Value x: x where it is positive, 0.1 x where it is negative.",
        Function(((2.0,), (-2.0,), (-0.5,)), gradients=True),
        right=lambda x: maximum(x, 0.1 * x),
        wrong=[
            Mistake(relu, "That is relu: its slope on the left is 0. Leaky means that 0.1 x comes through there."),
            Mistake(lambda x: minimum(x, 0.1 * x), "The wrong way round: take the greater of x and 0.1 x."),
            Mistake(lambda x: 0.1 * x, "That is 0.1 x everywhere; positive numbers should pass unchanged."),
            Mistake(lambda x: maximum(x, -0.1 * x), "The sign: -0.1 x rises to the left. The leak keeps going down."),
            Mistake(absolute, "That is |x|. A negative x should give 0.1 x, which is still negative."),
            Mistake(lambda x: maximum(x, 0.1), "That stops at 0.1, and is flat on the left. The leak is 0.1 times x."),
            Mistake(
                lambda x: x.data if x.data > 0 else 0.1 * x.data,
                ".data takes the number out and loses the graph: keep to the Value itself.",
            ),
        ],
        hints=[
            "For a positive x, which is greater: x or 0.1 x? And for a negative one?",
            "autograd.maximum keeps the graph.",
        ],
    ),
    Exercise(
        "05.5",
        "Which has outputs on both sides of 0, with 0 in the middle: 'sigmoid', 'tanh', 'relu' or 'softplus'?",
        Choice(["sigmoid", "tanh", "relu", "softplus"]),
        right="tanh",
        wrong=[
            Mistake("sigmoid", "Its outputs lie between 0 and 1, around 0.5."),
            Mistake("relu", "Its outputs are never negative."),
            Mistake("softplus", "It is a smooth relu: its outputs are always positive."),
        ],
        hints=["Look at the pictures: which curve goes below the line as much as above it?"],
    ),
    Exercise(
        "05.6",
        "Softmax gave p1 = 0.7, p2 = 0.2, p3 = 0.1. What is the partial of p1 with respect to the second logit?",
        Number(),
        right=-0.14,
        wrong=[
            Mistake(0.21, "That is p1 (1 - p1), how p1 responds to its *own* logit. To another logit it is -p1 p2."),
            Mistake(
                0.16, "That is p2 (1 - p2), how p2 responds to its own logit. The question is how p1 responds to it."
            ),
            Mistake(0.0, "Each probability depends on all logits, because they share the sum below the line."),
            Mistake(-0.2, "That is -p2. The factor p1 is missing: -p1 p2."),
            Mistake(-0.7, "That is -p1. The factor p2 is missing: -p1 p2."),
            Mistake(0.56, "That is p1 (1 - p2). For different i and j the 1 is a 0: p1 (0 - p2)."),
            Mistake(-0.07, "That is -p1 p3, the response to the third logit."),
            Mistake(-0.02, "That is -p2 p3. The question is about p1 and the second logit."),
        ],
        hints=["If the second logit grows, does p1 grow or shrink?", "pᵢ (δᵢⱼ - pⱼ) with i = 1, j = 2."],
        praise="Right: the second logit grows at the expense of p1.",
    ),
    Exercise(
        "05.7",
        "A network chooses one of five kinds of flowers. Which function turns its last five numbers into "
        "probabilities: 'sigmoid', 'softmax', 'relu' or 'tanh'?",
        Choice(["sigmoid", "softmax", "relu", "tanh"]),
        right="softmax",
        wrong=[
            Mistake(
                "sigmoid", "Each would lie between 0 and 1, but the five would not add up to 1. It suits yes or no."
            ),
            Mistake("relu", "Its outputs go up to infinity. It belongs between the layers."),
            Mistake("tanh", "Its outputs may be negative, and a probability is not."),
        ],
        hints=["Probabilities of classes that exclude each other add up to 1."],
    ),
]
