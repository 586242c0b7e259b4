"""Which steps can be shown, and which number each is?  The forward pass, and the backward pass in two orders.

Read `trace` first: the steps are its records.  Read `sentences` next, which describes each step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.arguments import choose, shown
from autograd.backpropagation import topological_order
from autograd.views.trace.trace import ORDERS, record_trace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from autograd.value import Value
    from autograd.views.trace.trace import BackwardStep, ForwardStep

PASSES = ("forward", *ORDERS)
"""The forward pass, and the backward pass in either order."""
TITLES = {"forward": "Forward", "topological": "Backward", "naive": "Backward, naive"}
"""What a reader calls them."""

MAX_NODES = 5000
"""A graph of more nodes is refused: it has too many steps to go through one by one."""

MAX_NAIVE_STEPS = 2000
"""A naive pass of more steps is left out."""


class Passes:
    """The passes through one graph, and the positions in them.

    Position 0 is before a pass; a backward pass begins at position 1 with its seed, the gradient 1 of the output.
    """

    def __init__(self, output: Value, order: str, expand: bool, called: Mapping[Value, str]) -> None:
        choose(order, PASSES, "stepper: unknown order")
        self.order = order
        """The pass that is shown first."""
        nodes = topological_order(output)
        self.trace = record_trace(nodes, "topological", expand, called)
        """The forward pass and the backward pass in topological order, as data."""
        if len(self.trace.nodes) > MAX_NODES:
            raise ValueError(
                f"stepper: the graph has {len(self.trace.nodes):,} nodes, more than the {MAX_NODES:,} that can be "
                "stepped through; take one sample, or an earlier node of the graph, or read trace(output).backward"
            )
        self.naive = None
        """The backward pass in the naive order; None if it has too many steps."""
        self.naive_refused = ""
        try:
            self.naive = record_trace(nodes, "naive", expand, called, MAX_NAIVE_STEPS)
        except ValueError as error:
            self.naive_refused = str(error).removeprefix("trace: ")
        if order == "naive" and self.naive is None:
            raise ValueError(f"stepper: {self.naive_refused}")

    def check_position(self, order: str, position: int, who: str) -> None:
        """Raise ValueError if there is no such pass, or no such position in it."""
        choose(order, PASSES, f"{who}: unknown order")
        if order == "naive" and self.naive is None:
            raise ValueError(f"{who}: {self.naive_refused}")
        if type(position) is not int or not 0 <= position <= self.last(order):
            raise ValueError(
                f"{who}: position must be a whole number from 0 to {self.last(order)}, got {shown(position)}"
            )

    def last(self, order: str) -> int:
        """The position at which a pass is complete."""
        return len(self.steps(order)) + (order != "forward")

    def step(self, order: str, position: int) -> ForwardStep | BackwardStep | None:
        """The record of a step; None at position 0, and at the seed of a backward pass."""
        number = position - 1 - (order != "forward")
        return self.steps(order)[number] if number >= 0 else None

    def steps(self, order: str) -> Sequence[ForwardStep | BackwardStep]:
        """All steps of a pass."""
        return self.trace.forward if order == "forward" else self.backward(order)

    def backward(self, order: str) -> Sequence[BackwardStep]:
        """All steps of a backward pass."""
        return self.trace.backward if order == "topological" or self.naive is None else self.naive.backward

    def known(self, order: str, position: int) -> tuple[dict[int, float], dict[int, float]]:
        """The values and the gradients that are known at this position, by node."""
        nodes = self.trace.nodes
        if order == "forward":
            values = {node.id: node.data for node in nodes if not node.operation}
            return values | {step.node: step.data for step in self.trace.forward[:position]}, {}
        gradients = {self.trace.output: 1.0} if position else {}
        gradients |= {step.operand: step.after for step in self.backward(order)[: max(0, position - 1)]}
        if position == self.last(order):  # no gradient flows to what is behind branches that were not taken
            gradients = {node.id: 0.0 for node in nodes if node.kind != "constant"} | gradients
        return {node.id: node.data for node in nodes}, gradients
