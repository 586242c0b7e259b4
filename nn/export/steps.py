"""What does a model compute, as a list of steps without Values?

Read before: ``layers``, ``normalization``, ``embedding``. Read after: ``numpy``, ``torch``, ``onnx``, ``source``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nn.activations import Activation, activation, activation_names
from nn.checks import shown
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


def widths(steps: list[Step]) -> tuple[int, int]:
    """The number of inputs and of outputs."""
    for step in steps:
        if isinstance(step, Standard):
            raise TypeError(f"a {step.kind} can be exported by to_torch and to_numpy only")
    sized = [step for step in steps if not isinstance(step, Bend)]
    first, last = sized[0], sized[-1]
    if isinstance(first, LookUp):
        size = len(first.vectors[0])
        following = sized[1] if len(sized) > 1 else None
        given = following and (len(following.weights[0]) if isinstance(following, Linear) else _size(following))
        inputs = (given or size) // size
    else:
        inputs = len(first.weights[0]) if isinstance(first, Linear) else _size(first)
    return inputs, inputs * _size(last) if last is first and isinstance(first, LookUp) else _size(last)


def _size(step: Step) -> int:
    if isinstance(step, Linear):
        return len(step.biases)
    if isinstance(step, LookUp):
        return len(step.vectors[0])
    return len(step.scale) if isinstance(step, Normalize) else 0
