"""Which mistakes do learners make in lesson 17, "Sharing: convolution"?"""

from __future__ import annotations

from chalkgrad.exercises.answer_types import Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import shared_weights

SIGNALS = [
    ([1.0, 2.0, 5.0], [1.0, 10.0]),
    ([1.0, 2.0, 4.0, 8.0], [3.0, 0.0, -1.0]),
    ([2.0, -1.0, 0.5, 3.0, 1.5], [1.0, -2.0]),
    ([4.0, 7.0], [2.0, 3.0]),
]
UPSTREAM = [
    ([1.0, 2.0, 4.0], [1.0, 10.0], 2),
    ([1.0, 2.0, 4.0, 8.0], [3.0, -1.0], 3),
    ([2.0, -1.0, 0.5, 3.0, 1.5], [1.0, 0.0, 2.0, -1.0], 2),
]


def _slid(signal: list[float], weights: list[float], step: int = 1) -> list[float]:
    places = range(0, len(signal) - len(weights) + 1, step)
    return [sum(w * x for w, x in zip(weights, signal[n:], strict=False)) for n in places]


def _too_far(signal: list[float], weights: list[float]) -> list[float]:
    return [sum(w * x for w, x in zip(weights, signal[n:], strict=False)) for n in range(len(signal))]


def _shared(signal: list[float], upstream: list[float], k: int) -> list[float]:
    return [sum(u * signal[n + j] for n, u in enumerate(upstream)) for j in range(k)]


EXERCISES = [
    Exercise(
        "17.1",
        kind=Number(tolerance=1e-6),
        praise="Right, and the size of the image plays no part.",
        **shared_weights.parameters_of_convolution.plain(8, 16, 3),
    ),
    Exercise(
        "17.2",
        kind=Number(tolerance=1e-6),
        **shared_weights.rows_of_map.plain(28, 5),
    ),
    Exercise(
        "17.3",
        "Write slide(signal, weights): the dot product of the weights with each window of the signal.",
        Function(SIGNALS, names=("signal", "weights")),
        right=_slid,
        wrong=[
            Mistake(
                lambda signal, weights: _slid(signal, weights[::-1]),
                "The weights are reversed. Mathematicians call *that* a convolution; in networks the first weight "
                "meets the first number of the window.",
            ),
            Mistake(
                _too_far,
                "The last windows stick out over the end. There are len(signal) - len(weights) + 1 places.",
            ),
            Mistake(
                lambda signal, weights: _slid(signal, weights)[:-1],
                "The last place is missing: range stops before its end, so add 1.",
            ),
            Mistake(
                lambda signal, weights: _slid(signal, weights, len(weights)),
                "Your windows do not overlap. Move by one number at a time.",
            ),
            Mistake(
                lambda signal, weights: sum(_slid(signal, weights)),
                "You added the answers up. Return them as a list, one for each place.",
            ),
            Mistake(
                lambda signal, weights: [
                    sum(signal[n : n + len(weights)]) for n in range(len(signal) - len(weights) + 1)
                ],
                "You added the numbers of each window, without the weights.",
            ),
            Mistake(
                lambda signal, weights: _slid([0.0, *signal, 0.0], weights),
                "You put a zero at each end. Without padding a window begins at the first number and ends at the last.",
            ),
            Mistake(
                lambda signal, weights: [
                    [w * x for w, x in zip(weights, signal[n:], strict=False)]
                    for n in range(len(signal) - len(weights) + 1)
                ],
                "Those are the products. A dot product is their sum, one number for each place.",
            ),
            Mistake(
                lambda signal, weights: _slid(signal, weights)[0],
                "That is the first place alone. Let the window slide on, and return a list.",
            ),
        ],
        hints=[
            "The window at place n is signal[n : n + len(weights)].",
            "for n in range(len(signal) - len(weights) + 1)",
        ],
    ),
    Exercise(
        "17.4",
        "Write shared_gradient(signal, upstream, k): the gradients of the k weights of a filter that has slid.",
        Function(UPSTREAM, names=("signal", "upstream", "k")),
        right=_shared,
        wrong=[
            Mistake(
                lambda signal, upstream, k: [sum(signal[j : j + len(upstream)]) for j in range(k)],
                "You left out `upstream`: each use contributes the gradient of its answer *times* the number it met.",
            ),
            Mistake(
                lambda signal, upstream, k: [upstream[-1] * signal[len(upstream) - 1 + j] for j in range(k)],
                "That is the last place alone. Each place adds its contribution: +=, not =.",
            ),
            Mistake(
                lambda signal, upstream, k: [upstream[0] * signal[j] for j in range(k)],
                "That is the first place alone. The weights are used at every place.",
            ),
            Mistake(
                lambda signal, upstream, k: [total / len(upstream) for total in _shared(signal, upstream, k)],
                "That is the mean over places. Gradients of different uses add up.",
            ),
            Mistake(
                lambda signal, upstream, k: _shared(signal, upstream[::-1], k),
                "The places are in the wrong order: upstream[n] belongs to the window that begins at signal[n].",
            ),
            Mistake(
                lambda signal, upstream, k: _shared(signal, upstream, k)[::-1],
                "The weights are in the wrong order: the first weight meets signal[n], the next signal[n + 1].",
            ),
            Mistake(
                lambda signal, upstream, k: [sum(upstream) * signal[j] for j in range(k)],
                "At each place the weights meet other numbers: at place n, weight j meets signal[n + j].",
            ),
            Mistake(
                lambda signal, upstream, k: [sum(u * signal[n] for n, u in enumerate(upstream))] * k,
                "All weights get the same from you. At place n the first meets signal[n], the next signal[n + 1].",
            ),
            Mistake(
                lambda signal, upstream, k: [
                    sum(u for n, u in enumerate(upstream) if 0 <= i - n < k) for i in range(len(signal))
                ],
                "Each number of the signal has a gradient, too, but the question is that of the weights: k numbers.",
            ),
        ],
        hints=["At place n weight j meets signal[n + j].", "So it gets upstream[n] · signal[n + j], summed over n."],
        praise="Right. It is itself a filter that slides over the signal, with `upstream` as its weights.",
    ),
    Exercise(
        "17.5",
        "Two convolutions with windows of 3 by 3, one after the other: how many pixels does one number depend on?",
        Number(tolerance=1e-6),
        right=25,
        wrong=[
            Mistake(
                9, "That is the first map. Each of the 9 numbers that the second window sees has a window of its own."
            ),
            Mistake(81, "9 windows of 9 pixels, but they overlap. Draw the pixels that lie in at least one of them."),
            Mistake(
                18, "They do not add up like this. How wide is the part of the image that all windows cover together?"
            ),
            Mistake(36, "6 by 6 would be two windows side by side. They overlap: 3 places, each 3 wide, cover 5."),
            Mistake(5, "That is the width. The part of the image is a square."),
            Mistake(49, "7 by 7 would be right for three convolutions."),
            Mistake(16, "4 by 4 covers two windows, shifted by 1. The second one reads three in each direction."),
        ],
        hints=["In one direction: three windows of 3, each shifted by 1.", "They cover 5 pixels in each direction."],
        praise="Right, 5 by 5. Each layer more adds two: deep networks see far with small filters.",
    ),
]
