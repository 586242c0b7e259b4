"""A traced function may not decide on numbers: each attempt is refused with its line and a cure."""

from __future__ import annotations

import copy
import math
import os
import random
import re
import signal
import threading
import warnings
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nn
from autograd import Value, affine, no_grad, vector_ops, where
from autograd.compiler import compile, drawn
from autograd.compiler.frontend.tracer import Watch, watched

ONE = np.array([1.0, 2.0, 3.0])
weight = Value(2.0, label="weight")
SOURCE, GENERATOR, LEGACY = random.Random(0), np.random.default_rng(0), np.random.RandomState(0)


def branch(x: list[Value]) -> Any:
    if x[0] > 0:
        return x[0]
    return x[1]


def branch_on_parameter(x: list[Value]) -> Any:
    return x[0] if weight < 1 else x[1]


def loop(x: list[Value]) -> Any:
    total = x[0]
    while total < 10:
        total = total + x[1]
    return total


def is_true(x: list[Value]) -> Any:
    return x[0] if (x[0] > 0) is True else x[1]


def matches(x: list[Value]) -> Any:
    positive = x[0] > 0
    match positive:
        case True:
            return x[0]
        case _:
            return x[1]


def without_gradient(x: list[Value]) -> Any:
    with no_grad():
        return x[0] * x[1]


def calls_backward(x: list[Value]) -> Any:
    y = x[0] * x[1]
    y.backward()
    return y


def assigns(x: list[Value]) -> Any:
    weight.data = 3.0
    return x[0]


@pytest.mark.parametrize(
    ("function", "what", "line"),
    [
        (branch, "a branch on data", "if x[0] > 0:"),
        (branch_on_parameter, "a branch on data", "return x[0] if weight < 1 else x[1]"),
        (loop, "a branch on data", "while total < 10:"),
        (is_true, "a branch on data (is, match)", "(x[0] > 0) is True"),
        (matches, "a branch on data (is, match)", "positive = x[0] > 0"),
        (lambda x: max(x), "a branch on data", "max(x)"),
        (lambda x: sorted(x)[0], "a branch on data", "sorted(x)"),
        (lambda x: min(x[0], 1.0), "a branch on data", "min(x[0], 1.0)"),
        (lambda x: x[0] * x[1].data, "reading .data", "x[1].data"),
        (lambda x: x[0] * weight.data, "reading .data", "weight.data"),
        (lambda x: x[0] * round(x[1], 2), "round(v)", "round(x[1], 2)"),
        (lambda x: x[0] * float(x[1]), "float(v)", "float(x[1])"),
        (lambda x: x[0] * int(weight), "int(v)", "int(weight)"),
        (lambda x: x[0] * math.exp(x[1]), "float(v)", "math.exp(x[1])"),
        (lambda x: x[0] * x[1] if x[1] else x[0], "a branch on data", "if x[1] else"),
        (lambda x: x[0] if x[1] == 2.0 else x[1], "a branch on data (==)", "x[1] == 2.0"),
        (lambda x: x[0] * float(f"{x[1]:.2f}"), "formatting a Value", "x[1]:.2f"),
        (lambda x: x[0] * copy.copy(weight).exp(), "copying a Value", "return copier(x)"),
        (lambda x: x[int(np.argmax(x))], "a branch on data", "np.argmax(x)"),
        (lambda x: x[0] * {True: 2.0}.get(x[1] < 1, 3.0), "a branch on data (a key", "x[1] < 1"),
        (lambda x: x[0] if (x[1] < 1) in {True} else x[1], "a branch on data (a key", "x[1] < 1"),
        (lambda x: x[0] if (x[1] < 1) != (x[2] < 1) else x[1], "a branch on data (==)", "x[2] < 1"),
        (lambda x: where((x[0] < 1) & (x[1] < 1), x[0], x[1]), "&, |, ^ or ~ of comparisons", "& (x[1] < 1)"),
        (lambda x: where(~(x[0] < 1), x[0], x[1]), "&, |, ^ or ~ of comparisons", "~(x[0] < 1)"),
        (without_gradient, "no_grad()", "with no_grad():"),
        (calls_backward, "backward()", "y.backward()"),
        (assigns, "assigning .data", "weight.data = 3.0"),
    ],
)
def test_refused_with_its_line_and_a_cure(function: Callable[..., Any], what: str, line: str) -> None:
    with pytest.raises(TypeError, match=re.escape(what)) as caught:
        compile(function, backend="numpy")(ONE)
    assert line in str(caught.value)
    assert f"{'copy.py' if what.startswith('copying') else Path(__file__).name}:" in str(caught.value)


