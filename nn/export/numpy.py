"""What are the parameters of a model as matrices?  Read before: ``steps``."""

from __future__ import annotations

from typing import Any

from nn.export.steps import Linear, LookUp, Normalize, Standard, steps_of


def to_numpy(model: Any) -> list[dict[str, Any]]:
    """The arrays of each layer, in order, copied: ``weights`` (outputs x inputs) and ``biases`` (outputs).

    A LayerNorm has ``scale`` and ``shift`` instead, an Embedding ``vectors`` (count x size); the modules of images and
    sequences have PyTorch's names, with the weights of each filter or gate in one row.
    Raises ``TypeError`` for a model that is not made of ``nn``'s own layers.

    >>> import nn
    >>> [layer["weights"].shape for layer in to_numpy(nn.MLP(2, [3, 1]))]
    [(3, 2), (1, 3)]
    """
    import numpy as np

    layers = []
    for step in steps_of(model):
        if isinstance(step, Linear):
            layers.append({"weights": np.array(step.weights), "biases": np.array(step.biases)})
        elif isinstance(step, Normalize):
            layers.append({"scale": np.array(step.scale), "shift": np.array(step.shift)})
        elif isinstance(step, LookUp):
            layers.append({"vectors": np.array(step.vectors)})
        elif isinstance(step, Standard) and step.numbers:
            flat = {name: "bias" in name or step.kind == "RMSNorm" for name in step.numbers}
            layers.append({name: np.array(rows[0] if flat[name] else rows) for name, rows in step.numbers.items()})
    return layers
