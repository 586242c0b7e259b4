"""How is a model converted to PyTorch, and how are PyTorch's weights loaded?  Read before: ``steps``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.packages import how_to_install
from nn.checks import real_number, shown
from nn.embedding import Embedding
from nn.export.steps import Bend, Linear, LookUp, Normalize, Standard, steps_of
from nn.layers import Neuron, Sequential
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
        cure = how_to_install("torch", 'python -m pip install "chalkgrad[torch]"')
        raise ImportError(f"to_torch needs PyTorch: {cure}") from error
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
        elif isinstance(step, Standard):
            modules.append(_standard(torch, step))
        else:
            modules.append(_bend(torch, step))
    return torch.nn.Sequential(*modules)


def _standard(torch: Any, step: Standard) -> Any:
    """PyTorch's module of the same name; those of sequences take (samples x length x size)."""
    given = {name: tuple(entry) if isinstance(entry, list) else entry for name, entry in step.settings.items()}
    if step.kind in ("Last", "MultiHeadAttention"):
        return _of_sequences(torch, step, given)
    if step.kind == "RMSNorm":
        given = {"normalized_shape": given["size"], "eps": given["epsilon"]}
    if "hidden_size" in given:
        given["batch_first"] = True
    typed = {"dtype": torch.float64} if step.numbers else {}
    module = getattr(torch.nn, step.kind)(**given, **typed)
    _fill_by_name(module, step.numbers)
    return module


def _of_sequences(torch: Any, step: Standard, given: dict[str, Any]) -> Any:
    """What PyTorch has no module for: the last output, and attention of a sequence to itself."""

    class LastOutput(torch.nn.Module):  # type: ignore[misc]
        def forward(self, pair: Any) -> Any:
            return pair[0][:, -1]

    class SelfAttention(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            sizes = given["embed_dim"], given["num_heads"]
            self.attention = torch.nn.MultiheadAttention(*sizes, batch_first=True, dtype=torch.float64)
            _fill_by_name(self.attention, step.numbers)

        def forward(self, x: Any) -> Any:
            hidden = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1) if given["causal"] else None
            return self.attention(x, x, x, need_weights=False, attn_mask=hidden)[0]

    return LastOutput() if step.kind == "Last" else SelfAttention()


def _fill_by_name(module: Any, numbers: dict[str, Any]) -> None:
    import torch

    with torch.no_grad():
        for name, entry in module.named_parameters():
            given = torch.tensor(numbers[name.removesuffix("_l0")], dtype=torch.float64)
            entry.copy_(given.reshape(entry.shape))


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

    Only the ends of the names matter, and the order and the shapes must be the same: ``weight`` and, if there is one,
    ``bias`` of each Linear, LayerNorm, Embedding, Conv1d, Conv2d and RMSNorm; ``weight_ih``, ``weight_hh``, ``bias_ih``
    and ``bias_hh`` of an RNN, LSTM, GRU (with one layer) or a cell of these; the four of a MultiheadAttention. Biases
    become 0 if a layer has none at all (PyTorch's ``bias=False``). PyTorch need not be installed.
    Raises ``TypeError`` if ``state_dict`` is not a dictionary of tensors, ``ValueError`` if a name, number or shape
    differs.

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
    try:
        for layer in _layers(module):
            _read_layer(layer, given, found)
        if given:
            raise ValueError(f"state_dict has {given[0][0]}, for which the model has no layer left")
    except (TypeError, ValueError) as error:
        raise type(error)(f"{error}; nothing was changed") from None
    names = {name: found[id(value)] for name, value in module.named_parameters()}
    module.load_state_dict(names)


def _layers(module: Any) -> list[Any]:
    """The layers with parameters, in order."""
    if isinstance(module, Sequential):
        return [each for layer in module.layers for each in _layers(layer)]
    return [module] if module.parameters() else []


def _rows(layer: Any) -> dict[str, list[list[Any]]]:
    """The Values that each entry of PyTorch's ``state_dict`` fills, row by row, in its order."""
    if isinstance(layer, LayerNorm):
        return {"weight": [layer.scale], "bias": [layer.shift]}
    if isinstance(layer, Embedding):
        return {"weight": layer.vectors}
    if isinstance(layer, Neuron):
        return {"weight": [layer.weights], "bias": [[layer.bias]]}
    rows: dict[str, list[list[Any]]] = layer.torch_parameters()
    return rows


def _read_layer(layer: Any, given: list[tuple[str, Any]], found: dict[int, float]) -> None:
    """Take the entries of one layer from the front of ``given``; its biases may be missing, but only all of them."""
    kind, rows = type(layer).__name__, _rows(layer)
    missing = []
    for name, values in rows.items():
        is_next = bool(given) and f".{given[0][0]}".removesuffix("_l0").endswith(f".{name}")
        if is_next:
            where, entries = given.pop(0)
            numbers = _numbers(entries, _shape(layer, name, values), where)
        elif "bias" in name:
            missing.append(name)
            numbers = [0.0] * sum(map(len, values))
        elif given:
            raise ValueError(f"state_dict has {given[0][0]} where the {name} of {kind} should be")
        else:
            raise ValueError(f"state_dict ends before the {name} of {kind}")
        found.update(zip((id(value) for row in values for value in row), numbers, strict=True))
    if missing and len(missing) < sum("bias" in name for name in rows):
        raise ValueError(f"state_dict has no {' and '.join(missing)} of {kind}: give all of its biases, or none")


def _shape(layer: Any, name: str, rows: list[list[Any]]) -> tuple[int, ...]:
    """The shape of PyTorch's tensor."""
    if name == "weight" and hasattr(layer, "torch_shape"):
        shape: tuple[int, ...] = layer.torch_shape()
        return shape
    is_vector = "bias" in name or type(layer).__name__ in ("LayerNorm", "RMSNorm")
    return (len(rows[0]),) if is_vector else (len(rows), len(rows[0]))


def _numbers(entries: Any, shape: tuple[int, ...], name: str) -> list[float]:
    """The numbers in nested lists of this shape, in order."""
    flat = [(entries, name)]
    for size in shape:
        if not all(isinstance(part, list) and len(part) == size for part, _ in flat):
            raise ValueError(f"{name} must have the shape {shape}, got {_shape_of(entries)}")
        flat = [(item, f"{where}[{n}]") for part, where in flat for n, item in enumerate(part)]
    if any(isinstance(item, list) for item, _ in flat):
        raise ValueError(f"{name} must have the shape {shape}, got {_shape_of(entries)}")
    return [real_number(item, where) for item, where in flat]


def _shape_of(entries: Any) -> str:
    """The shape of nested lists, such as "(2, 3)"."""
    sizes: list[int] = []
    parts = [entries]
    while parts and all(isinstance(part, list) for part in parts):
        lengths = {len(part) for part in parts}
        if len(lengths) > 1:
            return f"rows of different lengths, {', '.join(map(str, sorted(lengths)))}"
        sizes += lengths
        parts = [item for part in parts for item in part]
    return str(tuple(sizes)) if sizes else shown(entries)
