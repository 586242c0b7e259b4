"""Ten-step trajectories against closed forms: what each rule's recursion adds up to, summed at 50 digits by mpmath."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from trajectories import GRADIENTS, OPTIMIZERS, START, trajectory

import nn
from autograd import Value

mpmath.mp.dps = 50


def moving_sum(decay: Any, terms: list[Any], t: int) -> Any:
    """Σ decay^(t-i) · terms[i]: what v = decay · v + term is after step t."""
    return mpmath.fsum(mpmath.mpf(decay) ** (t - i) * terms[i] for i in range(t + 1))


def path_of(steps: list[Any]) -> list[float]:
    return [float(mpmath.mpf(START) - mpmath.fsum(steps[: t + 1])) for t in range(len(steps))]


G = [mpmath.mpf(g) for g in GRADIENTS]


TEN = range(10)


def test_sgd() -> None:
    expected = path_of([mpmath.mpf(0.1) * g for g in G])
    assert trajectory(lambda ps: nn.SGD(ps, 0.1), GRADIENTS) == pytest.approx(expected, rel=1e-13)


def test_sgd_on_a_parabola_halves_the_distance() -> None:
    p = Value(1024.0)
    optimizer = nn.SGD([p], 0.25)
    path = []
    for _ in range(10):
        optimizer.zero_grad()
        (p * p).backward()  # slope 2p: p becomes p - 0.25 * 2p
        optimizer.step()
        path.append(p.data)
    assert path == [512.0, 256.0, 128.0, 64.0, 32.0, 16.0, 8.0, 4.0, 2.0, 1.0]


def test_momentum_and_nesterov() -> None:
    velocity = [moving_sum(0.9, G, t) for t in TEN]
    plain = path_of([mpmath.mpf(0.1) * v for v in velocity])
    ahead = path_of([mpmath.mpf(0.1) * (g + mpmath.mpf(0.9) * v) for g, v in zip(G, velocity, strict=True)])
    assert trajectory(lambda ps: nn.SGD(ps, 0.1, momentum=0.9), GRADIENTS) == pytest.approx(plain, rel=1e-13)
    got = trajectory(lambda ps: nn.SGD(ps, 0.1, momentum=0.9, nesterov=True), GRADIENTS)
    assert got == pytest.approx(ahead, rel=1e-13)


def test_weight_decay_alone_is_a_power() -> None:
    expected = [START * (1 - 0.1 * 0.5) ** t for t in range(1, 11)]
    assert trajectory(lambda ps: nn.SGD(ps, 0.1, weight_decay=0.5), [0.0] * 10) == pytest.approx(expected, rel=1e-13)
    assert trajectory(lambda ps: nn.AdamW(ps, 0.1, weight_decay=0.5), [0.0] * 10) == pytest.approx(expected, rel=1e-13)


def test_adagrad() -> None:
    sums = [mpmath.fsum(g * g for g in G[: t + 1]) for t in TEN]
    expected = path_of([mpmath.mpf(0.1) * g / (mpmath.sqrt(s) + 1e-10) for g, s in zip(G, sums, strict=True)])
    assert trajectory(lambda ps: nn.AdaGrad(ps, 0.1), GRADIENTS) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("momentum", [0.0, 0.8])
def test_rmsprop(momentum: float) -> None:
    squares = [(1 - mpmath.mpf(0.95)) * moving_sum(0.95, [g * g for g in G], t) for t in TEN]
    divided = [g / (mpmath.sqrt(s) + mpmath.mpf(1e-8)) for g, s in zip(G, squares, strict=True)]
    expected = path_of([mpmath.mpf(0.1) * moving_sum(momentum, divided, t) for t in TEN])
    got = trajectory(lambda ps: nn.RMSProp(ps, 0.1, smoothing=0.95, momentum=momentum), GRADIENTS)
    assert got == pytest.approx(expected, rel=1e-12)


def adam_steps() -> list[Any]:
    b1, b2 = mpmath.mpf(0.9), mpmath.mpf(0.999)
    steps = []
    for t in TEN:
        mean = (1 - b1) * moving_sum(b1, G, t) / (1 - b1 ** (t + 1))
        square = (1 - b2) * moving_sum(b2, [g * g for g in G], t) / (1 - b2 ** (t + 1))
        steps.append(mpmath.mpf(0.1) * mean / (mpmath.sqrt(square) + mpmath.mpf(1e-8)))
    return steps


def test_adam() -> None:
    assert trajectory(lambda ps: nn.Adam(ps, 0.1), GRADIENTS) == pytest.approx(path_of(adam_steps()), rel=1e-12)


def test_adamw_shrinks_before_it_steps() -> None:
    p, expected = mpmath.mpf(START), []
    for step in adam_steps():
        p = p * (1 - mpmath.mpf(0.1) * mpmath.mpf(0.2)) - step
        expected.append(float(p))
    got = trajectory(lambda ps: nn.AdamW(ps, 0.1, weight_decay=0.2), GRADIENTS)
    assert got == pytest.approx(expected, rel=1e-12)


def test_adams_weight_decay_is_in_the_gradient() -> None:
    # with gradient 0 the first step goes by learning_rate against the sign of p, whatever the decay
    assert trajectory(lambda ps: nn.Adam(ps, 0.1, weight_decay=0.3), [0.0])[0] == pytest.approx(START - 0.1, rel=1e-7)


def test_adam_with_a_constant_gradient_goes_straight() -> None:
    expected = [START - 0.01 * t for t in range(1, 11)]
    assert trajectory(lambda ps: nn.Adam(ps, 0.01), [5.0] * 10) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("make", OPTIMIZERS)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_bad_gradient_is_named_and_nothing_moves(make: Any, bad: float) -> None:
    p, q = Value(1.0, label="p"), Value(2.0, label="q")
    optimizer = make([p, q])
    p.grad, q.grad = 0.5, 0.25
    optimizer.step()
    before = copy.deepcopy((p.data, q.data, optimizer.state_dict()))
    q.grad = bad
    with pytest.raises(FloatingPointError, match=f"the gradient of q is {bad}.*nothing was changed"):
        optimizer.step()
    assert (p.data, q.data, optimizer.state_dict()) == before


def test_a_step_out_of_range_is_refused() -> None:
    p = Value(1e308, label="p")
    p.grad = -1e308
    with pytest.raises(FloatingPointError, match="would make p inf: lower the learning rate"):
        nn.SGD([p], 10.0).step()
    assert p.data == 1e308
    p.grad = 1e200
    adam = nn.Adam([p], 0.1)
    with pytest.raises(FloatingPointError, match="would make the square_mean of p inf"):
        adam.step()
    assert (p.data, adam.steps) == (1e308, 0)


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: nn.SGD([]), ValueError, "parameters is empty"),
        (lambda: nn.SGD(None), TypeError, "parameters must be a model, or model.parameters\\(\\)"),
        (lambda: nn.SGD("ab"), TypeError, "parameters must be a model, or model.parameters\\(\\)"),
        (lambda: nn.SGD(Value(1.0)), TypeError, "parameters must be a model, or model.parameters\\(\\)"),
        (lambda: nn.SGD([1.0]), TypeError, r"parameters\[0\] must be a Value, got 1.0"),
        (lambda: nn.SGD([Value(1.0) * 2]), ValueError, "is the result of an operation"),
        (lambda: nn.SGD([Value(1.0)], -0.1), ValueError, "learning_rate must be at least 0, got -0.1"),
        (lambda: nn.SGD([Value(1.0)], "0.1"), TypeError, "learning_rate must be a real number"),
        (lambda: nn.SGD([Value(1.0)], math.nan), ValueError, "learning_rate must be at least 0, got nan"),
        (lambda: nn.SGD([Value(1.0)], math.inf), ValueError, "learning_rate"),
        (lambda: nn.SGD([Value(1.0)], momentum=1.0), ValueError, "momentum must be at least 0 and less than 1"),
        (lambda: nn.SGD([Value(1.0)], nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda: nn.SGD([Value(1.0)], nesterov=1), TypeError, "nesterov must be True or False"),
        (lambda: nn.Adam([Value(1.0)], betas=(0.9,)), ValueError, "betas must be two numbers"),
        (lambda: nn.Adam([Value(1.0)], betas=(0.9, 1.0)), ValueError, r"betas\[1\] must be"),
        (lambda: nn.Adam([Value(1.0)], epsilon=0), ValueError, "epsilon must be greater than 0"),
        (lambda: nn.Adam([Value(1.0)], weight_decay=-1), ValueError, "weight_decay must be at least 0"),
        (lambda: nn.RMSProp([Value(1.0)], smoothing=2), ValueError, "smoothing must be"),
    ],
)
def test_wrong_arguments(make: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make()


def test_a_parameter_given_twice_is_named() -> None:
    p = Value(1.0, label="w")
    with pytest.raises(ValueError, match="w is given twice"):
        nn.SGD([p, Value(2.0), p])


def test_a_model_that_has_grown_is_trained_whole() -> None:
    model = nn.Sequential(nn.Layer(1, 1, nonlin=False, init="zeros"))
    optimizers = [nn.Adam(model, 0.1), nn.Adam(model.parameters(), 0.1), nn.Adam(model.named_parameters(), 0.1)]
    alone = nn.Adam(list(model.parameters()), 0.1)
    for optimizer in [*optimizers, alone]:
        optimizer.step([1.0, 1.0])
    model.layers.insert(0, nn.Layer(1, 1, nonlin=False, init="zeros"))
    for optimizer in optimizers:
        fresh = nn.Adam(model, 0.1)
        for parameter in model.parameters():
            parameter.data, parameter.grad = 0.0, 2.0
        optimizer.step()
        assert [parameter.data for parameter in model.parameters()] == pytest.approx([-0.1] * 4)
        moved = [parameter.data for parameter in model.parameters()]
        for parameter in model.parameters():
            parameter.data = 0.0
        fresh.step()
        assert [parameter.data for parameter in model.parameters()] == moved
        assert optimizer.state_dict() == fresh.state_dict()
    alone.step()
    assert len(alone.parameters) == 2


def test_a_parameter_that_was_replaced_is_trained() -> None:
    model = nn.Neuron(1, nonlin=False, init="zeros")
    optimizer = nn.SGD(model, 0.5)
    old, model.bias = model.bias, Value(1.0)
    model([2.0]).backward()
    optimizer.step()
    assert (model.bias.data, old.data) == (0.5, 0.0)


@pytest.mark.parametrize(
    ("kind", "defaults"),
    [
        (nn.SGD, {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0}),
        (nn.AdaGrad, {"learning_rate": 0.01, "weight_decay": 0.0, "epsilon": 1e-10}),
        (
            nn.RMSProp,
            {"learning_rate": 0.01, "smoothing": 0.99, "momentum": 0.0, "weight_decay": 0.0, "epsilon": 1e-8},
        ),
        (nn.Adam, {"learning_rate": 0.001, "betas": [0.9, 0.999], "weight_decay": 0.0, "epsilon": 1e-8}),
        (nn.AdamW, {"learning_rate": 0.001, "betas": [0.9, 0.999], "weight_decay": 0.01, "epsilon": 1e-8}),
    ],
)
def test_defaults_are_pytorch_s(kind: Any, defaults: dict[str, Any]) -> None:
    assert kind([Value(1.0)]).state_dict()["settings"] == defaults


def test_a_module_without_parameters_says_what_to_write() -> None:
    class Scale(nn.Module):
        def __init__(self) -> None:
            self.w = Value(0.1) * 2  # a result, not a leaf

    with pytest.raises(ValueError, match=r"Scale has no parameters.*write self.w = Value\(0.1\)"):
        nn.SGD(Scale())


def test_the_parameter_that_is_given_twice_is_named_and_no_other() -> None:
    a, b = Value(1.0), Value(2.0)
    with pytest.raises(ValueError, match=r"^parameters\[1\] is given twice"):
        nn.SGD([a, b, b])


def test_an_optimizer_without_a_rule_says_so() -> None:
    with pytest.raises(NotImplementedError):
        nn.Optimizer([Value(1.0)], 0.1, 0.0).step([1.0])


def test_repr() -> None:
    model = nn.Neuron(1)
    said = "SGD(2 parameters, learning_rate=0.5, momentum=0.0, nesterov=False, weight_decay=0.25)"
    assert repr(nn.SGD(model, 0.5, weight_decay=0.25)) == said


@pytest.mark.parametrize("kind", [nn.AdaGrad, nn.RMSProp])
def test_weight_decay_is_in_the_gradient(kind: Any) -> None:
    """At 2 with gradient 1 and decay 0.5 as with gradient 1 + 0.5*2 and none."""
    p, q = Value(2.0), Value(2.0)
    kind([p], 0.1, weight_decay=0.5).step([1.0])
    kind([q], 0.1).step([2.0])
    assert p.data == q.data


@pytest.mark.parametrize("kind", [nn.AdaGrad, nn.RMSProp, nn.Adam, nn.AdamW])
def test_epsilon_must_be_above_0_and_shares_below_1(kind: Any) -> None:
    with pytest.raises(ValueError, match="epsilon must be greater than 0"):
        kind([Value(1.0)], epsilon=0.0)
    shares = {nn.RMSProp: ["smoothing", "momentum"], nn.AdaGrad: []}.get(kind, ["betas"])
    for share in shares:
        for wrong in (1.0, 1.5, -0.1):
            with pytest.raises(ValueError, match=f"{share}.* must be at least 0 and less than 1"):
                kind([Value(1.0)], **{share: (0.5, wrong) if share == "betas" else wrong})


RULES: list[Callable[[list[Value]], Any]] = [
    lambda ps: nn.SGD(ps, 0.1),
    lambda ps: nn.SGD(ps, 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    lambda ps: nn.AdaGrad(ps, 0.3, weight_decay=0.01),
    lambda ps: nn.RMSProp(ps, 0.05, momentum=0.5, weight_decay=0.01),
    lambda ps: nn.Adam(ps, 0.05, weight_decay=0.01),
    lambda ps: nn.AdamW(ps, 0.05),
]


@pytest.mark.parametrize("make", RULES)
def test_an_array_of_gradients_moves_to_the_same_bits_as_a_list(make: Callable[[list[Value]], Any]) -> None:
    apart, at_once = [Value(START), Value(-3.0)], [Value(START), Value(-3.0)]
    one, other = make(apart), make(at_once)
    for gradient in GRADIENTS:
        one.step([gradient, 0.5 - gradient])
        other.step(np.array([gradient, 0.5 - gradient]))
        assert [p.data for p in apart] == [p.data for p in at_once]
        assert one.state_dict() == other.state_dict()
        assert {type(number) for p in at_once for number in [p.data]} == {float}


def test_a_rule_of_the_user_s_own_is_given_lists() -> None:
    class Signs(nn.Optimizer):
        def _moved(self, numbers: Any, gradients: Any, memory: Any, step: int) -> Any:
            assert step == 1
            return [p - self.learning_rate * (1 if g > 0 else -1) for p, g in zip(numbers, gradients, strict=True)], {}

    p, q = Value(1.0), Value(2.0)
    Signs([p, q], 0.25, 0.0).step(np.array([3.0, -1.0]))
    assert (p.data, q.data) == (0.75, 2.25)


@pytest.mark.parametrize("betas", [(0.9, 1.0), (1.0, 0.9), (0.9, 1.5)])
def test_a_beta_of_one_would_never_forget(betas: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"betas\[[01]\] must be at least 0 and less than 1"):
        nn.Adam([Value(1.0)], betas=betas)


def test_a_list_of_numpy_numbers_is_a_list_of_gradients() -> None:
    p, q = Value(1.0), Value(2.0)
    nn.SGD([p, q], 0.5).step([np.float64(1.0), np.float64(-2.0)])
    assert (p.data, q.data) == (0.5, 3.0)
    assert {type(p.data), type(q.data)} == {float}
