"""Which gradients are needed, and who writes first?  The groups backwards, with a note for every gradient handed on.

Read `layout` first, `source` and `executable` next.  The gradient of a row of memory is the sum of what its users hand
on.  The first one may write it, the others must add; rows that are read as an operand several times by one group need
the sum over these.  The derivatives themselves come from the table: see `lower`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from autograd.compiler.passes.layout import Layout


class Gradients:
    """Which rows of the two gradient memories have been written so far, while the reverse sweep is laid out."""

    def __init__(self, layout: Layout, active: Any, seeded: list[int]) -> None:
        self.layout = layout
        self.active = active
        self.written = {False: np.zeros(layout.uniform_rows, bool), True: np.zeros(layout.sample_rows, bool)}
        for node in seeded:
            self.written[bool(layout.per_sample[node])][layout.slot[node]] = True

    def wants(self, nodes: Any) -> bool:
        """Whether any of these nodes hands a gradient on to what the gradient is taken of."""
        return bool(self.active[nodes].any())

    def reached(self, per_sample: bool, first: int, size: int) -> tuple[bool, Any]:
        """Whether any result of a group has a gradient, and which rows have none and must be set to 0."""
        written = self.written[per_sample][first : first + size]
        missing = first + np.flatnonzero(~written) if written.any() else np.zeros(0, np.int64)
        self.written[per_sample][missing] = True
        return bool(written.any()), missing

    def first_write(self, per_sample: bool, rows: Any) -> bool:
        """Whether all of these rows are still unwritten, and occur once: then a gradient may be written, not added."""
        flat = np.asarray(rows).ravel()
        return not self.written[per_sample][flat].any() and len(np.unique(flat)) == len(flat)

    def unwritten(self, per_sample: bool, rows: Any) -> Any:
        """Rows that must be set to 0 before something is added to them; from now on they count as written."""
        flat = np.unique(np.asarray(rows).ravel())
        missing = flat[~self.written[per_sample][flat]]
        self.written[per_sample][flat] = True
        return missing

    def mark(self, per_sample: bool, rows: Any) -> None:
        """These rows are written now."""
        self.written[per_sample][np.asarray(rows).ravel()] = True
