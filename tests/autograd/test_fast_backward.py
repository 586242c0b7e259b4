"""Does backpropagation do what its contract says?  Random programs, exceptions, interrupts, long chains, memory."""

from __future__ import annotations

import gc
import math
import random
import signal
import sys
import threading
import time
import traceback
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jets import ROWS, Jet, jet

import autograd
from autograd import Value, gradients, jvp
from autograd import primitives as table
from autograd.backpropagation import backpropagate, topological_order
from autograd.fast_backward import _new_backward_lock, _reach, exhaust
from autograd.node import NOT_COMPUTED, edges
from autograd.value import node_of_groups

# ------------------------------------------------------------------------------------------------- random programs

UNARY = [name for name, row in table.TABLE.items() if row.arity == 1]
BINARY = [name for name, row in table.TABLE.items() if row.arity == 2]
OF_LISTS = ["sum", "dot", "logsumexp"]
KINKS = {"absolute", "relu", "negative_part", "selu", "elu", "leaky_relu"}
TIES = {"maximum", "minimum"}
POWERS = {"power", "power_partial"}
STEEP_AT_ONE = {"arcsin", "arccos", "arctanh", "arccosh"}
"""With a variable exponent, their slope at a negative base is undefined."""
Program = list[tuple[str, list[int]]]


@st.composite
def programs(draw: Any, most: int = 25) -> tuple[list[float], Program]:
    """Numbers to start from, and operations on the results so far, by their positions: nodes are shared freely."""
    inputs = draw(st.lists(st.floats(-3, 3).map(lambda x: round(x, 3)), min_size=1, max_size=3))
    operations = draw(
        st.lists(
            st.sampled_from(
                [(name, 1) for name in UNARY] + [(name, 2) for name in BINARY * 2] + [(name, 5) for name in OF_LISTS]
            ),
            min_size=1,
            max_size=most,
        )
    )
    program = [
        (
            name,
            draw(
                st.lists(st.integers(max(0, n + len(inputs) - 6), n + len(inputs) - 1), min_size=arity, max_size=arity)
            ),
        )
        for n, (name, arity) in enumerate(operations)
    ]
    return inputs, program


def run(program: Program, inputs: Sequence[Any], apply: Callable[..., Any]) -> list[Any]:
    """All the results; an operation that leaves the domain, or the numbers of moderate size, passes its operand on."""
    results = list(inputs)
    for name, positions in program:
        results.append(apply(name, [results[i] for i in positions]))
    return results


def moderate(inputs: Sequence[float], program: Program) -> Program:
    """The program without the operations that leave their domain, come near a kink, or grow beyond bounds."""
    results, kept = list(inputs), []
    for name, positions in program:
        operands = [results[i] for i in positions]
        near_kink = (
            (name in KINKS and abs(operands[0]) < 1e-3)
            or (name in TIES and abs(operands[0] - operands[1]) < 1e-3)
            or (name in STEEP_AT_ONE and abs(abs(operands[0]) - 1.0) < 1e-3)
        )
        try:
            out = table.TABLE[name](*operands)
            undefined = name in POWERS and operands[0] < 0.0
            fine = 1e-4 < abs(out) < 1e3 and not (near_kink or undefined) and all(1e-2 < abs(x) < 1e2 for x in operands)
        except (ArithmeticError, ValueError):
            fine = False
        kept.append((name, positions) if fine else ("identity", positions[:1]))
        results.append(out if fine else operands[0])
    return kept


def on_values(name: str, operands: list[Any]) -> Any:
    return table.TABLE[name](*operands)


def on_jets(name: str, operands: list[Any]) -> Any:
    return ROWS[name](*operands)


