"""What does a model compute, as a list of steps without Values?

Read before: ``layers``, ``normalization``, ``embedding``. Read after: ``numpy``, ``torch``, ``onnx``, ``source``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from os import PathLike
from typing import Any

from nn.activations import Activation, activation, activation_names
from nn.checks import as_list, shown, whole_number
from nn.config import settings_of
from nn.dropout import Dropout
from nn.embedding import Embedding
from nn.layers import Layer, Neuron, Sequential
from nn.normalization import LayerNorm

Matrix = list[list[float]]


@dataclass
class Linear:
    """weights · inputs + biases; ``weights`` is (outputs) x (inputs)."""

    weights: Matrix
    biases: list[float]


@dataclass
class Bend:
    """An activation of each number, or (softmax) of all of them; never identity."""

    name: str


@dataclass
class Normalize:
    """A sample less its mean, divided by sqrt(variance + epsilon), times ``scale``, plus ``shift``."""

    scale: list[float]
    shift: list[float]
    epsilon: float


@dataclass
class LookUp:
    """For each index its vector, end to end; ``vectors`` is (count) x (size)."""

    vectors: Matrix


@dataclass
class Standard:
    """A module that PyTorch and others have as well: its kind, its settings, and its rows by PyTorch's names."""

    kind: str
    settings: dict[str, Any]
    numbers: dict[str, Matrix]


Step = Linear | Bend | Normalize | LookUp | Standard


def steps_of(model: Any, argument: str = "model") -> list[Step]:
    """What a model made of ``nn``'s own layers computes in evaluation mode, in which dropout does nothing.

    Raises ``TypeError`` for a module of another class and ``ValueError`` for a user-defined activation.

    >>> steps_of(Neuron(2, init="zeros", activation="tanh"))
    [Linear(weights=[[0.0, 0.0]], biases=[0.0]), Bend(name='tanh')]
    """
    if isinstance(model, Sequential) and type(model).__call__ is Sequential.__call__:
        return [step for layer in model.layers for step in steps_of(layer, argument)]
    if type(model) in (Layer, Neuron):
        neurons = model.neurons if isinstance(model, Layer) else [model]
        weights = [[weight.data for weight in neuron.weights] for neuron in neurons]
        return [Linear(weights, [neuron.bias.data for neuron in neurons]), *_bend_of(model.activation)]
    if type(model) is LayerNorm:
        return [Normalize([v.data for v in model.scale], [v.data for v in model.shift], model.epsilon)]
    if type(model) is Embedding:
        return [LookUp([[value.data for value in vector] for vector in model.vectors])]
    if type(model) is Dropout:
        return []
    if (settings := settings_of(model)) is not None:
        rows = model.torch_parameters() if model.parameters() else {}
        numbers = {name: [[value.data for value in row] for row in entry] for name, entry in rows.items()}
        bend = _bend_of(model.activation) if hasattr(model, "activation") else []
        if Bend("softmax") in bend:
            raise ValueError(f"a {type(model).__name__} with softmax cannot be exported: use softmax in a Layer")
        return [Standard(type(model).__name__, settings, numbers), *bend]
    kinds = "MLP, Sequential, Layer, Neuron, LayerNorm, Embedding, Dropout and the modules of images and sequences"
    raise TypeError(f"{argument} must be made of {kinds} only, got {shown(model)}")


def _bend_of(used: Activation) -> list[Step]:
    return [] if used.name == "identity" else [Bend(_known(used))]


def _known(used: Activation) -> str:
    if used.name not in activation_names() or activation(used.name) is not used or used.name not in EXPORTED:
        raise ValueError(f"activation {used.name!r} cannot be exported; use one of {', '.join(EXPORTED)}")
    return used.name


EXPORTED = (
    "identity", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "mish", "softsign",
    "hardtanh", "log_sigmoid", "softmax",
)  # fmt: skip
"""The activations that can be exported."""


Shape = tuple[int, ...]


def shapes(steps: list[Step], shape: Any = None) -> list[Shape]:
    """The shape of one sample before the first step, and after each.

    ``shape``, such as (1, 8, 8) for an image with one channel, is needed only for modules that take any size.
    Raises ``ValueError`` if it is missing or a step cannot take it, ``TypeError`` if it has other things than numbers.

    >>> shapes(steps_of(Neuron(2, init="zeros", activation="tanh")))
    [(2,), (1,), (1,)]
    """
    found = [_first(steps, shape)]
    for step in steps:
        found.append(_after(step, found[-1]))
    return found


