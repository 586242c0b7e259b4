"""Each row of the table, compiled: with C bit for bit the eager engine, with NumPy within 4 ULP a function."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.compiler import compile
from autograd.compiler.c_backend import elementwise
from autograd.compiler.numpy_backend import kernels
from autograd.primitive import Primitive, ieee
from autograd.primitives import TABLE
from autograd.symbolic.expression import symbols, write

ROWS = [row for row in TABLE.values() if row.arity in (1, 2)]
POINTS = [
    -700.0,
    -30.0,
    -7.5,
    -2.0,
    -1.0,
    -0.75,
    -0.3,
    -1e-9,
    0.0,
    1e-300,
    1e-9,
    0.3,
    0.5,
    0.75,
    1.0,
    2.0,
    3.0,
    7.5,
    30.0,
    700.0,
    1e200,
]


def eager(row: Primitive, operands: tuple[float, ...]) -> tuple[float, list[float]] | None:
    """Value and gradients of the eager engine; None outside the domain."""
    leaves = [Value(x) for x in operands]
    try:
        out = row(*leaves)
        out.backward()
    except (ArithmeticError, ValueError):
        return None
    return out.data, [leaf.grad for leaf in leaves]


def cases(row: Primitive) -> tuple[list[tuple[float, ...]], list[tuple[float, list[float]]]]:
    """A power of two of points inside the domain, so that dividing by their number is exact."""
    grid = [(x,) for x in POINTS] if row.arity == 1 else [(x, y) for x in POINTS[2:-2] for y in POINTS[2:-2]]
    if row.name == "power_partial":  # a negative base has a power for whole exponents only
        grid = [(x, y) for x, y in grid if x >= 0.0 or y % 1.0 == 0.0]
    answered = [(point, eager(row, point)) for point in grid]
    found = [(point, answer) for point, answer in answered if answer is not None and math.isfinite(answer[0])]
    found = (found * 64)[: 2 ** max(5, int(math.log2(len(found) * 2)))]
    return [point for point, _ in found], [answer for _, answer in found]


def compiled(row: Primitive, points: list[tuple[float, ...]], backend: str) -> tuple[np.ndarray, list[np.ndarray]]:
    program = compile(row, batched=True, backend=backend)
    columns = [np.array(column) for column in zip(*points, strict=True)]
    plan, given = program._prepared(columns)
    _, gradients, _ = plan.run(program.theta, given, True)
    return plan.samples_of_outputs(0)[:, 0], [g * len(points) for g in gradients]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_c_is_bit_identical(row: Primitive) -> None:
    # Python's own hypot is not the C library's: they may differ in the last place.
    tolerance = 2.0**-50 if row.name in ("hypot", "cosine", "arctan2") else 0.0
    points, answers = cases(row)
    values, gradients = compiled(row, points, "c")
    same(values, [value for value, _ in answers], tolerance)
    for n, gradient in enumerate(gradients):
        same(gradient, [slopes[n] for _, slopes in answers], tolerance)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_numpy_is_within_a_few_ulp(row: Primitive) -> None:
    functions = 12  # a formula applies at most this many functions, each 4 ULP off at most
    points, answers = cases(row)
    values, gradients = compiled(row, points, "numpy")
    same(values, [value for value, _ in answers], 4 * functions * 2.0**-53)
    for n, gradient in enumerate(gradients):
        same(gradient, [slopes[n] for _, slopes in answers], 4 * functions * 2.0**-53)


VECTORISED = [
    row for n, (_, row, _) in enumerate(elementwise.kinds())
    for forward, both, reverse in [elementwise.functions(n)]
    if row in ROWS and any(function.has_fast for function in (forward, *reverse, *([both] if both else [])))
]  # fmt: skip


@pytest.mark.parametrize("row", VECTORISED, ids=lambda row: row.name)
@pytest.mark.parametrize("backend", ["c", "emit"])
def test_what_vectorises_is_within_a_few_ulp(row: Primitive, backend: str) -> None:
    points, answers = cases(row)
    weights = [[Value(0.1 * i + j) for j in range(4)] for i in range(4)]

    def f(*xs: Value) -> list[Any]:
        layer = [autograd.dot(weight, [*xs, *[0.0] * (4 - len(xs))]) for weight in weights]  # a product of matrices
        return [autograd.exp(autograd.sin(row(*xs))) if backend == "emit" else row(*xs), *layer]

    columns = [np.array(column) for column in zip(*points, strict=True)]
    program = compile(f, batched=True, backend=backend)
    plan, given = program._prepared(columns)
    _, gradients, _ = plan.run(program.theta, given, True)
    assert plan.executable.structure.fast
    values = plan.samples_of_outputs(0)[:, 0]
    outs, slopes = [value for value, _ in answers], [np.array(slopes) for _, slopes in answers]
    if backend == "emit":  # in a chain, which is a loop of its own
        assert "loop0_reverse" in program.source
        inner = [math.exp(math.sin(out)) for out in outs]
        slopes = [each * factor * math.cos(out) for each, factor, out in zip(slopes, inner, outs, strict=True)]
        values, outs = values[np.abs(outs) < 10], [v for v, out in zip(inner, outs, strict=True) if abs(out) < 10]
    tolerance = 4 * 12 * 2.0**-53
    same(values, outs, tolerance)
    for n, gradient in enumerate(gradients):
        for got, want, (out, _) in zip((gradient * len(points)).tolist(), slopes, answers, strict=True):
            if backend == "c" or abs(out) < 10:
                bound = tolerance * abs(want[n]) + (1e-320 if backend == "c" else 1e-13 * abs(want[n]) + 1e-15)
                assert got == want[n] or (math.isnan(got) and math.isnan(want[n])) or abs(got - want[n]) <= bound


def same(found: Any, expected: list[float], tolerance: float) -> None:
    for got, want in zip(found.tolist(), expected, strict=True):
        both_nan = math.isnan(got) and math.isnan(want)
        assert got == want or both_nan or abs(got - want) <= tolerance * abs(want) + 1e-320, (got, want)


def test_additions_keep_their_order_in_c() -> None:
    """(x + y) + z is rounded differently from x + (y + z)."""
    x, y, z = symbols("x", "y", "z")
    written = [write(each, elementwise.style(False)) for each in (x + (y + z), (x + y) + z, x - (y + z), x * (y * z))]
    assert written == ["x + (y + z)", "x + y + z", "x - (y + z)", "x * (y * z)"]


def test_every_row_has_a_form_in_c() -> None:
    names = {name for name, _, _ in elementwise.kinds()}
    assert {row.name for row in TABLE.values() if row.arity is not None} <= names


@pytest.mark.parametrize("xs", [[0.5], [1.0, -2.0, 3.0], [40.0, 0.0, -1.0, 40.0], [700.0, -700.0], [0.0] * 5])
@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_rows_of_many_operands(xs: list[float], backend: str) -> None:
    size = len(xs)
    for name in ("logsumexp", "softmax", "softmax_others", "cross_entropy", "take", "soft_cross_entropy"):
        row = TABLE[name]
        first = [float(size - 1)] if name in ("softmax", "softmax_others", "cross_entropy", "take") else []
        last = [1.0 / size] * size if name == "soft_cross_entropy" else []
        operands = [*first, *xs, *last]
        out = row.forward(*operands)
        partials = row.partials(out, *operands)
        program = compile(lambda v, row=row, first=first: row(*first, *v), backend=backend)
        value, (gradient,) = program.value_and_grad(np.array([*xs, *last]))
        assert value == pytest.approx(out, rel=1e-13, abs=0)
        assert gradient == pytest.approx(partials[len(first) :], rel=2e-13, abs=1e-16 if last else 0)


def test_sums_of_others_keep_what_a_difference_would_lose() -> None:
    found = kernels.of_others(np.array([[[1.0], [1e-30], [3e-30]]]))
    assert found.ravel().tolist() == [4e-30, 1.0, 1.0]


@pytest.mark.parametrize("name", ["power_partial", "xlogy", "normal_pdf", "normal_cdf", "exp_difference"])
def test_kernels_agree_with_the_rows(name: str) -> None:
    row, points = TABLE[name], [-38.0, -7.5, -1.0, -0.3, 0.0, 0.3, 1.0, 2.0, 7.5, 38.0]
    for x in points:
        for y in points if row.arity == 2 else [None]:
            operands = (x,) if y is None else (x, y)
            with np.errstate(all="ignore"):
                found = float(getattr(kernels, name)(*(np.array([o]) for o in operands))[0])
            want = float(ieee(row, operands))
            assert found == pytest.approx(want, rel=1e-15, abs=0, nan_ok=True), operands


def times(name: str, factor: float) -> Primitive:
    """A row of the user's."""
    return autograd.primitive(name, lambda x: x * factor, lambda out, x: 0.0 * x + factor)