def compare(inputs: list[float], program: Program) -> None:
    """Eager, graph-building and forward mode against jets; the bound is the size of all that was added up."""
    program = moderate(inputs, program)
    try:
        truth: Jet = jet(lambda *xs: run(program, xs, on_jets)[-1], inputs, precision=60)
    except (ValueError, ZeroDivisionError):
        return
    leaves = [Value(x) for x in inputs]
    output = run(program, leaves, on_values)[-1]
    if not output.operands:
        return
    sizes = absolute_sums(output)
    scale = max(sizes[leaf] for leaf in leaves if leaf in sizes) if any(leaf in sizes for leaf in leaves) else 1.0
    bound = 1e-13 * len(program) * max(scale, 1.0) ** 2
    output.backward()
    first = gradients(output, leaves, create_graph=True)
    forward = [
        jvp(lambda *xs: run(program, xs, on_values)[-1], inputs, unit(len(inputs), i))[1] for i in range(len(inputs))
    ]
    assert output.data == pytest.approx(float(truth.value), rel=1e-9, abs=bound)
    for i, leaf in enumerate(leaves):
        true = float(truth.gradient[i])
        for got in (leaf.grad, first[i].data, forward[i]):
            assert abs(got - true) <= bound, (inputs, program, i, got, true)
    second = gradients(first[0], leaves)
    for i, got in enumerate(second):
        true = float(truth.hessian[0][i])
        assert abs(got - true) <= 1e3 * bound * max(scale, 1.0), (inputs, program, i, got, true)


def unit(n: int, i: int) -> list[float]:
    return [float(j == i) for j in range(n)]


def absolute_sums(output: Value) -> dict[Value, float]:
    """For each node the sum over all paths of the product of |partial|: what rounding errors are proportional to."""
    sums = {output: 1.0}
    for node in reversed(topological_order(output)):
        for operand, partial in edges(node) if node in sums else ():  # else behind a branch that was not taken
            sums[operand] = sums.get(operand, 0.0) + sums[node] * abs(partial)
    return sums


SHARED = ([0.5], [("multiply", [0, 0]), ("multiply", [1, 1]), ("add", [1, 2]), ("exp", [3])])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(programs())
@example(SHARED)
def test_random_programs_agree_with_an_independent_oracle(case: tuple[list[float], Program]) -> None:
    compare(*case)


@pytest.mark.slow
@settings(max_examples=5_000, deadline=None, derandomize=True)
@given(programs(most=200))
def test_many_random_programs(case: tuple[list[float], Program]) -> None:
    compare(*case)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(programs())
@example(SHARED)
def test_backward_agrees_with_the_textbook_loop(case: tuple[list[float], Program]) -> None:
    """On random programs, alone and above a layer whose neurons share the group of their inputs."""
    inputs, program = case[0], moderate(*case)
    agree_with_textbook_loop(run(program, [Value(x) for x in inputs], on_values)[-1])
    leaves = [Value(x) for x in inputs]
    rows = [[Value(0.3 * n - 0.1 * m) for m in range(len(leaves))] for n in range(3)]
    neurons = autograd.affine(rows, leaves, leaves[:1] * 3)
    agree_with_textbook_loop(autograd.sum([neuron.tanh() * leaves[0] for neuron in neurons]))


def agree_with_textbook_loop(output: Value) -> None:
    """Each gradient, up to the order of its sum: within the rounding of the sum of absolute contributions."""
    order = topological_order(output)
    found, sizes = backpropagate(order, {output: 1.0}), absolute_sums(output)
    output.backward()
    for node in order:
        assert abs(node.grad - found.get(node, 0.0)) <= 1e-14 * len(order) * sizes.get(node, 0.0)


def test_a_group_shared_by_nodes_of_which_one_depends_on_the_other() -> None:
    """Rows of computed weights used at every step of a recurrence: sharing the work must not lose gradient."""

    def final(kind: type, affine: Callable[..., Any]) -> list[float]:
        weights = [Value(x) for x in (0.3, 0.5, -0.2, 0.7)]
        computed = [w.tanh() for w in weights]
        rows, state = kind([kind(computed[:2]), kind(computed[2:])]), kind([Value(1.0), Value(2.0)])
        for _ in range(3):
            state = kind(affine(rows, state, kind([0.1, Value(0.2)])))
        (state[0] + state[1]).backward()
        return [w.grad for w in weights]

    def plain(rows: Any, xs: Any, starts: Any) -> list[Any]:
        return [start + row[0] * xs[0] + row[1] * xs[1] for row, start in zip(rows, starts, strict=True)]

    expected = pytest.approx(final(list, plain), rel=1e-14)
    assert final(list, autograd.affine) == expected
    assert final(tuple, autograd.affine) == expected


