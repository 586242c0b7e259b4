"""How are the modules of images and sequences written as operators of ONNX?

Read before: ``steps``. Read after: ``onnx``. ONNX has its own order of gates and of dimensions: its
recurrent operators take (length x samples x size).
"""

from __future__ import annotations

import math
from typing import Any

from nn.export.steps import Shape, Standard, geometry

_GATES = {"RNN": (0,), "LSTM": (0, 3, 1, 2), "GRU": (1, 0, 2)}
"""For each gate in ONNX's order, its place in PyTorch's."""


def add_module(step: Standard, before: Shape, x: str, add: Any, constant: Any) -> str:
    """Add what computes a module from ``x``, (samples) x (the shape before it); return the name of its output.

    ``add(operator, *operands, **attributes)`` adds an operator, ``constant(numbers, whole=False)`` an array; both
    return a name.
    """
    kind, settings = step.kind, step.settings
    if kind == "Flatten":
        return str(add("Flatten", x, axis=1))
    if kind == "Last":
        return str(add("Gather", x, constant(-1, whole=True), axis=1))
    if kind == "RMSNorm":
        square = add("ReduceMean", add("Mul", x, x), constant([-1], whole=True))
        root = add("Sqrt", add("Add", square, constant(settings["epsilon"])))
        return str(add("Mul", add("Div", x, root), constant(step.numbers["weight"][0])))
    if "kernel_size" in settings:
        return _windows(step, before, x, add, constant)
    if kind == "MultiHeadAttention":
        return _attention(step, before, x, add, constant)
    return _recurrence(step, x, add, constant)


def _windows(step: Standard, before: Shape, x: str, add: Any, constant: Any) -> str:
    size, stride, padding = ([entry] if isinstance(entry, int) else entry for entry in geometry(step.settings))
    sizes: dict[str, Any] = {"kernel_shape": size, "strides": stride, "pads": [*padding, *padding]}
    if step.kind in ("MaxPool2d", "AvgPool2d"):
        counted = {"count_include_pad": 1} if step.kind == "AvgPool2d" else {}
        return str(add("MaxPool" if step.kind == "MaxPool2d" else "AveragePool", x, **sizes, **counted))
    weights = constant(step.numbers["weight"], shape=(-1, before[0], *size))
    return str(add("Conv", x, weights, constant(step.numbers["bias"][0]), **sizes))


def _recurrence(step: Standard, x: str, add: Any, constant: Any) -> str:
    kind, size = step.kind, step.settings["hidden_size"]

    def ordered(rows: list[Any]) -> list[Any]:
        return [row for gate in _GATES[kind] for row in rows[gate * size : (gate + 1) * size]]

    weights = [constant([ordered(step.numbers[name])]) for name in ("weight_ih", "weight_hh")]
    biases = constant([[b for name in ("bias_ih", "bias_hh") for b in ordered(step.numbers[name][0])]])
    more: dict[str, Any] = {"linear_before_reset": 1} if kind == "GRU" else {}
    if kind == "RNN":
        more["activations"] = [step.settings["nonlinearity"].capitalize()]
    by_time = add("Transpose", x, perm=[1, 0, 2])
    states = add(kind, by_time, *weights, biases, hidden_size=size, **more)  # (length) x 1 x (samples) x (size)
    return str(add("Transpose", add("Squeeze", states, constant([1], whole=True)), perm=[1, 0, 2]))


def _attention(step: Standard, before: Shape, x: str, add: Any, constant: Any) -> str:
    (length, size), heads = before, step.settings["num_heads"]
    names = ("in_proj_weight", "in_proj_bias", "out_proj.weight", "out_proj.bias")
    weights, (biases,), output, (output_biases,) = (step.numbers[name] for name in names)

    def applied(operand: str, rows: list[Any], shifts: list[Any]) -> Any:
        return add("Add", add("MatMul", operand, constant([*map(list, zip(*rows, strict=True))])), constant(shifts))

    def heads_of(part: int, *perm: int) -> Any:
        rows = slice(part * size, (part + 1) * size)
        split = constant([0, length, heads, size // heads], whole=True)
        return add("Transpose", add("Reshape", applied(x, weights[rows], biases[rows]), split), perm=perm)

    queries, keys, values = heads_of(0, 0, 2, 1, 3), heads_of(1, 0, 2, 3, 1), heads_of(2, 0, 2, 1, 3)
    scores = add("Div", add("MatMul", queries, keys), constant(math.sqrt(size // heads)))
    if step.settings["causal"]:
        hidden = [[-math.inf if seen > n else 0.0 for seen in range(length)] for n in range(length)]
        scores = add("Add", scores, constant(hidden))
    mixed = add("MatMul", add("Softmax", scores, axis=-1), values)
    joined = add("Reshape", add("Transpose", mixed, perm=[0, 2, 1, 3]), constant([0, length, size], whole=True))
    return str(applied(joined, output, output_biases))
