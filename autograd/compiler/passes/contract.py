"""Which additions and products are one sum?  Trees of single-use additions become nodes of any number of terms.

Read `flatten` first, `schedule` next.  A sum is a list of terms; a term is a product of two nodes, or one node alone.
Everything is index arithmetic on whole arrays: a tree's root is found by pointer jumping, in about log2(depth) rounds.

An addition is absorbed when its only user adds too.  A product is absorbed when its only user is a sum.  A row `dot`
is never absorbed, so that a layer stays a layer; it may absorb what it starts from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograd import primitives as table
from autograd.compiler.frontend.flatten import CONSTANT

if TYPE_CHECKING:
    from autograd.compiler.frontend.flatten import Flat
    from autograd.primitive import Primitive

ALONE = -1
"""The second factor of a term that is a single node."""

PLUS, MINUS = np.int8(1), np.int8(-1)

EDGES_AT_ONCE = 500_000
"""How many operands are worked on at once, where temporary arrays would be larger than the graph."""


_Edges: TypeAlias = tuple[Any, Any, Any]
"""(edges,) int32 each: operand, user, place."""


@dataclass
class Nodes:
    """The graph after contraction: like `Flat`, but nodes that are no longer needed are not `alive`.

    Where `operation[i] == sum_code` the operands are the terms' factors in pairs: left, right, left, right, ...
    """

    rows: list[Primitive]
    operation: Any  # (nodes,) int32
    start: Any  # (nodes + 1,) int64
    operand: Any  # (edges,) int32
    alive: Any  # (nodes,) bool
    sum_code: int
    number: Any  # (nodes,) float64
    outputs: list[int]

    def operands(self, node: int) -> Any:
        """The operands of one node."""
        return self.operand[self.start[node] : self.start[node + 1]]


def contract(flat: Flat, varies: Any = None, shortest: int = 0, shortest_of_samples: int = 0) -> Nodes:
    """Merge additions, and the products that they add, into sums.

    `varies[i]` says whether node i differs from sample to sample (default: none does).  A product that does not is not
    merged into a sum that does: it is the same for all samples, and computed once.  Additions that would make a sum of
    fewer than `shortest` terms are left as they are, and so are rounded as the eager engine rounds them.
    `shortest_of_samples` is the same for sums per sample whose products have no weight as a factor, one number for all
    samples: they are part of no matrix product, and single operations can be fused into one loop.

    >>> from autograd import Value
    >>> from autograd.compiler.frontend.flatten import flatten
    >>> w, x = [Value(1.0), Value(2.0)], [Value(3.0), Value(4.0)]
    >>> nodes = contract(flatten([w[0] * x[0] + w[1] * x[1] + 5.0], {}))
    >>> int(nodes.alive.sum()), len(nodes.operands(nodes.outputs[0])) // 2
    (6, 3)
    """
    codes = {row: n for n, row in enumerate(flat.rows)}
    count, operation = len(flat), flat.operation
    is_a = {
        name: operation == codes.get(getattr(table, name), -99)
        for name in ("add", "subtract", "negative", "multiply", "dot", "sum_")
    }

    edges = _edges(flat, is_a["dot"])
    operand, user, slot = edges
    once = _counted(flat.operand, count) == 1
    once[flat.outputs] = False
    user_of, outside = np.zeros(count, np.int32), np.zeros(count, bool)
    user_of[operand], outside[operand] = user, True
    adds = is_a["add"] | is_a["subtract"] | is_a["sum_"]
    takes_terms = adds | is_a["dot"]
    as_term = once & outside  # a factor inside a dot is no term of it
    if varies is not None:
        as_term &= varies == varies[user_of]
    negated = is_a["negative"] & as_term & takes_terms[user_of]
    takes_terms |= negated
    absorbed = ((adds & ~is_a["sum_"]) & as_term & takes_terms[user_of]) | negated
    takes_terms &= ~is_a["negative"] | absorbed
    sign_of_edge = np.where((is_a["subtract"][user] & (slot == 1)) | is_a["negative"][user], MINUS, PLUS)
    root, sign = _roots(absorbed, user_of, count, operand, sign_of_edge)
    product = is_a["multiply"] & as_term & takes_terms[user_of]
    edge_sign = sign[user] * sign_of_edge
    last_sign = np.ones(count, np.int8)
    last_sign[operand] = edge_sign
    product &= last_sign > 0

    is_root = takes_terms & ~absorbed
    alone = np.bincount(root[absorbed], minlength=count) == 0
    alone &= np.bincount(root[user_of[product]], minlength=count) < 2
    is_root &= ~((is_a["add"] | is_a["subtract"]) & alone)
    if shortest or shortest_of_samples:
        terms = np.bincount(root[absorbed], minlength=count) + 2  # each addition absorbed is one more term
        few = terms < shortest
        if varies is not None:
            weight = product[user] & ~varies[operand] & (flat.operation[operand] != CONSTANT)
            has_weights = np.zeros(count, bool)
            has_weights[root[user_of[user[weight]]]] = True
            few |= (terms < shortest_of_samples) & varies & ~has_weights
        is_root &= ~few | is_a["dot"] | is_a["sum_"]
    product &= is_root[root[user_of]]
    takes_terms = is_root | (absorbed & is_root[root])
    return _assemble(flat, edges, edge_sign, root, takes_terms, absorbed & is_root[root], product, is_root, is_a["dot"])


def _roots(absorbed: Any, user_of: Any, count: int, operand: Any, sign_of_edge: Any) -> tuple[Any, Any]:
    """For each node the sum that it ends up in, and the sign with which it enters it."""
    edge = np.zeros(count, np.int8)
    edge[operand] = sign_of_edge
    root = np.where(absorbed, user_of, np.arange(count, dtype=np.int32))
    sign = np.where(absorbed, edge, PLUS)
    while True:
        further = root[root]
        if np.array_equal(further, root):
            return root, sign
        sign = sign * sign[root]
        root = further


def _assemble(
    flat: Flat,
    edges: _Edges,
    sign: Any,
    root: Any,
    takes_terms: Any,
    absorbed: Any,
    product: Any,
    is_root: Any,
    is_dot: Any,
) -> Nodes:
    """New arrays of operands, with the terms of each sum in the order of the edges; the products in a dot come last."""
    operand, user, slot = edges
    count = len(flat)
    zero = (flat.operation == CONSTANT) & (flat.number == 0.0)
    terms = np.flatnonzero(takes_terms[user] & ~absorbed[operand] & ~zero[operand])
    where, left, right = user[terms], operand[terms], np.full(len(terms), ALONE, np.int32)
    is_product = product[left]
    factors = flat.start[left[is_product]]
    left[is_product], right[is_product] = flat.operand[factors], flat.operand[factors + 1]
    rows, operation, number = list(flat.rows), flat.operation.copy(), flat.number
    minus = (sign[terms] < 0) & ~is_product
    if minus.any():
        found = np.flatnonzero((operation == CONSTANT) & (number == -1.0))
        minus_one = int(found[0]) if len(found) else _with_constant(flat, -1.0)
        right[minus], left[minus] = left[minus], minus_one
        count, operation = len(flat), flat.operation.copy()
    order = np.argsort(root[where], kind="stable")
    sums, left, right = root[where][order], left[order], right[order]
    del terms, where, order, is_product, minus  # memory, for graphs of a million nodes

    sum_code = len(rows)
    alive = np.ones(count, bool)
    alive[: len(absorbed)] &= ~(absorbed | product)
    kept_edges = np.flatnonzero(~takes_terms[user] & alive[user])
    dots, halves = np.flatnonzero(is_dot), np.zeros(count, np.int64)
    halves[dots] = (flat.start[dots + 1] - flat.start[dots] - 1) // 2
    single = np.bincount(user[kept_edges], minlength=count) + 2 * np.bincount(sums, minlength=count)
    start = np.concatenate(([0], np.cumsum(single + 2 * halves)))
    operands = np.empty(int(start[-1]), np.int32)
    operands[start[user[kept_edges]] + slot[kept_edges]] = operand[kept_edges]
    rank = np.arange(len(sums)) - np.searchsorted(sums, sums)
    at = start[sums] + 2 * rank
    operands[at], operands[at + 1] = left, right
    _place_products(flat, dots, halves[dots], start[dots] + single[dots], operands)
    operation[: len(is_root)][is_root] = sum_code
    return Nodes(rows, operation, start, operands, alive, sum_code, flat.number, list(flat.outputs))


def _place_products(flat: Flat, dots: Any, halves: Any, begin: Any, operands: Any) -> None:
    """Write the factors of each dot in pairs, from `begin` on: x1, y1, x2, y2, ..."""
    for half in np.flatnonzero(np.bincount(halves)).tolist():
        members = np.flatnonzero(halves == half)
        for part in np.array_split(members, 1 + len(members) * half // EDGES_AT_ONCE):
            column = np.arange(half)
            source, target = flat.start[dots[part]][:, None] + 1 + column, begin[part][:, None] + 2 * column
            operands[target], operands[target + 1] = flat.operand[source], flat.operand[source + half]


def _edges(flat: Flat, is_dot: Any) -> _Edges:
    """For each operand of each node, without those inside dots: the operand, the node, and the operand's place."""
    count, lengths = len(flat), np.diff(flat.start)
    operand = flat.operand
    if is_dot.any():
        outside = np.repeat(~is_dot, lengths)
        outside[flat.start[:-1][is_dot]] = True
        operand, lengths = operand[outside], np.where(is_dot, 1, lengths)
    user = np.repeat(np.arange(count, dtype=np.int32), lengths)
    slot = np.arange(len(operand), dtype=np.int32)
    slot -= np.repeat((np.cumsum(lengths) - lengths).astype(np.int32), lengths)
    return operand, user, slot


def _counted(operand: Any, count: int) -> Any:
    """How often each node is an operand; in parts, since `bincount` makes a copy twice as large."""
    parts = [operand[n : n + EDGES_AT_ONCE] for n in range(0, len(operand), EDGES_AT_ONCE)]
    return reduce(np.add, (np.bincount(part, minlength=count) for part in parts), np.zeros(count, np.int64))


def _with_constant(flat: Flat, number: float) -> int:
    """The number of a new leaf at the end of the graph."""
    flat.operation = np.append(flat.operation, np.int32(CONSTANT))
    flat.position = np.append(flat.position, np.int32(0))
    flat.number = np.append(flat.number, number)
    flat.start = np.append(flat.start, flat.start[-1])
    flat.reach = np.append(flat.reach, np.uint8(0))
    return len(flat) - 1


def depends(flat: Flat, kinds: tuple[int, ...]) -> Any:
    """For each node, whether it depends on a leaf of one of these kinds."""
    return (flat.reach & sum(1 << -kind for kind in kinds)) != 0
