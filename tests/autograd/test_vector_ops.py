"""Are sum, mean, dot, affine, logsumexp, softmax, cross_entropy and take one node, exact, and strict?"""

from __future__ import annotations

import math
import random
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from mpmath import mp

import autograd
from autograd import Value, affine, cross_entropy, dot, gradients, logsumexp, mean, softmax, take


def test_sum_and_dot_add_from_left_to_right() -> None:
    xs = [1e100, 1.0, -1e100, 0.1, 0.2, 0.3]
    total, product = 0.5, 0.5
    for x in xs:
        total += x
        product += x * 3.0
    values = [Value(x) for x in xs]
    assert (
        autograd.sum(xs, 0.5) == autograd.sum(values, 0.5).data == autograd.sum(iter(values), Value(0.5)).data == total
    )
    threes = [3.0] * 6
    assert dot(xs, threes, 0.5) == dot(values, threes, Value(0.5)).data == dot(threes, values, 0.5).data == product
    assert affine([values, threes], threes, [Value(0.5), 0.0])[0].data == product


@pytest.mark.parametrize("kinds", ["vvv", "vfv", "vff", "vvf", "fvv", "fvf", "mmv", "vmf"])
def test_dot_and_affine_of_any_mixture_of_values_and_numbers(kinds: str) -> None:
    """Gradients against 2 x 3 products written out."""

    def made(kind: str, numbers: list[float]) -> list[Any]:
        return [Value(x) if kind == "v" or (kind == "m" and n % 2) else x for n, x in enumerate(numbers)]

    rows = [made(kinds[0], [0.5, -1.5, 2.0]), made(kinds[0], [3.0, 0.25, -0.5])]
    xs, starts = made(kinds[1], [1.25, -2.0, 0.75]), made(kinds[2], [0.1, 0.2])
    leaves = [v for v in [*rows[0], *rows[1], *xs, *starts] if isinstance(v, Value)]

    def check(outs: list[Any]) -> tuple[list[float], list[float]]:
        loss = outs[0] * outs[1] + outs[0].tanh()
        return [out.data for out in outs], gradients(loss, leaves)

    plain = [starts[n] + rows[n][0] * xs[0] + rows[n][1] * xs[1] + rows[n][2] * xs[2] for n in range(2)]
    with_starts = [(start, *row) for start, row in zip(starts, rows, strict=True)]
    dots = [dot(rows[n], xs, start=starts[n]) for n in range(2)]
    for outs in (affine(rows, xs, starts), affine(with_starts, xs), dots):
        assert check(outs)[0] == check(plain)[0]
        assert check(outs)[1] == pytest.approx(check(plain)[1], rel=1e-15)
        assert all(len(out.operands) == 7 for out in outs)


def test_numbers_in_floats_out() -> None:
    results = [
        autograd.sum([1, 2]),
        mean([1, 2]),
        dot([1], [2]),
        logsumexp([1, 2]),
        cross_entropy([1, 2], 0),
        take([1, 2], 1),
    ]
    assert [type(result) for result in results] == [float] * 6
    assert [type(p) for p in softmax([1, 2])] == [float, float]
    assert type(affine([[1]], [2], [3])[0]) is float
    assert (autograd.sum([]), dot([], []), affine([], [1.0], [])) == (0.0, 0.0, [])
    assert dot([], [], start=2.0) == affine([(2.0,)], [])[0] == 2.0


@pytest.mark.parametrize(
    "xs", [[1e4, -1e4, 0.0], [-1e4, -1e4], [0.0, -745.0, 30.0], [1e-8, 0.0, -1e-8], [1000.0, 1001.0]]
)
def test_softmax_and_its_kin_are_stable(xs: list[float]) -> None:
    with mp.workdps(9000):
        total = mp.fsum(mp.exp(x) for x in xs)
        assert logsumexp(xs) == pytest.approx(float(mp.log(total)), rel=4e-16)
        for n, x in enumerate(xs):
            assert softmax(xs)[n] == pytest.approx(float(mp.exp(x) / total), rel=1e-14, abs=1e-323)
            loss = float(mp.log(total) - x)
            assert cross_entropy(xs, n) == pytest.approx(loss, rel=1e-14, abs=1e-323)
            one_hot = [float(k == n) for k in range(len(xs))]
            assert cross_entropy(xs, one_hot) == pytest.approx(loss, rel=1e-14, abs=1e-323)


