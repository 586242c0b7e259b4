"""The same arrays again: nothing is checked or copied, and nothing else may be read than these arrays."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import Value, log, tanh
from autograd.compiler import compile
from autograd.compiler.argument_cache import ArgumentCache


@pytest.mark.parametrize("backend", ["c", "numpy"])
def test_a_call_after_one_that_was_corrected_reads_all_samples_again(backend: str) -> None:
    """The correction runs the program for parts of the samples; the next call must not read the last of these parts."""
    w = Value(1.0)
    program = compile(lambda x: w * tanh(log(x * x)), [w], batched=True, backend=backend)
    X = np.array([1e200, 2.0, 8.0, 3.0])  # x * x is inf, and so is its logarithm: the eager engine computes sample 0
    expected = (1.0 + sum(math.tanh(2.0 * math.log(x)) for x in (2.0, 8.0, 3.0))) / 4.0
    bound = program.bind(X)
    for _ in range(3):
        value, gradient = program.value_and_grad(X)
        assert value == pytest.approx(expected, rel=1e-14)
        assert gradient == pytest.approx([expected], rel=1e-14)
        assert program(X) == pytest.approx(expected, rel=1e-14)
        assert bound.value_and_grad()[0] == pytest.approx(expected, rel=1e-14)


def test_an_array_is_known_again_by_identity_place_and_shape() -> None:
    w = Value(2.0)
    program = compile(lambda x: w * x, [w], batched=True, backend="c")
    X = np.ones(6)
    assert program.value_and_grad(X)[0] == 2.0
    cache = program._recent
    assert isinstance(cache, ArgumentCache)
    assert cache.has((X,))
    assert not cache.has((X.copy(),))
    assert not cache.has((X, X))
    X[0] = 7.0  # read in place
    assert cache.has((X,))
    assert program.value_and_grad(X)[0] == 4.0
    X.resize(3, refcheck=False)
    assert not cache.has((X,))


def test_an_executable_that_copies_its_arguments_has_no_cache() -> None:
    w = Value(2.0)
    program = compile(lambda x: w * x, [w], batched=True, backend="numpy")
    program.value_and_grad(np.ones(200))
    assert program._recent is None


def test_arrays_that_the_runtime_would_copy_are_not_kept() -> None:
    w = Value(2.0)
    program = compile(lambda x: w * x, [w], batched=True, backend="c")
    program.value_and_grad(np.ones(12)[::2])
    assert program._recent is None
    program.value_and_grad(np.ones(6, np.int64))
    assert program._recent is None
