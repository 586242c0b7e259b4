"""Which nodes of a large graph belong together?  Those of one neuron; and the neurons of one layer, at the same depth.

Read `scene` first, `collapse` next, which draws the clusters.  Every pass here is one loop over the nodes, so that a
million nodes take seconds.  Nodes are numbered by their place in the topological order.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.micrograd import operation
from autograd.node import operands as operands_of
from autograd.symbolic.printing import number_text
from autograd.value import Value
from autograd.views.draw.scene import known_gradients

if TYPE_CHECKING:
    from collections.abc import Sequence

SUMS = frozenset({table.add, table.subtract, table.sum_, table.dot})
SUMMANDS = frozenset({table.add, table.subtract, table.multiply, table.negative})
"""The rows that join a sum that uses them; a `dot` does not, since it is a neuron itself."""
STAGES = 20
"""The number of ranges of depth of a graph that has too many layers to be shown."""


@dataclass
class Cluster:
    """Units that are drawn as one box."""

    name: str
    units: list[int] = field(default_factory=list)
    """The last node of each unit."""
    nodes: list[int] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)
    """Leaves that only this cluster uses."""


class Units:
    """A graph cut into units: a neuron's products, sum and activation are one unit; most other nodes are one each."""

    def __init__(self, order: Sequence[Value]) -> None:
        self.order = order
        self.place = place = {node: n for n, node in enumerate(order)}
        self.gradients = known_gradients(order)
        self.operands = [[place[o] for o in operands_of(node) if isinstance(o, Value)] for node in order]
        self.unit = self._units()
        self.size = [0] * len(order)
        for unit in self.unit:
            self.size[unit] += 1
        self.depth = self._depths()

    def _units(self) -> list[int]:
        """For each node the last node of its unit: a node joins its only user if that is a sum or an activation."""
        users = [0] * len(self.order)
        for operands in self.operands:
            for operand in operands:
                users[operand] += 1
        unit = list(range(len(self.order)))
        for n in range(len(self.order) - 1, -1, -1):
            row = self.order[n].primitive
            squashes = len(self.operands[n]) == 1 and row not in SUMMANDS
            joins = SUMMANDS if row in SUMS else SUMS if squashes else ()
            for operand in self.operands[n] if joins else ():
                if users[operand] == 1 and self.order[operand].primitive in joins:
                    unit[operand] = unit[n]
        return unit

    def _depths(self) -> list[int]:
        """For each unit the number of units on the longest path to it; 0 for a leaf."""
        depth = [0] * len(self.order)
        for n, operands in enumerate(self.operands):
            unit = self.unit[n]
            for operand in operands:
                if self.unit[operand] != unit and depth[self.unit[operand]] >= depth[unit]:
                    depth[unit] = depth[self.unit[operand]] + 1
        return depth

    def roots(self) -> list[int]:
        """The last node of each unit that computes something."""
        return [n for n, unit in enumerate(self.unit) if unit == n and self.order[n].primitive is not None]

    def inner(self, unit: int) -> int:
        """The sum inside a neuron's activation; the node itself if there is none."""
        operands = self.operands[unit]
        return operands[0] if len(operands) == 1 and self.unit[operands[0]] == unit else unit

    def description(self, unit: int, numbers: bool = False) -> str:
        """What a unit computes, such as `tanh(sum of 3 products)`; a constant is c, or with `numbers` its number."""
        inner = self.inner(unit)
        row = self.order[inner].primitive
        if row is table.dot:
            count = (len(operands_of(self.order[inner])) - 1) // 2
            what = f"sum of {count} product{'s' * (count != 1)}"
        elif row is table.sum_:
            what = f"sum of {len(self.operands[inner])}"
        elif self.size[unit] > 2 and row in SUMS:
            what = f"sum, {self.size[unit]} nodes"
        else:
            what = operation(self.order[inner]) or "by hand"
        return what if inner == unit else self._around(self.order[unit], what, numbers)

    def _around(self, node: Value, what: str, numbers: bool) -> str:
        """The formula of a node of one operand, such as `relu(...)`, `(...)**2` or `(...) / 100`."""
        sign, operands = operation(node), operands_of(node)
        if sign.startswith("**") and len(sign) > 2:
            return f"({what}){sign}"
        if len(operands) != 2:
            return f"{sign}({what})"
        constant = next(
            (number_text(operand) if numbers else "c" for operand in operands if type(operand) is float), ""
        )
        left, right = (f"({what})" if isinstance(operand, Value) else constant for operand in operands)
        return f"{left} {sign} {right}" if sign in ("+", "-", "*", "/", "**") else f"{sign}({left}, {right})"

    def is_neuron(self, unit: int) -> bool:
        """Whether a unit is a weighted sum, perhaps with an activation."""
        inner = self.inner(unit)
        row = self.order[inner].primitive
        return row is table.dot or (row is table.add and self.size[unit] > 2)

    def weights(self, unit: int) -> tuple[int, ...]:
        """The first weights of a neuron, which are the same for all its samples."""
        inner = self.inner(unit)
        return tuple(self.operands[inner][:2])


