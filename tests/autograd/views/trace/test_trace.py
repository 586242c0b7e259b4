"""The backward pass as data: the same numbers as `backward()`, in order, and able to be written down."""

from __future__ import annotations

import gc
import json
import math
import random
from typing import Any

import pytest

from autograd import Value, cross_entropy, dot, power, softmax, trace
from autograd import sum as total


def neuron() -> Value:
    """The neuron of the lesson: tanh(x1 w1 + x2 w2 + b) with the gradients 0.5 on the way."""
    x1, w1, x2, w2, b = (
        Value(v, label=n) for n, v in {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}.items()
    )
    return (x1 * w1 + x2 * w2 + b).tanh()


def test_one_product_by_hand() -> None:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    seen = trace(a * b)
    assert [tuple(step) for step in seen.forward] == [(2, "multiply", "a * b", (0, 1), (2.0, -3.0), -6.0)]
    assert [tuple(step) for step in seen.backward] == [
        (2, "multiply", 0, 0, -3.0, "b", 1.0, -3.0, 0.0, -3.0),
        (2, "multiply", 1, 1, 2.0, "a", 1.0, 2.0, 0.0, 2.0),
    ]
    assert seen.numbers(seen.forward[0]) == "2 * (-3)"


def test_the_neuron_of_the_lesson() -> None:
    seen = trace(neuron())
    gradients = {node.label: node.gradient for node in seen.nodes if node.label}
    assert gradients == pytest.approx({"x1": -1.5, "w1": 1.0, "x2": 0.5, "w2": 0.0, "b": 0.5})  # from the lesson
    assert seen.backward[0].formula == "sech(v4)²"


def random_graph(seed: int) -> tuple[Value, list[Value]]:
    rng = random.Random(seed)
    nodes = [Value(rng.uniform(-1, 1)) for _ in range(6)]
    for _ in range(40):
        x, y = rng.choice(nodes), rng.choice(nodes)
        nodes.append(rng.choice([x + y, x * y, x - y, x.tanh(), x * 0.5, 2.0 - y, x.sin(), x**2]))
    return total(nodes[-3:]), nodes


@pytest.mark.parametrize("seed", range(20))
def test_gradients_are_those_of_backward_to_the_bit(seed: int) -> None:
    output, nodes = random_graph(seed)
    seen = trace(output)
    output.backward()
    for node in nodes:
        if node in seen.ids:
            assert seen.node(node).gradient == node.grad
            assert seen.node(node).data == node.data


@pytest.mark.parametrize("seed", range(20))
def test_each_step_is_one_multiply_and_add(seed: int) -> None:
    output, _ = random_graph(seed)
    seen = trace(output)
    sums = {seen.output: 1.0}
    for step in seen:
        assert step.incoming == sums[step.node]
        assert step.contribution == step.incoming * step.partial
        assert step.before == sums.get(step.operand, 0.0)
        assert step.after == step.before + step.contribution
        assert seen.nodes[step.node].operands[step.position] == step.operand
        sums[step.operand] = step.after
    assert all(node.gradient == sums.get(node.id, 0.0) for node in seen.nodes)


def test_a_node_hands_on_only_when_its_gradient_is_complete() -> None:
    output, _ = random_graph(7)
    seen = trace(output)
    handed_on: set[int] = set()
    for step in seen:
        assert step.operand not in handed_on
        handed_on.add(step.node)


def test_nothing_is_touched() -> None:
    output = neuron()
    output.backward()
    leaf = output.operands[0].operands[1]
    assert isinstance(leaf, Value)
    before = leaf.grad
    trace(output)
    trace(output, order="naive")
    assert leaf.grad == before


# ------------------------------------------------------------------------------------------------------ expanding


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


# ---------------------------------------------------------------------------------------------------------- orders


def test_the_naive_order_counts_every_path() -> None:
    a = Value(1.0)
    b = a + a
    c = b + b
    seen = trace(c, order="naive")
    # c hands 1 and 1 to b; b, with 2, hands 2 and 2 to a; and, reached by the second edge, once more.
    assert [step.after for step in seen] == [1.0, 2.0, 2.0, 4.0, 6.0, 8.0]
    assert seen.node(a).gradient == 8.0
    assert trace(c).node(a).gradient == 4.0


def test_the_naive_order_follows_the_first_operand_first() -> None:
    a, b, c, d = (Value(2.0, label=label) for label in "abcd")
    seen = trace((a * b) + (c * d), order="naive")
    assert [seen.nodes[step.operand].name for step in seen] == ["v1", "v2", "a", "b", "c", "d"]


