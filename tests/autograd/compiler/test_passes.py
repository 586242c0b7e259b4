"""Each pass alone, on graphs small enough to know the answer by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, dot, relu, softmax, tanh
from autograd.compiler import lower
from autograd.compiler.eager import Replay
from autograd.compiler.frontend.flatten import (
    CAPTURED,
    CONSTANT,
    INPUT,
    PARAMETER,
    Flat,
    flatten,
    flatten_by_leaves,
    trace,
)
from autograd.compiler.passes.contract import ALONE, Nodes, contract, depends
from autograd.compiler.passes.group import Group, UnsupportedError, Variadic, groups
from autograd.compiler.passes.layout import StridedSlice, lay_out, spaced
from autograd.compiler.passes.matmul import blocks
from autograd.compiler.passes.reverse import Gradients
from autograd.compiler.passes.schedule import NodeSchedule, levels
from autograd.node import edges
from autograd.primitives import TABLE
from autograd.symbolic.expression import PYTHON, symbols, write

A, B, C, D = (Value(float(n)) for n in range(1, 5))
PARAMETERS = {id(v): (PARAMETER, n) for n, v in enumerate((A, B, C, D))}


def flat_of(*outputs: Any, inputs: tuple[Value, ...] = ()) -> Flat:
    return flatten(outputs, PARAMETERS | {id(v): (INPUT, n) for n, v in enumerate(inputs)})


def terms(nodes: Nodes, node: int) -> list[tuple[int, int]]:
    return [tuple(pair) for pair in nodes.operands(node).reshape(-1, 2).tolist()]  # type: ignore[misc]


# ------------------------------------------------------------------------------------------------------------- trace


def test_operands_come_before_users_and_shared_nodes_once() -> None:
    shared = A * B
    flat = flat_of(shared + shared.tanh() - 2.0)
    assert len(flat) == 2 + 1 + 1 + 1 + 1 + 1  # A, B, the product, tanh, the sum, the constant, the difference
    for node in range(len(flat)):
        assert np.all(flat.operand[flat.start[node] : flat.start[node + 1]] < node)


def test_gradients_are_as_they_were_also_after_an_error() -> None:
    x, y = Value(3.0), Value(4.0)
    out = x * y + x.tanh()
    out.backward()
    unused = Value(1.0) * y
    before = [node.grad for node in (x, y, out)]
    flatten([out, unused], {})
    assert [node.grad for node in (x, y, out)] == before
    out.backward()  # and the unreached is recognised still
    assert x.grad == 2 * before[0]
    mine = Value(1.0, (x,), "mine")
    mine._backward = lambda: None
    with pytest.raises(TypeError, match="by hand"):
        flatten([mine * out], {})
    assert (x.grad, y.grad, unused.grad) == (2 * before[0], 2 * before[1], 0.0)


def test_what_a_node_depends_on() -> None:
    x = Value(1.0)
    flat = flat_of(A * 2.0 + x.tanh(), inputs=(x,))
    names = {flat.rows[code].name: n for n, code in enumerate(flat.operation.tolist()) if code >= 0}
    on_parameters, on_inputs = depends(flat, (PARAMETER,)), depends(flat, (INPUT,))
    assert (on_parameters[names["multiply"]], on_inputs[names["multiply"]]) == (True, False)
    assert (on_parameters[names["tanh"]], on_inputs[names["tanh"]]) == (False, True)
    assert (on_parameters[names["add"]], on_inputs[names["add"]]) == (True, True)


def test_equal_constants_are_one_leaf_but_zeros_of_two_signs_are_two() -> None:
    flat = flat_of(A * 3.0 + B * 3.0 + C * 0.0 + D * -0.0)
    constants = flat.number[flat.operation == CONSTANT]
    assert sorted(map(repr, constants.tolist())) == ["-0.0", "0.0", "3.0"]


def test_a_leaf_from_outside_is_captured_and_one_from_inside_a_constant() -> None:
    outside = Value(5.0)
    traced = trace(lambda x: x * outside + Value(7.0), [np.array(1.0)], [], "f")
    kinds = traced.flat.operation
    assert (np.sum(kinds == CAPTURED), np.sum(kinds == CONSTANT)) == (1, 1)
    assert traced.flat.captured == [outside]


def test_a_node_with_a_hand_written_backward_is_refused() -> None:
    node = Value(1.0, (A,), "mine")
    node._backward = lambda: None
    with pytest.raises(TypeError, match="by hand"):
        flat_of(node * 2.0)


# ---------------------------------------------------------------------------------------------------------- contract


def test_a_chain_of_additions_is_one_sum_in_its_order() -> None:
    flat = flat_of(((A * B + C) + D * 2.0) - A)
    nodes = contract(flat)
    root = nodes.outputs[0]
    assert nodes.operation[root] == nodes.sum_code
    found = terms(nodes, root)
    assert found[0] == (0, 1)  # A and B were numbered first
    assert [right for _, right in found].count(ALONE) == 1  # C alone; -A is the product of -1 and A
    assert len(found) == 4
    minus = found[3][0]
    assert flat.number[minus] == -1.0


def test_what_is_used_twice_is_not_absorbed() -> None:
    inner = A + B
    nodes = contract(flat_of((inner + C + D) * inner))
    sums = np.flatnonzero(nodes.alive & (nodes.operation == nodes.sum_code))
    assert len(sums) == 1
    assert len(terms(nodes, int(sums[0]))) == 3  # inner, C, D


def test_two_terms_stay_an_addition() -> None:
    nodes = contract(flat_of(A + B))
    assert nodes.rows[nodes.operation[nodes.outputs[0]]].name == "add"


def test_a_product_that_is_the_same_for_all_samples_is_computed_once() -> None:
    x = Value(1.0)
    flat = flat_of(A * B + x * C + D, inputs=(x,))
    nodes = contract(flat, depends(flat, (INPUT,)))
    assert sorted(right == ALONE for _, right in terms(nodes, nodes.outputs[0])) == [False, True, True]


def test_zeros_are_left_out() -> None:
    nodes = contract(flat_of(sum([A * B, C * D])))  # Python's sum starts with 0
    assert len(terms(nodes, nodes.outputs[0])) == 2


# ------------------------------------------------------------------------------------------ schedule, group, products


def grouped(*outputs: Any, inputs: tuple[Value, ...] = ()) -> tuple[Flat, list[Group], Any, Nodes]:
    flat = flat_of(*outputs, inputs=inputs)
    per_sample = depends(flat, (INPUT,))
    nodes = contract(flat, per_sample)
    per_sample = np.append(per_sample, np.zeros(len(nodes.operation) - len(per_sample), bool))
    schedule = NodeSchedule(levels(nodes), per_sample, np.ones(len(per_sample), bool))
    return flat, groups(nodes, schedule, ~per_sample), per_sample, nodes


def test_what_is_the_same_for_all_samples_comes_first() -> None:
    x = Value(1.0)
    _, found, _, _ = grouped((A * A).tanh() * x.tanh(), inputs=(x,))
    assert [(group.name, group.per_sample) for group in found] == [
        ("multiply", False), ("tanh", False), ("tanh", True), ("multiply", True),
    ]  # fmt: skip


def test_a_layer_is_a_matrix_product() -> None:
    x = [Value(1.0) for _ in range(4)]
    weights = [[Value(0.1) for _ in range(4)] for _ in range(3)]
    layer = [relu(dot(row, x, start=A)) for row in weights]
    _, found, _, _ = grouped(autograd.sum([a * a for a in layer]), inputs=tuple(x))
    assert [group.name for group in found] == ["matrix product", "relu", "sums"]
    assert found[0].left.shape == (3, 4)
    assert found[0].right.shape == (1, 4)
    assert len(found[0].singles) == 1


@pytest.mark.parametrize(("p", "q", "k"), [(2, 3, 4), (1, 5, 5), (4, 1, 7), (3, 3, 1)])
def test_a_product_is_found_in_any_order(p: int, q: int, k: int) -> None:
    left = np.arange(p * k).reshape(p, k)
    right = 1000 + np.arange(q * k).reshape(q, k)
    pairs = [(i, j) for i in range(p) for j in range(q)]
    order = np.random.default_rng(0).permutation(len(pairs))
    found, rest = blocks(left[[pairs[n][0] for n in order]], right[[pairs[n][1] for n in order]], smallest=1)
    assert len(rest) == 0
    (block,) = found
    for a, row in enumerate(block.members):
        for b, member in enumerate(row):
            i, j = pairs[order[member]]
            assert block.right[a].tolist() == right[j].tolist()
            assert block.left[b].tolist() == left[i].tolist()


def test_a_product_with_a_hole_is_split() -> None:
    left = np.array([[0, 1], [2, 3], [0, 1]])
    right = np.array([[8, 9], [8, 9], [6, 7]])  # 2 x 2, without one of the four
    found, rest = blocks(left, right, smallest=4)
    assert [block.members.shape for block in found] == [(1, 2)]
    assert rest.tolist() == [2]


def test_all_outputs_of_a_softmax_are_one_group() -> None:
    p = softmax([A, B, C])
    again = softmax([A, B, C])
    _, found, _, _ = grouped(p[0] * p[2] + again[0])
    many = next(group for group in found if isinstance(group, Variadic))
    assert many.operands[0].shape == (2, 3)
    assert (many.nodes >= 0).sum() == 3


def test_an_unknown_row_of_many_operands_is_reported() -> None:
    row = autograd.primitive("longest", lambda *xs: max(xs), lambda out, *xs: [0.0 for _ in xs], sequence=True)
    with pytest.raises(UnsupportedError, match="longest takes any number of operands"):
        grouped(row(A, B))


# -------------------------------------------------------------------------------------------------- layout, reverse


def test_parameters_are_the_first_rows_in_their_order() -> None:
    flat, found, per_sample, nodes = grouped(tanh(D * A) + B)
    layout = lay_out(flat, found, per_sample, nodes.alive, 4, 0, False)
    for node, position in ((n, p) for n, p in enumerate(flat.position) if flat.operation[n] == PARAMETER):
        assert layout.slot[node] == position
    used = layout.slot[nodes.alive]
    assert len(set(used.tolist())) == len(used)


def test_rows_evenly_spaced_are_a_view() -> None:
    assert spaced(np.array([7])) == StridedSlice(7, (1,), (0,))
    assert spaced(np.array([3, 3, 3])) == StridedSlice(3, (3,), (0,))
    assert spaced(np.array([[0, 1], [3, 4], [7, 8]])) is None
    assert StridedSlice(0, (2, 3), (3, 1)).distinct
    assert not StridedSlice(0, (2, 3), (2, 1)).distinct
    assert not StridedSlice(0, (2, 3), (0, 1)).distinct


def test_the_first_writes_and_the_others_add() -> None:
    flat, found, per_sample, nodes = grouped(tanh(A * B))
    layout = lay_out(flat, found, per_sample, nodes.alive, 4, 0, False)
    gradients = Gradients(layout, np.ones(len(flat), bool), [])
    rows = np.array([0, 1])
    assert gradients.first_write(False, rows)
    assert not gradients.first_write(False, np.array([0, 0]))
    gradients.mark(False, rows)
    assert not gradients.first_write(False, rows)
    assert gradients.unwritten(False, np.array([1, 2])).tolist() == [2]
    assert gradients.unwritten(False, np.array([1, 2])).tolist() == []


# ------------------------------------------------------------------------------------------------ writing, and replays


def test_formulas_are_opened_and_simplified() -> None:
    value, partials = lower.formula(TABLE["sigmoid"])
    assert value is not None
    assert partials is not None
    assert "sigmoid" not in write(partials[0], PYTHON)
    (x,) = symbols("x")
    assert write(lower.simplify(x**2.0 * 1.0), PYTHON) == "square(x)"
    doubled = TABLE["exp"](-2.0 * x)
    assert write(lower.fuse_ufuncs(lower.simplify(doubled)), PYTHON) == "square(exp(-x))"


def test_equal_subexpressions_are_one_step() -> None:
    (x,) = symbols("x")
    lines, result = lower.operations((x + 1.0) / (x + 1.0))
    assert [operands for _, _, operands in lines] == [("x", 1.0), ("s0", "s0")]
    assert result == "s1"


@pytest.mark.parametrize("name", ["multiply", "tanh", "where", "relu", "power", "divide", "log", "sum", "softmax"])
def test_a_replay_is_the_graph_of_other_leaves(name: str) -> None:
    row = TABLE[name]
    numbers = (1.0, 0.75, 2.0)[: row.arity]
    leaves = [Value(0.5) for _ in numbers]
    constants = [0.0] if name in ("sum", "softmax") else []
    flat, parameters = flatten_by_leaves(row(*constants, *leaves))
    number_of = dict(zip(leaves, numbers, strict=True))
    (again,) = Replay(flat)({PARAMETER: [Value(number_of[leaf]) for leaf in parameters]})
    expected = row(*constants, *map(Value, numbers))
    assert (again.primitive, again.data, [p for _, p in edges(again)]) == (
        row, expected.data, [p for _, p in edges(expected)],
    )  # fmt: skip


def test_a_replay_takes_constants_on_either_side() -> None:
    x = Value(2.0)
    flat, _ = flatten_by_leaves((3.0 - x) / x - x / 4.0)
    assert Replay(flat)({PARAMETER: [Value(4.0)]})[0].data == -1.25
