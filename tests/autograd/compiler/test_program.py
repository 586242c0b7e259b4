"""What a user sees: values, gradients, shapes, errors, second derivatives, odd graphs."""

from __future__ import annotations

import contextlib
import math
import os
import random
import re
import subprocess
import sys
import threading
import warnings
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, cross_entropy, dot, exp, grad, gradients, log, relu, take, tanh
from autograd.compiler import compile
from autograd.compiler.numpy_backend import run

BACKENDS = ["numpy", "c"]
backends = pytest.mark.parametrize("backend", BACKENDS)


@backends
def test_gradients_by_arguments_have_their_shapes(backend: str) -> None:
    program = compile(lambda X, y: autograd.sum([a * b * y for row in X for a, b in [row]]), backend=backend)
    value, (dX, dy) = program.value_and_grad([[1.0, 2.0], [3.0, 4.0]], 2.0)
    assert value == (2 + 12) * 2.0
    assert dX.tolist() == [[4.0, 2.0], [8.0, 6.0]]
    assert dy.shape == ()
    assert float(dy) == 14.0


@backends
def test_theta_is_written_to_and_stored(backend: str) -> None:
    w = [Value(1.0), Value(2.0)]
    program = compile(lambda x: dot(w, [x, 1.0]), w, batched=True, backend=backend)
    assert program.theta.tolist() == [1.0, 2.0]
    assert program([1.0, 3.0]) == 4.0
    program.theta[:] = [10.0, 0.5]
    assert program([1.0, 3.0]) == 20.5
    assert [v.data for v in w] == [1.0, 2.0]
    program.store()
    assert [v.data for v in w] == [10.0, 0.5]
    w[0].data = 7.0
    program.load()
    assert program.theta.tolist() == [7.0, 0.5]


@backends
def test_new_shapes_are_traced_once_each(backend: str) -> None:
    traces: list[int] = []

    def total(xs: list[Value]) -> Any:
        traces.append(len(xs))
        return autograd.sum([x * x for x in xs])

    program = compile(total, backend=backend)
    assert program([1.0, 2.0]) == 5.0
    assert program([1.0, 2.0, 3.0]) == 14.0
    assert program([2.0, 2.0]) == 8.0
    assert traces == [2, 2, 3, 3]


@backends
def test_the_trace_does_not_grow_with_the_batch(backend: str) -> None:
    program = compile(lambda x: x * x + 1.0, batched=True, backend=backend)
    program(np.ones(3))
    small = len(program.plan.flat)
    program(np.ones(100_000))
    assert len(program.plan.flat) == small


