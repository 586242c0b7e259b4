"""How does a group read its operands?  From the arrays of other groups, as slices where the rows allow it.

Read `layout` first, `evaluate` next.  Every node has a row, as in the layout: first those that are the same for all
samples, then those of one sample, then one row that is always 0.  A `Memory` knows which array holds each row, and at
which position of its last axis; arrays of what differs from sample to sample have a leading axis of samples.  JAX
differentiates slices, but a gather becomes a scatter, which is slow: `pick` avoids gathers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.compiler.passes.layout import spaced

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = Any
Rows = Any
"""An integer NumPy array of rows."""

MAX_PIECES = 16
"""A read of up to this many runs of consecutive positions is a concatenation of slices."""

NOWHERE = -1


class Memory:
    """Which array holds each row.  `samples`: their number, for arrays of what is the same for all; None without."""

    def __init__(self, rows: int, samples: int | None, dtype: Any) -> None:
        self.samples, self.dtype = samples, dtype
        self.where, self.at = np.full(rows, NOWHERE, np.int64), np.zeros(rows, np.int64)
        self.arrays: list[Array] = []
        self.numbers: dict[int, float] = {}
        """Of rows that hold constants: the constants."""
        self._read: dict[tuple[Any, ...], Array] = {}

    def copy(self) -> Memory:
        """A memory to which arrays can be added without changing this one."""
        other = Memory(len(self.where), self.samples, self.dtype)
        other.where, other.at = self.where.copy(), self.at.copy()
        other.arrays, other.numbers = list(self.arrays), dict(self.numbers)
        return other

    def put(self, rows: Rows, array: Array) -> None:
        """From now on these rows are the entries of the last axis of an array."""
        self.where[rows], self.at[rows] = len(self.arrays), np.arange(len(rows))
        self.arrays.append(array)
        for row in self.numbers.keys() & set(np.asarray(rows).tolist()) if self.numbers else ():
            del self.numbers[row]
        self._read.clear()

    def put_constants(self, rows: Rows, numbers: Any) -> None:
        """These rows are constants."""
        self.put(rows, jnp.asarray(numbers, self.dtype))
        self.numbers.update(zip(np.asarray(rows).tolist(), np.asarray(numbers, float).tolist(), strict=True))

    def constant(self, rows: Rows) -> float | None:
        """The number, if all of these rows are the same constant."""
        first = int(rows.flat[0])
        return self.numbers.get(first) if bool((rows == first).all()) else None

    def read(self, rows: Rows, as_index: bool = False) -> Array:
        """The numbers of these rows, in their shape; after the axis of samples if any of them has one."""
        key = (rows.shape, rows.tobytes(), as_index)
        if key not in self._read:
            self._read[key] = self._gathered(rows, as_index)
        return self._read[key]

    def _gathered(self, rows: Rows, as_index: bool) -> Array:
        flat = rows.ravel()
        which, at = self.where[flat], self.at[flat].copy()
        pieces: list[Array] = []
        begin = 0
        for n in np.unique(which).tolist():
            mine = which == n
            low, high = int(at[mine].min()), int(at[mine].max()) + 1
            array = self.arrays[n]
            pieces.append(array if high - low == array.shape[-1] else array[..., low:high])
            at[mine] += begin - low
            begin += high - low
        if not as_index:
            pieces = [p if p.dtype == self.dtype else p.astype(self.dtype) for p in pieces]
        return pick(self._joined(pieces), at.reshape(rows.shape))

    def _joined(self, pieces: Sequence[Array]) -> Array:
        if len(pieces) == 1:
            return pieces[0]
        if len({piece.ndim for piece in pieces}) > 1:
            pieces = [p if p.ndim == 2 else jnp.broadcast_to(p, (self.samples, *p.shape)) for p in pieces]
        return jnp.concatenate(pieces, axis=-1)


def pick(base: Array, at: Rows) -> Array:
    """base[..., at], as slices, reshapes and transposes where the positions have constant strides.

    >>> pick(jnp.arange(6.0), np.array([[0, 1], [3, 4]])).tolist()
    [[0.0, 1.0], [3.0, 4.0]]
    """
    found = spaced(at)
    array = None if found is None else _strided(base, found.first, found.shape, found.steps)
    if array is None:
        array = _in_pieces(base, at)
    if array is None and at.ndim == 2:
        turned = _in_pieces(base, at.T)
        array = None if turned is None else jnp.swapaxes(turned, -1, -2)
    if array is None:
        unique = len(np.unique(at)) == at.size
        array = base.at[..., at].get(mode="promise_in_bounds", unique_indices=unique)
    return array


def _strided(base: Array, first: int, shape: tuple[int, ...], steps: tuple[int, ...]) -> Array | None:
    lead = base.shape[:-1]
    steps = tuple(step if size > 1 else 0 for size, step in zip(shape, steps, strict=True))
    if len(shape) == 1:
        (size,), (step,) = shape, steps
        if step == 0:
            return jnp.broadcast_to(base[..., first : first + 1], (*lead, size))
        if step < 0:
            return None
        if step == 1:
            return base if size == base.shape[-1] else base[..., first : first + size]
        return _rows(base, first, size, step)[..., 0]
    if len(shape) != 2:
        return None
    (outer, inner), (far, near) = shape, steps
    if far == 0 or near == 0:
        column = _strided(base, first, shape[:1], steps[:1]) if near == 0 else None
        line = _strided(base, first, shape[1:], steps[1:]) if far == 0 else None
        if far == near == 0:
            return jnp.broadcast_to(base[..., first, None, None], (*lead, *shape))
        one = line[..., None, :] if line is not None else None if column is None else column[..., None]
        return None if one is None else jnp.broadcast_to(one, (*lead, *shape))
    if near == 1 and far >= inner:
        return _rows(base, first, outer, far)[..., :inner]
    if far == 1 and near >= outer:
        return jnp.swapaxes(_rows(base, first, inner, near)[..., :outer], -1, -2)
    return None


def _rows(base: Array, first: int, count: int, step: int) -> Array:
    """A matrix of `count` rows, which begin at first, first + step ...: the last one is filled up where it must be."""
    missing = max(0, first + count * step - base.shape[-1])
    if missing:
        base = jax.lax.pad(base, jnp.zeros((), base.dtype), [(0, 0, 0)] * (base.ndim - 1) + [(0, missing, 0)])
    whole = base if first == 0 and count * step == base.shape[-1] else base[..., first : first + count * step]
    return whole.reshape(*base.shape[:-1], count, step)


def _in_pieces(base: Array, at: Rows) -> Array | None:
    """A concatenation of slices; None where that would take too many."""
    flat = at.ravel()
    edges = np.flatnonzero(np.diff(flat) != 1) + 1
    if len(edges) >= MAX_PIECES or 2 * len(edges) > len(flat):
        return None
    parts = [base[..., run[0] : run[-1] + 1] for run in np.split(flat, edges)]
    return jnp.concatenate(parts, axis=-1).reshape(*base.shape[:-1], *at.shape)