@pytest.mark.parametrize("kind", [tuple, list])
def test_rows_with_their_starts_used_for_many_samples(kind: type) -> None:
    """A network whose rows (start, weight, weight, ...) are computed, repeat a weight, and meet every sample."""

    def gradients(affine: Callable[..., Any]) -> list[float]:
        leaves = [Value(x) for x in (0.3, 0.5, -0.2, 0.7, 1.1)]
        a, b, c, d, e = (leaf.sin() for leaf in leaves)
        first, second = [kind([a, b, c]), kind([d, b, b])], [kind([e, a, d])]
        total = Value(0.0)
        for sample in ([1.0, -2.0], [0.5, 3.0], [leaves[0], leaves[4]], [0.25, leaves[1]]):
            hidden = [h.tanh() for h in affine(first, sample)]
            total = total + affine(second, hidden)[0] * affine(first, hidden)[1]
        total.backward()
        return [leaf.grad for leaf in leaves]

    def plain(rows: Any, xs: Any) -> list[Any]:
        return [start + w * xs[0] + v * xs[1] for start, w, v in rows]

    assert gradients(autograd.affine) == pytest.approx(gradients(plain), rel=1e-14)


# ------------------------------------------------------------------------------------------------- adding up gradients


def test_a_second_backward_adds_once_more() -> None:
    a = Value(2.0)
    b = a * a
    c = b * a
    seen = []
    for _ in range(3):
        c.backward()
        seen.append((a.grad, b.grad, c.grad))
    assert seen == [(12.0, 2.0, 1.0), (24.0, 4.0, 2.0), (36.0, 6.0, 3.0)]


def test_two_losses_that_share_nodes_add_up() -> None:
    x = Value(3.0)
    shared = x * x
    (2.0 * shared).backward()
    (shared * shared).backward()
    assert (x.grad, shared.grad) == (12.0 + 108.0, 2.0 + 18.0)


def test_backward_of_a_leaf() -> None:
    x = Value(3.0)
    x.backward()
    x.backward()
    assert x.grad == 2.0


def test_changing_a_leaf_later_cannot_corrupt_the_gradient() -> None:
    x = Value(3.0)
    y = x * x
    x.data = 100.0
    y.backward()
    assert x.grad == 6.0


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda x: x * 1e308 * 10.0 + 1.0, r"multiply\(operand = 3e\+308|computed by multiply"),
        (lambda x: x + math.nan, r"computed by add\(x = 3.0, operand = nan\)"),
        (lambda x: Value(math.inf, label="huge") * x, "'huge' = inf, given as a leaf"),
    ],
)
def test_backward_from_what_is_not_finite_names_where_it_arose(make: Callable[[Value], Value], named: str) -> None:
    x = Value(3.0, label="x")
    with pytest.raises(FloatingPointError, match=named):
        make(x).backward()
    assert x.grad is NOT_COMPUTED


# ------------------------------------------------------------------------------------------------------ all or nothing


def tangled() -> tuple[list[Value], Value]:
    """Every kind of node, with gradients of an earlier pass on half of them."""
    xs = [Value(0.1 * n + 0.3) for n in range(5)]
    layer = autograd.affine([xs[:2], xs[2:4]], [xs[4], 2.0 * xs[0]], [xs[1], xs[2]])
    probabilities = autograd.softmax([*layer, xs[3] ** 2])
    (probabilities[0] * layer[1]).backward()
    out = autograd.cross_entropy([*layer, probabilities[2].log()], 1) + (1.0 - xs[0]) / probabilities[1]
    return topological_order(out), out


class BoomError(Exception):
    pass


