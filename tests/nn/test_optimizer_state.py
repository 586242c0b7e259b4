"""What an optimizer remembers: its state, its snapshots, and interrupts between parameters and memory."""

from __future__ import annotations

import math
import random
import signal
import sys
from typing import Any

import pytest
from trajectories import GRADIENTS, OPTIMIZERS, START, trajectory

import nn
from autograd import Value


@pytest.mark.parametrize("make", OPTIMIZERS)
def test_a_state_continues_bit_for_bit(make: Any) -> None:
    whole = trajectory(make, GRADIENTS)
    p = Value(START)
    first = make([p])
    for gradient in GRADIENTS[:4]:
        p.grad = gradient
        first.step()
    second = make([p])
    second.learning_rate = 77.0
    second.load_state_dict(first.state_dict())
    rest = []
    for gradient in GRADIENTS[4:]:
        p.grad = gradient
        second.step()
        rest.append(p.data)
    assert rest == whole[4:]
    assert second.steps == 10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "SGD"}, "kind is 'SGD', but this optimizer is Adam"),
        ({"steps": -1}, "steps must be a whole number"),
        ({"steps": 1.5}, "steps must be a whole number"),
        ({"settings": {}}, "settings must have exactly learning_rate, betas"),
        ({"memory": {"mean": [0.0]}}, "memory must have exactly mean, square_mean"),
        ({"memory": {"mean": [0.0], "square_mean": [0.0]}}, "memory mean must give a number for each parameter's name"),
        ({"memory": {"mean": {}, "square_mean": {"w": 0.0}}}, "memory mean of w is missing"),
        ({"memory": {"mean": {"w": 0.0, "v": 0.0}, "square_mean": {"w": 0.0}}}, "memory mean has an unknown 'v'"),
        (
            {"memory": {"mean": {"w": math.nan}, "square_mean": {"w": 0.0}}},
            "mean of w must be a finite number, got nan",
        ),
        ({"memory": {"mean": {"w": "1"}, "square_mean": {"w": 0.0}}}, "mean of w must be a finite number, got '1'"),
        ({"more": 1}, "'more' is unexpected"),
    ],
)
def test_a_wrong_state_is_refused(change: dict[str, Any], message: str) -> None:
    optimizer = nn.Adam([Value(1.0, label="w")])
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(before | change)
    assert optimizer.state_dict() == before


def test_wrong_settings_in_a_state_change_nothing() -> None:
    optimizer = nn.Adam([Value(1.0)])
    before = optimizer.state_dict()
    with pytest.raises(ValueError, match="epsilon must be greater than 0"):
        optimizer.load_state_dict(before | {"settings": before["settings"] | {"learning_rate": 5.0, "epsilon": -1.0}})
    assert optimizer.state_dict() == before
    with pytest.raises(TypeError, match="state must be a dictionary"):
        optimizer.load_state_dict([])  # type: ignore[arg-type]


def test_memory_goes_to_the_parameter_of_the_name() -> None:
    one, other = (nn.SGD([(name, Value(0.0)) for name in names], momentum=0.5) for names in ("ab", "ba"))
    one.step([1.0, 2.0])
    other.load_state_dict(one.state_dict())
    assert one.memory() == {"velocity": [1.0, 2.0]}
    assert other.memory() == {"velocity": [2.0, 1.0]}
    assert one.state_dict()["memory"] == {"velocity": {"a": 1.0, "b": 2.0}}


def test_an_interrupt_between_the_two_halves_of_a_commit_undoes_both(monkeypatch: pytest.MonkeyPatch) -> None:
    p = Value(1.0)
    optimizer = nn.Adam([p], 0.1)
    p.grad = 1.0
    optimizer.step()
    before = (p.data, optimizer.state_dict())
    write, calls = optimizer._write, []

    def interrupted(numbers: list[float], state: Any) -> None:
        write(numbers, state)
        calls.append(None)
        if len(calls) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(optimizer, "_write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        optimizer.step()
    assert (p.data, optimizer.state_dict()) == before


# One that comes in a callback of the collector is only reported, by Python itself.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("rounds", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_real_interrupts_leave_parameters_and_memory_of_one_step(rounds: int) -> None:
    count = 50
    values = [Value(float(i)) for i in range(count)]
    optimizer = nn.SGD(values, 0.5, momentum=0.5)
    source = random.Random(0)
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    hits = 0
    try:
        for _ in range(rounds):
            for value in values:
                value.grad = 1.0
            try:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
                signal.setitimer(signal.ITIMER_REAL, source.uniform(1e-5, 3e-4), 2.0)  # 2: one may be lost
                while True:
                    optimizer.step()
            except KeyboardInterrupt:
                hits += 1
            velocity = 2.0 - 2.0 ** (1 - optimizer.steps)  # of momentum 1/2 and gradient 1: 1 + 1/2 + 1/4 + ...
            assert optimizer.memory()["velocity"] == [velocity] * count
            moved = [value.data - i for i, value in enumerate(values)]
            # p = -lr * (v1 + ... + vt) with v1 + ... + vt = 2t - velocity
            assert moved == pytest.approx([-0.5 * (2.0 * optimizer.steps - velocity)] * count, abs=1e-6)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGINT, previous)
    assert hits == rounds


def test_restore_goes_back_to_the_snapshot() -> None:
    p = Value(1.0)
    optimizer = nn.Adam([p], 0.1)
    optimizer.step([1.0])
    before, snapshot = (p.data, optimizer.state_dict()), optimizer.snapshot()
    optimizer.step([2.0])
    assert (p.data, optimizer.state_dict()) != before
    optimizer.restore(snapshot)
    assert (p.data, optimizer.state_dict()) == before


def test_the_largest_float_may_be_remembered() -> None:
    optimizer = nn.SGD([Value(1.0)], momentum=0.5)
    state = optimizer.state_dict() | {"memory": {"velocity": {"parameters[0]": sys.float_info.max}}, "steps": 1}
    optimizer.load_state_dict(state)
    assert optimizer.state_dict() == state
