"""How does a linked graph run?  With one call of the C runtime, which gets one pointer to all memory.

Read `link`, which writes the steps, and `toolchain`, which builds the runtime, first; `plan` next.
"""

from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.c_backend.bytecode import Bytecode, describe_steps
from autograd.compiler.c_backend.link import GroupLinker
from autograd.compiler.c_backend.opcodes import MAX_SAMPLES, Opcode
from autograd.compiler.c_backend.toolchain import add_rare_rows, runtime
from autograd.compiler.executable import RunResult
from autograd.compiler.passes.group import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.executable import Signature
    from autograd.compiler.passes.group import Group
    from autograd.compiler.passes.layout import Layout

WORTH_A_LOOP = 50_000
"""From how many operations on numbers in chains, in one call, loops are compiled for them: about a thousand calls then
save the tenth of a second that the C compiler takes."""

CACHE = 8 * 1024 * 1024
"""Bytes of the last cache, into which the rows of a block, with their gradients, should fit.  Long rows are worth more
than a faster cache: each step and each sum over samples costs something for every block."""

SMALLEST_BLOCK = 48
"""Samples in a block whose rows do not fit: fewer would not be worth the steps."""


class _Structure(ctypes.Structure):
    """`program` in runtime.c."""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ("forward_once", "forward_each", "reverse_each", "reverse_once")],
        *[(name, ctypes.c_void_p) for name in ("tables", "U", "DU", "S", "DS", "scratch")],
        *[(name, ctypes.c_int64) for name in ("block", "uniform_rows", "sample_rows", "samples", "inputs", "fast")],
        ("arrays", ctypes.c_void_p),
        ("packed_rows", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("packed", "widths")],
        ("outputs", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("output_rows", "output_is_per_sample", "results", "means")],
        ("seed", ctypes.c_double),
        *[(name, ctypes.c_int64) for name in ("backward", "may_be_nonfinite", "input_gradients")],
        *[(name, ctypes.c_void_p) for name in ("array_gradients", "theta")],
        *[(name, ctypes.c_int64) for name in ("parameters", "inputs_at", "ranges")],
        ("cleared", ctypes.c_void_p),
    ]


