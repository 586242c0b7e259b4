"""How are boxes, circles and arrows written for Graphviz?  As DOT text, the same bytes for the same graph.

Read `scene`, `escape` and `sizes` first, `layout_engines` next.  Every string of a user is escaped; nodes are numbered,
so nothing depends on an address or on the order of a set.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

from autograd.views.draw.escape import plain_text, record_text
from autograd.views.draw.scene import PARTIAL_BLANK
from autograd.views.draw.sizes import (
    BLANK,
    CHARACTER,
    CIRCLE,
    FIELD_CELL,
    IN_ROW,
    LABEL,
    MANY,
    MARGIN,
    NEIGHBOURS,
    SMALL_CIRCLE,
    TEXT,
    inches,
    rank_gap,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from autograd.views.draw.scene import Arrow, Box, Circle, Contents

SIDES = str.maketrans("LRTB", "wens")
"""The side at which an arrow leaves or enters a box, for the letters of a direction."""
DIRECTIONS = ("LR", "TB", "RL", "BT")

LIGHT = {
    "background": "#ffffff", "ink": "#1f2937", "quiet": "#6b7280", "line": "#64748b",
    "leaf": "#e0f2e9", "leaf-line": "#2f855a", "operation": "#f8fafc", "operation-line": "#94a3b8",
    "output": "#fdf0d5", "output-line": "#c2780c", "constant": "#ffffff", "constant-line": "#cbd5e1",
    "group": "#eaf1fb", "group-line": "#3b6fb6", "unit": "#eaf1fb", "unit-line": "#3b6fb6",
    "circle": "#334155", "sign": "#ffffff",
}  # fmt: skip
DARK = {
    "background": "#111827", "ink": "#e5e7eb", "quiet": "#9ca3af", "line": "#94a3b8",
    "leaf": "#173a2b", "leaf-line": "#4fb286", "operation": "#1f2937", "operation-line": "#64748b",
    "output": "#43310f", "output-line": "#e0a13a", "constant": "#111827", "constant-line": "#475569",
    "group": "#1b2f4b", "group-line": "#6ea0e4", "unit": "#1b2f4b", "unit-line": "#6ea0e4",
    "circle": "#cbd5e1", "sign": "#0f172a",
}  # fmt: skip
PRINT = dict.fromkeys(LIGHT, "#ffffff") | {
    name: "#000000" for name in LIGHT if name.endswith(("ink", "line", "circle"))
}
"""Black on white, for a printer."""
LEGEND = "orange: the output grows with this number; blue: it shrinks"
POSITIVE, NEGATIVE = (214, 96, 33), (46, 110, 190)
"""Orange if the output grows with the number, blue if it shrinks: also colour-blind readers can distinguish them."""


def dot_text(contents: Contents, direction: str, palette: Mapping[str, str], shaded: bool) -> str:
    """The whole picture in the DOT language."""
    heads = [
        f"{kind} [{' '.join(f'{name}={_quoted(value)}' for name, value in values.items())}]"
        for kind, values in attributes(contents, direction, palette).items()
    ]
    return "\n".join(["digraph {", *heads, *statements(contents, direction, palette, shaded), "}\n"])


def attributes(contents: Contents, direction: str, palette: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The attributes of the whole graph, of every node and of every edge."""
    tail, head = direction[1].translate(SIDES), direction[0].translate(SIDES)
    fields = any(box.fields for box in contents.boxes)
    room = {"ranksep": inches(rank_gap(contents))}
    ports = {"tailport": tail, "arrowsize": "0.5" if fields else "0.7"}
    if contents.rows:
        ports = {"arrowsize": "0.7"}
    if contents.crossing:
        many = len(contents.arrows) > MANY
        room |= {"splines": "line", "ordering": "in"}
        pen = {"penwidth": "0.4", "arrowhead": "none"} if many else {"penwidth": "0.6", "arrowsize": "0.4"}
        ports = {"tailport": tail, "headport": head, **pen}
    elif direction in ("LR", "RL") and any(box.group for box in contents.boxes):
        room["ordering"] = "in"  # or weights in a frame may run from the last to the first
    text = {"fontname": "Helvetica", "fontcolor": palette["ink"]}
    whole = {
        "rankdir": direction,
        "bgcolor": palette["background"],
        "pad": "0.05" if fields else "0.2",
        "nodesep": inches(IN_ROW if contents.rows else NEIGHBOURS),
    }
    height = inches(FIELD_CELL if fields else CIRCLE)
    return {
        "graph": {**whole, **room, **text, "labelloc": "b"},
        "node": {**text, "fontsize": f"{TEXT:g}", "height": height, "margin": "0.12,0.06"},
        "edge": {**text, "fontsize": f"{LABEL:g}", "color": palette["line"], **ports},
    }


