"""What is known about one traced graph, and how is it run?  Its groups, its layout, and the executable of a backend.

Read the passes and `executable` first, `pipeline` next, which makes plans.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.compiler.eager import Replay
from autograd.compiler.frontend.change_check import image, is_plain
from autograd.compiler.passes.group import BatchedProduct, MatMul

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.compiler.executable import Executable, RunResult, Signature
    from autograd.compiler.frontend.flatten import Flat
    from autograd.compiler.frontend.guards import Guard
    from autograd.compiler.passes.group import Group
    from autograd.compiler.passes.layout import Layout


@dataclass(eq=False)
class Plan:
    """One traced graph, ready to run."""

    signature: Signature
    shape: Any
    """How the outputs are nested: None for a single one."""
    executable: Executable
    groups: list[Group]
    active: Any  # (nodes,) bool: whether a gradient flows through the node
    layout: Layout | None
    """None for the eager engine, which has no groups."""
    reason: str = ""
    """Why a backend of lower priority was taken."""
    settings: list[tuple[Callable[[], Any], Any]] = field(default_factory=list)
    guard: Guard | None = None
    """What the function read when it was traced: another plan is needed once this, or a setting, changes."""

    @property
    def flat(self) -> Flat:
        """The graph."""
        return self.signature.flat

    @property
    def outputs(self) -> list[int]:
        """The nodes that are outputs."""
        return self.signature.flat.outputs

    @property
    def backend(self) -> str:
        """The backend that runs the graph."""
        return self.executable.backend

    @property
    def source(self) -> str:
        """The code that runs, as text."""
        return self.executable.source

    @property
    def is_eager(self) -> bool:
        """Whether the eager engine computes every sample, because groups would not be faster."""
        return self.executable.backend == "eager"

    def changed(self) -> str:
        """The name of something that the trace depends on and that has changed; '' if nothing has."""
        guard = self.guard
        if guard is not None and not guard.unchanged() and (what := guard.changed()):
            return what
        for read, setting in self.settings:
            now = read()
            if now is not setting and not (is_plain(now) and is_plain(setting) and image(now) == image(setting)):
                return "a setting (depends_on)"
        return ""

    @cached_property
    def replay(self) -> Replay:
        """The operations that build the graph from other leaves."""
        return Replay(self.flat)

    def run(self, theta: Any, given: Sequence[Any], backward: bool, drawn: Any = None) -> RunResult:
        """Run the graph once for these arguments; `drawn` are random numbers to use again, (samples, draws)."""
        samples = len(given[0]) if self.signature.batched else 1
        self.executable.attach([array.reshape(samples, -1) for array in given], samples)
        return self.executable.run(theta, backward, drawn)

    def samples_of_outputs(self, first: int) -> Any:
        """The outputs of the last run from number `first` on, as an array of samples x outputs."""
        parts = [
            np.array(block[first:] if isinstance(block, np.ndarray) else list(block)[first:]).T
            for block in self.executable.blocks
        ]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def explain(self, name: str) -> str:
        """The groups, in order, and what they cost."""
        size = f"{len(self.flat):,} nodes were traced"
        layout = self.layout
        if layout is None:
            return f"{name}: {size}; backend {self.backend} (sample by sample), because of {self.reason}"
        products = [group for group in self.groups if isinstance(group, MatMul | BatchedProduct)]
        reverse = sum(
            product.flops * bool(self.active[side[side >= 0]].any())
            for product in products
            for side in (product.left, product.right)
        )
        unit = " a sample" if self.signature.batched else ""
        note = f" ({self.executable.note})" if self.executable.note else ""
        lines = [
            f"{name}: {size}, and became {len(self.groups)} groups, {len(products)} of them matrix products",
            f"backend {self.backend}{f' (not c: {self.reason})' if self.reason else ''}{note}; "
            f"{sum(group.flops for group in products):,} flops in products forward{unit}, {reverse:,} in reverse; "
            f"{16 * layout.uniform_rows:,} bytes, and {16 * layout.sample_rows:,} for each sample",
        ]
        for number, group in enumerate(self.groups):
            where = "each sample" if group.per_sample else "once"
            lines.append(f"{number:4} {where:11} {group.describe()}")
        return "\n".join(lines)
