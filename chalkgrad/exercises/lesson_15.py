"""Which mistakes do learners make in lesson 15, "Language: names"?"""

from __future__ import annotations

import math

from autograd import dot, softmax
from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake

FITS = [
    ([2.0, 0.0, 0.0, 0.0], [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]], 2),
    ([1.0, -2.0], [[0.5, 1.0], [2.0, -1.0], [-3.0, 0.5]], 2),
    ([1.0, 1.0, 1.0, 1.0], [[3.0, 0.0, 0.0, 1.0], [0.0] * 4, [1.0, -1.0, 2.0, 0.0], [0.0, 2.0, 0.0, 0.0]], 3),
    ([1.0, -2.0], [[0.5, 1.0], [2.0, -1.0], [-3.0, 0.5]], 1),
]

DRAWS = [
    ([0.5, 0.5], 0.2),
    ([0.5, 0.5], 0.7),
    ([0.2, 0.3, 0.5], 0.45),
    ([0.2, 0.3, 0.5], 0.1),
    ([0.1, 0.0, 0.2, 0.7], 0.1),
    ([0.25, 0.25, 0.25, 0.25], 0.8),
    ([0.7, 0.2, 0.1], 0.5),
]

TEMPERED = [([2.0, 0.0], 1.0), ([2.0, 0.0, -1.0], 0.5), ([1.0, 3.0, 2.0], 4.0)]


def _after_two(name: str) -> list[tuple[str, str]]:
    text = f"..{name}."
    return [(text[n : n + 2], text[n + 2]) for n in range(len(name) + 1)]


def _fits(query: list[float], keys: list[list[float]], divisor: float | None = None) -> list[float]:
    return [dot(query, key) / (divisor or math.sqrt(len(query))) for key in keys]


def _shares(query: list[float], keys: list[list[float]], seen: int, divisor: float | None = None) -> list[float]:
    return [*softmax(_fits(query, keys[:seen], divisor)), *[0.0] * (len(keys) - seen)]


def _draw(probabilities: list[float], u: float) -> int:
    for position, probability in enumerate(probabilities):
        if u < probability:
            return position
        u -= probability
    return len(probabilities) - 1


def _at_or_below(probabilities: list[float], u: float) -> int:
    passed = 0.0
    for position, probability in enumerate(probabilities):
        passed += probability
        if u <= passed:
            return position
    return len(probabilities) - 1


def _first_above(probabilities: list[float], u: float) -> int:
    return next((position for position, p in enumerate(probabilities) if u < p), len(probabilities) - 1)


