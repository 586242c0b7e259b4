"""Does a picture fit on a page?  Its size is estimated before Graphviz computes the layout.

Read `sizes` first, `draw` next, which chooses the finest view that fits.  A page is 16 cm wide, and its smallest text,
the label of an arrow, should have at least 7 pt there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from autograd.views.draw.escape import MAX_LINE
from autograd.views.draw.scene import PARTIAL_BLANK
from autograd.views.draw.sizes import CHARACTER, CIRCLE, FIELD, IN_ROW, LINE, MARGIN, NEIGHBOURS, SIGN, rank_gap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.draw.scene import Contents

PAGE_WIDTH, MIN_TEXT = 16 / 2.54 * 72, 7.0
"""In points: the width of a page, and the smallest text that can be read on it."""
WIDTH, LABELLED_WIDTH, HEIGHT = 730.0, 675.0, 1120.0
"""In points, of a picture whose smallest text becomes 7 pt on a page of 16 cm x 24 cm: labels of arrows are smaller.
They would be 789 and 731, but Graphviz sometimes needs 8 % more than is estimated here."""
PARTIAL_FIELD = (SIGN + FIELD[0] + 7.0, FIELD[1] + 1.4)
"""The width and the height of a blank on an arrow."""
MAX_LEVELS = 1300
"""How many ranks all arrows may cross: Graphviz takes up to ten seconds for that, and a minute for twice as many."""
SHORT = 8
"""A chain of fewer ranks is not wrapped."""


class Look(NamedTuple):
    """How a picture is arranged."""

    direction: str
    stacked: bool
    """Whether the cells of a box are on top of each other."""


LOOKS = (Look("LR", False), Look("LR", True), Look("TB", False), Look("TB", True))


def arranged(contents: Contents, direction: str) -> tuple[Contents, str, bool]:
    """The contents and the direction in which they fit on a page, and whether they do.

    `direction` "auto" chooses between "LR" and "TB"; boxes are stacked if they would be too wide otherwise.
    """
    looks = [look for look in LOOKS if direction in ("auto", look.direction)]
    looks = looks or [Look(direction, stacked) for stacked in (False, True)]
    sizes = {look: size_of(contents, look) for look in looks}
    most = _most(contents)
    fits = [look for look in looks if sizes[look][0] <= most and sizes[look][1] <= HEIGHT]
    wide = [look for look in looks if sizes[look][0] <= most]
    if direction == "auto" and not fits and (rows := _rows(contents)):
        return replace(_stacked(contents), rows=rows, crossing=False), "TB", True
    best = (fits or wide or [min(looks, key=lambda look: sizes[look][0])])[0]
    if best.stacked:
        contents = _stacked(contents)
    return contents, best.direction, bool(fits)


def _most(contents: Contents) -> float:
    return LABELLED_WIDTH if any(arrow.label for arrow in contents.arrows) else WIDTH


class Narrow(NamedTuple):
    """A picture that is as narrow as possible."""

    contents: Contents
    direction: str
    width: float


def narrowest(contents: Contents) -> Narrow:
    """The contents and the direction in which they are as narrow as possible, by the estimate."""
    widths = {look: size_of(contents, look)[0] for look in LOOKS}
    best = min(widths, key=widths.__getitem__)
    return Narrow(_stacked(contents) if best.stacked else contents, best.direction, widths[best])


def width_of(contents: Contents, direction: str) -> float:
    """The width of an arranged picture in points, approximately."""
    return WIDTH if contents.rows else size_of(contents, Look(direction, False))[0]


def _stacked(contents: Contents) -> Contents:
    return replace(contents, boxes=[box.on_top() for box in contents.boxes])


def is_sure(contents: Contents, direction: str) -> bool:
    """Whether an arranged picture surely has readable text: arrows over several ranks need room that is not estimated.

    Graphviz needed at most 2.7 times the estimate in 240 random graphs, and 1.08 times, for which there is room, if no
    arrow was long.
    """
    unsure = 3.0 if longest_arrow(contents) > 2 else 1.0
    return bool(contents.rows) or width_of(contents, direction) * unsure <= _most(contents)


def _rows(contents: Contents) -> list[list[str]]:
    """The rows of a long chain, each as wide as the page; empty for any other graph."""
    depth, sizes = ranks(contents), _sizes(contents, Look("TB", True))
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for name, rank in depth.items():
        columns[rank].append(name)
    if len(columns) < SHORT or max(map(len, columns)) > 2 or longest_arrow(contents) > 2:
        return []
    rows: list[list[str]] = [[]]
    room = WIDTH
    for column in columns:
        width = sum(sizes[name][0] + IN_ROW for name in column)
        if width > room and rows[-1]:
            rows.append([])
            room = WIDTH
        rows[-1] += column
        room -= width
    high = sum(max(sizes[name][1] for name in row) + rank_gap(contents) for row in rows)
    return rows if high <= HEIGHT else []


def size_of(contents: Contents, look: Look) -> tuple[float, float]:
    """The width and the height of a picture in points, approximately."""
    across, sizes = look.direction in ("LR", "RL"), _sizes(contents, look)
    depth = ranks(contents)
    along, beside = [0.0] * (max(depth.values(), default=0) + 1), [0.0] * (max(depth.values(), default=0) + 1)
    for name, rank in depth.items():
        length, breadth = sizes[name] if across else sizes[name][::-1]
        along[rank] = max(along[rank], length)
        beside[rank] += breadth + NEIGHBOURS
    gap = rank_gap(contents)
    gaps = [gap] * len(along)
    for arrow in contents.arrows:
        if arrow.label.strip():
            wide, high = PARTIAL_FIELD if arrow.label == PARTIAL_BLANK else (len(arrow.label) * CHARACTER, LINE)
            room = wide + gap if across else high
            gaps[depth[arrow.target]] = max(gaps[depth[arrow.target]], gap + room)
    size = sum(along) + sum(gaps[1:]) + 29.0, max(beside) + 29.0
    return size if across else size[::-1]


def _sizes(contents: Contents, look: Look) -> dict[str, tuple[float, float]]:
    """The width and the height of each box and circle."""
    sizes = {}
    for box in (box.on_top() if look.stacked and box.table else box for box in contents.boxes):
        cells = [_extent(cell) for cell in box.cells] or [(0, 1)]
        if look.stacked or box.stacked:
            wide = max(width for width, _ in cells) * CHARACTER + MARGIN
            high = sum(lines * LINE + 9.0 for _, lines in cells)
        else:
            wide = sum(width * CHARACTER + MARGIN for width, _ in cells)
            high = max(lines for _, lines in cells) * LINE + 14.0
        sizes[box.id] = wide, high
    for circle in contents.circles:
        sizes[circle.id] = max(CIRCLE, len(circle.sign) * 7.5 + 14.0), CIRCLE
    return sizes


def _extent(cell: str) -> tuple[int, int]:
    """The characters of the longest line of a cell, and its number of lines, after long lines have been wrapped."""
    lengths = [len(line) for line in cell.split("\n")]
    return min(max(lengths), MAX_LINE), sum(max(1, -(-length // MAX_LINE)) for length in lengths)


def ranks(contents: Contents) -> Mapping[str, int]:
    """The rank of each box and circle: the number of arrows on the longest path to it.

    A box without an operand is directly before its first user.
    """
    depth = dict.fromkeys([*(box.id for box in contents.boxes), *(circle.id for circle in contents.circles)], 0)
    targets: dict[str, list[str]] = {name: [] for name in depth}
    waiting = dict.fromkeys(depth, 0)
    for arrow in contents.arrows:
        targets[arrow.source].append(arrow.target)
        waiting[arrow.target] += 1
    sources = [name for name, many in waiting.items() if not many]
    ready = list(sources)
    while ready:
        name = ready.pop()
        for target in targets[name]:
            depth[target] = max(depth[target], depth[name] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    for name in sources:
        if targets[name]:
            depth[name] = min(depth[target] for target in targets[name]) - 1
    return depth


def levels_crossed(contents: Contents) -> int:
    """How many ranks all arrows together cross between their ends."""
    depth = ranks(contents)
    return sum(depth[arrow.target] - depth[arrow.source] - 1 for arrow in contents.arrows)


def longest_arrow(contents: Contents) -> int:
    """Over how many ranks the longest arrow goes."""
    depth = ranks(contents)
    return max((depth[arrow.target] - depth[arrow.source] for arrow in contents.arrows), default=0)
