"""How do the signals in a deep network keep a size near 1?

Read before: ``layers``. Read after: ``dropout``.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from autograd import Value, mean, sqrt

from .checks import check_parameters, one_sample, real_number, shown, whole_number
from .module import Module
from .names.settings import Check, Settings, some_values


class LayerNorm(Settings, Module):
    """Shift and scale one sample's ``size`` numbers to mean 0 and variance 1, then by a learned scale and shift.

    ``epsilon`` is added to the variance, which could be 0 (Ba, Kiros, Hinton 2016; the variance divides by ``size``).
    Scale inputs above 1e154 first: their squares overflow, and every input counts as the mean, as in PyTorch. A form
    without overflow would take more operations for every input.

    >>> norm = LayerNorm(2, epsilon=0.0)
    >>> [round(value.data, 6) for value in norm([1.0, 3.0])]
    [-1.0, 1.0]
    """

    _checks: ClassVar[dict[str, Check]] = {
        "epsilon": partial(real_number, low=0), "scale": some_values, "shift": some_values
    }  # fmt: skip

    def __init__(self, size: int, epsilon: float = 1e-5) -> None:
        size = whole_number(size, "size")
        check_parameters(2 * size, f"LayerNorm(size={shown(size)})")
        self.epsilon = epsilon
        self.scale = [Value(1.0) for _ in range(size)]
        self.shift = [Value(0.0) for _ in range(size)]

    def __call__(self, inputs: Any) -> list[Any]:
        """The normalised sample, a list of ``size`` Values."""
        row = one_sample(inputs, len(self.scale), "LayerNorm")
        centre = mean(row)
        centred = [item - centre for item in row]
        deviation = sqrt(mean([item * item for item in centred]) + self.epsilon)
        if len(self.shift) != len(row):
            raise ValueError(f"shift has {len(self.shift)} Values and scale has {len(row)}: they must be equally many")
        return [
            item / deviation * scale + shift for item, scale, shift in zip(centred, self.scale, self.shift, strict=True)
        ]

    @property
    def in_size(self) -> int:
        """The number of inputs."""
        return len(self.scale)

    @property
    def out_size(self) -> int:
        """The number of outputs, which equals the number of inputs."""
        return len(self.scale)

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.scale)})"