def _quoted(value: str) -> str:
    return value if value.replace(".", "").isalnum() else f'"{value}"'


def statements(contents: Contents, direction: str, palette: Mapping[str, str], shaded: bool) -> list[str]:
    """The caption, the boxes, the circles and the arrows, one line each."""
    gradients = [abs(found) for found in map(_finite_gradient, contents.boxes) if found is not None] if shaded else []
    caption = "\n".join(filter(None, [contents.caption, LEGEND if gradients else ""]))
    lines = [f'label="{plain_text(caption, 100)}"'] if caption else []
    groups: dict[str, list[str]] = {}
    width = _common_width(contents)
    for box in contents.boxes:
        written = _box(box, direction, palette, max(gradients, default=0.0), width, bool(contents.rows))
        groups.setdefault(box.group, []).append(written)
    busy, size = _with_busy_operands(contents), SMALL_CIRCLE if any(box.fields for box in contents.boxes) else CIRCLE
    for circle in contents.circles:
        groups.setdefault(circle.group, []).append(_circle(circle, palette, circle.id not in busy, size))
    for n, (name, members) in enumerate(groups.items()):
        # Graphviz stacks the members of a frame upwards, and other boxes downwards.
        lines += _cluster(n, name, members[:: -1 if direction in ("LR", "RL") else 1], palette) if name else members
    ports_of = dict.fromkeys(_in_bunches(contents), " tailport=_")
    ports_of |= {circle.id: f" tailport=_ headport={direction[0].translate(SIDES)}" for circle in contents.circles}
    gap = " " if direction in ("TB", "BT") else ""  # there a label is beside its arrow, and would touch it
    if contents.rows:
        ports_of = {}
    backwards = {name for row in contents.rows[1::2] for name in row}
    for n, arrow in enumerate(contents.arrows):
        turned = arrow.source in backwards and arrow.target in backwards and _in_one_row(contents, arrow)
        lines.append(_arrow(n, arrow, ports_of.get(arrow.source, ""), gap, turned))
    lines += [f"{{rank=same {' '.join(row)}}}" for row in contents.rows]
    return lines


def _in_one_row(contents: Contents, arrow: Arrow) -> bool:
    return any(arrow.source in row and arrow.target in row for row in contents.rows)


def _box(box: Box, direction: str, palette: Mapping[str, str], largest: float, width: str, in_row: bool) -> str:
    fill, line, ink, kind = palette[box.kind], palette[f"{box.kind}-line"], palette["ink"], box.kind
    gradient = _finite_gradient(box)
    if largest and gradient is not None:
        fill, ink, kind = shade(gradient / largest), LIGHT["ink"], "shaded"
    look = f'class="{kind}" fillcolor="{fill}" color="{line}" fontcolor="{ink}"'
    if in_row:  # Graphviz draws no arrow between records of one rank
        text = (r"\n \n" if box.fields else r"\n").join(map(plain_text, box.cells))
        return f'{box.id} [shape=box style="filled,rounded" {look} label="{text}"]'
    label = "|".join(map(record_text, box.cells))
    if (direction in ("LR", "RL")) == (not box.stacked):  # side by side, else from top to bottom
        label = f"{{{label}}}"
    sized = width if box.kind == "unit" else ""
    if box.fields and box.stacked:
        sized = f"height={inches(FIELD_CELL * len(box.cells))} "
    return f'{box.id} [shape=Mrecord style=filled {look} {sized}label="{label}"]'


