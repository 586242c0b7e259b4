"""Loops that are compiled for chains: no bit differs from the runtime's steps, and errors are reported."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from columns import random_columns

import autograd
from autograd import Value, dot, exp, log, sin, sqrt, tanh
from autograd.compiler import compile
from autograd.compiler.c_backend import elementwise, executable
from autograd.compiler.c_backend.fused_loop import ChainPart, FusedLoop
from autograd.compiler.passes.group import FusedChain


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The runtime is loaded; only the loops of a test go into its folder."""
    compile(Value(1.0) * 2.0, backend="c")()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(executable, "WORTH_A_LOOP", 0)


def both(function: Callable[..., Any], X: Any, parameters: list[Value] | None = None) -> tuple[Any, Any]:
    """The gradient and the plan with compiled loops; no bit differs from what the runtime computes without them."""
    answers = []
    for worth in (1e99, 0):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(executable, "WORTH_A_LOOP", worth)
            program = compile(function, parameters, batched=True, backend="c")
            value, gradient = program.value_and_grad(X)
        assert "_reverse(" not in program.source or worth == 0
        arrays = gradient if isinstance(gradient, tuple) else (gradient,)
        answers.append((value, *(array.tobytes() for array in arrays), program(X)))
    assert answers[0] == answers[1]
    return arrays, program.plan


@pytest.mark.parametrize("with_product", [False, True])
@pytest.mark.parametrize("seed", [*range(4), *(pytest.param(n, marks=pytest.mark.slow) for n in range(4, 16))])
def test_no_bit_differs_from_the_runtime(seed: int, with_product: bool) -> None:
    source = random.Random(seed)
    width, samples = source.choice([3, 8, 17]), source.choice([1, 3, 47, 100, 193])
    run = random_columns(seed, width, source.randrange(4, 14))
    X = np.array([[source.uniform(-1.5, 1.5) for _ in range(width)] for _ in range(samples)])
    weights = [[Value(source.gauss(0.0, 0.4)) for _ in range(width)] for _ in range(width)]

    def f(x: list[Value]) -> Value:
        if with_product:  # then functions are taken that vectorise, and x is no argument
            x = [dot(row, x) for row in weights]
        return autograd.sum(run(x))

    (found,), _ = both(f, X, [w for row in weights for w in row] if with_product else None)
    if not with_product:
        for row, slopes in zip(X.tolist(), found.tolist(), strict=True):
            leaves = [Value(number) for number in row]
            f(leaves).backward()
            assert slopes == pytest.approx([v.grad / samples for v in leaves], rel=1e-11, abs=1e-13)


def test_one_number_for_many_rows() -> None:
    def normalised(x: list[Value]) -> Value:
        centre = sum(x) / len(x)
        centred = [v - centre for v in x]
        deviation = sqrt(sum(v * v for v in centred) / len(x) + 1e-5)
        return autograd.sum([(n + 1) * tanh(v / deviation) for n, v in enumerate(centred)])

    X = np.random.default_rng(0).normal(size=(101, 20))
    (found,), plan = both(normalised, X)
    assert "loop1_reverse" in plan.source
    for row, slopes in zip(X.tolist(), found.tolist(), strict=True):
        leaves = [Value(number) for number in row]
        normalised(leaves).backward()
        assert slopes == pytest.approx([v.grad / 101 for v in leaves], rel=1e-11, abs=1e-13)


def test_what_is_read_by_two_names_gets_both_gradients() -> None:
    def f(x: list[Value]) -> Value:
        return autograd.sum([(v * 3.0 - x[0]) * v for v in x])  # every row of x, and the first one for all

    X = np.random.default_rng(1).normal(size=(70, 9))
    (found,), plan = both(f, X)
    expected = 6.0 * X - X[:, :1]
    expected[:, 0] -= X.sum(axis=1)
    assert found * 70 == pytest.approx(expected, rel=1e-12)
    assert "(no loop: two operands have numbers in common)" in plan.explain("f")


def test_equal_chains_share_a_loop_whatever_their_length() -> None:
    def f(x: list[Value]) -> Value:
        first = autograd.sum([exp(sin(w * 0.5)) for w in [autograd.logsumexp([v, 1.0]) for v in x]])
        return autograd.sum([exp(sin(w * 0.5)) for w in [autograd.logsumexp([v, first]) for v in x[:5]]])

    _, plan = both(f, np.linspace(0.1, 0.9, 50 * 12).reshape(50, 12))
    chains = [[part.name for part in group.parts] for group in plan.groups if isinstance(group, FusedChain)]
    assert chains == [["multiply", "sin", "exp"]] * 2
    assert plan.source.count("_reverse(") == 1
    assert plan.explain("f").count("sin, exp (loop0)") == 2