@backends
def test_blocks_of_samples_make_no_difference(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:

    w = Value(0.3)
    X = np.linspace(-2, 2, 1000)
    whole = compile(lambda x: tanh(w * x) * x, [w], batched=True, backend=backend).value_and_grad(X)
    monkeypatch.setattr(run, "NUMBERS_IN_A_BLOCK", 10)
    parts = compile(lambda x: tanh(w * x) * x, [w], batched=True, backend=backend).value_and_grad(X)
    assert whole[0] == pytest.approx(parts[0], rel=1e-14)
    assert whole[1] == pytest.approx(parts[1], rel=1e-14)
    expected = np.mean(X * X / np.cosh(0.3 * X) ** 2)
    assert whole[1][0] == pytest.approx(expected, rel=1e-13)


@backends
def test_captured_values_are_read_anew(backend: str) -> None:
    scale = Value(2.0)
    program = compile(lambda x: x * scale, backend=backend)
    assert program(3.0) == 6.0
    scale.data = 5.0
    assert program(3.0) == 15.0


@backends
def test_values_made_inside_are_constants(backend: str) -> None:
    def f(x: Value) -> Any:
        total = Value(0.5)
        for _ in range(3):
            total = total + x
        return total

    assert compile(f, backend=backend).value_and_grad(2.0) == (6.5, (3.0,))


@backends
def test_an_existing_graph(backend: str) -> None:
    a, b = Value(2.0), Value(-3.0)
    program = compile(a * b + a, backend=backend)
    value, gradient = program.value_and_grad()
    assert value == -4.0
    assert gradient.tolist() == [-2.0, 2.0]
    program.theta[:] = [1.0, 1.0]
    assert program() == 2.0
    with pytest.raises(TypeError, match="takes no arguments"):
        program(1.0)


@backends
def test_indices_gather(backend: str) -> None:
    rows = [[Value(float(10 * i + j)) for j in range(3)] for i in range(4)]
    flat = [v for row in rows for v in row]

    def pick(i: Any) -> Any:
        vector = [take([row[j] for row in rows], i) for j in range(3)]
        return dot(vector, vector)

    program = compile(pick, flat, batched=True, backend=backend)
    value, gradient = program.value_and_grad(np.array([2, 0, 2]))
    expected = np.zeros((4, 3))
    for i in (2, 0, 2):
        expected[i] += 2 * np.array([10 * i, 10 * i + 1, 10 * i + 2]) / 3
    assert gradient.reshape(4, 3) == pytest.approx(expected)
    assert value == pytest.approx(sum(sum((10 * i + j) ** 2 for j in range(3)) for i in (2, 0, 2)) / 3)


@backends
def test_the_same_logits_for_samples_of_different_classes(backend: str) -> None:
    w = [Value(0.1), Value(0.5), Value(-0.3)]
    program = compile(lambda i: cross_entropy(w, i), w, batched=True, backend=backend)
    labels = np.array([0, 2, 1, 0] * 60)
    value, gradient = program.value_and_grad(labels)
    shares = np.exp(program.theta) / np.exp(program.theta).sum()
    assert value == pytest.approx(-np.log(shares[labels]).mean(), rel=1e-14)
    assert gradient == pytest.approx(shares - np.bincount(labels) / len(labels), abs=1e-15)


@backends
@pytest.mark.parametrize("label", [-1, 3])
def test_an_index_out_of_range_is_reported_as_by_the_eager_engine(label: int, backend: str) -> None:
    w = [Value(0.1), Value(0.2), Value(0.3)]
    program = compile(lambda x, i: cross_entropy([x * v for v in w], i), w, batched=True, backend=backend)
    with pytest.raises(ValueError, match="whole number from 0 to 2"):
        program.value_and_grad([1.0, 1.0], [0, label])


@backends
def test_domain_errors_name_operation_and_sample(backend: str) -> None:
    program = compile(lambda x: log(x) * 2.0, batched=True, backend=backend)
    with pytest.raises(ValueError, match=r"log\(.*-1\.0\).*defined for x > 0") as caught:
        program([1.0, 2.0, -1.0, 3.0])
    assert "in sample 2 of 4" in caught.value.__notes__


@backends
def test_errors_that_do_not_reach_the_result_are_reported_too(backend: str) -> None:
    program = compile(lambda x: relu(exp(x) * -1.0), batched=True, backend=backend)
    assert program([1.0, 2.0]) == 0.0
    with pytest.raises(OverflowError, match="exp"):
        program([1.0, 1000.0])


@backends
def test_a_gradient_of_infinity_is_refused_as_by_backward(backend: str) -> None:
    program = compile(lambda x, y: x * y, batched=True, backend=backend)
    assert program([1e200], [1e200]) == math.inf  # as for floats
    with pytest.raises(FloatingPointError, match="first value that is not finite"):
        program.value_and_grad([1e200], [1e200])


@backends
def test_nan_stays_nan(backend: str) -> None:
    program = compile(lambda x: relu(x) + tanh(x), batched=True, backend=backend)
    assert math.isnan(program([1.0, math.nan]))


@backends
def test_hessian_vector_product(backend: str) -> None:
    source = random.Random(0)
    w = [Value(source.uniform(-1, 1)) for _ in range(6)]

    def f(x: list[Value], label: Any) -> Any:
        hidden = [tanh(dot(w[:2], x)), relu(dot(w[2:4], x))]
        return cross_entropy([hidden[0] * w[4], hidden[1] + w[5], hidden[0]], label)

    X, y = np.array([[0.3, -0.7], [1.2, 0.4], [-0.5, 0.6]]), np.array([0, 2, 1])
    program = compile(f, w, batched=True, backend=backend)
    direction = np.array([source.gauss(0, 1) for _ in w])
    found = program.hessian_vector_product(direction, X, y)
    step, start = 1e-6, program.theta.copy()
    slopes = []
    for sign in (1, -1):
        program.theta[:] = start + sign * step * direction
        slopes.append(program.value_and_grad(X, y)[1])
    assert found == pytest.approx((slopes[0] - slopes[1]) / (2 * step), abs=1e-8)


@backends
@pytest.mark.parametrize(("x", "second"), [(5e-324, math.inf), (1e-310, math.inf), (1e-300, 1e300), (1.0, 2.0)])
def test_second_derivative_of_x_to_the_x(backend: str, x: float, second: float) -> None:
    """By hand: x^x ((1 + ln x)² + 1/x)."""
    w = Value(x)
    program = compile(lambda: w**w, [w], backend=backend)
    slope = compile(grad(lambda v: v**v), backend=backend)
    found = [program.hessian_vector_product([1.0])[0], slope.value_and_grad(x)[1][0]]
    assert found == pytest.approx([second] * 2, rel=1e-14)


@backends
def test_the_same_arrays_again_are_read_anew(backend: str) -> None:
    w = Value(2.0)
    program = compile(lambda x, y: w * x * y, [w], batched=True, backend=backend)
    x, y, other = np.array([1.0, 3.0]), np.array([1.0, 1.0]), np.array([5.0, 5.0])
    for _ in range(2):
        assert program.value_and_grad(x, y) == (4.0, [2.0])
    x[1], program.theta[0] = 5.0, 3.0
    assert program.value_and_grad(x, y) == (9.0, [3.0])
    assert program(x, y) == 9.0
    assert program(x, other) == 45.0  # and others in between
    assert program.value_and_grad(x, y) == (9.0, [3.0])
    bound = program.bind(other, y)
    assert bound.value_and_grad() == (15.0, [5.0])
    assert program.value_and_grad(x, y) == (9.0, [3.0])
    program.theta = [1.0]
    program.theta -= 0.5
    assert program.value_and_grad(x, y) == (1.5, [3.0])
    x[0] = math.nan
    with pytest.raises(FloatingPointError, match="first value that is not finite"):
        program.value_and_grad(x, y)
    whole = compile(lambda x, y: x[0] * y, backend=backend)
    z = np.array([2.0, 7.0])
    for factor in (1.0, 3.0):
        z *= factor
        value, (dz, dy) = whole.value_and_grad(z, np.array(4.0))
        assert (value, dz.tolist(), float(dy)) == (8.0 * factor, [4.0, 0.0], 2.0 * factor)


@backends
def test_theta_keeps_its_length(backend: str) -> None:
    w = Value(2.0)
    program = compile(lambda x: w * x, [w], batched=True, backend=backend)
    with pytest.raises(ValueError, match=r"theta has 1 numbers.*got shape \(2,\)"):
        program.theta = np.zeros(2)
    with pytest.raises(TypeError, match="theta must be an array of numbers"):
        program.theta = ["much"]
    assert program([1.0]) == 2.0


@pytest.mark.parametrize(
    "wrong",
    [1 + 2j, np.array([1j]), "1.5", ["1.5"], None, [None, 1.0], np.datetime64("2020-01-01"), [[1.0], [2.0, 3.0]]],
)
def test_what_is_no_array_of_numbers(wrong: Any) -> None:
    with pytest.raises(TypeError, match="argument 1 must be an array of numbers"):
        compile(lambda x: x, backend="numpy")(wrong)


@pytest.mark.parametrize("kind", ["float16", "float32", ">f8", "int8", "uint8", "bool", "O", "longdouble"])
def test_all_kinds_of_arrays(kind: str) -> None:
    program = compile(lambda x: x[0] * 1.0 + x[1] * 2.0, batched=True, backend="numpy")
    array = np.array([[1, 0, 9], [1, 1, 9]]).astype(kind)
    assert program(array[:, :2]) == program(array[:, :2].tolist()) == program(np.asfortranarray(array)[:, :2]) == 2.0
    assert compile(lambda x: x, backend="numpy")([Fraction(1, 4)][0]) == 0.25


@backends
def test_odd_graphs(backend: str) -> None:
    assert compile(lambda x: 5.0, backend=backend).value_and_grad(2.0) == (5.0, (0.0,))
    assert compile(lambda x, y: x, backend=backend).value_and_grad(2.0, 3.0) == (2.0, (1.0, 0.0))
    assert compile(lambda x: x, batched=True, backend=backend).value_and_grad([2.0, 4.0])[0] == 3.0
    assert compile(lambda x: [x, x, [x * x]], backend=backend)(3.0) == [3.0, 3.0, [9.0]]
    w, unused = Value(2.0), Value(9.0)
    value, gradient = compile(lambda x: w * w, [unused, w], batched=True, backend=backend).value_and_grad([1.0, 1.0])
    assert (value, gradient.tolist()) == (4.0, [0.0, 4.0])
    assert compile(Value(3.0), backend=backend).value_and_grad()[1].tolist() == [1.0]


@backends
def test_outputs_come_with_a_loss(backend: str) -> None:
    w = Value(2.0)

    def f(x: Value, y: Value) -> list[Any]:
        prediction = w * x
        return [(prediction - y) * (prediction - y), prediction]

    loss, gradient, outputs = compile(f, [w], batched=True, backend=backend).loss_and_outputs([1.0, 2.0], [2.0, 5.0])
    assert (loss, gradient.tolist(), outputs.tolist()) == (0.5, [-2.0], [[2.0], [4.0]])
    assert compile(f, [w], batched=True, backend=backend).outputs([1.0, 2.0], [2.0, 5.0]).tolist() == [[0, 2], [1, 4]]


@pytest.mark.parametrize("backend", BACKENDS)
def test_outputs_of_each_sample(backend: str) -> None:
    w = Value(4.0)
    program = compile(lambda x: w / x, [w], batched=True, backend=backend)
    assert program.outputs([1.0, 2.0]).tolist() == [4.0, 2.0]
    program.theta[:] = 6.0
    assert program.outputs([1.0, 2.0, 3.0]).tolist() == [6.0, 3.0, 2.0]
    with pytest.raises(ZeroDivisionError) as failure:
        program.outputs([1.0, 0.0])
    assert failure.value.__notes__ == ["in sample 1 of 2"]
    assert compile(lambda x: [x, w * x], [w], backend=backend).outputs(3.0).tolist() == [[3.0, 12.0]]


@backends
def test_a_bound_program(backend: str) -> None:
    w = Value(2.0)
    program = compile(lambda x: w * w * x, [w], batched=True, backend=backend)
    one, two = program.bind([1.0, 3.0]), program.bind([10.0])
    assert one.value_and_grad() == (8.0, [8.0])
    assert two.value_and_grad() == (40.0, [40.0])
    program.theta[0] = 1.0
    assert one.value_and_grad() == (2.0, [4.0])


@backends
@pytest.mark.parametrize("length", [1, 1000, 4000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_chains(length: int, backend: str) -> None:
    def chain(x: Value) -> Any:
        for n in range(length):
            x = x * 0.999 if n % 2 else x.tanh()
        return x

    value, (gradient,) = compile(chain, backend=backend).value_and_grad(0.5)
    x = Value(0.5)
    out = chain(x)
    out.backward()
    assert value == pytest.approx(out.data, rel=1e-12)
    assert float(gradient) == pytest.approx(x.grad, rel=1e-11)


def test_a_long_chain_takes_the_loop() -> None:
    def chain(x: Value) -> Any:
        for _ in range(30_000):
            x = x + 1.0
        return x

    program = compile(chain(Value(0.5)), backend="numpy")
    value, gradient = program.value_and_grad()
    assert (value, gradient.tolist()) == (30_000.5, [1.0])


@backends
def test_rows_of_the_users_own(backend: str) -> None:
    cube = autograd.primitive("cube", lambda x: x * x * x, lambda out, x: 3.0 * x**2)
    opaque = autograd.primitive("opaque", math.sin, lambda out, x: math.cos(x))
    program = compile(lambda x: cube(x) + opaque(x), batched=True, backend=backend)
    value, (gradient,) = program.value_and_grad([0.5, 2.0])
    assert value == pytest.approx((0.125 + 8.0 + math.sin(0.5) + math.sin(2.0)) / 2)
    assert gradient == pytest.approx([(0.75 + math.cos(0.5)) / 2, (12.0 + math.cos(2.0)) / 2])


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"function": 3}, TypeError, "needs a function of Values, or a Value; got 3"),
        ({"function": abs, "backend": "cuda"}, ValueError, "unknown backend 'cuda'; choose one of: auto, numpy, c"),
        ({"function": abs, "parameters": [1.0]}, TypeError, r"parameters\[0\] must be a leaf Value, got 1.0"),
        ({"function": Value(1.0), "batched": True}, TypeError, "needs a function of one sample"),
    ],
)
def test_wrong_arguments(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        compile(**arguments)


def test_wrong_calls() -> None:
    w = Value(1.0)
    program = compile(lambda x, y: x * y * w, [w], batched=True, backend="numpy")
    with pytest.raises(ValueError, match="3 samples, 2 samples"):
        program([1.0, 2.0, 3.0], [1.0, 2.0])
    with pytest.raises(TypeError, match="at least one argument"):
        program()
    with pytest.raises(TypeError, match="argument 1 must be an array of numbers, got 'abc'"):
        program("abc", [1.0])
    with pytest.raises(RuntimeError, match="not been traced yet"):
        _ = program.source
    with pytest.raises(ValueError, match="vector must have 1 numbers"):
        program.hessian_vector_product([1.0, 2.0], [1.0], [1.0])
    with pytest.raises(ValueError, match="twice"):
        compile(lambda x: x, [w, w])
    with pytest.raises(TypeError, match="gives 2 values in a list"):
        compile(lambda x: [x, x], backend="numpy").value_and_grad(1.0)


@backends
def test_it_can_be_looked_at(backend: str) -> None:
    rows = [[Value(0.1 * i - 0.2 * j) for j in range(4)] for i in range(8)]
    flat = [v for row in rows for v in row]
    program = compile(lambda x: autograd.sum([relu(dot(row, x)) for row in rows]), flat, batched=True, backend=backend)
    program(np.ones((3, 4)))
    program(np.ones((300, 4)))
    text = program.explain()
    assert "matrix product: 8 x 4 times 4 x n" in text
    assert {"numpy": "relu: 8 x n", "c": "then relu"}[backend] in text
    assert f"backend {backend}" in text
    assert "64 flops in products forward a sample, 64 in reverse" in text  # the inputs need no gradient
    assert "matrix product|8 × 4 times 4 × n" in program.draw(direction="LR").source
    assert "g0 -> g1" in program.draw().source
    assert {"numpy": "matmul(", "c": "product"}[backend] in program.source


@backends
def test_the_flops_of_the_reverse_sweep_are_those_of_the_products_that_it_makes(backend: str) -> None:
    first, second = [[[Value(0.1 * i - 0.2 * j) for j in range(n)] for i in range(m)] for m, n in ((32, 64), (10, 32))]
    weights = [v for row in first + second for v in row]

    def output(x: Any) -> Any:
        hidden = [tanh(dot(row, x)) for row in first]
        return autograd.sum([dot(row, hidden) for row in second])

    program = compile(output, weights, batched=True, backend=backend)
    program.value_and_grad(np.ones((3, 64)))
    # forward 2(32·64 + 10·32); in reverse both for the weights, but only the second for its inputs
    assert "4,736 flops in products forward a sample, 5,376 in reverse" in program.explain()
    if backend == "numpy":  # every matrix product of the program is written out
        assert program.source.count("matmul(") == 2 + 3


@backends
def test_threads_take_turns(backend: str) -> None:
    w = [Value(0.1 * n) for n in range(8)]
    program = compile(lambda x: tanh(dot(w, [x] * 8)), w, batched=True, backend=backend)
    inputs = [np.full(500, 0.1 * n) for n in range(4)]
    expected = [program.value_and_grad(x) for x in inputs]
    wrong: list[int] = []

    def work(n: int) -> None:
        for _ in range(30):
            value, gradient = program.value_and_grad(inputs[n])
            if value != expected[n][0] or gradient.tobytes() != expected[n][1].tobytes():
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_text_of_a_program_is_the_same_in_every_process() -> None:
    code = (
        "import autograd, nn, numpy; neuron = nn.Neuron(2, activation='tanh', seed=0);"
        "program = autograd.compile(neuron, neuron.parameters(), batched=True, backend='numpy');"
        "program(numpy.ones((100, 2))); print(program.source)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("0", "7")
    }
    assert len(texts) == 1


@backends
def test_what_a_call_has_returned_belongs_to_the_caller(backend: str) -> None:
    for batched in (False, True):
        program = compile(lambda a, c: a * a * c, batched=batched, backend=backend)
        a, c = (np.ones(3), np.ones(3)) if batched else (np.array(1.0), np.array(2.0))
        _, gradients = program.value_and_grad(a, c)
        kept = [gradient.copy() for gradient in gradients]
        a[...] = 7.0
        _, later = program.value_and_grad(a, c)
        assert all(np.array_equal(one, other) for one, other in zip(kept, gradients, strict=True))
        assert not np.array_equal(later[0], kept[0])


@backends
def test_an_array_that_was_resized_is_read_where_it_is_now(backend: str) -> None:
    program = compile(lambda a: autograd.sum(a), backend=backend)
    a = np.arange(4.0)
    assert program(a) == 6.0
    blocks = []
    for size in (40_000, 4):  # and back: only the address tells
        a.resize(size, refcheck=False)
        a[:4] = 1.0
        blocks.append(np.full(4, 1e9))
    assert program(a) == 4.0
    bound = program.bind(a)
    a.resize(50_000, refcheck=False)
    assert bound.value_and_grad()[0] == 4.0


@backends
def test_bind_freezes(backend: str) -> None:
    w, box, x = Value(2.0), [3.0], np.array([1.0, 1.0])
    program = compile(lambda x: w * box[0] * x, [w], batched=True, backend=backend)
    bound = program.bind(x)
    box[0], x[0], program.theta[0] = 5.0, 9.0, 4.0
    assert bound.value_and_grad()[0] == 12.0
    assert program(x) == 4.0 * 5.0 * 5.0


def test_a_number_that_changes_at_every_call_is_told_once() -> None:
    box = {"k": 0.0}
    program = compile(lambda x: x * box["k"], backend="numpy")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for n in range(30):
            box["k"] = float(n)
            assert program(2.0) == 2.0 * n
    (warning,) = told
    assert re.search(r"because box.* had changed.*make it an argument", str(warning.message))


def test_plans_for_many_shapes_do_not_pile_up() -> None:
    program = compile(lambda xs: autograd.sum(xs), backend="numpy")
    for n in range(1, 101):
        assert program([1.0] * n) == n
    assert len(program._plans) == 64
    assert program([1.0]) == 1.0


class Block:
    """What hides errors that leave its block, or does not."""

    def __init__(self, hides: bool) -> None:
        self.hides, self.open = hides, 0

    def __enter__(self) -> None:
        self.open += 1

    def __exit__(self, *_: object) -> bool:
        self.open -= 1
        return self.hides


class Open(Block):
    def __exit__(self, *_: object) -> None:  # type: ignore[override]
        self.open -= 1


@contextlib.contextmanager
def block(caught: Any) -> Any:
    try:
        yield
    except caught:
        return


def stack(last: Any) -> Any:
    opened = contextlib.ExitStack()
    if callable(last):
        opened.push(last)
    else:
        opened.enter_context(last)
    return opened


@pytest.mark.parametrize("make", [lambda: Block(True), lambda: block(ValueError), lambda: stack(lambda *_: True)])
def test_with_blocks_that_hide_errors_of_the_engine_are_refused(make: Any) -> None:
    def f(x: Any) -> Any:
        factor = 5.0
        with make():
            try:
                log(x)  # where it fails, the factor stays
                factor = 2.0
            finally:
                factor = factor * 1.0
        return x * factor

    with pytest.raises(TypeError, match=r"(handler|function) .*test_program.*catches errors of the engine"):
        compile(f, backend="numpy")(2.0)


@pytest.mark.parametrize("make", [lambda: Open(False), lambda: block(KeyError), lambda: stack(Open(False))])
def test_other_with_blocks_are_allowed(make: Any) -> None:
    def f(x: Any) -> Any:
        with make():
            return log(x)

    assert compile(f, backend="numpy")(1.0) == 0.0
    with pytest.raises(ValueError, match="log"):
        compile(f, backend="numpy")(-1.0)


@pytest.mark.parametrize("caught", [ValueError, ArithmeticError, Exception, (KeyError, ValueError)])
def test_handlers_of_the_engines_errors_are_refused(caught: Any) -> None:
    def f(x: Any) -> Any:
        try:
            return log(x)
        except caught:
            return x

    with pytest.raises(TypeError, match=r"the handler in .*except caught.*catches errors of the engine"):
        compile(f, backend="numpy")(2.0)


def test_a_handler_counts_at_every_depth_but_only_while_it_is_open() -> None:
    def inner(x: Any) -> Any:
        return max([log(x)], key=lambda y: 1.0)

    def around(x: Any) -> Any:
        try:
            k = 2.0
            return inner(x) * k
        except ValueError:
            return x

    def before(x: Any) -> Any:
        try:
            k = float("2")
        except ValueError:
            k = 3.0
        return inner(x) * k

    with pytest.raises(TypeError, match=r"the handler in .*except ValueError.*catches errors of the engine"):
        compile(around, backend="numpy")(2.0)
    assert compile(before, backend="numpy")(1.0) == 0.0


def test_other_handlers_are_allowed() -> None:
    def f(x: Any) -> Any:
        try:
            try:
                k = {"a": 2.0}["b"]
            except KeyError:
                k = 3.0
            return log(x) * k
        except KeyError:
            return x
        finally:
            k = 1.0

    def again(x: Any) -> Any:
        try:
            return log(x)
        except ValueError as error:
            raise RuntimeError("wrong") from error

    assert compile(f, backend="numpy")(1.0) == 0.0
    assert compile(again, backend="numpy")(1.0) == 0.0
    with pytest.raises(RuntimeError, match="wrong"):
        compile(again, backend="numpy")(-1.0)


@backends
@pytest.mark.parametrize(
    ("f", "derivative"),
    [
        (lambda x: gradients(x**3, x, create_graph=True), lambda x: 3.0 * x * x),
        (lambda x: autograd.grad(lambda y: y**3)(x), lambda x: 3.0 * x * x),
        (
            lambda x: gradients(autograd.relu(x - 1.0) * x, x, create_graph=True),
            lambda x: 2.0 * x - 1.0 if x > 1 else 0.0,
        ),
    ],
)
def test_a_derivative_with_a_graph_may_be_taken_inside(backend: str, f: Any, derivative: Any) -> None:
    program = compile(f, backend=backend)
    assert [program(x) for x in (2.0, 3.0, 0.0)] == pytest.approx([derivative(x) for x in (2.0, 3.0, 0.0)])


def test_jax_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("autograd.compiler.jax_backend")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "jax", None)  # as where it is not installed
    with pytest.raises(ImportError, match=re.escape('python -m pip install "chalkgrad[jax]"')):
        compile(lambda x: x, backend="jax")
    with pytest.raises(ImportError, match=re.escape('python -m pip install "chalkgrad[jax]"')):
        compile(lambda x: x, backend="numpy").to_jax(1.0)


def test_a_program_prints_what_it_was_made_of() -> None:
    def loss(x: Any) -> Any:
        return w * x

    w = Value(2.0)
    assert repr(compile(loss, [w], backend="numpy")) == "<compiled loss, parameters=1, backend='numpy'>"
    assert repr(compile(w * w)) == "<compiled this graph, parameters=1, backend='auto'>"
