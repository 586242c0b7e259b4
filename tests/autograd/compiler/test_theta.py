"""The parameters of a program: `theta` and the `.data` of the Values, whichever was written."""

import numpy as np
import pytest

import autograd
import nn
from autograd import Value


def program_of(*numbers):
    a, b = (Value(number) for number in numbers)
    return autograd.compile(lambda: a * a * b, [a, b], backend="numpy"), a, b


def by_hand(a, b):
    return a * a * b, [2 * a * b, a * a]


def seen(program):
    value, gradient = program.value_and_grad()
    return value, list(gradient)


WRITES = {
    "data": lambda program, a, b: setattr(a, "data", 5.0),
    "assign": lambda program, a, b: autograd.assign([b, a], data=[3.0, 5.0]),
    "theta in place": lambda program, a, b: program.theta.__setitem__(0, 5.0),
    "theta": lambda program, a, b: setattr(program, "theta", [5.0, 3.0]),
    "both, the same": lambda program, a, b: (setattr(a, "data", 5.0), program.theta.__setitem__(0, 5.0)),
    "data and load": lambda program, a, b: (program.theta.__setitem__(0, 9.0), setattr(a, "data", 5.0), program.load()),
    "theta and store": lambda program, a, b: (
        setattr(a, "data", 9.0),
        program._theta.__setitem__(slice(None), [5.0, 3.0]),
        program.store(),
    ),
    "data before theta is replaced": lambda program, a, b: (setattr(a, "data", 9.0), setattr(program, "theta", [5, 3])),
    "state_dict": lambda program, a, b: _holding(a, b).load_state_dict({"a": 5.0, "b": 3.0}),
}


def _holding(a, b):
    module = nn.Module()
    module.a, module.b = a, b
    return module


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_the_next_call_sees_what_was_written(write):
    program, a, b = program_of(2.0, 3.0)
    assert seen(program) == by_hand(2.0, 3.0)
    bound = program.bind()
    write(program, a, b)
    assert seen(program) == by_hand(5.0, 3.0)
    assert program() == by_hand(5.0, 3.0)[0]
    assert bound.value_and_grad()[0] == by_hand(5.0, 3.0)[0]
    assert list(program.theta) == [5.0, 3.0]
    program.store()
    a.data = 7.0
    assert bound.value_and_grad()[0] == by_hand(7.0, 3.0)[0]


def test_both_written_is_an_error_until_one_is_chosen():
    for choose, expected in (("load", (7.0, 3.0)), ("store", (5.0, 3.0))):
        program, a, b = program_of(2.0, 3.0)
        program.value_and_grad()
        program.theta[0] = 5.0
        a.data = 7.0
        for call in (program, program.value_and_grad, lambda program=program: program.theta):
            with pytest.raises(RuntimeError, match=r"program\.load\(\) takes those of the parameters"):
                call()
        assert a.data == 7.0
        getattr(program, choose)()
        assert seen(program) == by_hand(*expected)
        assert (a.data, b.data) == expected


def test_storing_keeps_what_an_optimizer_wrote():
    program, a, b = program_of(2.0, 3.0)
    program.theta[1] = 4.0
    program.store()
    a.data = 5.0
    program.value_and_grad()
    program.store()
    assert (a.data, b.data) == (5.0, 4.0)


def test_parameters_that_are_nan_can_be_written():
    program, a, _ = program_of(float("nan"), 3.0)
    assert np.isnan(program())
    a.data = 2.0
    assert program() == 12.0


def test_products_with_the_hessian_follow():
    program, a, _ = program_of(2.0, 3.0)
    assert list(program.hessian_vector_product([1.0, 0.0])) == [6.0, 4.0]
    a.data = 5.0
    assert list(program.hessian_vector_product([1.0, 0.0])) == [6.0, 10.0]
    program.theta[1] = 4.0
    assert list(program.hessian_vector_product([1.0, 0.0])) == [8.0, 10.0]


def test_a_loop_with_an_optimizer_trains_as_the_eager_engine_does():
    def training(compiled):
        a, b = Value(2.0), Value(3.0)
        optimizer = nn.Adam([a, b], 0.1)
        program = autograd.compile(lambda x: (a * x + b) ** 2, [a, b], batched=True, backend="numpy")
        losses = []
        for _ in range(20):
            optimizer.zero_grad()
            if compiled:
                loss, gradient = program.value_and_grad([1.0, 2.0])
                optimizer.step(gradient)
            else:
                total = ((a * 1.0 + b) ** 2 + (a * 2.0 + b) ** 2) / 2
                total.backward()
                optimizer.step()
                loss = total.data
            losses.append(loss)
        return losses

    eager = training(False)
    assert eager[-1] < 0.7 * eager[0]
    assert training(True) == pytest.approx(eager, rel=1e-12)


def test_a_list_with_other_things_is_refused():
    a = Value(1.0)
    with pytest.raises(TypeError, match=r"parameters\[1\] must be a leaf Value"):
        autograd.compile(lambda: a, [a, 2.0])
    with pytest.raises(ValueError, match="twice"):
        autograd.compile(lambda: a, [a, a])
    with pytest.raises(ValueError, match="theta has 1 numbers, one for each parameter"):
        autograd.compile(lambda: a, [a]).theta = [1.0, 2.0]
