"""Groups that are split into the parts which different groups read: the gates of a recurrence become one loop."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from small_graphs import A, grouped

import autograd
import nn
from autograd import Value, sigmoid, tanh
from autograd.compiler import compile
from autograd.compiler.passes.group import ElementWise, Group
from autograd.compiler.passes.split import split_by_readers


def sizes(groups: list[Group], name: str) -> list[int]:
    return [len(group.nodes) for group in groups if isinstance(group, ElementWise) and group.name == name]


def split(*outputs: Value, inputs: list[Value]) -> tuple[list[Group], list[Group]]:
    flat, groups, per_sample, nodes = grouped(*outputs, inputs=tuple(inputs))
    for group in groups:
        group.per_sample = bool(per_sample[group.nodes].all())
    return groups, split_by_readers(groups, flat.outputs, len(nodes.operation))


def test_gates_are_split_by_what_reads_them() -> None:
    x = [Value(float(n)) for n in range(12)]
    opened = [sigmoid(v) for v in x]
    out = [tanh(a) * b / c for a, b, c in zip(opened[:4], opened[4:8], opened[8:], strict=True)]
    groups, parts = split(autograd.sum([A * v for v in out]), inputs=x)
    assert sizes(groups, "sigmoid") == [12]
    assert sizes(parts, "sigmoid") == [4, 4, 4]
    whole = next(group for group in groups if group.name == "sigmoid")
    assert sorted(n for group in parts if group.name == "sigmoid" for n in group.nodes) == sorted(whole.nodes)


def test_what_is_read_in_one_place_or_in_unequal_parts_is_not_split() -> None:
    x = [Value(float(n)) for n in range(6)]
    opened = [sigmoid(v) for v in x]
    _, parts = split(autograd.sum([A * tanh(v) for v in opened]), inputs=x)
    assert sizes(parts, "sigmoid") == [6]
    unequal = [*map(tanh, opened[:2]), *(v.exp() for v in opened[2:])]
    _, parts = split(autograd.sum([A * v for v in unequal]), inputs=x)
    assert sizes(parts, "sigmoid") == [6]


@pytest.mark.parametrize(("make", "loops"), [(nn.LSTM, 3), (nn.GRU, 3), (nn.RNN, 0)])
def test_a_step_of_a_recurrence_is_one_product_and_one_loop(make: Any, loops: int) -> None:
    memory = make(2, 5, seed=0)
    source = np.random.default_rng(0)

    def f(sequence: Any) -> Value:
        outputs, _ = memory(sequence)
        return autograd.mean([v * v for row in outputs for v in row])

    program = compile(f, memory.parameters(), batched=True, backend="c")
    for samples in (3, 101):  # the second time in blocks
        X = source.normal(size=(samples, 3, 2))
        value, gradient = program.value_and_grad(X)
        outputs = [f([[Value(x) for x in row] for row in sample]) for sample in X.tolist()]
        for parameter in memory.parameters():
            parameter.grad = 0.0
        autograd.mean(outputs).backward()
        expected = np.array([parameter.grad for parameter in memory.parameters()])
        assert value == pytest.approx(np.mean([output.data for output in outputs]), rel=1e-13)
        assert gradient == pytest.approx(expected, rel=1e-11, abs=1e-14)
    assert sum("sigmoid" in line for line in program.explain().splitlines()) == loops
