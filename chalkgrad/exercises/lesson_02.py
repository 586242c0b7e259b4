"""Which mistakes do learners make in lesson 02, "The chain rule by hand"?"""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalkgrad.exercises.answer_types import Function, Number, Numbers
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import derivatives

Paths = Sequence[Sequence[float]]

GEARS = [
    ([[2.0]],),
    ([[2.0], [5.0]],),
    ([[2.0, 3.0]],),
    ([[2.0, 3.0], [4.0]],),
    ([[1.0, -3.0, 2.0], [0.5, -8.0]],),
    ([],),
]


def _product(path: Sequence[float]) -> float:
    return math.prod(path)


def _over_paths(paths: Paths) -> float:
    return sum((math.prod(path) for path in paths), 0.0)


EXERCISES = [
    Exercise(
        "02.1",
        praise="Right, all five. You have done a backward pass.",
        **derivatives.five_gradients.plain(3, -2),
    ),
    Exercise(
        "02.2",
        kind=Number(),
        **derivatives.path_factors.plain(3, -0.5, 4),
    ),
    Exercise(
        "02.3",
        "Write tanh_partial(x): the derivative of tanh at x.",
        Function(((0.0,), (1.0,), (-1.0,), (0.5,), (2.0,)), tolerance=1e-6),
        right=lambda x: 1 - math.tanh(x) ** 2,
        wrong=[
            Mistake(lambda x: 1 - x**2, "That is 1 - x², tanh' is 1 - tanh²(x): square the result, not the input."),
            Mistake(lambda x: 1 - math.tanh(x), "Square it: tanh' is 1 - tanh²(x), not 1 - tanh(x)."),
            Mistake(math.tanh, "That is tanh itself. Its slope is 1 - tanh²(x)."),
            Mistake(lambda x: 1 + math.tanh(x) ** 2, "Wrong sign: tanh flattens out, so its slope falls below 1."),
            Mistake(lambda x: math.tanh(x) ** 2, "The 1 is missing: at 0, where tanh is steepest, that gives 0."),
            Mistake(lambda x: 1 / math.cosh(x), "Nearly: 1 / cosh²(x) would be right, the square is missing."),
            Mistake(
                lambda x: math.tanh(x) * (1 - math.tanh(x)),
                "s (1 - s) is the rule for the sigmoid. For tanh it is 1 - t².",
            ),
            Mistake(
                lambda x: 1 - math.tanh(math.tanh(x)) ** 2,
                "tanh was taken twice: you put the result of tanh where the input belongs.",
            ),
            Mistake(
                lambda x: 1 - math.tanh(x**2),
                "tanh²(x) is the square of tanh(x), and not tanh of x².",
            ),
        ],
        hints=["print(explain_row(tanh)) shows it in another form: sech²", "With t = tanh(x), it is 1 - t²."],
    ),
    Exercise(
        "02.4",
        "Write gradient(paths): each path is a list of the factors along it.",
        Function(GEARS, names=("paths",)),
        right=_over_paths,
        wrong=[
            Mistake(
                lambda paths: math.prod(math.prod(path) for path in paths),
                "You multiplied the paths with each other. Along a path multiply, over the paths add.",
            ),
            Mistake(
                lambda paths: sum(sum(path) for path in paths),
                "You added the factors along each path. Along a path multiply, over the paths add.",
            ),
            Mistake(
                lambda paths: math.prod(sum(path) for path in paths),
                "The wrong way round: along a path multiply, over the paths add.",
            ),
            Mistake(
                lambda paths: _product(paths[0]) if paths else 0.0,
                "That is the first path only. Do you return inside the loop? Every path counts.",
            ),
            Mistake(
                lambda paths: _product(paths[-1]) if paths else 0.0,
                "That is the last path only: each path overwrites the one before. Use +=.",
            ),
            Mistake(
                lambda paths: _over_paths(paths) / len(paths) if paths else 0.0,
                "That is the average over the paths. Their contributions add up.",
            ),
        ],
        hints=["For one path: math.prod(path).", "Then the sum of that over all paths; without a path it is 0."],
    ),
    Exercise(
        "02.5",
        "g = 3 * maximum(a, b) + b at a = 4, b = 1. What are the gradients of a and b?",
        Numbers(
            ["a", "b"],
            slips={
                ("a", 12.0): "That is 3 · a, a number of the forward pass. If a grows by 1, g grows by 3.",
                ("a", 1.0): "1 is the partial of the maximum; multiply it by the gradient that arrives there, 3.",
                ("a", 1.5): "The gradient is halved at a tie only. Here a is larger, and gets all of it.",
                ("a", 0.0): "a is the larger operand, so the maximum follows it.",
                ("b", 3.0): "The maximum is a, so it ignores a small nudge to b. b has another user, + b.",
                ("b", 4.0): "The path through the maximum contributes 0: b is the smaller operand. Only + b counts.",
                ("b", 0.0): "The maximum routes nothing to b, but b has a second user, + b.",
                (
                    "b",
                    2.5,
                ): "The gradient is halved at a tie only. Here b is smaller, and gets nothing from the maximum.",
            },
        ),
        right={"a": 3.0, "b": 1.0},
        wrong=[
            Mistake(
                {"a": 1.5, "b": 2.5},
                "The gradient of the maximum is halved at a tie only. Here all of it goes to the larger operand, a.",
            ),
            Mistake(
                {"a": 3.0, "b": 4.0},
                "The maximum does not pass its gradient to both operands, as a plus does, but to the larger one only.",
            ),
            Mistake({"a": 0.0, "b": 4.0}, "That is the other operand: the maximum is a, which is 4."),
        ],
        hints=["Nudge b by 0.1. What does maximum(4, 1.1) do?", "b has two users: the maximum, and + b."],
        praise="Right: the maximum routes its gradient to the larger operand, and b keeps what comes from + b.",
    ),
    Exercise(
        "02.6",
        "y = w * 2 + w * 5, with one Value w in both places. What is the gradient of w?",
        Number(),
        right=7.0,
        wrong=[
            Mistake(10.0, "The two uses are two paths. Along a path multiply, over the paths add."),
            Mistake(2.0, "That is the first use only. w is used twice."),
            Mistake(5.0, "That is the second use only; the first one counts as well."),
            Mistake(3.5, "That is the average of the two uses. Their contributions are added."),
            Mistake(1.0, "The partial of w * 2 with respect to w is the other operand, 2."),
        ],
        hints=["What does each of the two uses contribute?", "The partials are 2 and 5."],
        praise="Right. The contributions of all uses of a shared weight add up; nothing more is needed to tie weights.",
    ),
]
