"""What must come first, what is the same for all samples, and what needs a gradient?

Read `contract` first, `group` next.  A node's level is one more than the highest level among its operands: nodes of
one level do not depend on each other.  A node is *per sample* if it differs from sample to sample; the others are
*uniform*: they depend on parameters and constants alone, and are computed once for all samples.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.frontend.flatten import NODES_AT_ONCE

if TYPE_CHECKING:
    from autograd.compiler.passes.contract import Nodes


LONG = 48
"""From so many operands on, NumPy finds the highest level faster."""


@dataclass
class NodeSchedule:
    """Three facts about each node, and the depth of the graph."""

    level: Any  # (nodes,) int32
    per_sample: Any  # (nodes,) bool
    """Whether the node has one number for each sample, not one for all."""
    active: Any  # (nodes,) bool
    """Whether a gradient flows through the node: it depends on what gradients are taken with respect to."""

    @property
    def depth(self) -> int:
        """The highest level."""
        return int(self.level.max(initial=0))


def levels(nodes: Nodes) -> Any:
    """The level of each node that is alive; leaves have 0.

    >>> from autograd import Value
    >>> from autograd.compiler.passes.contract import contract
    >>> from autograd.compiler.frontend.flatten import flatten
    >>> x = Value(3.0)
    >>> levels(contract(flatten([(x.exp() * x).tanh()], {}))).tolist()
    [0, 1, 2, 3]
    """
    level = array("i", bytes(4 * (len(nodes.operation) + 1)))  # one more, for ALONE: operand -1
    at, levels_so_far, highest = level.__getitem__, np.frombuffer(level, np.int32), np.maximum.reduce
    inner = np.flatnonzero(nodes.alive & (nodes.operation >= 0))
    operand = nodes.operand if len(nodes.operand) else np.zeros(1, np.int32)  # none: a sum of zeros
    for first in range(0, len(inner), NODES_AT_ONCE):  # in parts, because lists take ten times as much memory
        part = inner[first : first + NODES_AT_ONCE]
        begins, ends = nodes.start[part], nodes.start[part + 1]
        first_two = operand.take((begins, begins + 1), mode="clip").tolist()
        for node, begin, end, x, y in zip(part.tolist(), begins.tolist(), ends.tolist(), *first_two, strict=True):
            if end - begin == 2:
                x, y = level[x], level[y]
                level[node] = x + 1 if x > y else y + 1
            elif end - begin == 1:
                level[node] = level[x] + 1
            elif end - begin < LONG:
                level[node] = 1 + max(map(at, operand[begin:end].tolist()), default=0)
            else:
                level[node] = 1 + int(highest(levels_so_far.take(operand[begin:end], mode="wrap")))
    return levels_so_far[:-1]
