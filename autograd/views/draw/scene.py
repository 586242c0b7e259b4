"""What is in a picture of a graph?  A box for each number, a circle for each operation, an arrow for each operand.

Read `trace` first: a picture shows a trace, and computes no gradient.  Read `dot` next, which writes the boxes, circles
and arrows for Graphviz; `collapse` makes them for graphs that are too large to be shown node by node.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from autograd.node import NOT_COMPUTED, edges, has_user_backward, variables
from autograd.symbolic.printing import atom, number_drawn, number_text, with_minus

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping, Sequence

    from autograd.value import Value
    from autograd.views.trace.expand import DisplayNode
    from autograd.views.trace.trace import BackwardStep, Trace, TracedNode

BLANK = "________"
"""What a worksheet shows where the reader writes a number; `svg` makes it a dotted field."""
PARTIAL_BLANK = "∂ = ___"
"""The same on an arrow, in larger type, so that there is room for the height of a field."""


@dataclass
class Box:
    """One number, or a folded group of them: cells side by side."""

    id: str
    cells: list[str]
    kind: str
    """'leaf', 'operation', 'constant', 'output', 'unit' or 'group': how it looks."""
    tooltip: str = ""
    gradient: float | None = None
    """Its gradient, if that is to be shown as a colour."""
    group: str = ""
    """The name of the expanded cluster that contains it."""
    stacked: bool = False
    """Whether its cells are on top of each other."""
    table: bool = False
    """Whether its cells are the columns of a table: names below an empty line, and numbers below a word."""
    fields: bool = False
    """Whether it is as high as a number written by hand needs, on a worksheet and in its answer key."""

    def on_top(self) -> Box:
        """The same with its cells on top of each other, which takes less width; a table has a cell for each name."""
        if not self.table:
            return replace(self, stacked=True)
        words, *rows = zip(*(cell.split("\n") for cell in self.cells), strict=True)
        cells = ["\n".join(" ".join(filter(None, pair)) for pair in zip(words, row, strict=True)) for row in rows]
        return replace(self, cells=cells, stacked=True, table=False)


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
    """Whether a gradient flows along it; an arrow to a branch that was not taken is dashed."""
    count: int = 1
    """How many edges of the graph it represents."""
    bundle: bool = False
    """Whether it is drawn thick, for the same edges of several samples."""


@dataclass
class Contents:
    """Everything in one picture."""

    boxes: list[Box] = field(default_factory=list)
    circles: list[Circle] = field(default_factory=list)
    arrows: list[Arrow] = field(default_factory=list)
    caption: str = ""
    note: str = ""
    """What a notebook says below the picture, and no file: how the graph was folded."""
    summary: str = ""
    """The contents in one line, if the numbers of boxes and circles do not say it."""
    rows: list[list[str]] = field(default_factory=list)
    """The rows of a chain that is wrapped like the lines of a text, every second one from right to left."""
    crossing: bool = False
    """Whether many arrows cross, as between two layers: they are drawn as straight lines, with more space."""


@dataclass(frozen=True)
class DrawOptions:
    """What a picture shows of each node and arrow."""

    hide: str | None = None
    """'grad' or 'data': what a worksheet leaves blank."""
    partials: bool | str = False
    """Whether arrows show the local partial: as a number, or with "formula" as a formula."""
    gradients: bool = False
    """Whether to show the gradients of the trace instead of `.grad` (if the answer key has them)."""
    checked: Mapping[int, float] | None = None
    """For each node of the trace, its gradient found by nudging."""
    names: Mapping[int, str] = field(default_factory=dict)
    """The names of nodes of the trace without a label."""
    solved: bool = False
    """Whether this is the answer key, with numbers where the worksheet has blanks."""

    @property
    def secret(self) -> bool:
        """Whether tooltips are left out, since they would say what is blank."""
        return self.hide is not None and not self.solved

    def number(self, kind: str, number: float) -> str:
        """The cell with a number, 'data' or 'grad': blank if it is hidden, and with as much room in the answer key."""
        if kind != self.hide:
            return f"{kind} {number_drawn(number)}"
        if not self.solved:
            return f"{kind} {BLANK}"
        written = number_drawn(number)
        room = len(BLANK) - len(written)
        return "\u00a0" * (room // 2) + f"{kind} {written}" + "\u00a0" * (room - room // 2)


def contents_of(trace: Trace, options: DrawOptions) -> Contents:
    """The boxes, circles and arrows of a traced graph."""
    grads = _gradients(trace, options)
    formulas = {step.node: step.formula for step in trace.forward}
    steps: dict[tuple[int, int], list[BackwardStep]] = {}
    for step in trace.backward:
        steps.setdefault((step.node, step.operand), []).append(step)
    if options.partials == "formula":
        options = replace(options, names={**_names_in_partials(trace), **options.names})
    contents = Contents()
    for node in trace.nodes:
        tooltip = tooltip_of(node, formulas.get(node.id, ""), options)
        contents.boxes.append(
            Box(
                f"n{node.id}",
                cells_of(node, grads, options),
                _kind(node, trace),
                tooltip,
                grads.get(node.id),
                fields=options.hide is not None and node.kind != "constant",
            )
        )
        if node.operation:
            contents.circles.append(Circle(f"o{node.id}", node.sign, tooltip))
            contents.arrows.append(Arrow(f"o{node.id}", f"n{node.id}"))
        target = f"o{node.id}" if node.operation else f"n{node.id}"  # a user's own operation may have no name
        for place, operand in enumerate(node.operands):
            taken = place not in node.not_taken
            found = steps.get((node.id, operand)) if taken else None
            # A constant's arrow gets an empty label, or Graphviz would not keep the operands in order.
            arrow = _with_partial(found.pop(0), trace, options) if found else (" " if options.partials else "", "")
            contents.arrows.append(Arrow(f"n{operand}", target, *(arrow if taken else not_taken(options)), taken))
    return contents


def _names_in_partials(trace: Trace) -> dict[int, str]:
    """The nodes without a label whose names, such as v2, occur in a partial: a reader looks for them."""
    mentioned = {name for step in trace.backward for name in re.findall(r"\bv\d+\b", step.formula)}
    return {node.id: node.name for node in trace.nodes if node.name in mentioned}


def _kind(node: TracedNode, trace: Trace) -> str:
    if node.id == trace.output and node.operation:
        return "output"
    return "operation" if node.operation else node.kind


def _gradients(trace: Trace, options: DrawOptions) -> dict[int, float]:
    """The gradient of each node that has one: its `.grad`, once a backward pass has reached it."""
    if options.hide == "grad" and not options.solved:
        return {}
    if options.gradients:
        return {node.id: node.gradient for node in trace.nodes if node.kind != "constant"}
    order = sorted(trace.ids, key=trace.ids.__getitem__)
    grads = {trace.ids[value]: grad for value, grad in known_gradients(order).items()}
    add_gradients_of_parts(trace.nodes, grads)
    return grads


def known_gradients(order: Sequence[Value]) -> dict[Value, float]:
    """The gradient of each node of a graph, given in topological order, that has one: `.grad`, once it is computed.

    If `backward()` was called on the last node, that is 0 for what is behind branches that were not taken.
    """
    output, done = order[-1], order[-1].grad is not NOT_COMPUTED
    reached = {output}
    for node in reversed(order) if done else ():
        if node in reached:
            reached.update(variables(node) if has_user_backward(node) else [operand for operand, _ in edges(node)])
    return {node: node.grad for node in order if node.grad is not NOT_COMPUTED or (done and node not in reached)}


def add_gradients_of_parts(nodes: Sequence[TracedNode | DisplayNode], grads: MutableMapping[int, float]) -> None:
    """Add the gradients of the parts of an expanded `dot` or `sum`: that of the node, of which they are summands."""
    for node in reversed(nodes):
        for operand in node.operands:
            if nodes[operand].kind == "part" and node.id in grads:
                grads[operand] = grads[node.id]


def cells_of(node: TracedNode | DisplayNode, grads: Mapping[int, float], options: DrawOptions) -> list[str]:
    """label | data | grad, as micrograd's notebook shows them; for a constant, only its number."""
    number = number_drawn(node.data)
    if node.kind == "constant":
        return [number]
    data = options.number("data", node.data) if node.operation else f"data {number}"
    if node.changed:
        data += "\nchanged since"
    if options.hide == "grad" or node.id in grads:
        grad = options.number("grad", grads.get(node.id, 0.0))
    else:
        grad = "grad"
    if options.checked is not None and node.id in options.checked:
        grad += f"\nnudged {number_drawn(options.checked[node.id])}"
    label = node.label or options.names.get(node.id, "")
    without = options.hide == "data" and not grads  # a forward pass
    return [*([label] if label else []), data, *([] if without else [grad])]


