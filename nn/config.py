"""How is a model described in plain data, so that it can be built again?

A description is a dictionary with a ``kind`` and the arguments of that class's constructor, nested like the model.
Only the kinds in this file can be described or built, so a file cannot run any other code. Those of optional folders
say themselves how they are built (``settings``) and how many parameters they have (``count``). Read before: ``layers``,
``normalization``. Read after: ``checkpoint``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from .activations import Activation, activation_names
from .activations import activation as find_activation
from .checks import choose, real_number, shown, whole_number
from .dropout import Dropout
from .embedding import Embedding
from .layers import MLP, Layer, Neuron, Sequential
from .module import Module
from .normalization import LayerNorm

MAX_LAYERS = 1_000

_OPTIONAL = {
    "AvgPool2d": "convolution.pooling", "Conv1d": "convolution.conv", "Conv2d": "convolution.conv",
    "Flatten": "convolution.flatten", "GRU": "recurrence.gru", "LSTM": "recurrence.lstm", "Last": "recurrence.last",
    "MaxPool2d": "convolution.pooling", "MultiHeadAttention": "attention.multi_head", "RMSNorm": "attention.rms_norm",
    "RNN": "recurrence.rnn",
}  # fmt: skip
"""The kinds of optional folders: name -> module."""

_Places = dict[int, str]
"""The path to each module that has been described, by the module's ``id``."""


def described(model: Module) -> dict[str, Any] | None:
    """The description of a model made of this library's own layers; ``None`` for any other.

    A layer that a ``Sequential`` contains twice is described the second time by the path to the first.
    Raises ``ValueError`` for an activation that is not registered.

    >>> described(MLP(2, [3, 1]))
    {'kind': 'MLP', 'nin': 2, 'nouts': [3, 1], 'activations': ['relu', 'identity']}
    >>> dropout = Dropout(0.5)
    >>> described(Sequential(dropout, dropout))["layers"]
    [{'kind': 'Dropout', 'rate': 0.5}, {'kind': 'Shared', 'path': 'layers.0'}]
    """
    return _described(model, "", {})


def _described(model: Any, path: str, places: _Places) -> dict[str, Any] | None:
    if id(model) in places:
        return {"kind": "Shared", "path": places[id(model)]}
    if type(model) is Sequential:
        inner = [_described(layer, _below(path, n), places) for n, layer in enumerate(model.layers)]
        found: dict[str, Any] | None = None if None in inner else {"kind": "Sequential", "layers": inner}
    else:
        found = _described_alone(model)
    places[id(model)] = path
    if type(model) is MLP:
        places |= {id(layer): _below(path, n) for n, layer in enumerate(model.layers) if id(layer) not in places}
    return found


def _below(path: str, n: int) -> str:
    return f"{path}.layers.{n}" if path else f"layers.{n}"


def _described_alone(model: Any) -> dict[str, Any] | None:
    """The description of a module that is not a ``Sequential``."""
    if type(model) is MLP:
        layers = model.layers
        if not all(type(layer) is Layer for layer in layers):
            return None
        names = [_name(layer.activation) for layer in layers]
        return {
            "kind": "MLP", "nin": layers[0].in_size, "nouts": [layer.out_size for layer in layers], "activations": names
        }  # fmt: skip
    if type(model) is Layer:
        return {"kind": "Layer", "nin": model.in_size, "nout": model.out_size, "activation": _name(model.activation)}
    if type(model) is Neuron:
        return {"kind": "Neuron", "nin": len(model.weights), "activation": _name(model.activation)}
    if type(model) is Dropout:
        return {"kind": "Dropout", "rate": model.rate}
    if type(model) is LayerNorm:
        return {"kind": "LayerNorm", "size": len(model.scale), "epsilon": model.epsilon}
    if type(model) is Embedding:
        return {"kind": "Embedding", "count": len(model.vectors), "size": len(model.vectors[0])}
    settings = settings_of(model)
    if settings is None:
        return None
    named = {"activation": _name(model.activation)} if hasattr(model, "activation") else {}
    return {"kind": type(model).__name__, **settings, **named}


def settings_of(model: Any) -> dict[str, Any] | None:
    """The arguments that build a module of an optional folder, without its activation; ``None`` for any other.

    >>> settings_of(Neuron(2)) is None
    True
    """
    kind = type(model)
    if kind.__module__ != f"{__package__}.{_OPTIONAL.get(kind.__name__)}":
        return None
    settings: dict[str, Any] = model.settings()
    return settings


def _optional(kind: str) -> Any:
    """A class of an optional folder; ``ValueError`` if the folder is missing."""
    try:
        return getattr(import_module(f".{_OPTIONAL[kind]}", __package__), kind)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"the file has a {kind}, which is not installed: run python -m pip install chalkgrad"
        ) from error


def _name(used: Activation) -> str:
    if used.name not in activation_names() or find_activation(used.name) is not used:
        raise ValueError(
            f"activation {used.name!r} has no registered name: call nn.register_activation(name, function) and use "
            "the name, or save model.state_dict()"
        )
    return used.name


