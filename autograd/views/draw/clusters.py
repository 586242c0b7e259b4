"""Which units are drawn as one box?  One neuron; or all neurons of one layer and all samples; or a range of depths.

Read `units` first, `architecture` next, which describes the clusters, and `collapse`, which draws them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.micrograd import operation
from autograd.views.draw.modules import (
    CONVOLUTION,
    POOLING,
    Modules,
    absorbed,
    convolution_shapes,
    has_sizes,
    pooled_shape,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from autograd.value import Value
    from autograd.views.draw.modules import Shape
    from autograd.views.draw.units import Units

NO_MODULES = Modules()
OTHERS = ", others"
"""What is added to the name of a layer from which neurons were taken out."""
STAGES = 12
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
    kind: str = ""
    """'inputs', 'targets', 'leaves', 'neuron', 'layer', 'module', 'loss', 'depth', or '' for other operations."""
    activation: list[int] = field(default_factory=list)
    """The units of an activation of the whole layer, such as softmax."""
    inside: str = ""
    """The name of the opened layer that contains it."""
    module: str = ""
    """The name of the module that is drawn whole, or that has no parameters, such as a pooling."""
    before: Shape = ()
    after: Shape = ()
    """The shapes of its input and output, if it is a module of images and the graph tells them."""

    @property
    def title(self) -> str:
        """The name, without what the frame around it says already."""
        return self.name.removeprefix(f"{self.inside}.")


def by_unit(units: Units, called: Mapping[Value, str]) -> list[Cluster]:
    """One cluster for each unit: neuron by neuron."""
    clusters = {root: Cluster("", [root]) for root in units.roots}
    names = _Names()
    for root, cluster in clusters.items():
        if units.is_neuron(root):
            cluster.kind = "neuron"
            cluster.name = names.new(owner(units, [root], called, layer=False) or "neuron")
        else:
            cluster.kind = "loss" if units.is_loss(root) else ""
            title = units.order[root].label or called.get(units.order[root], "")
            cluster.name = names.new(title or ("loss" if cluster.kind else units.description(root)))
    return _with_leaves(units, clusters, [clusters.get(unit) for unit in units.unit], called, singly=True)


def by_layer(units: Units, called: Mapping[Value, str], modules: Modules = NO_MODULES) -> list[Cluster]:
    """One cluster for each layer, all samples together, and one for all that is computed between two layers."""
    clusters: dict[Any, Cluster] = {}
    of_unit: dict[int, Cluster] = {}
    element_wise = _element_wise(units)
    layered = all(units.is_loss(root) or (root in units.neurons and root not in element_wise) for root in units.roots)
    stage = [] if layered else _stages(units, element_wise)
    whole = _drawn_whole(units, called, modules)
    for root in units.roots:
        key: tuple[Any, ...]
        if root in whole:
            key, kind = ("module", whole[root]), "module"
        elif units.is_neuron(root) and root not in element_wise:
            what, width = units.activation(root), len(units.neurons[root].inputs)
            key, kind = (units.depth[root], what, width, owner(units, [root], called) if called else ""), "layer"
        elif units.is_loss(root):
            key, kind = (units.depth[root], "loss"), "loss"
        elif units.neurons and units.order[root].primitive is table.softmax:
            key, kind = (units.depth[root], "softmax"), ""
        elif units.neurons:
            key, kind = (stage[root] + 0.5, "between"), ""
        else:
            key, kind = (units.depth[root], units.description(root)), ""
        of_unit[root] = clusters.setdefault(key, Cluster("", kind=kind, module=whole.get(root, "")))
        of_unit[root].units.append(root)
    _join_activations(units, clusters, of_unit)
    names, known = _Names(), _modules(units, of_unit, called)
    for cluster in sorted(clusters.values(), key=lambda cluster: units.depth[cluster.units[0]]):
        module = modules.around(known.get(id(cluster), ""))
        cluster.name = names.new(cluster.module or _name(units, cluster, called, module))
    _find_shapes(units, clusters.values(), of_unit, modules)
    found = dict(sorted(clusters.items(), key=lambda item: (units.depth[item[1].units[0]], item[1].units[0])))
    return _with_leaves(units, found, [of_unit.get(unit) for unit in units.unit], called)


def _drawn_whole(units: Units, called: Mapping[Value, str], modules: Modules) -> dict[int, str]:
    """The module of each unit that belongs to one drawn whole."""
    whole = {unit: found for unit in (units.neurons if modules.by_name else ())
             if (found := modules.whole(owner(units, [unit], called)))}  # fmt: skip
    return whole | absorbed(units, whole) if whole else {}


def _find_shapes(units: Units, clusters: Collection[Cluster], of_unit: Mapping[int, Cluster], modules: Modules) -> None:
    """Add the shapes of images, and the names of poolings: modules without parameters between two others."""
    for cluster in clusters:
        if cluster.kind == "module" and has_sizes(modules[cluster.module], CONVOLUTION):
            windows = readings_of_one(units, cluster)
            cluster.before, cluster.after = convolution_shapes(modules[cluster.module], windows, units.samples)
    if not any(cluster.kind == "module" for cluster in clusters):
        return
    beside: list[tuple[Cluster, Cluster]] = []
    for n, operands in enumerate(units.operands):
        user = of_unit.get(units.unit[n])
        found = {id(of): of for o in operands if (of := of_unit.get(units.unit[o])) is not None}.values()
        beside += [(of, user) for of in found if user is not None and of is not user]
    for cluster in clusters:
        sources = {id(source): source for source, user in beside if user is cluster}
        users = {id(user): user for source, user in beside if source is cluster}
        if not cluster.kind and len(sources) == len(users) == 1:
            (source,), (user,) = sources.values(), users.values()
            names = [name for name in modules.between(source.name, user.name) if has_sizes(modules[name], POOLING)]
            if len(names) == 1:
                cluster.name, cluster.module, cluster.before = names[0], names[0], source.after
                cluster.after = pooled_shape(modules[names[0]], source.after) if source.after else ()


def readings_of_one(units: Units, cluster: Cluster) -> list[tuple[int | float, ...]]:
    """What the first neuron of a cluster reads, at all positions of all samples."""
    readings = [units.neurons[unit] for unit in cluster.units if unit in units.neurons]
    return [reading.inputs for reading in readings if reading.parameters is readings[0].parameters]


def neurons_of(units: Units, layer: Cluster, called: Mapping[Value, str]) -> list[Cluster]:
    """The neurons of a layer as clusters, each with all its samples, and other units one by one."""
    parts: dict[Any, Cluster] = {}
    of_unit: dict[int, Cluster] = {}
    names = _Names()
    for unit in (*layer.units, *layer.activation):
        reading = units.neurons.get(unit)
        key = unit if reading is None else id(reading.parameters)
        if key not in parts:
            title = owner(units, [unit], called, layer=False) if reading else units.description(unit)
            parts[key] = Cluster(names.new(title or "neuron"), kind="neuron" if reading else "", inside=layer.name)
        parts[key].units.append(unit)
        of_unit[unit] = parts[key]
    mine = set(layer.leaves)
    for n in layer.nodes:
        part = of_unit[units.unit[n]]
        part.nodes.append(n)
        used = mine.intersection(units.operands[n])
        part.leaves += sorted(used)
        mine -= used
    return list(parts.values())


def taken_out(layers: Sequence[Cluster], neurons: Sequence[Cluster]) -> list[Cluster]:
    """The layers without some of their neurons, and these on their own."""
    found = []
    for layer in layers:
        mine = [neuron for neuron in neurons if neuron.units[0] in layer.units]
        if mine:
            gone = {unit for neuron in mine for unit in (*neuron.units, *neuron.nodes, *neuron.leaves)}
            rest = replace(
                layer,
                name=f"{layer.name}{OTHERS}",
                units=[unit for unit in layer.units if unit not in gone],
                nodes=[node for node in layer.nodes if node not in gone],
                leaves=[leaf for leaf in layer.leaves if leaf not in gone],
            )
            found += [*mine, *([rest] if rest.units else [])]
        else:
            found.append(layer)
    return found


def _name(units: Units, cluster: Cluster, called: Mapping[Value, str], module: str) -> str:
    last = units.order[cluster.units[-1]]
    label = last.label or called.get(last, "") if len(cluster.units) == 1 or last is units.order[-1] else ""
    if cluster.kind == "layer":
        return module or "layer"
    if cluster.kind == "loss":
        return label or "loss"
    signs = {
        units.description(unit) if units.is_mean(unit) else operation(units.order[unit]) or "by hand"
        for unit in cluster.units
    }
    return label or module or (signs.pop() if len(signs) == 1 else "operations")


def _modules(units: Units, of_unit: Mapping[int, Cluster], called: Mapping[Value, str]) -> dict[int, str]:
    """The module of each cluster, by its identity: what the names of its parameters have in common."""
    names: dict[int, list[str]] = {}
    for n, operands in enumerate(units.operands if called else ()):
        cluster = of_unit.get(units.unit[n])
        if cluster is not None:
            found = [called[units.order[o]] for o in operands if units.order[o] in called]
            names.setdefault(id(cluster), []).extend(found)
    return {cluster: _in_common(found, layer=True) for cluster, found in names.items()}


def _element_wise(units: Units) -> set[int]:
    """Neurons of which each scales one number of its own, as a normalization does: they are no layer of neurons."""
    single = [unit for unit, reading in units.neurons.items() if len(reading.inputs) == 1]
    at: dict[int, list[int]] = {}
    for unit in single:
        at.setdefault(units.depth[unit], []).append(unit)
    found: set[int] = set()
    for together in at.values():
        parameters = {units.neurons[unit].parameters for unit in together}
        inputs = {units.neurons[unit].inputs for unit in together}
        if len(parameters) > 1 and len(inputs) >= len(together):
            found.update(together)
    return found


def _stages(units: Units, element_wise: set[int]) -> list[int]:
    """For each unit the depth of the last layer of neurons before it; 0 if there is none."""
    stage = [0] * len(units.order)
    for n, operands in enumerate(units.operands):
        unit = units.unit[n]
        for operand in operands:
            source = units.unit[operand]
            if source != unit:
                before = (
                    units.depth[source] if source in units.neurons and source not in element_wise else stage[source]
                )
                stage[unit] = max(stage[unit], before)
    return stage


def _join_activations(units: Units, clusters: dict[Any, Cluster], of_unit: dict[int, Cluster]) -> None:
    """A softmax of all outputs of a layer, if they have no other user, becomes the activation of that layer."""
    for key, cluster in list(clusters.items()):
        if units.order[cluster.units[0]].primitive is not table.softmax:
            continue
        operands = {units.unit[operand] for unit in cluster.units for operand in units.operands[unit]}
        sources = {id(of_unit.get(operand)) for operand in operands}
        layer = of_unit.get(next(iter(operands)))
        whole = layer is not None and len(sources) == 1 and len(layer.units) == len(operands)
        used = sum(len(units.operands[unit]) for unit in cluster.units) == sum(units.users[o] for o in operands)
        if layer is not None and layer.kind == "layer" and whole and used:
            layer.activation = cluster.units
            of_unit.update(dict.fromkeys(cluster.units, layer))
            del clusters[key]


def by_depth(units: Units, called: Mapping[Value, str]) -> list[Cluster]:
    """A few clusters, each a range of depths: for graphs with more layers than a page can show."""
    deepest = max(max(units.depth), 1)
    clusters: dict[int, Cluster] = {}
    of_unit: dict[int, Cluster] = {}
    for root in units.roots:
        stage = (units.depth[root] - 1) * STAGES // deepest
        if stage not in clusters:
            first, last = -(-stage * deepest // STAGES) + 1, -(-(stage + 1) * deepest // STAGES)
            name = f"depth {first:,} to {last:,}" if last > first else f"depth {first:,}"
            clusters[stage] = Cluster(name, kind="depth")
        clusters[stage].units.append(root)
        of_unit[root] = clusters[stage]
    return _with_leaves(units, dict(sorted(clusters.items())), [of_unit.get(unit) for unit in units.unit], called)


# ------------------------------------------------------------------------------------------------------------- names


class _Names:
    """Distinct names: a neuron or a layer without a name gets a number, another name if it occurs again."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def new(self, name: str) -> str:
        """The name, with a number if that is needed."""
        self.counts[name] = count = self.counts.get(name, 0) + 1
        return f"{name} {count}" if name in ("neuron", "layer") or count > 1 else name


