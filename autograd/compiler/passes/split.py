"""Which parts of a group are read by different groups?  The gates of an LSTM: one group applies sigmoid to all of them.

Read `group` first, `fuse` next.  A chain of operations has the same rows in every part, so a group joins a chain only
in parts, each of which is read at one place of the groups that follow.  These are found from the last group to the
first: nodes belong together if the same parts of groups read them as the same operands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.passes.group import ElementWise
from autograd.compiler.passes.matmul import scrambled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.compiler.passes.group import Group

MAX_PARTS = 8
"""More parts are not the same operation at a few places."""


def split_by_readers(groups: Sequence[Group], outputs: Sequence[int], count: int) -> list[Group]:
    """The groups, in which element-wise ones are split where that gives a few equally large parts.

    `count` is the number of all nodes.
    """
    if not any(isinstance(group, ElementWise) and group.per_sample for group in groups):
        return list(groups)
    readers = np.zeros(count, np.uint64)
    """For each node a number that depends on the parts that read it, and the operands that it is there."""
    place_of = scrambled(np.arange(1 + MAX_PARTS * len(groups)))
    readers[outputs] = place_of[:1]
    result: list[Group] = []
    for group in reversed(groups):
        for part in _parts(group, readers):
            result.append(part)
            place = place_of[len(result) : len(result) + 1]
            for slot, nodes in enumerate(part.reads()):
                np.add.at(readers, nodes.ravel(), place * np.uint64(2 * slot + 1))
    return result[::-1]


def _parts(group: Group, readers: Any) -> Iterator[Group]:
    if isinstance(group, ElementWise) and group.per_sample:
        _, first, part, sizes = np.unique(readers[group.nodes], True, True, True)
        if 1 < len(sizes) <= MAX_PARTS and sizes[0] > 1 and (sizes == sizes[0]).all():
            yield from (group.take(np.flatnonzero(part == number)) for number in np.argsort(-first))
            return
    yield group
