"""What does `plt.show()` do in a page?  As in a notebook, the open figures appear below the cell, and are closed.

A back end of matplotlib, which `boot.mjs` names. Read before: `cells`.
"""

from __future__ import annotations

from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg as FigureCanvas

from chalkgrad_live import cells

__all__ = ["FigureCanvas", "show"]


def show(*_: Any, **__: Any) -> None:
    """Show all open figures; a page cannot wait until a reader closes them."""
    cells.show_figures(cells.figures())
