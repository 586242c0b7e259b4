"""Which small groups follow each other, as the steps of a recurrence do?  Chains of single nodes.

Read `fuse` first, `layout` next.  In a deep graph (an integrator, a filter, the steps of a random walk) each group has
one node or a few, and a step of the C runtime for each would cost more than its work.  So consecutive small groups
become one `FusedChain` of single nodes: straight-line code, whose inner results stay in registers.  Where the groups
repeat themselves, the chains begin at multiples of the period, so that they are equal and share one compiled loop.
"""

from __future__ import annotations

from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.lower import formula, is_slow
from autograd.compiler.passes.group import ElementWise, FusedChain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.compiler.passes.group import Group

MAX_NODES = 4
"""Larger groups are worth a step of their own."""

MIN_PARTS, MAX_PARTS = 12, 64
"""Operations in a chain; a single period of a recurrence may have more, up to `MAX_PERIOD`."""

MAX_UNIFORM = 24
"""The same for what is computed once: there is little to gain from longer chains, and the C compiler takes long."""

MAX_PERIOD = 160
"""Groups in a period: above, the C compiler would take too long."""

MAX_IRREGULAR = 160
"""So many operations that do not repeat become chains; more would take the C compiler too long."""


def fuse_sequences(groups: Sequence[Group], outputs: Sequence[int], count: int) -> list[Group]:
    """The groups, with sequences of small ones as chains of single nodes; `count` is the number of all nodes."""
    whole = list(groups)
    cuts: dict[int, int] = {}  # where chains begin, and where they end
    for first, last in _runs(whole):
        run = whole[first:last]
        cuts |= {first + a: first + b for a, b in _pieces(run) if sum(len(g.nodes) for g in run[a:b]) >= MIN_PARTS}
    if not cuts:
        return whole
    outside = _read_outside(whole, cuts, outputs, count)
    result: list[Group] = []
    position = 0
    while position < len(whole):
        end = cuts.get(position)
        result.append(whole[position] if end is None else _chain(whole[position:end], outside))
        position = position + 1 if end is None else end
    return result


def _runs(groups: Sequence[Group]) -> Iterator[tuple[int, int]]:
    """Where small element-wise groups follow each other: first position, and last position + 1."""
    position = 0
    for key, run in groupby(groups, key=lambda g: (type(g) is ElementWise and len(g.nodes) <= MAX_NODES, g.per_sample)):
        size = len(list(run))
        if key[0]:
            yield position, position + size
        position += size


def _pieces(run: Sequence[Group]) -> Iterator[tuple[int, int]]:
    """The run in pieces of a few periods; what does not repeat in pieces of `MAX_PARTS` operations."""
    sizes = [len(group.nodes) for group in run]
    first, period, times = _period(run)
    last = first + period * times
    if sum(sizes[:first]) + sum(sizes[last:]) > MAX_IRREGULAR:
        return
    yield from _by_size(sizes, 0, first)
    if times:
        inner = [end for _, end in _by_size(sizes, first, first + period)]
        most = max(1, (MAX_PARTS if run[0].per_sample else MAX_UNIFORM) // sum(sizes[first : first + period]))
        whole = next((n for n in range(most, most // 2, -1) if times % n == 0), most)  # without a rest: one loop less
        begins = range(first, last, period * whole) if len(inner) == 1 else range(first, last, period)
        ends = [
            first,
            *(min(last, b + (period * whole if len(inner) == 1 else e - first)) for b in begins for e in inner),
        ]
        yield from pairwise(ends)
    yield from _by_size(sizes, last, len(run))


def _by_size(sizes: Sequence[int], first: int, last: int) -> Iterator[tuple[int, int]]:
    begin, parts = first, 0
    for position in range(first, last):
        if parts and parts + sizes[position] > MAX_PARTS:
            yield begin, position
            begin, parts = position, 0
        parts += sizes[position]
    if begin < last:
        yield begin, last


def _period(run: Sequence[Group]) -> tuple[int, int, int]:
    """Where the longest repetition begins, its period in groups, and how often it comes; (0, 0, 0) if there is none.

    >>> from types import SimpleNamespace
    >>> _period([SimpleNamespace(name=name, nodes=[0]) for name in "xababababy"])
    (1, 2, 4)
    """
    number: dict[Any, int] = {}
    ids = np.array([number.setdefault((group.name, len(group.nodes)), len(number)) for group in run])
    best = (0, 0, 0)
    for period in range(1, min(MAX_PERIOD, len(ids) // 3) + 1):
        equal = np.concatenate(([False], ids[period:] == ids[:-period], [False]))
        edges = np.flatnonzero(np.diff(equal))
        if not len(edges):
            continue
        lengths = edges[1::2] - edges[::2]
        longest = int(lengths.argmax())
        times = (int(lengths[longest]) + period) // period
        if times >= 3 and times * period > 1.1 * best[1] * best[2]:
            best = int(edges[::2][longest]), period, times
    return best


def _read_outside(groups: Sequence[Group], cuts: dict[int, int], outputs: Sequence[int], count: int) -> Any:
    """For each node whether a group outside its chain reads it, (nodes,) bool."""
    chain, chain_of, outside = [0] * len(groups), np.zeros(count, np.int64), np.zeros(count, bool)
    outside[outputs] = True
    for number, (begin, end) in enumerate(cuts.items(), 1):
        chain[begin:end] = [number] * (end - begin)
        chain_of[np.concatenate([group.nodes for group in groups[begin:end]])] = number
    by, lists = [], []
    for mine, group in zip(chain, groups, strict=True):
        for nodes in group.reads():
            if mine:  # these lists are short: they are compared together
                by.append(np.full(nodes.size, mine))
                lists.append(nodes.ravel())
            else:
                outside[nodes] = True
    read = np.concatenate(lists)
    outside[read[chain_of[read] != np.concatenate(by)]] = True
    return outside


def _chain(groups: Sequence[Any], outside: Any) -> FusedChain:
    parts = []
    for group in groups:
        slow = is_slow(formula(group.row)[0])
        for n, node in enumerate(group.nodes.tolist()):
            read = bool(outside[node])
            parts.append(
                ElementWise(
                    nodes=group.nodes[n : n + 1], row=group.row, operands=[c[n : n + 1] for c in group.operands],
                    per_sample=group.per_sample, level=group.level, stored=slow or read, read_outside=read,
                )
            )  # fmt: skip
    nodes = np.concatenate([part.nodes for part in parts if part.stored] or [np.zeros(0, np.int64)])
    return FusedChain(nodes=nodes, per_sample=groups[0].per_sample, level=groups[-1].level, parts=parts)
