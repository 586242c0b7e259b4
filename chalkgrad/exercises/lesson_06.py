"""Which mistakes do learners make in lesson 06, "From a neuron to an MLP"?"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from autograd import Value, relu, tanh
from chalkgrad.exercises.answer_types import Function, Judged, Number, Numbers, as_number, plain, value_of
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.messages import described
from chalkgrad.exercises.sandbox import UnreadableError
from chalkgrad.exercises.variants import networks

CORNERS = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
AND = (False, False, False, True)
OR = (False, True, True, True)
NAND = (True, True, True, False)


def _fires(answer: Any) -> tuple[bool, ...]:
    """At which corners w1 x1 + w2 x2 + b is positive."""
    answer = plain(answer)
    if not isinstance(answer, (list, tuple)) or len(answer) != 3:
        raise UnreadableError(f"This should be a list of three numbers, [w1, w2, b], not {described(answer)}.")
    w1, w2, b = map(as_number, answer)
    return tuple(w1 * x1 + w2 * x2 + b > 0 for x1, x2 in CORNERS)


SAID: dict[tuple[bool, ...], str] = {
    OR: "That is OR: it fires as soon as one input is 1. Make b more negative, so that one alone is not enough.",
    NAND: "That is the opposite of AND: turn all three signs around.",
    (False, False, False, False): "It never fires, not even at (1, 1), where w1 + w2 + b must be positive.",
    (True, True, True, True): "It always fires: b must be negative, so that it takes both inputs to make up for it.",
    (False, False, True, True): "It listens to x1 only: w2 is too small, or w1 alone makes up for b.",
    (False, True, False, True): "It listens to x2 only: w1 is too small, or w2 alone makes up for b.",
}


ZERO = "With three zeros the sum is 0 at every corner, and never positive. Give the inputs positive weights."


def _and_problem(answer: Any) -> str:
    fires = _fires(answer)
    if not any(map(as_number, plain(answer))):
        return ZERO
    if fires == AND:
        w1, w2, b = map(as_number, answer)
        edge = w1 * 1 + w2 * 0 + b == 0 or w2 + b == 0
        return "It works, but a corner lies exactly on the line: leave some room on both sides." if edge else ""
    places = ", ".join(str(corner) for corner, here in zip(CORNERS, fires, strict=True) if here)
    return SAID.get(fires, f"It fires at {places}. It should fire at (1, 1) only.")


Rows = Sequence[Sequence[float]]
LAYERS: list[tuple[Rows, Sequence[float], Sequence[float]]] = [
    ([[2.0]], [3.0], [1.0]),
    ([[2.0, -1.0]], [1.0, 3.0], [10.0]),
    ([[2.0], [5.0]], [3.0], [1.0, 10.0]),
    ([[2.0, -1.0], [0.5, 3.0]], [1.0, 3.0], [1.0, 10.0]),
    ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], [-1.0, 0.5, 2.0], [3.0, -2.0]),
]


def _summed(column: Sequence[float], deltas: Sequence[float], x: float) -> float:
    """Over all neurons, the weight of this input times delta."""
    return sum(w * delta for w, delta in zip(column, deltas, strict=True))


def _layer_backward(
    of_weight: Callable[[float, float, float], float] = lambda w, x, delta: x * delta,
    of_bias: Callable[[float], float] = lambda delta: delta,
    of_input: Callable[[Sequence[float], Sequence[float], float], float] = _summed,
) -> Callable[[Rows, Sequence[float], Sequence[float]], Any]:
    def layer_backward(weights: Rows, xs: Sequence[float], deltas: Sequence[float]) -> Any:
        rows = [
            [of_weight(w, x, delta) for w, x in zip(row, xs, strict=True)]
            for row, delta in zip(weights, deltas, strict=True)
        ]
        columns = zip(*weights, strict=True)
        return rows, list(map(of_bias, deltas)), [of_input(c, deltas, x) for c, x in zip(columns, xs, strict=True)]

    return layer_backward


def network(*flaws: str) -> type:
    """The learner's class MLP, with some of the usual mistakes in it."""
    make: Callable[[float], Any] = float if "plain numbers" in flaws else Value

    def number() -> Any:
        return make(0.5 if "all equal" in flaws else random.uniform(-1.0, 1.0))

    class Neuron:
        def __init__(self, n_inputs: int) -> None:
            self.weights, self.bias = [number() for _ in range(n_inputs)], make(0.0)

        def __call__(self, xs: Sequence[Any]) -> Any:
            weights = [number() for _ in xs] if "drawn at each call" in flaws else self.weights
            terms = [w.data * x if "data" in flaws else w * x for w, x in zip(weights, xs, strict=True)]
            total = sum(terms, make(0.0) if "no bias" in flaws else self.bias)
            return total if "no bend" in flaws else tanh(total)

        def parameters(self) -> list[Any]:
            return self.weights if "no bias" in flaws else [*self.weights, self.bias]

    class MLP:
        def __init__(self, n_inputs: int, sizes: Sequence[int]) -> None:
            self.layers = []
            for before, size in zip([n_inputs, *sizes], sizes, strict=False):
                same = [Neuron(before)] * size
                self.layers.append(same if "one neuron" in flaws else [Neuron(before) for _ in range(size)])

        def __call__(self, xs: Sequence[Any]) -> Any:
            for layer in self.layers:
                xs = [neuron(xs) for neuron in layer]
            return xs

        def parameters(self) -> list[Any]:
            layers = self.layers[-1:] if "last layer" in flaws else self.layers
            return [p for layer in layers for neuron in layer for p in neuron.parameters()]

    return MLP


