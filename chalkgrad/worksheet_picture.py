"""How is a graph drawn to be filled in with a pencil?  As `draw` shows it, with blanks, in the size of the paper.

Read next: `worksheets`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from autograd import Value, draw

MILLIMETRES = 25.4 / 72
"""In a point."""
COMFORTABLE = 0.825
"""A picture is scaled down to this at most, if that fits on a page: then a field is 18 x 8 mm, and text has 10 pt."""
SMALLEST = 0.7
"""One of many operations is scaled down to this at most: then a field is 15 x 7 mm, and text has 8 pt."""


@dataclass(frozen=True)
class PaperGraph:
    """The picture of a graph for a room on paper, both in millimetres."""

    output: Value
    drawn: Any
    """What `draw` returns."""
    room: tuple[float, float]
    page: tuple[float, float]
    """The room on a page without other graphs."""
    smallest: float = SMALLEST

    @property
    def _scale(self) -> float:
        width, height = _size(self.drawn.svg)
        beside, alone = (min(room[0] / width, room[1] / height) for room in (self.room, self.page))
        return min(1.0, max(self.smallest, beside, min(COMFORTABLE, alone)))

    @property
    def has_large_fields(self) -> bool:
        """Whether it is easy to write in."""
        return self._scale >= COMFORTABLE

    @property
    def is_comfortable(self) -> bool:
        """Whether it is easy to write in, and leaves room for another graph on the page."""
        return self.has_large_fields and self.width <= self.room[0] and self.height <= self.room[1]

    @property
    def width(self) -> float:
        """On paper."""
        return _size(self.drawn.svg)[0] * self._scale

    @property
    def height(self) -> float:
        """On paper."""
        return _size(self.drawn.svg)[1] * self._scale

    @property
    def svg(self) -> str:
        """With its size on paper."""
        size = f'width="{self.width:.2f}mm" height="{self.height:.2f}mm"'
        return re.sub(r'width="\d+" height="\d+"', size, self.drawn.svg, count=1)

    @property
    def key(self) -> PaperGraph:
        """The same picture with the numbers that are blank."""
        answers = self.drawn.answer_key
        answers.contents.caption = ""  # the page says so
        return PaperGraph(
            self.output, answers, self.room, self.page, 0.9 * SMALLEST
        )  # numbers may be wider than fields


def paper_graph(
    output: Value,
    hide: str,
    partials: bool = False,
    room: tuple[float, float] = (182.0, 94.0),
    page: tuple[float, float] = (182.0, 201.0),
) -> PaperGraph:
    """The graph of a Value with empty fields for its gradients ("grad") or for its computed numbers ("data").

    With `partials` there is a field on each arrow too.  `room` is the width and the height that it may take, in
    millimetres: a larger picture is scaled down, as far as its fields stay large enough; on a `page` of its own it may
    be larger.  It goes from left to right or downwards, whichever takes less height if there is enough room to
    write.  With `hide="data"` gradients are
    shown only if they are computed.

    >>> picture = paper_graph(Value(2.0, label="x").tanh(), "grad")
    >>> picture.width < 182.0, picture.svg.count('class="blank"'), picture.key.svg.count('class="blank"')
    (True, 2, 0)
    """
    looks = [
        PaperGraph(output, draw(output, hide=hide, partials=partials, theme="print", direction=direction), room, page)
        for direction in ("LR", "TB")
    ]
    return min(
        looks, key=lambda look: (not look.is_comfortable, not look.has_large_fields, look.width > room[0], look.height)
    )


def _size(svg: str) -> tuple[float, float]:
    """The width and the height of a picture in millimetres, unless it is scaled."""
    size = re.search(r'width="\d+" height="\d+" viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    if size is None:
        raise RuntimeError("the picture has no size")
    return float(size[1]) * MILLIMETRES, float(size[2]) * MILLIMETRES
