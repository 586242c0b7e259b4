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
SMALLEST = 0.7
"""A picture is scaled down at most to this: then a field is 15 mm wide and 6 mm high, and text has 8 pt."""


@dataclass(frozen=True)
class PaperGraph:
    """The picture of a graph for a room on paper, both in millimetres."""

    output: Value
    drawn: Any
    """What `draw` returns."""
    room: tuple[float, float]
    smallest: float = SMALLEST

    @property
    def _scale(self) -> float:
        width, height = _size(self.drawn.svg)
        return min(1.0, max(self.smallest, min(self.room[0] / width, self.room[1] / height)))

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
        return PaperGraph(self.output, answers, self.room, 0.9 * SMALLEST)  # numbers may be wider than fields


def paper_graph(
    output: Value, hide: str, partials: bool = False, room: tuple[float, float] = (182.0, 94.0)
) -> PaperGraph:
    """The graph of a Value with empty fields for its gradients ("grad") or for its computed numbers ("data").

    `room` is the width and the height that it may take, in millimetres: a larger picture is scaled down, as far as its
    fields stay large enough.  It goes from left to right or downwards, whichever takes less height.  With `hide="data"`
    gradients are shown only if they are computed.

    >>> picture = paper_graph(Value(2.0, label="x").tanh(), "grad")
    >>> picture.width < 182.0, picture.svg.count('class="blank"'), picture.key.svg.count('class="blank"')
    (True, 2, 0)
    """
    looks = [
        PaperGraph(output, draw(output, hide=hide, partials=partials, theme="print", direction=direction), room)
        for direction in ("LR", "TB")
    ]
    return min(looks, key=lambda look: (look.width > room[0], look.height))


def _size(svg: str) -> tuple[float, float]:
    """The width and the height of a picture in millimetres, unless it is scaled."""
    size = re.search(r'width="\d+" height="\d+" viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"', svg)
    if size is None:
        raise RuntimeError("the picture has no size")
    return float(size[1]) * MILLIMETRES, float(size[2]) * MILLIMETRES
