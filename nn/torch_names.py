"""What are PyTorch's names called here?

The error for a name that only PyTorch or Keras has says which name to use here. Read before: nothing.
"""

from __future__ import annotations

_LAYER = "nn.Layer(nin, nout, activation='identity')"
_ACTIVATION = "an activation's name, as in nn.Layer(2, 16, activation={!r}) or nn.MLP(2, [16, 1], activation={!r})"

NAMES = {
    "Linear": _LAYER,
    "Dense": _LAYER,
    **{
        name: _ACTIVATION.format(here, here)
        for name, here in {
            "ReLU": "relu", "LeakyReLU": "leaky_relu", "ELU": "elu", "SELU": "selu", "GELU": "gelu", "SiLU": "silu",
            "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus", "Softmax": "softmax", "Identity": "identity",
        }.items()
    },
    "MSELoss": "nn.mean_squared_error",
    "L1Loss": "nn.mean_absolute_error",
    "HuberLoss": "nn.huber",
    "BCELoss": "nn.binary_cross_entropy",
    "BCEWithLogitsLoss": "nn.binary_cross_entropy_with_logits",
    "CrossEntropyLoss": "nn.cross_entropy",
    "NLLLoss": "nn.negative_log_likelihood",
    "Parameter": "a Value among the attributes of a Module",
    "ModuleList": "a plain list among the attributes of a Module",
    "ModuleDict": "a plain dict among the attributes of a Module",
    "functional": "nn itself for losses, and autograd for relu, tanh, softmax ...",
    "optim": "nn itself: nn.SGD, nn.Adam ...",
}  # fmt: skip
"""Names of PyTorch or Keras, and their replacements."""


def no_such_name(name: str, known: list[str]) -> str:
    """The message of the error for ``nn.name``, which does not exist.

    >>> no_such_name("MSELoss", [])
    "module 'nn' has no attribute 'MSELoss'; here it is nn.mean_squared_error"
    """
    message = f"module 'nn' has no attribute {name!r}"
    if name in NAMES:
        return f"{message}; here it is {NAMES[name]}"
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"{message}; did you mean nn.{near[0]}?" if near else message
