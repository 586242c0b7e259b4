"""Neural networks on top of ``autograd``: modules, layers, losses, optimizers, data and a training loop.

Read the files in this order. Models: ``checks``, ``module`` (how a model finds its parameters), ``activations``,
``initializers``, ``layers``, ``normalization``, ``dropout``, ``embedding``. Training: ``losses``, ``parameters``,
``optimizers``, ``clipping``, ``schedules``, ``samples`` (lists and arrays), the packages ``metrics`` and ``data``,
``evaluation``, ``history``, ``progress``, ``callbacks``, the package ``engines``, ``training`` (the loop). Files:
``storage``, ``config``, ``checkpoint``, ``resuming``, and ``fit``, which needs all of these; then the packages
``cross_validation`` and ``estimators`` (for scikit-learn). Looking at a model: ``plotting``, the package ``recording``,
``layer_stats``, ``diagnostics``. Last ``names``, for those who know PyTorch, and for what may be assigned. Optional:
``extras`` (further callbacks, parameter groups), ``export`` (models for other programs), ``jax_engine`` (many devices),
``convolution`` (images), ``recurrence`` and ``attention`` (sequences).

>>> import nn
>>> X, y = nn.make_moons(100, seed=1)
>>> model = nn.MLP(2, [16, 16, 1], seed=1)
>>> history = nn.fit(model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.02), epochs=40,
...                  progress=False)
>>> history["accuracy"][-1] > 0.9
True
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

import autograd as _autograd

if not hasattr(_autograd, "Value"):
    raise ImportError(
        f"the package autograd in {getattr(_autograd, '__path__', ['?'])[0]} is another project (HIPS autograd), not "
        "chalkgrad's engine: run python -m pip uninstall autograd chalkgrad, then install chalkgrad again"
    )

from . import activations, data, diagnostics, initializers, losses, optimizers, plotting, schedules
from .activations import Activation, activation, activation_names, register_activation
from .checkpoint import load, save
from .clipping import clip_gradient_norm, clip_gradient_value
from .cross_validation import CrossValidation, cross_validate
from .data import (
    batches, load_breast_cancer, load_diabetes, load_digits, load_iris, load_wine, make_blobs, make_circles, make_moons,
    make_spiral, make_xor, one_hot, standardize, train_test_split,
)  # fmt: skip
from .diagnostics import diagnose
from .dropout import Dropout
from .embedding import Embedding
from .evaluation import confusion_matrix, evaluate, predict, predict_classes
from .fit import fit
from .history import EarlyStopping, History
from .layers import MLP, Layer, Neuron, Sequential
from .losses import (
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, hinge, huber, kl_divergence, l1_penalty,
    l2_penalty, mean_absolute_error, mean_squared_error, negative_log_likelihood, smooth_l1,
)  # fmt: skip
from .metrics import accuracy, balanced_accuracy, f1, precision, r_squared, recall, roc_auc
from .module import Module
from .names import OF_OPTIMIZERS, answers_names_of, explain_settings, explains_keywords
from .normalization import LayerNorm
from .optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from .schedules import (
    ConstantRate, CosineDecay, ExponentialDecay, LinearDecay, MultiStepDecay, Schedule, StepDecay, WarmUp,
)  # fmt: skip

if TYPE_CHECKING:
    from .attention.multi_head import MultiHeadAttention as MultiHeadAttention
    from .attention.rms_norm import RMSNorm as RMSNorm
    from .convolution.conv import Conv1d as Conv1d
    from .convolution.conv import Conv2d as Conv2d
    from .convolution.flatten import Flatten as Flatten
    from .convolution.pooling import AvgPool2d as AvgPool2d
    from .convolution.pooling import MaxPool2d as MaxPool2d
    from .export.numpy import to_numpy as to_numpy
    from .export.onnx import to_onnx as to_onnx
    from .export.source import to_c as to_c
    from .export.source import to_python as to_python
    from .export.torch import load_torch as load_torch
    from .export.torch import to_torch as to_torch
    from .extras.callbacks import CSVLogger as CSVLogger
    from .extras.callbacks import ReduceOnPlateau as ReduceOnPlateau
    from .extras.groups import ParameterGroups as ParameterGroups
    from .recording import record as record
    from .recurrence.gru import GRU as GRU
    from .recurrence.last import Last as Last
    from .recurrence.lstm import LSTM as LSTM
    from .recurrence.rnn import RNN as RNN

__all__ = [
    "MLP", "SGD", "Activation", "AdaGrad", "Adam", "AdamW", "ConstantRate", "CosineDecay", "CrossValidation", "Dropout",
    "EarlyStopping", "Embedding", "ExponentialDecay", "History", "Layer", "LayerNorm", "LinearDecay", "Module",
    "MultiStepDecay", "Neuron", "Optimizer", "RMSProp", "Schedule", "Sequential", "StepDecay", "WarmUp", "accuracy",
    "activation", "activation_names", "activations", "balanced_accuracy", "batches", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "clip_gradient_norm", "clip_gradient_value", "confusion_matrix",
    "cross_entropy", "cross_validate", "data", "diagnose", "diagnostics", "evaluate", "f1", "fit", "hinge", "huber",
    "initializers", "kl_divergence", "l1_penalty", "l2_penalty", "load", "load_breast_cancer", "load_diabetes",
    "load_digits", "load_iris", "load_wine", "losses", "make_blobs", "make_circles", "make_moons", "make_spiral",
    "make_xor", "mean_absolute_error", "mean_squared_error", "negative_log_likelihood", "one_hot", "optimizers",
    "plotting", "precision", "predict", "predict_classes", "r_squared", "recall", "register_activation", "roc_auc",
    "save", "schedules", "smooth_l1", "standardize", "train_test_split",
]  # fmt: skip

_LATE = {
    "AvgPool2d": "convolution.pooling", "Conv1d": "convolution.conv", "Conv2d": "convolution.conv",
    "Flatten": "convolution.flatten", "MaxPool2d": "convolution.pooling", "GRU": "recurrence.gru",
    "LSTM": "recurrence.lstm", "Last": "recurrence.last", "RNN": "recurrence.rnn",
    "MultiHeadAttention": "attention.multi_head", "RMSNorm": "attention.rms_norm",
    "CSVLogger": "extras.callbacks", "ParameterGroups": "extras.groups", "ReduceOnPlateau": "extras.callbacks",
    "estimators": "estimators",
    "load_torch": "export.torch", "record": "recording", "to_c": "export.source", "to_numpy": "export.numpy",
    "to_onnx": "export.onnx", "to_python": "export.source", "to_torch": "export.torch",
}  # fmt: skip
"""What is imported on first use, from folders that may be missing: name -> module."""

__all__ += [
    name for name, module in _LATE.items() if name != module and find_spec(f"{__name__}.{module.partition('.')[0]}")
]

for _class in (
    SGD, AdaGrad, Adam, AdamW, RMSProp, MLP, Layer, Neuron, Dropout, Embedding, LayerNorm, EarlyStopping, StepDecay,
    ExponentialDecay, LinearDecay, CosineDecay, MultiStepDecay, WarmUp,
):  # fmt: skip
    _class.__init__ = explains_keywords(_class.__init__)  # type: ignore[method-assign]

for _class in (SGD, AdaGrad, Adam, AdamW, RMSProp):
    explain_settings(_class, *OF_OPTIMIZERS)
explain_settings(Dropout, "p")
explain_settings(Neuron, "weight")
explain_settings(Layer, "weight", "bias")

for _module in (activations, data, initializers, losses, optimizers, schedules):
    _module.__getattr__ = answers_names_of(_module)  # type: ignore[method-assign]

if not TYPE_CHECKING:  # or a type checker would take every name for one of this package

    def __getattr__(name):
        if name not in _LATE:
            from .names import missing, no_such_name

            raise missing(no_such_name(name, __all__), name, "nn")
        try:
            module = import_module(f"{__name__}.{_LATE[name]}")
            found = module if name == _LATE[name] else getattr(module, name)
        except ModuleNotFoundError as error:
            raise ImportError(
                f"nn.{name} needs {error.name}, which is not installed: run python -m pip install chalkgrad"
            ) from error
        if isinstance(found, type) and issubclass(found, Module) and found.__init__ is not object.__init__:
            found.__init__ = explains_keywords(found.__init__, found.__name__)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    """What `nn.` and Tab offer: the public names, those that are imported on first use among them."""
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})
