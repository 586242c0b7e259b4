"""How is one cluster of a collapsed graph drawn node by node?  As in a full picture, inside a frame.

Read `scene`, `clusters` and `trace.expand` first; `collapse` draws the clusters that stay collapsed around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.node import variables
from autograd.value import Value
from autograd.views.draw.scene import (
    Arrow,
    Box,
    Circle,
    Contents,
    DrawOptions,
    add_gradients_of_parts,
    cells_of,
    not_taken,
    tooltip_of,
)
from autograd.views.trace.expand import expand_graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.draw.clusters import Cluster
    from autograd.views.draw.units import Units

Use = tuple[Value, Arrow]
"""A Value, and an arrow that leads from it; its source is set when all clusters are drawn."""


def draw_expanded(cluster: Cluster, units: Units, contents: Contents, names: Mapping[Value, str]) -> list[Use]:
    """Draw each node of a cluster, and return the arrows that start at a Value, inside the cluster or outside."""
    inside = [units.order[n] for n in sorted((*cluster.nodes, *cluster.leaves))]
    outside = dict.fromkeys(operand for node in inside for operand in variables(node))
    for member in inside:
        outside.pop(member, None)
    nodes, ids, _ = expand_graph([*outside, *inside], True, names, given=outside)
    values = {n: value for value, n in ids.items()}
    # A part of an expanded dot or sum is not a Value: it is numbered within its cluster.
    numbers = {n.id: f"{units.place[values[n.id]]}" if n.id in values else f"{cluster.nodes[-1]}_{n.id}" for n in nodes}
    grads = {ids[value]: units.gradients[value] for value in inside if value in units.gradients}
    add_gradients_of_parts(nodes, grads)
    inside_frame = {ids[value]: name.removeprefix(f"{cluster.name}.") for value, name in names.items() if value in ids}
    options = DrawOptions(names=inside_frame)
    uses: list[Use] = []
    for node in nodes:
        if node.id in values and values[node.id] in outside:
            continue
        number, tooltip = numbers[node.id], tooltip_of(node, node.formula, options)
        kind = "operation" if node.kind == "part" else node.kind
        cells, grad = cells_of(node, grads, options), grads.get(node.id)
        contents.boxes.append(Box(f"n{number}", cells, kind, tooltip, grad, cluster.name))
        if node.operation:
            contents.circles.append(Circle(f"o{number}", node.sign, tooltip, cluster.name))
            contents.arrows.append(Arrow(f"o{number}", f"n{number}"))
        target = f"o{number}" if node.operation else f"n{number}"
        for place, operand in enumerate(node.operands):
            taken = place not in node.not_taken
            arrow = Arrow(f"n{numbers[operand]}", target, *("", "") if taken else not_taken(options), taken)
            if operand in values:
                uses.append((values[operand], arrow))
            else:
                contents.arrows.append(arrow)
    return uses