def owner(units: Units, neurons: Iterable[int], called: Mapping[Value, str], layer: bool = True) -> str:
    """The module to which the parameters of some neurons belong, such as `layers.0`: what their names have in common.

    With `layer` it is that of the layer, else of the neuron; '' if the parameters have no names.
    """
    parameters = [units.order[n] for neuron in neurons for n in units.neurons[neuron].parameters]
    return _in_common([called[leaf] for leaf in parameters if leaf in called], layer)


def _in_common(names: Sequence[str], layer: bool) -> str:
    """The module of these parameters; with `layer`, that of the layer to which a neuron belongs."""
    if not names:
        return ""
    common = names[0].split(".")
    for name in names[1:]:
        parts = name.split(".")
        common = common[: next((n for n, (a, b) in enumerate(zip(common, parts, strict=False)) if a != b), len(parts))]
    while common and common[-1] in ("weights", "bias"):  # a neuron with a single parameter
        common.pop()
    if layer and "neurons" in common:
        common = common[: len(common) - 1 - common[::-1].index("neurons")]
    return ".".join(common)


# ------------------------------------------------------------------------------------------------------------ leaves


def _with_leaves(
    units: Units, clusters: dict[Any, Cluster], of_node: list[Cluster | None], called: Mapping[Value, str],
    singly: bool = False,
) -> list[Cluster]:  # fmt: skip
    """The clusters with their nodes; a leaf joins the cluster that uses it.

    The inputs of neurons are a cluster of their own.  So is a leaf with several users: with `singly` on its own, else
    with all leaves of the same users.
    """
    found = list(clusters.values())
    number = {id(cluster): n for n, cluster in enumerate(found)}
    users: dict[int, set[int]] = {}
    for n, cluster in enumerate(of_node):
        if cluster is not None:
            cluster.nodes.append(n)
            mine = number[id(cluster)]
            for operand in units.operands[n]:
                if of_node[operand] is None:
                    if operand in users:
                        users[operand].add(mine)
                    else:
                        users[operand] = {mine}
    readings = [] if found and found[0].kind == "depth" else units.neurons.values()
    parameters: set[Any] = set().union(*{id(row): row for row, _ in readings}.values())
    inputs = {id(inputs): inputs for _, inputs in readings}
    read = {n for numbers in inputs.values() for n in numbers if type(n) is int} - parameters
    shared: dict[tuple[str, frozenset[int], int], Cluster] = {}
    for n, cluster in enumerate(of_node):
        if cluster is None:
            together = frozenset(users.get(n, ()))
            of_loss = all(found[user].kind == "loss" for user in together)
            if n in read or (units.order[n].label and n not in parameters):
                kind, key = ("targets" if of_loss and n not in read else "inputs"), frozenset[int]()
            elif len(together) == 1:
                found[min(together)].leaves.append(n)
                continue
            else:
                kind, key = "leaves", together
            shared.setdefault((kind, key, n if singly else -1), Cluster("", kind=kind)).leaves.append(n)
    names = _Names()
    for cluster in shared.values():
        leaf = units.order[cluster.leaves[0]]
        alone = len(cluster.leaves) == 1 and (leaf.label or called.get(leaf, ""))
        known = cluster.kind == "leaves" and parameters.issuperset(cluster.leaves)
        cluster.name = names.new(alone or ("parameters" if known else cluster.kind))
    return [*shared.values(), *found]
