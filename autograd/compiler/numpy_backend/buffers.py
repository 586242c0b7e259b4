"""Where does a NumPy program work?  In buffers for a number of samples: arguments are loaded, results are read.

Read `layout` and `source` first, `run` next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.compiler.executable import Signature
    from autograd.compiler.passes.layout import Layout


class Buffers:
    """The memory of a NumPy program for a number of samples."""

    def __init__(self, signature: Signature, layout: Layout, bind: Callable[..., Any], samples: int) -> None:
        self.signature, self.layout, self.samples = signature, layout, samples
        uniform, varying = max(1, layout.uniform_rows), max(1, layout.sample_rows)
        self.U, self.DU = np.zeros((uniform, 1)), np.zeros((uniform, 1))
        self.S, self.DS = np.zeros((varying, samples)), np.zeros((varying, samples))
        rows, numbers = layout.constants
        self.U[rows, 0] = numbers
        self.loaded: Any = None
        """The arguments that were loaded last, as the object that identifies them; None for a part of a batch."""
        self.forward, self.reverse = bind(self.U, self.S, self.DU, self.DS, samples)

    def load(self, theta: Any, inputs: list[Any], drawn: Any = None) -> None:
        """Copy parameters, arguments (each samples x numbers) and random numbers into memory."""
        layout, signature = self.layout, self.signature
        flat, memory = signature.flat, self.S if signature.batched else self.U
        self.U[: signature.parameters, 0] = theta
        if flat.captured:
            captured = [value._data for value in flat.captured]
            self.U[layout.captured_at : layout.captured_at + len(captured), 0] = captured
        row = layout.inputs_at
        for array in inputs:
            memory[row : row + array.shape[1]] = array.T
            row += array.shape[1]
        if drawn is not None:
            memory[layout.draws_at : layout.draws_at + len(flat.draws)] = drawn.T

    def outputs(self) -> list[Any]:
        """For each output its values, (samples,) float64."""
        per_sample, slot = self.layout.per_sample, self.layout.slot
        return [
            self.S[slot[node]].copy() if per_sample[node] else np.full(self.samples, self.U[slot[node], 0])
            for node in self.signature.flat.outputs
        ]

    def mean_of_output(self) -> float:
        """The first output, or its mean over samples."""
        node = self.signature.flat.outputs[0]
        slot = self.layout.slot[node]
        return float(self.S[slot].sum()) / self.samples if self.layout.per_sample[node] else float(self.U[slot, 0])

    def seed(self, samples: int) -> None:
        """Set the gradient of the mean over all samples with respect to the first output in these buffers."""
        node = self.signature.flat.outputs[0]
        if self.layout.per_sample[node]:
            self.DS[self.layout.slot[node]] = 1.0 / samples
        else:
            self.DU[self.layout.slot[node]] = self.samples / samples if self.signature.batched else 1.0

    def read_input_gradients(self, targets: list[Any]) -> None:
        """Copy the gradients with respect to the arguments into these arrays, each samples x numbers."""
        row, memory = self.layout.inputs_at, self.DS if self.signature.batched else self.DU
        for target in targets:
            target[...] = memory[row : row + target.shape[1]].T
            row += target.shape[1]