def test_a_refusal_counts_even_where_it_is_caught() -> None:
    def f(x: Any) -> Any:
        try:
            return x if x > 0 else -x
        except TypeError:
            return x * 0.0

    with pytest.raises(TypeError, match="a branch on data"):
        compile(f, backend="numpy")(2.0)


def test_finalizers_and_handlers_of_signals_may_use_values() -> None:
    seen: list[Any] = []

    def look(*_: Any) -> None:
        v = Value(2.0)
        w = v * v
        w.backward()
        seen.append((w.data, v.grad, bool(v > 1.0), f"{w:.1f}"))

    class Short:
        def __del__(self) -> None:
            look()

    def f(x: Any) -> Any:
        Short()
        for _ in range(50):
            x = x.tanh()
            signal.raise_signal(signal.SIGUSR1)
        return x

    before = signal.signal(signal.SIGUSR1, look)
    try:
        with pytest.raises(TypeError, match=r"raise_signal\(\) asks signals"):  # not what the handler does
            compile(f, backend="numpy")(0.5)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert len(seen) == 51
    assert set(seen) == {(4.0, 4.0, True, "4.0")}


def test_a_child_process_is_free_of_what_another_thread_traces() -> None:
    inside, done = threading.Event(), threading.Event()

    def slow(x: Any) -> Any:
        y = x * x
        inside.set()
        done.wait(20)
        return y

    thread = threading.Thread(target=compile(slow, backend="numpy"), args=(1.0,))
    thread.start()
    inside.wait(20)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of forking with threads
        child = os.fork()
    if child == 0:
        try:
            good = compile(lambda x: x * 3.0, backend="numpy")(2.0) == 6.0 and weight.data == 2.0
            os._exit(0 if good else 1)
        finally:
            os._exit(2)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_everything_is_as_before_afterwards() -> None:
    with pytest.raises(TypeError):
        compile(branch, backend="numpy")(ONE)
    assert weight.data == 2.0
    assert weight > 1
    assert round(weight) == 2
    assert f"{weight:.1f}" == "2.0"
    assert repr(weight) == "Value(data=2.0, grad=0.0, label='weight')"
    assert "random" not in random.Random.__dict__
    with pytest.raises(TypeError, match="not a float"):
        float(weight)
    with no_grad():
        assert (weight * weight).operands == ()


def test_other_threads_are_left_alone() -> None:
    seen: list[Any] = []

    def other() -> None:
        seen.extend([weight.data, weight > 1, weight.detach().data])

    thread = threading.Thread(target=other)
    watched(Watch("test"), lambda: (thread.start(), thread.join()))
    assert seen == [2.0, True, 2.0]


def test_a_flag_beside_a_comparison_may_be_tested_by_identity() -> None:
    def f(x: Any, flag: Any = True) -> Any:
        small = x < 1.5
        return where(small, x, -x) if flag is True else x

    assert compile(f, batched=True, backend="numpy")(np.array([1.0, 2.0])) == (1.0 - 2.0) / 2


def test_comparisons_work_in_where() -> None:
    program = compile(lambda x: where(x < 1.5, x * x, -x), batched=True, backend="numpy")
    value, (gradient,) = program.value_and_grad(np.array([1.0, 2.0]))
    assert value == (1.0 - 2.0) / 2
    assert gradient.tolist() == [1.0, -0.5]


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_gradients_do_not_flow_through_detach(backend: str) -> None:
    program = compile(lambda x: x.detach() * x, backend=backend)
    value, (gradient,) = program.value_and_grad(3.0)
    assert (value, float(gradient)) == (9.0, 3.0)


@pytest.mark.parametrize("draw", [random.random, lambda: random.Random().gauss(0, 1), iter(range(10**6)).__next__])
def test_unseen_randomness_is_refused(draw: Callable[[], float]) -> None:
    with pytest.raises(TypeError, match=r"autograd\.drawn|moves on when it is read: pass what it gives"):
        compile(lambda x: x * draw(), backend="numpy")(1.0)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: random.choice([1.0, 2.0]),
        lambda: SOURCE.choice([1.0, 2.0]),
        lambda: float(random.random() < 0.5),
        lambda: float(SOURCE.random() < 0.5),
        lambda: float(np.random.rand() < 0.5),
        lambda: float(GENERATOR.random() < 0.5),
        lambda: float(LEGACY.normal() < 0.0),
    ],
)
def test_a_coin_is_refused_even_when_it_falls_twice_on_the_same_side(draw: Callable[[], float]) -> None:
    for _ in range(20):
        with pytest.raises(TypeError, match="not the same at every call"):
            compile(lambda x: x * draw(), backend="numpy")(1.0)


