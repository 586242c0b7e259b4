"""What is in a picture of a graph?  A box for each number, a circle for each operation, an arrow for each operand.

Read `trace` first: a picture shows a trace, and computes no gradient.  `collapse` gives the same boxes, circles and
arrows for graphs that are too large to be shown node by node; `dot` writes them down for Graphviz.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograd.fast_backward import gradients_known
from autograd.symbolic.printing import atom, number_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.trace.trace import BackwardStep, Node, Trace

BLANK = "______"
"""What a worksheet shows where a number is to be written."""


@dataclass
class Box:
    """One number, or a folded group of them: cells side by side."""

    id: str
    cells: list[str]
    kind: str
    """'leaf', 'operation', 'constant', 'output', 'unit' or 'group': what it looks like."""
    tooltip: str = ""
    gradient: float | None = None
    """Its gradient, where that is to be shown as a colour."""
    group: str = ""
    """The name of the opened group in which it stands."""


@dataclass
class Circle:
    """One operation."""

    id: str
    sign: str
    tooltip: str = ""
    group: str = ""


@dataclass
class Arrow:
    """From an operand to the operation, or from the operation to its result."""

    source: str
    target: str
    label: str = ""
    tooltip: str = ""
    taken: bool = True
    """Whether a gradient flows along it: a branch that was not taken is dashed."""


@dataclass
class Contents:
    """Everything in one picture."""

    boxes: list[Box] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    caption: str = ""
    summary: str = ""
    """What is in it, where that is not what the boxes and circles say."""
    crossing: bool = False
    """Whether many arrows cross, as between two layers: they are drawn as straight lines, with room."""


@dataclass(frozen=True)
class DrawOptions:
    """What the user asked to see."""

    hide: str | None = None
    """'grad' or 'data': the worksheet's blanks."""
    partials: bool | str = False
    """Whether arrows bear the local partial: as a number, or with "formula" as its formula."""
    gradients: bool = False
    """Whether to take the gradients of the trace, where `.grad` is not computed yet (the answer key)."""
    checked: Mapping[int, float] | None = None
    """For each node of the trace, its gradient by nudging."""
    names: Mapping[int, str] = field(default_factory=dict)
    """For nodes of the trace without a label, what to call them."""


def contents_of(trace: Trace, wishes: DrawOptions) -> Contents:
    """The boxes, circles and arrows of a traced graph."""
    grads = _gradients(trace, wishes)
    formulas = {step.node: step.formula for step in trace.forward}
    steps: dict[tuple[int, int], list[BackwardStep]] = {}
    for step in trace.backward:
        steps.setdefault((step.node, step.operand), []).append(step)
    if wishes.partials == "formula":
        wishes = replace(wishes, names={**_spoken_of(trace), **wishes.names})
    contents = Contents()
    for node in trace.nodes:
        tooltip = _tooltip(node, formulas.get(node.id, ""), wishes)
        contents.boxes.append(
            Box(f"n{node.id}", _cells(node, grads, wishes), _kind(node, trace), tooltip, grads.get(node.id))
        )
        if node.operation:
            contents.circles.append(Circle(f"o{node.id}", node.sign, tooltip))
            contents.arrows.append(Arrow(f"o{node.id}", f"n{node.id}"))
        target = f"o{node.id}" if node.operation else f"n{node.id}"  # an operation written by hand may be nameless
        for place, operand in enumerate(node.operands):
            taken = place not in node.not_taken
            found = steps.get((node.id, operand)) if taken else None
            # A constant's arrow gets an empty label, or Graphviz would not keep the operands in order.
            arrow = _with_partial(found.pop(0), trace, wishes) if found else (" " if wishes.partials else "", "")
            contents.arrows.append(Arrow(f"n{operand}", target, *(arrow if taken else _not_taken(wishes)), taken))
    return contents


def _spoken_of(trace: Trace) -> dict[int, str]:
    """The nodes without a label whose names, such as v2, occur in the partials: a reader looks for them."""
    said = {name for step in trace.backward for name in re.findall(r"\bv\d+\b", step.formula)}
    return {node.id: node.name for node in trace.nodes if node.name in said}


def _kind(node: Node, trace: Trace) -> str:
    if node.id == trace.output and node.operation:
        return "output"
    return "operation" if node.operation else node.kind


def _gradients(trace: Trace, wishes: DrawOptions) -> dict[int, float]:
    """The gradient of each node that has one: its `.grad`, once a backward pass has reached it.

    A part of an unfolded `dot` or `sum` is no Value; all it does is to be added into that node, so its gradient is
    the node's.
    """
    if wishes.hide == "grad":
        return {}
    if wishes.gradients:
        return {node.id: node.gradient for node in trace.nodes if node.kind != "constant"}
    order = sorted(trace.ids, key=trace.ids.__getitem__)
    grads = {trace.ids[value]: grad for value, grad in gradients_known(order).items()}
    for node in reversed(trace.nodes):
        for operand in node.operands:
            if trace.nodes[operand].kind == "part" and node.id in grads:
                grads[operand] = grads[node.id]
    return grads


def _cells(node: Node, grads: Mapping[int, float], wishes: DrawOptions) -> list[str]:
    """label | data | grad, as micrograd's notebook shows them; a constant is its number alone."""
    number = number_text(node.data)
    if node.kind == "constant":
        return [number]
    data = f"data {BLANK if wishes.hide == 'data' and node.operation else number}"
    if node.changed:
        data += "\nchanged since"
    if wishes.hide == "grad":
        grad = f"grad {BLANK}"
    else:
        grad = f"grad {number_text(grads[node.id])}" if node.id in grads else "grad"
    if wishes.checked is not None and node.id in wishes.checked:
        grad += f"\nnudged {number_text(wishes.checked[node.id])}"
    label = node.label or wishes.names.get(node.id, "")
    return [*([label] if label else []), data, grad]


def _tooltip(node: Node, formula: str, wishes: DrawOptions) -> str:
    """What a node says when the pointer rests on it: never what a worksheet hides."""
    text = " = ".join(filter(None, [node.name, formula]))
    return text if wishes.hide and node.operation else f"{text} = {node.data!r}"


def _with_partial(step: BackwardStep, trace: Trace, wishes: DrawOptions) -> tuple[str, str]:
    """The label and the tooltip of an arrow from an operand: the local partial."""
    number = number_text(step.partial)
    names = f"∂{atom(trace.nodes[step.node].name)}/∂{atom(trace.nodes[step.operand].name)}{trace.which(step)}"
    tooltip = " = ".join(filter(None, [names, step.formula, number if number != step.formula else ""]))
    label = step.formula if wishes.partials == "formula" and step.formula else f"∂ = {number}"
    return label if wishes.partials else "", "" if wishes.hide else tooltip


def _not_taken(wishes: DrawOptions) -> tuple[str, str]:
    """The label and the tooltip of an arrow along which no gradient flows; a worksheet does not tell."""
    return "not taken" if wishes.partials else "", "" if wishes.hide else "not taken: no gradient flows"
