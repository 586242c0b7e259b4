"""What is left of the stepper on paper, and where no script runs?  The picture and all steps, instead of the buttons.

Read `sentences` first, `stepper` next.  The picture is that of `draw`, with the gradients of the trace.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from autograd.views.draw.page_fit import arranged
from autograd.views.draw.picture import Graph
from autograd.views.draw.scene import Arrow, Box, Circle, DrawOptions, contents_of
from autograd.views.stepper.sentences import Descriptions

if TYPE_CHECKING:
    from autograd.views.stepper.passes import Passes

MAX_BOXES = 200
"""A graph of more nodes has no picture on paper."""
MAX_STEPS = 100
"""At most so many steps of a pass are printed."""
TITLES = {"forward": "Forward", "topological": "Backward", "naive": "Backward, naive"}


def picture(passes: Passes) -> Graph | None:
    """The graph with its values and gradients, if it is small enough."""
    if len(passes.trace.nodes) > MAX_BOXES:
        return None
    names = {node.id: node.name for node in passes.trace.nodes if node.kind != "constant"}
    contents = contents_of(passes.trace, DrawOptions(gradients=True, names=names))
    parts: list[Box | Circle | Arrow] = [*contents.boxes, *contents.circles, *contents.arrows]
    for part in parts:
        part.tooltip = _visible(part.tooltip)
    for box in contents.boxes:
        box.cells = [_visible(cell) for cell in box.cells]
    contents, direction, _ = arranged(contents, "auto")
    return Graph(contents, direction=direction, theme="light")


def steps(passes: Passes) -> str:
    """All steps as HTML: those of the forward pass, then those of the backward pass that is shown first."""
    orders = ["forward", *([passes.order] if passes.order != "forward" else [])]
    return "".join(f"<h2>{TITLES[order]}</h2>{_listed(passes, order)}" for order in orders)


def _listed(passes: Passes, order: str) -> str:
    descriptions, last = Descriptions(passes, order), passes.last(order)
    described = [descriptions.paragraphs(position) for position in range(1, min(last, MAX_STEPS) + 1)]
    items = []
    for each in described:
        formulas = [
            escape(_visible(paragraph.line.strip())) for paragraph in each if paragraph.kind not in ("what", "ending")
        ]
        words = [escape(_visible(paragraph.line)) for paragraph in each if paragraph.kind in ("what", "ending")]
        first, rest = words[:1], words[1:]
        lines = "".join(f"<br>{line}" for line in formulas + rest)
        items.append(f"<li>{''.join(first)}{lines}</li>")
    more = last - MAX_STEPS
    return f"<ol>{''.join(items)}</ol>" + (f"<p>... and {more:,} more steps</p>" if more > 0 else "")


def _visible(text: str) -> str:
    r"""A text in which each character that no font can show is written as its code, such as \x00."""
    return "".join(sign if sign.isprintable() or sign in " \n\u00a0" else ascii(sign)[1:-1] for sign in text)


STYLE = (
    ".chalkgrad-paper{font:10pt/1.35 sans-serif;color:#000;background:#fff}.chalkgrad-paper li{break-inside:avoid;"
    "margin-bottom:.4em}.chalkgrad-paper svg{max-width:100%;height:auto}"
)
"""How the steps look on paper."""
