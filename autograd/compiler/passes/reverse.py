"""Which gradients are needed, and which group writes first?  A record of the gradients written so far.

Read `layout` first, `source` and `executable` next.  The gradient of a row of memory is the sum of the
contributions of its users.  The first may write it, the others must add; if one group reads a row several times, the
contributions are summed.  The derivatives themselves come from the table: see `lower`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.passes.layout import MAX_LIST
from autograd.compiler.passes.matmul import distinct

if TYPE_CHECKING:
    from autograd.compiler.passes.layout import Layout


class Gradients:
    """Which rows of the two gradient memories have been written so far, while the reverse pass is generated."""

    def __init__(self, layout: Layout, active: Any, seeded: list[int]) -> None:
        self.layout = layout
        self.active = active
        self.written = {False: np.zeros(layout.uniform_rows, bool), True: np.zeros(layout.sample_rows, bool)}
        for node in seeded:
            self.written[bool(layout.per_sample[node])][layout.slot[node]] = True

    def wants(self, nodes: Any) -> bool:
        """Whether the gradient of any of these nodes is needed."""
        return bool(self.active[nodes].any())

    def reached(self, per_sample: bool, first: int, size: int) -> tuple[bool, Any]:
        """Whether any result of a group has a gradient, and which of its rows must be set to 0."""
        written = self.written[per_sample][first : first + size]
        missing = first + np.flatnonzero(~written) if written.any() else np.zeros(0, np.int64)
        self.written[per_sample][missing] = True
        return bool(written.any()), missing

    def first_write(self, per_sample: bool, rows: Any) -> bool:
        """Whether all of these rows are still unwritten, and occur once: then a gradient may be written, not added."""
        flat = np.asarray(rows).ravel()
        if self.written[per_sample][flat].any():
            return False
        return len(set(flat.tolist()) if len(flat) <= MAX_LIST else distinct(flat)) == len(flat)

    def unwritten(self, per_sample: bool, rows: Any) -> Any:
        """Rows that must be set to 0 before a gradient is added; from now on they count as written."""
        flat = np.asarray(rows).ravel()
        if self.written[per_sample][flat].all():
            return flat[:0]
        flat = distinct(flat)
        missing = flat[~self.written[per_sample][flat]]
        self.written[per_sample][flat] = True
        return missing

    def mark(self, per_sample: bool, rows: Any) -> None:
        """These rows are written now."""
        self.written[per_sample][np.asarray(rows).ravel()] = True