def _reached(output: Value) -> set[Value]:
    """All Values from which the output was computed."""
    seen, waiting = {output}, [output]
    while waiting:
        new = {operand for operand in waiting.pop().operands if isinstance(operand, Value)} - seen
        seen |= new
        waiting += new
    return seen


def _output(model: Any, xs: Sequence[float]) -> Value:
    """The one output of a network."""
    out = model(list(xs))
    if isinstance(out, (list, tuple)) and len(out) == 1:
        out = out[0]
    if not isinstance(out, Value):
        raise UnreadableError(
            f"MLP(2, [3, 1]), called with two numbers, should return one Value, not {described(out)}."
        )
    return out


def _network_problem(answer: Any) -> str:
    if not isinstance(answer, type):
        raise UnreadableError(f"This should be your class MLP (its name, without brackets), not {described(answer)}.")
    model = answer(2, [3, 1])
    if not callable(getattr(model, "parameters", None)):
        return "The class needs a method parameters()."
    if not callable(model):
        return "A network is called like a function: the class needs a method __call__(self, xs)."
    parameters = list(model.parameters())
    if not all(isinstance(p, Value) for p in parameters):
        return "parameters() should contain only Values: a plain number has no gradient, and cannot be trained."
    if len(set(parameters)) < len(parameters):
        return (
            "parameters() lists a Value twice. [Neuron(2)] * 3 is *one* neuron, three times: make a new one each time."
        )
    if len(parameters) != 13:
        usual = {9: " Are the biases missing, or the last layer?", 4: " Go through all layers, not the last one only."}
        return (
            f"MLP(2, [3, 1]) has 3 · (2 + 1) + 1 · (3 + 1) = 13 parameters, and yours lists {len(parameters)}."
            + usual.get(len(parameters), "")
        )
    return _behaviour_problem(answer, model, parameters)


def _behaviour_problem(answer: type, model: Any, parameters: list[Value]) -> str:
    """What is wrong with what a network computes, where its parameters are as they should be."""
    first, again = _output(model, (0.5, -0.25)), _output(model, (0.5, -0.25))
    if first.data != again.data:
        return "Two calls with the same inputs differ. Draw the random weights in __init__, once, and not at each call."
    unused = sum(p not in _reached(first) for p in parameters)
    if unused:
        return f"The output does not depend on {unused} of the 13 parameters. Is there a .data on the way, or a copy?"
    if len({p.data for p in parameters}) <= 2:
        return "All weights are equal, so the hidden neurons stay copies of each other. Draw the weights at random."
    origin, near, far = (_output(model, (x, -x)).data for x in (0.0, 0.5, 1.0))
    if abs((far - origin) - 2 * (near - origin)) < 1e-12:
        return "From (0, 0) to (1, -1) the output is a straight line: apply tanh to the sum in each neuron."
    return ""


