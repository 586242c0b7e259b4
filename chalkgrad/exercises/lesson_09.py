"""Which mistakes do learners make in lesson 09, "Vanishing, exploding, dead"?"""

from __future__ import annotations

import math
from typing import Any

from chalkgrad.exercises.answer_types import Choice, Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import short
from chalkgrad.exercises.variants import deep_networks

LAYERS = [([2.0], [3.0]), ([1.0, 1.0], [3.0, -4.0]), ([5.0, -2.0, 1.0], [0.5, 0.5, -1.0])]
"""Numbers and gradients of the parameters of a few layers."""

ROWS = [
    ([[0.0, 1.0], [0.0, 2.0]],),
    ([[0.0, 1.0, 0.0], [0.0, 0.0, 3.0]],),
    ([[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.5], [2.0, 0.0, 1.0, 0.0]],),
    ([[0.001, 0.0], [0.0, 0.0], [0.0, 0.0]],),
]

ARROWS = [([3.0, 4.0], 1.0), ([3.0, 4.0], 10.0), ([0.5, -0.2, 0.1], 0.3), ([-6.0, 8.0], 5.0), ([0.0, 0.0], 1.0)]


class Parameter:
    """A number with a gradient."""

    def __init__(self, data: float, grad: float) -> None:
        self.data, self.grad = data, grad


class Layer:
    """As much of a layer as the exercise needs: parameters with data and grad."""

    def __init__(self, numbers: list[float], gradients: list[float]) -> None:
        self._parameters = [Parameter(data, grad) for data, grad in zip(numbers, gradients, strict=True)]

    def parameters(self) -> list[Parameter]:
        """All of them."""
        return self._parameters


def _of_layer(size: Any, numbers: list[float], gradients: list[float]) -> Any:
    return size(Layer(numbers, gradients))


def _grads(layer: Any) -> list[float]:
    return [p.grad for p in layer.parameters()]


def _length(gradients: list[float]) -> float:
    return math.hypot(*gradients)


