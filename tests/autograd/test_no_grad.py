"""Is recording switched off where it should be, and nowhere else?"""

from __future__ import annotations

import contextvars
import threading

import pytest

import autograd
from autograd import Value, compile, grad, gradients, jacobian, jvp, no_grad, vjp
from autograd.no_grad import recording


def recorded() -> bool:
    x = Value(2.0)
    nodes = [x * x, x.exp(), 2.0 - x, 2.0**x, x.leaky_relu(), autograd.where(True, x, x), autograd.sum([x, x])]
    nodes += [autograd.dot([x], [x], x), *autograd.softmax([x, x]), *autograd.affine([[x]], [x], [x])]
    seen = {bool(node.operands) for node in nodes}
    assert len(seen) == 1
    return seen.pop()


def test_within_the_block_alone() -> None:
    assert recorded()
    with no_grad():
        assert not recorded()
        with no_grad():
            assert not recorded()
        assert not recorded()
    assert recorded()
    assert not recording.paused


def test_backward_from_what_was_not_recorded_is_refused() -> None:
    x = Value(2.0, label="x")
    with no_grad():
        y = x * x
        several = [y, autograd.dot([x], [x]), *autograd.softmax([x, x])]
    for value in several:
        with pytest.raises(RuntimeError, match=r"computed within no_grad\(\).*compute it again outside"):
            value.backward()
        with pytest.raises(RuntimeError, match=r"^gradients\(\) from .*computed within no_grad\(\)"):
            gradients(value, [x])
    assert gradients(y, [y, x]) == [1.0, 0.0]
    assert gradients(y * x, [y, x]) == [2.0, 4.0]
    (y * 3).backward()  # as a leaf it is like any other
    assert y.grad == 3.0


def test_values_are_the_same_bits() -> None:
    x = Value(0.7)
    with no_grad():
        without = [x.tanh().data, autograd.dot([x, x], [x, 2.0], x).data, (x / 3.0).data]
    assert without == [x.tanh().data, autograd.dot([x, x], [x, 2.0], x).data, (x / 3.0).data]


def test_an_exception_ends_the_block() -> None:
    with pytest.raises(ValueError, match="log"), no_grad():
        Value(-1.0).log()
    assert recorded()


def test_as_a_decorator() -> None:
    @no_grad()
    def inside() -> bool:
        return recorded()

    assert not inside()
    assert not inside()
    assert recorded()


def test_without_brackets_it_says_how_it_is_written() -> None:
    with pytest.raises(TypeError, match=r"write with no_grad\(\):"), no_grad:
        pass
    assert recorded()


def test_for_this_thread_alone() -> None:
    inside, outside = threading.Event(), threading.Event()
    seen = []

    def other() -> None:
        inside.wait()
        seen.append(recorded())
        outside.set()

    thread = threading.Thread(target=other)
    thread.start()
    with no_grad():
        inside.set()
        outside.wait()
        assert not recorded()
    thread.join()
    assert seen == [True]


def test_for_this_context_alone() -> None:
    with no_grad():
        assert contextvars.Context().run(recorded)
        assert not contextvars.copy_context().run(recorded)


def test_many_threads_lose_no_count() -> None:
    def work() -> None:
        for _ in range(500):
            with no_grad():
                assert not recorded()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not recording.paused
    assert recorded()


def test_what_differentiates_a_function_records_it_all_the_same() -> None:
    """Each derivative would be 0, and a compiled program would give every sample the result of the first."""
    weight = Value(2.0)
    program = compile(lambda x: (weight * x) ** 2, [weight], batched=True)
    with no_grad():
        assert not recorded()
        assert grad(lambda x: x**3)(2.0) == 12.0
        assert grad(grad(lambda x: x**3))(2.0) == 12.0
        assert jacobian(lambda x: [x[0] ** 2])([3.0]) == [[6.0]]
        assert vjp(lambda x: x**2, 3.0)[1](1.0) == (6.0,)
        assert jvp(lambda x: x**2, (3.0,), (1.0,)) == (9.0, 6.0)
        assert program([1.0, 2.0]) == 10.0
        assert program.value_and_grad([1.0, 2.0])[1] == [10.0]
        assert grad(no_grad()(lambda x: x**3))(2.0) == 0.0  # of a function that switches recording off itself
    x = Value(2.0)
    cube = x**3
    with no_grad():
        first = gradients(cube, x, create_graph=True)
    assert gradients(first, x) == 12.0
    assert program([1.0, 3.0]) == 20.0


def test_a_decorator_needs_its_brackets() -> None:
    with pytest.raises(
        TypeError, match=r"no_grad takes no argument, got <function .*; a decorator is written @no_grad\(\)"
    ):

        @no_grad  # type: ignore[call-arg]
        def square(x: Value) -> Value:
            return x * x

    assert recorded()
