"""Which sums are a matrix product for each sample?  Those whose factors all differ between samples, as in attention.

Read `group` and `matmul` first, `fuse` next.  The sums of one level connect left and right lists: a connected part in
which about half or more of all left lists meet all right lists is one product, whose other results are not needed.
Under a causal mask the lists have different lengths: the first shares of an element are multiplied with the first
values.  A list that is the beginning of a longer one is replaced by it, and the lists that it meets get gaps.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.passes.group import BatchedProduct, SumOfProducts
from autograd.compiler.passes.matmul import distinct, numbered, scrambled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.compiler.passes.group import Group

SMALLEST = 32
"""Products of fewer multiplications are not worth their tables."""

GAP = -1
"""Where a list has no node, and a product no result."""


def batched_products(groups: Sequence[Group], per_sample: Any) -> list[Group]:
    """The groups, in which sums of products are replaced by products of two matrices for each sample."""
    result: list[Group] = []
    for _, same in groupby(groups, key=lambda group: (group.per_sample, group.level)):
        level = list(same)
        sums = [group for group in level if isinstance(group, SumOfProducts) and _can_be_product(group, per_sample)]
        if sums and max(group.pairs[0][0].shape[1] for group in sums) > 1:
            members = {id(group) for group in sums}
            result += [group for group in level if id(group) not in members]
            result += _products(sums)
        else:
            result += level
    return result


def _can_be_product(group: SumOfProducts, per_sample: Any) -> bool:
    return (
        group.per_sample
        and len(group.pairs) == 1
        and not group.singles
        and all(bool(per_sample[side].all()) for side in group.pairs[0])
    )


def _products(sums: list[SumOfProducts]) -> Iterator[Group]:
    """The products among the sums of one level, and what is left of their groups."""
    left, right = (_padded([group.pairs[0][side] for group in sums]) for side in (0, 1))
    nodes = np.concatenate([group.nodes for group in sums])
    whole_left, whole_right = _completed(left), _completed(right)
    if np.array_equal(whole_right, right):  # then it is the left lists that are completed, if any are
        left, right = right, whole_left
    else:
        right = whole_right
    done = np.zeros(len(nodes), bool)
    for part in _parts(left, right):
        found = _product(part, left, right)
        if found is not None:
            done[part] = True
            yield replace(found, nodes=nodes[part], per_sample=True, level=sums[0].level)
    begin = 0
    for group in sums:
        rest = np.flatnonzero(~done[begin : begin + len(group.nodes)])
        begin += len(group.nodes)
        if len(rest):
            pairs = [(left[rest], right[rest]) for left, right in group.pairs]
            yield replace(group, nodes=group.nodes[rest], pairs=pairs)


def _padded(lists: list[Any]) -> Any:
    """The rows of several matrices as one matrix, with gaps at the ends of shorter rows."""
    width = max(each.shape[1] for each in lists)
    return np.concatenate(
        [np.pad(each.astype(np.int64), ((0, 0), (0, width - each.shape[1])), constant_values=GAP) for each in lists]
    )


def _completed(lists: Any) -> Any:
    """Each list, or the longest list that begins with it.

    >>> _completed(np.array([[1, 2, -1], [1, 2, 3], [2, 3, -1]])).tolist()
    [[1, 2, 3], [1, 2, 3], [2, 3, -1]]
    """
    number, first = numbered(lists)
    rows = lists[first]
    inside = rows != GAP
    lengths = inside.sum(axis=1)
    if (lengths == lengths[0]).all():
        return lists
    beginnings = np.cumsum(scrambled(rows) * scrambled(np.arange(rows.shape[1])), axis=1, dtype=np.uint64)
    longest_first = np.argsort(-lengths, kind="stable")
    known, at = np.unique(beginnings[longest_first][inside[longest_first]], return_index=True)
    owner = np.repeat(longest_first, lengths[longest_first])[at]
    whole = owner[np.searchsorted(known, beginnings[np.arange(len(rows)), lengths - 1])]
    equal = ((rows[whole] == rows) | ~inside).all(axis=1)  # two beginnings with one key: next to impossible
    return rows[np.where(equal, whole, np.arange(len(rows)))[number]]


def _parts(left: Any, right: Any) -> list[Any]:
    """The positions of sums that are connected: by a common list directly, or through others."""
    (left_of, left_first), (right_of, right_first) = numbered(left), numbered(right)
    label, other = np.arange(len(left_first)), np.full(len(right_first), len(left_first))
    while True:
        np.minimum.at(other, right_of, label[left_of])
        before = label.copy()
        np.minimum.at(label, left_of, other[right_of])
        if np.array_equal(label, before):
            break
    order = np.argsort(label[left_of], kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[left_of][order])) + 1)


def _product(part: Any, left: Any, right: Any) -> BatchedProduct | None:
    """The product that these connected sums are; None if they are none."""
    (row, row_first), (column, column_first) = numbered(left[part]), numbered(right[part])
    rows, columns = left[part][row_first], right[part][column_first]
    inner = int((columns[0] != GAP).sum())
    rows, columns = rows[:, :inner], columns[:, :inner]
    enough = min(len(rows), len(columns), inner) > 1 and len(part) * inner >= SMALLEST
    if not enough or 2 * len(part) < len(rows) * len(columns) or (columns == GAP).any():
        return None
    members = np.full((len(columns), len(rows)), GAP)
    members[column, row] = np.arange(len(part))
    given = rows[rows != GAP]
    if (members != GAP).sum() < len(part) or any(len(distinct(side)) < side.size for side in (given, columns)):
        return None
    return BatchedProduct(nodes=part, left=rows, right=columns, members=members)
