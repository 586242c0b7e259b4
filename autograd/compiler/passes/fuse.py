"""Which element-wise groups can be computed together, a few rows at a time?  Chains with results that only they read.

Read `group` first, `layout` next.  Groups that apply rows to the same numbers, in the same order, form a chain: each of
its results belongs to one row of the chain.  What only the chain itself reads needs no memory: it stays in a small
buffer, and is computed again in the reverse pass, which is faster than loading it from memory outside the cache.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.lower import can_raise, formula, has_partial, is_slow
from autograd.compiler.passes.group import ElementWise, FusedChain, MatMul, readers
from autograd.compiler.passes.matmul import distinct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from autograd.compiler.frontend.flatten import Flat
    from autograd.compiler.passes.group import Group
    from autograd.primitive import Primitive

MAX_PARTS = 24
"""This many buffers still fit in the first-level cache."""


class _Chain:
    """The groups of a chain so far, and every list of nodes that identifies its rows."""

    def __init__(self, position: int, group: ElementWise) -> None:
        self.positions, self.parts = [position], [group]
        self.is_read = False
        """Whether a group outside the chain has read a result: then no further part can be added."""
        self.columns: dict[bytes, Any] = {}
        self._note(group)

    def _note(self, group: ElementWise) -> None:
        for column in (group.nodes, *group.operands):
            key = _key(column)
            if key is not None:
                self.columns.setdefault(key, column)

    def order_for(self, group: ElementWise) -> Any:
        """The order in which the group's nodes correspond to the rows of the chain; None if they do not."""
        for column in group.operands:
            mine = self.columns.get(_key(column) or b"")
            if mine is not None:
                order = np.empty(len(column), np.int64)
                order[np.argsort(mine)] = np.argsort(column)
                return order if self._agrees(group, order) else None
        return None

    def _agrees(self, group: ElementWise, order: Any) -> bool:
        """Whether each operand is in the same order, or contains no result of the chain."""
        own = np.concatenate([part.nodes for part in self.parts])
        for column in group.operands:
            mine = self.columns.get(_key(column) or b"")
            if np.isin(column, own).any() if mine is None else not np.array_equal(mine, column[order]):
                return False
        return True

    def add(self, position: int, group: ElementWise) -> None:
        """Add a part whose nodes correspond to the rows of the chain."""
        self.positions.append(position)
        self.parts.append(group)
        self._note(group)

    def absorb(self, other: _Chain, group: ElementWise) -> bool:
        """Take over the parts of another chain that the group reads as well; return whether the rows correspond."""
        order = None if other.is_read else other.order_for(group)
        if order is None or len(self.parts) + len(other.parts) >= MAX_PARTS:
            return False
        for position, part in zip(other.positions, other.parts, strict=True):
            self.add(position, part.take(np.argsort(order)))
        in_order = np.argsort(self.positions)
        self.positions = [self.positions[n] for n in in_order]
        self.parts = [self.parts[n] for n in in_order]
        other.parts = []
        return True


def _key(column: Any) -> bytes | None:
    """A key that is equal for lists of the same nodes in any order; None if a node occurs twice."""
    ordered = np.sort(column).astype(np.int64)
    return None if (ordered[1:] == ordered[:-1]).any() else ordered.tobytes()


def fuse_chains(groups: Iterable[Group], flat: Flat, constants: Any) -> list[Group]:
    """The groups, with each chain of two or more as one `FusedChain`, at the position of its last part.

    `constants[i]`: whether node i is a constant.  A single group that uses one number for many rows is a chain, too.  A
    part can join a chain only if no other group has read the chain's results before it: these groups
    would run too early.  A part that reads several such chains joins them to one.
    """
    whole = list(groups)
    if not any(group.per_sample for group in whole):
        return whole
    whole = list(_split_by_constants(whole, constants))
    chains = _Chains(len(constants))
    chains.outside[flat.outputs] = True
    for position, group in enumerate(whole):
        chains.add(group, position)
    long = [c for c in chains.chains if len(c.parts) > 1 or (c.parts and _reads_one_for_many(c.parts[0], constants))]
    return _with_chains(whole, long, chains.outside)


