"""How is a graph of a million nodes drawn?  Folded: a box for each neuron, each layer or each range of depth.

Read `clusters` first (which nodes belong together) and `expand_cluster` (a cluster drawn node by node).  A folded
picture is made from the graph itself, not from its trace, which would have a record for every step.
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
"""At most so many neurons are drawn one by one; a larger graph is drawn layer by layer."""


def folded(
    order: Sequence[Value], fold: str, budget: int, expanded: Sequence[str], names: Mapping[Value, str] | None = None
) -> Contents:
    """The picture of a folded graph, with the clusters named in `expanded` drawn node by node.

    Raises ValueError if there is no such cluster, or if expanding it exceeds the budget.
    """
    units = Units(order)
    clusters, how = _clusters(units, fold, budget)
    existing = [cluster.name for cluster in clusters]
    for name in expanded:
        if name not in existing:
            raise ValueError(
                f"draw: expand: there is no group {name!r}; choose one of: {', '.join(dict.fromkeys(existing[:20]))}"
            )
    inside = sum(len(cluster.nodes) + len(cluster.leaves) for cluster in clusters if cluster.name in expanded)
    if inside > budget:
        raise ValueError(
            f"draw: expand={list(expanded)!r} opens {inside:,} nodes, more than budget={budget}; open less"
        )
    contents = Contents()
    drawn = [""] * len(order)
    uses: list[Use] = []
    for n, cluster in enumerate(clusters):
        if cluster.name in expanded:
            uses += draw_expanded(cluster, units, contents, names or {})
            for node in (*cluster.nodes, *cluster.leaves):
                drawn[node] = f"n{node}"
        else:
            contents.boxes.append(_box(f"g{n}", cluster, units))
            for node in (*cluster.nodes, *cluster.leaves):
                drawn[node] = f"g{n}"
    contents.arrows += _arrows(units, drawn, uses)
    operations = sum(node.primitive is not None for node in order)
    contents.summary = (
        f"graph of {_count(len(order), 'number')} and {_count(operations, 'operation')}, "
        f"folded by {how} into {_count(len(contents.boxes), 'box')}"
    )
    contents.caption = f"{len(order):,} numbers, folded by {how}"
    small = [g.name for g in clusters if len(g.nodes) > 1 and len(g.nodes) + len(g.leaves) <= budget]
    if small and not expanded:
        contents.caption += f'; expand="{small[0]}" opens one'
    if how == "neuron" and not expanded:
        contents.crossing = True
        for arrow in contents.arrows:
            arrow.label = ""
    return contents


def _clusters(units: Units, fold: str, budget: int) -> tuple[list[Cluster], str]:
    """The clusters within the budget, as fine as a reader can still read, and the kind of folding."""
    if fold == "neuron" or (fold == "auto" and len(units.roots()) <= FEW):
        return by_unit(units), "neuron"
    if fold == "layer" or (fold == "auto" and max(units.depth) <= budget):  # a layer has one depth
        clusters = by_layer(units)
        if fold == "layer" or len(clusters) <= budget:
            return clusters, "layer"
    return by_depth(units), "depth"


def _box(name: str, cluster: Cluster, units: Units) -> Box:
    """A folded cluster: its name, what it computes, how often, and its number of nodes."""
    nodes, leaves = len(cluster.nodes), len(cluster.leaves)
    counts = (
        _count(nodes, "node") + (f", {_count(leaves, 'leaf')}" if leaves else "") if nodes else _count(leaves, "leaf")
    )
    if not cluster.units:
        if leaves > 1:
            return Box(name, [cluster.name, counts], "leaf")
        leaf = units.order[cluster.leaves[0]]
        return Box(name, [leaf.label or "leaf", *_numbers(leaf, units)], "leaf")
    root = cluster.units[0]
    what = units.description(root, numbers=len(cluster.units) == 1)
    if len(cluster.units) == 1:
        node = units.order[root]
        kind = "output" if root == len(units.order) - 1 else "unit"
        title = node.label or (cluster.name if units.is_neuron(root) else "")
        description = [what] if nodes > 1 or not title else []
        cells = [*([title] if title else []), *description, *_numbers(node, units)]
        return Box(name, cells, kind, counts, gradient=units.gradients.get(node))
    if cluster.name.startswith("depth"):
        return Box(name, [cluster.name, counts], "group")
    neurons = len({units.weights(unit) for unit in cluster.units}) if units.is_neuron(root) else 0
    samples = len(cluster.units) // neurons if neurons and len(cluster.units) % neurons == 0 else 0
    if samples:
        often = _count(neurons, "neuron") + (f" × {_count(samples, 'sample')}" if samples > 1 else "")
    else:
        often = f"{len(cluster.units):,} times"
    if nodes == len(cluster.units) and not leaves:  # each unit is one node: the count is there already
        return Box(name, [cluster.name, often if cluster.name == what else f"{often}\n{what}"], "group")
    return Box(name, [cluster.name, f"{often}\n{what}", counts], "group")


def _numbers(node: Value, units: Units) -> list[str]:
    """The cells of a number: its data, and its gradient, blank until computed."""
    gradient = f"grad {number_text(units.gradients[node])}" if node in units.gradients else "grad"
    return [f"data {number_text(node.data)}", gradient]


def _count(number: int, thing: str) -> str:
    plural = {"leaf": "leaves", "box": "boxes"}.get(thing, f"{thing}s")
    return f"{number:,} {thing if number == 1 else plural}"


def _arrows(units: Units, drawn: Sequence[str], uses: Sequence[Use]) -> list[Arrow]:
    """One arrow between two clusters, with its number of edges; every edge inside an expanded cluster."""
    counts: dict[tuple[str, str], int] = {}
    single = []
    for operand, arrow in uses:
        source = drawn[units.place[operand]]
        if source.startswith("n"):
            single.append(arrow)
        else:
            counts[source, arrow.target] = counts.get((source, arrow.target), 0) + 1
    for n, operands in enumerate(units.operands):
        target = drawn[n]
        for place in operands if target.startswith("g") else ():
            if drawn[place] != target:
                counts[drawn[place], target] = counts.get((drawn[place], target), 0) + 1
    between = [Arrow(*ends, f"{count:,}" if count > 1 else "") for ends, count in counts.items()]
    return single + between
