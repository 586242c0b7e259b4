"""Which mistakes do learners make in lesson 01, "Values remember"?"""

from __future__ import annotations

from typing import Any

from autograd import Value, tanh
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.kinds import Function, Number


def operand_values(value: Value) -> list[Value]:
    """The operands that are Values; a plain number is no node of the graph."""
    return [operand for operand in value.operands if isinstance(operand, Value)]


def in_order(output: Value) -> list[Value]:
    """All Values of a graph, each once, operands first."""
    order: list[Value] = []

    def visit(value: Value) -> None:
        if value not in order:
            for operand in operand_values(value):
                visit(operand)
            order.append(value)

    visit(output)
    return order


def count(output: Value) -> int:
    """How many Values a graph has."""
    return len(in_order(output))


def _paths(output: Value) -> int:
    return 1 + sum(_paths(operand) for operand in operand_values(output))


def _leaves(output: Value) -> int:
    return sum(not value.operands for value in in_order(output))


def _neighbours(output: Value) -> int:
    return 1 + len({*operand_values(output)})


def _small_graphs() -> list[Value]:
    """Graphs on which the different ways to count give different numbers."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    return [a, a * a, c + a, tanh(c + a) * c, (c + c) * (c + c), (a + b) * (a + b) + 2.0 * c]


def shape(build: Any, a: float, b: float) -> list[Any]:
    """What `build(a, b)` computes, and its graph: for each node its operation and the places of its operands."""
    out = build(Value(a, label="a"), Value(b, label="b"))
    if not isinstance(out, Value):
        return [out]
    order = in_order(out)
    rows = []
    for value in order:
        name = value.primitive.name if value.primitive else "leaf " + value.label
        operands = [order.index(o) if isinstance(o, Value) else f"the number {o:g}" for o in value.operands]
        rows.append([name, sorted(map(str, operands)) if name in ("add", "multiply") else operands])
    return [out.data, sorted(map(str, rows))]


def _shared(a: Value, b: Value) -> Value:
    s = a + b
    return s * s


EXERCISES = [
    Exercise(
        "01.1",
        "How many numbers (boxes) has the graph of tanh(x*w + b)?",
        Number(),
        right=6,
        wrong=[
            Mistake(
                3, "Those are the leaves x, w and b, or the three operations. Each operation makes a number of its own."
            ),
            Mistake(
                4, "The result of x*w is a number of the graph, and so is that of the sum: x, w, b, then one a step."
            ),
            Mistake(
                5, "Nearly: three leaves, and one number for each of the operations *, + and tanh. The output counts."
            ),
            Mistake(9, "You counted the circles too. They are operations; the question is about numbers."),
        ],
        hints=["Write down the leaves first.", "Then one number for each operation: *, + and tanh."],
    ),
    Exercise(
        "01.2",
        "s = a + a, out = s * a. How many edges lead from an operand to an operation?",
        Number(),
        right=4,
        wrong=[
            Mistake(3, "a + a uses a twice, and that makes two edges."),
            Mistake(2, "There are two operations, and each has two operands."),
            Mistake(6, "You counted the arrows from an operation to its result as well."),
        ],
        hints=["Each operation here has two operands.", "a + a has two edges from the same box."],
    ),
    Exercise(
        "01.3",
        "Write count(output): how many Values does its graph have, each counted once?",
        Function(
            tuple((i,) for i in range(6)),
            names=("graph number",),
            watch=lambda answer, i: answer(_small_graphs()[i]),
        ),
        right=count,
        wrong=[
            Mistake(
                _paths,
                "A Value with two users was counted twice. Remember in a set which ones were seen.",
            ),
            Mistake(lambda out: count(out) - 1, "One too few: the output is a Value of its graph as well."),
            Mistake(_leaves, "Those are the leaves only. What an operation gives is a Value too."),
            Mistake(
                _neighbours, "That stops at the operands of the output. Their operands belong to the graph as well."
            ),
            Mistake(
                lambda out: count(out) - _leaves(out),
                "Those are the operations only. The leaves, which have no operands, are Values of the graph too.",
            ),
        ],
        hints=[
            "Begin with a list of the output alone, and go on as long as there is something in the list.",
            "Keep a set `seen`. Take a Value from the list; if it is new, add it to `seen` and its operands "
            "to the list.",
        ],
        praise="Right. This walk, each node once, is the first half of backpropagation.",
    ),
    Exercise(
        "01.4",
        "Write build(a, b): (a + b)² as a graph of four numbers, in which one number is used twice.",
        Function(((2.0, -3.0), (1.0, 1.0)), names=("a", "b"), watch=shape),
        right=_shared,
        wrong=[
            Mistake(
                lambda a, b: (a + b) * (a + b),
                "You computed a + b twice, and so there are two numbers for it. Give the sum a name and use "
                "that twice.",
            ),
            Mistake(
                lambda a, b: (a + b) ** 2,
                "The number is right, but power is another operation, and uses the sum once. Multiply the "
                "sum by itself.",
            ),
            Mistake(
                lambda a, b: a * a + 2 * a * b + b * b,
                "The number is right, the graph is not: multiplied out, it has many more numbers.",
            ),
            Mistake(
                lambda a, b: a * a + b * b,
                "(a + b)² is not a² + b²; and the graph wanted has one sum, multiplied by itself.",
            ),
        ],
        hints=["s = a + b", "Then s * s: one box, two arrows."],
    ),
]
