"""Which mistakes do learners make in lesson 03, "Why the order matters, why gradients add"?

Each of the first four exercises is a broken `backward(output)` to be repaired; all share one catalogue, because a
repair may put in another bug than the one it takes out.
"""

from __future__ import annotations

from typing import Any

from chalkgrad.exercises.answer_types import Choice, Number
from chalkgrad.exercises.engine_answers import Backward, Node, backward, topological
from chalkgrad.exercises.exercise import Exercise, Mistake
from chalkgrad.exercises.variants import derivatives


def overwrites(output: Node) -> None:  # noqa: D103 - each of these is named by its mistake
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad = partial * node.grad


def first_come(output: Node) -> None:  # noqa: D103
    output.grad = 1.0
    waiting, seen = [output], [output]
    while waiting:
        node = waiting.pop(0)
        for operand, partial in node.edges:
            operand.grad += partial * node.grad
            if operand not in seen:
                seen.append(operand)
                waiting.append(operand)


def naive(output: Node) -> None:  # noqa: D103
    output.grad = 1.0

    def visit(node: Node) -> None:
        for operand, partial in node.edges:
            operand.grad += partial * node.grad
            visit(operand)

    visit(output)


def naive_level(output: Node) -> None:  # noqa: D103
    output.grad = 1.0

    def visit(node: Node) -> None:
        for operand, partial in node.edges:
            operand.grad += partial * node.grad
        for operand, _ in node.edges:
            visit(operand)

    visit(output)


def naive_once(output: Node) -> None:  # noqa: D103
    output.grad = 1.0
    seen: list[Node] = []

    def visit(node: Node) -> None:
        if node in seen:
            return
        seen.append(node)
        for operand, partial in node.edges:
            operand.grad += partial * node.grad
            visit(operand)

    visit(output)


def forwards(output: Node) -> None:  # noqa: D103
    output.grad = 1.0
    for node in topological(output):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


def without_seed(output: Node) -> None:  # noqa: D103
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


def seeded_with_data(output: Node) -> None:  # noqa: D103
    output.grad = output.data
    for node in reversed(topological(output)):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


def several_times(output: Node) -> None:  # noqa: D103
    order: list[Node] = []

    def visit(node: Node) -> None:
        for operand, _ in node.edges:
            visit(operand)
        order.append(node)

    visit(output)
    output.grad = 1.0
    for node in reversed(order):
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


def too_early(output: Node) -> None:  # noqa: D103
    order: list[Node] = []

    def visit(node: Node) -> None:
        if node not in order:
            order.append(node)
            for operand, _ in node.edges:
                visit(operand)

    visit(output)
    output.grad = 1.0
    for node in order:
        for operand, partial in node.edges:
            operand.grad += partial * node.grad


def edges_once(output: Node) -> None:  # noqa: D103
    output.grad = 1.0
    for node in reversed(topological(output)):
        for operand, partial in set(node.edges):
            operand.grad += partial * node.grad


def _with(factor: Any) -> Any:
    def backward(output: Node) -> None:
        output.grad = 1.0
        for node in reversed(topological(output)):
            for operand, partial in node.edges:
                operand.grad += factor(node, operand, partial)

    return backward


