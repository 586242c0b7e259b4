"""How is a model converted to PyTorch, and how are PyTorch's weights loaded?  Read before: ``steps``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nn.checks import real_number, shown
from nn.dropout import Dropout
from nn.embedding import Embedding
from nn.export.steps import Bend, Linear, LookUp, Normalize, steps_of
from nn.layers import Layer, Neuron
from nn.normalization import LayerNorm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nn.module import Module

_MODULES = {
    "sigmoid": "Sigmoid", "tanh": "Tanh", "relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "selu": "SELU",
    "gelu": "GELU", "silu": "SiLU", "mish": "Mish", "softsign": "Softsign", "hardtanh": "Hardtanh",
    "log_sigmoid": "LogSigmoid",
}  # fmt: skip


def to_torch(model: Any) -> Any:
    """A ``torch.nn.Sequential`` of doubles that computes what the model does in evaluation mode.

    It takes a tensor (samples x inputs) and gives (samples x outputs), with one column for a model with a
    single output. Raises ``TypeError`` or ``ValueError`` if the model cannot be exported, and ``ImportError`` without
    PyTorch.
    """
    steps = steps_of(model)
    try:
        import torch
    except ModuleNotFoundError as error:
        raise ImportError('to_torch needs PyTorch: run python -m pip install "chalkgrad[torch]"') from error
    modules: list[Any] = []
    for step in steps:
        if isinstance(step, Linear):
            module = torch.nn.Linear(len(step.weights[0]), len(step.biases), dtype=torch.float64)
            _fill(module, weight=step.weights, bias=step.biases)
            modules.append(module)
        elif isinstance(step, Normalize):
            module = torch.nn.LayerNorm(len(step.scale), eps=step.epsilon, dtype=torch.float64)
            _fill(module, weight=step.scale, bias=step.shift)
            modules.append(module)
        elif isinstance(step, LookUp):
            module = torch.nn.Embedding(len(step.vectors), len(step.vectors[0]), dtype=torch.float64)
            _fill(module, weight=step.vectors)
            modules += [module, torch.nn.Flatten()]
        else:
            modules.append(_bend(torch, step))
    return torch.nn.Sequential(*modules)


def _fill(module: Any, **numbers: Any) -> None:
    import torch

    with torch.no_grad():
        for name, entries in numbers.items():
            getattr(module, name).copy_(torch.tensor(entries, dtype=torch.float64))


def _bend(torch: Any, step: Bend) -> Any:
    if step.name == "softmax":
        return torch.nn.Softmax(dim=-1)
    if step.name == "softplus":
        return torch.nn.Softplus(threshold=700.0)  # PyTorch's own threshold of 20 leaves a term out
    return getattr(torch.nn, _MODULES[step.name])()


def load_torch(module: Module, state_dict: Mapping[str, Any]) -> None:
    """Fill a model with the weights of a PyTorch ``state_dict``, layer by layer in order: all of it, or nothing.

    The names do not matter, but the order and the shapes must be the same: ``weight`` and, if there is one, ``bias``
    of each Linear, LayerNorm and Embedding. Without a bias the biases become 0. PyTorch need not be installed.
    Raises ``TypeError`` if ``state_dict`` is not a dictionary of tensors, ``ValueError`` if a number or shape differs.

    >>> import nn
    >>> model = nn.Layer(2, 1, nonlin=False)
    >>> load_torch(model, {"0.weight": [[1.0, 2.0]], "0.bias": [3.0]})
    >>> model([10.0, 1.0]).data                     # 1*10 + 2*1 + 3
    15.0
    """
    if not hasattr(state_dict, "items"):
        raise TypeError(f"state_dict must be what a PyTorch module's state_dict() gives, got {shown(state_dict)}")
    given = [(str(name), entries.tolist() if hasattr(entries, "tolist") else entries) for name, entries in
             state_dict.items()]  # fmt: skip
    steps_of(module, "module")  # only such a model has its layers in an order
    found: dict[int, float] = {}
    for layer in _layers(module):
        rows, biases = _targets(layer)
        where, entries = _next(given, ".weight", type(layer).__name__)
        _assign(found, rows, entries, where)
        if biases and given and given[0][0].endswith("bias"):
            where, entries = _next(given, ".bias", type(layer).__name__)
            _assign(found, [biases], [entries], where)
        else:
            found.update(dict.fromkeys(map(id, biases), 0.0))
    if given:
        raise ValueError(f"state_dict has {given[0][0]}, for which the model has no layer left; nothing was changed")
    names = {name: found[id(value)] for name, value in module.named_parameters()}
    module.load_state_dict(names)


def _layers(module: Any) -> list[Any]:
    """The layers with parameters, in order."""
    if isinstance(module, (Layer, Neuron, LayerNorm, Embedding)):
        return [module]
    return [] if isinstance(module, Dropout) else [each for layer in module.layers for each in _layers(layer)]


def _targets(layer: Any) -> tuple[list[list[Any]], list[Any]]:
    """The Values that a weight fills, row by row, and those that a bias fills."""
    if isinstance(layer, LayerNorm):
        return [layer.scale], layer.shift
    if isinstance(layer, Embedding):
        return layer.vectors, []
    neurons = layer.neurons if isinstance(layer, Layer) else [layer]
    return [neuron.weights for neuron in neurons], [neuron.bias for neuron in neurons]


def _next(given: list[tuple[str, Any]], ending: str, layer: str) -> tuple[str, Any]:
    if not given:
        raise ValueError(f"state_dict ends before the {ending[1:]} of a {layer}; nothing was changed")
    name, entries = given.pop(0)
    if not f".{name}".endswith(ending):
        raise ValueError(f"state_dict has {name} where the {ending[1:]} of a {layer} should be; nothing was changed")
    return name, entries


def _assign(found: dict[int, float], rows: list[list[Any]], entries: Any, name: str) -> None:
    flat = len(rows) == 1 and isinstance(entries, list) and entries and not isinstance(entries[0], list)
    given = [entries] if flat else entries
    if not isinstance(given, list) or [len(r) if isinstance(r, list) else -1 for r in given] != list(map(len, rows)):
        raise ValueError(f"{name} must have {len(rows)} rows of {len(rows[0])} numbers; nothing was changed")
    for values, numbers in zip(rows, given, strict=True):
        for n, (value, number) in enumerate(zip(values, numbers, strict=True)):
            found[id(value)] = real_number(number, f"{name}[{n}]")
