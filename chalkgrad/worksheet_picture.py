"""How is a graph drawn to be filled in with a pencil?

Each box holds a name with its formula, the number, and the gradient; each unknown is an empty field that is large
enough to write in. Sizes are millimetres on paper: the picture is never scaled, so its text keeps its size.
Graphviz finds the places; the boxes are drawn here. Read next: `worksheets`.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from autograd import Value, render_dot, trace

FONT = 11.0
"""Points."""
BLANK = (16.0, 9.0)
"""Width and height of an empty field, in millimetres."""
GAP = 5.0
"""Between boxes side by side."""
ROW_GAPS = (9.0, 5.0)
"""Between one row and the next, in graphs of up to `MANY` boxes and in larger ones."""
MANY = 10
POINTS = 72 / 25.4
"""To the millimetre."""
CHARACTER = 0.62 * FONT / POINTS
"""Millimetres that a character of the text takes at most, on average."""


@dataclass(frozen=True)
class PaperGraph:
    """A picture, and how much room it takes on paper, in millimetres."""

    svg: str
    width: float
    height: float


@dataclass(frozen=True)
class _Field:
    """One part of a box; a blank one is left for the student, and has a text in the answer key only."""

    text: str
    blank: bool = False

    @property
    def width(self) -> float:
        """In millimetres, the same on the sheet and in the key."""
        return BLANK[0] if self.blank else max(8.0, 3.0 + CHARACTER * len(self.text))


def paper_graph(output: Value, hide: str, partials: bool = False, solved: bool = False) -> PaperGraph:
    """The graph of a Value with empty fields for its gradients ("grad") or for its computed numbers ("data").

    With `solved` these fields hold the numbers. With `hide="data"` there are no fields for gradients at all.

    >>> picture = paper_graph(Value(2.0, label="x").tanh(), "grad")
    >>> picture.width < 100, picture.svg.count("class='blank'")
    (True, 2)
    """
    traced = trace(output)
    formulas = {step.node: step.formula for step in traced.forward}
    boxes: dict[int, list[_Field]] = {}
    for node in traced.nodes:
        if node.kind != "constant":
            name = f"{node.name} = {formulas[node.id]}" if node.operation else node.name
            blank = hide == "data" and bool(node.operation)
            fields = [_Field(name), _Field("" if blank and not solved else _number(node.data), blank)]
            if hide == "grad":
                fields.append(_Field(_number(node.gradient) if solved else "", blank=True))
            boxes[node.id] = fields
    arrows = [
        (step.operand, step.node, f" {_number(step.partial)}" if partials else "")
        for step in traced.backward
        if step.operand in boxes
    ]
    return _drawn(boxes, arrows)


def _number(number: float) -> str:
    return f"{number + 0.0:.3g}".replace("-", "−")  # 0, not −0


def _drawn(boxes: dict[int, list[_Field]], arrows: list[tuple[int, int, str]]) -> PaperGraph:
    inch = 25.4
    lines = [
        f"n{place} [width={sum(f.width for f in fields) / inch:.4f}, height={BLANK[1] / inch:.4f}];"
        for place, fields in boxes.items()
    ] + [f"n{source} -> n{target} [label={_quoted(label)}];" for source, target, label in arrows]
    dot = (
        f"digraph {{ nodesep={GAP / inch:.3f}; ranksep={ROW_GAPS[len(boxes) > MANY] / inch:.3f}; "
        'node [shape=box, fixedsize=true, label=""]; '
        f"edge [arrowsize=0.7, fontname=Helvetica, fontsize={FONT:g}]; {' '.join(lines)} }}"
    )
    svg = render_dot(dot).decode()
    size = re.search(r'viewBox="0[.0]* 0[.0]* ([\d.]+) ([\d.]+)"', svg)
    shift = re.search(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)", svg)
    if size is None or shift is None:
        raise RuntimeError("Graphviz wrote a picture of an unknown form")
    parts = []
    for kind, title, content in re.findall(r'class="(node|edge)">\s*<title>(.*?)</title>(.*?)</g>', svg, re.DOTALL):
        if kind == "edge":
            parts.append(content.strip())
        else:
            place = int(title[1:])
            xs, ys = zip(
                *(map(float, point.split(",")) for point in re.findall(r"[-\d.]+,[-\d.]+", content)), strict=True
            )
            parts.append(_box(boxes[place], min(xs), min(ys)))
    width, height = (float(number) / POINTS for number in size.groups())
    return PaperGraph(
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{width:.2f}mm' height='{height:.2f}mm' "
        f"viewBox='0 0 {size[1]} {size[2]}' font-family='Helvetica, Arial, sans-serif' font-size='{FONT:g}'>"
        f"<g transform='translate({shift[1]} {shift[2]})'>{''.join(parts)}</g></svg>",
        width,
        height,
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "").replace('"', "") + '"'


def _box(fields: list[_Field], x: float, y: float) -> str:
    height, parts = BLANK[1] * POINTS, []
    for field in fields:
        mark, width = "blank" if field.blank and not field.text else "given", field.width * POINTS
        parts.append(
            f"<rect class='{mark}' x='{x:.2f}' y='{y:.2f}' width='{width:.2f}' height='{height:.2f}' "
            "fill='#fff' stroke='#000' stroke-width='0.8'/>"
        )
        if field.text:
            parts.append(
                f"<text text-anchor='middle' x='{x + width / 2:.2f}' y='{y + height / 2 + 0.35 * FONT:.2f}'>"
                f"{html.escape(field.text)}</text>"
            )
        x += width
    return "".join(parts)