def test_numbers_from_a_seed_of_its_own_are_allowed() -> None:
    def projected(x: list[Value]) -> Value:
        source, other = random.Random(3), np.random.default_rng(3)
        random.seed(1)
        return x[0] * source.gauss(0, 1) + x[1] * other.normal() + x[2] * random.random()

    weights = random.Random(3).gauss(0, 1), np.random.default_rng(3).normal(), random.Random(1).random()
    assert compile(projected, backend="numpy")(ONE) == pytest.approx(float(np.dot(ONE, weights)), rel=1e-15)


def test_a_structure_that_changes_is_refused() -> None:
    calls: list[int] = []

    def growing(x: Value) -> Value:
        calls.append(1)
        return x * x if len(calls) % 2 else x + x

    with pytest.raises(TypeError, match=r"applied different operations|or others"):
        compile(growing, backend="numpy")(1.0)


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_drawn_numbers_are_drawn_anew_sample_by_sample(backend: str) -> None:
    def noisy(source: random.Random) -> Callable[[Any], Any]:
        return lambda x: x * drawn(source.random) + drawn(source.random)

    compiled = compile(noisy(random.Random(3)), batched=True, backend=backend)
    X = np.arange(5.0)
    source = random.Random(3)
    for _ in range(3):
        value, (gradient,) = compiled.value_and_grad(X)
        eager = [(source.random(), source.random()) for _ in X]
        assert value == pytest.approx(sum(x * a + b for x, (a, b) in zip(X, eager, strict=True)) / 5, rel=1e-14)
        assert gradient == pytest.approx([a / 5 for a, _ in eager], rel=1e-15)


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_drawn_number_must_be_a_number(backend: str) -> None:
    program = compile(lambda x, y: x + drawn(lambda: True) + drawn(lambda: Fraction(1, 2)), None, True, backend)
    assert program(ONE, ONE) == 3.5
    for wrong in ("1", None):
        program = compile(lambda x, wrong=wrong: x * drawn(lambda: wrong), batched=True, backend=backend)
        with pytest.raises(TypeError, match="must be a real number"):
            program(np.ones(60))


@pytest.mark.parametrize(
    "use",
    [
        lambda i: [1.0, 2.0][i],
        int,
        float,
        lambda i: i == 1,
        lambda i: range(i),
        bool,
        lambda i: {1: 2.0}.get(i, 3.0),
        lambda i: i in {1},
        lambda i: len(f"{i}{i!r}"),
        lambda i: i // 2 + i % 2,
        lambda i: 1 << i,
        lambda i: i.bit_length(),
    ],
)
def test_an_index_is_no_plain_integer(use: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError, match=r"integer argument.*take\(xs, i\)"):
        compile(lambda x, i: x * use(i), batched=True, backend="numpy")([1.0], [1])


def test_an_index_is_an_instance_of_int() -> None:
    def loss(x: Any, i: Any) -> Any:
        match i:
            case int() if isinstance(i, (int, float)) and not isinstance(i, (float, Value)):
                return x * i
            case _:
                return -x

    assert compile(loss, batched=True, backend="numpy")([2.0, 3.0], [1, 5]) == (2.0 + 15.0) / 2


def test_the_message_of_an_error_may_show_a_value() -> None:
    with pytest.raises(ValueError, match=r"Layer takes one sample of 2 numbers.*number is not known"):
        compile(nn.Layer(2, 1), backend="numpy")(np.ones((2, 2)))


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_arithmetic_with_an_index_takes_its_number(backend: str) -> None:
    program = compile(lambda x, i: (1 - i * x) / (i + 1) + abs(-i) * 0.5, batched=True, backend=backend)
    value, gradients = program.value_and_grad([2.0, 3.0], [1, -3])
    assert value == ((1 - 2.0) / 2 + 0.5 + (1 + 9.0) / -2 + 1.5) / 2
    assert gradients[0].tolist() == [-0.25, -0.75]
    assert compile(lambda i: i.exp(), backend=backend)(0) == 1.0


def test_the_numbers_of_a_row_are_read_once_in_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    rows: list[Any] = [(weight, Value(1.0), Value(3.0)), (0.5, weight, weight), (1, weight, 2)]
    read: list[int] = []
    monkeypatch.setattr(vector_ops, "_data_of", lambda value: read.append(id(value)) or value._data)

    def layers(x: list[Any]) -> Any:
        return affine(rows, affine(rows, affine(rows, x)[:2])[1:])[2]

    program = compile(layers, backend="numpy")
    program.prepare(ONE[:2])
    assert read.count(id(rows[0][1])) == 2  # once in each of the two calls
    assert program(ONE[:2]) == layers([Value(1.0), Value(2.0)]).data


def test_no_compiling_while_compiling() -> None:
    inner = compile(lambda x: x * x, backend="numpy")
    with pytest.raises(TypeError, match="compiled inside a function"):
        compile(lambda x: x * inner(2.0), backend="numpy")(1.0)
