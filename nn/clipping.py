"""How can one huge gradient be kept from ruining the parameters?

Call one of these between ``backward()`` and ``step()``. Read before: ``optimizers``. Read after: ``schedules``.
"""

from __future__ import annotations

import math
from typing import Any

from autograd import assign

from .checks import real_number
from .names import explains_keywords
from .parameters import named_values


@explains_keywords
def clip_gradient_norm(parameters: Any, max_norm: float) -> float:
    """Scale all gradients by one factor if their norm exceeds ``max_norm``; return the norm before scaling.

    ``parameters`` is a module or a list of Values. The direction does not change. Raises ``FloatingPointError``, with
    nothing changed, if a gradient is not finite.

    >>> from autograd import Value
    >>> p, q = Value(0.0), Value(0.0)
    >>> p.grad, q.grad = 3.0, 4.0
    >>> clip_gradient_norm([p, q], 1.0), round(p.grad, 6), round(q.grad, 6)
    (5.0, 0.6, 0.8)
    """
    max_norm = real_number(max_norm, "max_norm", 0, above=True)
    names, values = named_values(parameters)
    gradients = [value.grad for value in values]
    check_finite(names, gradients)
    norm = math.hypot(*gradients)  # no overflow below the largest float
    assign(values, grad=scaled_to_norm(gradients, norm, max_norm))
    return norm


def listed(numbers: Any) -> list[float]:
    """The numbers of an array, or of a list, as a list."""
    plain: list[float] = numbers if isinstance(numbers, list) else numbers.tolist()
    return plain


def norm_of(gradients: Any) -> float:
    """The Euclidean norm of a list or an array, which neither overflows nor underflows on the way.

    >>> norm_of([3.0, 4.0])
    5.0
    """
    if not isinstance(gradients, list):
        import numpy as np

        with np.errstate(all="ignore"):
            norm = math.sqrt(np.square(gradients).sum())
        if 1e-140 < norm < 1e140:
            return norm
    return math.hypot(*gradients)


def scaled_to_norm(gradients: list[float], norm: float, max_norm: float) -> list[float]:
    """The gradients, scaled down if ``norm`` exceeds ``max_norm``; unchanged if one of them is not finite.

    >>> scaled_to_norm([3.0, 4.0], 5.0, 10.0)
    [3.0, 4.0]
    """
    if norm <= max_norm:
        return gradients
    if not math.isfinite(norm):  # if each gradient is finite, only the norm has overflowed: scale first
        if not all(map(math.isfinite, gradients)):
            return gradients
        largest = max(map(abs, gradients))
        gradients = [g / largest for g in gradients]
        norm = math.hypot(*gradients)
    return [g / norm * max_norm for g in gradients]


@explains_keywords
def clip_gradient_value(parameters: Any, limit: float) -> None:
    """Clip every gradient to the interval from ``-limit`` to ``limit``; the direction may change.

    Raises ``FloatingPointError``, with nothing changed, if a gradient is not finite.

    >>> from autograd import Value
    >>> p = Value(0.0)
    >>> p.grad = -7.0
    >>> clip_gradient_value([p], 2.5)
    >>> p.grad
    -2.5
    """
    limit = real_number(limit, "limit", 0, above=True)
    names, values = named_values(parameters)
    gradients = [value.grad for value in values]
    check_finite(names, gradients)
    assign(values, grad=[max(-limit, min(limit, g)) for g in gradients])


def check_finite(names: list[str], gradients: list[float]) -> None:
    """Raise ``FloatingPointError`` naming the first gradient that is not finite."""
    for name, gradient in zip(names, gradients, strict=True):
        if not math.isfinite(gradient):
            raise FloatingPointError(
                f"the gradient of {name} is {gradient}: clipping cannot repair it; look at the loss"
            )
