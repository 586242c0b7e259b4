"""How is a group computed in JAX?  A few array operations; JAX differentiates them.

Read `rows`, `variadic` and `memory` first, `branches` next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp

from autograd.compiler.jax_backend import variadic
from autograd.compiler.jax_backend.rows import apply
from autograd.compiler.passes.group import (
    BatchedProduct,
    ElementWise,
    FusedChain,
    MatMul,
    SumOfProducts,
    UnsupportedError,
    Variadic,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.compiler.jax_backend.memory import Memory
    from autograd.compiler.passes.group import Group

Array = Any
OF_AN_INDEX = ("cross_entropy", "take")


def operands_of(group: Group) -> list[Any]:
    """The rows that a group reads: after `place`, a group's operands are rows instead of nodes."""
    match group:
        case MatMul():
            return [group.left, group.right, *_terms(group)]
        case SumOfProducts():
            return _terms(group)
        case ElementWise() | Variadic():
            return list(group.operands)
        case BatchedProduct() | FusedChain():
            raise UnsupportedError(f"no group of the kind {group.name!r} is made for JAX")


def _terms(group: MatMul | SumOfProducts) -> list[Any]:
    return [*(side for pair in group.pairs for side in pair), *group.singles]


def read(group: Group, memory: Memory) -> list[Array]:
    """A group's operands: arrays of a shape like (samples, nodes), or floats."""
    found = []
    for n, rows in enumerate(operands_of(group)):
        number = memory.constant(rows) if not isinstance(group, (MatMul, Variadic)) else None
        as_index = isinstance(group, Variadic) and group.name in OF_AN_INDEX and n == 0
        found.append(memory.read(rows, as_index) if number is None else number)
    return found


def compute(group: Group, operands: Sequence[Array]) -> Array:
    """The results of a group, (samples, nodes) or (nodes,)."""
    match group:
        case ElementWise():
            return apply(group.row, operands)
        case MatMul():
            left, right, *terms = operands
            product = jnp.matmul(right[..., 0, :], left.T) if _is_plain(group, left) else _product(left, right)
            return _with_terms(group, terms, product)
        case SumOfProducts():
            return _with_terms(group, operands, None)
        case Variadic():
            return _variadic(group, operands)
        case BatchedProduct() | FusedChain():
            raise UnsupportedError(f"no group of the kind {group.name!r} is made for JAX")


def _is_plain(group: MatMul, left: Array) -> bool:
    """Whether the product is that of a matrix and one vector for each sample."""
    return len(group.right) == 1 and left.ndim == 2


def _product(left: Array, right: Array) -> Array:
    """Results ordered by right list first."""
    out = jnp.matmul(right, jnp.swapaxes(left, -1, -2))
    return out.reshape(*out.shape[:-2], -1)


def _with_terms(group: MatMul | SumOfProducts, operands: Sequence[Array], total: Array | None) -> Array:
    """The sum of the products and of the single nodes, added to `total`."""
    rest = iter(operands)
    found = [] if total is None else [total]
    for rows, _ in group.pairs:
        found.append(_summed(next(rest) * next(rest), rows.shape[1]))
    found += [_summed(next(rest), rows.shape[1]) for rows in group.singles]
    out = sum(found[1:], found[0]) if found else 0.0
    return jnp.full(len(group.nodes), out) if isinstance(out, float) else out


def _summed(terms: Array, count: int) -> Array:
    if isinstance(terms, float):
        return terms * count
    return terms[..., 0] if count == 1 else terms.sum(axis=-1)


def _variadic(group: Variadic, operands: Sequence[Array]) -> Array:
    function: Callable[..., Array] = variadic.FUNCTIONS[group.name]
    if group.name in OF_AN_INDEX:
        index, xs = operands[0][..., 0], operands[1]
        if group.name == "take" and xs.ndim == 2:
            return variadic.take_from_table(index, xs)
        return function(index, xs)
    out = function(*operands)
    return out.reshape(*out.shape[:-2], -1) if group.name in ("softmax", "softmax_others") else out
