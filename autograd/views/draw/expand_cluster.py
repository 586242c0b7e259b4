"""How is one cluster of a collapsed graph drawn node by node?  As in a full picture, inside a frame.

Read `scene`, `clusters` and `trace.expand` first; `collapse` draws the clusters that stay collapsed around it.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from autograd.node import variables
from autograd.symbolic.printing import number_drawn
from autograd.value import Value
from autograd.views.draw.escape import MAX_LINE
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
from autograd.views.trace.expand import EXPANDED_BELOW, expand_graph

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from autograd.views.draw.clusters import Cluster
    from autograd.views.draw.units import Units
    from autograd.views.trace.expand import DisplayNode

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
    tables: dict[int, str] = {}
    for group in _tables(nodes, {ids[value] for value in outside}):
        name = f"n{numbers[group[0].id]}"
        contents.boxes.append(_table(name, group, grads, options, cluster.name))
        tables |= dict.fromkeys([node.id for node in group], name)
    for node in nodes:
        if node.id in tables or (node.id in values and values[node.id] in outside):
            continue
        number, tooltip = numbers[node.id], tooltip_of(node, node.formula, options)
        kind = "operation" if node.kind == "part" else node.kind
        cells, grad = cells_of(node, grads, options), grads.get(node.id)
        contents.boxes.append(Box(f"n{number}", cells, kind, tooltip, grad, cluster.name))
        if node.operation:
            contents.circles.append(Circle(f"o{number}", node.sign, tooltip, cluster.name))
            contents.arrows.append(Arrow(f"o{number}", f"n{number}"))
        target = f"o{number}" if node.operation else f"n{number}"
        read = Counter(tables[operand] for operand in node.operands if operand in tables)
        contents.arrows += [Arrow(name, target, count=many) for name, many in read.items()]
        for place, operand in enumerate(node.operands):
            taken = place not in node.not_taken
            arrow = Arrow(f"n{numbers[operand]}", target, *("", "") if taken else not_taken(options), taken)
            if operand in values and operand not in tables:
                uses.append((values[operand], arrow))
            elif operand not in tables:
                contents.arrows.append(arrow)
    return uses


def _tables(nodes: Sequence[DisplayNode], outside: Container[int]) -> list[list[DisplayNode]]:
    """The leaves, or the constants, that the same large `dot` or `sum` reads: each list is drawn as one box."""
    users: dict[int, list[int]] = {}
    for node in nodes:
        for operand in node.operands:
            users.setdefault(operand, []).append(node.id)
    groups: dict[tuple[str, tuple[int, ...]], list[DisplayNode]] = {}
    for node in nodes:
        if not node.operation and node.id not in outside and len(node.name) <= MAX_LINE and "\n" not in node.label:
            of = tuple(users.get(node.id, ()))
            if all(len(nodes[user].operands) >= EXPANDED_BELOW for user in of):
                groups.setdefault((node.kind, of), []).append(node)
    return [group for group in groups.values() if len(group) > 1]


def _table(
    name: str, group: Sequence[DisplayNode], grads: Mapping[int, float], options: DrawOptions, frame: str
) -> Box:
    """One box for several numbers: columns for names, data and gradients, or one for constants."""
    data = [number_drawn(node.data) for node in group]
    columns = [data]
    if group[0].kind != "constant":
        names = [node.label or options.names.get(node.id, "") for node in group]
        known = [number_drawn(grads[node.id]) if node.id in grads else "" for node in group]
        columns = [["", *names], ["data", *data], ["grad", *known]]
    tooltip = "\n".join(tooltip_of(node, "", options) for node in group)
    cells = ["\n".join(column) for column in columns]
    return Box(name, cells, group[0].kind, tooltip, group=frame, table=len(columns) > 1)