def by_unit(units: Units) -> list[Cluster]:
    """One cluster for each unit: neuron by neuron."""
    clusters = {root: Cluster("", [root]) for root in units.roots()}
    names: dict[str, int] = {}
    for root, cluster in clusters.items():
        _name(cluster, "neuron" if units.is_neuron(root) else units.order[root].label or units.description(root), names)
    return _with_leaves(units, clusters, [clusters.get(unit) for unit in units.unit], singly=True)


def by_layer(units: Units) -> list[Cluster]:
    """One cluster for all units that compute the same at the same depth: layer by layer, all samples together."""
    clusters: dict[tuple[int, str], Cluster] = {}
    of_unit: dict[int, Cluster] = {}
    for root in units.roots():
        key = (units.depth[root], units.description(root))
        of_unit[root] = clusters.setdefault(key, Cluster(""))
        of_unit[root].units.append(root)
    names: dict[str, int] = {}
    for key in sorted(clusters, key=lambda key: (key[0], clusters[key].units[0])):
        root = clusters[key].units[0]
        name = (
            "layer" if units.is_neuron(root) else units.order[root].label or operation(units.order[root]) or "by hand"
        )
        _name(clusters[key], name, names)
    return _with_leaves(units, clusters, [of_unit.get(unit) for unit in units.unit])


def _name(cluster: Cluster, name: str, names: dict[str, int]) -> None:
    """Give the cluster this name, with a number if it is not the only one."""
    names[name] = names.get(name, 0) + 1
    cluster.name = f"{name} {names[name]}" if name in ("neuron", "layer") or names[name] > 1 else name


def by_depth(units: Units) -> list[Cluster]:
    """A few clusters, each a range of depths: for graphs with more layers than a page can show."""
    deepest = max(units.depth)
    clusters: dict[int, Cluster] = {}
    of_unit: dict[int, Cluster] = {}
    for root in units.roots():
        stage = (units.depth[root] - 1) * STAGES // deepest
        if stage not in clusters:
            first, last = -(-stage * deepest // STAGES) + 1, -(-(stage + 1) * deepest // STAGES)
            clusters[stage] = Cluster(f"depth {first:,} to {last:,}")
        clusters[stage].units.append(root)
        of_unit[root] = clusters[stage]
    return _with_leaves(units, dict(sorted(clusters.items())), [of_unit.get(unit) for unit in units.unit])


def _with_leaves(
    units: Units, clusters: dict[Any, Cluster], of_node: list[Cluster | None], singly: bool = False
) -> list[Cluster]:
    """The clusters with their nodes; a leaf joins the cluster that uses it.

    A leaf with several users gets a cluster: with `singly` its own, else one with all leaves of the same users.
    """
    found = list(clusters.values())
    number = {id(cluster): n for n, cluster in enumerate(found)}
    users: dict[int, set[int]] = {}
    for n, cluster in enumerate(of_node):
        if cluster is not None:
            cluster.nodes.append(n)
            for operand in units.operands[n]:
                if of_node[operand] is None:
                    users.setdefault(operand, set()).add(number[id(cluster)])
    shared: dict[tuple[frozenset[int], int], Cluster] = {}
    for n, cluster in enumerate(of_node):
        if cluster is None:
            together = frozenset(users.get(n, ()))
            if len(together) == 1:
                found[min(together)].leaves.append(n)
            else:
                shared.setdefault((together, n if singly else -1), Cluster("")).leaves.append(n)
    for n, cluster in enumerate(shared.values(), 1):
        cluster.name = f"leaves {n}" if len(shared) > 1 else "leaves"
    return [*shared.values(), *found]