def _observed_network(answer: Any) -> dict[str, Any]:
    """What is wrong with a network, and how many parameters it has for a few sizes."""
    problem = _network_problem(answer)
    counts = [] if problem else [len(list(answer(n, sizes).parameters())) for n, sizes in SHAPES]
    return {"problem": problem, "counts": counts}


SHAPES = [(2, [3, 1]), (3, [4, 4, 1]), (1, [2])]


def _faults_of_network(observed: Any) -> str:
    if observed["problem"]:
        return str(observed["problem"])
    for (n, sizes), count in zip(SHAPES, observed["counts"], strict=True):
        right = sum(size * (before + 1) for before, size in zip([n, *sizes], sizes, strict=False))
        if count != right:
            return f"MLP({n}, {sizes}) should have {right} parameters, and yours has {count}."
    return ""


EXERCISES = [
    Exercise(
        "06.1",
        kind=Number(tolerance=1e-6),
        **networks.parameters_of_mlp.plain(2, 4, 3),
    ),
    Exercise(
        "06.2",
        "Choose [w1, w2, b] so that w1 x1 + w2 x2 + b is positive at (1, 1) only: a neuron that computes AND.",
        Judged(_and_problem),
        right=[1.0, 1.0, -1.5],
        wrong=[
            Mistake([1.0, 1.0, -0.5], SAID[OR]),
            Mistake([-1.0, -1.0, 1.5], SAID[NAND]),
            Mistake([1.0, 1.0, -2.0], SAID[(False, False, False, False)]),
            Mistake([0.0, 0.0, 0.0], ZERO),
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
        kind=Numbers(["w", "b"]),
        **networks.two_neurons_are_one.plain(3, 1, 2, -4),
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
    Exercise(
        "06.5",
        "A neuron without an activation has the weights (0.5, -2) and the inputs (4, 3); δ = -2 arrives. Fill in the "
        "gradients of its weights, its bias and its inputs.",
        Numbers(
            ["w1", "w2", "b", "x1", "x2"],
            slips={
                ("b", 0.0): "A nudge to the bias changes the sum by the same nudge, so its gradient is δ.",
                ("b", 1.0): "1 is the partial; multiply it by the gradient that arrives, δ = -2.",
                ("b", -6.0): "The bias is added once. Its gradient is δ.",
            },
        ),
        right={"w1": -8.0, "w2": -6.0, "b": -2.0, "x1": -1.0, "x2": 4.0},
        wrong=[
            Mistake(
                {"w1": -1.0, "w2": 4.0, "b": -2.0, "x1": -8.0, "x2": -6.0},
                "You swapped them: a weight gets its *input* times δ, and an input gets its weight times δ.",
            ),
            Mistake(
                {"w1": 4.0, "w2": 3.0, "b": 1.0, "x1": 0.5, "x2": -2.0},
                "Those are the partials. Multiply each of them by δ = -2.",
            ),
            Mistake(
                {"w1": 8.0, "w2": 6.0, "b": 2.0, "x1": 1.0, "x2": -4.0},
                "The sizes are right, the signs are not: δ is negative.",
            ),
            Mistake(
                {"w1": -2.0, "w2": -2.0, "b": -2.0, "x1": -2.0, "x2": -2.0},
                "A plus passes δ on unchanged, but in front of it each weight is multiplied by its input.",
            ),
            Mistake(
                {"w1": -4.0, "w2": 12.0, "b": -2.0, "x1": -4.0, "x2": 12.0},
                "You multiplied weight and input and δ. Of the two factors, each gets the *other* one.",
            ),
        ],
        hints=[
            "s = w1 x1 + w2 x2 + b. How does s change when w1 is nudged?",
            "∂L/∂w = x · δ, ∂L/∂b = δ, ∂L/∂x = w · δ.",
        ],
        praise="Right: input times δ for a weight, weight times δ for an input.",
    ),
    Exercise(
        "06.6",
        "Write layer_backward(weights, xs, deltas): the gradients of the weights, of the biases and of the inputs.",
        Function(
            LAYERS,
            names=("weights", "xs", "deltas"),
            parts=("the list of gradients of the weights", "that of the biases", "that of the inputs"),
        ),
        right=_layer_backward(),
        wrong=[
            Mistake(
                _layer_backward(of_weight=lambda w, x, delta: w * delta),
                "The gradient of a weight is its input times δ, not the weight itself times δ.",
            ),
            Mistake(
                _layer_backward(of_weight=lambda w, x, delta: x),
                "The gradient of a weight is input times δ; the δ of its neuron is missing.",
            ),
            Mistake(
                _layer_backward(of_bias=lambda delta: 1.0),
                "1 is the partial with respect to a bias. Multiply it by δ.",
            ),
            Mistake(
                _layer_backward(of_input=lambda column, deltas, x: column[0] * deltas[0]),
                "An input feeds every neuron, and only the first one was counted: add w · δ over all neurons.",
            ),
            Mistake(
                _layer_backward(of_input=lambda column, deltas, x: column[-1] * deltas[-1]),
                "An input feeds every neuron, and only the last one was counted. Use += rather than =.",
            ),
            Mistake(
                _layer_backward(of_input=lambda column, deltas, x: sum(column)),
                "The weights were added without the deltas: each weight is multiplied by the δ of its own neuron.",
            ),
            Mistake(
                _layer_backward(of_input=lambda column, deltas, x: x * sum(deltas)),
                "The gradient of an input is weight times δ, added over the neurons; you took the input in place of "
                "the weight.",
            ),
            Mistake(
                _layer_backward(of_input=lambda column, deltas, x: sum(column) * sum(deltas)),
                "Multiply first and add afterwards: each weight by the δ of its own neuron.",
            ),
        ],
        hints=[
            "For neuron j and input i: weights[j][i] gets xs[i] * deltas[j].",
            "For input i: the sum of weights[j][i] * deltas[j] over all neurons j.",
        ],
        praise="Right: this is backpropagation through a layer, and with matrices it is one product for each part.",
    ),
    Exercise(
        "06.7",
        "Write a network of your own: the classes Neuron, Layer and MLP, with parameters(). Give the class MLP.",
        Judged(_faults_of_network, watch=_observed_network),
        right=network(),
        wrong=[
            Mistake(
                network("plain numbers"),
                "parameters() should contain only Values: a plain number has no gradient, and cannot be trained.",
            ),
            Mistake(
                network("one neuron"),
                "parameters() lists a Value twice. [Neuron(2)] * 3 is *one* neuron, three "
                "times: make a new one each time.",
            ),
            Mistake(
                network("no bias"),
                "MLP(2, [3, 1]) has 3 · (2 + 1) + 1 · (3 + 1) = 13 parameters, and yours lists "
                "9. Are the biases missing, or the last layer?",
            ),
            Mistake(
                network("last layer"),
                "MLP(2, [3, 1]) has 3 · (2 + 1) + 1 · (3 + 1) = 13 parameters, and yours "
                "lists 4. Go through all layers, not the last one only.",
            ),
            Mistake(
                network("drawn at each call"),
                "Two calls with the same inputs differ. Draw the random weights in "
                "__init__, once, and not at each call.",
            ),
            Mistake(
                network("data"),
                "The output does not depend on 9 of the 13 parameters. Is there a .data on the way, or a copy?",
            ),
            Mistake(
                network("all equal"),
                "All weights are equal, so the hidden neurons stay copies of each other. Draw the weights at random.",
            ),
            Mistake(
                network("no bend"),
                "From (0, 0) to (1, -1) the output is a straight line: apply tanh to the sum in each neuron.",
            ),
        ],
        hints=[
            "class Neuron: in __init__, self.weights = [Value(random.uniform(-1, 1)) for _ in range(n_inputs)].",
            "Its __call__(self, xs): tanh(sum((w * x for w, x in zip(self.weights, xs)), self.bias)).",
            "In MLP the sizes are those of [n_inputs, *sizes], in pairs: zip([n_inputs, *sizes], sizes).",
        ],
        praise="Right: this is what nn.MLP is, and everything that training needs of a network.",
    ),
]
