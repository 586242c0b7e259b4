"""Where do the small graphs of worksheets and of exercises come from?

A `GraphProgram` describes a graph: its leaves, and steps that name an operation and its operands. It runs on any class
that has the operations: on `autograd.Value`, or on a class that a learner wrote.
"""

from __future__ import annotations

import operator
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value

NAMES = "abcdefghijkmnpqrstuvwxyz"
"""The names of a program's numbers, in order; without l and o, which look like digits."""

OPERATIONS: dict[str, tuple[int, Callable[..., Any], str]] = {
    "add": (2, operator.add, "{} + {}"),
    "subtract": (2, operator.sub, "{} - {}"),
    "multiply": (2, operator.mul, "{} * {}"),
    "divide": (2, operator.truediv, "{} / {}"),
    "negative": (1, operator.neg, "-{}"),
    "square": (1, lambda x: x**2, "{}²"),
    "relu": (1, lambda x: x.relu(), "relu({})"),
    "tanh": (1, lambda x: x.tanh(), "tanh({})"),
    "sigmoid": (1, lambda x: x.sigmoid(), "sigmoid({})"),
    "exp": (1, lambda x: x.exp(), "exp({})"),
}
"""For each operation: its number of operands, its function, and its notation."""


@dataclass(frozen=True)
class GraphProgram:
    """A small computation: numbers, then steps that use them and earlier steps; the last step is the output.

    >>> program = GraphProgram((2.0, -3.0), (("multiply", (0, 1)), ("add", (2, 0))))
    >>> print(program)
    c = a * b, d = c + a, with a = 2, b = -3
    >>> program.on_values()[-1].data
    -4.0
    """

    leaves: tuple[float, ...]
    steps: tuple[tuple[str, tuple[int, ...]], ...]

    def run(self, leaf: Callable[[float], Any], using: Mapping[str, Callable[..., Any]] | None = None) -> list[Any]:
        """All nodes of the computation, leaves first: `leaf` makes a leaf from a number, the operations make the rest.

        `using` maps names of operations to functions that replace them.
        """
        nodes = [leaf(number) for number in self.leaves]
        for operation, operands in self.steps:
            function = (using or {}).get(operation, OPERATIONS[operation][1])
            nodes.append(function(*(nodes[i] for i in operands)))
        return nodes

    def on_values(self) -> list[Value]:
        """The nodes as labelled Values, before any backward pass."""
        nodes: list[Value] = self.run(Value)
        for node, name in zip(nodes, NAMES, strict=False):
            node.label = name
        return nodes

    @property
    def depth(self) -> int:
        """The number of operations on the longest path from a leaf to the output."""
        depths = [0] * len(self.leaves)
        for _, operands in self.steps:
            depths.append(1 + max(depths[i] for i in operands))
        return depths[-1]

    def __str__(self) -> str:
        formulas = [
            f"{NAMES[len(self.leaves) + n]} = {OPERATIONS[operation][2].format(*(NAMES[i] for i in operands))}"
            for n, (operation, operands) in enumerate(self.steps)
        ]
        given = [f"{name} = {number:g}" for name, number in zip(NAMES, self.leaves, strict=False)]
        return ", ".join(formulas) + ", with " + ", ".join(given)


def random_program(source: random.Random, operations: Sequence[str], steps: int, leaves: int) -> GraphProgram:
    """A program of at most `steps` steps and `leaves` leaves, all of which the output depends on.

    Its leaves are small whole numbers. Each step prefers results that no step has used yet, and sometimes takes a
    used one, so that some nodes have two users.
    """
    numbers = tuple(float(source.choice([-3, -2, -1, 1, 2, 3])) for _ in range(leaves))
    done: list[tuple[str, tuple[int, ...]]] = []
    unused = list(range(leaves))
    for _ in range(steps):
        operation = source.choice(operations)
        operands = []
        for _ in range(OPERATIONS[operation][0]):
            fresh = unused and source.random() < 0.7
            operands.append(
                unused.pop(source.randrange(len(unused))) if fresh else source.randrange(leaves + len(done))
            )
        unused = [i for i in unused if i not in operands] + [leaves + len(done)]
        done.append((operation, tuple(operands)))
    return pruned(GraphProgram(numbers, tuple(done)))


def pruned(program: GraphProgram) -> GraphProgram:
    """The program without the leaves and steps that its output does not depend on.

    >>> print(pruned(GraphProgram((5.0, 2.0), (("add", (0, 0)), ("multiply", (1, 1))))))
    b = a * a, with a = 2
    """
    count = len(program.leaves)
    needed = {count + len(program.steps) - 1}
    for n in range(len(program.steps) - 1, -1, -1):
        if count + n in needed:
            needed |= set(program.steps[n][1])
    place = {old: new for new, old in enumerate(sorted(needed))}
    return GraphProgram(
        tuple(number for i, number in enumerate(program.leaves) if i in needed),
        tuple(
            (name, tuple(place[i] for i in operands))
            for n, (name, operands) in enumerate(program.steps)
            if count + n in needed
        ),
    )


def programs(operations: Sequence[str], count: int = 60, seed: int = 0, largest: float = 1e3) -> list[GraphProgram]:
    """Different programs, the smallest first, whose numbers stay below `largest`.

    The first ones have a single step, so that the first program on which an answer fails is small.

    >>> print(*programs(["add"], count=3), sep="; ")
    b = a + a, with a = 2; c = a + b, with a = 2, b = -3; ...
    """
    source = random.Random(seed)
    found = []
    for name in operations:
        arity = OPERATIONS[name][0]
        found += [GraphProgram((2.0,), ((name, (0,) * arity),))]
        found += [GraphProgram((2.0, -3.0), ((name, (0, 1)),))] if arity == 2 else []
    tries = 0
    while len(found) < count and tries < 100 * count:
        tries += 1
        program = random_program(source, operations, steps=source.randint(2, 5), leaves=source.randint(1, 3))
        if program not in found and is_tame(program, largest):
            found.append(program)
    return sorted(found, key=lambda p: (len(p.steps), len(p.leaves)))


def is_tame(program: GraphProgram, largest: float) -> bool:
    """Whether every step can be computed and every number is smaller than `largest`."""
    try:
        return all(abs(node.data) < largest for node in program.on_values())
    except (ArithmeticError, ValueError):
        return False
