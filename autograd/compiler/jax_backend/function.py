"""What is a compiled graph in JAX?  One pure function of theta and the arguments, evaluated group by group.

Read `repeats` and `branches` first, `export` and `executable` next.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.compiler.frontend.flatten import DRAWN, INPUT, PARAMETER
from autograd.compiler.jax_backend.branches import counting, selected, to_be_masked
from autograd.compiler.jax_backend.evaluate import compute, operands_of, read
from autograd.compiler.jax_backend.memory import Memory
from autograd.compiler.jax_backend.placing import Rows, merge_sums
from autograd.compiler.jax_backend.repeats import Repeat, find_repeats
from autograd.compiler.lower import can_raise
from autograd.compiler.passes.contract import contract, depends
from autograd.compiler.passes.group import ElementWise, UnsupportedError, groups
from autograd.compiler.passes.layout import lay_out
from autograd.compiler.passes.schedule import NodeSchedule, levels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.compiler.executable import Signature
    from autograd.compiler.jax_backend.repeats import Step
    from autograd.compiler.passes.group import Group

    Treatment = Callable[[Group, Sequence[Any], Any], Any]

Array = Any

MAX_GROUPS = 600
"""XLA's compile time grows with the square of the groups: with this many it takes about 20 s."""


class JaxFunction:
    """The groups of a graph, and how they are evaluated on JAX arrays.

    Raises `UnsupportedError` if there are more groups than XLA compiles in a reasonable time.
    """

    def __init__(self, signature: Signature) -> None:
        self.signature = signature
        flat, batched = signature.flat, signature.batched
        varies = depends(flat, (INPUT, DRAWN))
        per_sample = varies if batched else np.zeros(len(flat), bool)
        self.active = depends(flat, (PARAMETER,) if signature.by_parameters else (INPUT,))
        nodes = contract(flat, per_sample if batched else None)
        grown = len(nodes.operation) - len(per_sample)  # a constant may have been added
        per_sample, varies, self.active = (
            np.append(each, np.zeros(grown, bool)) for each in (per_sample, varies, self.active)
        )
        schedule = NodeSchedule(levels(nodes), per_sample, self.active)
        found = merge_sums(groups(nodes, schedule, ~varies), per_sample)
        inputs = sum(signature.sizes)
        self.layout = lay_out(flat, found, per_sample, nodes.alive, signature.parameters, inputs, batched)
        self.rows = Rows.of(self.layout)
        self.found = found
        """The groups, with nodes as operands: for `explain`."""
        self.groups = [self.rows.placed(group) for group in found]
        at, numbers = self.layout.constants
        self.constants = dict(zip(at.tolist(), numbers.tolist(), strict=True))
        self.outputs = self.rows.of_node[flat.outputs]
        self.steps = find_repeats(self.groups, self.outputs, self.rows.count, self.rows.uniform)
        self.size = sum(len(step.blocks[0]) if isinstance(step, Repeat) else 1 for step in self.steps)
        if self.size > MAX_GROUPS:
            raise UnsupportedError(
                f"{len(flat):,} nodes became {len(self.groups):,} groups, {self.size:,} of them different, and XLA "
                f"compiles at most {MAX_GROUPS} in a reasonable time"
            )

    # ---------------------------------------------------------------------------------------------------- evaluation

    def __call__(
        self, theta: Array, captured: Array, inputs: Sequence[Array], drawn: Array | None, dtype: Any, safe: bool
    ) -> tuple[list[Array], list[Array]]:
        """The outputs, each (samples,) or (), and for each group that may raise whether its results are finite.

        `inputs`: one (samples, numbers) or (numbers,) array for each argument.  `safe`: whether no gradient may flow
        through a branch that was not selected, even where its partial is not finite.
        """
        samples = len(inputs[0]) if self.signature.batched else None
        given = (theta, captured, inputs, drawn)
        masks: Mapping[Any, Array] = {}
        if safe and self.masked:
            still = jax.lax.stop_gradient(given)
            masks = self._reached(lambda: self._filled(still, samples, dtype))
        memory = self._filled(given, samples, dtype)
        finite = evaluate(self.steps, memory, selected if masks else _plain, masks)
        return self._read_outputs(memory), finite

    def _read_outputs(self, memory: Memory) -> list[Array]:
        whole = memory.read(self.outputs)
        if memory.samples is not None and whole.ndim == 1:
            whole = jnp.broadcast_to(whole, (memory.samples, len(self.outputs)))
        return [whole[..., n] for n in range(len(self.outputs))]

    def _filled(self, given: tuple[Any, ...], samples: int | None, dtype: Any) -> Memory:
        """A memory with everything that is not computed: theta, captured Values, inputs and random numbers."""
        layout, signature = self.layout, self.signature
        theta, captured, inputs, drawn = given
        memory = Memory(self.rows.count, samples, dtype)
        for low, array in zip(self.pieces[:-1], _split(theta, self.pieces), strict=True):
            memory.put(np.arange(low, low + array.shape[-1]), array)
        memory.put(np.arange(layout.captured_at, layout.captured_at + captured.shape[-1]), captured)
        memory.put_constants(*layout.constants)
        memory.put_constants(np.array([self.rows.count - 1]), np.zeros(1))
        first = layout.inputs_at + (self.rows.uniform if signature.batched else 0)
        for array in inputs:
            memory.put(np.arange(first, first + array.shape[-1]), array)
            first += array.shape[-1]
        if drawn is not None:
            first = layout.draws_at + (self.rows.uniform if signature.batched else 0)
            memory.put(np.arange(first, first + drawn.shape[-1]), drawn)
        return memory

    @cached_property
    def pieces(self) -> list[int]:
        """Where theta is split, so that the gradient of each part is written once."""
        size = self.signature.parameters
        inside = np.zeros(size + 1, bool)  # whether the border before a parameter lies inside a part
        for step in self.steps:
            tables = [table for _, table in step.own] if isinstance(step, Repeat) else operands_of(step)
            for rows in tables if not isinstance(step, Repeat) else [*tables, *self._fixed(step)]:
                mine = rows[rows < size]
                if mine.size:
                    inside[mine.min() + 1 : mine.max() + 1] = True
        return np.flatnonzero(~inside).tolist()

    def _fixed(self, repeat: Repeat) -> list[Any]:
        own = np.concatenate([rows for rows, _ in repeat.own] or [np.zeros(0, int)])
        return [r[~np.isin(r, own)] for group in repeat.blocks[0] for r in operands_of(group)]

    # -------------------------------------------------------------------------------------------------------- branches

    @cached_property
    def masked(self) -> dict[tuple[int, int], tuple[int, ...]]:
        """For the groups of which it matters whether they are selected: step and place in the block, and a shape."""
        chosen = to_be_masked(self.groups, self.constants, self.rows.count)
        if not chosen:
            return {}
        number = {id(group): n for n, group in enumerate(self.groups)}
        found: dict[tuple[int, int], tuple[int, ...]] = {}
        for n, step in enumerate(self.steps):
            blocks = step.blocks if isinstance(step, Repeat) else [[step]]
            for j, family in enumerate(zip(*blocks, strict=True)):
                if any(number[id(group)] in chosen for group in family):
                    found[n, j] = (len(blocks),) if isinstance(step, Repeat) else ()
        return found

    def _reached(self, fill: Callable[[], Memory]) -> dict[tuple[int, int], Array]:
        """For each masked group, which of its results an output depends on."""
        memory = fill()
        probes = {}
        for (n, j), lead in self.masked.items():
            step = self.steps[n]
            group = step.blocks[0][j] if isinstance(step, Repeat) else step
            shape = (memory.samples, len(group.nodes)) if group.per_sample else (len(group.nodes),)
            probes[n, j] = jnp.zeros((*lead, *shape), memory.dtype)

        def paths(probes: Any) -> Array:
            memory = fill()
            evaluate(self.steps, memory, counting, probes)
            return sum(output.sum() for output in self._read_outputs(memory))

        return {key: count > 0.0 for key, count in jax.grad(paths)(probes).items()}


