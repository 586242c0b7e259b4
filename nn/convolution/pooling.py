"""How does a map become smaller, and less dependent on where exactly something is?

By keeping one number of each window: the largest, or the mean. Read before: ``windows``. Read after: ``flatten``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any, ClassVar

import autograd
from autograd import maximum
from nn.convolution.windows import Pair, arguments, image_of, padded, pair, windows
from nn.module import Module
from nn.names.settings import Check, Settings


class Pooling(Settings, Module):
    """What ``MaxPool2d`` and ``AvgPool2d`` share: windows of each channel by itself."""

    gives = "maps: put nn.Flatten() between them"
    _checks: ClassVar[dict[str, Check]] = {"kernel_size": pair, "stride": pair, "padding": partial(pair, minimum=0)}

    def __init__(self, kernel_size: int | Pair, stride: int | Pair | None = None, padding: int | Pair = 0) -> None:
        self.kernel_size: Any = kernel_size
        self.stride: Any = kernel_size if stride is None else stride
        self.padding: Any = padding

    def _sizes(self) -> tuple[Pair, Pair, Pair]:
        return self.kernel_size, self.stride, self.padding

    def _check_together(self, settings: dict[str, Any]) -> None:
        size, padding = settings["kernel_size"], settings.get("padding", (0, 0))
        if any(2 * edge > side for edge, side in zip(padding, size, strict=True)):
            raise ValueError(
                f"padding must be at most half of kernel_size {size}, or a window would lie outside the image; got "
                f"{padding}"
            )

    def _pooled(self, inputs: Any, fill: Any, of_window: Callable[[list[Any]], Any]) -> list[list[list[Any]]]:
        owner, (size, stride, padding) = type(self).__name__, self._sizes()
        image = padded(image_of(inputs, owner), padding, fill)
        seen = [windows([plane], size, stride, owner) for plane in image]
        return [[[of_window(window) for window in row] for row in rows] for rows in seen]

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """Check the settings; return the number of parameters of such a module: none."""
        cls(**settings)
        return 0

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again."""
        return dict(zip(("kernel_size", "stride", "padding"), map(list, self._sizes()), strict=True))

    def __repr__(self) -> str:
        size, *_ = self._sizes()
        defaults = {"padding": 0, "stride": size if size[0] != size[1] else size[0]}
        return f"{type(self).__name__}({arguments(self.settings(), defaults)})"


class MaxPool2d(Pooling):
    """The largest number of each window, channel by channel; a tie shares the gradient as ``maximum`` does.

    ``stride`` is ``kernel_size`` unless given, so that windows do not overlap; padding is never the largest.
    Raises ``ValueError`` and ``TypeError`` for wrong sizes.

    >>> MaxPool2d(2)([[[1.0, 2.0, 0.0, 0.0], [3.0, 4.0, 0.0, 5.0]]])
    [[[4.0, 5.0]]]
    """

    def __call__(self, inputs: Any) -> list[list[list[Any]]]:
        """One image, a list of channels that are lists of rows, with as many channels and fewer rows and columns."""
        return self._pooled(inputs, None, lambda window: reduce(maximum, [item for item in window if item is not None]))


class AvgPool2d(Pooling):
    """The mean of each window, channel by channel; the zeros of the padding count, as in PyTorch.

    ``stride`` is ``kernel_size`` unless given, so that windows do not overlap.
    Raises ``ValueError`` and ``TypeError`` for wrong sizes.

    >>> AvgPool2d(2)([[[1.0, 2.0, 0.0, 0.0], [3.0, 4.0, 0.0, 5.0]]])
    [[[2.5, 1.25]]]
    """

    def __call__(self, inputs: Any) -> list[list[list[Any]]]:
        """One image, a list of channels that are lists of rows, with as many channels and fewer rows and columns."""
        return self._pooled(inputs, 0.0, autograd.mean)
