"""Where is each operand?  Groups whose operands are rows of one memory, and fewer, larger groups.

Read `evaluate` first, `repeats` next.  XLA's compile time grows with the square of the number of groups, so sums of
one level that differ only in their number of terms become one group: the shorter ones are filled up with products of 0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.passes.group import ElementWise, MatMul, SumOfProducts, Variadic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.compiler.passes.group import Group
    from autograd.compiler.passes.layout import Layout

ZERO = -1
"""The node of a term that fills up a sum."""

MAX_PRODUCTS = 8
"""More products of a matrix and a vector than this in one level become sums."""

MAX_WASTE = 4
"""Sums are filled up to at most this many times their terms."""


def merge_sums(groups: Sequence[Group], per_sample: Any) -> list[Group]:
    """The groups, with sums of one level filled up to the same number of terms."""
    groups = _without_many_products(groups)
    alike: dict[Any, list[SumOfProducts]] = {}
    for group in groups:
        if isinstance(group, SumOfProducts):
            columns = [rows[:, 0] for rows in (*(side for pair in group.pairs for side in pair), *group.singles)]
            kinds = tuple(bool(per_sample[column].any()) for column in columns)
            alike.setdefault((group.level, group.per_sample, len(group.pairs), kinds), []).append(group)
    first = {id(family[0]): merged for family in alike.values() if (merged := _merged(family)) is not None}
    gone = {id(group) for family in alike.values() if id(family[0]) in first for group in family[1:]}
    return [first.get(id(group), group) for group in groups if id(group) not in gone]


def _without_many_products(groups: Sequence[Group]) -> list[Group]:
    """Where a level has many products of a matrix and one vector, they become sums, which can be merged.

    So it is in attention to earlier positions: each position has a product with a matrix of its own size.
    """
    thin = [isinstance(group, MatMul) and min(len(group.left), len(group.right)) == 1 for group in groups]
    count = Counter((group.level, group.per_sample) for group, is_thin in zip(groups, thin, strict=True) if is_thin)
    return [
        _as_sums(group) if is_thin and count[group.level, group.per_sample] > MAX_PRODUCTS else group
        for group, is_thin in zip(groups, thin, strict=True)
    ]


def _as_sums(product: Any) -> SumOfProducts:
    p, q = len(product.left), len(product.right)
    pairs = [(np.tile(product.left, (q, 1)), np.repeat(product.right, p, axis=0)), *product.pairs]
    return SumOfProducts(
        nodes=product.nodes, per_sample=product.per_sample, level=product.level, pairs=pairs, singles=product.singles
    )


def _merged(family: list[SumOfProducts]) -> SumOfProducts | None:
    if len(family) == 1:
        return None
    sizes = [sum(rows.size for rows in _all(group)) for group in family]
    widths = [max(rows.shape[1] for rows in column) for column in zip(*map(_all, family), strict=True)]
    if sum(len(group.nodes) for group in family) * sum(widths) > MAX_WASTE * sum(sizes):
        return None
    columns = [
        np.concatenate([np.pad(rows, ((0, 0), (0, width - rows.shape[1])), constant_values=ZERO) for rows in column])
        for width, column in zip(widths, zip(*map(_all, family), strict=True), strict=True)
    ]
    pairs, singles = 2 * len(family[0].pairs), columns[2 * len(family[0].pairs) :]
    return replace(
        family[0],
        nodes=np.concatenate([group.nodes for group in family]),
        pairs=list(zip(columns[:pairs:2], columns[1:pairs:2], strict=True)),
        singles=singles,
    )


def _all(group: SumOfProducts) -> list[Any]:
    return [*(side for pair in group.pairs for side in pair), *group.singles]


@dataclass
class Rows:
    """The row of each node: what is the same for all samples first, then what differs, then one that is 0."""

    of_node: Any  # (nodes + 1,) int64; the last one is that of ZERO
    uniform: int
    count: int

    @classmethod
    def of(cls, layout: Layout) -> Rows:
        """The rows of a layout."""
        count = layout.uniform_rows + layout.sample_rows + 1
        rows = np.where(layout.per_sample, layout.slot + layout.uniform_rows, layout.slot)
        return cls(np.append(rows, count - 1), layout.uniform_rows, count)

    def results(self, group: Group) -> Any:
        """The rows of a group's results."""
        return group.first + (self.uniform if group.per_sample else 0) + np.arange(len(group.nodes))

    def placed(self, group: Group) -> Group:
        """The group, with rows in place of the nodes that it reads, and of its own."""
        at: Callable[[Any], Any] = self.of_node.__getitem__
        nodes = self.results(group)
        match group:
            case ElementWise() | Variadic():
                return replace(group, nodes=nodes, operands=[at(column) for column in group.operands])
            case MatMul():
                changed: Any = replace(group, left=at(group.left), right=at(group.right))
            case _:
                changed = group
        pairs = [(at(left), at(right)) for left, right in group.pairs]  # type: ignore[union-attr]
        singles = [at(single) for single in group.singles]  # type: ignore[union-attr]
        return replace(changed, nodes=nodes, pairs=pairs, singles=singles)  # type: ignore[no-any-return]