def _first(steps: list[Step], shape: Any) -> Shape:
    if isinstance(shape, str | PathLike):
        path = repr(str(shape))
        raise TypeError(
            f"shape must be {_SHAPE}; got {path}: to_c and to_python return text, which "
            f"pathlib.Path({path}).write_text(nn.to_c(model)) writes to a file"
        )
    if shape is not None:
        sizes = as_list(shape, "shape", _SHAPE)
        if not sizes:
            raise ValueError(f"shape is empty: give {_SHAPE}")
        return tuple(whole_number(size, f"shape[{n}]") for n, size in enumerate(sizes))
    first, *others = [step for step in steps if not isinstance(step, Bend)]
    if isinstance(first, Standard) and first.kind != "RMSNorm":
        raise ValueError(f"{first.kind} takes samples of any size, but an export has one: give {_SHAPE}")
    size = _size(first)
    if isinstance(first, LookUp) and others:  # as many vectors as the layer after it reads
        return (max(1, _size(others[0]) // size),)
    return (1 if isinstance(first, LookUp) else size,)


_SHAPE = "the shape of one sample, such as shape=(1, 8, 8) for an image or shape=(30, 2) for a sequence"


def _size(step: Step) -> int:
    """How many numbers a step reads; of a table of vectors, how many each has."""
    if isinstance(step, Linear):
        return len(step.weights[0])
    if isinstance(step, LookUp):
        return len(step.vectors[0])
    if isinstance(step, Standard):
        return int(step.settings.get("size", 0))
    return len(step.scale) if isinstance(step, Normalize) else 0


def _after(step: Step, shape: Shape) -> Shape:
    """The shape of one sample after this step."""
    if isinstance(step, Bend):
        return shape
    if isinstance(step, LookUp):
        _check_shape("Embedding", shape, (shape[0],))
        return (shape[0] * len(step.vectors[0]),)
    if isinstance(step, Standard):
        return _after_standard(step.kind, step.settings, shape)
    _check_shape("Layer" if isinstance(step, Linear) else "LayerNorm", shape, (_size(step),))
    return (len(step.biases),) if isinstance(step, Linear) else shape


def _after_standard(kind: str, settings: dict[str, Any], shape: Shape) -> Shape:
    if kind == "Flatten":
        return (math.prod(shape),)
    if kind == "RMSNorm":
        _check_shape(kind, shape, (settings["size"],))
        return shape
    if "kernel_size" in settings:
        return _after_windows(kind, settings, shape)
    if len(shape) != 2:
        raise ValueError(f"{kind} takes a sequence, (length) x (size), but here a sample has the shape {shape}")
    length = shape[0]
    if kind == "Last":
        return shape[1:]
    _check_shape(kind, shape, (length, settings.get("input_size") or settings["embed_dim"]))
    return length, settings.get("hidden_size", shape[1])


def _after_windows(kind: str, settings: dict[str, Any], shape: Shape) -> Shape:
    sides = 1 if kind == "Conv1d" else 2
    channels = settings.get("in_channels", shape[0])
    if len(shape) != 1 + sides or shape[0] != channels:
        raise ValueError(f"{kind} takes {channels} channels in {1 + sides} dimensions, but a sample is {shape} here")
    size, stride, padding = ([entry] if sides == 1 else entry for entry in geometry(settings))
    places = [(n + 2 * p - k) // s + 1 for n, k, s, p in zip(shape[1:], size, stride, padding, strict=True)]
    if min(places) < 1:
        raise ValueError(f"{kind} with kernel_size={settings['kernel_size']} does not fit into a sample of {shape}")
    return settings.get("out_channels", channels), *places


def geometry(settings: dict[str, Any]) -> list[Any]:
    """The size of a window, its stride and the padding."""
    return [settings[name] for name in ("kernel_size", "stride", "padding")]


def _check_shape(kind: str, shape: Shape, expected: Shape) -> None:
    if shape != expected:
        raise ValueError(f"{kind} takes samples of the shape {expected}, but here it gets {shape}")