def test_the_naive_order_is_right_on_a_tree() -> None:
    assert [node.gradient for node in trace(neuron(), "naive").nodes] == [
        node.gradient for node in trace(neuron()).nodes
    ]


@pytest.mark.parametrize(
    ("doublings", "count"), [(14, "32,766"), (60, "2,305,843,009,213,693,950"), (20000, r"10\^\d+")]
)
def test_the_naive_order_is_refused_where_it_would_not_end(doublings: int, count: str) -> None:
    x = Value(1.0)
    for _ in range(doublings):
        x = x + x
    with pytest.raises(ValueError, match=rf"{count} steps here.*limit is 20,000"):
        trace(x, order="naive")


def test_a_long_chain_needs_no_recursion() -> None:
    x = leaf = Value(1.0)
    for _ in range(15_000):
        x = x * 1.0
    assert trace(x, order="naive").node(leaf).gradient == 1.0
    assert len(trace(x).backward) == 15_000


# -------------------------------------------------------------------------------------------------- names and marks


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


def test_values_without_a_label_can_be_named() -> None:
    a, b = Value(2.0), Value(3.0, label="b")
    for names in ({"weights.0": a, "other": b}, [("weights.0", a), ("other", b)], iter([("weights.0", a)])):
        seen = trace(a * b, names=names)
        assert [node.name for node in seen.nodes] == ["weights.0", "b", "v1"]
        assert seen.nodes[0].label == ""
        assert seen.forward[0].formula == "weights.0 * b"
    with pytest.raises(TypeError, match=r"names must be pairs of a name and a Value, such as .*, got \{'a': 2\.0\}"):
        trace(a, names={"a": 2.0})  # type: ignore[dict-item]


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


def test_softmax_partials_by_hand() -> None:
    x, y = Value(0.0), Value(0.0)
    seen = trace(softmax([x, y])[0])
    assert (seen.node(x).gradient, seen.node(y).gradient) == (0.25, -0.25)


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


def test_a_backward_written_by_hand_is_shown_by_what_it_hands_on() -> None:
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


# ------------------------------------------------------------------------------------------------------------ JSON


def refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def test_json_survives_what_json_does_not_know() -> None:
    x = Value(0.0, label='"</script>\u2028🙂')
    root = x.sqrt() * math.inf
    plain = json.loads(trace(root).to_json(), parse_constant=refuse)
    assert math.isnan(float(plain["nodes"][plain["output"]]["data"]))  # 0 inf
    gradients = [float(node["gradient"]) for node in plain["nodes"]]
    assert math.inf in gradients
    assert plain["nodes"][0]["label"] == x.label
    assert plain == trace(root).as_dict() | {
        "nodes": plain["nodes"],
        "forward": plain["forward"],
        "backward": plain["backward"],
    }


def test_json_has_every_field_of_every_record() -> None:
    seen = trace(neuron())
    plain = json.loads(seen.to_json())
    for part in ("nodes", "forward", "backward"):
        records = getattr(seen, part)
        assert [list(record) for record in plain[part]] == [list(record._fields) for record in records]
        assert [record.get("operands", []) for record in plain[part]] == [
            list(getattr(record, "operands", ())) for record in records
        ]


# ---------------------------------------------------------------------------------------------------------- errors


def test_what_is_no_value_is_refused() -> None:
    with pytest.raises(TypeError, match=r"trace: output must be a Value, got 3.0 \(float\)"):
        trace(3.0)  # type: ignore[arg-type]


def test_an_unknown_order_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown order 'sorted'; choose one of: topological, naive"):
        trace(Value(1.0), order="sorted")


def test_a_value_that_is_not_in_the_graph_is_refused() -> None:
    with pytest.raises(ValueError, match=r"does not depend on Value\(data=7.0"):
        trace(Value(1.0)).node(Value(7.0))


def test_a_leaf_alone_has_no_steps() -> None:
    seen = trace(Value(4.0, label="x"))
    assert repr(seen) == "<trace of x: 0 forward steps, 0 backward steps, topological>"
    assert seen.nodes[seen.output].gradient == 1.0


@pytest.mark.parametrize("working", [True, False])
def test_the_collector_is_left_as_it_was(working: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if working else gc.disable)()
        trace(Value(1.0) + Value(2.0))
        assert gc.isenabled() is working
        a = Value(1.0)
        for _ in range(40):
            a = a + a
        with pytest.raises(ValueError, match="the naive order would take"):
            trace(a, order="naive")
        assert gc.isenabled() is working
    finally:
        (gc.enable if before else gc.disable)()