def test_an_exception_anywhere_leaves_every_gradient_as_it_was() -> None:
    """Raised before every seventh line of the backward pass in turn; at the last one, all gradients are added."""
    nodes, out = tangled()
    out.backward()
    after = [node.grad for node in nodes]
    lines, whole, tracer = 0, 0, sys.gettrace()
    while True:
        nodes, out = tangled()
        before, countdown = [node.grad for node in nodes], [lines]

        def watch(frame: Any, event: str, argument: Any, left: list[int] = countdown) -> Any:
            if event == "line" and frame.f_code.co_filename.endswith("fast_backward.py"):
                if left[0] == 0:
                    left[0] -= 1
                    raise BoomError
                left[0] -= 1
            return watch

        sys.settrace(watch)
        try:
            out.backward()
        except BoomError:
            if [node.grad for node in nodes] != before:
                assert [node.grad for node in nodes] == after, f"interrupted before line {lines}"
                whole += 1
        else:
            break
        finally:
            sys.settrace(tracer)
            _new_backward_lock()  # held where no signal, only a tracer, can raise: right before the release
        lines += 7
    assert lines > 300
    assert whole <= 1
    assert [node.grad for node in nodes] == after


def interrupt(times: int) -> None:
    """Real interrupts, until so many came in the middle of a backward pass; a busy machine only needs more trials."""
    x = Value(1.0)
    out = x
    for _ in range(3000):
        out = out * 1.0001 + x
    out.backward()
    nodes = topological_order(out)
    once = [node.grad for node in nodes]
    twice = [2.0 * grad for grad in once]
    began = time.perf_counter()
    out.backward()
    duration, delays, caught = time.perf_counter() - began, random.Random(0), 0
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)  # as Ctrl-C, with a timer of its own
    try:
        while caught < times:
            for node, grad in zip(nodes, once, strict=True):
                node.grad = grad
            try:
                signal.setitimer(signal.ITIMER_REAL, delays.uniform(0.0, duration) + 1e-6)
                out.backward()
                signal.setitimer(signal.ITIMER_REAL, 0.0)  # too late, so never
            except KeyboardInterrupt as error:
                frames = traceback.extract_tb(error.__traceback__)
                caught += any(frame.name in ("_reach", "_sweep") for frame in frames)
            assert [node.grad for node in nodes] in (once, twice)
    finally:
        signal.signal(signal.SIGALRM, before)


# One that comes in a callback of the collector is only reported, by Python itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_interrupt_leaves_all_gradients_or_none() -> None:
    interrupt(10)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_hundreds_of_interrupts() -> None:
    interrupt(300)


def test_a_gradient_that_is_no_number_is_named_and_nothing_changes() -> None:
    w, x = Value(2.0, label="w"), Value(3.0)
    w.grad = None  # type: ignore[assignment]
    y = w * x
    with pytest.raises(TypeError, match=r"grad of w is None.*zero_grad"):
        y.backward()
    assert (w.grad, x.grad, y.grad) == (None, 0.0, 0.0)


# ------------------------------------------------------------------------------------------- long chains, and memory


def chain(length: int, x: Value) -> Value:
    out = x
    for _ in range(length):
        out = out + 1e-9
    return out


def test_a_long_chain_at_the_default_recursion_limit() -> None:
    x = Value(1.0)
    out = chain(50_000, x)
    out.backward()
    assert x.grad == 1.0
    assert len(topological_order(out)) == 50_001
    del out  # freed without recursion


@pytest.mark.slow
def test_a_million_nodes_in_a_thread_with_a_small_stack() -> None:
    seen = []

    def work() -> None:
        x = Value(1.0)
        out = chain(1_000_000, x)
        out.backward()
        seen.append(x.grad)

    before = threading.stack_size(256 * 1024)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(before)
    assert seen == [1.0]


def test_a_node_used_ten_thousand_times_and_a_sum_of_as_many() -> None:
    x = Value(2.0)
    autograd.sum([x * float(n) for n in range(10_000)]).backward()
    assert x.grad == sum(range(10_000))


def test_a_step_leaves_nothing_for_the_collector() -> None:
    gc.disable()
    gc.freeze()  # what exists already is not looked at
    try:
        xs = [Value(0.1 * n) for n in range(1, 4)]
        for _ in range(3):
            loss = autograd.cross_entropy(autograd.affine([xs, xs], xs, xs[:2]), 0) + autograd.dot(xs, xs).tanh()
            loss.backward()
            gradients(loss, xs, create_graph=True)
            del loss
        assert gc.collect() == 0
    finally:
        gc.unfreeze()
        gc.enable()