@pytest.mark.parametrize("backend", ["numpy", "c"])
@pytest.mark.parametrize("samples", [1, 70])  # the eager engine computes one sample
@pytest.mark.parametrize(
    "name", ["tanh", "add", *(pytest.param(name, marks=pytest.mark.slow) for name in ("less", "own"))]
)
def test_rows_of_the_users_may_have_the_name_of_another_row(name: str, samples: int, backend: str) -> None:
    double, triple = times(name, 2.0), times(name, 3.0)
    around = autograd.primitive(name, lambda x: double(x) * triple(x), lambda out, x: 2.0 * triple(double(x)))
    program = compile(lambda x: around(x) + double(x) * triple(x) + autograd.tanh(x), None, True, backend)
    X = np.linspace(-1.0, 1.0, samples)
    value, (gradient,) = program.value_and_grad(X)
    assert value == pytest.approx(np.mean(12 * X * X + np.tanh(X)), rel=1e-13)
    assert gradient * samples == pytest.approx(24 * X + 1 / np.cosh(X) ** 2, rel=1e-13)


@pytest.mark.parametrize("backend", ["numpy", "c"])
@pytest.mark.parametrize("name", ["logsumexp", "take"])
def test_so_may_rows_of_many_operands(name: str, backend: str) -> None:
    squares = autograd.primitive(
        name, lambda *xs: sum(x * x for x in xs), lambda out, *xs: [2.0 * x for x in xs], sequence=True
    )
    X = np.linspace(-1.0, 1.0, 70)
    value, (gradient,) = compile(lambda x: squares(x, 2.0 * x, 1.0), None, True, backend).value_and_grad(X)
    assert value == pytest.approx(np.mean(5 * X * X + 1), rel=1e-13)
    assert gradient * 70 == pytest.approx(10 * X, rel=1e-13)
