"""How does a traced graph become a plan?  All passes in their order, and the choice of a backend.

Read the passes and the backends first, `program` next.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.eager import EagerProgram
from autograd.compiler.frontend.flatten import CONSTANT, DRAWN, INPUT, PARAMETER
from autograd.compiler.numpy_backend.run import NumpyProgram
from autograd.compiler.passes.batched import batched_products
from autograd.compiler.passes.contract import Nodes, contract, depends
from autograd.compiler.passes.fuse import fuse_activations, fuse_chains
from autograd.compiler.passes.group import Group, MatMul, UnsupportedError, groups
from autograd.compiler.passes.layout import lay_out
from autograd.compiler.passes.schedule import NodeSchedule, levels
from autograd.compiler.passes.split import split_by_readers
from autograd.compiler.passes.straight_line import fuse_sequences
from autograd.compiler.plan import Plan

if TYPE_CHECKING:
    from autograd.compiler.executable import Signature
    from autograd.compiler.frontend.flatten import Flat

SHORTEST_SUM, MAX_EXACT = 16, 10_000
"""In a graph without matrix products, shorter sums than this stay single additions, so that the C runtime rounds them
as the eager engine does; unless there are more groups than `MAX_EXACT`."""

WITHOUT_C = "NumPy takes 2 to 6 times as long, and 100 times for recurrences of many steps"
"""What is lost without the C runtime."""

SHORTEST_OF_SAMPLES = 4
"""The same for sums in which nothing is a weight: their additions and products become parts of loops."""

MAX_GROUPS = 20_000
"""For the C runtime a group costs almost nothing to run, but about 0.1 ms to link."""

PRICE_OF_A_GROUP, PRICE_OF_A_NODE = 12.0, 1.0
"""Microseconds for a group in NumPy calls, and for a node of the eager engine: their ratio decides on the fallback."""


def make_plan(signature: Signature, shape: Any, backend: str, samples: int, dtype: str = "float64") -> Plan:
    """All passes, in their order."""
    if backend == "jax":
        return _jax_plan(signature, shape, dtype)
    flat, batched = signature.flat, signature.batched
    varies = depends(flat, (INPUT, DRAWN))
    per_sample = varies if batched else np.zeros(len(flat), bool)
    active = depends(flat, (PARAMETER,) if signature.by_parameters else (INPUT,))
    reason = "" if backend == "numpy" else why_not_native(backend)
    native = backend != "numpy" and not reason
    try:
        flags = per_sample, varies, active
        nodes, found, flags = _grouped(flat, flags, batched, 0, samples, native)
        if native and len(found) < MAX_EXACT and not any(isinstance(group, MatMul) for group in found):
            nodes, found, flags = _grouped(flat, flags, batched, SHORTEST_SUM, samples, native)
        per_sample, _, active = flags
        if native:
            try:
                return _native_plan(signature, shape, nodes, found, per_sample, active, samples)
            except UnsupportedError as error:
                reason = str(error)
        for group in found:
            if isinstance(group, MatMul):
                group.epilogue = None
        layout = lay_out(flat, found, per_sample, nodes.alive, signature.parameters, sum(signature.sizes), batched)
        return Plan(signature, shape, NumpyProgram(signature, layout, found, active), found, active, layout, reason)
    except UnsupportedError as error:
        return Plan(signature, shape, EagerProgram(signature, samples), [], active, None, str(error))


def _native_plan(
    signature: Signature, shape: Any, nodes: Nodes, found: list[Group], per_sample: Any, active: Any, samples: int
) -> Plan:
    from autograd.compiler.c_backend.executable import NativeProgram

    flat, batched = signature.flat, signature.batched
    found = batched_products(found, per_sample)
    found = fuse_sequences(found, flat.outputs, len(nodes.operation))
    found = split_by_readers(found, flat.outputs, len(nodes.operation))
    found = fuse_chains(found, flat, nodes.operation == CONSTANT)
    found = fuse_activations(found, flat.outputs, per_sample)
    layout = lay_out(flat, found, per_sample, nodes.alive, signature.parameters, sum(signature.sizes), batched)
    return Plan(signature, shape, NativeProgram(signature, layout, found, active, samples), found, active, layout)


def _grouped(
    flat: Flat, flags: tuple[Any, Any, Any], batched: bool, shortest: int, samples: int, native: bool
) -> tuple[Nodes, list[Group], tuple[Any, Any, Any]]:
    """The nodes after contraction; their groups; and which nodes are per sample, vary between calls, and are active."""
    nodes = contract(flat, flags[0] if batched else None, shortest, SHORTEST_OF_SAMPLES if native else 0)
    grown = len(nodes.operation) - len(flags[0])  # a constant may have been added
    per_sample, varies, active = (np.append(each, np.zeros(grown, bool)) for each in flags)
    schedule = NodeSchedule(levels(nodes), per_sample, active)
    alive = int((nodes.alive & (nodes.operation >= 0)).sum())
    worth = MAX_GROUPS if native else alive * samples * PRICE_OF_A_NODE / max(PRICE_OF_A_GROUP, 1e-9)
    if schedule.depth > worth:
        raise UnsupportedError(f"{schedule.depth:,} levels for {alive:,} nodes: too few operations can be done at once")
    found = groups(nodes, schedule, ~varies, worth)
    return nodes, found, (per_sample, varies, active)


def _jax_plan(signature: Signature, shape: Any, dtype: str) -> Plan:
    try:
        executable = jax_backend("executable").JaxProgram(signature, dtype)
    except UnsupportedError as error:
        raise TypeError(f"JAX cannot compile this function: {error}; use backend='c'") from None
    function = executable.function
    return Plan(signature, shape, executable, function.found, function.active, function.layout)


def jax_backend(module: str) -> Any:
    """A module of the optional folder `jax_backend`.

    Raises ImportError, which says how to install JAX, where it is missing.
    """
    try:
        return import_module(f"autograd.compiler.jax_backend.{module}")
    except ImportError as error:
        raise ImportError(
            f'JAX is needed here: install it by python -m pip install "chalkgrad[jax]" ({error})'
        ) from error


def why_not_native(backend: str) -> str:
    """Why the C runtime is not available, '' if it is; warns once for "auto", and raises RuntimeError for "c"."""
    from autograd.compiler.c_backend.toolchain import runtime

    try:
        runtime()
    except UnsupportedError as reason:
        if backend != "auto":
            raise RuntimeError(
                f"backend {backend!r} is not available: {reason}; use backend='numpy' or 'auto', but {WITHOUT_C}"
            ) from None
        if not _warned:
            _warned.append(str(reason))
            warnings.warn(f"compiled programs run with NumPy, not natively: {reason}", RuntimeWarning, stacklevel=6)
        return f"{reason}; {WITHOUT_C}"
    return ""


_warned: list[str] = []