def test_graphs_in_many_threads_are_exact() -> None:
    results: list[float] = []

    def work(n: int) -> None:
        x = Value(float(n))
        for _ in range(200):
            (x * x).backward()
        results.append(x.grad - 400.0 * n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [0.0] * 16


def test_rows_of_many_operands_of_which_one_is_a_value() -> None:
    x = Value(2.0)
    (autograd.sum([x, 1.0]) * autograd.dot([x], [3.0])).backward()  # (x + 1) 3x, whose slope is 6x + 3
    assert x.grad == 15.0


def test_a_gradient_that_is_no_number_is_named_and_only_that() -> None:
    x, y = Value(2.0, label="x"), Value(3.0, label="y")
    x.grad, y.grad = 1.0, None  # type: ignore[assignment]
    with pytest.raises(TypeError, match="grad of y is None, not a number to which a gradient can be added"):
        (x * y).backward()
    assert (x.grad, y.grad) == (1.0, None)


def test_an_error_of_the_user_s_own_comes_out_as_it_is() -> None:
    x = Value(2.0)
    x.grad = None  # type: ignore[assignment]
    node = Value(4.0, (x,), "twice")

    def fail() -> None:
        raise KeyError("mine")

    node._backward = fail
    with pytest.raises(KeyError, match="mine"):
        node.backward()
    assert x.grad is None


class Counted(list[Any]):
    """A group of operands that counts how often it is looked through."""

    times = 0

    def __reversed__(self) -> Any:
        self.times += 1
        return super().__reversed__()


def test_a_group_that_many_nodes_share_is_looked_through_once() -> None:
    group = Counted([Value(2.0), Value(3.0)])
    slopes = [[1.0, 10.0 * n] for n in range(5)]
    neurons = [node_of_groups(table.dot, 0.0, (group,), (group,), (each,)) for each in slopes]
    autograd.sum(neurons).backward()
    assert group.times == 1
    assert [x.grad for x in group] == [5.0, 0.0 + 10.0 + 20.0 + 30.0 + 40.0]


def test_a_neuron_that_two_others_use_is_in_the_order_once() -> None:
    group = [Value(2.0), Value(3.0)]
    first, second = (node_of_groups(table.dot, 0.0, (group,), (group,), ([n, 10.0 * n],)) for n in (1.0, 2.0))
    ((first + second * 3.0) + second * 5.0).backward()
    assert second.grad == 8.0
    assert [x.grad for x in group] == [1.0 + 8.0 * 2.0, 10.0 + 8.0 * 20.0]


def test_each_node_is_reached_once_and_those_with_an_earlier_gradient_are_kept_apart() -> None:
    a, b, c = Value(2.0), Value(3.0), Value(4.0)
    (a * b).backward()
    neurons = [autograd.dot([a, c], [b, 2.0]).tanh() for _ in range(2)]
    output = (neurons[0] * neurons[1] + a.exp() / b) ** 2 - a * c.exp()
    reached: list[Value] = []
    again: list[Value] = []
    before: list[float] = []
    order, _ = _reach(output, reached, again, before)
    assert len(reached) == len(set(reached))
    assert set(reached) == set(topological_order(output))
    assert dict(zip(again, before, strict=True)) == {a: 3.0, b: 2.0}
    assert len(again) == 2
    inner = [node for node in topological_order(output) if node.primitive is not None]
    assert [node for node in order if node in inner] == inner


def test_running_through_an_iterator_keeps_nothing_of_it() -> None:
    values = [Value(1.0), Value(2.0)]
    last = weakref.ref(group := Counted([values[1]]))
    exhaust([values, group])
    del group
    assert last() is None


def test_an_overflow_of_many_operands_shows_the_first_six() -> None:
    xs = [Value(1e308, label=f"x{n}") for n in range(9)]
    with pytest.raises(FloatingPointError) as overflow:
        autograd.sum(xs).backward()
    made = ", ".join(f"x{n} = 1e+308" for n in range(5))  # after the start
    assert f"that is not finite is a Value = inf, computed by sum(operand = 0.0, {made});" in str(overflow.value)
