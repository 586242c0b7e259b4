"""Where does a NumPy program work?  Memory for a number of samples: what is given goes in, results are read out.

Read `layout` and `source` first, `plan` next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from autograd.compiler.plan import Plan


class Buffers:
    """A plan with memory for a number of samples."""

    def __init__(self, plan: Plan, samples: int) -> None:
        layout = plan.layout
        assert layout is not None  # noqa: S101
        self.layout = layout
        self.U, self.DU = np.zeros((max(1, layout.uniform_rows), 1)), np.zeros((max(1, layout.uniform_rows), 1))
        self.L, self.DL = np.zeros((max(1, layout.lane_rows), samples)), np.zeros((max(1, layout.lane_rows), samples))
        rows, numbers = layout.constants
        self.U[rows, 0] = numbers
        self.owner: Any = None
        self.forward, self.reverse = plan._bind(self.U, self.L, self.DU, self.DL, samples)

    def load(self, plan: Plan, theta: Any, captured: Any, inputs: list[Any], drawn: Any = None) -> None:
        """Copy what is given into memory, and the random numbers that were drawn for these samples."""
        layout, flat = self.layout, plan.flat
        self.U[: plan.parameters, 0] = theta
        self.U[layout.captured_at : layout.captured_at + len(captured), 0] = captured
        row = layout.inputs_at
        for array in inputs:
            size = array.shape[1]
            (self.L if plan.batched else self.U)[row : row + size] = array.T
            row += size
        if drawn is not None:
            (self.L if plan.batched else self.U)[layout.draws_at : layout.draws_at + len(flat.draws)] = drawn.T

    def outputs(self, plan: Plan, samples: int) -> list[Any]:
        """The values of each output, one for each sample."""
        lane, slot = self.layout.lane, self.layout.slot
        return [
            self.L[slot[node]].copy() if lane[node] else np.full(samples, self.U[slot[node], 0])
            for node in plan.outputs
        ]

    def mean_of_output(self, plan: Plan, samples: int) -> float:
        """The first output, or its mean over samples."""
        lane, slot = self.layout.lane, self.layout.slot
        node = plan.outputs[0]
        return float(self.L[slot[node]].sum()) / samples if lane[node] else float(self.U[slot[node], 0])

    def seed(self, plan: Plan, seed: float, here: int, samples: int) -> None:
        """The gradient of the first output with respect to itself, divided among the samples."""
        node = plan.outputs[0]
        if self.layout.lane[node]:
            self.DL[self.layout.slot[node]] = seed
        else:
            self.DU[self.layout.slot[node]] = here / samples if plan.batched else seed

    def input_gradients(self, plan: Plan, targets: list[Any]) -> None:
        """Copy the gradients of the inputs out of memory."""
        row = self.layout.inputs_at
        for target in targets:
            target[...] = (self.DL if plan.batched else self.DU)[row : row + target.shape[1]].T
            row += target.shape[1]