def test_parameters_in_a_chain_get_their_gradients() -> None:
    gains, biases = ([Value(0.1 * n - c) for n in range(8)] for c in (0.0, 0.3))

    def f(x: list[Value]) -> Value:
        scaled = [autograd.maximum(v * gain, bias) for v, gain, bias in zip(x, gains, biases, strict=True)]
        return autograd.sum([exp(sin(v)) for v in scaled])

    X = np.linspace(-1.0, 1.0, 8 * 61).reshape(61, 8)
    (found,), plan = both(f, X, [*gains, *biases])
    assert "maximum, sin, exp (loop0)" in plan.explain("f")
    angles = np.maximum(X * np.arange(8) * 0.1, np.arange(8) * 0.1 - 0.3)
    slopes = np.exp(np.sin(angles)) * np.cos(angles)
    right = X * np.arange(8) * 0.1 > np.arange(8) * 0.1 - 0.3
    expected = np.concatenate([(slopes * X * right).mean(axis=0), (slopes * ~right).mean(axis=0)])
    assert found == pytest.approx(expected, rel=1e-11, abs=1e-16)


def test_one_parameter_for_all_rows() -> None:
    scale = Value(0.7)
    X = np.linspace(-1.0, 1.0, 8 * 50).reshape(50, 8)
    (found,), plan = both(lambda x: autograd.sum([sin(v * scale) * v for v in x]), X, [scale])
    assert "loop0_reverse" in plan.source
    assert found == pytest.approx((np.cos(X * 0.7) * X * X).sum(axis=1).mean(), rel=1e-11)


def test_a_domain_error_inside_a_loop_is_reported() -> None:
    program = compile(lambda x: autograd.sum([exp(log(v * 2.0)) - v for v in x]), batched=True, backend="c")
    X = np.full((60, 8), 0.5)
    assert program.value_and_grad(X)[0] == pytest.approx(4.0, rel=1e-15)
    X[41, 3] = -1.0
    with pytest.raises(ValueError, match=r"log(.|\n)*sample 41 of 60"):
        program.value_and_grad(X)
    program = compile(lambda x: autograd.sum([(1.0 / v + 1.0) * v for v in x]), batched=True, backend="c")
    X[41, 3] = 0.0
    with pytest.raises(ZeroDivisionError, match="sample 41 of 60"):
        program.value_and_grad(X)


def test_without_a_compiler_the_runtime_takes_one_step_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    program = compile(lambda x: autograd.sum([exp(sin(v)) for v in x]), batched=True, backend="c")
    assert program(np.ones((50, 8))) == pytest.approx(8.0 * np.exp(np.sin(1.0)))
    assert re.search(r"backend c \(chains run .* because no C compiler was found", program.explain())


def test_loops_are_compiled_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    X = np.ones((50, 8))
    for _ in range(2):
        program = compile(lambda x: autograd.sum([exp(sin(v)) for v in x]), batched=True, backend="c")
        assert program(X) == pytest.approx(8.0 * np.exp(np.sin(1.0)))
        monkeypatch.setenv("PATH", "")  # the second time no compiler is needed
        monkeypatch.delenv("CC", raising=False)
    (library,) = (tmp_path / "chalkgrad").iterdir()
    assert library.name.startswith("loops-")


def test_a_larger_batch_gets_loops_that_a_small_one_is_not_worth(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executable, "WORTH_A_LOOP", 1_000)
    program = compile(lambda x: autograd.sum([exp(sin(v)) for v in x]), batched=True, backend="c")
    assert program(np.ones((20, 8))) == pytest.approx(8.0 * np.exp(np.sin(1.0)))  # 2 * 8 * 20 operations
    small = program.plan
    assert program(np.ones((60, 8))) == pytest.approx(8.0 * np.exp(np.sin(1.0)))
    assert program.plan is small
    assert program(np.ones((70, 8))) == pytest.approx(8.0 * np.exp(np.sin(1.0)))
    assert ("loop0_reverse" in small.source, "loop0_reverse" in program.source) == (False, True)


def test_only_what_the_way_back_needs_is_computed_again() -> None:
    multiply, add = (elementwise.number_of(name) or 0 for name in ("multiply", "add"))
    parts = [
        ChainPart(multiply, ("c0", "a0"), (False, True), False, False, False),  # half: a factor of the last part
        ChainPart(add, ("a0", "v0"), (True, True), False, False, False),  # a sum: its partials are 1
        ChainPart(multiply, ("v0", "v1"), (True, True), True, True, False),
    ]
    chain = FusedLoop(False, tuple(parts), ("0.5",), (True,), (False,))
    assert chain.recomputed == [True, True, False]
    parts[2] = ChainPart(add, ("v0", "v1"), (True, True), True, True, False)
    chain = FusedLoop(False, tuple(parts), ("0.5",), (True,), (False,))
    assert chain.recomputed == [False, False, False]
    assert chain.pointers(backward=True) == ["a0", "v2", "g2", "d0"]
