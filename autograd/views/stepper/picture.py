"""Which picture is stepped through?  That of `draw` with the partials, and room in each box for every number to come.

Read `draw` and `passes` first, `stepper` next.  The page hides what is not known yet and lights up the current step.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.symbolic.printing import number_drawn
from autograd.views.draw.dot import LIGHT
from autograd.views.draw.page_fit import MAX_LEVELS, arranged, levels_crossed
from autograd.views.draw.picture import Graph
from autograd.views.draw.scene import DrawOptions, contents_of
from autograd.views.draw.sizes import TEXT
from autograd.views.draw.svg import font_size
from autograd.views.draw.views import MAX_WHOLE
from autograd.views.trace.expand import MAX_NAME

if TYPE_CHECKING:
    from autograd.views.draw.scene import Arrow, Box, Circle, Contents
    from autograd.views.stepper.passes import Passes


def pictures(passes: Passes, direction: str) -> list[Graph]:
    """The graph with its values, partials and gradients, as `draw` shows it.

    If `direction` is "auto", and what fits on paper does not go from left to right, a second one does, for the screen.
    """
    names = {node.id: node.name for node in passes.trace.nodes if node.kind != "constant"}
    contents = contents_of(passes.trace, DrawOptions(partials=True, gradients=True, names=names))
    widest = _widest_gradients(passes)
    for node, box in zip(passes.trace.nodes, contents.boxes, strict=True):
        if len(node.label) > MAX_NAME:
            box.cells[0] = node.name
        box.cells = [visible(cell) for cell in box.cells]
        if node.kind != "constant":
            room = "\u00a0" * (widest[node.id] - len(box.cells[-1]))  # on each side: half as wide as a digit
            box.cells[-1] = f"{room}{box.cells[-1]}{room}"
    parts: list[Box | Circle | Arrow] = [*contents.boxes, *contents.circles, *contents.arrows]
    for part in parts:
        part.tooltip = visible(part.tooltip)
    looks = [arranged(contents, direction)]
    if direction == "auto" and looks[0][1] != "LR":
        looks.append(arranged(contents, "LR"))
    return [Graph(arrangement, direction=way, theme="light") for arrangement, way, _ in looks]


def refusal(passes: Passes) -> str:
    """Why a graph has no picture; '' if it has one."""
    many = len(passes.trace.nodes)
    if many > MAX_WHOLE:
        why = f"{many:,} numbers are more than the {MAX_WHOLE} that are drawn one by one; step through one sample"
    elif (levels := levels_crossed(contents_of(passes.trace, DrawOptions()))) > MAX_LEVELS:
        why = (
            f"its arrows cross {levels:,} ranks, and a layout with more than {MAX_LEVELS:,} takes too long; "
            "step through fewer elements of a sequence"
        )
    else:
        return ""
    return f"No picture: {why}, or an earlier node of the graph.  The steps are complete."


def marked_svg(drawn: Graph, passes: Passes) -> str:
    """The picture in which the page finds its parts: each box, circle and arrow says to which node it belongs.

    The arrow from a node's circle to its box has no place among the operands.
    """
    marks = {f"n{node.id}": f'data-node="{node.id}"' for node in passes.trace.nodes}
    marks |= {f"o{node.id}": f'data-sign="{node.id}"' for node in passes.trace.nodes if node.operation}
    return _compact(drawn.marked_svg(marks | _arrow_marks(drawn.contents)))


def _arrow_marks(contents: Contents) -> dict[str, str]:
    places: dict[str, int] = {}
    marks = {}
    for n, arrow in enumerate(contents.arrows):
        place = ""
        if not arrow.source.startswith("o"):
            place = str(places.setdefault(arrow.target, 0))
            places[arrow.target] += 1
        marks[f"a{n}"] = f'data-arrow="{arrow.target[1:]}:{place}"'
    return marks


def _compact(svg: str) -> str:
    """The same picture in fewer bytes: what most texts have in common is said once, and numbers have one decimal."""
    common = f'{font_size(TEXT)} fill="{LIGHT["ink"]}"'
    svg = re.sub(
        r'<text text-anchor="middle"([^>]*?) (font-size="[^"]*" fill="[^"]*")',
        lambda text: f"<text{text[1]}" + ("" if text[2] == common else f" {text[2]}"),
        svg,
    )
    svg = re.sub(r'(?<= )(?:[cr]?[xy]|d|points)="[^"<>]*"(?=[^<]*>)', lambda places: _rounded(places[0]), svg)
    return svg.replace("<svg ", f'<svg text-anchor="middle" {common} ', 1)


def _rounded(places: str) -> str:
    return re.sub(r"\d+\.\d\d+", lambda number: f"{float(number[0]):.1f}", places)


def _widest_gradients(passes: Passes) -> list[int]:
    """For each node the characters of the longest text of its gradient, in any step of any pass."""
    widest = [len(f"grad {number_drawn(node.gradient)}") for node in passes.trace.nodes]
    for order in ("topological", "naive"):
        for step in passes.backward(order):
            widest[step.operand] = max(widest[step.operand], len(f"grad {number_drawn(step.after)}"))
    return widest


def visible(text: str) -> str:
    r"""A text in which each character that no font can show is written as its code, such as \x00."""
    return "".join(sign if sign.isprintable() or sign in " \n\u00a0" else ascii(sign)[1:-1] for sign in text)
