"""What is known about one graph once all passes are done, and how is it run?  Memory, blocks of samples, totals.

Read the passes and a backend (`source` or `executable`) first, `program` next.
"""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.eager import Replay
from autograd.compiler.frontend.comparing import image, is_plain
from autograd.compiler.frontend.flatten import CONSTANT, DRAWN, INPUT, PARAMETER, Flat
from autograd.compiler.numpy_backend.buffers import Buffers
from autograd.compiler.numpy_backend.source import Vectorizer, build
from autograd.compiler.passes.contract import Nodes, contract, depends
from autograd.compiler.passes.fuse import fused, with_activations
from autograd.compiler.passes.group import Group, UnsupportedError, describe, groups
from autograd.compiler.passes.layout import Layout, lay_out
from autograd.compiler.passes.schedule import Schedule, levels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.frontend.guards import Guard

NUMBERS_IN_A_BLOCK = 2**20
"""Samples are taken in blocks, so that a memory has about this many numbers (8 MiB) whatever the batch."""

SHORTEST_SUM, MAX_EXACT = 16, 2_000
"""A graph without matrix products is element-wise: shorter sums than this stay single additions, so that the C runtime
rounds them as the eager engine does; unless there are more groups than `MAX_EXACT`."""

MAX_GROUPS = 20_000
"""For the C runtime a group costs nothing to run, but about 0.1 ms to make."""

PRICE_OF_A_GROUP, PRICE_OF_A_NODE = 12.0, 1.0
"""Microseconds for a group in NumPy calls, and for a node of the eager engine: what decides for the fallback."""


def make_plan(
    flat: Flat,
    shape: Any,
    given: list[Any],
    parameters: int,
    by_parameters: bool,
    batched: bool,
    backend: str,
    samples: int,
) -> Plan:
    """All passes, in their order."""
    kinds = (PARAMETER,) if by_parameters else (INPUT,)
    varies = depends(flat, (INPUT, DRAWN))
    lane = varies if batched else np.zeros(len(flat), bool)
    active = depends(flat, kinds)
    shapes = [array.shape[1:] if batched else array.shape for array in given]
    plan = Plan(flat, shape, shapes, parameters, by_parameters, batched)
    plan.made_for = samples
    try:
        native = backend != "numpy" and native_is_there(backend)
        flags = lane, varies, active
        nodes, found, flags = _grouped(flat, flags, batched, 0, samples, native)
        if native and len(found) < MAX_EXACT and not any(group.kind == "product" for group in found):
            nodes, found, flags = _grouped(flat, flags, batched, SHORTEST_SUM, samples, native)
        lane, _, plan.active = flags
        constants = nodes.operation == CONSTANT
        if native:
            try:
                plan.groups = with_activations(fused(found, flat, constants, backend == "emit"), flat.outputs, lane)
                plan.layout = lay_out(flat, plan.groups, lane, nodes.alive, parameters, plan.inputs, batched)
                plan.link(emit=backend == "emit")
                return plan
            except UnsupportedError as reason:
                plan.reason = str(reason)
        plan.groups = found
        for group in found:
            group.then = None
        plan.layout = lay_out(flat, found, lane, nodes.alive, parameters, plan.inputs, batched)
        plan.vectorize()
    except UnsupportedError as reason:
        plan.take_eager(str(reason))
    return plan


def _grouped(
    flat: Flat, flags: tuple[Any, Any, Any], batched: bool, shortest: int, samples: int, native: bool
) -> tuple[Nodes, list[Group], tuple[Any, Any, Any]]:
    """The nodes after contraction, their groups, and which nodes are lanes, vary, and are active."""
    nodes = contract(flat, flags[0] if batched else None, shortest)
    grown = len(nodes.operation) - len(flags[0])  # a constant may have been added
    lane, varies, active = (np.append(each, np.zeros(grown, bool)) for each in flags)
    schedule = Schedule(levels(nodes), lane, active)
    alive = int((nodes.alive & (nodes.operation >= 0)).sum())
    worth = MAX_GROUPS if native else alive * samples * PRICE_OF_A_NODE / max(PRICE_OF_A_GROUP, 1e-9)
    if schedule.depth > worth:
        raise UnsupportedError(f"{schedule.depth:,} levels for {alive:,} nodes: too little that can be done at once")
    found = groups(nodes, schedule, ~varies, worth)
    return nodes, found, (lane, varies, active)


