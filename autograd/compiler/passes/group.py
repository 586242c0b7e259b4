"""Which nodes do the same?  Nodes of one level that apply one row to operands of the same kinds form a group.

Read `schedule` first, `matmul` and `layout` next.  A backend turns a group into a few calls.  There are six kinds:
`ElementWise` (one row, element by element), `MatMul` (a matrix product), `SumOfProducts` (sums that are not a matrix
product), `Variadic` (softmax and other rows of any number of operands); `BatchedProduct`, which the pass `batched`
makes of sums of products; and `FusedChain`, which the pass `fuse` makes of element-wise groups.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np

from autograd.compiler.passes.contract import ALONE, EDGES_AT_ONCE, Nodes
from autograd.compiler.passes.matmul import SMALLEST, Block, blocks, distinct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.compiler.passes.schedule import NodeSchedule
    from autograd.primitive import Primitive


MAX_SHOWN = 8
"""Longer chains are described by how often each operation occurs."""

IntArray: TypeAlias = Any
"""An array of node numbers; a comment gives its shape."""


class UnsupportedError(Exception):
    """A graph that cannot be expressed as groups; the message says why.  The fallback catches it."""


@dataclass(kw_only=True)
class OperationGroup:
    """Nodes that are computed together.  Which kind of group it is decides what else it holds: see the subclasses."""

    nodes: IntArray  # (nodes,)
    per_sample: bool = False
    """Whether the results differ from sample to sample."""
    level: int = 0
    first: int = 0
    """The row of the first result in its memory."""

    @property
    def size(self) -> str:
        """How many results, as text: n is the number of samples."""
        return f"{len(self.nodes)}{' x n' if self.per_sample else ''}"


@dataclass(kw_only=True)
class ElementWise(OperationGroup):
    """One row, applied element by element."""

    row: Primitive
    operands: list[IntArray]  # one (nodes,) array for each operand
    stored: bool = True
    """In a fused chain: whether the results have rows in memory."""
    read_outside: bool = True
    """In a fused chain: whether other groups read the results."""

    @property
    def name(self) -> str:
        """The name of the row."""
        return self.row.name

    def reads(self) -> list[IntArray]:
        """The nodes that the group reads, as arrays of any shape."""
        return self.operands

    def describe(self) -> str:
        """One line: what, how many, how large."""
        return f"{self.name}: {self.size}"

    def take(self, positions: IntArray) -> ElementWise:
        """The part of the group at these positions, in this order."""
        return replace(self, nodes=self.nodes[positions], operands=[column[positions] for column in self.operands])


@dataclass(kw_only=True)
class _WithTerms(OperationGroup):
    """Results to which products of two nodes and single nodes are added."""

    pairs: list[tuple[IntArray, IntArray]]  # factors, each (nodes, terms)
    singles: list[IntArray]  # each (nodes, terms)

    def reads(self) -> list[IntArray]:
        """The nodes that the group reads, as arrays of any shape."""
        return [*self.singles, *(side for pair in self.pairs for side in pair)]


@dataclass(kw_only=True)
class SumOfProducts(_WithTerms):
    """Sums of products and of single nodes that are not a matrix product."""

    name: ClassVar[str] = "sums"

    def describe(self) -> str:
        """One line: what, how many, how large."""
        terms = sum(left.shape[1] for left, _ in self.pairs) + sum(single.shape[1] for single in self.singles)
        return f"sums: {self.size}, {terms} term{'s' * (terms != 1)} each"


@dataclass(kw_only=True)
class MatMul(_WithTerms):
    """A matrix product, to which further terms may be added.  The Q·P results are ordered by right list first.

    >>> nodes, left, right = np.arange(4), np.zeros((2, 3)), np.zeros((2, 3))
    >>> MatMul(nodes=nodes, per_sample=True, left=left, right=right, pairs=[], singles=[]).describe()
    'matrix product: 2 x 3 times 3 x 2·n'
    """

    name: ClassVar[str] = "matrix product"
    left: IntArray  # (P, K)
    right: IntArray  # (Q, K)
    epilogue: ElementWise | None = None
    """The row that is applied to the results in place, because no other group reads them."""

    @property
    def flops(self) -> int:
        """Floating-point operations of the product, for one sample."""
        return int(2 * self.left.size * len(self.right))

    def reads(self) -> list[IntArray]:
        """The nodes that the group reads, as arrays of any shape."""
        return [*super().reads(), self.left, self.right]

    def describe(self) -> str:
        """One line: what, how many, how large."""
        (p, k), q = self.left.shape, len(self.right)
        columns = f"{q}·n" if self.per_sample and q > 1 else "n" if self.per_sample else str(q)
        epilogue = "" if self.epilogue is None else f", then {self.epilogue.name}"
        return f"matrix product: {p} x {k} times {k} x {columns}{epilogue}"


@dataclass(kw_only=True)
class BatchedProduct(OperationGroup):
    """A matrix product of numbers that all differ from sample to sample, as in attention.

    A gap (-1) in `members` is a result that is not needed; a gap in `left` is a term that the result does not have.

    >>> left = np.array([[1, -1], [2, 3]])
    >>> BatchedProduct(nodes=np.arange(4), left=left, right=left + 4, members=np.zeros((2, 2))).describe()
    'product of each sample: 2 x 2 times 2 x 2, 3 of 4 factors'
    """

    name: ClassVar[str] = "product of each sample"
    left: IntArray  # (P, K)
    right: IntArray  # (Q, K)
    members: IntArray  # (Q, P)
    """The position of each result in `nodes`."""

    @property
    def flops(self) -> int:
        """Floating-point operations of the product, for one sample."""
        given = self.left >= 0
        return int(2 * (given.sum(axis=1) * (self.members >= 0)).sum())

    def reads(self) -> list[IntArray]:
        """The nodes that the group reads, as arrays of any shape."""
        return [self.left[self.left >= 0], self.right]

    def describe(self) -> str:
        """One line: what, how many, how large."""
        (p, k), q, given = self.left.shape, len(self.right), int((self.left >= 0).sum())
        gaps = f", {given:,} of {self.left.size:,} factors" if given < self.left.size else ""
        gaps += f", {len(self.nodes):,} of {p * q:,} results" if len(self.nodes) < p * q else ""
        return f"{self.name}: {p} x {k} times {k} x {q}{gaps}"


@dataclass(kw_only=True)
class Variadic(OperationGroup):
    """A row of any number of operands, such as logsumexp."""

    row: Primitive
    operands: list[IntArray]  # each (nodes, K): logits and, before or after them, an index or targets

    @property
    def name(self) -> str:
        """The name of the row."""
        return self.row.name

    def reads(self) -> list[IntArray]:
        """The nodes that the group reads, as arrays of any shape."""
        return self.operands

    def describe(self) -> str:
        """One line: what, how many, how large."""
        return f"{self.name}: {self.size} of {self.operands[-1].shape[1]}"


@dataclass(kw_only=True)
class FusedChain(OperationGroup):
    """Element-wise groups that are computed together, a few rows at a time; `nodes` are the results in memory."""

    name: ClassVar[str] = "fused"
    parts: list[ElementWise]
    """In their order; the n-th nodes of all parts belong together."""
    note: str = ""
    """The loop that was emitted for the chain, or why there is none."""

    def reads(self) -> list[IntArray]:
        """The nodes that the group reads, as arrays of any shape."""
        return [nodes for part in self.parts for nodes in part.reads()]

    def describe(self) -> str:
        """One line: what, how many, how large."""
        names = ", ".join(part.name for part in self.parts)
        if len(self.parts) > MAX_SHOWN:
            counts = Counter(part.name for part in self.parts).most_common()
            names = ", ".join(f"{name} {count} times" if count > 1 else name for name, count in counts)
        rows = f"{len(self.parts[0].nodes)}{' x n' if self.per_sample else ''}"
        return f"fused: {rows}, {names}{self.note and f' ({self.note})'}"


Group: TypeAlias = ElementWise | MatMul | SumOfProducts | BatchedProduct | Variadic | FusedChain
"""The six kinds: code that treats them differently uses `match`."""


def readers(groups: list[Group], outputs: list[int], count: int) -> Any:
    """For each of `count` nodes how many lists of operands have it; an output is read once more, from outside."""
    found, alone = np.zeros(count, np.int64), list(outputs)
    for nodes in (nodes for group in groups for nodes in group.reads()):
        if nodes.size == 1:  # graphs without structure have many such lists
            alone.append(nodes.item())
        else:
            found[nodes] += 1  # once for each node, even if it is repeated
    return found + np.bincount(alone, minlength=count)


ROWS_OF_MANY = {"softmax", "softmax_others", "logsumexp", "cross_entropy", "soft_cross_entropy", "take"}
"""Rows of any number of operands that `kernels` implements."""


def groups(nodes: Nodes, schedule: NodeSchedule, prefer_left: Any, most: float = math.inf) -> list[Group]:
    """All groups, in an order in which they can be computed: what is the same for all samples first, then by level.

    `prefer_left[i]`: whether node i should be a left factor where it is multiplied with one that should not (a weight).
    Raises UnsupportedError where there are more than `most`.
    """
    alive = np.flatnonzero(nodes.alive & (nodes.operation >= 0))
    per_sample, level, operation = schedule.per_sample, schedule.level, nodes.operation
    is_sum = operation[alive] == nodes.sum_code
    keys = [per_sample[alive], level[alive], operation[alive], *_kinds(nodes, alive, per_sample, is_sum)]
    order = np.lexsort(keys[::-1])
    sorted_keys = np.stack([key[order] for key in keys])
    edges = np.flatnonzero((np.diff(sorted_keys, axis=1) != 0).any(axis=0)) + 1
    if len(edges) >= most:
        raise UnsupportedError(f"{len(edges) + 1:,} groups for {len(alive):,} nodes: too few nodes of the same kind")
    found: list[Group] = []
    for members in np.split(alive[order], edges) if len(alive) else []:
        code = int(operation[members[0]])
        made: Iterator[Group]
        if code == nodes.sum_code:
            made = _sums(nodes, members, per_sample, prefer_left)
        else:
            made = _rows(nodes, members, nodes.rows[code])
        for group in made:
            group.per_sample, group.level = bool(per_sample[members[0]]), int(level[members[0]])
            found.append(group)
    return found


def _kinds(nodes: Nodes, alive: Any, per_sample: Any, is_sum: Any) -> list[Any]:
    """What must agree within a group: which operands are per sample, and how many terms there are."""
    count = len(nodes.operation)
    lengths, pattern, terms = np.diff(nodes.start), np.zeros(count), np.zeros((4, count), np.int64)
    varies = bool(per_sample.any())
    for here in _parts(nodes.start):
        begins, length = nodes.start[here] - nodes.start[here.start], lengths[here]
        operand = nodes.operand[nodes.start[here.start] : nodes.start[here.stop]]
        if varies:
            owner = np.repeat(np.arange(len(begins)), length)
            slot = np.arange(len(operand)) - begins[owner]
            weights = np.where((operand >= 0) & per_sample[operand], 2.0 ** np.minimum(slot, 50), 0.0)
            pattern[here] = np.bincount(owner, weights=weights, minlength=len(begins))
        pairs = np.where(nodes.operation[here] == nodes.sum_code, length // 2, 0)
        first = 2 * np.arange(pairs.sum()) + np.repeat(begins - 2 * (np.cumsum(pairs) - pairs), pairs)
        kind = term_kind(operand[first], operand[first + 1], per_sample)
        owner = np.repeat(np.arange(len(begins)), pairs)
        for number in range(1, 4):
            terms[number, here] = np.bincount(owner[kind == number], minlength=len(begins))
        terms[0, here] = pairs - terms[1:, here].sum(axis=0)
    pattern = np.where(is_sum, 0, pattern[alive])
    return [np.where(is_sum, 0, lengths[alive]), pattern, *terms[:, alive]]


def _parts(start: Any) -> Iterator[slice]:
    """Ranges of nodes that have about `EDGES_AT_ONCE` operands together."""
    ends = np.searchsorted(start, np.arange(EDGES_AT_ONCE, int(start[-1]) + EDGES_AT_ONCE, EDGES_AT_ONCE), "right") - 1
    bounds = distinct([0, *ends, len(start) - 1]).tolist()
    return (slice(a, b) for a, b in pairwise(bounds))


def term_kind(left: Any, right: Any, per_sample: Any) -> Any:
    """0: product with at most one per-sample factor; 1: of two; 2: single per-sample node; 3: single uniform node."""
    alone = right == ALONE
    if not per_sample.any():  # as for every graph of a whole batch
        return np.where(alone, 3, 0)
    return np.where(alone, np.where(per_sample[left], 2, 3), np.where(per_sample[left] & per_sample[right], 1, 0))


def _sums(nodes: Nodes, members: Any, per_sample: Any, prefer_left: Any) -> Iterator[Group]:
    """Matrix products, and one group of the remaining sums."""
    width = int(nodes.start[members[0] + 1] - nodes.start[members[0]])
    terms = nodes.operand[nodes.start[members][:, None] + np.arange(width)].reshape(len(members), width // 2, 2)
    left, right = terms[:, :, 0], terms[:, :, 1]
    kind = term_kind(left, right, per_sample)
    if (kind[:, 1:] < kind[:, :-1]).any():
        if (kind == kind[0]).all():  # the usual case: one order for all
            order = np.argsort(kind[0], kind="stable")
            left, right, kind = (a.take(order, axis=1) for a in (left, right, kind))
        else:
            order = np.argsort(kind, axis=1, kind="stable")
            left, right, kind = (np.take_along_axis(a, order, axis=1) for a in (left, right, kind))
    swap = (right != ALONE) & ~prefer_left[left] & prefer_left[right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    counts = np.bincount(kind[0], minlength=4).tolist() if width else [0] * 4
    ends = np.cumsum([0, *counts])
    parts = [(left[:, a:b], right[:, a:b]) for a, b in pairwise(ends)]
    found: list[Block] = []
    rest: Any = np.arange(len(members))
    smallest = 8 if per_sample[members[0]] else SMALLEST  # with samples, each product is one for every sample
    if counts[0] >= 2 and len(members) * counts[0] >= smallest:
        found, rest = blocks(*parts[0], smallest=smallest)
    for block in found:
        chosen = block.members.ravel()
        pairs, singles = _terms(parts[1:], chosen)
        yield MatMul(nodes=members[chosen], left=block.left, right=block.right, pairs=pairs, singles=singles)
    if len(rest):
        pairs, singles = _terms(parts, rest)
        yield SumOfProducts(nodes=members[rest], pairs=pairs, singles=singles)


def _terms(parts: list[Any], chosen: IntArray) -> tuple[list[Any], list[Any]]:
    """The pairs and singles of the chosen sums; the last two parts hold the singles."""
    pairs = [(left[chosen], right[chosen]) for left, right in parts[:-2] if left.shape[1]]
    return pairs, [single[chosen] for single, _ in parts[-2:] if single.shape[1]]


def _rows(nodes: Nodes, members: Any, row: Primitive) -> Iterator[Group]:
    width = int(nodes.start[members[0] + 1] - nodes.start[members[0]])
    operands = nodes.operand[nodes.start[members][:, None] + np.arange(width)]
    if row.arity is not None:
        yield ElementWise(nodes=members, row=row, operands=[operands[:, n] for n in range(width)])
    elif row.name not in ROWS_OF_MANY:
        raise UnsupportedError(f"{row.name} takes any number of operands, and is not implemented for arrays")
    elif row.name in ("softmax", "softmax_others"):
        yield _softmaxes(nodes, members, row, operands)
    elif row.name in ("cross_entropy", "take"):
        yield Variadic(nodes=members, row=row, operands=[operands[:, :1], operands[:, 1:]])
    elif row.name == "soft_cross_entropy":
        yield Variadic(nodes=members, row=row, operands=[operands[:, : width // 2], operands[:, width // 2 :]])
    else:
        yield Variadic(nodes=members, row=row, operands=[operands])


def _softmaxes(nodes: Nodes, members: Any, row: Primitive, operands: Any) -> Variadic:
    """All outputs of each softmax together: `nodes` is V x K, with -1 for an output that is not used."""
    position = nodes.number[operands[:, 0]].astype(np.int64)
    seen: dict[tuple[bytes, int], int] = {}  # how often this output of this softmax has been asked for
    copy = np.zeros(len(members), np.int64)
    for n, (key, index) in enumerate(zip(map(bytes, operands[:, 1:]), position.tolist(), strict=True)):
        copy[n] = seen[key, index] = seen.get((key, index), -1) + 1
    vectors, number = np.unique(np.column_stack((copy, operands[:, 1:])), axis=0, return_inverse=True)
    out = np.full((len(vectors), vectors.shape[1] - 1), -1, np.int64)
    out[number.reshape(-1), position] = members
    return Variadic(nodes=out.ravel(), row=row, operands=[vectors[:, 1:]])
