"""How do groups become tables for the C runtime?  Each group is a few steps of integers; no compiler runs.

Read `layout`, `reverse` and `elementwise` first, and `runtime.c` beside this; `executable` next, which runs the tables.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend import elementwise
from autograd.compiler.c_backend.link_fused import Loops, link_chain
from autograd.compiler.c_backend.opcodes import (
    ADD_TABLE,
    CONSTANT,
    LANES,
    MANY,
    MAX_SAMPLES,
    NAMES,
    OWN,
    OWN_TABLE,
    PRODUCT,
    ROW,
    ROW_REVERSE,
    SUM,
    UNIFORM_TABLE,
    WHAT,
)  # fmt: skip
from autograd.compiler.lower import can_raise, has_partial
from autograd.compiler.passes.group import Group, UnsupportedError, readers
from autograd.compiler.passes.layout import Layout, spaced
from autograd.compiler.passes.matmul import blocks

if TYPE_CHECKING:
    from collections.abc import Sequence


class Linker:
    """Turns groups into steps."""

    def __init__(
        self, layout: Layout, active: Any, number: Any, groups: list[Group], outputs: list[int], emit: bool = False
    ) -> None:
        self.layout, self.active, self.number = layout, active, number
        self.fast = any(group.kind == "product" for group in groups)
        self.readers = readers(groups, outputs, len(layout.slot))
        """For each node how many lists of operands have it."""
        lanes = np.flatnonzero(layout.lane[: len(layout.slot)] & (layout.slot >= 0))
        self.written = layout.slot[lanes[~active[lanes]]]
        """Rows of gradients that nobody adds to: they need not be cleared."""
        self.slot, self.lane = layout.slot, layout.lane
        self.uniform_rows, self.lane_rows = layout.uniform_rows, layout.lane_rows
        self.forward: dict[bool, list[list[int]]] = {False: [], True: []}
        self.reverse: dict[bool, list[list[int]]] = {False: [], True: []}
        self.tables: list[Any] = []
        self.length = 0
        self.known: dict[bytes, int] = {}
        self.spread: dict[int, int] = {}
        self.scratch = 4096
        self.functions = len(elementwise.kinds()) if self.fast else 0
        self.loops = Loops() if emit else None
        """The loops of chains, where they are emitted."""

    def table(self, numbers: Any) -> int:
        """Where a table of integers begins."""
        numbers = np.ascontiguousarray(numbers, np.int32).ravel()
        key = numbers.tobytes()
        if key not in self.known:
            self.known[key] = self.length
            self.tables.append(numbers)
            self.length += len(numbers)
        return self.known[key]

    def step(self, lane: bool, code: int, words: Sequence[int], reverse: Sequence[int] | None = None) -> None:
        """One step forward, and one of the next code with the same words (or others) in reverse."""
        self.forward[lane].append([code, len(words) + 2, *words])
        words = words if reverse is None else reverse
        self.reverse[lane].append([code + 1, len(words) + 2, *words])

    def wants(self, nodes: Any) -> bool:
        """Whether a gradient flows into any of these nodes."""
        return bool(self.active[nodes].any())

    def add(self, group: Group) -> None:
        """The steps of one group."""
        getattr(self, f"_{group.kind}")(group)

    def _own(self, lane: bool, nodes: Any) -> Any:
        """Rows of the group's own memory with these nodes; what is the same for all samples is spread out first."""
        rows = self.slot[nodes]
        if not lane or self.lane[nodes].all():
            return rows
        rows = rows.copy()
        others = ~self.lane[nodes]
        new = [node for node in np.unique(nodes[others]).tolist() if node not in self.spread]
        if new:
            at = self.table(self.slot[new])
            function = elementwise.IDENTITY
            self.step(True, ROW, [function, len(new), self.lane_rows, 1, 0, -1, UNIFORM_TABLE, at])
            for node in new:
                self.spread[node] = self.lane_rows
                self.lane_rows += 1
        rows[others] = [self.spread[node] for node in nodes[others].tolist()]
        return rows

    def argument(self, lane: bool, nodes: Any) -> list[int]:
        """Where the runtime finds these nodes: a kind, and a row, a table or the bits of a number."""
        number = self.constant(nodes)
        if number is not None:
            return [CONSTANT, struct.unpack("q", struct.pack("d", number))[0]]
        if lane and not self.lane[nodes].any():
            return [UNIFORM_TABLE, self.table(self.slot[nodes])]
        rows = self._own(lane, nodes)
        where = spaced(rows)
        if where is not None and (where.steps[0] == 1 or len(rows) == 1):
            return [OWN, where.first]
        return [OWN_TABLE, self.table(rows)]

    def constant(self, nodes: Any) -> float | None:
        """The number, where all of these nodes are one constant."""
        first = nodes.flat[0]
        number = self.number[first]
        if (
            number != number
            or self.lane[first]
            or not (nodes == first).all()
            or self.slot[first] not in self.layout.constants[0]
        ):
            return None
        return float(number)

    def _row(self, group: Group) -> None:
        assert group.row is not None  # noqa: S101
        operands = group.operands
        exponent = self.constant(operands[1]) if group.row.name == "power" else None
        function = elementwise.number_of(group.row.name, exponent)
        if function is None:
            raise UnsupportedError(f"{group.row.name} has no form in C")
        arguments = [word for nodes in operands for word in self.argument(group.lane, nodes)]
        head = [function + self.functions, len(group.nodes), group.first, len(operands)]
        slope = self.slopes(group, any(map(self.wants, operands)))
        self.forward[group.lane].append([ROW, len(arguments) + 8, *head, int(can_raise(group.row)), slope, *arguments])
        reverse = []
        for n, nodes in enumerate(operands):
            if self.constant(nodes) is None and self.wants(nodes):
                reverse.append([ROW_REVERSE, len(arguments) + 8, *head, n, slope, *arguments])
        self.reverse[group.lane] += reverse[::-1]  # reversed once more as a whole

    def slopes(self, group: Group, wanted: bool) -> int:
        """Where the partials are kept that are computed together with the values; -1 where none are."""
        if group.row is None or not wanted or not has_partial(group.row):
            return -1
        return self._new_rows(group.lane, len(group.nodes))

    def _new_rows(self, lane: bool, count: int) -> int:
        """The first of so many rows without gradients."""
        if not lane:
            first, self.uniform_rows = self.uniform_rows, self.uniform_rows + count
            return first
        first, self.lane_rows = self.lane_rows, self.lane_rows + count
        self.skip_zeroing(np.arange(first, self.lane_rows))
        return first

    def skip_zeroing(self, rows: Any) -> None:
        """Rows of gradients that nobody adds to before they are written, or that nobody reads."""
        self.written = np.concatenate((self.written, rows.ravel()))

    def _fused(self, group: Group) -> None:
        link_chain(self, group)

    def _product(self, group: Group) -> None:
        (p, k), q = group.left.shape, len(group.right)
        lane = group.lane
        rest = list(group.singles)
        starts, want_starts = -1, False
        if rest and not self.lane[rest[-1]].any():
            single = rest.pop()
            starts, want_starts = self.table(self.slot[single[:, 0]]), self.wants(single[:, 0])
            if single.shape[1] > 1:
                rest.append(single[:, 1:])
        right = self._own(lane, group.right)
        alone = 0
        if lane and self.wants(group.right):
            right = self._without_repeats(right)
            alone = 8 * int((self.readers[group.right] == 1).all() and len(np.unique(right)) == right.size)
            if alone:  # what it hands on is the whole gradient, and need not be added to anything
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
            *self._then(group),
        ]
        self.step(lane, PRODUCT, words)
        self.scratch = max(self.scratch, (p + k) * (q + 8))
        if rest or group.pairs:
            self._terms(group, group.pairs, rest, 1)

    def _then(self, group: Group) -> tuple[int, int]:
        """The function that is applied to the results, and where its partials are kept; -1 where there is none."""
        if group.then is None or group.then.row is None:
            return -1, -1
        function = elementwise.number_of(group.then.row.name)
        assert function is not None  # noqa: S101 - `with_activations` takes only rows that have one
        return function + self.functions, self.slopes(group.then, self.wants(group.nodes))

    def _without_repeats(self, lists: Any) -> Any:
        """The lists of rows, with copies in place of those that have a row twice.

        A tile of the runtime adds to the gradients of several rows at once, and must not meet one of them twice.
        """
        ordered = np.sort(lists, axis=1)
        repeated = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not repeated.any():
            return lists
        lists = lists.copy()
        originals = lists[repeated]
        words = [elementwise.IDENTITY, originals.size, self.lane_rows, 1, 0, -1, OWN_TABLE, self.table(originals)]
        self.step(True, ROW, words)
        lists[repeated] = self.lane_rows + np.arange(originals.size).reshape(originals.shape)
        self.lane_rows += originals.size
        return lists

    def _packed(self, nodes: Any) -> tuple[int, int, int]:
        """A copy of the left lists in rows of their own, evenly spaced; their gradients go back by table."""
        first, self.uniform_rows = self.uniform_rows, self.uniform_rows + nodes.size
        at = self.table(self.slot[nodes])
        identity = elementwise.IDENTITY
        self.forward[False].append([ROW, 10, identity, nodes.size, first, 1, 0, -1, OWN_TABLE, at])
        self.reverse[False].append([ADD_TABLE, 5, nodes.size, first, at])
        return first, nodes.shape[1], 1

    def _sum(self, group: Group) -> None:
        if group.lane and len(group.pairs) == 1 and not group.singles and self._products_of_lanes(group):
            return
        self._terms(group, group.pairs, group.singles, 0)

    def _products_of_lanes(self, group: Group) -> bool:
        """Whether these sums are products of matrices that both differ from sample to sample; then they are linked."""
        left, right = group.pairs[0]
        if not (self.lane[left].all() and self.lane[right].all()) or left.shape[1] < 2:
            return False
        found, rest = blocks(left, right, smallest=32)
        for block in found:
            if min(block.members.shape) < 2 or any(
                len(np.unique(side)) < side.size for side in (block.left, block.right)
            ):
                return False
        if not found or len(rest):
            return False
        for block in found:
            (p, k), q = block.left.shape, len(block.right)
            tables = [
                self.table(rows)
                for rows in (self.slot[block.left], self.slot[block.right], group.first + block.members)
            ]
            self.step(True, LANES, [p, q, k, *tables, self.wants(block.left) + 2 * self.wants(block.right)])
        return True

    def _terms(self, group: Group, pairs: list[Any], singles: list[Any], add: int) -> None:
        lane, rows = group.lane, len(group.nodes)
        columns: dict[str, list[Any]] = {"ul": [], "ll": [], "l": [], "u": []}
        wants_u = wants_l = False
        for left, right in pairs:
            mixed = lane and not self.lane[left].any() and self.lane[right].all()
            if mixed:
                columns["ul"].append(np.stack((self.slot[left], self.slot[right]), axis=2).reshape(rows, -1))
                wants_u, wants_l = self.wants(left), self.wants(right)
            else:
                columns["ll"].append(
                    np.stack((self._own(lane, left), self._own(lane, right)), axis=2).reshape(rows, -1)
                )
        for single in singles:
            uniform = lane and not self.lane[single].any()
            columns["u" if uniform else "l"].append(self.slot[single] if uniform else self._own(lane, single))
        counts = [sum(a.shape[1] for a in columns[kind]) // (2 if len(kind) == 2 else 1) for kind in columns]
        whole = [a for kind in columns.values() for a in kind]
        table = self.table(np.concatenate(whole, axis=1) if whole else np.zeros(0))
        words = [rows, group.first, add, *counts, table, wants_u + 2 * wants_l]
        self.step(lane, SUM, words)

    def _many(self, group: Group) -> None:
        assert group.row is not None  # noqa: S101
        name, lane = group.row.name, group.lane
        xs, index = group.operands[-1], np.zeros(1)
        if name == "soft_cross_entropy":
            xs = np.concatenate(group.operands, axis=1)
        rows, size = len(xs), group.operands[-1].shape[1]
        what = WHAT[name]
        if name in ("cross_entropy", "take"):
            index = self._own(lane, group.operands[0])
        if name == "take" and lane and not self.lane[xs].any():
            what, table = WHAT["take from numbers"], self.table(self.slot[xs])
        else:
            table = self.table(self._own(lane, xs))
        self.scratch = max(self.scratch, 3 * size * MAX_SAMPLES)
        kept = name in ("logsumexp", "cross_entropy") and self.wants(xs)
        slopes = self._new_rows(lane, rows * size) if kept else -1
        self.step(lane, MANY, [what, rows, size, group.first, table, self.table(index), slopes])

    def cleared(self) -> Any:
        """Which rows of gradients must be set to 0 before a block: pairs of a first row and their number."""
        needed = np.ones(self.lane_rows + 2, bool)
        needed[self.written + 1] = needed[0] = needed[-1] = False
        edges = np.flatnonzero(np.diff(needed))
        return np.column_stack((edges[::2], edges[1::2] - edges[::2])).astype(np.int64)


def describe_steps(linker: Linker) -> str:
    """The steps as text: what `Program.source` shows for this backend."""
    functions = [name for name, _, _ in elementwise.kinds()]
    lines = ["steps of the C runtime (see runtime.c and elements.c): what, rows or sizes, first row of the results"]
    for lane in (False, True):
        lines.append("for each block of samples:" if lane else "once:")
        for step in linker.forward[lane]:
            detail = functions[step[2] % len(functions)] if step[0] == ROW else ""
            lines.append(f"    {NAMES[step[0]]} {detail} {' '.join(map(str, step[2:7]))}".replace("  ", " "))
    if linker.loops is not None:
        lines += ["loops that were emitted for chains:", linker.loops.source]
    return "\n".join(lines)
