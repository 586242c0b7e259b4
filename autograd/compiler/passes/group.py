"""Which nodes do the same?  Nodes of one level that apply one row to operands of the same kinds form a group.

Read `schedule` first, `matmul` and `layout` next.  A group is what a backend turns into a few calls.  There are four
kinds: "row" (one row, element by element), "product" (a matrix product), "sum" (sums that are no matrix product), and
"many" (softmax and its kin: rows of any number of operands).  `fuse` makes a fifth: chains of the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.passes.contract import ALONE, Nodes
from autograd.compiler.passes.matmul import SMALLEST, Block, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.compiler.passes.schedule import Schedule
    from autograd.primitive import Primitive


@dataclass
class Group:
    """Nodes that are computed together, and the nodes that they read.

    `operands`: for "row" one array of N nodes for each operand; for "many" one array of N x K.
    `left` (P x K) and `right` (Q x K): for "product", whose N = Q·P results are ordered by right list first.
    `pairs`: for sums, two arrays (N x k) of further products to add; `singles`: N x k nodes to add.
    """

    kind: str
    lane: bool
    nodes: Any
    row: Primitive | None = None
    operands: list[Any] = field(default_factory=list)
    left: Any = None
    right: Any = None
    pairs: list[tuple[Any, Any]] = field(default_factory=list)
    singles: list[Any] = field(default_factory=list)
    parts: list[Group] = field(default_factory=list)
    """For "fused": groups of kind "row", in their order, whose n-th nodes belong together."""
    stored: bool = True
    """For a part of a fused group: whether its results have rows in memory."""
    read_outside: bool = True
    """For a part of a fused group: whether others read its results."""
    then: Group | None = None
    """For a product: the row that is applied to its results where they stand, since nobody else reads them."""
    note: str = ""
    """For a fused group: the loop that was emitted for it, or why there is none."""
    level: int = 0
    first: int = 0
    """The row of the first result in its memory."""

    @property
    def name(self) -> str:
        """What the group computes, in a word."""
        names = {"product": "matrix product", "sum": "sums", "fused": "fused"}
        return self.row.name if self.row is not None else names[self.kind]

    def reads(self) -> list[Any]:
        """The nodes that the group reads, as arrays of any shape."""
        read = [*self.operands, *self.singles, *(side for pair in self.pairs for side in pair)]
        read += [] if self.left is None else [self.left, self.right]
        return read + [nodes for part in self.parts for nodes in part.reads()]


def readers(groups: list[Group], outputs: list[int], count: int) -> Any:
    """For each of `count` nodes how many lists of operands have it; an output is read once more, from outside."""
    lists = [nodes.ravel() for group in groups for nodes in group.reads()]
    found = np.bincount(np.array(outputs, np.int64), minlength=count)
    if lists:
        owner = np.repeat(np.arange(len(lists)), [len(nodes) for nodes in lists])
        pairs = np.unique(owner * count + np.concatenate(lists).astype(np.int64))
        found = found + np.bincount(pairs % count, minlength=count)
    return found


class UnsupportedError(Exception):
    """A graph that has no form as groups; the message says why.  Never seen by users: the fallback takes over."""


ROWS_OF_MANY = {"softmax", "softmax_others", "logsumexp", "cross_entropy", "soft_cross_entropy", "take"}
"""Rows of any number of operands for which `kernels` has a form."""


def groups(nodes: Nodes, schedule: Schedule, prefer_left: Any, most: float = math.inf) -> list[Group]:
    """All groups, in an order in which they can be computed: what is the same for all samples first, then by level.

    `prefer_left[i]`: whether node i should be a left factor where it is multiplied with one that should not (a weight).
    Raises UnsupportedError where there are more than `most`.
    """
    alive = np.flatnonzero(nodes.alive & (nodes.operation >= 0))
    lane, level, operation = schedule.lane, schedule.level, nodes.operation
    is_sum = operation[alive] == nodes.sum_code
    keys = [lane[alive], level[alive], operation[alive], *_kinds(nodes, alive, lane, is_sum, prefer_left)]
    order = np.lexsort(keys[::-1])
    sorted_keys = np.stack([key[order] for key in keys])
    edges = np.flatnonzero((np.diff(sorted_keys, axis=1) != 0).any(axis=0)) + 1
    if len(edges) >= most:
        raise UnsupportedError(f"{len(edges) + 1:,} groups for {len(alive):,} nodes: too little of the same kind")
    found: list[Group] = []
    for members in np.split(alive[order], edges) if len(alive) else []:
        code = int(operation[members[0]])
        if code == nodes.sum_code:
            made = _sums(nodes, members, lane, prefer_left)
        else:
            made = _rows(nodes, members, nodes.rows[code])
        for group in made:
            group.lane, group.level = bool(lane[members[0]]), int(level[members[0]])
            found.append(group)
    return found


def _kinds(nodes: Nodes, alive: Any, lane: Any, is_sum: Any, prefer_left: Any) -> list[Any]:
    """What must agree within a group beyond level and operation: which operands are lanes, how many terms there are."""
    count = len(nodes.operation)
    lengths = np.diff(nodes.start)
    user = np.repeat(np.arange(count), lengths)
    slot = np.arange(len(nodes.operand)) - np.repeat(nodes.start[:-1], lengths)
    lanes_of_operands = np.where(nodes.operand >= 0, lane[nodes.operand], False)
    pattern = np.bincount(user, weights=np.where(lanes_of_operands, 2.0 ** np.minimum(slot, 50), 0.0), minlength=count)
    pattern = np.where(is_sum, 0, pattern[alive])
    length = lengths[alive]
    kinds = [np.where(is_sum, 0, length), pattern]
    first = np.flatnonzero(nodes.operation[user] == nodes.sum_code)
    first = first[slot[first] % 2 == 0]
    left, right, owner = nodes.operand[first], nodes.operand[first + 1], user[first]
    kind = term_kind(left, right, lane)
    return kinds + [np.bincount(owner[kind == number], minlength=count)[alive] for number in range(4)]


def term_kind(left: Any, right: Any, lane: Any) -> Any:
    """0: product with at most one lane; 1: product of two lanes; 2: a lane alone; 3: a single that is no lane."""
    alone = right == ALONE
    return np.where(alone, np.where(lane[left], 2, 3), np.where(lane[left] & lane[right], 1, 0))


def _sums(nodes: Nodes, members: Any, lane: Any, prefer_left: Any) -> Iterator[Group]:
    """Matrix products, and one group of the sums that are none."""
    width = int(nodes.start[members[0] + 1] - nodes.start[members[0]])
    terms = nodes.operand[nodes.start[members][:, None] + np.arange(width)].reshape(len(members), width // 2, 2)
    left, right = terms[:, :, 0], terms[:, :, 1]
    kind = term_kind(left, right, lane)
    if (kind[:, 1:] < kind[:, :-1]).any():
        order = np.argsort(kind, axis=1, kind="stable")
        left, right, kind = (np.take_along_axis(a, order, axis=1) for a in (left, right, kind))
    swap = (right != ALONE) & ~prefer_left[left] & prefer_left[right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    counts = np.bincount(kind[0], minlength=4).tolist() if width else [0] * 4
    ends = np.cumsum([0, *counts])
    parts = [(left[:, a:b], right[:, a:b]) for a, b in pairwise(ends)]
    found: list[Block] = []
    rest: Any = np.arange(len(members))
    smallest = 8 if lane[members[0]] else SMALLEST  # with samples, each product is one for every sample
    if counts[0] >= 2 and len(members) * counts[0] >= smallest:
        found, rest = blocks(*parts[0], smallest=smallest)
    for block in found:
        yield _made("product", members, block.members.ravel(), parts[1:], block.left, block.right)
    if len(rest):
        yield _made("sum", members, rest, parts)


def _made(kind: str, members: Any, chosen: Any, parts: list[Any], left: Any = None, right: Any = None) -> Group:
    pairs = [(a[chosen], b[chosen]) for a, b in parts[:-2] if a.shape[1]]
    singles = [a[chosen] for a, _ in parts[-2:] if a.shape[1]]
    return Group(kind, False, members[chosen], left=left, right=right, pairs=pairs, singles=singles)


def _rows(nodes: Nodes, members: Any, row: Primitive) -> Iterator[Group]:
    width = int(nodes.start[members[0] + 1] - nodes.start[members[0]])
    operands = nodes.operand[nodes.start[members][:, None] + np.arange(width)]
    if row.arity is not None:
        yield Group("row", False, members, row, [operands[:, n] for n in range(width)])
    elif row.name not in ROWS_OF_MANY:
        raise UnsupportedError(f"{row.name} takes any number of operands, and has no form for arrays")
    elif row.name in ("softmax", "softmax_others"):
        yield _softmaxes(nodes, members, row, operands)
    elif row.name in ("cross_entropy", "take"):
        yield Group("many", False, members, row, [operands[:, :1], operands[:, 1:]])
    elif row.name == "soft_cross_entropy":
        yield Group("many", False, members, row, [operands[:, : width // 2], operands[:, width // 2 :]])
    else:
        yield Group("many", False, members, row, [operands])


def _softmaxes(nodes: Nodes, members: Any, row: Primitive, operands: Any) -> Group:
    """All outputs of each softmax together: `nodes` is V x K, with -1 where nobody uses an output."""
    position = nodes.number[operands[:, 0]].astype(np.int64)
    seen: dict[tuple[bytes, int], int] = {}  # how often this output of this softmax has been asked for
    copy = np.zeros(len(members), np.int64)
    for n, (key, index) in enumerate(zip(map(bytes, operands[:, 1:]), position.tolist(), strict=True)):
        copy[n] = seen[key, index] = seen.get((key, index), -1) + 1
    vectors, number = np.unique(np.column_stack((copy, operands[:, 1:])), axis=0, return_inverse=True)
    out = np.full((len(vectors), vectors.shape[1] - 1), -1, np.int64)
    out[number.reshape(-1), position] = members
    return Group("many", False, out.ravel(), row, [vectors[:, 1:]])


def describe(group: Group) -> str:
    """One line about a group: what, how many, how large.

    >>> describe(Group("product", True, np.arange(4), left=np.zeros((2, 3)), right=np.zeros((2, 3))))
    'matrix product: 2 x 3 times 3 x 2·n'
    """
    if group.kind == "product":
        (p, k), q = group.left.shape, len(group.right)
        columns = f"{q}·n" if group.lane and q > 1 else "n" if group.lane else str(q)
        then = "" if group.then is None else f", then {group.then.name}"
        return f"matrix product: {p} x {k} times {k} x {columns}{then}"
    if group.kind == "fused":
        names = ", ".join(part.name for part in group.parts)
        return f"fused: {len(group.parts[0].nodes)} x n, {names}{group.note and f' ({group.note})'}"
    size = f"{len(group.nodes)}{' x n' if group.lane else ''}"
    if group.kind == "sum":
        terms = sum(a.shape[1] for a, _ in group.pairs) + sum(a.shape[1] for a in group.singles)
        return f"sums: {size}, {terms} term{'s' * (terms != 1)} each"
    if group.kind == "many":
        return f"{group.name}: {len(group.nodes)}{' x n' if group.lane else ''} of {group.operands[-1].shape[1]}"
    return f"{group.name}: {size}"