def data_and_gradient(node: Value, gradients: Mapping[Value, float]) -> list[str]:
    """The cells of a number: its data, and its gradient, blank until computed."""
    return [f"data {number_drawn(node.data)}", f"grad {number_drawn(gradients[node])}" if node in gradients else "grad"]


def tooltip_of(node: TracedNode | DisplayNode, formula: str, options: DrawOptions) -> str:
    """The text shown when the pointer is on a node: never what a worksheet hides."""
    text = " = ".join(filter(None, [node.name, formula]))
    return text if options.secret and node.operation else f"{text} = {node.data!r}"


def _with_partial(step: BackwardStep, trace: Trace, options: DrawOptions) -> tuple[str, str]:
    """The label and the tooltip of an arrow from an operand: the local partial."""
    number = number_text(step.partial)
    names = f"∂{atom(trace.nodes[step.node].name)}/∂{atom(trace.nodes[step.operand].name)}{trace.which(step)}"
    tooltip = " = ".join(filter(None, [names, step.formula, number if number != step.formula else ""]))
    label = step.formula if options.partials == "formula" and step.formula else f"∂ = {number}"
    if options.secret and options.partials is True:
        label = PARTIAL_BLANK
    return with_minus(label) if options.partials else "", "" if options.secret else tooltip


def not_taken(options: DrawOptions) -> tuple[str, str]:
    """The label and the tooltip of an arrow along which no gradient flows; a worksheet hides the text."""
    return "not taken" if options.partials else "", "" if options.secret else "not taken: no gradient flows"
