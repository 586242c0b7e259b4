"""How is a learner's own engine tried, and its failure shown?

Read `exercise` first. An engine, or one part of it, is run on small graphs (`chalkgrad.random_graphs`) from the
simplest on; all that is observed are the numbers and gradients. A catalogued mistake is itself an engine with that
mistake, so that it is recognised by what it does, however it is written.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from autograd import draw
from chalkgrad.exercises.answer_types import require_function
from chalkgrad.exercises.exercise import Kind, same
from chalkgrad.exercises.messages import contrast, described, what_was_printed
from chalkgrad.exercises.sandbox import Failure, Seen, UnreadableError, observe_each
from chalkgrad.random_graphs import NAMES, GraphProgram, programs

_programs = functools.cache(programs)


class Node:
    """A number that remembers what it was made from: `edges` holds a pair (operand, partial) for each operand.

    >>> a = Node(3.0)
    >>> (a * a).edges == ((a, 3.0), (a, 3.0))
    True
    """

    def __init__(self, data: float, edges: Sequence[tuple[Any, float]] = ()) -> None:
        self.data, self.grad, self.edges = data, 0.0, tuple(edges)

    def __add__(self, other: Node) -> Node:
        return Node(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other: Node) -> Node:
        return Node(self.data * other.data, [(self, other.data), (other, self.data)])

    def tanh(self) -> Node:
        """tanh, with the partial 1 - tanh²."""
        out = math.tanh(self.data)
        return Node(out, [(self, 1.0 - out * out)])


def topological(output: Node) -> list[Node]:
    """The nodes of a small graph, each after all its operands."""
    order: list[Node] = []

    def visit(node: Node) -> None:
        if node not in order:
            for operand, _ in node.edges:
                visit(operand)
            order.append(node)

    visit(output)
    return order


def backward(output: Node) -> None:
    """The backward pass as it should be."""
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


@dataclass(frozen=True)
class OnGraphs(Kind):
    """What is run on small graphs made from `operations`."""

    operations: Sequence[str] = ("add", "multiply")
    count: int = 60

    @property
    def programs(self) -> list[GraphProgram]:
        """The graphs, from the simplest on."""
        return _programs(tuple(self.operations), self.count)

    def run(self, answer: Any, program: GraphProgram) -> list[Any]:
        """The nodes of one graph, after the learner's backward pass."""
        raise NotImplementedError

    def observe(self, answer: Any) -> Seen:
        """For each graph the data of its output, and the gradient of every number."""
        return observe_each([functools.partial(self._on, answer, program) for program in self.programs])

    def _on(self, answer: Any, program: GraphProgram) -> Any:
        nodes = self.run(answer, program)
        return [nodes[-1].data, [node.grad for node in nodes]]

    def show(self, answer: Any, seen: Seen, expected: Seen) -> tuple[str, Any]:
        """The smallest graph on which it goes wrong, and that graph drawn with the right gradients."""
        place = next(i for i, (a, b) in enumerate(zip(seen, expected, strict=True)) if not same(a, b, self.tolerance))
        program, got, wanted = self.programs[place], seen[place], expected[place]
        values = program.on_values()
        values[-1].backward()
        picture = draw(values[-1], partials=True)
        head = f"Smallest graph on which it goes wrong: {program}."
        tail = what_was_printed(seen.printed[place])
        if isinstance(got, Failure):
            return f"{head}\nThere it {got}.{tail}", picture
        if not same(got[0], wanted[0], self.tolerance):
            texts = contrast(got[0], wanted[0])
            return f"{head}\nThe result is {texts[0]}; {texts[1]} is right.{tail}", picture
        name, grad, right = next(
            entry
            for entry in zip(NAMES, got[1], wanted[1], strict=False)
            if not same(entry[1], entry[2], self.tolerance)
        )
        texts = contrast(grad, right)
        return f"{head}\n{name}.grad is {texts[0]}; {texts[1]} is right.{tail}", picture


@dataclass(frozen=True)
class Backward(OnGraphs):
    """A function `backward(output)` that is to fill in `.grad` on graphs of `Node`."""

    def run(self, answer: Any, program: GraphProgram) -> list[Any]:
        """Build the graph of Nodes and call the function on its output."""
        nodes = program.run(Node)
        answer(nodes[-1])
        return nodes

    def observe(self, answer: Any) -> Seen:
        """As for every engine, after a check that the answer is a function."""
        require_function(answer, ("output",), "backward")
        return super().observe(answer)


@dataclass(frozen=True)
class Engine(OnGraphs):
    """A class such as `Value`: made from a number, with the operations, `backward()`, `.data` and `.grad`."""

    operations: Sequence[str] = ("add", "multiply", "tanh")

    def run(self, answer: Any, program: GraphProgram) -> list[Any]:
        """Build the graph from the learner's class and call `backward()` on its output."""
        nodes = program.run(answer)
        nodes[-1].backward()
        return nodes

    def observe(self, answer: Any) -> Seen:
        """As for every engine, after a check that the answer is a class with the required methods."""
        if not isinstance(answer, type):
            raise UnreadableError(f"This should be a class, such as your Value, not {described(answer)}.")
        missing = [
            name for name in ("backward", *map(METHODS.__getitem__, self.operations)) if not hasattr(answer, name)
        ]
        if missing:
            raise UnreadableError(f"The class {answer.__name__} still needs {missing[0]}.")
        return super().observe(answer)


METHODS = {
    "add": "__add__", "subtract": "__sub__", "multiply": "__mul__", "divide": "__truediv__", "negative": "__neg__",
    "square": "__pow__", "relu": "relu", "tanh": "tanh", "exp": "exp",
}  # fmt: skip
"""The method behind each operation."""


@dataclass(frozen=True)
class Operation(OnGraphs):
    """A function from nodes to a node, with the right data and the right partials: the operation `name` of the graphs.

    The nodes are of the learner's own class, if the function's module has one of the name `own`.
    """

    name: str = ""
    arguments: Sequence[str] = ("a", "b")
    own: str = "Mini"
    tolerance: float = 1e-6

    @property
    def programs(self) -> list[GraphProgram]:
        """Graphs of this one operation, from the simplest on."""
        return _programs((self.name,), self.count)

    def run(self, answer: Any, program: GraphProgram) -> list[Any]:
        """Build the graph with the learner's function in the place of the operation."""
        make = getattr(answer, "__globals__", {}).get(self.own, Node)
        nodes = program.run(make, {self.name: lambda *operands: self._node(answer(*operands), make)})
        backward(nodes[-1])
        return nodes

    @staticmethod
    def _node(out: Any, make: Any) -> Any:
        if not hasattr(out, "edges"):
            raise UnreadableError(
                f"It returns {described(out)}; it should return a number with edges, {make.__name__}(..., [...])."
            )
        return out

    def observe(self, answer: Any) -> Seen:
        """As for every engine, after a check that the answer is a function."""
        require_function(answer, self.arguments, self.name)
        return super().observe(answer)