def test_a_confident_and_right_classifier_still_learns() -> None:
    """1 - p would be 0 from 37 on; the loss and its gradient are e^-100."""
    logits = [Value(100.0), Value(0.0)]
    loss = cross_entropy(logits, 0)
    loss.backward()
    assert loss.data == pytest.approx(math.exp(-100.0), rel=1e-14)
    assert [x.grad for x in logits] == pytest.approx([-math.exp(-100.0), math.exp(-100.0)], rel=1e-14)


def test_near_its_zero_logsumexp_is_as_good_as_its_operands() -> None:
    """Where the exponentials add up to 1 the terms cancel: what is left is off by less than one unit of the highest."""
    rng = random.Random(1)
    for _ in range(200):
        p = rng.random()
        xs = [math.log(p), math.log1p(-p)]
        with mp.workdps(50):
            true = mp.log(mp.exp(xs[0]) + mp.exp(xs[1]))
            assert abs(logsumexp(xs) - true) <= 2.0 * math.ulp(max(xs))


def test_softmax_adds_up_and_its_gradients_cancel() -> None:
    xs = [Value(x) for x in (0.3, -2.0, 1.0)]
    ps = softmax(xs)
    assert sum(p.data for p in ps) == pytest.approx(1.0, rel=1e-15)
    autograd.sum(ps).backward()
    assert [x.grad for x in xs] == pytest.approx([0.0, 0.0, 0.0], abs=1e-16)


def test_what_counts_as_a_sequence() -> None:
    v, w = Value(2.0), Value(3.0)
    for xs in ([v, w], (v, w), np.array([v, w]), iter([v, w]), {1: v, 2: w}.values(), (x for x in (v, w))):
        assert dot(xs, [1.0, 2.0]).data == 8.0
    assert mean(range(4)) == 1.5
    assert cross_entropy([v, w], np.int64(1)).data == cross_entropy([v, w], np.array([0, 1])).data


def test_targets_that_are_values_have_gradients() -> None:
    x, t = [Value(1.0), Value(2.0)], [Value(0.25), Value(0.75)]
    cross_entropy(x, t).backward()
    high = math.log1p(math.exp(-1.0))
    assert [v.grad for v in t] == pytest.approx([1.0 + high, high], rel=1e-15)


NO_SEQUENCE = [
    5,
    None,
    "12",
    b"12",
    {1.0, 2.0},
    frozenset([1.0]),
    {1.0: 2.0},
    Value(1.0),
    1j,
    np.array(1.0),
    {1: 2}.keys(),
]


@pytest.mark.parametrize("wrong", NO_SEQUENCE, ids=lambda wrong: type(wrong).__name__)
def test_what_is_no_sequence_is_refused(wrong: Any) -> None:
    for function, argument in [
        (autograd.sum, "sum: xs"), (mean, "mean: xs"), (lambda xs: dot(xs, [1.0]), "dot: xs"), (softmax, "softmax: xs"),
        (lambda ys: dot([1.0], ys), "dot: ys"), (logsumexp, "logsumexp: xs"), (lambda xs: take(xs, 0), "take: xs"),
        (lambda xs: cross_entropy(xs, 0), "cross_entropy: logits"), (lambda m: affine(m, [1.0], [1.0]), "affine: rows"),
        (lambda xs: affine([[1.0]], xs, [1.0]), "affine: xs"), (lambda row: affine([row], [1.0]), "affine: rows[0]"),
        (lambda starts: affine([[1.0]], [1.0], 1.0 if starts is None else starts), "affine: starts"),
    ]:  # fmt: skip
        with pytest.raises(TypeError, match=re.escape(f"{argument} must be a sequence of numbers or Values, got ")):
            function(wrong)


