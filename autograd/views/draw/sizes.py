"""How large are the parts of a picture?  In points; Graphviz takes most lengths in inches.

Read `scene` first.  `dot` writes these sizes for Graphviz, `page_fit` adds them up before the layout is computed, and
`svg` draws the fields of a worksheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograd.views.draw.scene import Contents

TEXT, LABEL, BLANK = 14.0, 13.0, 24.0
"""The type of boxes, of the labels of arrows, and of a blank on an arrow, which is as high as a field."""
CHARACTER, LINE, MARGIN = 6.9, 16.0, 17.5
"""The width of an average character of Helvetica in boxes, the height of a line, both margins of a cell."""
CIRCLE, SMALL_CIRCLE = 30.24, 24.48
"""The width of an operation, on a worksheet the smaller one."""
FIELD = (62.0, 27.6)
"""The size of a field in which a number is written by hand: as wide as its underscores were."""
FIELD_CELL = 28.8
"""The height of a cell with a field."""
WORD, SIGN = 32.0, 26.0
"""The width of the word before a field and of the sign before one on an arrow, with a space."""
NEIGHBOURS, IN_ROW = 15.84, 28.8
"""Between neighbours of a rank, and between those of a row of a wrapped chain."""
MANY = 300
"""More arrows than this between neurons would hide each other: they become thin lines, with more space."""


def rank_gap(contents: Contents) -> float:
    """The space between two ranks; less on a worksheet, so that more of them fit on paper."""
    if contents.crossing:
        return 115.2 if len(contents.arrows) > MANY else 93.6
    return 9.36 if any(box.fields for box in contents.boxes) else 25.2


def inches(points: float) -> str:
    """A length for Graphviz.

    >>> inches(25.2), inches(144.0)
    ('0.35', '2')
    """
    return f"{points / 72:.3g}"
