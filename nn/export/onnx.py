"""How is a model written as a file that other runtimes read?  Read before: ``steps``, ``onnx_modules``."""

from __future__ import annotations

import os
from typing import Any

from autograd.packages import how_to_install
from nn.checks import file_path
from nn.export.onnx_modules import add_module
from nn.export.steps import Linear, LookUp, Normalize, Standard, shapes, steps_of

_OPERATORS: dict[str, list[tuple[str, dict[str, float]]]] = {
    "sigmoid": [("Sigmoid", {})], "tanh": [("Tanh", {})], "relu": [("Relu", {})], "softplus": [("Softplus", {})],
    "leaky_relu": [("LeakyRelu", {"alpha": 0.01})], "elu": [("Elu", {"alpha": 1.0})], "selu": [("Selu", {})],
    "gelu": [("Gelu", {})], "mish": [("Mish", {})], "softsign": [("Softsign", {})], "softmax": [("Softmax", {})],
    "log_sigmoid": [("Neg", {}), ("Softplus", {}), ("Neg", {})],
}  # fmt: skip
"""Each activation as operators of ONNX, one after the other; silu and hardtanh take more than one operand."""


def to_onnx(model: Any, path: Any, shape: Any = None) -> None:
    """Write the model, in evaluation mode and with numbers of 32 bits, as an ONNX file with ``input`` and ``output``.

    ``input`` is (samples x inputs), ``output`` (samples x outputs); an Embedding takes indices of 64 bits. ``shape`` is
    the shape of a sample, which a model of images or sequences needs, such as (1, 8, 8) or (30, 2). Of an RNN, LSTM or
    GRU the file gives the outputs, without the last state. Raises ``TypeError`` or ``ValueError`` if the model cannot
    be exported or the shape does not fit, ``ImportError`` without the package onnx.
    """
    target, steps = file_path(path), steps_of(model)
    given = shapes(steps, shape)
    import numpy as np

    try:
        import onnx
        from onnx import TensorProto, helper, numpy_helper
    except ModuleNotFoundError as error:
        cure = how_to_install("onnx", 'python -m pip install "chalkgrad[onnx]"')
        raise ImportError(f"to_onnx needs the package onnx: {cure}") from error
    nodes: list[Any] = []
    constants: list[Any] = []
    current = "input"

    def constant(numbers: Any, whole: bool = False, shape: Any = None) -> str:
        name, array = f"constant{len(constants)}", np.array(numbers, np.int64 if whole else np.float32)
        constants.append(numpy_helper.from_array(array if shape is None else array.reshape(shape), name))
        return name

    def add(kind: str, *operands: str, **attributes: Any) -> str:
        name = f"step{len(nodes)}"
        nodes.append(helper.make_node(kind, operands, [name], **attributes))
        return name

    for step, before in zip(steps, given, strict=False):
        if isinstance(step, Linear):
            current = add("Gemm", current, constant(step.weights), constant(step.biases), transB=1)
        elif isinstance(step, Normalize):
            scale, shift = constant(step.scale), constant(step.shift)
            current = add("LayerNormalization", current, scale, shift, epsilon=step.epsilon)
        elif isinstance(step, LookUp):
            vectors = add("Gather", constant(step.vectors), current)
            current = add("Reshape", vectors, constant([-1, before[0] * len(step.vectors[0])], whole=True))
        elif isinstance(step, Standard):
            current = add_module(step, before, current, add, constant)
        elif step.name == "silu":
            current = add("Mul", current, add("Sigmoid", current))
        elif step.name == "hardtanh":
            current = add("Clip", current, constant(-1.0), constant(1.0))
        else:
            for operator, attributes in _OPERATORS[step.name]:
                current = add(operator, current, **attributes)
    kind = TensorProto.INT64 if isinstance(steps[0], LookUp) else TensorProto.FLOAT
    nodes.append(helper.make_node("Identity", [current], ["output"]))
    graph = helper.make_graph(
        nodes,
        "chalkgrad",
        [helper.make_tensor_value_info("input", kind, ["samples", *given[0]])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["samples", *given[-1]])],
        constants,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)
    onnx.checker.check_model(made)
    onnx.save(made, os.fspath(target))
