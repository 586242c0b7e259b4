"""How do the groups of a program look?  A picture with a box for each group, made and shown as `autograd.draw` does.

Read `group` and `plan` first, and `draw` for what a `Graph` can do.  Green boxes are inputs: parameters, arguments,
random numbers, and Values closed over.  A blue box is a matrix product, an orange box contains an output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import choose
from autograd.compiler.frontend.flatten import CAPTURED, DRAWN, INPUT, PARAMETER
from autograd.compiler.passes.group import FusedChain, MatMul
from autograd.compiler.passes.matmul import distinct
from autograd.views.draw.dot import DIRECTIONS
from autograd.views.draw.layout_engines import ENGINES
from autograd.views.draw.page_fit import arranged
from autograd.views.draw.picture import THEMES, Graph
from autograd.views.draw.scene import Arrow, Box, Contents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.compiler.passes.group import Group
    from autograd.compiler.plan import Plan

LEAVES = {
    PARAMETER: ("parameter", "parameters"),
    INPUT: ("argument", "arguments"),
    DRAWN: ("number drawn at random", "numbers drawn at random"),
    CAPTURED: ("Value closed over", "Values closed over"),
}

MAX_BOXES = 400
"""More groups than this are not drawn: the picture says how many there are."""


class Picture(Graph):
    """The groups of a compiled program, as a `Graph`: `.svg`, `.png()`, `.source`, `.save(path)`, or by itself."""

    title = ""

    @property
    def description(self) -> str:
        """What is in the picture, in one line."""
        return self.title


def picture(plan: Plan, name: str, **look: Any) -> Picture:
    """The groups of a plan, each with an arrow to those that read it."""
    for option, choices in (("direction", ("auto", *DIRECTIONS)), ("theme", THEMES), ("engine", ENGINES)):
        choose(look[option], choices, f"draw: unknown {option}")
    count = len(plan.groups)
    title = f"{count:,} group{'s' * (count != 1)} of {name}"
    if plan.is_eager:
        contents = Contents([Box("g0", [f"no groups: {len(plan.flat):,} nodes, one by one"], "group")])
    elif count > MAX_BOXES:
        contents = Contents([Box("g0", [f"{title}: too many to draw, see explain()"], "group")])
    else:
        contents = _contents(plan)
    contents, look["direction"], _ = arranged(contents, look["direction"])
    drawn = Picture(contents, **look)
    drawn.title = title
    return drawn


def _contents(plan: Plan) -> Contents:
    boxes: list[Box] = []
    arrows: list[Arrow] = []
    names: list[str] = []
    owner = np.full(len(plan.active), -1)  # for each node the number of its box
    for text, nodes in _leaves(plan):
        owner[nodes] = len(names)
        names.append(f"l{len(names)}")
        boxes.append(Box(names[-1], [text], "leaf"))
    first = len(names)
    for number, group in enumerate(plan.groups):
        inside: list[Group] = list(group.parts) if isinstance(group, FusedChain) else []
        if isinstance(group, MatMul) and group.epilogue is not None:
            inside.append(group.epilogue)
        for each in (group, *inside):
            owner[each.nodes[each.nodes >= 0]] = first + number
        names.append(f"g{number}")
    outputs = set(owner[plan.outputs].tolist())
    for number, group in enumerate(plan.groups, first):
        kind = "output" if number in outputs else "unit" if isinstance(group, MatMul) else "operation"
        when = "for each sample" if group.per_sample else "once"
        cells = group.describe().replace(" x ", " × ").split(": ")
        boxes.append(Box(names[number], cells, kind, tooltip=when))
        sources = {int(source) for nodes in _read(group) for source in distinct(owner[nodes])}
        arrows += [Arrow(names[source], names[number]) for source in sorted(sources - {-1, number})]
    return Contents(boxes, [], arrows)


def _leaves(plan: Plan) -> Iterator[tuple[str, Any]]:
    """The inputs: a text and the nodes; one entry for each argument."""
    operation, position = plan.flat.operation, plan.flat.position
    for kind, (one, several) in LEAVES.items():
        nodes = np.flatnonzero(operation == kind)
        if kind == INPUT:
            argument = np.searchsorted(np.cumsum(plan.signature.sizes), position[nodes], side="right")
            yield from ((f"argument {n + 1}", nodes[argument == n]) for n in distinct(argument).tolist())
        elif len(nodes):
            yield f"{len(nodes):,} {one if len(nodes) == 1 else several}", nodes


def _read(group: Group) -> list[Any]:
    """The nodes that a group reads."""
    return [each[each >= 0] for each in group.reads()]
