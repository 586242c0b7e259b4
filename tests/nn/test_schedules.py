from __future__ import annotations

import math
from typing import Any

import pytest

import nn
from nn.schedules import SCHEDULES, find_schedule


def test_each_by_hand() -> None:
    assert nn.ConstantRate()(1e9) == 1.0
    assert [nn.StepDecay(3, 0.1)(t) for t in (0, 2.99, 3, 6)] == pytest.approx([1, 1, 0.1, 0.01])
    assert nn.ExponentialDecay(0.25)(0.5) == 0.5
    assert [nn.LinearDecay(4, end=0.2)(t) for t in (0, 1, 4, 9)] == pytest.approx([1.0, 0.8, 0.2, 0.2])
    assert [nn.CosineDecay(6)(t) for t in (0, 2, 3, 6, 8)] == pytest.approx([1.0, 0.75, 0.5, 0.0, 0.0])
    assert nn.CosineDecay(6, end=0.5)(3) == 0.75
    warm = nn.WarmUp(2, then=nn.LinearDecay(10), start=0.5)
    assert [warm(t) for t in (0, 1, 2, 7, 12)] == pytest.approx([0.5, 0.75, 1.0, 0.5, 0.0])
    assert nn.WarmUp(2)(5) == 1.0


@pytest.mark.parametrize("every", [0.1, 0.2, 0.3, 0.7, 1 / 3, 1.1, 2.5, 7.0])
def test_a_step_is_taken_at_each_multiple_and_nowhere_else(every: float) -> None:
    schedule = nn.StepDecay(every, 0.5)
    for k in range(1, 200):
        assert schedule(k * every) == 0.5**k
        assert schedule((k - 0.001) * every) == 0.5 ** (k - 1)
    assert [nn.StepDecay(0.1, 0.5)(n / 10) for n in range(10)] == [0.5**n for n in range(10)]
    assert nn.WarmUp(0.3, then=nn.StepDecay(0.3, 0.5))(0.9) == 0.25


@pytest.mark.parametrize("epochs", [3, 10, 30, 100])
def test_step_divides_by_ten_after_each_third_of_the_run(epochs: int) -> None:
    schedule = find_schedule("step", epochs)
    found = [round(-math.log10(schedule(epoch))) for epoch in range(epochs)]
    assert found == [3 * epoch // epochs for epoch in range(epochs)]


@pytest.mark.parametrize("name", SCHEDULES)
def test_names_fit_the_run(name: str) -> None:
    schedule = find_schedule(name, 30)
    factors = [schedule(t) for t in range(31)]
    assert all(0 <= factor <= 1 for factor in factors)
    assert max(factors) == 1.0
    assert name in ("constant", "warmup") or factors == sorted(factors, reverse=True)


def test_a_function_and_none() -> None:
    assert find_schedule(lambda t: 2.0 * t, 5)(3) == 6.0
    assert find_schedule(None, 5)(3) == 1.0
    assert repr(nn.StepDecay(3)) == "StepDecay(every=3.0, factor=0.1)"


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: nn.StepDecay(0), ValueError, "every must be greater than 0"),
        (lambda: nn.StepDecay(1, factor=2.0), ValueError, "factor must be greater than 0 and at most 1"),
        (lambda: nn.ExponentialDecay("0.5"), TypeError, "factor must be a real number"),
        (lambda: nn.LinearDecay(-1), ValueError, "total must be greater than 0"),
        (lambda: nn.CosineDecay(10, end=math.nan), ValueError, "end must be at least 0"),
        (lambda: nn.WarmUp(1, start=2.0), ValueError, "start must be"),
        (lambda: nn.WarmUp(1, then="x"), ValueError, "unknown schedule 'x'"),
        (lambda: find_schedule(3, 5), TypeError, "schedule must be a name"),
        (lambda: find_schedule(nn.StepDecay, 5), TypeError, "schedule must be a name"),
    ],
)
def test_wrong_settings(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_the_abstract_one_says_nothing() -> None:
    with pytest.raises(NotImplementedError):
        nn.Schedule()(1.0)