EXERCISES = [
    Exercise(
        "09.1",
        kind=Number(),
        **deep_networks.sigmoid_layers.plain(5),
    ),
    Exercise(
        "09.2",
        "Write gradient_size(layer): the root mean square of the gradients of its parameters.",
        Function(
            LAYERS,
            arguments=["layer"],
            watch=_of_layer,
            where=lambda data, grad: f"For a layer with the gradients {short(grad)}",
        ),
        right=lambda layer: _length(_grads(layer)) / math.sqrt(len(layer.parameters())),
        wrong=[
            Mistake(
                lambda layer: math.sqrt(sum(p.data**2 for p in layer.parameters()) / len(layer.parameters())),
                "That is the size of the parameters themselves: you took .data instead of .grad.",
            ),
            Mistake(
                lambda layer: sum(_grads(layer)) / len(layer.parameters()),
                "That is the plain mean, in which 3 and -3 cancel as if nothing were there. Square first.",
            ),
            Mistake(
                lambda layer: sum(g * g for g in _grads(layer)) / len(layer.parameters()),
                "That is the mean square; the root is missing at the end.",
            ),
            Mistake(
                lambda layer: _length(_grads(layer)),
                "That is the root of the sum of squares. It grows with the number of parameters, so a wide layer "
                "looks healthier than a narrow one: divide the sum by their number before the root.",
            ),
            Mistake(
                lambda layer: _length(_grads(layer)) / len(layer.parameters()),
                "The division by the number of parameters comes before the root, not after it.",
            ),
            Mistake(
                lambda layer: sum(map(abs, _grads(layer))) / len(layer.parameters()),
                "That is the mean of the absolute values: a fair measure too, but not the root mean square.",
            ),
            Mistake(
                lambda layer: max(map(abs, _grads(layer))),
                "That is the largest gradient: one unusual parameter would decide for the whole layer.",
            ),
        ],
        hints=["Read the name backwards: square, then mean, then root.", "sum(p.grad ** 2 for p in ...) is a start."],
    ),
    Exercise(
        "09.3",
        "Write dead_units(rows): the positions of the units whose output is 0 for every sample.",
        Function(ROWS, names=("rows",)),
        right=lambda rows: [unit for unit in range(len(rows[0])) if all(row[unit] == 0 for row in rows)],
        wrong=[
            Mistake(
                lambda rows: [unit for unit in range(len(rows[0])) if any(row[unit] == 0 for row in rows)],
                "A relu unit may well be 0 for some samples; that is how it works. It is dead if it is 0 for all.",
            ),
            Mistake(
                lambda rows: [unit for unit in range(len(rows[0])) if rows[0][unit] == 0],
                "You looked at the first sample only.",
            ),
            Mistake(
                lambda rows: [unit for unit in range(len(rows[0])) if rows[-1][unit] == 0],
                "You looked at the last sample only. (Does your loop overwrite what it found before?)",
            ),
            Mistake(
                lambda rows: [unit for unit in range(len(rows[0])) if any(row[unit] != 0 for row in rows)],
                "These are the units that are alive. Return the others.",
            ),
            Mistake(
                lambda rows: [place for place, row in enumerate(rows) if all(item == 0 for item in row)],
                "You looked for samples for which all units are 0. A row is a sample; a unit is a column.",
            ),
            Mistake(
                lambda rows: [unit for unit in range(len(rows[0])) if max(row[unit] for row in rows) < 0.1],
                "You count units with small outputs as dead. A small output still passes its gradient: dead means "
                "exactly 0 for every sample.",
            ),
            Mistake(
                lambda rows: [
                    unit for unit in range(len(rows[0])) if sum(row[unit] == 0 for row in rows) * 2 > len(rows)
                ],
                "You count units that are 0 for most samples. One sample with an output above 0 keeps a unit alive.",
            ),
            Mistake(
                lambda rows: sum(all(row[unit] == 0 for row in rows) for unit in range(len(rows[0]))),
                "That is how many are dead. Return which ones, as a list of positions.",
            ),
        ],
        hints=["Go through the units; for each, look at all rows.", "all(row[unit] == 0 for row in rows)"],
    ),
    Exercise(
        "09.4",
        "Write clipped(gradients, longest): scaled so that its length is at most longest.",
        Function(ARROWS, names=("gradients", "longest")),
        right=lambda gradients, longest: [
            g * (longest / _length(gradients) if _length(gradients) > longest else 1.0) for g in gradients
        ],
        wrong=[
            Mistake(
                lambda gradients, longest: [max(-longest, min(longest, g)) for g in gradients],
                "You cut each number by itself (clipping by value): that turns the arrow into another direction. "
                "Multiply all of them by one factor.",
            ),
            Mistake(
                lambda gradients, longest: [g * longest / _length(gradients) for g in gradients],
                "You scale always. An arrow that is short enough must stay as it is (and one of length 0 cannot be "
                "scaled).",
            ),
            Mistake(
                lambda gradients, longest: [
                    g / _length(gradients) if _length(gradients) > longest else g for g in gradients
                ],
                "Divided by its length, an arrow has length 1; it should have length `longest`.",
            ),
            Mistake(
                lambda gradients, longest: [
                    g * longest / sum(map(abs, gradients)) if sum(map(abs, gradients)) > longest else g
                    for g in gradients
                ],
                "The length of an arrow is the root of the sum of squares; you took the sum of absolute values.",
            ),
            Mistake(
                lambda gradients, longest: [
                    g * longest / max(map(abs, gradients)) if max(map(abs, gradients)) > longest else g
                    for g in gradients
                ],
                "You took the largest entry for the length. The length of an arrow is the root of the sum of squares.",
            ),
            Mistake(
                lambda gradients, longest: [
                    g * longest / _length(gradients) ** 2 if _length(gradients) > longest else g for g in gradients
                ],
                "You divided by the square of the length: the root is missing.",
            ),
            Mistake(
                lambda gradients, longest: gradients if _length(gradients) <= longest else [0.0] * len(gradients),
                "You threw the long arrow away. It points in the right direction: keep that, and shorten it.",
            ),
            Mistake(
                lambda gradients, longest: gradients,
                "Nothing is shortened: the arrow (3, 4) has length 5, which is more than 1.",
            ),
        ],
        hints=["First the length: the root of the sum of squares.", "Then one factor for all: longest / length."],
        praise="Right. nn.clip_gradient_norm does this for a whole model.",
    ),
    Exercise(
        "09.5",
        "Every gradient that you measure is exactly 0. What can you conclude?",
        Choice(("a", "b", "c")),
        right="c",
        wrong=[
            Mistake(
                "a",
                "At a minimum the gradient is 0, but not every zero gradient is at a minimum. The killed network had "
                "gradient 0 in two layers and a loss of 0.68, and leaky_relu showed that 0.2 was within reach.",
            ),
            Mistake(
                "b",
                "The learning rate multiplies the gradient in the step. It does not change the gradient, and any rate "
                "times 0 is 0.",
            ),
        ],
        hints=["What was the gradient of the first layer when all units above it were dead?"],
        praise="Right: zero gradient means only that no small step helps. Dead units, weights that are all 0 and "
        "saddle points (lesson 13) do that as well as a minimum.",
    ),
]
