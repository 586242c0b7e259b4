"""Which mistakes do learners make in lesson 06, "From a neuron to an MLP"?"""

from __future__ import annotations

from typing import Any

from autograd import Value, relu
from chalkgrad.exercises import variants
from chalkgrad.exercises.answer_types import Function, Judged, Number, Numbers, as_number, plain, value_of
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import described
from chalkgrad.exercises.sandbox import UnreadableError

CORNERS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
AND = (False, False, False, True)
OR = (False, True, True, True)
NAND = (True, True, True, False)


def _fires(answer: Any) -> tuple[bool, ...]:
    """At which corners w1 x1 + w2 x2 + b is positive."""
    answer = plain(answer)
    if not isinstance(answer, (list, tuple)) or len(answer) != 3:
        raise UnreadableError(f"Three numbers are wanted: [w1, w2, b]. This is {described(answer)}.")
    w1, w2, b = map(as_number, answer)
    return tuple(w1 * x1 + w2 * x2 + b > 0 for x1, x2 in CORNERS)


SAID: dict[tuple[bool, ...], str] = {
    OR: "That is OR: it fires as soon as one input is 1. Make b more negative, so that one alone is not enough.",
    NAND: "That is the opposite of AND: turn all three signs around.",
    (False, False, False, False): "It never fires, not even at (1, 1): b is too negative for these weights.",
    (True, True, True, True): "It always fires: b must be negative, so that it takes both inputs to make up for it.",
    (False, False, True, True): "It listens to x1 only: w2 is too small, or w1 alone makes up for b.",
    (False, True, False, True): "It listens to x2 only: w1 is too small, or w2 alone makes up for b.",
}


def _and_problem(answer: Any) -> str:
    fires = _fires(answer)
    if fires == AND:
        w1, w2, b = map(as_number, answer)
        edge = w1 * 1 + w2 * 0 + b == 0 or w2 + b == 0
        return "It works, but a corner lies exactly on the line: leave some room on both sides." if edge else ""
    places = ", ".join(str(corner) for corner, here in zip(CORNERS, fires, strict=True) if here)
    return SAID.get(fires, f"It fires at {places}. Only (1, 1) is wanted.")


EXERCISES = [
    Exercise(
        "06.1",
        "How many parameters has MLP(2, [4, 3, 1])?",
        Number(tolerance=1e-6),
        vary=variants.parameters_of_mlp,
        right=31,
        wrong=[
            Mistake(23, "Those are the weights. Each neuron has a bias too, and there are 8 neurons."),
            Mistake(
                8, "Those are the neurons, or the biases. Each neuron has a weight for each of its inputs as well."
            ),
            Mistake(24, "That is 2 · 4 · 3 · 1. Count layer by layer: neurons times (inputs + 1), and add."),
            Mistake(30, "One is missing: the last neuron has a bias too."),
            Mistake(
                10, "Those are the numbers between the layers, 2 + 4 + 3 + 1. The parameters sit on the connections."
            ),
            Mistake(34, "The inputs are no neurons: the first layer has 4 · (2 + 1) parameters."),
        ],
        hints=["A neuron with n inputs has n weights and a bias.", "4 · 3 for the first layer; go on."],
    ),
    Exercise(
        "06.2",
        "Choose [w1, w2, b] so that w1 x1 + w2 x2 + b is positive at (1, 1) only: a neuron that says AND.",
        Judged(_and_problem),
        right=[1.0, 1.0, -1.5],
        wrong=[
            Mistake([1.0, 1.0, -0.5], SAID[OR]),
            Mistake([-1.0, -1.0, 1.5], SAID[NAND]),
            Mistake([1.0, 1.0, -2.0], SAID[(False, False, False, False)]),
            Mistake([1.0, 1.0, 1.0], SAID[(True, True, True, True)]),
            Mistake([2.0, 0.0, -1.0], SAID[(False, False, True, True)]),
            Mistake([0.0, 2.0, -1.0], SAID[(False, True, False, True)]),
            Mistake(
                [1.0, 1.0, -1.0],
                "It works, but a corner lies exactly on the line: leave some room on both sides.",
            ),
        ],
        hints=["Take w1 = w2 = 1. What is w1 x1 + w2 x2 at the four corners?", "b must lie between -2 and -1."],
        praise="Right: a line that cuts off one corner.",
    ),
    Exercise(
        "06.3",
        "h = 3x + 1 and out = 2h - 4. Without an activation these two are one neuron: out = w x + b. Which?",
        Numbers(["w", "b"]),
        vary=variants.two_neurons_are_one,
        right={"w": 6.0, "b": -2.0},
        wrong=[
            Mistake(
                {"w": 6.0, "b": -3.0}, "The bias 1 of the first neuron goes through the second one too: 2 · 1 - 4."
            ),
            Mistake({"w": 5.0, "b": -3.0}, "The two are applied one after the other, not added: put 3x + 1 in for h."),
            Mistake({"w": 6.0, "b": -4.0}, "The bias of the first neuron got lost: 2 (3x + 1) - 4."),
            Mistake({"w": 6.0, "b": -11.0}, "That is the other order: 3 (2x - 4) + 1. The output takes h."),
        ],
        hints=["Put 3x + 1 in the place of h, and multiply out."],
    ),
    Exercise(
        "06.4",
        "Write same(x1, x2) for Values with relu, +, - and *: 1 where both are equal, 0 where they are not.",
        Function(
            CORNERS,
            names=("x1", "x2"),
            watch=lambda same, x1, x2: value_of(same(Value(x1), Value(x2))),
            picture=lambda same, x1, x2: same(Value(x1, label="x1"), Value(x2, label="x2")),
        ),
        right=lambda x1, x2: 1 - relu(x1 - x2) - relu(x2 - x1),
        wrong=[
            Mistake(
                lambda x1, x2: relu(x1 + x2) - 2 * relu(x1 + x2 - 1),
                "That is XOR, the opposite: 1 where they differ. Turn it around: 1 minus it.",
            ),
            Mistake(
                lambda x1, x2: 1 - relu(x1 + x2),
                "At (1, 1) that gives -1. A bend is needed: a relu that adds 2 again, and only there.",
            ),
            Mistake(lambda x1, x2: relu(x1 + x2 - 1), "That is AND: at (0, 0) they are equal too."),
            Mistake(lambda x1, x2: relu(1 - x1 - x2), "That is NOR: at (1, 1) they are equal too."),
            Mistake(
                lambda x1, x2: 1 - relu(x1 - x2),
                "That is wrong at (0, 1) only. The other difference, x2 - x1, needs a relu of its own.",
            ),
            Mistake(
                lambda x1, x2: 1 - relu(x2 - x1),
                "That is wrong at (1, 0) only. The other difference, x1 - x2, needs a relu of its own.",
            ),
            Mistake(
                lambda x1, x2: 1 - (x1 - x2),
                "At (0, 1) that gives 2: a difference may be negative. Take the relu of either difference.",
            ),
        ],
        hints=[
            "relu(x1 - x2) is 1 at (1, 0) and 0 elsewhere. What does the same for (0, 1)?",
            "relu(x1 + x2 - 1) and relu(1 - x1 - x2) find (1, 1) and (0, 0): that is another way.",
        ],
    ),
]
