"""Which gradients a step follows: stale, missing and given ones, and the warnings about them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

import nn
from autograd import Value


def test_gradients_may_be_given() -> None:
    p = Value(1.0)
    optimizer = nn.SGD([p], 0.5)
    optimizer.step([1.0])
    assert p.data == 0.5
    with pytest.raises(ValueError, match="gradients has 2 entries for 1 parameters"):
        optimizer.step([1.0, 2.0])


def test_a_step_without_gradients_warns_and_one_with_zeros_does_not() -> None:
    p, q = Value(1.0), Value(2.0)
    optimizer = nn.SGD([p, q], 0.1)
    with pytest.warns(RuntimeWarning, match=r"call loss.backward\(\) before step\(\)"):
        optimizer.step()
    (p * 3).backward()
    optimizer.step()  # one parameter is enough
    assert p.data == 1.0 - 0.1 * 3
    optimizer.zero_grad()
    with pytest.warns(RuntimeWarning, match="none was computed"):
        optimizer.step()
    p.grad = q.grad = 0.0
    optimizer.step()
    optimizer.step([0.0, 0.0])


def test_a_forgotten_zero_grad_is_noticed() -> None:
    p = Value(1.0)
    optimizer = nn.SGD([p], 0.25)
    (p * p).backward()
    optimizer.step()
    (p * p).backward()
    with pytest.warns(RuntimeWarning, match=r"left over from an earlier step.*zero_grad\(\).* before each backward"):
        optimizer.step()
    optimizer.zero_grad()
    (p * p).backward()
    optimizer.step()  # warnings are errors in these tests


def test_gradients_of_several_batches_may_be_added_up_before_a_step() -> None:
    p = Value(1.0)
    optimizer = nn.SGD([p], 0.25)
    for _ in range(3):
        optimizer.zero_grad()
        for _ in range(2):
            (p * p).backward()
        optimizer.step()
    assert p.data == 0.0  # 1 - 0.25 * 4, and there the slope is 0


def test_a_gradient_that_was_followed_is_a_number_like_any_other() -> None:
    p = Value(1.0)
    p.grad = 2.0
    nn.SGD([p]).step()
    assert (p.grad, repr(p.grad), f"{p.grad:.1f}") == (2.0, "2.0", "2.0")
    assert copy.deepcopy(p).grad == 2.0


def test_warnings_point_at_the_step_and_sums_are_exact_after_it() -> None:
    p = Value(1.0)
    optimizer = nn.SGD([p], 0.1)
    with pytest.warns(RuntimeWarning, match="without gradients") as caught:
        optimizer.step()
    p.grad = 2.0
    optimizer.step()
    (p * 3.0).backward()
    assert p.grad == 2.0 + 3.0
    with pytest.warns(RuntimeWarning, match="earlier step") as caught_too:
        optimizer.step()
    assert [warning.filename for warning in (*caught, *caught_too)] == [__file__, __file__]


def test_gradients_that_were_handed_in_leave_grad_alone() -> None:
    p = Value(1.0)
    optimizer = nn.SGD([p], 0.1)
    p.grad = 2.0
    optimizer.step([1.0])
    (p * 3.0).backward()
    optimizer.step()  # no warning: no step has followed the 2
    assert p.data == 1.0 - 0.1 * 1.0 - 0.1 * 5.0


@pytest.mark.parametrize("wrong", ["x", None, Value(1.0)])
def test_a_gradient_that_is_not_a_number_is_named(wrong: Any) -> None:
    model = nn.Neuron(2, seed=0)
    before, steps = model.state_dict(), nn.Adam(model)
    model.w[0].grad, model.w[1].grad = 1.0, wrong
    with pytest.raises(TypeError, match=r"^the gradient of weights\.1 is .*, which is not a number; nothing was"):
        steps.step()
    with pytest.raises(TypeError, match=r"^the gradient of weights\.0 is 'x', which is not a number"):
        steps.step(["x", 0.0, 0.0])
    assert model.state_dict() == before
    assert steps.steps == 0
