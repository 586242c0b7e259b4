"""Where does each number live?  In rows of two memories, arranged so that a group reads consecutive rows.

Read `group` first, `reverse` next.  Memory U has one number a row: parameters first (so that they are one vector, in
their order), then other leaves that are the same for all samples, then what is computed from them.  Memory S has one
row for each number that differs from sample to sample, and a column for each sample.  A group's results get consecutive
rows, ordered by the rows of their operands; so operands are mostly a slice of a memory, or a view with constant
strides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.frontend.flatten import CAPTURED, CONSTANT, DRAWN, INPUT, PARAMETER
from autograd.compiler.passes.group import ElementWise, FusedChain, MatMul, SumOfProducts

if TYPE_CHECKING:
    from autograd.compiler.frontend.flatten import Flat
    from autograd.compiler.passes.group import Group


@dataclass
class Layout:
    """The row of each node in its memory, and how large the memories are."""

    slot: Any  # (nodes,) int64: the row, -1 for none
    per_sample: Any  # (nodes,) bool: whether the row is in memory S
    parameters: int
    inputs: int
    captured_at: int
    inputs_at: int
    draws_at: int
    uniform_rows: int
    sample_rows: int
    constants: tuple[Any, Any]  # (constants,) int64 and float64
    """Rows of U that hold constants, and the constants."""

    def are_constants(self, number: Any) -> Any:
        """For each node, whose number is given, whether it is a constant that is not nan: (nodes,) bool."""
        return np.isin(self.slot, self.constants[0]) & ~self.per_sample & ~np.isnan(number)


def lay_out(
    flat: Flat, groups: list[Group], per_sample: Any, alive: Any, parameters: int, inputs: int, batched: bool
) -> Layout:
    """Give every node a row, and put each group's nodes (and what they read) into the order of their rows."""
    slot = np.full(len(flat), -1, np.int64)
    kind, position = flat.operation, flat.position
    captured, draws = len(flat.captured), len(flat.draws)
    uniform = parameters
    where = {PARAMETER: 0, CAPTURED: uniform}
    uniform += captured
    if batched:
        where |= {INPUT: 0, DRAWN: inputs}
        sample_rows = inputs + draws
    else:
        where |= {INPUT: uniform, DRAWN: uniform + inputs}
        uniform, sample_rows = uniform + inputs + draws, 0
    for leaf, first in where.items():
        chosen = kind == leaf
        slot[chosen] = first + position[chosen]
    constant = np.flatnonzero((kind == CONSTANT) & alive)
    slot[constant] = uniform + np.arange(len(constant))
    constants = (slot[constant], flat.number[constant])
    uniform += len(constant)
    for group in groups:
        _order(group, slot, per_sample)
        if isinstance(group, FusedChain):
            for part in group.parts:
                if part.stored:
                    part.first = sample_rows if group.per_sample else uniform
                    slot[part.nodes] = part.first + np.arange(len(part.nodes))
                    if group.per_sample:
                        sample_rows += len(part.nodes)
                    else:
                        uniform += len(part.nodes)
            continue
        size = len(group.nodes)
        first = sample_rows if group.per_sample else uniform
        wanted = group.nodes >= 0
        slot[group.nodes[wanted]] = (first + np.arange(size))[wanted]
        group.first = first
        if isinstance(group, MatMul) and group.epilogue is not None:  # in the same rows
            place = dict(zip(group.nodes.tolist(), range(first, first + size), strict=True))
            slot[group.epilogue.nodes] = [place[node] for node in group.epilogue.operands[0].tolist()]
        if group.per_sample:
            sample_rows += size
        else:
            uniform += size
    return Layout(
        slot, per_sample, parameters, inputs, where[CAPTURED], where[INPUT], where[DRAWN], uniform, sample_rows,
        constants
    )  # fmt: skip


