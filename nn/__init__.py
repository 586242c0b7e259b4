"""Neural networks on top of ``autograd``: modules, layers, losses, optimizers, data and a training loop.

Read the files in this order. Models: ``checks``, ``module`` (how a model finds its parameters), ``activations``,
``initializers``, ``layers``, ``normalization``, ``dropout``, ``embedding``. Training: ``losses``, ``parameters``,
``optimizers``, ``clipping``, ``schedules``, ``data``, ``metrics``, ``evaluation``, ``history``, ``progress``,
``pause_gc``, ``callbacks``, ``training`` (the loop), ``compiled``, and ``jax_engine``, an optional package. Files:
``storage``, ``config``, ``checkpoint``, ``resuming``, and ``fit``, which needs all of these. Looking at a model:
``plotting``, the package ``recording``,
``layer_stats``, ``diagnostics``. Last ``torch_names``, for those who know PyTorch.

>>> import nn
>>> X, y = nn.make_moons(100, seed=1)
>>> model = nn.MLP(2, [16, 16, 1], seed=1)
>>> history = nn.fit(model, X, y, loss="binary_cross_entropy_with_logits", optimizer=nn.Adam(model, 0.02), epochs=40,
...                  progress=False)
>>> history["accuracy"][-1] > 0.9
True
"""

from __future__ import annotations

from typing import Any

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
    binary_cross_entropy, binary_cross_entropy_with_logits, cross_entropy, hinge, huber, l1_penalty, l2_penalty,
    mean_absolute_error, mean_squared_error, negative_log_likelihood,
)  # fmt: skip
from .metrics import accuracy
from .module import Module
from .normalization import LayerNorm
from .optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from .recording import record
from .schedules import ConstantRate, CosineDecay, ExponentialDecay, LinearDecay, Schedule, StepDecay, WarmUp

__all__ = [
    "MLP", "SGD", "Activation", "AdaGrad", "Adam", "AdamW", "ConstantRate", "CosineDecay", "Dropout", "EarlyStopping",
    "Embedding", "ExponentialDecay", "History", "Layer", "LayerNorm", "LinearDecay", "Module", "Neuron", "Optimizer",
    "RMSProp", "Schedule", "Sequential", "StepDecay", "WarmUp", "accuracy", "activation", "activation_names",
    "activations", "batches", "binary_cross_entropy", "binary_cross_entropy_with_logits", "clip_gradient_norm",
    "clip_gradient_value", "confusion_matrix", "cross_entropy", "data", "diagnose", "diagnostics", "evaluate", "fit",
    "hinge", "huber", "initializers", "l1_penalty", "l2_penalty", "load", "load_breast_cancer", "load_diabetes",
    "load_digits", "load_iris", "load_wine", "losses", "make_blobs", "make_circles", "make_moons", "make_spiral",
    "make_xor", "mean_absolute_error", "mean_squared_error", "negative_log_likelihood", "one_hot", "optimizers",
    "plotting", "predict", "predict_classes", "record", "register_activation", "save", "schedules", "standardize",
    "train_test_split",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    from .torch_names import no_such_name

    raise AttributeError(no_such_name(name, __all__))
