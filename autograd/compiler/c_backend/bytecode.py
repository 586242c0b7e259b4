"""What does the C runtime walk over?  Steps of a few integers, tables of rows, and how much memory they need.

Read `layout` and `opcodes` first, and `runtime.c` beside this; `link_fused` and `link` next, which write the steps.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend import elementwise
from autograd.compiler.c_backend.opcodes import Opcode, OperandKind
from autograd.compiler.lower import has_partial
from autograd.compiler.passes.group import ElementWise, MatMul, UnsupportedError, readers
from autograd.compiler.passes.layout import Layout, spaced
from autograd.compiler.passes.matmul import distinct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.passes.group import Group


class Bytecode:
    """The steps of one graph so far, their tables, and the memory that they need."""

    def __init__(self, layout: Layout, active: Any, number: Any, groups: list[Group], outputs: list[int]) -> None:
        self.layout, self.active, self.number = layout, active, number
        self.fast = any(isinstance(group, MatMul) for group in groups)
        self.readers = readers(groups, outputs, len(layout.slot))
        """For each node how many lists of operands contain it."""
        chosen = np.flatnonzero(layout.per_sample[: len(layout.slot)] & (layout.slot >= 0))
        self.written = [layout.slot[chosen[~active[chosen]]]]
        """Rows of gradients that are never accumulated into: they need not be cleared."""
        self.slot, self.per_sample = layout.slot, layout.per_sample
        self.is_constant = layout.are_constants(number)
        self.uniform_rows, self.sample_rows = layout.uniform_rows, layout.sample_rows
        self.forward: dict[bool, list[list[int]]] = {False: [], True: []}
        self.reverse: dict[bool, list[list[int]]] = {False: [], True: []}
        self.tables: list[Any] = []
        self.length = 0
        self.known: dict[bytes, int] = {}
        self.spread: dict[int, int] = {}
        self.scratch = 4096
        self.functions = len(elementwise.kinds()) if self.fast else 0
        """The number of the first function of those that are used."""
        self.has_rare_rows = False

    def table(self, numbers: Any) -> int:
        """The position of a table of integers; equal tables are stored once."""
        numbers = np.ascontiguousarray(numbers, np.int32).ravel()
        key = numbers.tobytes()
        if key not in self.known:
            self.known[key] = self.length
            self.tables.append(numbers)
            self.length += len(numbers)
        return self.known[key]

    def step(self, per_sample: bool, code: int, words: Sequence[int], reverse: Sequence[int] | None = None) -> None:
        """Add a forward step, and its reverse step, which has the next opcode and the same words (or others)."""
        self.forward[per_sample].append([code, len(words) + 2, *words])
        words = words if reverse is None else reverse
        self.reverse[per_sample].append([code + 1, len(words) + 2, *words])

    def wants(self, nodes: Any) -> bool:
        """Whether a gradient flows into any of these nodes."""
        return bool(self.active[nodes[0]] if nodes.size == 1 and nodes.ndim == 1 else self.active[nodes].any())

    def own_rows(self, per_sample: bool, nodes: Any) -> Any:
        """Rows of the group's own memory with these nodes; uniform nodes are first copied into rows of their own."""
        rows = self.slot[nodes]
        if not per_sample or self.per_sample[nodes].all():
            return rows
        rows = rows.copy()
        others = ~self.per_sample[nodes]
        new = [node for node in distinct(nodes[others]).tolist() if node not in self.spread]
        if new:
            at = self.table(self.slot[new])
            function = elementwise.IDENTITY
            self.step(True, Opcode.ROW, [function, len(new), self.sample_rows, 1, 0, -1, OperandKind.UNIFORM_TABLE, at])
            for node in new:
                self.spread[node] = self.sample_rows
                self.sample_rows += 1
        rows[others] = [self.spread[node] for node in nodes[others].tolist()]
        return rows

    def argument(self, per_sample: bool, nodes: Any) -> list[int]:
        """The location of these nodes for the runtime: a kind, and a row, a table or the bits of a number."""
        number = self.constant(nodes)
        if number is not None:
            return [OperandKind.CONSTANT, struct.unpack("q", struct.pack("d", number))[0]]
        if per_sample and not self.per_sample[nodes].any():
            return [OperandKind.UNIFORM_TABLE, self.table(self.slot[nodes])]
        if nodes.size == 1:
            return [OperandKind.OWN, int(self.slot[nodes[0]])]
        rows = self.own_rows(per_sample, nodes)
        where = spaced(rows)
        if where is not None and (where.steps[0] == 1 or len(rows) == 1):
            return [OperandKind.OWN, where.first]
        return [OperandKind.OWN_TABLE, self.table(rows)]

    def constant(self, nodes: Any) -> float | None:
        """The number, if all of these nodes are one constant."""
        first = nodes.flat[0]
        if not self.is_constant[first] or (nodes.size > 1 and not (nodes == first).all()):
            return None
        return float(self.number[first])

    def function_of(self, group: ElementWise) -> int:
        """The number of the group's exact function; raises UnsupportedError if the runtime has none."""
        exponent = self.constant(group.operands[1]) if group.row.name == "power" else None
        number = elementwise.number_of(group.row.name, exponent)
        if number is None:
            raise UnsupportedError(f"{group.row.name} has no form in C")
        self.has_rare_rows |= elementwise.is_rare(number)
        return number

    def kept_partials(self, group: ElementWise, wanted: bool) -> int:
        """The first row of the partials that are computed together with the values; -1 if there are none."""
        if not wanted or not has_partial(group.row):
            return -1
        return self.new_rows(group.per_sample, len(group.nodes))

    def new_rows(self, per_sample: bool, count: int) -> int:
        """The first of this many new rows, which have no gradients."""
        if not per_sample:
            first, self.uniform_rows = self.uniform_rows, self.uniform_rows + count
            return first
        first, self.sample_rows = self.sample_rows, self.sample_rows + count
        self.skip_zeroing(np.arange(first, self.sample_rows))
        return first

    def skip_zeroing(self, rows: Any, per_sample: bool = True) -> None:
        """Do not clear these rows of gradients: they are written before anything is added, or are never read."""
        if per_sample:
            self.written.append(rows.ravel())

    def cleared(self) -> Any:
        """The rows of gradients to set to 0 before each block: (ranges, 2) int64, a first row and a number of rows."""
        needed = np.ones(self.sample_rows + 2, bool)
        needed[np.concatenate(self.written) + 1] = needed[0] = needed[-1] = False
        edges = np.flatnonzero(np.diff(needed))
        return np.column_stack((edges[::2], edges[1::2] - edges[::2])).astype(np.int64)


def describe_steps(code: Bytecode, loops: str) -> str:
    """The steps as text, and the loops in C: what `Program.source` shows for this backend."""
    functions = [name for name, _, _ in elementwise.kinds()]
    lines = ["steps of the C runtime (see runtime.c and elements.c): what, rows or sizes, first row of the results"]
    for per_sample in (False, True):
        lines.append("for each block of samples:" if per_sample else "once:")
        for opcode, _, *words in code.forward[per_sample]:
            shown = Opcode(opcode).name.lower().replace("_", " ")
            detail = functions[words[0] % len(functions)] if opcode == Opcode.ROW else ""
            lines.append(f"    {shown} {detail} {' '.join(map(str, words[:5]))}".replace("  ", " "))
    if loops:
        lines += ["loops that were compiled for chains:", loops]
    return "\n".join(lines)
