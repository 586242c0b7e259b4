"""Is the function of `to_jax` pure, frozen and right, under jit, grad, hessian, vmap and shard_map?"""

from __future__ import annotations

import random
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.sharding import Mesh, PartitionSpec

import autograd
from autograd import Value

X, Y = np.array([[1.0, 2.0], [3.0, -1.0], [0.5, 0.25], [2.0, 2.0]]), np.array([0, 1, 1, 0])
W = np.array([0.5, -1.0, 0.25, 2.0])


def program(**more: Any) -> Any:
    weights = [[Value(W[0]), Value(W[1])], [Value(W[2]), Value(W[3])]]
    flat = [w for row in weights for w in row]
    return autograd.compile(
        lambda x, t: autograd.cross_entropy([autograd.dot(row, x) for row in weights], t), flat, batched=True, **more
    )


def by_hand(theta: Any, x: Any, y: Any) -> Any:
    logits = x @ theta.reshape(2, 2).T
    return -jax.nn.log_softmax(logits)[jnp.arange(len(y)), y].mean()


@pytest.fixture(autouse=True)
def _wide() -> Any:
    with jax.enable_x64(True):
        yield


def test_it_can_be_transformed() -> None:
    f = program(backend="numpy").to_jax(X, Y)
    assert float(f(W, X, Y)) == pytest.approx(float(by_hand(W, X, Y)), rel=1e-14)
    assert float(jax.jit(f)(W, X, Y)) == pytest.approx(float(by_hand(W, X, Y)), rel=1e-14)
    assert np.asarray(jax.grad(f)(W, X, Y)) == pytest.approx(np.asarray(jax.grad(by_hand)(W, X, Y)), rel=1e-13)
    assert np.asarray(jax.hessian(f)(W, X, Y)) == pytest.approx(np.asarray(jax.hessian(by_hand)(W, X, Y)), rel=1e-12)
    assert np.asarray(jax.jacrev(jax.jacrev(f))(W, X, Y)) == pytest.approx(np.asarray(jax.hessian(f)(W, X, Y)))
    each = jax.vmap(f, (None, 0, 0))(W, X[:, None], Y[:, None])  # one value for each sample
    assert float(each.mean()) == pytest.approx(float(by_hand(W, X, Y)), rel=1e-14)
    assert np.asarray(jax.vmap(f, (0, None, None))(np.stack([W, 2 * W]), X, Y))[1] == pytest.approx(
        float(by_hand(2 * W, X, Y))
    )


def test_shard_map() -> None:
    f = program(backend="numpy").to_jax(X, Y)
    mesh = Mesh(np.array(jax.devices()[:1]), ("d",))
    parts = (PartitionSpec(), PartitionSpec("d"), PartitionSpec("d"))
    mapped = jax.shard_map(lambda *a: jax.lax.pmean(f(*a), "d"), mesh=mesh, in_specs=parts, out_specs=PartitionSpec())
    assert float(jax.jit(mapped)(W, X, Y)) == pytest.approx(float(by_hand(W, X, Y)), rel=1e-14)


def test_examples_may_be_shapes_or_the_last_call() -> None:
    fresh = program(backend="numpy")
    with pytest.raises(TypeError, match="to_jax needs arrays of the shapes"):
        fresh.to_jax()
    shapes = jax.ShapeDtypeStruct((4, 2), jnp.float64), jax.ShapeDtypeStruct((4,), jnp.int64)
    expected = float(by_hand(W, X, Y))
    assert float(fresh.to_jax(*shapes)(W, X, Y)) == pytest.approx(expected)
    fresh(X, Y)
    assert float(fresh.to_jax()(W, X, Y)) == pytest.approx(expected)
    graph = Value(3.0)
    assert float(autograd.compile(graph * graph).to_jax()(np.array([5.0]))) == 25.0


def test_it_is_frozen() -> None:
    scale = [2.0]
    captured = Value(10.0)
    whole = autograd.compile(lambda x: x * scale[0] + captured, backend="numpy")
    f = whole.to_jax(3.0)
    scale[0], captured.data = 7.0, 0.0
    assert (float(f(np.zeros(0), 3.0)), float(whole.to_jax(3.0)(np.zeros(0), 3.0)), whole(3.0)) == (16.0, 21.0, 21.0)


def test_a_bad_index_gives_nan_inside_jit() -> None:
    f = jax.jit(program(backend="numpy").to_jax(X, Y))
    for bad in (-1, 2):
        assert np.isnan(f(W, X, np.array([0, 1, bad, 0])))


def test_a_list_of_values_is_a_list() -> None:
    f = autograd.compile(lambda x: [x * x, [x + 1.0]], backend="numpy").to_jax(2.0)
    assert jax.tree.map(float, f(np.zeros(0), 3.0)) == [9.0, [4.0]]


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    f = program(backend="numpy").to_jax(X, Y)
    with pytest.raises(ValueError, match=r"theta must have shape \(4,\), got \(3,\)"):
        f(np.zeros(3), X, Y)
    with pytest.raises(ValueError, match=r"traced for arrays of shape \(samples, 2\)"):
        f(W, X[:, :1], Y)
    with pytest.raises(ValueError, match="call to_jax again"):
        f(W, X, Y[:3])
    drawing = autograd.compile(lambda x: x * autograd.drawn(random.random), batched=True, backend="numpy")
    with pytest.raises(TypeError, match=r"draws random numbers.*model.eval\(\)"):
        drawing.to_jax(X[:, 0])
    with pytest.raises(ValueError, match="unknown dtype 'int8'"):
        program(backend="numpy").to_jax(X, Y, dtype="int8")
    with jax.enable_x64(False):
        with pytest.raises(RuntimeError, match=r"jax_enable_x64.*dtype='float32'"):
            program(backend="numpy").to_jax(X, Y)
        with pytest.raises(RuntimeError, match="jax_enable_x64"):
            f(W, X, Y)
        narrow = program(backend="numpy").to_jax(X, Y, dtype="float32")(W, X, Y)
    assert narrow.dtype == np.float32
    assert float(narrow) == pytest.approx(float(by_hand(W, X, Y)), rel=1e-6)
