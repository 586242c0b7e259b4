"""Where is each box of the stepper's picture?  Graphviz computes the positions; the page draws boxes and arrows there.

Read `trace` and `layout_engines` first.  Only positions are taken from Graphviz: labels are not passed to it, so no
label can break the layout, and the page can use its own colours, light and dark.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from autograd.views.draw.layout_engines import render

if TYPE_CHECKING:
    from autograd.views.trace.trace import Trace, TracedNode

SIZES = {"leaf": (104, 56), "constant": (52, 26), "operation": (117, 56), "part": (117, 56)}
"""Width and height of each kind of box; an operation's includes half of the circle on its left edge."""

MAX_BOXES = 1200
"""Graphviz needs seconds for so many boxes; a larger graph is shown without a picture."""

DIRECTIONS = ("LR", "TB")


def layout(trace: Trace, direction: str) -> dict[str, Any]:
    """Width, height, boxes (centre and size of each node) and arrows (node, which operand, path) of the picture.

    Raises ImportError if no engine can run, TimeoutError if the layout takes too long.
    """
    drawing = render(dot_text(trace, direction)).decode()
    boxes: list[Any] = [None] * len(trace.nodes)
    arrows = []
    shift_x, shift_y = _shift(drawing)
    for name, group in re.findall(r'<g id="([na][0-9_]+)"[^>]*>(.*?)</g>', drawing, re.DOTALL):
        if name[0] == "n":
            number = int(name[1:])
            points = re.findall(r"(-?[\d.]+),(-?[\d.]+)", _attribute(group, "points"))
            xs, ys = [float(x) for x, _ in points], [float(y) for _, y in points]
            middle = ((min(xs) + max(xs)) / 2 + shift_x, (min(ys) + max(ys)) / 2 + shift_y)
            boxes[number] = [*(round(number, 1) for number in middle), *SIZES[trace.nodes[number].kind]]
        else:
            node, place = name[1:].split("_")
            arrows.append([int(node), int(place), _shifted(_attribute(group, "d"), shift_x, shift_y)])
    return {"width": _extent(boxes, 0), "height": _extent(boxes, 1), "boxes": boxes, "arrows": sorted(arrows)}


def dot_text(trace: Trace, direction: str) -> str:
    """The boxes without their text, and the arrows, which end at the middle of a box's edge."""
    into, out_of = ("w", "e") if direction == "LR" else ("n", "s")
    lines = [
        f"digraph {{ rankdir={direction}; nodesep=0.22; ranksep=0.45; bgcolor=none;",
        'node [shape=box fixedsize=true label=""]; edge [arrowhead=none];',
        *(_box(node) for node in trace.nodes),
        *(
            f'n{operand}:{out_of} -> n{node.id}:{into} [id="a{node.id}_{place}"];'
            for node in trace.nodes
            for place, operand in enumerate(node.operands)
        ),
        "}",
    ]
    return "\n".join(lines)


def _box(node: TracedNode) -> str:
    width, height = SIZES[node.kind]
    return f'n{node.id} [id="n{node.id}" width={width / 72:.4f} height={height / 72:.4f}];'


def _attribute(group: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', group)
    return found[1] if found else ""


def _shift(drawing: str) -> tuple[float, float]:
    """The offset that moves the corner of Graphviz's picture to 0, 0."""
    found = re.search(r"translate\((-?[\d.]+)[ ,]+(-?[\d.]+)\)", drawing)
    return (float(found[1]) - 4.0, float(found[2]) - 4.0) if found else (0.0, 0.0)


def _shifted(path: str, shift_x: float, shift_y: float) -> str:
    def moved(point: re.Match[str]) -> str:
        return f"{float(point[1]) + shift_x:.1f},{float(point[2]) + shift_y:.1f}"

    return re.sub(r"(-?[\d.]+),(-?[\d.]+)", moved, path)


def _extent(boxes: list[Any], axis: int) -> float:
    return float(round(max(box[axis] + box[axis + 2] / 2 for box in boxes), 1))
