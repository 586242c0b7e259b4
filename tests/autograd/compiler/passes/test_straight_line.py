"""Sequences of small groups as straight-line code: periods are found, and the numbers are those of the eager engine."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value, exp, log, maximum, minimum, relu, sin, where
from autograd.compiler import compile
from autograd.compiler.c_backend import executable
from autograd.compiler.passes import straight_line
from autograd.compiler.passes.group import FusedChain

INF, NAN = math.inf, math.nan


def recurrence(seed: int, steps: int) -> Callable[..., Any]:
    """A state of three numbers to which the same random operations are applied at each step."""

    def run(gains: Any, x: Any) -> Any:
        state = [x[0], x[1], gains[0] * x[2]]
        for _ in range(steps):
            source = random.Random(seed)
            new = []
            for n in range(3):
                a, b = (state[source.randrange(3)] for _ in range(2))
                gain = gains[source.randrange(len(gains))]
                kind = source.randrange(8)
                new.append(
                    gain * a + 0.3 * b if kind == 0
                    else sin(a * gain) - b * 0.25 if kind == 1
                    else a / (b * b + 1.5) if kind == 2
                    else maximum(a, b * 0.9) * gain if kind == 3
                    else minimum(a, 0.5) + 0.1 * b if kind == 4
                    else relu(a - b) + 0.2 * state[n] if kind == 5
                    else where(a < b, a * 0.5, b * gain) if kind == 6
                    else exp(minimum(a, 0.0)) * b * 0.5
                )  # fmt: skip
            state = new
        return state[0] + 0.5 * state[1] - state[2] * gains[-1]

    return run


def outcome(program: Any, X: Any) -> tuple[bytes, ...]:
    value, gradient = program.value_and_grad(X)
    return (np.float64(value).tobytes(), gradient.tobytes())


def eager_outcome(run: Callable[..., Any], gains: list[Value], X: Any) -> Any:
    """The mean and its gradient, or the name of the error of the first sample that has one."""
    total, gradient = 0.0, np.zeros(len(gains))
    for x in X.tolist():
        for gain in gains:
            gain.zero_grad()
        try:
            result = run(gains, [Value(number) for number in x])
            result.backward()
        except (ArithmeticError, ValueError) as error:
            return type(error).__name__
        total += result.data / len(X)
        gradient += [gain.grad / len(X) for gain in gains]
    return total, gradient


@pytest.mark.parametrize("seed", range(12))
def test_no_bit_differs_between_loops_and_steps_and_the_eager_engine_agrees(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = random.Random(seed)
    run, samples = recurrence(seed, source.choice([5, 13, 40])), source.choice([1, 9, 50, 193])
    gains = [Value(source.uniform(-0.9, 0.9)) for _ in range(3)]
    special = [0.0, -0.0, 1.0, -1.0, 0.5, 1e-310, INF, -INF, NAN] if seed % 3 == 0 else [0.0, -0.0, 0.5, 1.0]
    X = np.array(
        [[source.choice([source.uniform(-1, 1), source.choice(special)]) for _ in range(3)] for _ in range(samples)]
    )
    found = []
    for worth in (1e99, 0) if seed < 4 else (1e99,):  # the C compiler takes a tenth of a second
        monkeypatch.setattr(executable, "WORTH_A_LOOP", worth)
        program = compile(lambda x: run(gains, x), gains, batched=True, backend="c")
        try:
            found.append(outcome(program, X))
        except (ArithmeticError, ValueError) as error:
            found.append((type(error).__name__.encode(),))
    assert len(set(found)) == 1
    expected = eager_outcome(run, gains, X)
    if isinstance(expected, str):
        assert found[0] == (expected.encode(),)
        return
    total, expected = expected
    assert np.frombuffer(found[0][0])[0] == pytest.approx(total, rel=1e-12, abs=1e-13, nan_ok=True)
    assert np.frombuffer(found[0][1]) == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def chains(program: Any) -> list[FusedChain]:
    return [group for group in program.plan.groups if isinstance(group, FusedChain)]


def test_a_recurrence_becomes_equal_chains_of_whole_periods() -> None:
    def spring(x: Value, v: Value) -> Value:
        for _ in range(100):
            v = v - 0.1 * sin(x)
            x = x + 0.1 * v
        return x

    program = compile(spring, batched=True, backend="c")
    program(np.linspace(0.0, 1.0, 50), np.zeros(50))
    found = chains(program)
    assert {len(chain.parts) for chain in found[1:-1]} == {50}  # five operations a step, ten steps
    assert sum(len(chain.parts) for chain in found) == 500
    assert len({group.note for group in found}) <= 4
    assert "sin 10 times" in program.explain()


def test_what_is_the_same_for_all_samples_is_a_chain_too() -> None:
    a = Value(0.9)

    def f(x: Value) -> Value:
        variance = 1.0
        for _ in range(30):
            variance = a * variance / (1.0 + variance) + log(a)
        return x * variance

    program = compile(f, [a], batched=True, backend="c")
    value, gradient = program.value_and_grad(np.array([1.0, 3.0]))
    assert any(not chain.per_sample for chain in chains(program))
    expected = f(Value(2.0))
    expected.backward()
    assert value == pytest.approx(expected.data, rel=1e-14)
    assert gradient == pytest.approx([a.grad], rel=1e-12)


def test_values_are_the_bits_of_the_eager_engine() -> None:
    def walk(x: list[Value]) -> Value:
        level = x[0]
        for number in x[1:]:
            level = 0.9 * level + autograd.tanh(number) * (1.0 + level / 7.0)
        return level

    X = np.random.default_rng(3).normal(size=(70, 40))
    program = compile(walk, batched=True, backend="c")
    program(X)
    expected = [walk([Value(number) for number in row]).data for row in X.tolist()]
    assert program.plan.samples_of_outputs(0)[:, 0].tolist() == expected


def test_irregular_graphs_stay_groups() -> None:
    def f(x: list[Value]) -> Value:
        source, pool = random.Random(0), list(x)
        for _ in range(400):
            a, b = (pool[source.randrange(max(0, len(pool) - 6), len(pool))] for _ in range(2))
            pool.append(source.choice([a + b, a * b, sin(a), a - b, a / (b * b + 2.0)]) * 0.5)
        return pool[-1]

    program = compile(f, batched=True, backend="c")
    program(np.linspace(-1.0, 1.0, 300).reshape(50, 6))
    assert not any(len(chain.parts) > 24 for chain in chains(program))


def test_a_long_period_is_cut_at_the_same_places_each_time() -> None:
    period = [SimpleNamespace(name=f"row{n}", nodes=[0], per_sample=True) for n in range(100)]
    rest = [SimpleNamespace(name="other", nodes=[0, 1], per_sample=True)] * 2
    pieces = list(straight_line._pieces([*rest, *period * 3, *rest]))
    assert pieces == [(0, 2), (2, 66), (66, 102), (102, 166), (166, 202), (202, 266), (266, 302), (302, 304)]


def test_many_operations_that_do_not_repeat_stay_groups() -> None:
    groups = [SimpleNamespace(name=f"row{n}", nodes=[0], per_sample=True) for n in range(170)]
    assert list(straight_line._pieces(groups)) == []
    assert list(straight_line._pieces(groups[:70])) == [(0, 64), (64, 70)]
