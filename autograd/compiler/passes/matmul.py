"""Which groups of sums are matrix products?  Those in which every left list meets every right list.

Read `group` first, `layout` next.  Each sum of K products has a list of K left factors and a list of K right factors.
Take the sums that share a right list: when two right lists have the same set of left lists, they belong to one block,
and a block of P left and Q right lists that has all P times Q sums is the product of a P x K and a K x Q matrix.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

SMALLEST = 24
"""A block of fewer multiplications is not made a matrix product: the call would cost more than it saves."""


@dataclass
class Block:
    """Sums, as positions in the group, that form a matrix product: `members[q, p]` pairs right list q with left p."""

    members: Any  # (Q, P) int64
    left: Any
    """P x K nodes."""
    right: Any
    """Q x K nodes."""


def blocks(left: Any, right: Any, smallest: int = SMALLEST, most: int = 64) -> tuple[list[Block], Any]:
    """The matrix products among N sums of K products each (two N x K arrays of nodes), and the positions of the rest.

    >>> found, rest = blocks(np.array([[0, 1], [2, 3]]), np.array([[8, 9], [8, 9]]), smallest=4)
    >>> found[0].left.tolist(), found[0].right.tolist(), rest.tolist()
    ([[0, 1], [2, 3]], [[8, 9]], [])
    """
    left_id, left_first = numbered(left)
    right_id, right_first = numbered(right)
    order = np.lexsort((left_id, right_id))
    sorted_left, sorted_right = left_id[order], right_id[order]
    begins = np.flatnonzero(np.diff(sorted_right, prepend=-1))
    sizes = np.diff(np.append(begins, len(order)))
    signature = np.add.reduceat(scrambled(sorted_left), begins) if len(begins) else np.zeros(0, np.uint64)
    _, family = np.unique(signature * np.uint64(31) + sizes.astype(np.uint64), return_inverse=True)
    found: list[Block] = []
    rest: list[Any] = []
    by_family = np.argsort(family, kind="stable")
    for rights in np.split(by_family, np.flatnonzero(np.diff(family[by_family])) + 1) if len(by_family) else []:
        width = int(sizes[rights[0]])
        positions = order[begins[rights][:, None] + np.arange(width)]
        lefts = left_id[positions]
        enough = positions.size * left.shape[1] >= smallest and len(found) < most
        if enough and np.array_equal(lefts, np.broadcast_to(lefts[0], lefts.shape)):
            found.append(Block(positions, left[left_first[lefts[0]]], right[right_first[right_id[positions[:, 0]]]]))
        else:
            rest.append(positions.ravel())
    return found, np.sort(np.concatenate(rest)) if rest else np.zeros(0, np.int64)


def distinct(numbers: Any) -> Any:
    """The different numbers of an array, in ascending order."""
    return np.unique(numbers, return_counts=True)[0]  # without the counts NumPy imports numpy.ma, which takes 23 ms


def numbered(rows: Any) -> tuple[Any, Any]:
    """For each row of a matrix the number of its first equal, and the position of that row."""
    keys = rows.astype(np.uint64) @ scrambled(np.arange(rows.shape[1]) + 1)
    _, first, number = np.unique(keys, return_index=True, return_inverse=True)
    if not np.array_equal(rows[first[number]], rows):  # two rows with one key: next to impossible
        _, first, number = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(first)  # in the order in which they first occur
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    return rank[number.reshape(-1)], first[order]


def scrambled(numbers: Any) -> Any:
    """Hashes of numbers, such that sums of them distinguish sets (the finaliser of splitmix64)."""
    x = numbers.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