class _Chains:
    """All chains so far."""

    def __init__(self, nodes: int) -> None:
        self.chains: list[_Chain] = []
        self.chain_of = np.full(nodes, -1)
        """For each node the number of its chain."""
        self.outside = np.zeros(nodes, bool)
        """For each node whether a group outside its chain reads it."""
        self.open: dict[bytes, int] = {}
        """By lists of nodes the chain that has them."""

    def add(self, group: Group, position: int) -> None:
        """Note what the group reads, and add it to a chain if it can be part of one."""
        number = -2  # of no chain
        if isinstance(group, ElementWise) and group.per_sample:
            number = self._chain_for(group, position)
        for nodes in group.reads():
            others = nodes[self.chain_of[nodes] != number]
            self.outside[others] = True
            for other in set(self.chain_of[others].ravel().tolist()):
                if other >= 0:
                    self.chains[other].is_read = True
        self.chain_of[group.nodes] = number

    def _chain_for(self, group: ElementWise, position: int) -> int:
        """The number of the chain that the group joins, or begins."""
        numbers = list(dict.fromkeys(self.open[key] for key in map(_key, group.operands) if key in self.open))
        for number in numbers:
            chain = self.chains[number]
            order = None if chain.is_read or len(chain.parts) >= MAX_PARTS else chain.order_for(group)
            if order is not None:
                group = group.take(order)
                for other in numbers:
                    if other != number and chain.absorb(self.chains[other], group):
                        self.chain_of[self.chain_of == other] = number
                chain.add(position, group)
                break
        else:
            number, chain = len(self.chains), _Chain(position, group)
            self.chains.append(chain)
        self.open.update(dict.fromkeys(chain.columns, number))
        return number


IN_PLACE = "relu"
"""relu(relu(x)) is relu(x): its partial can be computed from its own result, so the operand need not be kept."""


def fuse_activations(groups: list[Group], outputs: list[int], per_sample: Any) -> list[Group]:
    """The groups, with each activation that is the only reader of a matrix product as the epilogue of that product.

    Its results overwrite its operands; so it must be relu, or a row whose partial is computed and kept in the forward
    pass.
    """
    activations = {
        _key(group.operands[0]): group
        for group in groups
        if isinstance(group, ElementWise) and group.per_sample and _fits_in_place(group.row)
    }
    if not activations:
        return groups
    read = readers(groups, outputs, len(per_sample))
    inside: set[int] = set()
    for group in groups:
        if not isinstance(group, MatMul) or not group.per_sample:
            continue
        epilogue = activations.get(_key(group.nodes))
        plain = not group.pairs and all(len(s[0]) == 1 and not per_sample[s].any() for s in group.singles)
        plain = plain and len(group.singles) <= 1
        if epilogue is not None and plain and (read[group.nodes] == 1).all():
            group.epilogue = epilogue
            inside.add(id(epilogue))
    return [group for group in groups if id(group) not in inside]


def _fits_in_place(row: Primitive) -> bool:
    return row.arity == 1 and (row.name == IN_PLACE or (has_partial(row) and not can_raise(row)))


def _with_chains(groups: list[Group], chains: list[_Chain], outside: Any) -> list[Group]:
    inside = {position for chain in chains for position in chain.positions}
    ends = {chain.positions[-1]: chain for chain in chains}
    result: list[Group] = []
    for position, group in enumerate(groups):
        if position in ends:
            parts = [replace(part, read_outside=bool(outside[part.nodes].any())) for part in ends[position].parts]
            parts = [replace(part, stored=is_slow(formula(part.row)[0]) or part.read_outside) for part in parts]
            nodes = np.concatenate([part.nodes for part in parts if part.stored] or [np.zeros(0, np.int64)])
            result.append(FusedChain(nodes=nodes, per_sample=True, level=group.level, parts=parts))
        elif position not in inside:
            result.append(group)
    return result


def _reads_one_for_many(group: ElementWise, constants: Any) -> bool:
    return any(_key(column) is None and not constants[column].all() for column in group.operands)


def _split_by_constants(groups: Iterable[Group], constants: Any) -> Iterator[Group]:
    """0.5 x and 3 x are one group of products; a chain needs two groups, each with one constant."""
    for group in groups:
        if not isinstance(group, ElementWise):
            yield group
            continue
        column = next((column for column in group.operands if constants[column].all()), np.zeros(0))
        numbers = distinct(column)
        if 1 < len(numbers) <= 4 and group.per_sample and len(column) >= 8 * len(numbers):
            for number in numbers.tolist():
                yield group.take(column == number)
        else:
            yield group
