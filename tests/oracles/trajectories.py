"""Ten steps of an optimizer with given gradients, for the tests of its rule and of its state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import Value

GRADIENTS = [2.0, -1.5, 0.75, 3.0, -0.25, 0.5, -4.0, 1.25, 0.125, -2.5]
START = 0.7


def trajectory(make: Callable[[list[Value]], Any], gradients: list[float]) -> list[float]:
    p = Value(START)
    optimizer = make([p])
    path = []
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
        path.append(p.data)
    return path
