"""Which mistakes do learners make in lesson 07, "Losses"?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograd import relu
from chalkgrad.exercises.answer_types import Function, Number, Numbers
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import networks

LISTS = [
    ([0.0, 0.0],),
    ([3.0],),
    ([1.0, 2.0, 3.0],),
    ([-5.0, -4.0],),
    ([1000.0, 1000.0],),
    ([1300.0, 0.0],),
    ([-1000.0, -1001.0],),
]
SCORES = [(2.0, 1), (0.5, 1), (-1.5, 1), (0.5, -1), (-3.0, -1), (1.25, -1)]


def _logsumexp(xs: Sequence[float], shift: float) -> float:
    return shift + math.log(sum(math.exp(x - shift) for x in xs))


EXERCISES = [
    Exercise(
        "07.1",
        kind=Numbers(["a", "b", "c"]),
        praise="Right. They add up to 0, as they always do.",
        **networks.gradient_of_logits.plain(0.7, 0.2, 0.1),
    ),
    Exercise(
        "07.2",
        "Write logsumexp(xs) for plain numbers: the logarithm of the sum of e^x, without overflow.",
        Function(LISTS, names=("xs",), tolerance=1e-9),
        right=lambda xs: _logsumexp(xs, max(xs)),
        wrong=[
            Mistake(
                lambda xs: _logsumexp(xs, 0.0),
                "Right for small numbers, but exp(1000) overflows. Take the greatest number out first.",
            ),
            Mistake(
                lambda xs: math.log(sum(math.exp(x - max(xs)) for x in xs)),
                "You subtracted the maximum and forgot to add it again: log(e^m S) = m + log(S).",
            ),
            Mistake(
                lambda xs: _logsumexp(xs, min(xs)),
                "You took the smallest number out. Take the greatest: then no exponent is above 0.",
            ),
            Mistake(
                lambda xs: max(xs),
                "That is the maximum. It is nearly right where one number is far above the others; log(1 + ...) is "
                "missing.",
            ),
            Mistake(lambda xs: sum(xs), "log(e^x) is x for a single number, but the logarithm of a sum is not a sum."),
            Mistake(
                lambda xs: max(xs) * math.log(sum(math.exp(x - max(xs)) for x in xs)),
                "The maximum is added to the logarithm, not multiplied by it: log(e^m S) = m + log(S).",
            ),
            Mistake(
                lambda xs: sum(math.exp(x - max(xs)) for x in xs),
                "The logarithm is missing, and the maximum must be added at the end.",
            ),
        ],
        hints=[
            "e^x = e^m e^(x - m). What is the logarithm of a product?",
            "With m = max(xs): m + log(sum of e^(x - m)).",
        ],
    ),
    Exercise(
        "07.3",
        "Write hinge(score, target) for a Value and a target -1 or 1: 0 from a margin of 1 on, else 1 - margin.",
        Function(SCORES, names=("score", "target"), gradients=True, constants=("target",)),
        right=lambda s, t: relu(1 - t * s),
        wrong=[
            Mistake(
                lambda s, t: 1 - t * s,
                "It goes below 0 where the margin is above 1: a sample that is right by far must cost nothing. Use "
                "relu.",
            ),
            Mistake(
                lambda s, t: max(0, 1 - t * s),
                "max gives a plain 0, and the graph ends there. relu gives a Value in both cases: relu(1 - margin).",
            ),
            Mistake(
                lambda s, t: relu(1 + t * s),
                "The sign: margin = target · score is large when the sample is right, so 1 minus it.",
            ),
            Mistake(
                lambda s, t: relu(-t * s),
                "The 1 is missing: the loss would be 0 as soon as the sign is right, without any margin.",
            ),
            Mistake(
                lambda s, t: relu(1 - s),
                "The target is missing: for -1 a low score is the right one.",
            ),
            Mistake(
                lambda s, t: relu(1 - t * s) ** 2,
                "That is the squared hinge. Without the square its slope is -1 or 1 wherever it is not 0.",
            ),
            Mistake(
                lambda s, t: relu(t - s),
                "t - s is a difference, as in a squared error. A margin is the product t · s.",
            ),
        ],
        hints=["margin = target * score", "relu(1 - margin)"],
    ),
    Exercise(
        "07.4",
        kind=Number(),
        praise="Right. If the first loss of a new network is far above this, its first weights are too large.",
        **networks.loss_of_ignorance.plain(10, "digits"),
    ),
    Exercise(
        "07.5",
        "A network for two classes ends with a softmax by mistake, and its loss applies softmax again. Its outputs are "
        "1 for the right class and 0 for the other. How large is the cross-entropy?",
        Number(),
        right=math.log(1 + math.exp(-1)),
        wrong=[
            Mistake(
                0.0,
                "That holds for the probabilities 1 and 0. Here they are logits, and go through softmax again.",
            ),
            Mistake(
                1 / (1 + math.exp(-1)),
                "That is the probability after the second softmax. The loss is minus its logarithm.",
            ),
            Mistake(math.log(1 + math.e), "That is for the other class. The right one has the logit 1."),
            Mistake(math.log(2), "That is for two equal logits. Here they are 1 and 0."),
            Mistake(1.0, "The loss is log-sum-exp of the logits, minus the right logit: log(e¹ + e⁰) - 1."),
            Mistake(-math.log(1 + math.exp(-1)), "The sign: the loss is *minus* the logarithm of the probability."),
        ],
        hints=["What does softmax make of the logits 1 and 0?", "-log of the first one."],
        praise="Right: it can never fall below 0.31, and no error says why. Give the loss logits.",
    ),
    Exercise(
        "07.6",
        "A gives the right answers the probabilities 0.6, 0.6, 0.6 and is right three times; B gives them 0.99, 0.99, "
        "0.45, and is right twice. What is the mean cross-entropy of each?",
        Numbers(["A", "B"]),
        right={"A": -math.log(0.6), "B": -(2 * math.log(0.99) + math.log(0.45)) / 3},
        wrong=[
            Mistake(
                {"A": -3 * math.log(0.6), "B": -2 * math.log(0.99) - math.log(0.45)},
                "Those are the sums. Divide by the number of samples, 3.",
            ),
            Mistake(
                {"A": 0.4, "B": (0.01 + 0.01 + 0.55) / 3},
                "That is the mean of 1 - p. Cross-entropy is -log p, on average.",
            ),
            Mistake(
                {"A": 0.0, "B": 1 / 3},
                "That is the share of wrong answers. Cross-entropy counts how sure each answer was.",
            ),
            Mistake(
                {"A": -math.log(0.6), "B": -math.log((0.99 + 0.99 + 0.45) / 3)},
                "You took the logarithm of the mean probability. Take the mean of the logarithms.",
            ),
        ],
        hints=["-log p for each sample, then the mean.", "For B: -math.log(0.99) twice, and -math.log(0.45)."],
        praise="Right. B has the smaller loss and fewer right answers. The two measure different things.",
    ),
]
