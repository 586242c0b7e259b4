"""What a function closes over may change: the program is traced anew, and never goes on with what was."""

from __future__ import annotations

import functools
from typing import Any

import pytest

import nn
from autograd import Value, depends_on
from autograd.compiler import compile

scale = 2.0
weight = Value(3.0)
model = nn.Sequential(nn.Layer(2, 4, seed=0), nn.Dropout(0.5, seed=1))


def scaled(x: Any) -> Any:
    return x * scale


def through_another(x: Any) -> Any:
    return scaled(x) + 1.0


def test_a_global_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for function, answer in ((scaled, 6.0), (through_another, 7.0)):
        program = compile(function, backend="numpy")
        assert program(3.0) == answer
        with monkeypatch.context() as changed:
            changed.setitem(globals(), "scale", 5.0)
            assert program(3.0) == answer + 9.0
        assert program(3.0) == answer


def test_a_number_closed_over_and_a_value_under_the_same_name() -> None:
    factor: Any = 2.0

    def f(x: Any) -> Any:
        (part,) = (part * factor for part in x)
        return part

    program = compile(f, backend="numpy")
    assert program([3.0]) == 6.0
    factor = 4.0
    assert program([3.0]) == 12.0
    factor = Value(5.0)
    assert program([3.0]) == 15.0
    factor.data = 6.0
    assert program([3.0]) == 18.0


def test_what_did_not_change_is_not_traced_again() -> None:
    calls = 0

    def counting(x: Any) -> Any:
        nonlocal calls
        calls += 1  # its own doing is no change from outside
        return x * weight

    program = compile(counting, backend="numpy")
    for _ in range(3):
        program(1.0)
    program([1.0][0])
    assert calls == 2


def test_the_training_mode_of_a_global_model_and_of_one_part_of_it() -> None:
    program = compile(lambda x: sum(model(x)), batched=True, backend="numpy")
    samples = [[1.0, -2.0]] * 50
    exact = sum(value.data for value in model.eval()([1.0, -2.0]))
    assert program(samples) == pytest.approx(exact, rel=1e-14)
    model.train()
    assert program(samples) != pytest.approx(exact, rel=1e-3)
    model.layers[1].training = False
    assert program(samples) == pytest.approx(exact, rel=1e-14)
    model.train()
    dropout = model.layers[1]
    dropout.rate = 0.0
    assert program(samples) == pytest.approx(exact, rel=1e-14)
    dropout.rate = 0.5


def test_a_setting_of_the_users_own() -> None:
    class Gain:
        gain = 2.0

        def __call__(self, x: Any) -> Any:
            return x * depends_on(lambda: self.gain)

    module = Gain()
    for function in (module, module.__call__, functools.partial(module)):
        module.gain = 2.0
        program = compile(function, backend="numpy")
        assert program(1.0) == 2.0
        module.gain = 3.0
        assert program(1.0) == 3.0


@pytest.mark.filterwarnings("ignore:.*traced again:RuntimeWarning")
def test_plans_do_not_pile_up() -> None:
    for_all: list[Any] = [0.0]
    program = compile(lambda x: x * depends_on(lambda: for_all[0]), backend="numpy")
    for n in range(50):
        for_all[0] = float(n)
        assert program(2.0) == 2.0 * n
    assert sum(map(len, program._plans.values())) <= 8
