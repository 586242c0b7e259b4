"""How does a product of each sample become a step of the C runtime?  Tables of rows, and ranges without gaps.

Read `bytecode` first, and `batched_step` in `runtime.c` beside this; `link` next.  A product has three matrices: left
(P x K), right (Q x K) and results (P x Q).  Each of them is a sum of products of the two others, or of their gradients:
the value of the results, and the gradients of left and right.  Where a matrix has a gap, the runtime reads a row of
zeros, and writes to a row that is never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend.opcodes import PACKED, Opcode

if TYPE_CHECKING:
    from autograd.compiler.c_backend.bytecode import Bytecode
    from autograd.compiler.passes.group import BatchedProduct


def link_batched(code: Bytecode, group: BatchedProduct) -> None:
    """Add the step of a product."""
    (p, k), q = group.left.shape, len(group.right)
    factors, results = group.left >= 0, group.members.T >= 0
    zero = code.new_rows(True, 2)
    tables = [code.table(code.slot[group.right])]
    for rows, given in ((code.slot[group.left], factors), (group.first + group.members.T, results)):
        tables += [code.table(np.where(given, rows, zero + gap)) for gap in (0, 1)]
    wants = 0
    for n, nodes in enumerate(group.reads()):
        if code.wants(nodes):
            alone = bool((code.readers[nodes] == 1).all())
            wants += (1 + 4 * alone) << n  # if alone, its contribution is the whole gradient, and is written, not added
            if alone:
                code.skip_zeroing(code.slot[nodes])
    by_term = bool(results.all())
    ranges = [
        _ranges(results, factors), _ranges(factors, results),
        _ranges(np.ones((k, q), bool), factors.T) if by_term else _ranges(np.ones((q, k), bool), results.T),
    ]  # fmt: skip
    gaps = not factors.all()
    code.scratch = max(code.scratch, 4 * PACKED * max(p, q, k))
    words = [p, q, k, *tables, *map(code.table, ranges), wants, zero, int(by_term), int(gaps)]
    code.step(True, Opcode.BATCHED_PRODUCT, words)


def _ranges(columns: Any, terms: Any) -> Any:
    """For each row the first column without a gap and the last + 1, and the same for the terms: (rows, 4)."""
    ends = []
    for given in (columns, terms):
        first = given.argmax(axis=1)
        last = given.shape[1] - given[:, ::-1].argmax(axis=1)
        ends += [first, np.where(given.any(axis=1), last, first)]
    return np.stack(ends, axis=1)
