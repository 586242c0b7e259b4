"""What exactly is timed? The same few programs, written once, for every engine.

Read `ENGINES` first: how each engine makes a leaf and a model. The programs are those of micrograd's own README and
moons notebook, so that micrograd runs here as its users run it.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import math
import random
from collections.abc import Callable, Iterator
from typing import Any

Step = Callable[[], float]  # one unit of work; returns a number that must be the same for every engine

README_REPEATS = 100  # one timing of the README expression covers this many


class ScalarMLP:
    """The multilayer perceptron of micrograd's nn, on any engine's scalars: one product and one sum a weight."""

    def __init__(self, leaf: Callable[[float], Any], in_size: int, out_sizes: list[int]) -> None:
        sizes = [in_size, *out_sizes]
        self.layers = [
            [([leaf(random.uniform(-1, 1)) for _ in range(size)], leaf(0.0)) for _ in range(out_size)]
            for size, out_size in itertools.pairwise(sizes)
        ]

    def __call__(self, x: list[Any]) -> Any:
        for depth, layer in enumerate(self.layers):
            outputs = [sum((wi * xi for wi, xi in zip(w, x, strict=True)), b) for w, b in layer]
            x = outputs if depth == len(self.layers) - 1 else [output.relu() for output in outputs]
        return x[0]

    def parameters(self) -> list[Any]:
        return [p for layer in self.layers for w, b in layer for p in [*w, b]]


def moons(samples: int) -> tuple[list[list[float]], list[int]]:
    """Two interleaved half circles with Gaussian noise, labels -1 and 1."""
    noise = random.Random(1)
    points, labels = [], []
    for i in range(samples):
        angle = math.pi * (i // 2) / max(1, samples // 2 - 1)
        upper = i % 2 == 0
        x, y = (math.cos(angle), math.sin(angle)) if upper else (1 - math.cos(angle), 0.5 - math.sin(angle))
        points.append([x + noise.gauss(0, 0.1), y + noise.gauss(0, 0.1)])
        labels.append(-1 if upper else 1)
    return points, labels


# ---------------------------------------------------------------------------------------------- the moons step


def max_margin_loss(
    model: Callable[[list[Any]], Any], leaf: Callable[[float], Any], parameters: list[Any], samples: int
) -> Any:
    """The loss of micrograd's notebook: mean hinge plus 1e-4 times the sum of squared weights."""
    points, labels = moons(samples)
    inputs = [[leaf(x) for x in point] for point in points]
    scores = [model(x) for x in inputs]
    losses = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
    return sum(losses) * (1.0 / len(losses)) + 1e-4 * sum(p * p for p in parameters)


def scalar_moons(engine: str, samples: int) -> tuple[Step, Callable[[], Any]]:
    """The step, and the loss graph alone, in plain scalar arithmetic."""
    leaf = ENGINES[engine]()
    random.seed(1337)
    if engine == "micrograd":
        model = importlib.import_module("micrograd.nn").MLP(2, [16, 16, 1])
    else:
        model = ScalarMLP(leaf, 2, [16, 16, 1])
    parameters = model.parameters()

    def loss_graph() -> Any:
        return max_margin_loss(model, leaf, parameters, samples)

    def step() -> float:
        loss = loss_graph()
        for p in parameters:
            p.grad = None if engine == "torch" else 0.0
        loss.backward()
        for p in parameters:
            p.data -= 0.1 * p.grad
        return float(loss.item() if engine == "torch" else loss.data)

    return step, loss_graph


def nn_moons(samples: int) -> tuple[Step, Callable[[], Any]]:
    """The same step with chalkgrad's nn: one node a neuron, its loss and its optimizer."""
    import nn

    points, labels = moons(samples)
    model = nn.MLP(2, [16, 16, 1], activation="relu", init="micrograd", seed=1337)
    parameters = model.parameters()
    optimizer = nn.SGD(parameters, learning_rate=0.1)

    def loss_graph() -> Any:
        return nn.hinge([model(x) for x in points], labels) + nn.l2_penalty(parameters, 1e-4)

    def step() -> float:
        loss = loss_graph()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.data)

    return step, loss_graph


# ----------------------------------------------------------------------------- the README expression, and a chain


def readme_expression(a: Any, b: Any) -> Any:
    """The first program of micrograd's README."""
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    return g


def readme_step(engine: str) -> Step:
    leaf = ENGINES[engine]()

    def step() -> float:
        for _ in range(README_REPEATS):
            a, b = leaf(-4.0), leaf(2.0)
            readme_expression(a, b).backward()
        return float(b.grad)

    return step


def chain(engine: str, length: int) -> Iterator[str]:
    """Build, backpropagate and free x + 1 + 1 + ...; yields before each of the three, so that they can be timed."""
    leaf = ENGINES[engine]()
    yield "build"
    x = leaf(0.0)
    total = x
    for _ in range(length):
        total = total + 1.0
    yield "backward"
    total.backward()
    yield "free"
    assert float(x.grad) == 1.0, x.grad
    del total, x
    yield "done"


# --------------------------------------------------------------------------------------------------- the engines


def chalkgrad_leaf() -> Callable[[float], Any]:
    from autograd import Value

    return Value


def micrograd_leaf() -> Callable[[float], Any]:
    value_class: Callable[[float], Any] = importlib.import_module("micrograd.engine").Value
    return value_class


def tuple_leaf() -> Callable[[float], Any]:
    from peers import TupleValue

    return TupleValue


def torch_leaf() -> Callable[[float], Any]:
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
    return lambda x: torch.tensor(x, dtype=torch.float64, requires_grad=True)


ENGINES: dict[str, Callable[[], Callable[[float], Any]]] = {
    "chalkgrad": chalkgrad_leaf,
    "micrograd": micrograd_leaf,
    "tuples": tuple_leaf,
    "torch": torch_leaf,
}


def moons_step(variant: str, samples: int) -> tuple[Step, Callable[[], Any]]:
    """`variant` is an engine's name, or "nn" for chalkgrad's library."""
    return nn_moons(samples) if variant == "nn" else scalar_moons(variant, samples)


def count_live(value_class: type) -> int:
    """How many objects of an engine's class are alive."""
    return sum(type(thing) is value_class for thing in gc.get_objects())


def count_nodes(loss: Any) -> int:
    """How many nodes a PyTorch graph has: they live outside Python, so they are found from the loss."""
    seen, pending = set(), [loss.grad_fn]
    while pending:
        function = pending.pop()
        if function is not None and function not in seen:
            seen.add(function)
            pending.extend(operand for operand, _ in function.next_functions)
    return len(seen)
