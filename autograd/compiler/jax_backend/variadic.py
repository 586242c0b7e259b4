"""How are softmax and other rows of any number of operands computed in JAX?  Over the last axis, with their partials.

Read `rows` first, `memory` next.  The formulas are those of the table, for arrays: no difference that could cancel is
taken.  An index outside its range gives nan, never another class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

Array = Any

MAX_MATRIX = 128
"""Up to this many operands, sums of the others are one product with a matrix of ones."""


def of_others(x: Array) -> Array:
    """For each entry the sum of all others: never the total minus the entry, which may vanish."""
    size = x.shape[-1]
    if size <= MAX_MATRIX:
        return jnp.matmul(x, jnp.asarray(1.0 - np.eye(size), x.dtype), precision="highest")
    none = jnp.zeros_like(x[..., :1])
    before = jnp.concatenate([none, jnp.cumsum(x[..., :-1], axis=-1)], axis=-1)
    after = jnp.concatenate([jnp.cumsum(x[..., :0:-1], axis=-1)[..., ::-1], none], axis=-1)
    return before + after


def _powers(x: Array) -> tuple[Array, Array]:
    """The highest operand, and e^(x - highest)."""
    highest = jnp.max(x, axis=-1, keepdims=True)
    return highest, jnp.exp(x - highest)


def _rest(x: Array) -> Array:
    """The sum of the powers, but for one of the highest, which are exactly 1."""
    highest, powers = _powers(x)
    below = x < highest
    return jnp.where(below, powers, 0.0).sum(axis=-1) + ((~below).sum(axis=-1) - 1.0)


def _above(x: Array) -> Array:
    """logsumexp - highest."""
    return jnp.log1p(_rest(x))


def _probabilities(x: Array) -> Array:
    _, powers = _powers(x)
    return powers / powers.sum(axis=-1, keepdims=True)


def _chosen(index: Array, x: Array) -> tuple[Array, Array]:
    """Which operand the index selects, and whether it selects one: arrays of bool."""
    numbers = jnp.arange(x.shape[-1], dtype=index.dtype)
    chosen = numbers == index[..., None]
    return chosen, chosen.any(axis=-1)


@jax.custom_jvp
def logsumexp(x: Array) -> Array:
    """log Σ exp(x) over the last axis."""
    return jnp.max(x, axis=-1) + _above(x)


@logsumexp.defjvp
def _(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    return logsumexp(*primals), (softmax(*primals) * tangents[0]).sum(axis=-1)


@jax.custom_jvp
def softmax(x: Array) -> Array:
    """exp(x) / Σ exp(x) over the last axis."""
    return _probabilities(x)


@softmax.defjvp
def _(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    p, (tangent,) = softmax(*primals), tangents
    return p, p * (tangent * of_others(p) - of_others(p * tangent))


@jax.custom_jvp
def softmax_others(x: Array) -> Array:
    """1 - softmax(x) over the last axis, as the sum of the others."""
    _, powers = _powers(x)
    return of_others(powers) / powers.sum(axis=-1, keepdims=True)


@softmax_others.defjvp
def _(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    return softmax_others(*primals), -jax.jvp(softmax, primals, tangents)[1]


def cross_entropy(index: Array, x: Array) -> Array:
    """-log softmax(x)[index] over the last axis; nan if there is no such operand."""
    chosen, valid = _chosen(index, x)
    return jnp.where(valid, _cross_entropy(chosen, x), jnp.nan)


@jax.custom_jvp
def _cross_entropy(chosen: Array, x: Array) -> Array:
    return (jnp.max(x, axis=-1) - jnp.where(chosen, x, 0.0).sum(axis=-1)) + _above(x)


@_cross_entropy.defjvp
def _(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
    return _cross_entropy(*primals), (_errors(*primals) * tangents[1]).sum(axis=-1)


@jax.custom_jvp
def _errors(chosen: Array, x: Array) -> Array:
    """The probabilities, but minus the sum of the others for the one that is chosen.

    Few exponential functions: XLA computes them again in each sum.  The sum of the others is known if the chosen one is
    the highest; otherwise 1 - p does not cancel, because p is at most a half.
    """
    highest, powers = _powers(x)
    rest, mine = _rest(x), jnp.where(chosen, x, 0.0).sum(axis=-1)
    highest, total = highest[..., 0], 1.0 + rest
    others = jnp.where(mine == highest, rest, total - jnp.exp(mine - highest)) / total
    return jnp.where(chosen, -others[..., None], powers / total[..., None])


@_errors.defjvp
def _(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
    return _errors(*primals), jax.jvp(softmax, primals[1:], tangents[1:])[1]


@jax.custom_jvp
def soft_cross_entropy(x: Array, targets: Array) -> Array:
    """-Σ t log softmax(x) over the last axis."""
    return (targets * _losses(x)).sum(axis=-1)


@jax.custom_jvp
def _losses(x: Array) -> Array:
    """logsumexp(x) - x."""
    return (jnp.max(x, axis=-1, keepdims=True) - x) + _above(x)[..., None]


@_losses.defjvp
def _(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    p = softmax(*primals)
    return _losses(*primals), of_others(p * tangents[0]) - of_others(p) * tangents[0]


@soft_cross_entropy.defjvp
def _(primals: tuple[Array, Array], tangents: tuple[Array, Array]) -> tuple[Array, Array]:
    x, targets = primals
    p = softmax(x)
    to_x = p * of_others(targets + 0.0 * p) - targets * of_others(p)
    both = to_x * tangents[0] + _losses(x) * tangents[1]
    return soft_cross_entropy(x, targets), both.sum(axis=-1)


def take(index: Array, x: Array) -> Array:
    """x[index] over the last axis; nan if there is no such operand."""
    chosen, valid = _chosen(index, x)
    return jnp.where(valid, jnp.where(chosen, x, 0.0).sum(axis=-1), jnp.nan)


def take_from_table(index: Array, x: Array) -> Array:
    """As `take`, for operands that are the same for all samples: rows of a table are gathered."""
    valid = (index >= 0) & (index < x.shape[-1])
    at = jnp.clip(index, 0, x.shape[-1] - 1).astype(jnp.int32)
    return jnp.where(valid, x[jnp.arange(x.shape[0]), at], jnp.nan)


FUNCTIONS: dict[str, Callable[..., Array]] = {
    "logsumexp": logsumexp,
    "softmax": softmax,
    "softmax_others": softmax_others,
    "cross_entropy": cross_entropy,
    "soft_cross_entropy": soft_cross_entropy,
    "take": take,
}
"""By the name of the row."""
