"""What does the box of a folded part of a graph say?  That of a layer: its size, activation and number of parameters.

Read `clusters` first, `collapse` next, which puts these boxes into a picture.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from autograd.micrograd import operation
from autograd.symbolic.printing import count, number_drawn, with_minus
from autograd.views.draw.clusters import OTHERS, readings_of_one
from autograd.views.draw.modules import CONVOLUTION, RECURRENT, has_sizes, shape_text, size_text
from autograd.views.draw.scene import Box, data_and_gradient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.value import Value
    from autograd.views.draw.clusters import Cluster
    from autograd.views.draw.modules import Modules
    from autograd.views.draw.units import Units

MAX_LISTED = 4
"""At most this many inputs are listed one by one."""
MAX_LINE = 24
"""A module's kind and size are in one line if they have at most this many characters."""
MAX_SIGNS = 6
"""At most this many operations are listed in one box."""


def cluster_box(name: str, cluster: Cluster, units: Units, called: Mapping[Value, str], modules: Modules) -> Box:
    """The box of a cluster."""
    if cluster.kind in ("inputs", "targets", "leaves"):
        return _leaves_box(name, cluster, units, called)
    if cluster.kind == "depth":
        return Box(name, [cluster.name, _counts(cluster)], "group", stacked=True)
    root, last = cluster.units[0], cluster.units[-1]
    cells = [cluster.name]
    if cluster.kind == "neuron":
        cells = [cluster.title.replace(".neurons.", "\nneurons.")]  # in two lines, for narrow columns
        activation = units.activation(root)
        cells += [with_minus(activation)] if activation != "identity" else []
    elif cluster.kind == "layer":
        cells += _layer(cluster, units, modules)
    elif cluster.kind == "loss":
        cells += _loss(units)
    elif cluster.module:
        cells += _module(cluster, units, modules)
    else:
        cells = [cluster.name if units.order[last].label else with_minus(cluster.name)]
        cells += _other(cluster, units, modules)
    is_output = last == len(units.order) - 1
    if not is_output and (len(cluster.units) > 1 or len(cluster.activation) > 1):
        return Box(name, cells, "group", _counts(cluster), stacked=True)
    node = units.order[cluster.activation[0] if cluster.activation else last]
    is_output = node is units.order[-1]
    if is_output and cluster.kind in ("neuron", "layer") and node.label:
        cells[0] = f"{cells[0]}: {node.label}"
    cells += data_and_gradient(node, units.gradients)
    kind = "output" if is_output else "unit"
    return Box(name, cells, kind, _counts(cluster), units.gradients.get(node), stacked=True)


def _layer(cluster: Cluster, units: Units, modules: Modules) -> list[str]:
    """Kind, size, activation and number of parameters of a layer."""
    readings = [units.neurons[unit] for unit in cluster.units]
    distinct = {id(reading.parameters): reading.parameters for reading in readings}
    neurons, parameters = len(distinct), len(set().union(*distinct.values()))
    size = f"{len(readings[0].inputs)} → {neurons}"
    activation = "softmax" if cluster.activation else with_minus(units.activation(cluster.units[0]))
    name = re.sub(r" \d+$", "", cluster.name.removesuffix(OTHERS))  # used again, it is numbered
    kind = modules.kind(name) if modules.by_name else "dense"
    return [f"{kind} {size}".strip(), activation, count(parameters, "parameter")]


def _module(cluster: Cluster, units: Units, modules: Modules) -> list[str]:
    """Kind, size, activation and number of parameters of a module that is drawn whole, or that has no parameters."""
    module = modules[cluster.module]
    times = _times(cluster, units, module)
    size = size_text(module, cluster.before, cluster.after, times)
    kind = type(module).__name__
    cells = [f"{kind} {size[0]}", *size[1:]] if size and len(kind) + len(size[0]) < MAX_LINE else [kind, *size]
    if isinstance(activation := getattr(getattr(module, "activation", None), "name", None), str):
        cells.append(activation)
    parameters = set().union(*(units.neurons[unit].parameters for unit in cluster.units if unit in units.neurons))
    return [*cells, count(len(parameters), "parameter")] if parameters else cells


def _times(cluster: Cluster, units: Units, module: Any) -> int:
    """How often the same neurons are used: the positions of all images, or the steps of one sequence."""
    if has_sizes(module, CONVOLUTION):
        return len(readings_of_one(units, cluster))
    if has_sizes(module, RECURRENT):  # each step waits for the one before
        depths: dict[int, set[int]] = {}
        for unit in units.neurons.keys() & cluster.units:
            depths.setdefault(id(units.neurons[unit].parameters), set()).add(units.depth[unit])
        return max(map(len, depths.values()))
    return len(readings_of_one(units, cluster)) // units.samples


