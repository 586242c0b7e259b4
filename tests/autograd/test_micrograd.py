"""Do programs that other people wrote for micrograd run when only the import line changes?  Several, as written.

Expected numbers are those that micrograd 0.1.0 itself gives, or derived by hand.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, assign, gradients, jvp, no_grad, trace
from autograd.node import NOT_COMPUTED


def test_the_readme_of_micrograd() -> None:
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    assert f"{g.data:.4f}" == "24.7041"
    g.backward()
    assert (f"{a.grad:.4f}", f"{b.grad:.4f}") == ("138.8338", "645.5773")


def neuron() -> tuple[list[Value], Value, Value]:
    """The lecture's neuron: inputs x1, x2, weights w1, w2, and a bias that makes the numbers come out nicely."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    b = Value(6.8813735870195432, label="b")
    x1w1 = x1 * w1
    x1w1.label = "x1*w1"
    x2w2 = x2 * w2
    x2w2.label = "x2*w2"
    x1w1x2w2 = x1w1 + x2w2
    x1w1x2w2.label = "x1*w1 + x2*w2"
    n = x1w1x2w2 + b
    n.label = "n"
    o = own_tanh(n)
    o.label = "o"
    return [x1, w1, x2, w2], n, o


def own_tanh(self: Value) -> Value:
    """As typed in the lecture."""
    x = self.data
    t = (math.exp(2 * x) - 1) / (math.exp(2 * x) + 1)
    out = Value(t, (self,), "tanh")

    def _backward() -> None:
        self.grad += (1 - t**2) * out.grad

    out._backward = _backward
    return out


NEURON = [-1.5, 1.0, 0.5, 0.0]


def test_the_lecture_s_neuron_with_a_tanh_of_its_own() -> None:
    leaves, n, o = neuron()
    o.backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(NEURON, abs=1e-12)
    assert (o.data, n.grad, o.grad, o._op) == (pytest.approx(0.7071067811865476), pytest.approx(0.5), 1.0, "tanh")
    o.backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx([2 * slope for slope in NEURON], abs=1e-12)


def test_the_lecture_s_backward_by_hand_in_topological_order() -> None:
    leaves, _, o = neuron()
    topo: list[Value] = []
    visited = set()

    def build_topo(v: Value) -> None:
        if v not in visited:
            visited.add(v)
            for child in v._prev:
                build_topo(child)
            topo.append(v)

    build_topo(o)
    o.grad = 1.0
    for node in reversed(topo):
        node._backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(NEURON, abs=1e-12)


def test_the_lecture_s_trace_for_drawing() -> None:
    nodes, edges = set(), set()

    def build(v: Value) -> None:
        if v not in nodes:
            nodes.add(v)
            for child in v._prev:
                edges.add((child, v))
                build(child)

    _, _, o = neuron()
    build(o)
    assert (len(nodes), len(edges)) == (10, 9)
    assert sorted(node._op for node in nodes if node._op) == ["*", "*", "+", "+", "tanh"]
    assert {node.label for node in nodes} == {"x1", "x2", "w1", "w2", "b", "x1*w1", "x2*w2", "x1*w1 + x2*w2", "n", "o"}
    texts = [f"{{ {node.label} | data {node.data:.4f} | grad {node.grad:.4f} }}" for node in nodes]
    assert any(text == "{ o | data 0.7071 | grad 0.0000 }" for text in texts)


class Neuron:
    """Written by a student on top of Value alone, in micrograd's style."""

    def __init__(self, nin: int, rng: random.Random) -> None:
        self.w = [Value(rng.uniform(-1, 1)) for _ in range(nin)]
        self.b = Value(0.0)

    def __call__(self, x: Any) -> Value:
        return sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b).tanh()  # type: ignore[no-any-return]


def test_a_student_s_training_loop_with_sum_and_hinge_loss() -> None:
    rng = random.Random(1337)
    hidden, last = [Neuron(2, rng) for _ in range(8)], Neuron(8, rng)
    parameters = [p for n in [*hidden, last] for p in [*n.w, n.b]]
    xs = [(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)]
    ys = [-1, 1, 1, -1]
    losses = []
    for step in range(120):
        scores = [last([n(x) for n in hidden]) for x in xs]
        loss = sum((1 + -yi * scorei).relu() for yi, scorei in zip(ys, scores, strict=True)) * (1.0 / len(ys))
        reg_loss = 1e-4 * sum(p * p for p in parameters)
        total_loss = loss + reg_loss
        for p in parameters:
            p.grad = 0
        total_loss.backward()
        learning_rate = 1.0 - 0.9 * step / 120
        for p in parameters:
            p.data -= learning_rate * p.grad
        losses.append(total_loss.data)
    assert all((score.data > 0) == (y > 0) for score, y in zip(scores, ys, strict=True))
    assert losses[-1] < 0.2 * losses[0]


