"""Which mistakes do learners make in lesson 16, "Fast: what the compiler sees"?"""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

from autograd import Value, compile, maximum, minimum, relu, tanh
from chalkgrad.exercises.answer_types import Function, Judged, Number, as_number
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import contrast, described
from chalkgrad.exercises.sandbox import UnreadableError
from chalkgrad.exercises.variants import deep_networks

BRANCH = (
    "Right for single numbers, but it makes a decision based on the number (if, max, min, sorted). The compiler traces "
    "once, for all numbers. Use maximum, minimum or where."
)
READS = "It reads .data or float(x), so the compiler would keep that one number in the program. Compute with x itself."
CONSTANT = "The compiled program gives the same for every x: the result was made from a plain number, not from x."
SWAPPED = "The bounds are swapped: minimum(x, 1) keeps x from rising above 1, maximum(x, -1) from falling below -1."
UPPER = "Below -1 it must give -1: the lower bound is missing."
LOWER = "Above 1 it must give 1: the upper bound is missing."
SMOOTH = "That is tanh: it bends everywhere. Between -1 and 1 the result must be x itself."
HALF = "That cuts off everything below 0. The lower bound is -1."
REFUSED = {"reads": READS, "branch": BRANCH}
POINTS = (0.5, -0.25, 2.0, -3.0)
RIGHT = [0.5, -0.25, 1.0, -1.0]


def _at(clip: Any, x: float) -> float:
    result = clip(Value(x))
    if result is None:
        raise UnreadableError("It returns nothing, None. Is the return missing?")
    with suppress(UnreadableError):
        return as_number(result)
    raise UnreadableError(f"It gives {described(result)} instead of a Value: keep to operations on Values.")


def _of_clip(clip: Any) -> tuple[list[float], Any]:
    """The results at the points, and where these are right, those of the compiled function or what was refused."""
    seen = [_at(clip, x) for x in POINTS]
    return seen, _when_compiled(clip) if seen == RIGHT else None


def _faults_of_clip(observed: Any) -> str:
    seen, compiled = observed
    known = {
        (0.5, -0.25, 1.0, -3.0): UPPER, (0.5, -0.25, 2.0, -1.0): LOWER, (0.5, 0.0, 1.0, 0.0): HALF,
        (-1.0, -1.0, -1.0, -1.0): SWAPPED, (1.0, 1.0, 1.0, 1.0): SWAPPED, (1.0, 1.0, 2.0, 1.0): SWAPPED,
        tuple(math.tanh(x) for x in POINTS): SMOOTH,
    }  # fmt: skip
    if tuple(seen) in known:
        return known[tuple(seen)]
    for x, got, right in zip(POINTS, seen, RIGHT, strict=True):
        if got != right:
            texts = contrast(got, right)
            return f"For {x:g} it gives {texts[0]}; {texts[1]} is right."
    return "" if compiled == RIGHT else REFUSED.get(str(compiled), CONSTANT)


def _when_compiled(clip: Any) -> list[float] | str:
    try:
        program = compile(clip, batched=False, backend="numpy")

        import numpy as np

        return [float(program(np.array(x))) for x in POINTS]
    except ImportError as error:
        raise UnreadableError(f"Right so far, but it could not be compiled: {error}.") from error
    except TypeError as error:
        return "reads" if "reading .data" in str(error) or "float" in str(error).split(":")[0] else "branch"


def _branching(x: Any) -> Any:
    if x > 1:
        return Value(1.0)
    return Value(-1.0) if x < -1 else x


EXERCISES = [
    Exercise(
        "16.1",
        kind=Number(tolerance=1e-6),
        **deep_networks.operations_of_layer.plain(100, 64, 32, 10),
    ),
    Exercise(
        "16.2",
        "Write clip(x) so that it can be compiled: x between -1 and 1, -1 below, 1 above.",
        Judged(_faults_of_clip, arguments=("x",), watch=_of_clip),
        right=lambda x: maximum(minimum(x, 1.0), -1.0),
        wrong=[
            Mistake(_branching, BRANCH),
            Mistake(lambda x: Value(max(-1.0, min(1.0, x.data))), READS),
            Mistake(lambda x: minimum(x, 1.0), UPPER),
            Mistake(lambda x: maximum(x, -1.0), LOWER),
            Mistake(lambda x: minimum(maximum(x, 1.0), -1.0), SWAPPED),
            Mistake(lambda x: tanh(x), SMOOTH),
            Mistake(lambda x: minimum(relu(x), 1.0), HALF),
        ],
        hints=["minimum(x, 1.0) does the upper bound.", "Put its result into maximum(..., -1.0); or use where twice."],
        praise="Right: no decision depends on the number, so one program serves all numbers.",
    ),
    Exercise(
        "16.3",
        kind=Number(),
        **deep_networks.amdahl.plain(90),
    ),
    Exercise(
        "16.4",
        "Write least_time(operations, moved, speed, bandwidth): the least seconds by the roofline.",
        Function(
            [(100.0, 10.0, 10.0, 5.0), (10.0, 100.0, 10.0, 5.0), (3e9, 8e8, 1e10, 2e10), (1e6, 8e8, 1e10, 2e10)],
            names=("operations", "moved", "speed", "bandwidth"),
        ),
        right=lambda operations, moved, speed, bandwidth: max(operations / speed, moved / bandwidth),
        wrong=[
            Mistake(
                lambda operations, moved, speed, bandwidth: operations / speed + moved / bandwidth,
                "Computing and fetching go on at the same time. They do not add up; the slower of the two decides.",
            ),
            Mistake(
                lambda operations, moved, speed, bandwidth: min(operations / speed, moved / bandwidth),
                "The faster of the two has to wait for the slower one: the larger time counts.",
            ),
            Mistake(
                lambda operations, moved, speed, bandwidth: operations / speed,
                "You left out memory: the numbers have to be fetched and brought back.",
            ),
            Mistake(
                lambda operations, moved, speed, bandwidth: moved / bandwidth,
                "You left out the arithmetic: operations divided by their speed.",
            ),
            Mistake(
                lambda operations, moved, speed, bandwidth: max(speed / operations, bandwidth / moved),
                "Upside down: seconds are operations divided by operations per second.",
            ),
            Mistake(
                lambda operations, moved, speed, bandwidth: max(operations / bandwidth, moved / speed),
                "The units are crossed: operations belong to speed, bytes to bandwidth.",
            ),
        ],
        hints=["Two times: one for computing, one for fetching.", "Which of the two decides, if both go on at once?"],
    ),
    Exercise(
        "16.5",
        "A network of four layers whose inputs are data: how many matrix products in the reverse sweep?",
        Number(tolerance=1e-6),
        right=7,
        wrong=[
            Mistake(8, "Two for each layer, but the first has no use for the gradient of its inputs, which are data."),
            Mistake(4, "That is one for each layer's weights. The layers above the first also pass a gradient down."),
            Mistake(3, "That is what is passed down between the layers. Each layer also needs its weights' gradient."),
            Mistake(6, "Only the first layer leaves one out. The other three need two, and the first needs one."),
            Mistake(12, "That is three for each layer, forward and back. Count only the reverse sweep."),
            Mistake(11, "That is forward and back together. Count only the reverse sweep."),
        ],
        hints=["Which gradients does a layer compute on the way back?", "Who needs the gradient of the inputs?"],
        praise="Right: four for the weights, three to pass the gradient down. The compiler leaves the eighth out.",
    ),
]
