"""What is left of the stepper on paper, and where no script runs?  All steps below the picture, instead of the buttons.

Read `sentences` first, `stepper` next.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from autograd.views.stepper.passes import TITLES
from autograd.views.stepper.picture import visible
from autograd.views.stepper.sentences import Descriptions

if TYPE_CHECKING:
    from autograd.views.stepper.passes import Passes

MAX_BOXES = 200
"""A picture of more numbers is for the screen only."""
MAX_STEPS = 100
"""At most this many steps of a pass are printed."""


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
            escape(visible(paragraph.line.strip())) for paragraph in each if paragraph.kind not in ("what", "ending")
        ]
        words = [escape(visible(paragraph.line)) for paragraph in each if paragraph.kind in ("what", "ending")]
        first, rest = words[:1], words[1:]
        lines = "".join(f"<br>{line}" for line in formulas + rest)
        items.append(f"<li>{''.join(first)}{lines}</li>")
    more = last - MAX_STEPS
    return f"<ol>{''.join(items)}</ol>" + (f"<p>... and {more:,} more steps</p>" if more > 0 else "")


STYLE = (
    ".chalkgrad-paper{font:10pt/1.35 sans-serif;color:#000;background:#fff}.chalkgrad-paper li{break-inside:avoid;"
    "margin-bottom:.4em}.chalkgrad-paper svg{max-width:100%;height:auto}"
)
"""How the steps look on paper."""