EXERCISES = [
    Exercise(
        "15.1",
        'Write after_two(name): for "os" the list [("..", "o"), (".o", "s"), ("os", ".")].',
        Function([("os",), ("re",), ("math",)], names=("name",)),
        right=_after_two,
        wrong=[
            Mistake(
                lambda name: list(zip("." + name, name + ".", strict=True)),
                "That is with one letter before. Look at two letters; before the first letter there are two dots.",
            ),
            Mistake(
                lambda name: _after_two(name)[:-1],
                "The last one is missing: the dot after the last letter. The model would never learn to stop.",
            ),
            Mistake(
                lambda name: _after_two(name)[1:],
                "The first one is missing: with what does a name begin? After the two dots.",
            ),
            Mistake(
                lambda name: _after_two(name)[2:],
                "The two dots in front are missing: the model must learn with what a name begins.",
            ),
            Mistake(
                lambda name: [(before[::-1], third) for before, third in _after_two(name)],
                "The two letters are the wrong way round: the earlier one comes first.",
            ),
            Mistake(
                lambda name: [(third, before) for before, third in _after_two(name)],
                "The pairs are the wrong way round: first what is known, then the letter that follows.",
            ),
            Mistake(
                lambda name: [(*before, third) for before, third in _after_two(name)],
                'Nearly: the two letters belong together in one text, as in (".o", "s").',
            ),
            Mistake(
                lambda name: _after_two(name)[::2],
                "You move by two letters at a time. Move by one, so that each letter is the next one once.",
            ),
        ],
        hints=['text = ".." + name + "."', "text[n : n + 2] is followed by text[n + 2]."],
    ),
    Exercise(
        "15.2",
        "Write shares(query, keys, seen): the shares of attention, of which only the first `seen` keys get any.",
        Function(FITS, names=("query", "keys", "seen")),
        right=_shares,
        wrong=[
            Mistake(
                lambda query, keys, seen: softmax(_fits(query, keys)),
                "The keys from `seen` on are in the future. They must get exactly 0.",
            ),
            Mistake(
                lambda query, keys, seen: [*softmax(_fits(query, keys))[:seen], *[0.0] * (len(keys) - seen)],
                "You took the softmax of all and then set some to 0: what is left no longer adds up to 1.",
            ),
            Mistake(
                lambda query, keys, seen: softmax([*_fits(query, keys)[:seen], *[0.0] * (len(keys) - seen)]),
                "A fit of 0 is not a share of 0: e⁰ is 1. Leave the future out of the softmax.",
            ),
            Mistake(
                lambda query, keys, seen: _shares(query, keys, seen)[:seen],
                "The shares are right, but there must be one for each key: 0 for those in the future.",
            ),
            Mistake(
                lambda query, keys, seen: _shares(query, keys, max(1, seen - 1)),
                "One too few: the letter sees itself, too.",
            ),
            Mistake(
                lambda query, keys, seen: _shares(query, keys, min(len(keys), seen + 1)),
                "One too many: that is the next letter, which the model has to guess.",
            ),
            Mistake(
                lambda query, keys, seen: _shares(query, keys, seen, 1.0),
                "The fits are not divided by the root of the vectors' length. With long vectors softmax would be "
                "nearly certain, and hardly pass a gradient.",
            ),
            Mistake(
                lambda query, keys, seen: _shares(query, keys, seen, len(query)),
                "You divided by the length of the vectors; divide by its root.",
            ),
            Mistake(
                lambda query, keys, seen: _shares(query, keys, seen, math.sqrt(len(keys))),
                "Take the root of the length of the vectors, not of the number of keys.",
            ),
            Mistake(
                lambda query, keys, seen: [*_fits(query, keys)[:seen], *[0.0] * (len(keys) - seen)],
                "These are the fits. Softmax turns them into shares.",
            ),
        ],
        hints=[
            "attention_shares(query, keys[:seen]), from the lesson, gives the first ones.",
            "A 0.0 for each of the others: [0.0] * (len(keys) - seen).",
        ],
        praise="Right: this is the mask that keeps a language model from reading ahead.",
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
                _at_or_below,
                "Nearly: `u <= sum` gives a border to the earlier letter, so u = 0 can draw a letter of probability 0. "
                "Each letter has its lower border, and not its upper one: u < sum.",
            ),
            Mistake(
                _first_above,
                "You compare u with each probability alone. They lie end to end: compare with the sum up to here.",
            ),
            Mistake(
                lambda probabilities, u: min(_draw(probabilities, u) + 1, len(probabilities) - 1),
                "One too far: u falls on a letter if it is *below* the sum that includes it.",
            ),
            Mistake(
                lambda probabilities, u: len(probabilities) - 1 - _draw(probabilities[::-1], u),
                "You laid them end to end from the last one. Begin with the first.",
            ),
            Mistake(
                lambda probabilities, u: probabilities[_draw(probabilities, u)],
                "That is the probability of the letter. Return its position.",
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
                2.0,
                "That is in bits, with the logarithm to base 2. The library uses the natural one, math.log.",
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
    Exercise(
        "15.5",
        "Write tempered(scores, temperature): the probabilities of the letters at that temperature.",
        Function(TEMPERED, names=("scores", "temperature")),
        right=lambda scores, temperature: softmax([score / temperature for score in scores]),
        wrong=[
            Mistake(
                lambda scores, temperature: softmax([score * temperature for score in scores]),
                "You multiplied by the temperature, so a high one makes the model surer. Divide.",
            ),
            Mistake(lambda scores, temperature: softmax(scores), "The temperature is not used."),
            Mistake(
                lambda scores, temperature: [p / temperature for p in softmax(scores)],
                "You divided the probabilities. They no longer add up to 1: divide the scores, before the softmax.",
            ),
            Mistake(
                lambda scores, temperature: softmax([p / temperature for p in softmax(scores)]),
                "You took the softmax twice. Divide the scores, and take it once.",
            ),
            Mistake(
                lambda scores, temperature: [score / temperature for score in scores],
                "These are still scores. The softmax turns them into probabilities.",
            ),
        ],
        hints=["The lesson's next_weights does it.", "softmax([score / temperature for score in scores])"],
        praise="Right. Towards temperature 0 the largest score takes all; a high temperature makes all letters alike.",
    ),
    Exercise(
        "15.6",
        "One causal attention layer, no positions: for which pair of texts are the probabilities the same?",
        Choice(("a", "b", "c", "d")),
        right="c",
        wrong=[
            Mistake(
                "a", "The same letters, but tab ends with b and bat with t, and the last letter's vector is passed on."
            ),
            Mistake("b", "The same letters, but step ends with p and pets with s. The last letter always counts."),
            Mistake("d", "no ends with o and on with n. The last letter's own vector is passed on, so they differ."),
        ],
        hints=["What does the last letter see? Its own vector, and a mixture of all of them.", "Compare the endings."],
        praise="Right: both end with p, and before it is the same bag of letters. Positions, or a second layer, would "
        "tell them apart.",
    ),
]
