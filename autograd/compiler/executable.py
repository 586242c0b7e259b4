"""What can every backend do?  Take arguments, run the compiled graph, give its values and its gradient.

Read `flatten` first; then a backend: `numpy_backend.run`, `c_backend.executable`, or `eager`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from autograd.arguments import real
from autograd.compiler.frontend.flatten import INPUT, distinguished

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.compiler.frontend.flatten import Flat


@dataclass(eq=False)
class Signature:
    """What a compiled graph takes, and with respect to what its gradient is taken."""

    flat: Flat
    shapes: list[tuple[int, ...]]
    """Of the arguments, without the axis of samples."""
    parameters: int
    by_parameters: bool
    """Whether the gradient is taken with respect to the parameters; else with respect to the arguments."""
    batched: bool

    def __post_init__(self) -> None:
        self.flat.rows = distinguished(self.flat.rows)
        self.sizes = [math.prod(shape) for shape in self.shapes]
        """How many numbers each argument has for one sample."""
        self._limits = limits_of_indices(self.flat)

    def draw(self, samples: int) -> Any:
        """Random numbers, (samples, draws) float64, drawn sample by sample as the eager engine does."""
        found = [[draw() for draw in self.flat.draws] for _ in range(samples)]
        array = np.array(found)
        if array.dtype.kind in "fiub":
            return array.astype(np.float64, copy=False)
        return np.array([[real(number, "a number that drawn gives") for number in row] for row in found])

    def in_range(self, inputs: list[Any]) -> bool:
        """Whether all indices are in range, for arguments that are each samples x numbers."""
        if not self._limits:
            return True
        whole = np.concatenate(inputs, axis=1)
        return not any(bool(((whole[:, n] < 0) | (whole[:, n] >= size)).any()) for n, size in self._limits)

    def like_arguments(self, gradients: Sequence[Any], samples: int) -> tuple[Any, ...]:
        """Gradients, each samples x numbers, in the shapes of the arguments."""
        leading = (samples,) if self.batched else ()
        return tuple(g.reshape((*leading, *shape)) for g, shape in zip(gradients, self.shapes, strict=False))


def limits_of_indices(flat: Flat) -> list[tuple[int, int]]:
    """Which inputs are indices of `take` or `cross_entropy`, and from how many numbers they choose."""
    found: dict[int, int] = {}
    for code, row in enumerate(flat.rows):
        if row.name in ("take", "cross_entropy"):
            for node in np.flatnonzero(flat.operation == code):
                leaf, size = flat.operand[flat.start[node]], int(flat.start[node + 1] - flat.start[node]) - 1
                if flat.operation[leaf] == INPUT:
                    position = int(flat.position[leaf])
                    found[position] = min(size, found.get(position, size))
    return sorted(found.items())


class RunResult(NamedTuple):
    """What one run gives."""

    values: list[float]
    """The outputs; with samples, their means."""
    gradient: Any
    """Of the first output: an array like theta, or a tuple of arrays like the arguments; None without `backward`."""
    may_be_nonfinite: bool
    """Whether a number is not finite, or an error may be hidden: then the eager engine must look (`correction`)."""


class Executable(Protocol):
    """A compiled graph with its memory.  All backends implement it; `Plan` holds one of them."""

    backend: str
    """"numpy", "c", "jax" or "eager"."""
    note: str
    """What could be faster, and what prevents it; '' if nothing."""
    max_samples: float
    """With more samples than this another plan would be faster."""
    source: str
    """The code that runs, as text."""
    reads_in_place: bool
    """Whether contiguous float64 arrays are read in place at each run, so that changed elements are seen."""
    attached: Any
    """The arguments that the next run reads: an object that `attach` has made."""
    drawn: Any
    """The random numbers of the last run, (samples, draws) float64; None where there are none."""
    blocks: Sequence[Any]
    """The outputs of the last run: for each block of samples, (outputs, samples) float64."""

    def attach(self, inputs: list[Any], samples: int, packed: Any = None) -> Any:
        """Let the next runs read these arguments, each samples x numbers; what `pack` made of them saves time."""

    def pack(self, inputs: list[Any], samples: int) -> Any:
        """The arguments in the order in which the backend reads them; None where that saves nothing."""

    def run(self, theta: Any, backward: bool, drawn: Any = None) -> RunResult:
        """The outputs for what is attached; with `backward`, the gradient; `drawn` are random numbers to use again."""

    def value_and_grad(self, theta: Any) -> tuple[float, Any, bool]:
        """The first output, its gradient, and `may_be_nonfinite`, for arguments that are attached for many runs."""
