"""How does no gradient flow through a branch that was not selected?  It is known beforehand which results are selected.

Read `evaluate` first, `function` next.  In `where(x < 1, x, sqrt(x))` at x = 0 the gradient of the square root is 0,
and its partial is infinite: their product would be nan.  So a first pass finds out which results the output depends on
at all: its derivatives are counts of paths, 1 along every edge that is taken.  In a second pass the results without a
path keep their numbers, and pass on no gradient.  Only graphs in which this can matter need the first pass.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.compiler.jax_backend.evaluate import OF_AN_INDEX, compute, operands_of
from autograd.compiler.jax_backend.rows import JaxNumber, partials_of
from autograd.compiler.lower import MAX_KEPT, formula
from autograd.compiler.passes.group import ElementWise, MatMul, SumOfProducts, Variadic
from autograd.primitive import NOT_TAKEN
from autograd.primitives import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.compiler.passes.group import Group
    from autograd.primitive import Primitive
    from autograd.symbolic.expression import Expression

Array = Any

FINITE = frozenset({
    "identity", "add", "subtract", "multiply", "negative", "where", "absolute", "maximum", "minimum", "negative_part",
    "sin", "cos", "tanh", "arctan", "hypot", "sigmoid", "softplus", "relu", "leaky_relu", "elu", "selu", "gelu", "silu",
    "one_minus_square", "cosine", "lorentzian", "sech", "sigmoid_partial", "silu_partial", "silu_curve", "normal_pdf",
    "normal_cdf", "times_normal_pdf", "times_normal_cdf", "less", "less_equal", "detached", "logsumexp", "softmax",
    "softmax_others", "cross_entropy", "soft_cross_entropy", "take",
})  # fmt: skip
"""Rows whose values and partials are finite for finite operands of ordinary size."""

NEUTRAL = 0.5
"""An operand at which all partials are finite, in place of one that is not selected."""


def to_be_masked(groups: Sequence[Group], constants: Mapping[int, float], rows: int) -> set[int]:
    """The groups whose partials may not be finite, and whose results may not be selected."""
    owner = np.full(rows, -1)
    for n, group in enumerate(groups):
        owner[group.nodes] = n
    users: list[list[int]] = [[] for _ in groups]
    infinite, exposed = [False] * len(groups), [False] * len(groups)
    for n, group in enumerate(groups):
        read = np.unique(np.concatenate([owner[r].ravel() for r in operands_of(group)] or [np.zeros(0, int)]))
        for below in read[read >= 0].tolist():
            users[below].append(n)
            infinite[n] |= infinite[below]
        infinite[n] |= not _is_finite(group, constants)
    for n in reversed(range(len(groups))):
        exposed[n] = any(_selects(groups[user]) or exposed[user] for user in users[n])
    return {n for n in range(len(groups)) if infinite[n] and exposed[n]}


def _is_finite(group: Group, constants: Mapping[int, float]) -> bool:
    if not isinstance(group, (ElementWise, Variadic)):
        return True
    if TABLE.get(group.name) is not group.row and group.name not in ("less", "less_equal", "detached"):
        return False  # of the user's own
    if group.name in ("divide", "power"):
        numbers = [constants.get(row, 0.0) for row in group.operands[1].tolist()]
        return all(number >= 1.0 and (group.name == "divide" or number % 1.0 == 0.0) for number in numbers)
    return group.name in FINITE


def _selects(group: Group) -> bool:
    if not isinstance(group, (ElementWise, Variadic)):
        return False
    return group.name == "take" or _may_select(group.row)


@lru_cache(maxsize=MAX_KEPT)
def _may_select(row: Primitive) -> bool:
    """Whether a partial may be `NOT_TAKEN`; True for partials that are written for floats only."""
    if row.arity is None:
        return False
    partials = formula(row)[1]
    return partials is None or any(map(_has_not_taken, partials))


def _has_not_taken(formula: Expression) -> bool:
    return formula.row is NOT_TAKEN or any(map(_has_not_taken, formula.operands))


# ----------------------------------------------------------------------------------------------------- the first pass


@jax.custom_jvp
def _link(x: Array) -> Array:
    """0, with derivative 1."""
    return jnp.zeros_like(x)


@_link.defjvp
def _(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    return jnp.zeros_like(primals[0]), tangents[0]


def counting(group: Group, operands: Sequence[Array], probe: Array | None) -> Array:
    """The results of a group, with derivative 1 with respect to every operand that is taken, and to the probe."""
    numbers = [o if isinstance(o, float) else jax.lax.stop_gradient(o) for o in operands]
    value = jax.lax.stop_gradient(compute(group, numbers))
    links = [o if isinstance(o, float) or not jnp.issubdtype(o.dtype, jnp.floating) else _link(o) for o in operands]
    out = value + _sum_of_links(group, links, numbers, value)
    return out if probe is None else out + probe


def _sum_of_links(group: Group, links: Sequence[Array], numbers: Sequence[Array], value: Array) -> Array:
    match group:
        case ElementWise():
            total: Any = 0.0
            for each, link in zip(partials_of(group.row, value, numbers), links, strict=True):
                if each is not NOT_TAKEN and not isinstance(link, float):
                    taken = each.taken if isinstance(each, JaxNumber) else None
                    total = total + (link if taken is None else jnp.where(taken, link, 0.0))
            return total
        case MatMul():
            left, right, *rest = links
            both = right.sum(-1)[..., :, None] + left.sum(-1)[..., None, :]
            return both.reshape(*both.shape[:-2], -1) + _all_terms(rest)
        case Variadic():
            if group.name == "take":
                index, xs = numbers[0], links[1]
                chosen = index == jnp.arange(xs.shape[-1], dtype=index.dtype)
                return jnp.where(chosen, xs, 0.0).sum(-1)
            total = _all_terms(links[group.name in OF_AN_INDEX :])
            if value.shape[-1] != total.shape[-1]:  # softmax: every output of every operand
                total = jnp.repeat(total, value.shape[-1] // total.shape[-1], axis=-1)
            return total
        case _:
            return _all_terms(links)


def _all_terms(links: Sequence[Array]) -> Array:
    return sum((link.sum(-1) for link in links if not isinstance(link, float)), 0.0)


# ---------------------------------------------------------------------------------------------------- the second pass


def selected(group: Group, operands: Sequence[Array], mask: Array | None) -> Array:
    """The results of a group; where `mask` is False, they pass on no gradient."""
    value = compute(group, operands)
    if mask is None:
        return value
    neutral = [o if isinstance(o, float) else _where_selected(group, n, mask, o) for n, o in enumerate(operands)]
    return jnp.where(mask, compute(group, neutral), jax.lax.stop_gradient(value))


def _where_selected(group: Group, n: int, mask: Array, operand: Array) -> Array:
    """The operand, but a harmless number where no result that is selected reads it."""
    if not jnp.issubdtype(operand.dtype, jnp.floating):
        return operand
    match group:
        case MatMul() if n < 2:
            results = mask.reshape(*mask.shape[:-1], len(group.right), len(group.left))
            chosen = results.any(axis=-1 if n else -2)[..., None]
        case MatMul() | SumOfProducts():
            chosen = mask[..., None]
        case Variadic():
            vectors = operand.shape[-2]
            chosen = mask.reshape(*mask.shape[:-1], vectors, -1).any(axis=-1)[..., None]
        case _:
            chosen = mask
    if chosen.ndim > operand.ndim:  # the same for all samples
        chosen = chosen.any(axis=0)
    return jnp.where(chosen, operand, jnp.asarray(NEUTRAL, operand.dtype))
