"""How does a NumPy program run?  In blocks of samples, so that its memory is bounded; the results are added up.

Read `source` and `buffers` first, `plan` next.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.executable import RunResult
from autograd.compiler.numpy_backend.buffers import Buffers
from autograd.compiler.numpy_backend.source import NumpySource, build

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.executable import Signature
    from autograd.compiler.passes.group import Group
    from autograd.compiler.passes.layout import Layout

NUMBERS_IN_A_BLOCK = 2**20
"""Samples are taken in blocks, so that a memory has about this many numbers (8 MiB) whatever the batch."""

MAX_BUFFERS = 4
"""Numbers of samples for which memory is kept."""


class NumpyProgram:
    """The executable of backend "numpy"."""

    backend, reads_in_place = "numpy", False
    max_samples = math.inf

    def __init__(self, signature: Signature, layout: Layout, groups: list[Group], active: Any, note: str = "") -> None:
        self.note = note
        self.signature, self.layout = signature, layout
        flat = signature.flat
        writer = NumpySource(layout, active, flat.number, flat.outputs[:1])
        for group in groups:
            writer.add_forward(group)
        for group in reversed(groups):
            writer.add_reverse(group)
        writer.clear_unread(signature.parameters, signature.by_parameters, signature.batched)
        self.source = writer.source(f"{len(groups)} groups")
        self._bind = build(self.source, writer.tables, f"{id(self)}")
        self._buffers: dict[int, Buffers] = {}
        self.attached: Any = None
        self.drawn: Any = None
        self.blocks: Sequence[Any] = ()

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> Any:
        """See `Executable`."""
        self.inputs, self.samples = inputs, samples
        self._in_range = self.signature.in_range(inputs)
        self.attached = inputs
        return inputs

    def pack(self, inputs: list[Any], samples: int) -> Any:
        """See `Executable`: there is nothing to gain."""

    def run(self, theta: Any, backward: bool, drawn: Any = None) -> RunResult:
        """See `Executable`."""
        if self.signature.flat.draws:
            self.drawn = self.signature.draw(self.samples) if drawn is None else drawn
        if not self._in_range:
            return RunResult([math.nan] * len(self.signature.flat.outputs), None, True)
        with np.errstate(all="ignore"):
            return self._run_blocks(theta, backward)

    def _run_blocks(self, theta: Any, backward: bool) -> RunResult:
        signature, samples = self.signature, self.samples
        block = samples if not signature.batched else self._samples_in_a_block()
        totals, may_be_nonfinite = np.zeros(len(signature.flat.outputs)), False
        gradient = np.zeros(signature.parameters)
        by_inputs = backward and not signature.by_parameters
        input_gradients = [np.zeros(array.shape) for array in self.inputs] if by_inputs else []
        self.blocks = blocks = []
        for begin in range(0, samples, block):
            end = min(begin + block, samples)
            buffers = self._buffers_for(end - begin)
            buffers.loaded = None
            drawn = self.drawn[begin:end] if signature.flat.draws else None
            buffers.load(theta, [array[begin:end] for array in self.inputs], drawn)
            may_be_nonfinite |= buffers.forward()
            values = buffers.outputs()
            totals += np.array([v.sum() for v in values]) / samples
            blocks.append(values)
            if backward:
                buffers.seed(samples if signature.batched else 1)
                buffers.reverse()
                if by_inputs:
                    buffers.read_input_gradients([g[begin:end] for g in input_gradients])
                else:
                    gradient += buffers.DU[: signature.parameters, 0]
        means = [float(t) for t in totals] if signature.batched else [float(v[0]) for v in blocks[0]]
        answer: Any = (
            signature.like_arguments(input_gradients, samples) if by_inputs else gradient if backward else None
        )
        gradients = () if answer is None else answer if by_inputs else (answer,)
        is_finite = all(np.isfinite(array).all() for array in (totals, *gradients))
        return RunResult(means, answer, may_be_nonfinite or not is_finite)

    def value_and_grad(self, theta: Any) -> tuple[float, Any, bool]:
        """See `Executable`: arguments that fit into one block are loaded once."""
        signature, samples = self.signature, self.samples
        in_one_block = not signature.batched or samples <= self._samples_in_a_block()
        if not (in_one_block and signature.by_parameters and self._in_range) or signature.flat.draws:
            (value, *_), gradient, may_be_nonfinite = self.run(theta, True)
            return value, gradient, may_be_nonfinite
        buffers = self._buffers_for(samples)
        buffers.load(theta, [] if buffers.loaded is self.attached else self.inputs)
        buffers.loaded = self.attached
        with np.errstate(all="ignore"):
            may_be_nonfinite = buffers.forward()
            value = buffers.mean_of_output()
            buffers.seed(samples if signature.batched else 1)
            buffers.reverse()
            gradient = buffers.DU[: signature.parameters, 0].copy()
            total = value + gradient.sum()  # one call: not finite if any number is not
        return value, gradient, may_be_nonfinite or not math.isfinite(total)

    def _samples_in_a_block(self) -> int:
        return max(64, NUMBERS_IN_A_BLOCK // max(1, self.layout.sample_rows))

    def _buffers_for(self, samples: int) -> Buffers:
        buffers = self._buffers.pop(samples, None)
        if buffers is None:
            buffers = Buffers(self.signature, self.layout, self._bind, samples)
            while len(self._buffers) >= MAX_BUFFERS:
                self._buffers.pop(next(iter(self._buffers)))
        self._buffers[samples] = buffers  # the last one used is at the end
        return buffers
