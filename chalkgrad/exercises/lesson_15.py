"""Which mistakes do learners make in lesson 15, "Language: names"?"""

from __future__ import annotations

import math
from itertools import pairwise

from autograd import dot, softmax
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.kinds import Function, Number

FITS = [
    ([2.0, 0.0, 0.0, 0.0], [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]),
    ([1.0, -2.0], [[0.5, 1.0], [2.0, -1.0], [-3.0, 0.5]]),
    ([1.0, 1.0, 1.0, 1.0], [[3.0, 0.0, 0.0, 1.0], [0.0, 0.0, 0.0, 0.0], [1.0, -1.0, 2.0, 0.0]]),
]

DRAWS = [
    ([0.5, 0.5], 0.2),
    ([0.5, 0.5], 0.7),
    ([0.2, 0.3, 0.5], 0.45),
    ([0.2, 0.3, 0.5], 0.1),
    ([0.1, 0.0, 0.2, 0.7], 0.1),
    ([0.25, 0.25, 0.25, 0.25], 0.8),
]


def _fits(query: list[float], keys: list[list[float]], divisor: float) -> list[float]:
    return [dot(query, key) / divisor for key in keys]


def _draw(probabilities: list[float], u: float) -> int:
    for position, probability in enumerate(probabilities):
        if u < probability:
            return position
        u -= probability
    return len(probabilities) - 1


def _first_above(probabilities: list[float], u: float) -> int:
    return next((position for position, p in enumerate(probabilities) if u < p), len(probabilities) - 1)


EXERCISES = [
    Exercise(
        "15.1",
        'Write next_pairs(name): for "os" the list [(".", "o"), ("o", "s"), ("s", ".")].',
        Function([("os",), ("re",), ("math",)], names=("name",)),
        right=lambda name: list(zip("." + name, name + ".", strict=True)),
        wrong=[
            Mistake(
                lambda name: list(pairwise(name)),
                "The dots are missing: the model must learn with what a name begins, and where it ends.",
            ),
            Mistake(
                lambda name: list(zip("." + name, name, strict=False)),
                "The last pair is missing: the dot after the last letter. The model would never learn to stop.",
            ),
            Mistake(
                lambda name: list(zip(name, name[1:] + ".", strict=True)),
                "The first pair is missing: the dot before the first letter. With what does a name begin?",
            ),
            Mistake(
                lambda name: list(zip(name + ".", "." + name, strict=True)),
                "The pairs are the wrong way round: first the letter that is known, then the one that follows.",
            ),
            Mistake(
                lambda name: list(zip(*[iter("." + name + ".")] * 2, strict=False)),
                "Each letter but the outer dots is in two pairs, as the second of one and the first of the next.",
            ),
        ],
        hints=["Write the name with a dot in front, and below it the name with a dot behind.", "zip pairs them."],
    ),
    Exercise(
        "15.2",
        "Write shares(query, keys): the shares of attention.",
        Function(FITS, names=("query", "keys")),
        right=lambda query, keys: softmax(_fits(query, keys, math.sqrt(len(query)))),
        wrong=[
            Mistake(
                lambda query, keys: softmax(_fits(query, keys, 1.0)),
                "The fits are not divided by the root of the vectors' length: with long vectors softmax would be "
                "nearly "
                "certain, and pass no gradient.",
            ),
            Mistake(
                lambda query, keys: softmax(_fits(query, keys, len(query))),
                "You divided by the length of the vectors; divide by its root.",
            ),
            Mistake(
                lambda query, keys: softmax(_fits(query, keys, math.sqrt(len(keys)))),
                "Under the root stands the length of the vectors, not the number of keys.",
            ),
            Mistake(
                lambda query, keys: _fits(query, keys, math.sqrt(len(query))),
                "These are the fits. Softmax turns them into shares.",
            ),
            Mistake(
                lambda query, keys: [math.exp(fit) for fit in _fits(query, keys, math.sqrt(len(query)))],
                "The exponentials are right. Divide each by their sum, so that the shares add up to 1.",
            ),
            Mistake(
                lambda query, keys: [
                    fit / sum(_fits(query, keys, math.sqrt(len(query))))
                    for fit in _fits(query, keys, math.sqrt(len(query)))
                ],
                "You divided the fits by their sum. They can be negative: take the exponential of each first.",
            ),
            Mistake(
                lambda query, keys: [
                    float(fit == max(_fits(query, keys, 1.0))) for fit in _fits(query, keys, math.sqrt(len(query)))
                ],
                "That takes the best key alone. Its slope is 0 everywhere: nothing could be learnt. Use softmax.",
            ),
        ],
        hints=["A fit: the dot product of query and key, divided by the root of len(query).", "Then exp, then / sum."],
    ),
    Exercise(
        "15.3",
        "Write draw_letter(probabilities, u): the position on which u falls.",
        Function(DRAWS, names=("probabilities", "u")),
        right=_draw,
        wrong=[
            Mistake(
                lambda probabilities, u: probabilities.index(max(probabilities)),
                "You always take the most likely letter, whatever u is: it would make up one name only.",
            ),
            Mistake(
                lambda probabilities, u: int(u * len(probabilities)),
                "That draws all letters equally often: the probabilities are not used.",
            ),
            Mistake(
                _first_above,
                "You compare u with each probability alone. They lie end to end: compare with the sum up to here.",
            ),
            Mistake(
                lambda probabilities, u: min(_draw(probabilities, u) + 1, len(probabilities) - 1),
                "One too far: u falls on a letter if it lies *below* the sum that includes it.",
            ),
            Mistake(
                lambda probabilities, u: len(probabilities) - 1 - _draw(probabilities[::-1], u),
                "You laid them end to end from the last one. Begin with the first.",
            ),
            Mistake(
                lambda probabilities, u: probabilities[_draw(probabilities, u)],
                "That is the probability of the letter. Its position is wanted.",
            ),
        ],
        hints=["Go along, and keep the sum of what you have passed.", "Stop where u < sum so far."],
    ),
    Exercise(
        "15.4",
        "The right next letters get the probabilities 1/2, 1/4 and 1/8: what is the loss?",
        Number(),
        right=2 * math.log(2),
        wrong=[
            Mistake(6 * math.log(2), "That is the sum of the surprises. The loss is their mean."),
            Mistake(
                2.0, "That is in bits, with the logarithm to base 2. The library's is the natural one, as math.log."
            ),
            Mistake(-2 * math.log(2), "The logarithm of a probability is negative; the surprise is minus that."),
            Mistake(
                -math.log(7 / 24),
                "That is the surprise at the mean probability. Take the logarithms first, then the mean.",
            ),
            Mistake(7 / 24, "That is the mean probability. Take -log of each first."),
            Mistake(1 / 64, "That is the probability of the whole name. The loss is the mean of -log for each letter."),
            Mistake(math.log(27), "That is the loss of a model that knows nothing."),
        ],
        hints=["-log(1/2) is log 2; -log(1/4) is 2 log 2.", "(1 + 2 + 3) · log 2, divided by 3."],
    ),
]
