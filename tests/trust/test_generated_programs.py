"""Are compiled programs made of ordinary Python right: loops, closures, containers, recursion, odd arrays, nan and inf?

`tests/oracles/sources.py` writes them; `agreement.py` there compares the eager engine with every backend.
"""

from __future__ import annotations

import numpy as np
import pytest
from agreement import PATHS, Outcome, agree, disagreements, eager, through
from sources import LAYOUTS, NOT_FINITE, random_source

SHORT = ["numpy", "fallback", "c"]
"""Without loops in C ("emit"), for which the C compiler takes a tenth of a second for each program."""


def failed(seed: int, paths: list[str]) -> str:
    source = random_source(seed)
    found = disagreements(source, paths)
    return f"seed {seed}\n{source.text}\n{source.calls}\n" + "\n".join(found) if found else ""


@pytest.mark.parametrize("block", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2))])
def test_a_share_of_the_programs(block: int) -> None:
    for seed in range(block * 10, block * 10 + 10):
        assert not failed(seed, SHORT), failed(seed, SHORT)


@pytest.mark.slow
@pytest.mark.parametrize("block", range(40))
def test_two_thousand_programs(block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        paths = list(PATHS) if seed % 10 == 0 else SHORT
        assert not failed(seed, paths), failed(seed, paths)


def test_programs_differ_in_all_that_they_promise() -> None:
    sources = [random_source(seed) for seed in range(300)]
    texts = "\n".join(source.text.partition("def program")[2] for source in sources)
    for piece in (
        "for ", "while ", "if ", "except KeyError", "def h", "def r", "lambda", "deque(", "partial(", "where(",
        "detached(", "softmax(", "affine(", "cross_entropy(", "GAIN(", "Gain(own=", "TABLE[", "P[",
        "reversed(", "** -1", " / ",
    ):  # fmt: skip
        assert piece in texts, piece
    numbers = [np.asarray(array, dtype=np.float64) for source in sources for call in source.calls for array in call]
    for special in [*NOT_FINITE, 0.0, 5e-324]:
        assert any(np.isclose(array, special, rtol=0, atol=0, equal_nan=True).any() for array in numbers), special
    assert {array.ndim for array in numbers} == {0, 1, 2, 3}
    assert any(array.size == 0 for array in numbers)
    assert {source.batched for source in sources} == {source.single for source in sources} == {False, True}


def test_each_layout_keeps_the_numbers() -> None:
    for shape in ((), (3,), (0,), (2, 3), (2, 0)):
        plain = np.arange(np.prod(shape), dtype=np.float64).reshape(shape)
        for number, layout in enumerate(LAYOUTS):
            other = np.asarray(layout(plain.copy()), dtype=np.float64)
            repeated = plain.size and np.array_equal(other, np.broadcast_to(plain[:1] if shape else plain, shape))
            assert np.array_equal(other, plain) or repeated, (number, shape)


def test_every_kind_of_outcome_occurs() -> None:
    outcomes = [outcome for seed in range(120) for outcome in eager(random_source(seed), 0).values()]
    errors = {type(outcome.error).__name__ for outcome in outcomes}
    assert errors >= {"NoneType", "ValueError", "ZeroDivisionError", "FloatingPointError"}
    assert any(number != number for outcome in outcomes for number in outcome.numbers)


def test_an_error_counts_only_if_the_result_needs_it() -> None:
    """The oracle's own exception, by hand: log(-1) is discarded by the first program, and used by the second."""
    source = random_source(0)._replace(calls=((np.array(-1.0),),), parameters=(), batched=False, single=True)
    masked, used = (
        source._replace(text=f"def program(a):\n    return autograd.where(a > 0.0, {x}, {y}) + a\n")
        for x, y in (("autograd.log(a)", "a * a"), ("a * a", "autograd.log(a)"))
    )
    assert isinstance(eager(masked, 0)["the value"].error, ValueError)
    assert eager(masked, 0, lenient=True)["the gradient"].numbers == [-1.0]  # (a² + a)' at -1
    assert isinstance(eager(used, 0, lenient=True)["the value"].error, ValueError)
    assert not disagreements(masked, SHORT)
    assert not disagreements(used, SHORT)


def test_a_wrong_number_and_a_wrong_exception_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = Outcome([1.0, float("nan")], None, [1e-12, 0.0])
    assert agree(Outcome([1.0 + 1e-13, float("nan")]), truth)
    for wrong in ([1.0 + 1e-11, float("nan")], [1.0, 0.0], [float("nan"), float("nan")], [1.0]):
        assert not agree(Outcome(wrong), truth)
    assert not agree(Outcome([], ValueError()), truth)
    assert not agree(Outcome([], ValueError()), Outcome([], ZeroDivisionError()))
    monkeypatch.setattr("autograd.compiler.program.Program.__call__", lambda *_: 0.25)
    assert sum(bool(disagreements(random_source(seed), ["numpy"])) for seed in range(4)) > 2


def test_what_a_call_returned_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    shared = np.zeros(1)

    def value_and_grad(*_: object) -> tuple[float, np.ndarray]:
        shared[0] += 1.0
        return 0.0, shared

    monkeypatch.setattr("autograd.compiler.program.Program.value_and_grad", value_and_grad)
    with pytest.raises(AssertionError, match="later call changed"):
        through("numpy", random_source(next(seed for seed in range(99) if random_source(seed).single)))
