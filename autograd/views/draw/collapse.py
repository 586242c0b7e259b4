"""How is a graph of a million nodes drawn?  Folded: a box for each neuron, each layer or each range of depth.

Read `clusters` and `architecture` first (which nodes belong together, and what their box says), and `expand_cluster` (a
cluster drawn node by node).  A folded picture is made from the graph itself, not from its trace, which would have a
record for every step.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from autograd.node import all_edges
from autograd.symbolic.printing import count, number_drawn
from autograd.views.draw.architecture import cluster_box, plain_inputs_box
from autograd.views.draw.clusters import NO_MODULES, Cluster, by_depth, by_layer, by_unit, neurons_of, taken_out
from autograd.views.draw.expand_cluster import Use, draw_expanded
from autograd.views.draw.page_fit import longest_arrow
from autograd.views.draw.scene import Arrow, Box, Contents
from autograd.views.draw.units import Units, plain_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.value import Value
    from autograd.views.draw.modules import Modules

FOLDS = ("auto", "none", "neuron", "layer", "depth")
MAX_FOR_BRANCHES = 5_000
"""In graphs of at most this many nodes, arrows to branches that were not taken are found, which takes a second pass."""


class Clustering(NamedTuple):
    """A graph with its nodes divided into clusters."""

    units: Units
    clusters: list[Cluster]
    how: str
    """'neuron', 'layer' or 'depth'."""


def clustered(
    units: Units, fold: str, budget: int, called: Mapping[Value, str], modules: Modules = NO_MODULES
) -> Clustering:
    """The clusters within the budget, as fine as a reader can still read; `fold` may require a kind."""
    if fold == "neuron" or (fold == "auto" and len(units.roots) <= budget):
        clusters = by_unit(units, called)
        plain = sum(map(len, {plain_inputs(reading.inputs) for reading in units.neurons.values()}))  # each has a box
        if fold == "neuron" or len(clusters) + plain <= budget:
            return Clustering(units, clusters, "neuron")
    if fold == "layer" or (fold == "auto" and max(units.depth) <= budget):  # a layer has one depth
        clusters = by_layer(units, called, modules)
        if fold == "layer" or len(clusters) <= budget:
            return Clustering(units, clusters, "layer")
    return Clustering(units, by_depth(units, called), "depth")


def opened_views(units: Units, fold: str, budget: int, opened: Sequence[str], called: Mapping[Value, str],
                 modules: Modules) -> list[tuple[Clustering, list[str]]]:  # fmt: skip
    """How a graph may be folded around opened groups, from the finest to the coarsest, and what is drawn by nodes.

    The rest becomes layers if these are needed; then an opened layer is drawn neuron by neuron.
    """
    fine = clustered(units, fold, budget, called, modules)
    layers = by_layer(units, called, modules) if fold in ("auto", "layer") else []
    if fold == "auto":
        of_layers = {cluster.name for cluster in layers}
        neurons = [cluster for cluster in by_unit(units, called) if cluster.name in set(opened) - of_layers]
        layers = taken_out(layers, neurons)
    views = [(fine, list(opened))]
    if set(opened) <= {cluster.name for cluster in layers}:
        if not set(opened) <= {cluster.name for cluster in fine.clusters}:
            views.clear()
        if fine.how != "layer" or not views:
            views.append((Clustering(units, layers, "layer"), list(opened)))
        parts, nodes = [], []
        for cluster in layers:
            whole = cluster.name in opened and len(cluster.units) > 1
            parts += neurons_of(units, cluster, called) if whole else [cluster]
            nodes += [] if whole or cluster.name not in opened else [cluster.name]
        if len(parts) > len(layers):
            views.append((Clustering(units, parts, "layer"), nodes))
    return views


def folded(clustering: Clustering, most: int, expanded: Sequence[str], names: Mapping[Value, str], modules: Modules
           ) -> Contents:  # fmt: skip
    """The picture of a folded graph, with the clusters named in `expanded` drawn node by node.

    Raises ValueError if there is no such cluster, or if expanding it shows more than `most` nodes.
    """
    units, clusters, _ = clustering
    _check_opened(clusters, expanded, most)
    contents = Contents()
    drawn = [""] * len(units.order)
    uses: list[Use] = []
    _draw_plain_inputs(clustering, expanded, contents, modules)
    for n, cluster in enumerate(clusters):
        members = (*cluster.nodes, *cluster.leaves)
        if cluster.name in expanded:
            uses += draw_expanded(cluster, units, contents, names)
            for node in members:
                drawn[node] = f"n{node}"
        else:
            box = cluster_box(f"g{n}", cluster, units, names, modules)
            contents.boxes.append(replace(box, group=cluster.inside))
            for node in members:
                drawn[node] = f"g{n}"
    contents.arrows += _arrows(units, drawn, uses)
    _describe(contents, clustering, most, expanded)
    return contents


def _check_opened(clusters: Sequence[Cluster], expanded: Sequence[str], most: int) -> None:
    existing = [cluster.name for cluster in sorted(clusters, key=lambda cluster: cluster.kind in ("leaves", "inputs"))]
    for name in expanded:
        if name not in existing:
            raise ValueError(
                f"draw: expand: there is no group {name!r}; choose one of: {', '.join(dict.fromkeys(existing[:20]))}"
            )
    inside = sum(len(cluster.nodes) + len(cluster.leaves) for cluster in clusters if cluster.name in expanded)
    if inside > most:
        raise ValueError(
            f"draw: expand={list(expanded)!r} opens {inside:,} nodes, more than {most}; open a smaller group, draw one "
            f"sample, or allow more with budget={inside}"
        )


def _draw_plain_inputs(clustering: Clustering, expanded: Sequence[str], contents: Contents, modules: Modules) -> None:
    """Boxes and arrows for the inputs that are plain numbers, which no node of the graph shows."""
    units, clusters, how = clustering
    boxes: dict[tuple[int, int], Box] = {}
    samples: dict[tuple[float, ...], int] = {}
    for n, cluster in enumerate(clusters):
        if cluster.kind not in ("neuron", "layer", "module") or cluster.name in expanded:
            continue
        readings = [units.neurons[unit].inputs for unit in cluster.units if unit in units.neurons]
        distinct = {id(inputs): inputs for inputs in readings}
        numbers = {plain_inputs(inputs) for inputs in distinct.values()}
        for row in filter(None, sorted(numbers)):
            sample = samples.setdefault(row, len(samples))
            for place in range(len(row) if how == "neuron" else 1):
                key = (place, sample) if how == "neuron" else (0, 0)
                if key not in boxes:
                    cells = [f"x{place + 1}", number_drawn(row[place])]
                    boxes[key] = Box(f"i{len(boxes)}", cells, "leaf", stacked=True)
                arrow = Arrow(boxes[key].id, f"g{n}", count=len(cluster.units))
                if contents.arrows[-1:] != [arrow]:
                    contents.arrows.append(arrow)
    if how != "neuron" and samples:
        reader = next(cluster for n, cluster in enumerate(clusters) if contents.arrows[0].target == f"g{n}")
        boxes[0, 0] = plain_inputs_box("i0", list(samples), units, reader, modules[reader.module])
    contents.boxes += boxes.values()


def _arrows(units: Units, drawn: Sequence[str], uses: Sequence[Use]) -> list[Arrow]:
    """One arrow between two clusters, which knows its number of edges; every edge inside an expanded cluster."""
    counts: Counter[tuple[str, str]] = Counter()
    taken: set[tuple[str, str]] = set()
    single = []
    for operand, arrow in uses:
        source = drawn[units.place[operand]]
        if source.startswith("n"):
            single.append(arrow)
        else:
            counts[source, arrow.target] += 1
            if arrow.taken:
                taken.add((source, arrow.target))
    sources: dict[str, list[str]] = {}
    known: dict[str, set[str]] = {}  # the sources of each box whose arrow is taken
    exact = len(drawn) <= MAX_FOR_BRANCHES
    for target, operands, node in zip(drawn, units.operands, units.order, strict=True):
        if target[0] == "g":
            found = [drawn[place] for place in operands]
            sources.setdefault(target, []).extend(found)
            if not known.setdefault(target, {target}).issuperset(found):
                counts.update(dict.fromkeys([(source, target) for source in found if source != target], 0))
                partials = [partial for _, partial in all_edges(node)] if exact else [0.0] * len(found)
                known[target].update(s for s, partial in zip(found, partials, strict=True) if partial is not None)
    for target, found in sources.items():
        for source, number in Counter(found).items():
            if source != target:
                counts[source, target] += number
        taken.update((source, target) for source in known[target])
    return single + [Arrow(*ends, count=number, taken=ends in taken) for ends, number in counts.items()]


def _describe(contents: Contents, clustering: Clustering, most: int, expanded: Sequence[str]) -> None:
    """The summary and the note, and how thick and how straight the arrows are."""
    units, clusters, how = clustering
    operations = sum(node.primitive is not None for node in units.order)
    contents.summary = (
        f"graph of {count(len(units.order), 'number')} and {count(operations, 'operation')}, "
        f"folded by {how} into {count(len(contents.boxes), 'box')}"
    )
    contents.note = f"{len(units.order):,} numbers, folded by {how}"
    small = [g.name for g in clusters if len(g.nodes) > 1 and len(g.nodes) + len(g.leaves) <= most]
    if small and not expanded:
        contents.note += f'; expand="{small[0]}" opens one'
    contents.crossing = how == "neuron" and not expanded and longest_arrow(contents) == 1
    if how == "layer" and units.samples > 1:
        constant = {f"g{n}" for n, cluster in enumerate(clusters) if cluster.kind in ("leaves", "targets")}
        for arrow in contents.arrows:
            arrow.bundle = arrow.count > 1 and arrow.source not in constant
            arrow.tooltip = count(arrow.count, "edge")
