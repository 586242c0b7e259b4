"""A small `dot` or `sum` is shown as its products and sums, with the same numbers, and every node has a name."""

from __future__ import annotations

import math
from typing import Any

import pytest

from autograd import Value, cross_entropy, dot, power, trace
from autograd import sum as total


def neuron() -> Value:
    """The neuron of the lesson: tanh(x1 w1 + x2 w2 + b) with the gradients 0.5 on the way."""
    x1, w1, x2, w2, b = (
        Value(v, label=n) for n, v in {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}.items()
    )
    return (x1 * w1 + x2 * w2 + b).tanh()


@pytest.mark.parametrize("inputs", [1, 2, 5])
def test_a_small_dot_is_shown_as_the_lesson_computes_it(inputs: int) -> None:
    ws = [Value(0.5 - n, label=f"w{n}") for n in range(inputs)]
    xs = [Value(1.5 * n + 1, label=f"x{n}") for n in range(inputs)]
    b = Value(0.25, label="b")
    out = dot(ws, xs, start=b)
    seen = trace(out)
    assert [step.operation for step in seen.forward] == ["multiply"] * inputs + ["add"] * inputs
    by_hand = b
    for w, x in zip(ws, xs, strict=True):
        by_hand = by_hand + w * x
    by_hand.backward()
    assert seen.node(out).data == by_hand.data
    assert {v.label: seen.node(v).gradient for v in [*ws, *xs, b]} == {v.label: v.grad for v in [*ws, *xs, b]}


def test_a_repeated_operand_sums_up_in_the_order_of_backward() -> None:
    x = Value(1.0)
    out = dot([x, x, x], [0.1, 0.2, 0.3])
    out.backward()
    assert trace(out).node(x).gradient == x.grad == 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1


def test_from_twelve_operands_on_a_dot_stays_one_node() -> None:
    ws = [Value(1.0) for _ in range(6)]
    assert len(trace(dot(ws[:5], [2.0] * 5)).forward) > 1  # 11 operands
    assert [step.operation for step in trace(dot(ws, [2.0] * 6)).forward] == ["dot"]  # 13
    assert [step.operation for step in trace(total(ws + ws[:5])).forward] == ["sum"]  # 12, the start included


def test_on_request_a_dot_stays_one_node() -> None:
    w = Value(2.0, label="w")
    seen = trace(dot([w], [3.0], start=Value(1.0)), expand=False)
    assert [step.operation for step in seen.forward] == ["dot"]
    assert seen.node(w).gradient == 3.0


@pytest.mark.parametrize(
    ("build", "operations"),
    [
        (lambda x: dot([x], [3.0]), ["multiply"]),
        (lambda x: dot([3.0], [x]), ["multiply"]),
        (lambda x: total([x]), ["add"]),
        (lambda x: total([x, 1.0]), ["add"]),
        (lambda x: total([x, x, x], start=2.0), ["add"] * 3),
        (lambda x: dot([x, 2.0], [x, x], start=1.0), ["multiply", "multiply", "add", "add"]),
    ],
)
def test_expanding_without_a_start_and_with_constants(build: Any, operations: list[str]) -> None:
    x = Value(5.0)
    out = build(x)
    out.backward()
    seen = trace(out)
    assert [step.operation for step in seen.forward] == operations
    assert seen.nodes[seen.output].data == out.data
    assert seen.node(x).gradient == x.grad


def test_parts_are_told_apart_from_values() -> None:
    out = dot([Value(1.0), Value(2.0)], [3.0, 4.0])
    kinds = [node.kind for node in trace(out).nodes]
    assert kinds.count("part") == 2
    assert kinds.count("operation") == 1
    assert kinds.count("constant") == 2


def test_names_are_unique_and_in_one_line() -> None:
    labels = ["x", "x", "v1", "a\nb", "y" * 50, "p q"]
    leaves = [Value(1.0, label=label) for label in labels]
    out = leaves[0] * leaves[1] + (leaves[2] + leaves[3]) * (leaves[4] * leaves[5])
    seen = trace(out)
    names = [seen.node(leaf).name for leaf in leaves]
    assert names == ["x", "x#2", "v1", r"a\nb", "y" * 40 + "...", "p q"]
    assert [seen.node(leaf).label for leaf in leaves] == labels
    every = [node.name for node in seen.nodes]
    assert len(set(every)) == len(every)
    assert "(p q)" in " ".join(step.formula for step in seen)


def test_a_row_with_more_operands_than_there_are_letters() -> None:
    x = Value(1.0)
    seen = trace(total([x] * 70_000))
    assert seen.forward[0].formula == "sum(...)"
    assert seen.node(x).gradient == 70_000.0


def test_sums_of_nothing_but_a_start_stay_as_they_are() -> None:
    x = Value(2.0)
    assert [step.operation for step in trace(dot([], [], start=x)).forward] == ["dot"]


def test_an_exponent_and_an_index_belong_to_the_operation() -> None:
    x = Value(3.0, label="x")
    squared = trace(x**2)
    assert [node.sign for node in squared.nodes] == ["", "**2"]
    assert squared.forward[0].values == (3.0, 2.0)
    loss = trace(cross_entropy([x, Value(1.0)], 1))
    assert [node.kind for node in loss.nodes] == ["leaf", "leaf", "operation"]
    assert [step.position for step in loss] == [0, 1]


def test_a_variable_exponent_is_an_operand() -> None:
    x, y = Value(2.0), Value(3.0)
    seen = trace(power(x, y))
    assert (seen.node(x).gradient, seen.node(y).gradient) == pytest.approx((12.0, 8.0 * math.log(2.0)))


def test_what_was_changed_since_is_marked() -> None:
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    product = a * b
    neuron = dot([a], [c], start=1.0)
    out = (product + neuron) * c
    assert not any(node.changed for node in trace(out).nodes)
    a.data = 5.0
    seen = trace(out)
    assert seen.node(product).changed
    assert seen.node(neuron).changed
    assert not seen.node(out).changed
    assert seen.node(b).gradient == 8.0  # c a, with the a of the forward pass


def test_a_backward_of_the_users_own_is_shown_by_what_it_adds() -> None:
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    out = Value(a.data * b.data, (a, b), "mul")

    def backward() -> None:
        a.grad += b.data * out.grad
        b.grad += a.data * out.grad

    out._backward = backward
    a.grad = 100.0
    seen = trace(out * 10.0)
    assert (seen.node(a).gradient, seen.node(b).gradient) == (30.0, 20.0)
    assert [step.formula for step in seen] == ["10", "", ""]
    assert (a.grad, b.grad, out.grad) == (100.0, 0.0, 0.0)