def build(description: Any, numbers: int) -> Module:
    """The model for a description, with ``numbers`` parameters; their values are still arbitrary.

    Raises ``ValueError``, before building anything, for a wrong description or another number of parameters.

    >>> build({"kind": "Layer", "nin": 2, "nout": 3, "activation": "relu"}, 9)
    Layer(2, 3, activation='relu')
    """
    try:
        counted = count(description)
    except TypeError as error:
        raise ValueError(f"the file's architecture is wrong: {error}") from error
    if counted != numbers:
        raise ValueError(f"the file's architecture has {counted:,} parameters but the file has {numbers:,}")
    return _built(description, "", {})


_KEYS = {
    "MLP": {"nin", "nouts", "activations"},
    "Sequential": {"layers"},
    "Shared": {"path"},
    "Layer": {"nin", "nout", "activation"},
    "Neuron": {"nin", "activation"},
    "Dropout": {"rate"},
    "LayerNorm": {"size", "epsilon"},
    "Embedding": {"count", "size"},
    "Conv1d": {"in_channels", "out_channels", "kernel_size", "stride", "padding", "activation"},
    "Conv2d": {"in_channels", "out_channels", "kernel_size", "stride", "padding", "activation"},
    "AvgPool2d": {"kernel_size", "stride", "padding"},
    "MaxPool2d": {"kernel_size", "stride", "padding"},
    "Flatten": set(),
    "RNN": {"input_size", "hidden_size", "nonlinearity"},
    "LSTM": {"input_size", "hidden_size"},
    "GRU": {"input_size", "hidden_size"},
    "Last": set(),
    "MultiHeadAttention": {"embed_dim", "num_heads", "causal"},
    "RMSNorm": {"size", "epsilon"},
}


def count(description: Any, depth: int = 0) -> int:
    """Check the whole description; return its number of parameters."""
    if not isinstance(description, dict) or not isinstance(description.get("kind"), str):
        raise TypeError(f"an architecture must be an object with a kind, got {shown(description)}")
    kind = choose(description["kind"], list(_KEYS), "kind of module")
    if set(description) != _KEYS[kind] | {"kind"}:
        raise TypeError(f"{kind} needs exactly the entries {', '.join(sorted(_KEYS[kind]))}, got {shown(description)}")
    given = {key: entry for key, entry in description.items() if key != "kind"}
    for key in ("nin", "nout", "size", "count"):
        if key in description:
            whole_number(description[key], key)
    for name in [description[key] for key in ("activation",) if key in description]:
        _check_activation(name)
    if kind in _OPTIONAL:
        return int(_optional(kind).count(given))
    if kind == "MLP":
        return _count_mlp(description)
    if kind == "Sequential":
        layers = description["layers"]
        if not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS or depth > MAX_LAYERS // 20:
            raise TypeError(f"Sequential needs a list of 1 to {MAX_LAYERS} layers, got {shown(layers)}")
        return sum(count(layer, depth + 1) for layer in layers)
    if kind in ("Layer", "Neuron"):
        return (int(description["nin"]) + 1) * int(description.get("nout", 1))
    if kind == "Shared":
        if not isinstance(description["path"], str):
            raise TypeError(f"path must be the path of a layer, got {shown(description['path'])}")
        return 0
    if kind == "Dropout":
        real_number(description["rate"], "rate", 0, 1, below=True)
        return 0
    if kind == "LayerNorm":
        real_number(description["epsilon"], "epsilon", 0)
        return 2 * int(description["size"])
    return int(description["count"]) * int(description["size"])


def _count_mlp(description: dict[str, Any]) -> int:
    widths, names = description["nouts"], description["activations"]
    if not isinstance(widths, list) or not 0 < len(widths) <= MAX_LAYERS:
        raise TypeError(f"nouts must be a list of 1 to {MAX_LAYERS} widths, got {shown(widths)}")
    if not isinstance(names, list) or len(names) != len(widths):
        raise TypeError(f"activations must be a list of {len(widths)} names, got {shown(names)}")
    for name in names:
        _check_activation(name)
    sizes = [description["nin"], *(whole_number(width, "nouts") for width in widths)]
    return sum((fan_in + 1) * width for fan_in, width in zip(sizes, widths, strict=False))


def _check_activation(name: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"activation must be a name, got {shown(name)}")
    choose(name, activation_names(), "activation")


def _built(description: dict[str, Any], path: str, modules: dict[str, Module]) -> Module:
    """The module at ``path``; ``modules`` holds those already built, by their paths."""
    kind = description["kind"]
    given = {key: entry for key, entry in description.items() if key != "kind"}
    others: dict[str, type[Module]] = {"Dropout": Dropout, "LayerNorm": LayerNorm, "Embedding": Embedding}
    if kind == "Shared":
        if given["path"] not in modules:
            raise ValueError(
                f"the file's architecture shares {shown(given['path'])}, which is not a layer before {path}"
            )
        return modules[given["path"]]
    if kind == "MLP":
        perceptron = MLP(given["nin"], given["nouts"], given["activations"], init="zeros")
        modules |= {_below(path, n): layer for n, layer in enumerate(perceptron.layers)}
        unit: Module = perceptron
    elif kind == "Sequential":
        unit = Sequential(*(_built(layer, _below(path, n), modules) for n, layer in enumerate(given["layers"])))
    elif kind in ("Layer", "Neuron"):
        unit = Layer(**given, init="zeros") if kind == "Layer" else Neuron(**given, init="zeros")
    elif kind in _OPTIONAL:
        unit = _optional(kind)(**given)
    else:
        unit = others[kind](**given)
    modules[path] = unit
    return unit
