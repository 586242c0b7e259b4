"""What does a layer become if it looks at one small window at a time, with the same weights everywhere?

A convolution: each filter is a neuron whose inputs are the numbers in a window, and its outputs at all positions are a
map. The filters together are one ``Layer``. Since every position uses the same weights, their gradients accumulate over
positions. Read before: ``windows``, ``layers``. Read after: ``pooling``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from autograd import Value
from nn.activations import Activation
from nn.checks import as_list, check_parameters, shown, whole_number
from nn.convolution.windows import Image, Pair, arguments, image_of, padded, pair, windows
from nn.layers import Layer
from nn.module import Module
from nn.names.settings import Check, Settings, fixed


class Convolution(Settings, Module):
    """What ``Conv1d`` and ``Conv2d`` share: one layer of filters, applied at every position of an image."""

    gives = "maps: put nn.Flatten() between them"
    drawn_whole = True
    _checked: ClassVar[Callable[..., Any]]
    """Checks a size: one whole number, or a pair."""
    _checks: ClassVar[dict[str, Check]] = fixed("make another convolution", "in_channels", "filters")

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Any,
        stride: Any = 1,
        padding: Any = 0,
        *,
        activation: Any = "identity",
        init: Any = "auto",
        seed: Any = None,
    ) -> None:
        self.in_channels, filters = whole_number(in_channels, "in_channels"), whole_number(out_channels, "out_channels")
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        inputs = self.in_channels * math.prod(_sides(self.kernel_size))
        check_parameters(filters * (inputs + 1), f"{type(self).__name__}(kernel_size={shown(kernel_size)})")
        self.filters: Layer[Any] = Layer(inputs, filters, activation=activation, init=init, seed=seed)

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """Check the settings, apart from the activation; return the number of parameters of such a module."""
        channels, filters = (whole_number(settings[name], name) for name in ("in_channels", "out_channels"))
        cls._checked(settings["stride"], "stride")
        cls._checked(settings["padding"], "padding", 0)
        return filters * (channels * math.prod(_sides(cls._checked(settings["kernel_size"], "kernel_size"))) + 1)

    def _check_together(self, settings: dict[str, Any]) -> None:
        if "filters" in settings:
            size, filters = settings["kernel_size"], settings["filters"]
            inputs = settings["in_channels"] * math.prod(_sides(size))
            if inputs != filters.in_size:
                raise ValueError(
                    f"kernel_size {size} would need filters with {inputs} weights, but these have {filters.in_size}: "
                    "make a new convolution"
                )

    @property
    def _sizes(self) -> tuple[Any, Any, Any]:
        return self.kernel_size, self.stride, self.padding

    @property
    def out_channels(self) -> int:
        """The number of filters."""
        return self.filters.out_size

    @property
    def activation(self) -> Activation:
        """The activation of the filters."""
        return self.filters.activation

    @activation.setter
    def activation(self, activation: Any) -> None:
        self.filters.activation = activation

    def _maps(self, image: Image, kernel: Pair, stride: Pair, padding: Pair) -> Image:
        """The output of each filter at each position: (out_channels) x (height) x (width)."""
        owner = type(self).__name__
        if len(image) != self.in_channels:
            expected = f"{self.in_channels} channel{'s' * (self.in_channels != 1)}"
            raise ValueError(f"{owner} expects {expected}, got {len(image)}")
        seen = windows(padded(image, padding), kernel, stride, owner)
        outputs = [[self.filters.outputs(window) for window in row] for row in seen]
        return [[[each[n] for each in row] for row in outputs] for n in range(self.out_channels)]

    def torch_parameters(self) -> dict[str, list[list[Value]]]:
        """The parameters as rows, by PyTorch's names and in its order."""
        return self.filters.torch_parameters()

    def torch_shape(self) -> tuple[int, ...]:
        """The shape of PyTorch's weight: (out_channels, in_channels, and the sides of a filter)."""
        return self.out_channels, self.in_channels, *_sides(self.kernel_size)

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again, apart from the activation."""
        sizes = dict(zip(("kernel_size", "stride", "padding"), self._sizes, strict=True))
        channels = {"in_channels": self.in_channels, "out_channels": self.out_channels}
        return channels | {name: list(size) if isinstance(size, tuple) else size for name, size in sizes.items()}

    def __repr__(self) -> str:
        sizes = {name: entry for name, entry in self.settings().items() if "channels" not in name}
        given = arguments(
            sizes | {"activation": self.activation.name}, {"stride": 1, "padding": 0, "activation": "identity"}
        )
        return f"{type(self).__name__}({self.in_channels}, {self.out_channels}, {given})"


def _padding(checked: Any, padding: Any, name: str) -> Any:
    if isinstance(padding, str):
        cure = "'valid' is 0, and 'same' is (kernel_size - 1) // 2 for a kernel of odd size"
        raise TypeError(f"{name} must be a whole number, got {shown(padding)}: {cure}")
    return checked(padding, name, 0)


def _sides(size: Any) -> tuple[int, ...]:
    return size if isinstance(size, tuple) else (size,)


class Conv1d(Convolution):
    """Filters that slide along a signal: an input (in_channels) x (length) gives (out_channels) x (positions).

    ``kernel_size`` is a filter's length, ``stride`` the distance between positions, ``padding`` the number of zeros
    added at both ends: there are (length + 2 padding - kernel_size) // stride + 1 positions. ``activation``, ``init``
    and ``seed`` are as for ``Layer``. Raises ``ValueError`` and ``TypeError`` for wrong sizes and names.

    >>> edges = Conv1d(1, 1, 2, init="zeros")
    >>> edges.load_state_dict({"filters.neurons.0.weights.0": -1.0, "filters.neurons.0.weights.1": 1.0,
    ...                        "filters.neurons.0.bias": 0.0})
    >>> [value.data for value in edges([[0.0, 0.0, 5.0, 5.0]])[0]]
    [0.0, 5.0, 0.0]
    """

    _checked = staticmethod(whole_number)
    _checks: ClassVar[dict[str, Check]] = {
        **Convolution._checks, "kernel_size": whole_number, "stride": whole_number,
        "padding": partial(_padding, whole_number),
    }  # fmt: skip

    def __call__(self, inputs: Any) -> list[list[Any]]:
        """The maps of one signal, a list of channels: one list of numbers for each filter."""
        signal = as_list(inputs, "the input of Conv1d", "one signal: a list of channels, each a list of numbers")
        image = image_of([[channel] for channel in signal], "Conv1d", "one signal: a list of channels")
        return [rows[0] for rows in self._maps(image, *zip((1, 1, 0), self._sizes, strict=True))]


class Conv2d(Convolution):
    """Filters that slide over an image: (in_channels) x (height) x (width) gives (out_channels) x (rows) x (columns).

    ``kernel_size``, ``stride`` and ``padding`` are whole numbers, or pairs for rows and columns: a filter's size, the
    distance between positions, and the zeros added on each side. There are (height + 2 padding - kernel_size) // stride
    + 1 rows of positions. ``activation``, ``init`` and ``seed`` are as for ``Layer``. An image has many sums: train
    with ``nn.fit(..., engine="compiled")``.
    Raises ``ValueError`` and ``TypeError`` for wrong sizes and names.

    >>> conv = Conv2d(1, 8, 3, padding=1, activation="relu", seed=0)
    >>> maps = conv([[[0.0, 1.0], [1.0, 0.0]]])
    >>> len(maps), len(maps[0]), len(maps[0][0])
    (8, 2, 2)
    >>> len(conv.parameters())                        # 8 * (1*3*3 + 1), whatever the size of the image
    80
    """

    _checked = staticmethod(pair)
    _checks: ClassVar[dict[str, Check]] = {
        **Convolution._checks, "kernel_size": pair, "stride": pair, "padding": partial(_padding, pair)
    }  # fmt: skip

    def __call__(self, inputs: Any) -> list[list[list[Any]]]:
        """The maps of one image, a list of channels that are lists of rows: one such grid for each filter."""
        return self._maps(image_of(inputs, "Conv2d"), *self._sizes)