def _split(theta: Array, borders: list[int]) -> Sequence[Array]:
    sizes = np.diff(borders).tolist()
    return [theta] if len(sizes) == 1 else jax.lax.split(theta, sizes, axis=0) if sizes else []


def _plain(group: Group, operands: Sequence[Array], _: Any) -> Array:
    return compute(group, operands)


# ------------------------------------------------------------------------------------------------------------- the loop


def evaluate(steps: Sequence[Step], memory: Memory, treat: Treatment, more: Mapping[Any, Array]) -> list[Array]:
    """Compute every step into the memory; return for each group that may raise whether its results are finite.

    `more`: for some groups what `treat` takes as its third argument.
    """
    finite: list[Array] = []
    for n, step in enumerate(steps):
        if isinstance(step, Repeat):
            own = {j: more[n, j] for j in range(len(step.blocks[0])) if (n, j) in more}
            finite += _scan(step, memory, treat, own)
        else:
            _step(step, memory, treat, more.get((n, 0)), finite)
    return finite


def _step(group: Group, memory: Memory, treat: Treatment, more: Any, finite: list[Array]) -> Array:
    out = treat(group, read(group, memory), more)
    out = _shaped(jnp.asarray(out, memory.dtype), group, memory)
    if isinstance(group, ElementWise) and can_raise(group.row):
        finite.append(jnp.isfinite(out).all())
    memory.put(group.nodes, out)
    return out