def _common_width(contents: Contents) -> str:
    """One width for all neurons in columns: that of the longest text in them."""
    widest = 0.0
    for box in contents.boxes:
        if box.kind == "unit":
            widths = [CHARACTER * max(map(len, cell.split("\n"))) + MARGIN for cell in box.cells]
            widest = max(widest, max(widths) if box.stacked else sum(widths))
    return f"width={inches(widest)} " if contents.crossing else ""


def _in_bunches(contents: Contents) -> list[str]:
    """Boxes from which several labelled arrows leave: from one point, it would be unclear which label is which."""
    labelled = Counter(arrow.source for arrow in contents.arrows if arrow.label)
    return [source for source, count in labelled.items() if count > 2]


def _with_busy_operands(contents: Contents) -> set[str]:
    """The circles of which an operand is computed or used elsewhere: to keep operands in order could cross arrows."""
    users: dict[str, set[str]] = {}
    for arrow in contents.arrows:
        users.setdefault(arrow.source, set()).add(arrow.target)
    computed = set().union(*users.values())
    return {arrow.target for arrow in contents.arrows if arrow.source in computed or len(users[arrow.source]) > 1}


def _circle(circle: Circle, palette: Mapping[str, str], free: bool, size: float) -> str:
    """A circle, or for a word such as tanh a rounded box; with `free`, its operands can be drawn in order."""
    shape, style = f"circle margin=0 width={inches(size)}", "filled"
    if len(circle.sign) > 2:
        shape, style = 'box margin="0.1,0" height=0.36', '"filled,rounded"'
    order = " ordering=in" if free or circle.sign not in "+*" else ""  # a - b is not b - a
    colour = palette["circle"]
    return (
        f'{circle.id} [class=sign shape={shape}{order} style={style} fillcolor="{colour}" color="{colour}" '
        f'fontcolor="{palette["sign"]}" label="{plain_text("−" if circle.sign == "-" else circle.sign)}"]'
    )


def _arrow(n: int, arrow: Arrow, port: str, gap: str, turned: bool) -> str:
    """An arrow with its own id, since `x * x` has two between the same ends; a turned one goes from right to left."""
    label = f' label="{plain_text(gap + arrow.label + gap)}"' if arrow.label else ""
    label += f" fontsize={BLANK:g}" if arrow.label == PARTIAL_BLANK else ""
    style = ("" if arrow.taken else " style=dashed") + (" penwidth=2.5" if arrow.bundle else "")
    ends = f"{arrow.target} -> {arrow.source}" if turned else f"{arrow.source} -> {arrow.target}"
    return f"{ends} [id=a{n}{port}{label}{style}{' dir=back' if turned else ''}]"


def _cluster(n: int, name: str, members: Iterable[str], palette: Mapping[str, str]) -> list[str]:
    header = f'style="dashed,rounded" color="{palette["group-line"]}" label="{plain_text(name)}" labelloc=t'
    return [f"subgraph cluster_{n} {{ class=opened {header}", *members, "}"]


def _finite_gradient(box: Box) -> float | None:
    """The gradient to be shown as a colour; None if there is none."""
    return box.gradient if box.gradient is not None and math.isfinite(box.gradient) else None


def shade(gradient: float) -> str:
    """The colour of a gradient between -1 and 1; the square root makes small ones visible.

    >>> shade(0.0), shade(1.0), shade(-1.0)
    ('#ffffff', '#e6a07a', '#82a8d8')
    """
    strength = 0.6 * math.sqrt(min(1.0, abs(gradient)))
    colour = POSITIVE if gradient > 0.0 else NEGATIVE
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in colour)
