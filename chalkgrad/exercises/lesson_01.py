"""Which mistakes do learners make in lesson 01, "Values remember"?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd import Value, draw, tanh
from chalkgrad.exercises.answer_types import Function, Number
from chalkgrad.exercises.exercise import Exercise, Mistake, same
from chalkgrad.exercises.messages import contrast
from chalkgrad.exercises.sandbox import Failure


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


def leaves(output: Value) -> int:
    """The number of leaves, the Values of a graph that were not computed from others."""
    return sum(not value.operands for value in in_order(output))


def count(output: Value) -> int:
    """The number of Values in a graph."""
    return len(in_order(output))


def _leaves_by_path(output: Value) -> int:
    return sum(map(_leaves_by_path, operand_values(output))) if output.operands else 1


def _leaves_with_numbers(output: Value) -> int:
    numbers = [o for value in in_order(output) for o in value.operands if not isinstance(o, Value)]
    return leaves(output) + len(numbers)


def _leaves_next_to(output: Value) -> int:
    return sum(not value.operands for value in {output, *operand_values(output)})


def _small_graphs() -> dict[str, Value]:
    """Graphs on which the different ways to count give different numbers, by their formulas."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return {
        "a alone": a,
        "a * a": a * a,
        "a * b + a": a * b + a,
        "tanh(a * b + a)": tanh(a * b + a),
        "2 * a + b": 2.0 * a + b,
        "(a + b) * (a + 1)": (a + b) * (a + 1.0),
    }


def shape(build: Any, a: float, b: float) -> list[Any]:
    """What `build(a, b)` computes, and its graph: for each node its operation and the places of its operands."""
    out = build(Value(a, label="a"), Value(b, label="b"))
    if not isinstance(out, Value):
        return [out]
    order = in_order(out)
    rows, names = [], []
    for value in order:
        name = value.primitive.name if value.primitive else "leaf " + value.label
        operands = [order.index(o) if isinstance(o, Value) else f"the number {o:g}" for o in value.operands]
        rows.append([name, sorted(map(str, operands)) if name in ("add", "multiply") else operands])
        names.extend([name] if value.primitive else [])
    return [out.data, len(order), names, sorted(map(str, rows))]


class _Graphs(Function):
    """As `Function`, for `shape`: tells what is wrong with the graph."""

    def _difference(self, got: Any, wanted: Any, names: Sequence[str]) -> str:
        if isinstance(got, Failure) or len(got) < 2:
            return super()._difference(got if isinstance(got, Failure) else got[0], wanted[0], names)
        if not same(got[0], wanted[0], self.tolerance):
            texts = contrast(got[0], wanted[0])
            return f"the result is {texts[0]}; {texts[1]} is right."
        if got[1] != wanted[1]:
            return f"the result is right, but its graph has {got[1]} numbers; it should have {wanted[1]}."
        said = f"the result is right, and its graph has {wanted[1]} numbers, but "
        if got[2] != wanted[2]:
            return f"{said}its operations are {' and '.join(got[2])}; they should be {' and '.join(wanted[2])}."
        return f"{said}they are not connected as they should be."


def _shared(a: Value, b: Value) -> Value:
    s = a + b
    return s * s


EXERCISES = [
    Exercise(
        "01.1",
        "How many numbers (boxes) does the graph of tanh(x*w + b) have?",
        Number(tolerance=1e-6),
        right=6,
        wrong=[
            Mistake(
                3, "Those are the leaves x, w and b, or the three operations. Each operation makes a number of its own."
            ),
            Mistake(
                4,
                "The results of x*w and of the sum are numbers of the graph too: x, w, b, then one for each step.",
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
        Number(tolerance=1e-6),
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
        "Write leaves(output), which counts the leaves of the graph, each once.",
        Function(
            [(formula,) for formula in _small_graphs()],
            arguments=["output"],
            watch=lambda answer, formula: answer(_small_graphs()[formula]),
            where=lambda formula: f"For the graph of {formula}",
            picture=lambda answer, formula: draw(_small_graphs()[formula]),
        ),
        right=leaves,
        wrong=[
            Mistake(
                _leaves_by_path, "A leaf with two users was counted twice. Remember in a set which ones were seen."
            ),
            Mistake(count, "Those are all Values of the graph. A leaf is one that has no operands."),
            Mistake(
                lambda out: count(out) - leaves(out),
                "Those are the Values that an operation gave. The leaves are the others, without operands.",
            ),
            Mistake(
                _leaves_with_numbers,
                "You counted the plain numbers too, such as the 2 in 2 * a. They are not Values, and have no gradient.",
            ),
            Mistake(
                _leaves_next_to, "That stops at the operands of the output. Their operands belong to the graph as well."
            ),
            Mistake(
                lambda out: leaves(out) if out.operands else 0,
                "A graph may consist of a single leaf, which is its output as well.",
            ),
        ],
        hints=[
            "all_values(output), from the lesson, gives each Value once. Which of them are leaves?",
            "A leaf's `operands` is an empty tuple: `not value.operands` is True.",
        ],
        praise="Right. This walk, each node once, is the first half of backpropagation.",
    ),
    Exercise(
        "01.4",
        "Write build(a, b): (a + b)² as a graph of four numbers, in which one number is used twice.",
        _Graphs(
            ((2.0, -3.0), (1.0, 1.0)),
            names=("a", "b"),
            watch=shape,
            picture=lambda build, a, b: draw(build(Value(a, label="a"), Value(b, label="b"))),
        ),
        right=_shared,
        wrong=[
            Mistake(
                lambda a, b: (a + b) * (a + b),
                "You computed a + b twice, so there are two numbers for it. Give the sum a name and use that twice.",
            ),
            Mistake(
                lambda a, b: (a + b) ** 2,
                "The number is right, but power is another operation, and uses the sum once. Multiply the sum by "
                "itself.",
            ),
            Mistake(
                lambda a, b: a * a + 2 * a * b + b * b,
                "The number is right, the graph is not: multiplied out, it has many more numbers.",
            ),
            Mistake(
                lambda a, b: a * a + b * b,
                "(a + b)² is not a² + b²; and the graph should have one sum, multiplied by itself.",
            ),
        ],
        hints=["s = a + b", "Then s * s: one box, two arrows."],
    ),
]
