"""Is a read of rows what NumPy's indexing gives, and does it take no gather where the strides are constant?"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from autograd.compiler.jax_backend.memory import Memory, pick

BASE = np.arange(60.0).reshape(2, 30)
REGULAR = [
    np.arange(30),
    np.arange(4, 9),
    np.arange(3, 27, 5),
    np.arange(29, 2, -9),
    np.full(6, 7),
    np.array([11]),
    np.arange(24).reshape(4, 6),
    np.arange(24).reshape(6, 4).T,
    5 * np.arange(5)[:, None] + np.arange(3) + 4,
    7 * np.arange(4)[:, None] + np.arange(7) + 2,
    5 * np.arange(6)[:, None] + 4 + np.arange(1),
    np.arange(3)[:, None] + 9 * np.arange(4),
    np.broadcast_to(np.arange(3), (4, 3)),
    np.broadcast_to(np.arange(3)[:, None], (3, 4)),
    np.broadcast_to(np.array(5), (3, 4)),
    np.concatenate([np.arange(8), np.arange(8), np.arange(20, 30)]),
    np.concatenate([np.arange(12, 18), np.arange(6)]).reshape(2, 6),
    np.concatenate([np.arange(12, 18), np.arange(6)]).reshape(2, 6).T,
]


@pytest.mark.parametrize("at", REGULAR, ids=range(len(REGULAR)))
def test_constant_strides_are_slices(at: Any) -> None:
    assert np.array_equal(pick(jnp.asarray(BASE), at), BASE[:, at])
    if not (at.ndim == 1 and len(at) > 1 and at[1] < at[0]):  # rows in descending order are gathered
        assert "gather" not in str(jax.make_jaxpr(lambda base: pick(base, at))(BASE))


def test_any_other_rows_are_gathered() -> None:
    at = np.random.default_rng(1).integers(0, 30, (5, 4))
    assert np.array_equal(pick(jnp.asarray(BASE), at), BASE[:, at])
    cotangent = np.random.default_rng(2).normal(size=(2, 5, 4)).astype(np.float32)
    (found,) = jax.vjp(lambda base: pick(base, at), jnp.asarray(BASE, jnp.float32))[1](jnp.asarray(cotangent))
    expected = np.zeros(BASE.shape)
    np.add.at(expected, (slice(None), at), cotangent)
    assert found == pytest.approx(expected, abs=1e-5)


def test_rows_of_several_arrays_are_joined() -> None:
    memory = Memory(10, 2, jnp.dtype("float32"))
    memory.put(np.arange(4), jnp.array([1.0, 2.0, 3.0, 4.0]))
    memory.put(np.arange(4, 8), jnp.arange(8.0).reshape(2, 4))
    memory.put_constants(np.array([8, 9]), np.array([0.0, -1.5]))
    assert memory.read(np.array([0, 5, 9])).tolist() == [[1.0, 1.0, -1.5], [1.0, 5.0, -1.5]]
    assert memory.read(np.array([3, 0])).tolist() == [4.0, 1.0]
    assert memory.constant(np.array([9, 9])) == -1.5
    assert memory.constant(np.array([9, 8])) is None
    memory.put(np.array([9]), jnp.array([7.0]))  # as for a weight that differs from block to block
    assert memory.constant(np.array([9])) is None
    assert memory.read(np.array([9, 3])).tolist() == [7.0, 4.0]


def test_indices_stay_whole_numbers() -> None:
    memory = Memory(3, 2, jnp.dtype("bfloat16"))
    memory.put(np.arange(1), jnp.array([[300], [301]]))
    assert memory.read(np.array([[0]]), as_index=True).tolist() == [[[300]], [[301]]]
    assert memory.read(np.array([0])).dtype == jnp.bfloat16