def native_is_there(backend: str) -> bool:
    """Whether the C runtime can be had; says why not once for "auto", and always for "c" and "emit"."""
    from autograd.compiler.c_backend.toolchain import runtime

    try:
        runtime()
    except UnsupportedError as reason:
        if backend != "auto":
            raise RuntimeError(
                f"backend {backend!r} is not available: {reason}; use backend='numpy' or 'auto'"
            ) from None
        if not _told:
            _told.append(str(reason))
            warnings.warn(f"compiled programs run with NumPy, not natively: {reason}", RuntimeWarning, stacklevel=6)
        return False
    return True


_told: list[str] = []


class Plan:
    """One traced graph, ready to run."""

    def __init__(
        self, flat: Flat, shape: Any, shapes: list[Any], parameters: int, by_parameters: bool, batched: bool
    ) -> None:
        self.flat, self.shape, self.shapes = flat, shape, shapes
        self.parameters, self.by_parameters, self.batched = parameters, by_parameters, batched
        self.sizes = [math.prod(s) for s in shapes]
        self.inputs = sum(self.sizes)
        self.outputs = flat.outputs
        self.reason = ""
        self.made_for = 1
        """The number of samples for which the eager engine was found faster than groups, if it was."""
        self.settings: list[Any] = []
        self.guard: Guard | None = None
        """What the function read when it was traced: another plan is needed once this, or a setting, changes."""
        self.limits = limits_of_indices(flat)
        self.groups: list[Group] = []
        self.active: Any = None
        self.layout: Layout | None = None
        self.is_eager = False
        """Whether there are no groups worth the name, so that the eager engine does every sample."""
        self._replay: Replay | None = None
        self.native: Any = None
        self.attached: Any = None
        """Whose arguments the C runtime reads at present."""
        self.source = ""
        self.backend = "numpy"
        self._bind: Any = None
        self._bound: dict[int, Buffers] = {}
        self._outputs: Any = None
        self.drawn: Any = None
        """The random numbers of the last run: a row for each sample."""

    def link(self, emit: bool) -> None:
        """Make the tables for the C runtime, and loops for its chains if these are to be emitted."""
        from autograd.compiler.c_backend.bytecode import Linker, describe_steps
        from autograd.compiler.c_backend.executable import NativeProgram

        layout = self.layout
        assert layout is not None  # noqa: S101
        linker = Linker(layout, self.active, self.flat.number, self.groups, self.outputs, emit)
        for group in self.groups:
            linker.add(group)
        if linker.loops is not None:
            try:
                linker.loops.build()
            except UnsupportedError as reason:
                raise RuntimeError(f"backend 'emit' is not available: {reason}; use backend='c' or 'auto'") from None
        draws = [len(self.flat.draws)] if self.flat.draws else []
        self.native = NativeProgram(
            linker, self.outputs, [*self.sizes, *draws], self.parameters, self.batched, self.by_parameters
        )  # fmt: skip
        self.source, self.backend = describe_steps(linker), "emit" if emit else "c"

    def vectorize(self) -> None:
        """Make the NumPy program."""
        layout = self.layout
        assert layout is not None  # noqa: S101
        writer = Vectorizer(layout, self.active, self.flat.number, self.outputs[:1])
        for group in self.groups:
            writer.add_forward(group)
        for group in reversed(self.groups):
            writer.add_reverse(group)
        writer.clear_unread(self.parameters, self.by_parameters, self.batched)
        self.source = writer.source(f"{len(self.groups)} groups")
        self._bind = build(self.source, writer.tables, f"{id(self)}")

    def take_eager(self, reason: str) -> None:
        """Take the fallback."""
        self.is_eager, self.reason, self.backend = True, reason, "eager"
        self.source = "its operations on Values, for one sample after the other: see eager.py"

    @property
    def replay(self) -> Replay:
        """The graph, to be built anew on Values."""
        self._replay = self._replay or Replay(self.flat)
        return self._replay

    def changed(self) -> str:
        """What has changed of that on which the trace depends, by name; '' if nothing has."""
        guard = self.guard
        if guard is not None and not guard.unchanged():
            what = guard.changed()
            if what:
                return what
        for read, setting in self.settings:
            now = read()
            if now is not setting and not (is_plain(now) and is_plain(setting) and image(now) == image(setting)):
                return "a setting (depends_on)"
        return ""

    # ------------------------------------------------------------------------------------------------------------ run

    def run(
        self, theta: Any, given: Sequence[Any], seed: int | None, drawn: Any = None
    ) -> tuple[list[float], Any, bool]:
        """The outputs (means over samples); the gradient of output `seed`, if not None; whether the run is may_be_nonfinite.

        It is where a number is not finite, or an error may be hidden: then the eager engine must look (see `eager`).
        `drawn` are random numbers to be used again, a row for each sample.
        """
        samples = len(given[0]) if self.batched else 1
        flat_inputs = [array.reshape(samples, -1) for array in given]
        if self.native is not None:
            return self._run_native(theta, flat_inputs, samples, seed, drawn)
        if self.flat.draws:
            self.drawn = self._draw(samples) if drawn is None else drawn
        # The C runtime gives nan for an index out of range, which is found by that.
        if self.is_eager or self.limits_broken(flat_inputs):
            return [math.nan] * len(self.outputs), None, True
        layout = self.layout
        assert layout is not None  # noqa: S101 - there are groups
        with np.errstate(all="ignore"):
            return self._run_numpy(layout, theta, flat_inputs, samples, seed)

    def _draw(self, samples: int) -> Any:
        """Random numbers, drawn sample by sample, as the eager engine does."""
        return np.array([[draw() for draw in self.flat.draws] for _ in range(samples)])

    def _run_numpy(
        self, layout: Layout, theta: Any, flat_inputs: list[Any], samples: int, seed: int | None
    ) -> tuple[list[float], Any, bool]:
        captured = np.array([value._data for value in self.flat.captured])
        block = samples if not self.batched else max(64, NUMBERS_IN_A_BLOCK // max(1, layout.lane_rows))
        totals, may_be_nonfinite = np.zeros(len(self.outputs)), False
        gradient: Any = None
        pieces = []
        input_gradients = (
            [np.zeros(array.shape) for array in flat_inputs] if seed is not None and not self.by_parameters else []
        )
        if seed is not None and self.by_parameters:
            gradient = np.zeros(self.parameters)
        for begin in range(0, samples, block):
            end = min(begin + block, samples)
            bound = self._bound_to(end - begin)
            bound.owner = None
            drawn = self.drawn[begin:end] if self.flat.draws else None
            bound.load(self, theta, captured, [array[begin:end] for array in flat_inputs], drawn)
            may_be_nonfinite |= bound.forward()
            values = bound.outputs(self, end - begin)
            totals += np.array([v.sum() for v in values]) / samples
            pieces.append(values)
            if seed is not None:
                bound.seed(self, 1.0 / samples if self.batched else 1.0, end - begin, samples)
                bound.reverse()
                if self.by_parameters:
                    gradient += bound.DU[: self.parameters, 0]
                else:
                    bound.input_gradients(self, [g[begin:end] for g in input_gradients])
        self._outputs = pieces
        if seed is not None and not self.by_parameters:
            leading = [(samples,)] if self.batched else [()]
            gradient = tuple(g.reshape((*leading[0], *s)) for g, s in zip(input_gradients, self.shapes, strict=True))
        values = [float(t) for t in totals] if self.batched else [float(v[0]) for v in pieces[0]]
        gradients = () if seed is None else (gradient,) if self.by_parameters else gradient
        return values, gradient, may_be_nonfinite or not all(np.isfinite(a).all() for a in (totals, *gradients))

    def _run_native(
        self, theta: Any, inputs: list[Any], samples: int, seed: int | None, drawn: Any
    ) -> tuple[list[float], Any, bool]:
        self.attach(inputs, samples)
        if drawn is not None:
            self.drawn[:] = drawn
        return self.run_attached(theta, seed, drawn is None)

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> None:
        """Let the C runtime read these arguments at the next `run_attached`."""
        self.attached = None
        inputs = [
            a if a.dtype == np.float64 and a.flags.c_contiguous else np.ascontiguousarray(a, np.float64) for a in inputs
        ]
        if self.flat.draws:
            self.drawn = np.zeros((samples, len(self.flat.draws)))
            inputs.append(self.drawn)
        self.native.attach(inputs, samples, packed)

    def packed(self, inputs: list[Any], samples: int) -> Any:
        """These arguments in the order in which the C runtime reads them; None where there is nothing to gain."""
        if not self.batched or self.flat.draws:
            return None
        self.attach(inputs, samples)
        return self.native.pack()

    def run_attached(self, theta: Any, seed: int | None, draw: bool = True) -> tuple[list[float], Any, bool]:
        """Run what was attached, with new random numbers if `draw`."""
        native = self.native
        if self.flat.draws and draw:
            self.drawn[:] = self._draw(len(self.drawn))
        may_be_nonfinite = native.run(theta, self.flat.captured, seed is not None)
        values: list[float] = native.means.tolist()
        self._outputs = (native.results,)
        if seed is None:
            return values, None, may_be_nonfinite
        if self.by_parameters:
            return values, native.gradient.copy(), may_be_nonfinite
        leading = (native.results.shape[1],) if self.batched else ()
        pairs = zip(native.gradients, self.shapes, strict=False)
        return values, tuple(g.reshape((*leading, *s)).copy() for g, s in pairs), may_be_nonfinite

    def limits_broken(self, inputs: list[Any]) -> bool:
        """Whether an index is out of range."""
        whole = np.concatenate(inputs, axis=1) if self.limits else None
        return any(bool(((whole[:, n] < 0) | (whole[:, n] >= size)).any()) for n, size in self.limits)  # type: ignore[index]

    def in_one_block(self, samples: int) -> bool:
        """Whether the NumPy program takes so many samples at once, always the same ones, for parameters."""
        layout = self.layout
        simple = layout is not None and self.by_parameters and not self.flat.draws and self._bind is not None
        return simple and (not self.batched or samples <= max(64, NUMBERS_IN_A_BLOCK // max(1, layout.lane_rows)))  # type: ignore[union-attr]

    def run_again(self, theta: Any, inputs: list[Any], samples: int, owner: Any) -> tuple[float, Any, bool]:
        """Value and gradient for arguments that are loaded already, if the last to load was this owner."""
        bound = self._bound_to(samples)
        captured = np.array([value._data for value in self.flat.captured])
        bound.load(self, theta, captured, [] if bound.owner is owner else inputs)
        bound.owner = owner
        with np.errstate(all="ignore"):
            may_be_nonfinite = bound.forward()
            value = bound.mean_of_output(self, samples)
            bound.seed(self, 1.0 / samples if self.batched else 1.0, samples, samples)
            bound.reverse()
        gradient = bound.DU[: self.parameters, 0].copy()
        return value, gradient, may_be_nonfinite or not math.isfinite(value) or not np.isfinite(gradient).all()

    def _bound_to(self, samples: int) -> Buffers:
        bound = self._bound.pop(samples, None)
        if bound is None:
            bound = Buffers(self, samples)
            while len(self._bound) >= 4:
                self._bound.pop(next(iter(self._bound)))
        self._bound[samples] = bound  # the last one used is at the end
        return bound

    def samples_of_outputs(self, first: int) -> Any:
        """The outputs from number `first` on: a column for each, a row for each sample of the last run."""
        return np.concatenate([np.array(list(piece)).T[:, first:] for piece in self._outputs])

    def keep_outputs(self, results: Any) -> None:
        """Take these as the outputs of the last run: a row for each, a column for each sample."""
        self._outputs = (results,)

    # -------------------------------------------------------------------------------------------------------- looking

    def explain(self, name: str) -> str:
        """The groups, in order, and what they cost."""
        products = [group for group in self.groups if group.kind == "product"]
        size = f"{len(self.flat):,} nodes were traced"
        if self.is_eager:
            return f"{name}: {size}; backend eager (sample by sample), because of {self.reason}"
        flops = [2 * g.left.size * len(g.right) for g in products]
        sides = [[side for side in (g.left, g.right) if self.active[side].any()] for g in products]
        reverse = sum(count * len(wanted) for count, wanted in zip(flops, sides, strict=True))
        unit = " a sample" if self.batched else ""
        layout = self.layout
        assert layout is not None  # noqa: S101
        lines = [
            f"{name}: {size}, and became {len(self.groups)} groups, {len(products)} of them matrix products",
            f"backend {self.backend}{f' (not c: {self.reason})' if self.reason else ''}; "
            f"{sum(flops):,} flops in products forward{unit}, {reverse:,} in reverse; "
            f"{16 * layout.uniform_rows:,} bytes, and {16 * layout.lane_rows:,} for each sample",
        ]
        for number, group in enumerate(self.groups):
            where = "each sample" if group.lane else "once"
            lines.append(f"{number:4} {where:11} {describe(group)}")
        return "\n".join(lines)


def limits_of_indices(flat: Flat) -> list[tuple[int, int]]:
    """Which inputs are indices of `take` or `cross_entropy`, and how many numbers they choose from."""
    found: dict[int, int] = {}
    for code, row in enumerate(flat.rows):
        if row.name in ("take", "cross_entropy"):
            for node in np.flatnonzero(flat.operation == code):
                leaf, size = flat.operand[flat.start[node]], int(flat.start[node + 1] - flat.start[node]) - 1
                if flat.operation[leaf] == INPUT:
                    position = int(flat.position[leaf])
                    found[position] = min(size, found.get(position, size))
    return sorted(found.items())
