"""Ten steps of an optimizer with given gradients, for the tests of its rule and of its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nn
from autograd import Value

GRADIENTS = [2.0, -1.5, 0.75, 3.0, -0.25, 0.5, -4.0, 1.25, 0.125, -2.5]
START = 0.7
OPTIMIZERS: list[Callable[[list[Value]], Any]] = [
    lambda ps: nn.SGD(ps, 0.1, momentum=0.9, nesterov=True, weight_decay=0.1),
    lambda ps: nn.AdaGrad(ps, 0.1),
    lambda ps: nn.RMSProp(ps, 0.1, momentum=0.5),
    lambda ps: nn.Adam(ps, 0.1),
    lambda ps: nn.AdamW(ps, 0.1),
]


def trajectory(make: Callable[[list[Value]], Any], gradients: list[float]) -> list[float]:
    p = Value(START)
    optimizer = make([p])
    path = []
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
        path.append(p.data)
    return path
