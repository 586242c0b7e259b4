"""A short training that is recorded: what the tests of snapshots, pictures and pages share."""

from __future__ import annotations

from typing import Any

import nn


def train(recording: Any, X: Any = None, y: Any = None, *, epochs: int = 4, model: Any = None, **options: Any) -> Any:
    X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]] if X is None else X
    y = [0, 1, 1, 0] if y is None else y
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1) if model is None else model
    loss = options.pop("loss", "binary_cross_entropy_with_logits")
    optimizer = nn.SGD(model, 0.5)
    nn.fit(model, X, y, loss=loss, optimizer=optimizer, epochs=epochs, callbacks=[recording], progress=False, **options)
    return model