def _loss(units: Units) -> list[str]:
    """The kind of the loss, and over how many samples it is taken."""
    if units.loss is None:
        return []
    loss, many = units.loss, units.samples
    kind, over = loss.kind.replace("binary ", "binary\n"), ""  # in two lines
    if loss.reduction and loss.kind.endswith("error"):
        kind = f"mean {loss.kind}" if loss.reduction == "mean" else f"sum of {loss.kind}s"
    if loss.reduction:
        each = "sample" if many == loss.terms else "number"
        over = f"{loss.reduction} over {count(loss.terms, each)}"
    return [kind, *([over] if over else [])]


def _other(cluster: Cluster, units: Units, modules: Modules) -> list[str]:
    """What an operation computes, and how often; of several operations, their signs."""
    root, often = cluster.units[0], len(cluster.units)
    signs = dict.fromkeys(sign for unit in cluster.units for sign in _signs(units, unit))
    parameters = [count(len(cluster.leaves), "parameter")] if cluster.leaves else []
    if kind := modules.kind(cluster.name):
        return [kind, *parameters]
    if len({units.description(unit) for unit in cluster.units}) > 1:
        shown = [with_minus(sign) for sign in signs]
        text = "  ".join(shown if len(shown) <= MAX_SIGNS else [*shown[:MAX_SIGNS], "…"])
        return [text, *parameters]
    what = with_minus(units.description(root, numbers=often == 1))
    title = with_minus(re.sub(r" \d+$", "", cluster.name))  # several that do the same are numbered
    cells = [] if what in (cluster.name, title) else [what]
    if cluster.leaves:
        cells.append(count(len(cluster.leaves), "leaf"))
    return cells if often == 1 else [*cells, f"{often:,} times"]


def _signs(units: Units, unit: int) -> list[str]:
    """The operations of a unit, from the inner to the outer one."""
    inner = units.inner(unit)
    nodes = [inner] if inner == unit else [inner, unit]
    return [operation(units.order[node]) or "by hand" for node in nodes]


def _leaves_box(name: str, cluster: Cluster, units: Units, called: Mapping[Value, str]) -> Box:
    box = _leaves_cells(name, cluster, units, called)
    box.tooltip = count(len(cluster.leaves), "leaf")
    return box


def _leaves_cells(name: str, cluster: Cluster, units: Units, called: Mapping[Value, str]) -> Box:
    leaves = [units.order[n] for n in cluster.leaves]
    if len(leaves) == 1:
        leaf = leaves[0]
        title = leaf.label or called.get(leaf, "")
        cells = [*([title] if title else []), *data_and_gradient(leaf, units.gradients)]
        return Box(name, cells, "leaf", gradient=units.gradients.get(leaf), stacked=True)
    if len(leaves) <= MAX_LISTED and all(leaf.label for leaf in leaves):
        listed = [f"{leaf.label} = {number_drawn(leaf.data)}" for leaf in leaves]
        return Box(name, [cluster.name, "\n".join(listed)], "leaf", stacked=True)
    if cluster.kind == "inputs":
        return Box(name, [cluster.name, *inputs_text(len(leaves), units)], "leaf", stacked=True)
    return Box(name, [cluster.name, count(len(leaves), "number")], "leaf", stacked=True)


def inputs_text(inputs: int, units: Units) -> list[str]:
    """The number of inputs, and of samples if there are several."""
    many = units.samples
    whole = many > 1 and inputs % many == 0
    text = [count(inputs // many if whole else inputs, "number")]
    return [*text, count(many, "sample")] if whole else text


def plain_inputs_box(
    name: str, numbers: Sequence[tuple[float, ...]], units: Units, reader: Cluster, module: Any
) -> Box:
    """The inputs of a first layer or module that are plain numbers; one list for each sample."""
    if reader.kind == "module":
        windows = readings_of_one(units, reader)
        times = _times(reader, units, module)
        samples = len(windows) // times
        if reader.before:
            samples = units.samples if units.samples < len(windows) else 1
        elif has_sizes(module, CONVOLUTION):
            return Box(name, ["inputs", f"windows of {count(len(windows[0]), 'number')}"], "leaf", stacked=True)
        if times == 1:  # the elements of a sequence, or samples of one element each
            times, samples = samples, 1
        shape = shape_text(reader.before or (times, len(windows[0])))
        cells = ["inputs", f"{shape} numbers", *([count(samples, "sample")] if samples > 1 else [])]
        return Box(name, cells, "leaf", stacked=True)
    if len(numbers) == 1 and len(numbers[0]) <= MAX_LISTED:
        listed = [f"x{n} = {number_drawn(number)}" for n, number in enumerate(numbers[0], 1)]
        return Box(name, ["inputs", "\n".join(listed)], "leaf", stacked=True)
    cells = ["inputs", count(len(numbers[0]), "number")]
    return Box(name, [*cells, *([count(units.samples, "sample")] if len(numbers) > 1 else [])], "leaf", stacked=True)


def _counts(cluster: Cluster) -> str:
    """The numbers of nodes and leaves: each number of the graph is counted in one box."""
    leaves = count(len(cluster.leaves), "leaf")
    return f"{count(len(cluster.nodes), 'node')}, {leaves}" if cluster.leaves else count(len(cluster.nodes), "node")