def _order(group: Group, slot: Any, per_sample: Any) -> None:
    """Sort a group's nodes by the rows of their operands."""
    match group:
        case MatMul():
            _order_product(group, slot)
        case FusedChain() if len(group.parts[0].nodes) > 1:
            columns = [c for part in group.parts for c in part.operands if (slot[c] >= 0).all() and per_sample[c].all()]
            order = _by_rows(columns, slot)
            for part in group.parts:
                part.nodes, part.operands = part.nodes[order], [column[order] for column in part.operands]
        case ElementWise() if len(group.nodes) > 1:
            order = _by_rows(sorted(group.operands, key=lambda column: not per_sample[column[0]]), slot)
            group.nodes, group.operands = group.nodes[order], [column[order] for column in group.operands]
        case SumOfProducts() if len(group.nodes) > 1:
            columns = [side[:, 0] for pair in group.pairs for side in pair[::-1]]
            columns += [single[:, 0] for single in group.singles]
            if columns:
                _take(group, _by_rows(columns, slot))


def _by_rows(columns: list[Any], slot: Any) -> Any:
    """The order of nodes in which the rows of the first operand ascend, then those of the second, and so on."""
    return np.lexsort([slot[column] for column in columns[::-1]])


def _take(group: MatMul | SumOfProducts, order: Any) -> None:
    group.nodes = group.nodes[order]
    group.pairs = [(left[order], right[order]) for left, right in group.pairs]
    group.singles = [single[order] for single in group.singles]


def _order_product(group: MatMul, slot: Any) -> None:
    by_right, by_left = (
        np.argsort(slot[group.right[:, 0]], kind="stable"),
        np.argsort(slot[group.left[:, 0]], kind="stable"),
    )
    positions = np.arange(len(group.nodes)).reshape(len(group.right), len(group.left))[by_right][:, by_left].ravel()
    by_term = np.argsort(slot[group.right[by_right[0]]], kind="stable")
    group.left, group.right = group.left[by_left][:, by_term], group.right[by_right][:, by_term]
    _take(group, positions)


MAX_LIST = 16
"""Up to this many numbers, lists are faster than arrays."""


@dataclass
class StridedSlice:
    """Rows first + i·steps[0] + j·steps[1] ...: a view of memory."""

    first: int
    shape: tuple[int, ...]
    steps: tuple[int, ...]

    @property
    def distinct(self) -> bool:
        """Whether no row occurs twice."""
        rows = [(step, size) for step, size in zip(self.steps, self.shape, strict=True) if size > 1]
        if len(rows) == 2:
            (a, n), (b, m) = sorted(rows)
            return a > 0 and (b >= a * n or (b < a and a >= b * m))
        return all(step != 0 for step, _ in rows)


def spaced(rows: Any) -> StridedSlice | None:
    """The strides of an index array, if each of its axes has a constant one; else None.

    >>> spaced(np.array([[4, 5, 6], [8, 9, 10]]))
    StridedSlice(first=4, shape=(2, 3), steps=(4, 1))
    >>> spaced(np.array([1, 2, 4]))
    """
    rows = np.asarray(rows)
    first = int(rows.flat[0])
    if rows.size == 1:
        return StridedSlice(first, rows.shape, (0,) * rows.ndim)
    if rows.ndim == 1 and rows.size <= MAX_LIST:
        numbers = rows.tolist()
        step = numbers[1] - first
        return (
            StridedSlice(first, rows.shape, (step,))
            if numbers == [first + step * n for n in range(rows.size)]
            else None
        )
    steps = []
    expected: Any = first
    for axis, size in enumerate(rows.shape):
        corner = [0] * rows.ndim
        corner[axis] = 1
        step = int(rows[tuple(corner)]) - first if size > 1 else 0
        steps.append(step)
        shape = [1] * rows.ndim
        shape[axis] = size
        expected = expected + step * np.arange(size).reshape(shape)
    return StridedSlice(first, rows.shape, tuple(steps)) if np.array_equal(expected, rows) else None