def _shaped(out: Array, group: Group, memory: Memory) -> Array:
    shape = (memory.samples, len(group.nodes)) if group.per_sample else (len(group.nodes),)
    return out if out.shape == shape else jnp.broadcast_to(out, shape)


def _scan(repeat: Repeat, memory: Memory, treat: Treatment, more: Mapping[int, Array]) -> list[Array]:
    """Equal blocks, as one loop."""
    body = repeat.blocks[0]
    kept = {j: jnp.zeros((), memory.dtype) for j in repeat.last}
    kept = {j: _shaped(zero, body[j], memory) for j, zero in kept.items()}
    start = [_carry(memory, body[j], rows) for j, _, rows in repeat.carried]
    tables = [jnp.moveaxis(memory.read(table), -2, 0) for _, table in repeat.own]

    def block(carry: Any, given: Any) -> tuple[Any, Any]:
        inner, (own, extra) = memory.copy(), given
        for (_, _, rows), array in zip(repeat.carried, carry[0], strict=True):
            inner.put(rows, array)
        for (rows, _), array in zip(repeat.own, own, strict=True):
            inner.put(rows, array)
        finite: list[Array] = []
        outs = [_step(group, inner, treat, extra.get(j), finite) for j, group in enumerate(body)]
        passed = [
            outs[j] if len(at) == outs[j].shape[-1] else outs[j][..., at] for j, at, _ in repeat.carried
        ]  # positions ascend
        return (passed, {j: outs[j] for j in repeat.last}), ({j: outs[j] for j in repeat.every}, finite)

    length = len(repeat.blocks)
    (_, last), (every, finite) = jax.lax.scan(block, (start, kept), (tables, dict(more)), length=length)
    for j in repeat.every:
        for b in range(length):
            memory.put(repeat.blocks[b][j].nodes, every[j][b])
    for j in repeat.last:
        memory.put(repeat.blocks[-1][j].nodes, last[j])
    return [flags.all() for flags in finite]


def _carry(memory: Memory, group: Group, rows: Any) -> Array:
    array = memory.read(rows)
    if group.per_sample and array.ndim == 1:
        array = jnp.broadcast_to(array, (memory.samples, len(rows)))
    return array
