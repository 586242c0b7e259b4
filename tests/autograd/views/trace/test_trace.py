"""The backward pass as data: the same numbers as `backward()`, in order, and able to be written down."""

from __future__ import annotations

import gc
import json
import math
import random
import struct

import pytest

from autograd import Value, softmax, trace
from autograd import sum as total


def neuron() -> Value:
    """The neuron of the lesson: tanh(x1 w1 + x2 w2 + b) with the gradients 0.5 on the way."""
    x1, w1, x2, w2, b = (
        Value(v, label=n) for n, v in {"x1": 2.0, "w1": -3.0, "x2": 0.0, "w2": 1.0, "b": 6.8813735870195432}.items()
    )
    return (x1 * w1 + x2 * w2 + b).tanh()


@pytest.mark.parametrize("order", ["topological", "naive"])
def test_a_zero_gradient_has_the_sign_of_the_attribute(order: str) -> None:
    x, zero = Value(1.0), Value(0.0)
    leaves, out = [x, zero], -(x * zero)  # d/dx is -1 times 0
    seen = trace(out, order=order)
    out.backward()
    assert [struct.pack("d", seen.node(leaf).gradient) for leaf in leaves] == [struct.pack("d", v.grad) for v in leaves]
    (step,) = (step for step in seen.backward if seen.node(x).id == step.operand)
    after = step.before + step.contribution
    assert (math.copysign(1.0, step.contribution), str(step.after)) == (-1.0, str(after))


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


def test_a_gradient_is_propagated_only_when_it_is_complete() -> None:
    output, _ = random_graph(7)
    seen = trace(output)
    propagated: set[int] = set()
    for step in seen:
        assert step.operand not in propagated
        propagated.add(step.node)


def test_nothing_is_touched() -> None:
    output = neuron()
    output.backward()
    leaf = output.operands[0].operands[1]
    assert isinstance(leaf, Value)
    before = leaf.grad
    trace(output)
    trace(output, order="naive")
    assert leaf.grad == before


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
    ("doublings", "count"), [(14, "32,766"), (60, "2,305,843,009,213,693,950"), (5000, r"10\^\d+")]
)
def test_the_naive_order_is_refused_where_it_would_not_end(doublings: int, count: str) -> None:
    x = Value(1.0)
    for _ in range(doublings):
        x = x + x
    with pytest.raises(ValueError, match=rf"{count} steps here.*limit is 20,000"):
        trace(x, order="naive")


def test_a_long_chain_needs_no_recursion() -> None:
    x = leaf = Value(1.0)
    for _ in range(5_000):
        x = x * 1.0
    assert trace(x, order="naive").node(leaf).gradient == 1.0
    assert len(trace(x).backward) == 5_000


# -------------------------------------------------------------------------------------------------- names and marks


def test_values_without_a_label_can_be_named() -> None:
    a, b = Value(2.0), Value(3.0, label="b")
    for names in ({"weights.0": a, "other": b}, [("weights.0", a), ("other", b)], iter([("weights.0", a)])):
        seen = trace(a * b, names=names)
        assert [node.name for node in seen.nodes] == ["weights.0", "b", "v1"]
        assert seen.nodes[0].label == ""
        assert seen.forward[0].formula == "weights.0 * b"

    class Model:
        def named_parameters(self) -> list[tuple[str, Value]]:
            return [("weights.0", a), ("b", b)]

    assert trace(a * b, names=Model()).forward[0].formula == "weights.0 * b"
    with pytest.raises(TypeError, match=r"names must be a module, or pairs of a name and .*, got \{'a': 2\.0\}"):
        trace(a, names={"a": 2.0})  # type: ignore[dict-item]


def test_softmax_partials_by_hand() -> None:
    x, y = Value(0.0), Value(0.0)
    seen = trace(softmax([x, y])[0])
    assert (seen.node(x).gradient, seen.node(y).gradient) == (0.25, -0.25)


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
