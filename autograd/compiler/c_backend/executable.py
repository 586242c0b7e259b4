"""How does a linked graph run natively?  One call of the C runtime, with one pointer to all of its memory.

Read `bytecode`, which makes the tables, and `toolchain`, which makes the runtime, first; `plan` next.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from autograd.compiler.c_backend.bytecode import Linker
from autograd.compiler.c_backend.opcodes import END, MAX_SAMPLES
from autograd.compiler.c_backend.toolchain import runtime

CACHE = 512 * 1024
"""Bytes that the rows of a block, with their gradients, should fit in."""


class _Structure(ctypes.Structure):
    """`program` in runtime.c."""

    _fields_ = [
        *[(name, ctypes.c_void_p) for name in ("forward_once", "forward_each", "reverse_each", "reverse_once")],
        *[(name, ctypes.c_void_p) for name in ("tables", "U", "DU", "L", "DL", "scratch")],
        *[(name, ctypes.c_int64) for name in ("block", "uniform_rows", "lane_rows", "samples", "inputs", "fast")],
        ("arrays", ctypes.c_void_p),
        ("packed_rows", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("packed", "widths")],
        ("outputs", ctypes.c_int64),
        *[(name, ctypes.c_void_p) for name in ("output_rows", "output_is_lane", "results", "means")],
        ("seed", ctypes.c_double),
        *[(name, ctypes.c_int64) for name in ("backward", "may_be_nonfinite", "input_gradients")],
        *[(name, ctypes.c_void_p) for name in ("array_gradients", "theta")],
        *[(name, ctypes.c_int64) for name in ("parameters", "inputs_at", "ranges")],
        ("cleared", ctypes.c_void_p),
    ]


class NativeProgram:
    """A linked graph: memory, tables, and one pointer to hand to the runtime."""

    def __init__(
        self, linker: Linker, outputs: list[int], widths: list[int], parameters: int, batched: bool, by_parameters: bool
    ) -> None:
        self.runtime = runtime()
        layout = linker.layout
        self.layout, self.parameters, self.batched = layout, parameters, batched
        self.structure = s = _Structure()
        self.kept: list[Any] = []  # arrays that the structure points to
        for name, steps in (
            ("forward_once", linker.forward[False]), ("forward_each", linker.forward[True]),
            ("reverse_each", linker.reverse[True][::-1]), ("reverse_once", linker.reverse[False][::-1]),
        ):  # fmt: skip
            words = np.array([word for step in steps for word in step] + [END, 2], np.int64)
            setattr(s, name, self._keep(words))
        s.tables = self._keep(np.concatenate(linker.tables) if linker.tables else np.zeros(1, np.int32))
        self.U, self.DU = np.zeros(linker.uniform_rows + 8), np.zeros(linker.uniform_rows + 8)
        fitting = CACHE // (16 * max(1, linker.lane_rows)) // 48 * 48
        self.block = s.block = min(MAX_SAMPLES, max(48, fitting))
        L = np.zeros((max(1, linker.lane_rows), self.block))
        s.U, s.DU, s.L, s.DL = (self._keep(a) for a in (self.U, self.DU, L, np.zeros_like(L)))
        s.scratch = self._keep(np.zeros(linker.scratch))
        s.uniform_rows, s.lane_rows, s.fast = linker.uniform_rows, linker.lane_rows, int(linker.fast)
        self.widths = widths
        s.widths = self._keep(np.array(widths or [0], np.int64))
        s.inputs = len(widths)
        self.pointers = np.zeros(max(1, len(widths)), np.int64)
        s.arrays = self._keep(self.pointers)
        self.gradient_pointers = np.zeros(max(1, len(widths)), np.int64)
        s.array_gradients = self._keep(self.gradient_pointers)
        s.outputs = len(outputs)
        s.output_rows = self._keep(np.array([layout.slot[o] for o in outputs], np.int64))
        s.output_is_lane = self._keep(np.array([layout.lane[o] for o in outputs], np.int64))
        s.input_gradients = int(not by_parameters)
        rows, numbers = layout.constants
        self.U[rows] = numbers
        self.results, self.means = np.zeros((len(outputs), 0)), np.zeros(len(outputs))
        s.means = self.means.ctypes.data
        self.gradients: list[Any] = []
        self.inputs: list[Any] = []
        self.pointer = ctypes.byref(s)
        self.theta: Any = None
        self.backward = False
        self.gradient = self.DU[:parameters]
        """With respect to the parameters, after a run: to be copied."""
        self._run, self._first = self.runtime.run, self.means.item
        s.parameters, s.inputs_at = parameters, layout.inputs_at
        cleared = linker.cleared()
        s.ranges, s.cleared = len(cleared), self._keep(cleared if len(cleared) else np.zeros((1, 2), np.int64))

    def _keep(self, array: Any) -> int:
        self.kept.append(array)
        return int(array.ctypes.data)

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> None:
        """Let the runtime read these: contiguous arrays of floats, a row for each sample; or `pack`ed ones."""
        s = self.structure
        self.packed, s.packed, s.packed_rows = packed, None if packed is None else packed.ctypes.data, sum(self.widths)
        if self.results.shape[1] != samples:
            self.results = np.zeros((s.outputs, samples))
            s.results = self.results.ctypes.data
        self.inputs = inputs  # kept alive: the runtime has only their addresses
        s.seed = 1.0 / samples
        for n, array in enumerate(inputs):
            self.pointers[n] = array.__array_interface__["data"][0]
        if self.batched:
            s.samples = samples
            if s.input_gradients:
                self.gradients = [np.zeros(array.shape) for array in inputs]
                self.gradient_pointers[: len(inputs)] = [g.ctypes.data for g in self.gradients]

    def pack(self) -> Any:
        """The arguments attached, in the order in which blocks of samples are read."""
        rows, blocks = sum(self.widths), -(-self.structure.samples // self.block)
        packed = np.zeros(max(1, rows * blocks * self.block))
        self.runtime.pack(self.pointer, ctypes.c_void_p(packed.ctypes.data), ctypes.c_int64(rows))
        return packed

    def run(self, theta: Any, captured: Any, backward: bool) -> bool:
        """Fill in `means`, `results` (a row for each output), `DU` and `gradients`; whether there may be errors."""
        s = self.structure
        if theta is not self.theta:
            self.theta, s.theta = theta, theta.ctypes.data
        if captured:
            at = self.layout.captured_at
            self.U[at : at + len(captured)] = [value._data for value in captured]
        if backward is not self.backward:
            self.backward = s.backward = backward
        self._run(self.pointer)
        if backward and not self.batched and s.input_gradients:
            at, self.gradients = self.layout.inputs_at, []
            for array in self.inputs:
                self.gradients.append(self.DU[at : at + array.size].copy().reshape(array.shape))
                at += array.size
        return bool(s.may_be_nonfinite)

    def again(self, theta: Any, captured: Any) -> tuple[float, Any, bool]:
        """As `run`, for parameters: the first output, its gradient, and whether there may be errors."""
        s = self.structure
        if theta is not self.theta:
            self.theta, s.theta = theta, theta.ctypes.data
        if captured:
            at = self.layout.captured_at
            self.U[at : at + len(captured)] = [value._data for value in captured]
        if not self.backward:
            self.backward = s.backward = True
        self._run(self.pointer)
        return self._first(0), self.gradient.copy(), s.may_be_nonfinite
