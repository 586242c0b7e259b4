"""Small graphs for tests of the compiler's passes: nodes whose numbers can be counted by hand."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograd import Value
from autograd.compiler.frontend.flatten import (
    INPUT,
    PARAMETER,
    Flat,
    flatten,
)
from autograd.compiler.passes.contract import Nodes, contract, depends
from autograd.compiler.passes.group import Group, groups
from autograd.compiler.passes.schedule import NodeSchedule, levels

A, B, C, D = (Value(float(n)) for n in range(1, 5))
PARAMETERS = {id(v): (PARAMETER, n) for n, v in enumerate((A, B, C, D))}


def flat_of(*outputs: Any, inputs: tuple[Value, ...] = ()) -> Flat:
    return flatten(outputs, PARAMETERS | {id(v): (INPUT, n) for n, v in enumerate(inputs)})


def terms(nodes: Nodes, node: int) -> list[tuple[int, int]]:
    return [tuple(pair) for pair in nodes.operands(node).reshape(-1, 2).tolist()]  # type: ignore[misc]


def grouped(*outputs: Any, inputs: tuple[Value, ...] = ()) -> tuple[Flat, list[Group], Any, Nodes]:
    flat = flat_of(*outputs, inputs=inputs)
    per_sample = depends(flat, (INPUT,))
    nodes = contract(flat, per_sample)
    per_sample = np.append(per_sample, np.zeros(len(nodes.operation) - len(per_sample), bool))
    schedule = NodeSchedule(levels(nodes), per_sample, np.ones(len(per_sample), bool))
    return flat, groups(nodes, schedule, ~per_sample), per_sample, nodes
