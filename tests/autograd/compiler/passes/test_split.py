"""Groups that are split into the parts which different groups read: the gates of a recurrence become one loop."""

from __future__ import annotations

from small_graphs import A, grouped

import autograd
from autograd import Value, sigmoid, tanh
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
