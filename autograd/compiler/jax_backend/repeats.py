"""Which groups repeat?  Equal blocks in a row, each of which reads the results of the one before, become one scan.

Read `placing` first, `branches` next.  XLA compiles the body of a `lax.scan` once, however many blocks there are.  A
block may read four kinds of rows: its own results, results of the block before (they are carried along), rows that are
the same for all blocks, and rows of its own, such as the weights of its layer (a table with a line for each block).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from autograd.compiler.jax_backend.evaluate import operands_of
from autograd.compiler.passes.group import ElementWise, Variadic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.passes.group import Group

MIN_REPEATS, MIN_SAVED, MAX_PERIOD = 4, 12, 64
"""A scan needs this many blocks and must save this many groups; blocks have at most this many groups."""


@dataclass(eq=False)
class Repeat:
    """Equal blocks: `blocks[b][j]` is the j-th group of block b; the first block is the body of the scan."""

    blocks: list[list[Group]]
    carried: list[tuple[int, Any, Any]]
    """Results of the block before that a block reads: the group, positions in it, and the rows of the first block."""
    own: list[tuple[Any, Any]]
    """Rows that differ: those of the first block (rows,), and the table (blocks, rows)."""
    last: list[int]
    """The groups whose results in the last block are read later."""
    every: list[int]
    """The groups whose results in other blocks are read later."""

    @property
    def nodes(self) -> Any:
        """The rows of all results."""
        return np.concatenate([group.nodes for block in self.blocks for group in block])


Step: TypeAlias = "Group | Repeat"


def find_repeats(groups: Sequence[Group], outputs: Any, rows: int, uniform: int) -> list[Step]:
    """The groups in their order, with equal blocks in a row as a `Repeat`.  `outputs`: rows read at the end."""
    numbers: dict[Any, int] = {}
    keys = np.array([numbers.setdefault(_key(group), len(numbers)) for group in groups])
    finder = _Finder(list(groups), keys, np.asarray(outputs), rows, uniform)
    return finder.steps(0, len(groups))


def _key(group: Group) -> Any:
    """What equal groups have in common, apart from which rows they read."""
    shapes = tuple(rows.shape for rows in operands_of(group))
    row = id(group.row) if isinstance(group, (ElementWise, Variadic)) else 0
    pairs = -1 if isinstance(group, (ElementWise, Variadic)) else len(group.pairs)  # type: ignore[union-attr]
    return type(group).__name__, row, shapes, pairs, len(group.nodes), group.per_sample


class _Finder:
    def __init__(self, groups: list[Group], keys: Any, outputs: Any, rows: int, uniform: int) -> None:
        self.groups, self.keys, self.outputs, self.uniform = groups, keys, outputs, uniform
        self.owner, self.place = np.full(rows, -1), np.zeros(rows, np.int64)
        for n, group in enumerate(groups):
            self.owner[group.nodes], self.place[group.nodes] = n, np.arange(len(group.nodes))
        self.reads = [np.concatenate([r.ravel() for r in operands_of(g)] or [np.zeros(0, int)]) for g in groups]

    def steps(self, begin: int, end: int) -> list[Step]:
        """The groups from `begin` to `end`, with the repeats among them."""
        for start, period, count in self._candidates(begin, end):
            for shift in range(min(2 * period, count * period)):
                found = self._repeat(start + shift, period, (count * period - shift) // period)
                if found is not None:
                    first, after = start + shift, start + shift + period * len(found.blocks)
                    return [*self.steps(begin, first), found, *self.steps(after, end)]
        return list(self.groups[begin:end])

    def _candidates(self, begin: int, end: int) -> list[tuple[int, int, int]]:
        """Start, period and number of blocks where the keys repeat; what saves most comes first."""
        found = []
        for period in range(1, min(MAX_PERIOD, (end - begin) // MIN_REPEATS) + 1):
            equal = self.keys[begin : end - period] == self.keys[begin + period : end]
            edges = np.flatnonzero(np.diff(np.concatenate(([False], equal, [False])).astype(np.int8)))
            for low, high in edges.reshape(-1, 2).tolist():
                count = (high - low) // period + 1
                if count >= MIN_REPEATS and (count - 1) * period >= MIN_SAVED:
                    found.append((begin + low, period, count))
        return sorted(found, key=lambda each: (-(each[2] - 1) * each[1], each[1]))

    def _repeat(self, start: int, period: int, count: int) -> Repeat | None:
        """The blocks from `start` on, if what they read allows a scan."""
        if count < MIN_REPEATS or (count - 1) * period < MIN_SAVED:
            return None
        read = np.stack(
            [np.concatenate(self.reads[start + b * period : start + (b + 1) * period]) for b in range(count)]
        )
        block = np.arange(count)[:, None]
        owner = np.where(self.owner[read] >= start, self.owner[read] - start, -1)
        at = np.where(owner >= 0, owner // period, -1)
        group, place = owner % period, self.place[read]
        inside = owner >= 0
        same = (group == group[1]) & (place == place[1])
        internal = ((at == block) & same & inside).all(axis=0)
        carried = ((at == block - 1) & same & inside)[1:].all(axis=0) & (owner[0] < 0)
        outside = (owner < 0).all(axis=0)
        fixed = outside & (read == read[0]).all(axis=0)
        own = outside & ~fixed & ((read < self.uniform) == (read[0] < self.uniform)).all(axis=0)
        if not (internal | carried | fixed | own).all():
            return None
        firsts = [set(read[0][kind].tolist()) for kind in (carried, fixed, own)]
        if firsts[0] & firsts[1] or firsts[0] & firsts[2] or firsts[1] & firsts[2]:
            return None
        carry = self._carried(read[0][carried], group[1][carried], place[1][carried])
        tables = _tables(read[:, own], self.uniform)
        if carry is None or tables is None:
            return None
        blocks = [self.groups[start + b * period : start + (b + 1) * period] for b in range(count)]
        last, every = self._read_later(start, period, count)
        return Repeat(blocks, carry, tables, last, every)

    def _carried(self, rows: Any, group: Any, place: Any) -> list[tuple[int, Any, Any]] | None:
        """For each group whose results are carried: the positions, and the rows of the first block in their place."""
        found = []
        triples = np.unique(np.stack((group, place, rows), axis=1), axis=0)
        if len(np.unique(triples[:, 2])) < len(triples) or len(np.unique(triples[:, :2], axis=0)) < len(triples):
            return None
        for n in np.unique(triples[:, 0]).tolist():
            mine = triples[triples[:, 0] == n]
            found.append((n, mine[:, 1], mine[:, 2]))
        return found

    def _read_later(self, start: int, period: int, count: int) -> tuple[list[int], list[int]]:
        end = start + count * period
        later = np.concatenate([*self.reads[end:], self.outputs])
        owner = np.unique(self.owner[later])
        owner = owner[(owner >= start) & (owner < end)] - start
        in_last = owner // period == count - 1
        return (owner[in_last] % period).tolist(), np.unique(owner[~in_last] % period).tolist()


def _tables(read: Any, uniform: int) -> list[tuple[Any, Any]] | None:
    """The rows that differ from block to block, each once, in their order: uniform ones, and those of samples."""
    _, first = np.unique(read[0], return_index=True)
    number = {row: n for n, row in enumerate(read[0][first].tolist())}
    table = read[:, first]
    if not (table[:, [number[row] for row in read[0].tolist()]] == read).all():
        return None
    of_samples = table[0] >= uniform
    parts = [table[:, ~of_samples], table[:, of_samples]]
    return [(part[0], part) for part in parts if part.shape[1]]