class NativeProgram:
    """The executable of backend "c": memory, steps, and one pointer to pass to the runtime."""

    backend, reads_in_place = "c", True

    def __init__(self, signature: Signature, layout: Layout, groups: list[Group], active: Any, samples: int) -> None:
        flat = signature.flat
        code = GroupLinker(layout, active, flat.number, groups, flat.outputs)
        for group in groups:
            code.add(group)
        self.note = ""
        self.max_samples = WORTH_A_LOOP // code.loops.operations if code.loops.operations else math.inf
        if samples > self.max_samples:
            self.max_samples = math.inf
            try:
                code.loops.build()
            except UnsupportedError as reason:
                self.note = f"chains run operation by operation, up to half as fast as loops in C, because {reason}"
        self.source = describe_steps(code, code.loops.source if code.loops.built else "")
        self.signature, self.layout = signature, layout
        self._captured = flat.captured
        self._by_parameters_alone = signature.by_parameters and not flat.draws
        self.attached: Any = None
        self.drawn: Any = None
        self.blocks: Sequence[Any] = ()
        self._allocate(code)

    def _allocate(self, code: Bytecode) -> None:
        """Make the memory, and fill in the structure that points to it."""
        layout, signature = self.layout, self.signature
        outputs = signature.flat.outputs
        draws = [len(signature.flat.draws)] if signature.flat.draws else []
        widths = [*signature.sizes, *draws]
        self.runtime = runtime()
        if code.has_rare_rows:
            add_rare_rows(self.runtime)
        self.structure = s = _Structure()
        self.kept: list[Any] = []  # arrays that the structure points to
        for name, steps in (
            ("forward_once", code.forward[False]), ("forward_each", code.forward[True]),
            ("reverse_each", code.reverse[True][::-1]), ("reverse_once", code.reverse[False][::-1]),
        ):  # fmt: skip
            words = np.array([word for step in steps for word in step] + [Opcode.END, 2], np.int64)
            setattr(s, name, self._keep(words))
        s.tables = self._keep(np.concatenate(code.tables) if code.tables else np.zeros(1, np.int32))
        self.U, self.DU = np.zeros(code.uniform_rows + 8), np.zeros(code.uniform_rows + 8)
        fitting = CACHE // (16 * max(1, code.sample_rows)) // 8 * 8
        self.block = s.block = self._largest_block = min(MAX_SAMPLES, max(SMALLEST_BLOCK, fitting))
        S, DS = (_aligned(max(1, code.sample_rows) * self.block) for _ in range(2))
        s.U, s.DU, s.S, s.DS = (self._keep(a) for a in (self.U, self.DU, S, DS))
        s.scratch = self._keep(_aligned(code.scratch))
        s.uniform_rows, s.sample_rows, s.fast = code.uniform_rows, code.sample_rows, int(code.fast)
        self.widths = widths
        s.widths = self._keep(np.array(widths or [0], np.int64))
        s.inputs = len(widths)
        self.pointers = np.zeros(max(1, len(widths)), np.int64)
        s.arrays = self._keep(self.pointers)
        self.gradient_pointers = np.zeros(max(1, len(widths)), np.int64)
        s.array_gradients = self._keep(self.gradient_pointers)
        s.outputs = len(outputs)
        s.output_rows = self._keep(np.array([layout.slot[o] for o in outputs], np.int64))
        s.output_is_per_sample = self._keep(np.array([layout.per_sample[o] for o in outputs], np.int64))
        s.input_gradients = int(not signature.by_parameters)
        rows, numbers = layout.constants
        self.U[rows] = numbers
        self.results, self.means = np.zeros((len(outputs), 0)), np.zeros(len(outputs))
        s.means = self.means.ctypes.data
        self.gradients: list[Any] = []
        self.pointer = ctypes.byref(s)
        self.theta: Any = None
        self.backward = False
        self.gradient = self.DU[: signature.parameters]
        """The gradient with respect to the parameters after a run; copy it before the next."""
        self._call, self._first_mean = self.runtime.run, ctypes.c_double.from_address(self.means.ctypes.data)
        s.parameters, s.inputs_at = signature.parameters, layout.inputs_at
        cleared = code.cleared()
        s.ranges, s.cleared = len(cleared), self._keep(cleared if len(cleared) else np.zeros((1, 2), np.int64))

    def _keep(self, array: Any) -> int:
        self.kept.append(array)
        return int(array.ctypes.data)

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> Any:
        """See `Executable`: the runtime reads contiguous arrays of floats, and copies of others."""
        s = self.structure
        inputs = [
            a if a.dtype == np.float64 and a.flags.c_contiguous else np.ascontiguousarray(a, np.float64) for a in inputs
        ]
        if self.signature.flat.draws:
            self.drawn = np.zeros((samples, len(self.signature.flat.draws)))
            inputs.append(self.drawn)
        self.packed, s.packed, s.packed_rows = packed, None if packed is None else packed.ctypes.data, sum(self.widths)
        if self.results.shape[1] != samples:
            self.results = np.zeros((s.outputs, samples))
            s.results = self.results.ctypes.data
        self.attached = inputs  # kept alive: the runtime has only their addresses
        s.seed = 1.0 / samples
        self.block = s.block = self._block_for(samples)
        for n, array in enumerate(inputs):
            self.pointers[n] = array.__array_interface__["data"][0]
        if self.signature.batched:
            s.samples = samples
            if s.input_gradients:
                self.gradients = [np.zeros(array.shape) for array in inputs]
                self.gradient_pointers[: len(inputs)] = [g.ctypes.data for g in self.gradients]
        return inputs

    def _block_for(self, samples: int) -> int:
        """Samples in a block: no block is much smaller than the others."""
        blocks = -(-samples // self._largest_block)
        return -(-samples // blocks // 8) * 8

    def pack(self, inputs: list[Any], samples: int) -> Any:
        """See `Executable`: blocks of samples, one after the other."""
        if not self.signature.batched or self.signature.flat.draws:
            return None
        self.attach(inputs, samples)
        rows, blocks = sum(self.widths), -(-self.structure.samples // self.block)
        packed = np.zeros(max(1, rows * blocks * self.block))
        self.runtime.pack(self.pointer, ctypes.c_void_p(packed.ctypes.data), ctypes.c_int64(rows))
        return packed

    def run(self, theta: Any, backward: bool, drawn: Any = None) -> RunResult:
        """See `Executable`."""
        signature = self.signature
        if signature.flat.draws:
            self.drawn[:] = signature.draw(len(self.drawn)) if drawn is None else drawn
        self._run(theta, backward)
        if backward and not signature.batched and not signature.by_parameters:
            at, self.gradients = self.layout.inputs_at, []
            for array in self.attached:
                self.gradients.append(self.DU[at : at + array.size].copy().reshape(array.shape))
                at += array.size
        self.blocks = (self.results,)
        gradient: Any = None
        if backward and signature.by_parameters:
            gradient = self.gradient.copy()
        elif backward:
            gradient = signature.like_arguments([g.copy() for g in self.gradients], self.results.shape[1])
        return RunResult(self.means.tolist(), gradient, bool(self.structure.may_be_nonfinite))

    def value_and_grad(self, theta: Any) -> tuple[float, Any, bool]:
        """See `Executable`."""
        if not self._by_parameters_alone:
            (value, *_), gradient, may_be_nonfinite = self.run(theta, True)
            return value, gradient, may_be_nonfinite
        self._run(theta, True)
        return self._first_mean.value, self.gradient.copy(), self.structure.may_be_nonfinite

    def _run(self, theta: Any, backward: bool) -> None:
        """Fill in `means`, `results`, `DU` and `gradients`."""
        s, captured = self.structure, self._captured
        if theta is not self.theta:
            self.theta, s.theta = theta, theta.ctypes.data
        if captured:
            at = self.layout.captured_at
            self.U[at : at + len(captured)] = [value._data for value in captured]
        if backward is not self.backward:
            self.backward = s.backward = backward
        self._call(self.pointer)


def _aligned(size: int) -> Any:
    """So many zeros, from the beginning of a cache line: a vector that lies in two lines takes two loads."""
    memory = np.zeros(size + 8)
    first = -memory.ctypes.data // 8 % 8
    return memory[first : first + size]