v = Value(2.0)


@pytest.mark.parametrize("wrong", ["3", None, 1j, [1.0], {}, object], ids=str)
def test_what_is_no_number_is_refused_by_its_place(wrong: Any) -> None:
    for function, place in [
        (lambda: autograd.sum([v, wrong]), "sum: xs[1]"), (lambda: autograd.sum([v], wrong), "sum: start"),
        (lambda: mean([wrong]), "mean: xs[0]"), (lambda: dot([v, wrong], [1.0, 2.0]), "dot: xs[1]"),
        (lambda: dot([v, v], [1.0, wrong], v), "dot: ys[1]"), (lambda: dot([v], [v], wrong), "dot: start"),
        (lambda: affine([[v], [wrong]], [1.0], [v, v]), "affine: row 1: dot: xs[0]"),
        (lambda: softmax([v, wrong]), "softmax: xs[1]"), (lambda: logsumexp([wrong]), "logsumexp: xs[0]"),
        (lambda: cross_entropy([v, wrong], 0), "cross_entropy: logits[1]"),
        (lambda: cross_entropy([v, v], [0.5, wrong]), "cross_entropy: target[1]"),
        (lambda: take([wrong], 0), "take: xs[0]"),
    ]:  # fmt: skip
        with pytest.raises(TypeError, match=re.escape(f"{place} must be a real number, got ")):
            function()


@pytest.mark.parametrize(
    ("use", "kind", "message"),
    [
        (lambda: mean([]), ValueError, "mean: xs is empty: give at least one number"),
        (lambda: logsumexp([]), ValueError, "logsumexp: xs is empty"),
        (lambda: softmax([]), ValueError, "softmax: xs is empty"),
        (lambda: cross_entropy([], 0), ValueError, "cross_entropy: logits is empty"),
        (lambda: take([], 0), ValueError, "take: xs is empty"),
        (lambda: dot([1.0], [1.0, 2.0]), ValueError, "dot: xs has 1 numbers and ys has 2; they must be equally many"),
        (lambda: affine([[1.0, 2.0]], [1.0], [0.0]), ValueError, "affine: rows[0] has 2 numbers and xs has 1"),
        (lambda: affine([[1.0]], [1.0], []), ValueError, "affine: got 1 rows and 0 starts"),
        (lambda: affine([[1.0]], [1.0]), ValueError, "affine: rows[0] has 0 numbers after its start and xs has 1"),
        (lambda: affine([[]], [1.0]), ValueError, "affine: rows[0] has nothing, not even its start, and xs has 1"),
        (lambda: cross_entropy([v, v], 2), ValueError, "target must be a whole number from 0 to 1, got 2"),
        (lambda: cross_entropy([v, v], -1), ValueError, "target must be a whole number from 0 to 1, got -1"),
        (lambda: cross_entropy([v, v], 0.5), ValueError, "target must be a whole number from 0 to 1, got 0.5"),
        (lambda: cross_entropy([v, v], math.nan), ValueError, "target must be a whole number from 0 to 1, got nan"),
        (lambda: cross_entropy([v, v], "0"), TypeError, "target must be a real number, got '0'"),
        (lambda: cross_entropy([v, v], None), TypeError, "target must be a real number, got None"),
        (lambda: cross_entropy([v, v], [1.0]), ValueError, "target has 1 probabilities for 2 logits"),
        (lambda: cross_entropy([v, v], {0, 1}), TypeError, "target must be a sequence"),
        (lambda: take([v, v], 2), ValueError, "position must be a whole number from 0 to 1, got 2"),
        (lambda: take([v, v], Value(1.0)), TypeError, "position is already a Value"),
    ],
)  # fmt: skip
def test_wrong_inputs_are_named(use: Callable[[], Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=re.escape(message)):
        use()
    assert v.grad == 0.0
