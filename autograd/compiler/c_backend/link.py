"""How do groups become steps of the C runtime?  Each group is a few steps of integers; the C compiler does not run.

Read `bytecode`, `elementwise`, `link_batched` and `link_fused` first; `executable` next, which runs the steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend import elementwise
from autograd.compiler.c_backend.bytecode import Bytecode
from autograd.compiler.c_backend.link_batched import link_batched
from autograd.compiler.c_backend.link_fused import CompiledLoops, link_fused
from autograd.compiler.c_backend.opcodes import MAX_SAMPLES, Opcode, OperandKind, VariadicRow
from autograd.compiler.lower import can_raise
from autograd.compiler.passes.group import (
    BatchedProduct,
    ElementWise,
    FusedChain,
    MatMul,
    SumOfProducts,
    Variadic,
)  # fmt: skip
from autograd.compiler.passes.layout import spaced
from autograd.compiler.passes.matmul import distinct

if TYPE_CHECKING:
    from autograd.compiler.passes.group import Group
    from autograd.compiler.passes.layout import Layout


class GroupLinker(Bytecode):
    """Adds the steps of groups, one group after the other."""

    def __init__(self, layout: Layout, active: Any, number: Any, groups: list[Group], outputs: list[int]) -> None:
        super().__init__(layout, active, number, groups, outputs)
        self.loops = CompiledLoops()

    def add(self, group: Group) -> None:
        """The steps of one group."""
        match group:
            case ElementWise():
                self._element_wise(group)
            case MatMul():
                self._matmul(group)
            case SumOfProducts():
                self._terms(group, group.pairs, group.singles, 0)
            case BatchedProduct():
                link_batched(self, group)
            case Variadic():
                self._variadic(group)
            case FusedChain():
                link_fused(self, group, self.loops)

    def _element_wise(self, group: ElementWise) -> None:
        operands = group.operands
        arguments = [word for nodes in operands for word in self.argument(group.per_sample, nodes)]
        head = [self.function_of(group) + self.functions, len(group.nodes), group.first, len(operands)]
        kept = self.kept_partials(group, any(map(self.wants, operands)))
        self.forward[group.per_sample].append(
            [Opcode.ROW, len(arguments) + 8, *head, int(can_raise(group.row)), kept, *arguments]
        )
        reverse = []
        for n, nodes in enumerate(operands):
            if self.constant(nodes) is None and self.wants(nodes):
                reverse.append([Opcode.ROW_REVERSE, len(arguments) + 8, *head, n, kept, *arguments])
        self.reverse[group.per_sample] += reverse[::-1]  # reversed once more as a whole

    def _matmul(self, group: MatMul) -> None:
        (p, k), q = group.left.shape, len(group.right)
        per_sample = group.per_sample
        rest = list(group.singles)
        starts, want_starts = -1, False
        if rest and not self.per_sample[rest[-1]].any():
            single = rest.pop()
            starts, want_starts = self.table(self.slot[single[:, 0]]), self.wants(single[:, 0])
            if single.shape[1] > 1:
                rest.append(single[:, 1:])
        right = self.own_rows(per_sample, group.right)
        alone = 0
        if per_sample and self.wants(group.right):
            right = self._without_repeats(right)
            alone = 8 * int((self.readers[group.right] == 1).all() and len(distinct(right)) == right.size)
            if alone:  # its contribution is the whole gradient, and is written, not accumulated
                self.skip_zeroing(right)
        where = spaced(self.slot[group.left])
        left, sp, sk = (where.first, *where.steps) if where is not None and where.distinct else self._packed(group.left)
        out = group.first + np.arange(q * p)
        wants = self.wants(group.left) + 2 * self.wants(group.right) + 4 * (want_starts and starts >= 0) + alone
        words = [
            p,
            q,
            k,
            group.first,
            left,
            sp,
            sk,
            self.table(right),
            self.table(out),
            starts,
            self.table(np.arange(max(p, k))),
            wants,
            *self._epilogue(group),
        ]
        self.step(per_sample, Opcode.PRODUCT, words)
        self.scratch = max(self.scratch, (p + k) * (q + 8))
        if rest or group.pairs:
            self._terms(group, group.pairs, rest, 1)

    def _epilogue(self, group: MatMul) -> tuple[int, int]:
        """The function that is applied to the results, and the first row of its partials; -1 if there is none."""
        if group.epilogue is None:
            return -1, -1
        kept = self.kept_partials(group.epilogue, self.wants(group.nodes))
        return self.function_of(group.epilogue) + self.functions, kept

    def _without_repeats(self, lists: Any) -> Any:
        """The lists of rows, in which lists that contain a row twice are replaced by copies.

        A tile of the runtime adds to the gradients of several rows at once, so these must be distinct.
        """
        ordered = np.sort(lists, axis=1)
        repeated = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not repeated.any():
            return lists
        lists = lists.copy()
        originals = lists[repeated]
        words = [
            elementwise.IDENTITY,
            originals.size,
            self.sample_rows,
            1,
            0,
            -1,
            OperandKind.OWN_TABLE,
            self.table(originals),
        ]
        self.step(True, Opcode.ROW, words)
        lists[repeated] = self.sample_rows + np.arange(originals.size).reshape(originals.shape)
        self.sample_rows += originals.size
        return lists

    def _packed(self, nodes: Any) -> tuple[int, int, int]:
        """A copy of the left lists in rows with a constant stride; a table adds their gradients to the originals."""
        first, self.uniform_rows = self.uniform_rows, self.uniform_rows + nodes.size
        at = self.table(self.slot[nodes])
        identity = elementwise.IDENTITY
        self.forward[False].append([Opcode.ROW, 10, identity, nodes.size, first, 1, 0, -1, OperandKind.OWN_TABLE, at])
        self.reverse[False].append([Opcode.ADD_TABLE, 5, nodes.size, first, at])
        return first, nodes.shape[1], 1

    def _terms(self, group: MatMul | SumOfProducts, pairs: list[Any], singles: list[Any], add: int) -> None:
        per_sample, rows = group.per_sample, len(group.nodes)
        columns: dict[str, list[Any]] = {"ul": [], "ll": [], "l": [], "u": []}
        wants_u = wants_l = False
        for left, right in pairs:
            mixed = per_sample and not self.per_sample[left].any() and self.per_sample[right].all()
            if mixed:
                columns["ul"].append(np.stack((self.slot[left], self.slot[right]), axis=2).reshape(rows, -1))
                wants_u, wants_l = self.wants(left), self.wants(right)
            else:
                columns["ll"].append(
                    np.stack((self.own_rows(per_sample, left), self.own_rows(per_sample, right)), axis=2).reshape(
                        rows, -1
                    )
                )
        for single in singles:
            uniform = per_sample and not self.per_sample[single].any()
            columns["u" if uniform else "l"].append(self.slot[single] if uniform else self.own_rows(per_sample, single))
        counts = [sum(a.shape[1] for a in columns[kind]) // (2 if len(kind) == 2 else 1) for kind in columns]
        whole = [a for kind in columns.values() for a in kind]
        table = self.table(np.concatenate(whole, axis=1) if whole else np.zeros(0))
        words = [rows, group.first, add, *counts, table, wants_u + 2 * wants_l]
        self.step(per_sample, Opcode.SUM, words)

    def _variadic(self, group: Variadic) -> None:
        name, per_sample = group.row.name, group.per_sample
        xs, index = group.operands[-1], np.zeros(1)
        if name == "soft_cross_entropy":
            xs = np.concatenate(group.operands, axis=1)
        rows, size = len(xs), group.operands[-1].shape[1]
        what = VariadicRow[name.upper()]
        if name in ("cross_entropy", "take"):
            index = self.own_rows(per_sample, group.operands[0])
        if name == "take" and per_sample and not self.per_sample[xs].any():
            what, table = VariadicRow.TAKE_UNIFORM, self.table(self.slot[xs])
        else:
            table = self.table(self.own_rows(per_sample, xs))
        self.scratch = max(self.scratch, 3 * size * MAX_SAMPLES)
        is_kept = name in ("logsumexp", "cross_entropy") and self.wants(xs)
        kept = self.new_rows(per_sample, rows * size) if is_kept else -1
        self.step(per_sample, Opcode.VARIADIC, [what, rows, size, group.first, table, self.table(index), kept])
