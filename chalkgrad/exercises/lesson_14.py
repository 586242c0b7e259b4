"""Which mistakes do learners make in lesson 14, "Images: digits"?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Value, softmax
from chalkgrad.exercises.answer_types import Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import short
from chalkgrad.exercises.variants import deep_networks

ANSWERS = [([0, 1], [0, 0], 2), ([0, 1, 2, 2, 1], [0, 2, 2, 1, 2], 3), ([3, 0, 0, 3], [0, 3, 3, 3], 4)]


def _confusion(truths: list[int], answers: list[int], classes: int) -> list[list[int]]:
    return [
        [sum(t == i and a == j for t, a in zip(truths, answers, strict=True)) for j in range(classes)]
        for i in range(classes)
    ]


class Model:
    """A model with three scores for three pixels, curved, so that the place matters."""

    def __init__(self) -> None:
        self.weights = [Value(w) for w in (1.0, -2.0, 0.5, 3.0)]

    def __call__(self, inputs: list[Any]) -> list[Any]:
        """The three scores."""
        a, b, c, d = self.weights
        return [
            a * inputs[0] + b * inputs[1] * inputs[2],
            c * inputs[0] * inputs[0] + d * inputs[2],
            a * inputs[1] + d * inputs[0] * inputs[2],
        ]

    def parameters(self) -> list[Value]:
        """The four weights."""
        return self.weights


IMAGES = [([1.0, 2.0, 3.0], 0, 1), ([1.0, 2.0, 3.0], 1, 2), ([0.5, -1.0, 2.0], 2, 0)]


def _influence(answer: Any, image: list[float], digit: int, rival: int) -> Any:
    return answer(Model(), image, digit, rival)


def _after_backward(model: Any, image: list[float], outputs: Callable[[list[Any]], list[Any]]) -> list[float]:
    """The gradients of the pixels after backward() on each of the outputs, made from the scores."""
    pixels = [Value(pixel) for pixel in image]
    for output in outputs(model(pixels)):
        output.backward()
    return [pixel.grad for pixel in pixels]


def _right_influence(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    return _after_backward(model, image, lambda scores: [scores[digit] - scores[rival]])


def _of_digit(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    return _after_backward(model, image, lambda scores: [scores[digit]])


def _of_both(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    return _after_backward(model, image, lambda scores: [scores[digit], scores[rival]])


def _of_probability(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    return _after_backward(model, image, lambda scores: [softmax(scores)[digit] - softmax(scores)[rival]])


def _without_backward(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    return _after_backward(model, image, lambda scores: [])


def _of_parameters(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    scores = model(image)
    (scores[digit] - scores[rival]).backward()
    return [parameter.grad for parameter in model.parameters()]


def _times_pixel(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    slopes = _right_influence(model, image, digit, rival)
    return [slope * pixel for slope, pixel in zip(slopes, image, strict=True)]


def _sizes(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    return [abs(slope) for slope in _right_influence(model, image, digit, rival)]


def _two_sweeps(model: Any, image: list[float], digit: int, rival: int) -> list[float]:
    pixels = [Value(pixel) for pixel in image]
    scores = model(pixels)
    scores[digit].backward()
    first = [pixel.grad for pixel in pixels]
    scores[rival].backward()
    return [before - pixel.grad for before, pixel in zip(first, pixels, strict=True)]


JUDGED = [
    ([[2.0, 0.0], [3.0, 1.0], [0.0, 0.5]], [0, 1, 0]),
    ([[2.0, 0.0, 0.0], [0.0, 4.0, 3.9], [9.0, 8.5, 8.9], [1.0, 0.0, 5.0]], [1, 0, 1, 2]),
    ([[1.0, 2.0], [5.0, 0.0], [0.0, 5.0]], [0, 0, 0]),
    ([[2.0, 0.9, 0.85], [2.0, 1.0, -9.0]], [1, 1]),
]


def _sure(scores: list[float]) -> float:
    return float(max(softmax(scores)))


def _said(scores: list[float]) -> int:
    return scores.index(max(scores))


def _mistakes(scores: list[list[float]], truths: list[int]) -> list[int]:
    return [n for n, (row, truth) in enumerate(zip(scores, truths, strict=True)) if _said(row) != truth]


EXERCISES = [
    Exercise(
        "14.1",
        kind=Number(tolerance=1e-6),
        **deep_networks.parameters_of_classifier.plain(64, 32, 10),
    ),
    Exercise(
        "14.2",
        "Write confusion(truths, answers, classes): row i, column j: how often an i was called a j.",
        Function(ANSWERS, names=("truths", "answers", "classes")),
        right=_confusion,
        wrong=[
            Mistake(
                lambda truths, answers, classes: _confusion(answers, truths, classes),
                "Rows and columns are swapped: the truth chooses the row, the answer the column.",
            ),
            Mistake(
                lambda truths, answers, classes: [
                    [count if i != j else 0 for j, count in enumerate(row)]
                    for i, row in enumerate(_confusion(truths, answers, classes))
                ],
                "The diagonal is missing: an i that was called an i counts, too.",
            ),
            Mistake(
                lambda truths, answers, classes: [
                    [min(1, count) for count in row] for row in _confusion(truths, answers, classes)
                ],
                "You set a 1 where something happened. The matrix counts how often: add 1 each time.",
            ),
            Mistake(
                lambda truths, answers, classes: [
                    [count / max(1, sum(row)) for count in row] for row in _confusion(truths, answers, classes)
                ],
                "These are shares of each row. The matrix has the counts themselves.",
            ),
            Mistake(
                lambda truths, answers, classes: (
                    [[sum(row[j] for row in _confusion(truths, answers, classes)) for j in range(classes)]] * classes
                ),
                "All your rows are the same list: [[0] * classes] * classes repeats one row. Make a new one for each "
                "class.",
            ),
            Mistake(
                lambda truths, answers, classes: [
                    sum(t == a == i for t, a in zip(truths, answers, strict=True)) for i in range(classes)
                ],
                "That is the diagonal alone. Return a row for each class, with a column for each answer.",
            ),
        ],
        hints=["Start with rows of zeros.", "For each pair: matrix[truth][answer] += 1."],
    ),
    Exercise(
        "14.3",
        "Write influence(model, image, digit, rival): for each pixel, how much the lead grows with its ink.",
        Function(
            IMAGES,
            names=("image", "digit", "rival"),
            watch=_influence,
            arguments=("model", "image", "digit", "rival"),
            where=lambda image, digit, rival: (
                "Where the scores of pixels p, q, r are p - 2qr, p²/2 + 3r and q + 3pr, and the image is "
                f"{short(image)}, digit {digit}, rival {rival},"
            ),
        ),
        right=_right_influence,
        wrong=[
            Mistake(
                _of_parameters,
                "These are the gradients of the model's parameters. Make the *pixels* Values, and return their "
                "gradients.",
            ),
            Mistake(
                _of_digit, "That is the score of `digit` alone. Subtract that of the rival: why this and not that?"
            ),
            Mistake(_of_both, "backward() on both scores adds their gradients up. The lead is a difference."),
            Mistake(
                lambda model, image, digit, rival: _right_influence(model, image, rival, digit),
                "The sign: the lead is the score of `digit` minus that of the rival.",
            ),
            Mistake(
                _of_probability, "You differentiated probabilities (softmax). The scores themselves were asked for."
            ),
            Mistake(_without_backward, "All gradients are 0: backward() was not called."),
            Mistake(
                _two_sweeps,
                "The second backward() added to what the first had left in .grad, so your difference is minus the "
                "rival's gradient. One backward() on the difference of the scores needs no zero_grad in between.",
            ),
            Mistake(_times_pixel, "That is gradient times pixel, another kind of map. Return the gradient alone."),
            Mistake(_sizes, "The sign matters, since ink may speak against a digit. Leave out abs()."),
        ],
        hints=[
            "pixels = [Value(pixel) for pixel in image]",
            "scores = model(pixels); then one backward() on the lead.",
        ],
    ),
    Exercise(
        "14.4",
        "Write surest_mistakes(scores, truths): the positions of the wrong answers, the surest first.",
        Function(JUDGED, names=("scores", "truths")),
        right=lambda scores, truths: sorted(_mistakes(scores, truths), key=lambda n: -_sure(scores[n])),
        wrong=[
            Mistake(_mistakes, "These are the mistakes, in the order of the images: sort them, the surest first."),
            Mistake(
                lambda scores, truths: sorted(_mistakes(scores, truths), key=lambda n: _sure(scores[n])),
                "The least sure comes first: sort the other way round.",
            ),
            Mistake(
                lambda scores, truths: sorted(_mistakes(scores, truths), key=lambda n: -max(scores[n])),
                "You sorted by the highest score. A score of 9 beside one of 8.9 is not sure at all: take its softmax.",
            ),
            Mistake(
                lambda scores, truths: sorted(
                    _mistakes(scores, truths), key=lambda n: sorted(scores[n])[-2] - max(scores[n])
                ),
                "You sorted by the margin between the two best scores. The others take their share of the "
                "probability, too: take the softmax.",
            ),
            Mistake(
                lambda scores, truths: sorted(range(len(scores)), key=lambda n: -_sure(scores[n])),
                "You sorted all images. Keep only the wrong answers.",
            ),
            Mistake(
                lambda scores, truths: sorted(
                    (n for n in range(len(scores)) if n not in _mistakes(scores, truths)),
                    key=lambda n: -_sure(scores[n]),
                ),
                "These are the right answers.",
            ),
            Mistake(
                lambda scores, truths: sorted(
                    _mistakes(scores, truths), key=lambda n: softmax(scores[n])[truths[n]], reverse=True
                ),
                "You sorted by the probability of the true digit. How sure it is of what it *says* is the question.",
            ),
        ],
        hints=["First the list of wrong positions, then sorted(..., key=...).", "max(softmax(scores[n]))"],
    ),
    Exercise(
        "14.5",
        "One Value is used at 36 places, and each use contributes a gradient of 0.5: what is its grad?",
        Number(tolerance=1e-6),
        right=18.0,
        wrong=[
            Mistake(0.5, "That is one use. Gradients from different uses of the same Value accumulate."),
            Mistake(0.5 / 36, "The gradient is a sum over all uses, not a mean."),
            Mistake(0.5**36, "Along one path local derivatives multiply. Here there are 36 paths, which add up."),
            Mistake(36.0, "36 is the number of uses. Each of them contributes 0.5."),
            Mistake(9 * 0.5, "The filter has nine weights, but this is one of them, and it is used 36 times."),
        ],
        hints=["What did f = a·b + a·c do with the two contributions to a?"],
        praise="Right: using one Value everywhere is how weights are shared, or tied. The gradients simply add up.",
    ),
]
