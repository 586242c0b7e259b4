"""Does a layer's signal have to be centred to keep its size?  Read before: ``normalization``."""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, ClassVar

from autograd import Value, dot, sqrt
from nn.checks import check_parameters, one_sample, real_number, shown, whole_number
from nn.module import Module
from nn.names.settings import Check, Settings, some_values


class RMSNorm(Settings, Module):
    """Divide one sample's ``size`` numbers by their root mean square, then multiply each by a learned scale.

    ``epsilon`` is added to the mean square, which could be 0; its default is PyTorch's, 2.2e-16 (Zhang, Sennrich 2019).
    Scale inputs above 1e154 first: their squares overflow, and the outputs are 0, as in PyTorch. A form without
    overflow would take more operations for every input.

    >>> norm = RMSNorm(2)
    >>> [round(value.data, 6) for value in norm([1.0, 7.0])]          # their root mean square is 5
    [0.2, 1.4]
    """

    _checks: ClassVar[dict[str, Check]] = {"epsilon": partial(real_number, low=0), "scale": some_values}

    def __init__(self, size: int, epsilon: float = sys.float_info.epsilon) -> None:
        size = whole_number(size, "size")
        check_parameters(size, f"RMSNorm(size={shown(size)})")
        self.epsilon = epsilon
        self.scale = [Value(1.0) for _ in range(size)]

    def __call__(self, inputs: Any) -> list[Any]:
        """The normalised sample, a list of ``size`` Values."""
        row = one_sample(inputs, len(self.scale), "RMSNorm")
        root = sqrt(dot(row, row) / len(row) + self.epsilon)
        return [item / root * scale for item, scale in zip(row, self.scale, strict=True)]

    @property
    def in_size(self) -> int:
        """The number of inputs."""
        return len(self.scale)

    @property
    def out_size(self) -> int:
        """The number of outputs, which equals the number of inputs."""
        return len(self.scale)

    def torch_parameters(self) -> dict[str, list[list[Value]]]:
        """The parameters as rows, by PyTorch's names and in its order."""
        return {"weight": [self.scale]}

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """Check the settings; return the number of parameters of such a module."""
        real_number(settings["epsilon"], "epsilon", 0)
        return whole_number(settings["size"], "size")

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again."""
        return {"size": len(self.scale), "epsilon": self.epsilon}

    def __repr__(self) -> str:
        return f"RMSNorm({len(self.scale)})"
