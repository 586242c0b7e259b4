"""A learner's engine is run on small graphs, and its smallest failure is shown."""

from __future__ import annotations

from typing import Any

import pytest

from chalkgrad.exercises import check
from chalkgrad.exercises.engine_answers import Node, backward
from chalkgrad.exercises.lesson_04 import engine


def overwrites_written_in_another_way(output: Any) -> None:
    order: list[Any] = []

    def visit(node: Any) -> None:
        if node not in order:
            [visit(operand) for operand, _ in node.edges]
            order.append(node)

    visit(output)
    output.grad = 1.0
    while order:
        node = order.pop()
        for operand, partial in node.edges:
            setattr(operand, "grad", node.grad * partial)  # noqa: B010


def test_a_mistake_is_recognised_by_what_it_does_however_it_is_written() -> None:
    verdict = check("03.1", overwrites_written_in_another_way)
    assert verdict.says.startswith("You overwrote the gradient")
    assert verdict.detail.startswith("Smallest graph on which it goes wrong: b = a + a, with a = 2.")
    assert "a.grad is 1; 2 is right." in verdict.detail
    assert "<svg" in verdict._repr_mimebundle_()["text/html"]


def test_an_unknown_bug_gets_the_smallest_counter_example() -> None:
    def half(output: Any) -> None:
        backward(output)
        output.edges[0][0].grad *= 0.5

    verdict = check("03.2", half)
    assert verdict.says.startswith("Smallest graph on which it goes wrong: b = a + a, with a = 2.")
    assert verdict.picture is not None


def test_an_error_in_the_engine_is_told() -> None:
    assert (
        "raises AttributeError: 'Node' object has no attribute 'gradient'"
        in check("03.4", lambda out: out.gradient).says
    )


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "This should be a function backward(output)"),
        (Node, "This should be a function backward(output)"),
    ],
)
def test_a_backward_pass_must_be_a_function(answer: Any, says: str) -> None:
    assert check("03.1", answer).says.startswith(says)


def test_an_engine_must_be_a_class_with_its_methods() -> None:
    class Bare:
        def backward(self) -> None: ...

    assert check("04.3", engine()(1.0)).says.startswith("This should be a class")
    assert check("04.3", Bare).says == "The class Bare still needs __add__."


def test_an_engine_with_a_wrong_result_is_told_so() -> None:
    class Off(engine()):  # type: ignore[misc]
        def __add__(self, other: Any) -> Any:
            return type(self)(self.data + other.data + 1.0, [(self, 1.0), (other, 1.0)])

    assert "The result is 5; 4 is right." in check("04.3", Off).says


def test_a_library_engine_passes_too() -> None:
    from autograd import Value

    assert check("04.3", Value)