def test_prev_is_a_set_to_those_who_compare_it_and_keeps_order_and_repeats() -> None:
    a, b = Value(2.0), Value(3.0)
    c = a * b
    assert c._prev == {a, b}
    assert {a, b} == c._prev
    assert set((a * a)._prev) == {a}
    assert list((a * a)._prev) == [a, a]
    tripled = a * 3
    assert [node.data for node in tripled._prev] == [2.0, 3.0]
    assert tripled._prev[1] is tripled._prev[1]
    assert (a**2)._op == "**2"
    assert [n._op for n in (a + b, a - b, a * b, a / b, -a, a.tanh(), Value(1.0))] == [
        "+",
        "-",
        "*",
        "/",
        "-",
        "tanh",
        "",
    ]
    assert a._prev | {b} == {b}
    assert c._prev - {a} == {b}
    assert c._prev & {a} == {a}
    assert {c} | c._prev == {a, b, c}
    assert {a, c} & c._prev == {a}
    assert {a, c} - c._prev == {c}
    assert c._prev.union({c}) == {a, b, c}
    assert c._prev.issubset([a, b])
    with pytest.raises(AttributeError, match="add"):
        c._prev.add(c)


def square_by_hand(a: Value) -> Value:
    out = Value(a.data**2, (a,), "square")
    out._backward = lambda: setattr(a, "grad", a.grad + 2 * a.data * out.grad)
    return out


def test_nodes_by_hand_mix_with_the_library_s() -> None:
    a = Value(3.0)
    loss = square_by_hand(a * 2.0) * a  # 4 a³
    loss.backward()
    assert a.grad == 108.0
    loss.backward()
    assert a.grad == 216.0


def test_a_node_by_hand_that_raises_leaves_everything_as_it_was() -> None:
    a = Value(3.0)
    (a * a).backward()
    node = Value(9.0, (a,), "broken")

    def _backward() -> None:
        a.grad += 1000.0
        raise RuntimeError("broken")

    node._backward = _backward
    loss = node * a
    with pytest.raises(RuntimeError, match="broken"):
        loss.backward()
    assert (a.grad, node.grad, loss.grad) == (6.0, 0.0, 0.0)
    assert loss.grad is NOT_COMPUTED


def test_a_backward_by_hand_may_replace_the_library_s() -> None:
    a = Value(3.0)
    b = a * a
    b._backward = lambda: setattr(a, "grad", a.grad + 5.0 * b.grad)
    (b * 2.0).backward()
    assert a.grad == 10.0


def test_calling_the_library_s_own_backward_hands_the_gradient_on_once() -> None:
    a, b = Value(3.0), Value(4.0)
    c = a * b
    c.grad = 2.0
    c._backward()
    assert (a.grad, b.grad) == (8.0, 6.0)
    a._backward()  # a leaf has nothing to hand on
    assert a.grad == 8.0


def test_the_data_of_a_node_made_by_hand_may_be_assigned() -> None:
    """As in programs that make the node first and compute its number afterwards."""
    a = Value(3.0, label="a")
    out = Value(0.0, (a,), "op")
    out.data = 5.0
    out.data += 1
    out._backward = lambda: setattr(a, "grad", a.grad + 2.0 * out.grad)
    loss = out * out
    loss.backward()
    assert (loss.data, out.grad, a.grad) == (36.0, 12.0, 24.0)
    assign([out], data=[7.0])
    assert out.data == 7.0
    assert [node.changed for node in trace(loss).nodes] == [False, False, True]
    with pytest.raises(RuntimeError, match=r"operands whose \.data has been changed since"):
        gradients(loss, out, create_graph=True)
    with pytest.raises(TypeError, match=r"Value\.data must be a real number"):
        out.data = "5"  # type: ignore[assignment]
    with pytest.raises(AttributeError, match="is computed by multiply and cannot be assigned"):
        loss.data = 1.0
    with pytest.raises(AttributeError, match="is computed by multiply and cannot be assigned"):
        assign([out, loss], data=[1.0, 2.0])
    assert (out.data, loss.data) == (7.0, 36.0)


@pytest.mark.parametrize(
    "derive",
    [
        lambda a: gradients(square_by_hand(a), a),
        lambda a: gradients(square_by_hand(a), a, create_graph=True),
        lambda a: jvp(square_by_hand, (3.0,), (1.0,)),
    ],
)
def test_what_needs_a_derivative_that_nobody_wrote_says_so(derive: Callable[[Value], Any]) -> None:
    with pytest.raises(TypeError, match=r"square has a _backward written by hand.*autograd\.primitive"):
        derive(Value(3.0))


@pytest.mark.parametrize("wrong", [None, 3, "f"])
def test_a_backward_that_is_no_function_is_refused(wrong: Any) -> None:
    a = Value(3.0)
    with pytest.raises(TypeError, match="_backward must be a function without arguments"):
        a._backward = wrong


def test_a_node_with_operands_and_no_backward_yet_hands_on_nothing() -> None:
    a = Value(3.0)
    (Value(9.0, (a, 2), "odd") * 2.0).backward()
    assert a.grad == 0.0
    with no_grad():
        assert (a * a)._prev == ()