CATALOGUE = [
    Mistake(
        naive_level,
        "A number was visited before all its users were done. The recursion comes to it once for each path, and each "
        "time it passes on all that has arrived so far. Sort the nodes, and visit each one once.",
    ),
    Mistake(
        overwrites,
        "You overwrote the gradient: a number that is used twice gets one contribution for each use. Use +=.",
    ),
    Mistake(
        naive,
        "A number was visited before all its users were done, and again for each user. It passed on a part of its "
        "gradient, and later the same part again. Sort the nodes first.",
    ),
    Mistake(
        naive_once,
        "A number was visited before all its users were done. It passed on its gradient, and what arrived later never "
        "got through. A number may pass on its gradient only when every user has added its part.",
    ),
    Mistake(
        first_come,
        "First come, first served is not enough: a number near the output can have a user that is further away, and "
        "is visited before that user is done. Sort by which number uses which, not by distance.",
    ),
    Mistake(
        forwards,
        "You went forwards, from the leaves to the output, so each number is visited before anything has arrived at "
        "it. Use reversed(...).",
    ),
    Mistake(
        without_seed,
        "Every gradient is 0, because output.grad was never set to 1. Each gradient is a multiple of that first one.",
    ),
    Mistake(
        seeded_with_data,
        "The first gradient is 1, not the output's own number: nudge the output, and it changes by just that nudge.",
    ),
    Mistake(
        several_times,
        "A number is in the list once for each path to it, and passes on its gradient each time. Keep a set of those "
        "seen.",
    ),
    Mistake(
        too_early,
        "A number is put in the list before its operands are visited, so an operand can come before another of its "
        "users. Append each number after its operands, and go through the list backwards.",
    ),
    Mistake(
        edges_once,
        "For a + a you followed one of the two edges only: equal edges are still two. Do not put them in a set.",
    ),
    Mistake(
        _with(lambda node, operand, partial: partial * node.data),
        "You multiplied by the output, not by the incoming gradient: partial * node.grad.",
    ),
    Mistake(
        _with(lambda node, operand, partial: partial),
        "You passed on the partial alone. The chain rule multiplies it by the incoming gradient: partial * node.grad.",
    ),
    Mistake(
        _with(lambda node, operand, partial: node.grad),
        "You passed on the incoming gradient unchanged. The chain rule multiplies it by the partial.",
    ),
    Mistake(
        _with(lambda node, operand, partial: partial * operand.grad),
        "Nothing arrives below the output. Do you multiply by the gradient of the operand, which is still 0? Use "
        "node.grad. Or is no edge followed at all?",
    ),
    Mistake(
        _with(lambda node, operand, partial: partial + node.grad),
        "Along a path the factors are multiplied, partial * node.grad; only over paths are they added.",
    ),
]

WHAT = "Repair backward_{}, so that its gradients are right on every graph."


def _repair(number: str, which: str, *hints: str) -> Exercise:
    return Exercise(
        number, WHAT.format(which), Backward(), backward, CATALOGUE, hints, "Right on every graph that was tried."
    )


EXERCISES = [
    _repair("03.1", "a", "Try it on a + a. How many contributions arrive at a?", "What does = do that += does not?"),
    _repair(
        "03.2",
        "b",
        "Follow it by hand on b = a + a, c = b + b. When does b pass on its gradient for the first time?",
        "Let it make a list by topological(output), and go through that list.",
    ),
    _repair(
        "03.3",
        "c",
        "Print len(topological_c(...)) for b = a + a. How many nodes does that graph have?",
        "visit must return at once for a node that it has seen.",
    ),
    _repair(
        "03.4",
        "d",
        "What does a node pass on when the partials are 1, as in a + b?",
        "Which two numbers are multiplied?",
    ),
    Exercise(
        "03.5",
        kind=Number(),
        **derivatives.passes_after_zero.plain(5, 2, 3),
    ),
    Exercise(
        "03.6",
        "In which order may a backward pass visit b = a + a, c = a * b, d = c + b: 'd c b a', 'd b c a', 'a b c d' or "
        "'d c a b'?",
        Choice(["d c b a", "d b c a", "a b c d", "d c a b"]),
        right="d c b a",
        wrong=[
            Mistake("d b c a", "c uses b, so c must be done before b passes on its gradient."),
            Mistake(
                "a b c d", "That is the forward order: each before those that use it. Backward goes the other way."
            ),
            Mistake("d c a b", "b uses a, so b must be done before a is complete."),
        ],
        hints=["Which numbers use b? All of them must come before b."],
    ),
    Exercise(
        "03.7",
        "x = Value(3.0), y = Value((x * x).data) * 2. After y.backward(), what is x.grad?",
        Number(),
        right=0.0,
        wrong=[
            Mistake(12.0, "That would be right without .data. The plain number 9 has no memory of x."),
            Mistake(
                6.0, "That is the derivative of x². But y was not made from x: .data is a plain number, without memory."
            ),
            Mistake(2.0, "That is the gradient of the new leaf, Value(9.0). Is there a path from it to x?"),
            Mistake(18.0, "That is y itself. The question is about the gradient of x."),
            Mistake(9.0, "That is x². The question is about the gradient of x."),
        ],
        hints=["Draw the graph of y. Which leaves does it have?", "Is there any path from y back to x?"],
        praise="Right: .data cuts the graph, and no gradient crosses the cut. Use it only to read numbers.",
    ),
]
