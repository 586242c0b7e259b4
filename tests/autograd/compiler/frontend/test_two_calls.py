"""Two calls that must do the same: what differs between them is named, and what does not becomes one graph."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, primitive
from autograd.compiler import compile, drawn
from autograd.compiler.frontend.flatten import CAPTURED, CONSTANT, flatten
from autograd.compiler.frontend.two_calls import _called, _made_inside, trace

OUTSIDE, OTHER = Value(5.0), Value(5.0)
ROWS = [(Value(0.5), Value(1.0), Value(2.0)), (0.0, OUTSIDE, OTHER), (Value(1.0), OUTSIDE, OUTSIDE)]


def traced(function: Callable[..., Any], numbers: int = 2) -> Any:
    return trace(function, [np.array(float(n + 1)) for n in range(numbers)], [], "f")


def test_a_leaf_from_outside_is_captured_and_one_from_inside_a_constant() -> None:
    graph = traced(lambda x: Value(7.0) * OTHER + (x * OUTSIDE + Value(7.0)), 1).flat
    kinds = graph.operation
    assert (np.sum(kinds == CAPTURED), np.sum(kinds == CONSTANT)) == (2, 2)
    captured = np.flatnonzero(kinds == CAPTURED)
    assert [graph.captured[graph.position[node]] for node in captured] == [OTHER, OUTSIDE]
    assert graph.number[kinds == CONSTANT].tolist() == [7.0, 7.0]


def test_no_graph_stays_alive_after_tracing() -> None:
    def chain(x: Value) -> Value:
        for _ in range(100):
            x = x * 1.5
        return x

    def alive() -> int:
        return sum(type(thing) is Value for thing in gc.get_objects())

    before = alive()
    assert len(traced(chain, 1).flat) > 100
    assert alive() - before < 10


def in_turn(one: Callable[..., Any], other: Callable[..., Any]) -> Callable[..., Any]:
    """A function that does the one thing in one call and the other in the next."""
    calls: list[int] = []

    def function(*arguments: Any) -> Any:
        calls.append(1)
        return (other, one)[len(calls) % 2](*arguments)

    return function


def cubed(x: Value, n: int) -> Value:
    for _ in range(n):
        x = x * x
    return x


def twice(x: Value) -> Value:
    once = x.exp()
    return once * once


def own_row(*xs: Any) -> Any:
    if len(xs) == 1:
        return primitive("own", lambda x: x * x, lambda out, x: 2.0 * x)(*xs)
    return primitive("own", lambda x, y: x * x, lambda out, x, y: 2.0 * x, lambda out, x, y: 0.0)(*xs)


def two_layers(x: Any, y: Any) -> list[Any]:
    return [autograd.affine([row], xs)[0] for row, xs in zip(ROWS[::2], ([y, x], [x, y]), strict=True)]


DIFFERENT = {
    "operations": (lambda x, y: x + y, lambda x, y: x * y, "add in one call and multiply in the next"),
    "operations inside": (lambda x, y: (x + y).exp(), lambda x, y: (x - y).exp(), "add .* subtract"),
    "operands of a minus": (lambda x, y: x - y, lambda x, y: y - x, "different operations;"),
    "which of two arguments": (lambda x, y: x * x, lambda x, y: x * y, "different operations"),
    "number of steps": (lambda x, y: cubed(x, 2), lambda x, y: cubed(x, 3), "different operations"),
    "a number": (lambda x, y: x * 2.0, lambda x, y: x * 3.0, "a constant was 2.0 in one call and 3.0 in the next"),
    "a first number": (lambda x, y: 2.0 / x, lambda x, y: 3.0 / x, "a constant was 2.0 in one call and 3.0"),
    "nan": (lambda x, y: x * 2.0, lambda x, y: x * float("nan"), "a constant was 2.0 in one call and nan"),
    "a number for a leaf": (lambda x, y: x * 2.0, lambda x, y: x * Value(2.0), "a number in one call and a leaf"),
    "a leaf for a number": (lambda x, y: x * Value(2.0), lambda x, y: x * 2.0, "a leaf in one call and a number"),
    "a node for a number": (lambda x, y: x * y.exp(), lambda x, y: x * 2.0, "exp in one call and a number"),
    "a leaf for a node": (lambda x, y: x * y.exp(), lambda x, y: x * Value(2.0), "exp in one call and a leaf"),
    "an argument for a leaf": (lambda x, y: x * Value(2.0), lambda x, y: x * y, "different operations"),
    "the number of a leaf": (lambda x, y: x * Value(2.0), lambda x, y: x * Value(3.0), "a constant was 2.0 .* 3.0"),
    "the leaf outside": (lambda x, y: x * OUTSIDE, lambda x, y: x * Value(6.0), "a constant was 5.0 .* 6.0"),
    "terms": (
        lambda x, y: autograd.sum([x, y]),
        lambda x, y: autograd.sum([x, y, y]),
        "different (operations|numbers of operands)",
    ),
    "order of terms": (
        lambda x, y: autograd.logsumexp([x, y]),
        lambda x, y: autograd.logsumexp([y, x]),
        "different operations",
    ),
    "a number in a dot": (
        lambda x, y: autograd.dot([x, y], [1.0, 2.0]),
        lambda x, y: autograd.dot([x, y], [1.0, 3.0]),
        "a constant was 2.0 in one call and 3.0",
    ),
    "a number among terms": (
        lambda x, y: autograd.sum([x, y]),
        lambda x, y: autograd.sum([x, 2.0]),
        "different operations",
    ),
    "nesting": (lambda x, y: [x + y, y], lambda x, y: [[x + y], y], "its results are nested differently"),
    "an output": (lambda x, y: [x + y, y], lambda x, y: [x + y, x], "different operations"),
    "one of two outputs": (lambda x, y: [x * y] * 2, lambda x, y: [x + y, x * y], "different operations"),
    "inputs of a layer": (
        lambda x, y: autograd.sum(autograd.affine(ROWS[::2], [x, y])),
        lambda x, y: autograd.sum(two_layers(x, y)),
        "different operations",
    ),
    "inputs of two layers": (
        lambda x, y: autograd.sum(two_layers(x, y)),
        lambda x, y: autograd.sum(autograd.affine(ROWS[::2], [x, y])),
        "different operations",
    ),
    "a number for a second use": (
        lambda x, y: (x + y) * y,
        lambda x, y: (x + 2.0) * y,
        "a leaf in one call and a number in the next",
    ),
    "rows of one name": (lambda x, y: own_row(x), lambda x, y: own_row(x, y), "different operations"),
    "sharing": (lambda x, y: twice(x), lambda x, y: x.exp() * x.exp(), "different operations"),
    "random numbers": (
        lambda x, y: drawn(lambda: 1.0) - drawn(lambda: 2.0),
        lambda x, y: -(drawn(lambda: 1.0) - drawn(lambda: 2.0)),
        "subtract in one call and negative",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_a_difference_is_named(name: str) -> None:
    one, other, message = DIFFERENT[name]
    with pytest.raises(TypeError, match=f"(?s)f is not the same at every call: .*{message}"):
        trace(in_turn(one, other), [np.array(1.0), np.array(2.0)], [], "f")


def test_the_order_of_random_numbers_matters() -> None:
    def one_minus_other(x: Any) -> Any:
        first, second = drawn(lambda: 1.0), drawn(lambda: 2.0)
        return x * first / second

    def other_minus_one(x: Any) -> Any:
        first, second = drawn(lambda: 1.0), drawn(lambda: 2.0)
        return x * second / first

    with pytest.raises(TypeError, match="not the same at every call"):
        traced(in_turn(one_minus_other, other_minus_one), 1)


ALIKE = {
    "nan": lambda x, y: x * float("nan"),
    "a row of its own in each call": lambda x, y: own_row(x) + own_row(y),
    "rows that are shared": lambda x, y: autograd.sum(
        v.tanh() for row in (autograd.affine(ROWS, [x, y]), autograd.affine(ROWS, [y, x])) for v in row
    ),
    "softmax": lambda x, y: autograd.softmax([x, y, 0.5])[1],
    "equal outputs": lambda x, y: [x * y] * 2,
}


@pytest.mark.parametrize("name", ALIKE)
def test_what_two_calls_do_alike_is_one_graph(name: str) -> None:
    program: Any = compile(ALIKE[name], backend="numpy")
    with program.assume_unchanged():
        results, expected = program(0.3, 0.7), ALIKE[name](Value(0.3), Value(0.7))
    pairs = zip(results, expected, strict=True) if isinstance(results, list) else [(results, expected)]
    for result, value in pairs:
        assert result == pytest.approx(value.data, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("starts", [(1, 1.0), (1.0, 1)])
def test_a_number_may_be_of_another_type(starts: tuple[float, float]) -> None:
    one, other = (lambda x, y, start=start: autograd.dot([x, y], [y, x], start=start) for start in starts)
    first, again = (_called(function, [np.array(0.3), np.array(0.7)], {}, "f") for function in (one, other))
    nodes: list[list[Value]] = []
    flat = flatten(first.outputs, first.known, nodes=nodes)
    assert _made_inside(first, again, flat, nodes[0], nodes[1]) == []
    assert len(first.outputs[0]._x) != len(again.outputs[0]._x)  # the operands are grouped differently


def test_a_node_of_the_first_call_is_refused_in_the_second() -> None:
    seen: list[Any] = []

    def same_place(x: Any) -> Any:
        seen.append(OUTSIDE.exp())
        return x * seen[0]

    with pytest.raises(TypeError, match="computed outside it from Values"):
        traced(same_place, 1)
