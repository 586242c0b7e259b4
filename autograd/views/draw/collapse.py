"""How is a graph of a million nodes drawn?  Folded: a box for each neuron, each layer or each stretch of depth.

Read `clusters` first (which nodes belong together) and `scene` (what a picture consists of).  A folded picture
reads the graph itself, not its trace, which would hold a record for every step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.symbolic.printing import number_text
from autograd.views.draw.clusters import Cluster, Units, by_depth, by_layer, by_unit
from autograd.views.draw.expand_cluster import Use, draw_expanded
from autograd.views.draw.scene import Arrow, Box, Contents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.value import Value

FOLDS = ("auto", "none", "neuron", "layer", "depth")
FEW = 100
"""Up to so many neurons are drawn one by one; of more, a layer says more."""


def folded(
    order: Sequence[Value], fold: str, budget: int, opened: Sequence[str], names: Mapping[Value, str] | None = None
) -> Contents:
    """The picture of a folded graph, with the groups named in `opened` drawn node by node.

    Raises ValueError where there is no such group, or where opening it exceeds the budget.
    """
    units = Units(order)
    groups, how = _grouped(units, fold, budget)
    existing = [group.name for group in groups]
    for name in opened:
        if name not in existing:
            raise ValueError(
                f"draw: expand: there is no group {name!r}; choose one of: {', '.join(dict.fromkeys(existing[:20]))}"
            )
    inside = sum(len(group.nodes) + len(group.leaves) for group in groups if group.name in opened)
    if inside > budget:
        raise ValueError(f"draw: expand={list(opened)!r} opens {inside:,} nodes, more than budget={budget}; open less")
    contents = Contents()
    drawn = [""] * len(order)
    uses: list[Use] = []
    for n, group in enumerate(groups):
        if group.name in opened:
            uses += draw_expanded(group, units, contents, names or {})
            for node in (*group.nodes, *group.leaves):
                drawn[node] = f"n{node}"
        else:
            contents.boxes.append(_box(f"g{n}", group, units))
            for node in (*group.nodes, *group.leaves):
                drawn[node] = f"g{n}"
    contents.arrows += _arrows(units, drawn, uses)
    operations = sum(node.primitive is not None for node in order)
    contents.summary = (
        f"graph of {_count(len(order), 'number')} and {_count(operations, 'operation')}, "
        f"folded by {how} into {_count(len(contents.boxes), 'box')}"
    )
    contents.caption = f"{len(order):,} numbers, folded by {how}"
    small = [g.name for g in groups if len(g.nodes) > 1 and len(g.nodes) + len(g.leaves) <= budget]
    if small and not opened:
        contents.caption += f'; expand="{small[0]}" opens one'
    if how == "neuron" and not opened:
        contents.crossing = True
        for arrow in contents.arrows:
            arrow.label = ""
    return contents


def _grouped(units: Units, fold: str, budget: int) -> tuple[list[Cluster], str]:
    """The groups that fit the budget, as fine as one can still read them, and how they came about."""
    if fold == "neuron" or (fold == "auto" and len(units.roots()) <= FEW):
        return by_unit(units), "neuron"
    if fold == "layer" or (fold == "auto" and max(units.depth) <= budget):  # a layer has one depth
        groups = by_layer(units)
        if fold == "layer" or len(groups) <= budget:
            return groups, "layer"
    return by_depth(units), "depth"


def _box(name: str, group: Cluster, units: Units) -> Box:
    """A folded group: its name, what it computes, how often, and how many nodes that is."""
    nodes, leaves = len(group.nodes), len(group.leaves)
    counts = (
        _count(nodes, "node") + (f", {_count(leaves, 'leaf')}" if leaves else "") if nodes else _count(leaves, "leaf")
    )
    if not group.units:
        if leaves > 1:
            return Box(name, [group.name, counts], "leaf")
        leaf = units.order[group.leaves[0]]
        return Box(name, [leaf.label or "leaf", *_numbers(leaf, units)], "leaf")
    root = group.units[0]
    what = units.description(root, numbers=len(group.units) == 1)
    if len(group.units) == 1:
        node = units.order[root]
        kind = "output" if root == len(units.order) - 1 else "unit"
        title = node.label or (group.name if units.is_neuron(root) else "")
        description = [what] if nodes > 1 or not title else []
        cells = [*([title] if title else []), *description, *_numbers(node, units)]
        return Box(name, cells, kind, counts, gradient=units.gradients.get(node))
    if group.name.startswith("depth"):
        return Box(name, [group.name, counts], "group")
    neurons = len({units.weights(unit) for unit in group.units}) if units.is_neuron(root) else 0
    samples = len(group.units) // neurons if neurons and len(group.units) % neurons == 0 else 0
    if samples:
        often = _count(neurons, "neuron") + (f" × {_count(samples, 'sample')}" if samples > 1 else "")
    else:
        often = f"{len(group.units):,} times"
    if nodes == len(group.units) and not leaves:  # each unit is one node: the count is there already
        return Box(name, [group.name, often if group.name == what else f"{often}\n{what}"], "group")
    return Box(name, [group.name, f"{often}\n{what}", counts], "group")


def _numbers(node: Value, units: Units) -> list[str]:
    """The cells of a number: its data, and its gradient, blank until computed."""
    gradient = f"grad {number_text(units.gradients[node])}" if node in units.gradients else "grad"
    return [f"data {number_text(node.data)}", gradient]


def _count(number: int, thing: str) -> str:
    plural = {"leaf": "leaves", "box": "boxes"}.get(thing, f"{thing}s")
    return f"{number:,} {thing if number == 1 else plural}"


def _arrows(units: Units, drawn: Sequence[str], uses: Sequence[Use]) -> list[Arrow]:
    """One arrow between two groups, with the number of edges that it stands for; every edge inside an opened group."""
    counts: dict[tuple[str, str], int] = {}
    singles = []
    for operand, arrow in uses:
        source = drawn[units.place[operand]]
        if source.startswith("n"):
            singles.append(arrow)
        else:
            counts[source, arrow.target] = counts.get((source, arrow.target), 0) + 1
    for n, operands in enumerate(units.operands):
        target = drawn[n]
        for place in operands if target.startswith("g") else ():
            if drawn[place] != target:
                counts[drawn[place], target] = counts.get((drawn[place], target), 0) + 1
    grouped = [Arrow(*ends, f"{count:,}" if count > 1 else "") for ends, count in counts.items()]
    return singles + grouped
