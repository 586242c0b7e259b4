"""Graphs that are built again on the eager engine."""

from __future__ import annotations

import math

import pytest

from autograd import Value, compile, log, primitive
from autograd.compiler import eager
from autograd.compiler.eager import Replay
from autograd.compiler.frontend.flatten import PARAMETER, flatten, flatten_by_leaves
from autograd.node import edges
from autograd.primitives import TABLE


@pytest.mark.parametrize("name", ["multiply", "tanh", "where", "relu", "power", "divide", "log", "sum", "softmax"])
def test_a_replay_is_the_graph_of_other_leaves(name: str) -> None:
    row = TABLE[name]
    numbers = (1.0, 0.75, 2.0)[: row.arity]
    leaves = [Value(0.5) for _ in numbers]
    constants = [0.0] if name in ("sum", "softmax") else []
    flat, parameters = flatten_by_leaves(row(*constants, *leaves))
    number_of = dict(zip(leaves, numbers, strict=True))
    replay, others = Replay(flat), {PARAMETER: [Value(number_of[leaf]) for leaf in parameters]}
    (again,) = replay(others)
    expected = row(*constants, *map(Value, numbers))
    assert (again.primitive, again.data, [p for _, p in edges(again)]) == (
        row, expected.data, [p for _, p in edges(expected)],
    )  # fmt: skip
    assert replay.evaluate(others) == [expected.data]


def test_errors_of_a_graph_are_explained_with_and_without_a_gradient() -> None:
    x = Value(2.0)
    program = compile(log(x) * 2.0, [x])
    assert program() == 2.0 * math.log(2.0)
    x.data = -1.0
    for call in (program, program.value_and_grad):
        with pytest.raises(ValueError, match=r"-1.0\): log is defined for x > 0 only; keep x positive"):
            call()
    x.data = math.inf
    assert program() == math.inf


def test_rows_that_do_not_give_floats() -> None:
    whole = primitive("whole", lambda x: int(x) if x > 0.0 else 1j, lambda out, x: 0.0 * x)  # type: ignore[arg-type]
    x = Value(2.5)
    program = compile(whole(x) / 4.0, [x])
    assert (program(), type(program())) == (0.5, float)
    x.data = -1.0
    with pytest.raises(ValueError, match=r"whole\(.*-1.0\): the result is complex"):
        program()


def test_a_replay_takes_constants_on_either_side() -> None:
    x = Value(2.0)
    flat, _ = flatten_by_leaves((3.0 - x) / x - x / 4.0)
    assert Replay(flat)({PARAMETER: [Value(4.0)]})[0].data == -1.25


def test_a_replay_in_parts_of_numbers_computed_from_constants(monkeypatch: pytest.MonkeyPatch) -> None:
    x = Value(2.0)
    flat = flatten([(Value(2.0) * Value(3.0)) * x + Value(4.0).exp() - Value(1.0) / x], {id(x): (PARAMETER, 0)}, set())
    for size in (2, 100):
        monkeypatch.setattr(eager, "NODES_AT_ONCE", size)
        replay, leaves = Replay(flat), {PARAMETER: [Value(5.0)]}
        (again,) = replay(leaves)
        assert again.data == 6.0 * 5.0 + math.exp(4.0) - 1.0 / 5.0
        assert replay.evaluate(leaves) == [again.data]
