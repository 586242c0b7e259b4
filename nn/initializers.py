"""How large should the initial weights be?

If they are too small, the signal fades from layer to layer; if too large, it explodes; if all equal, every neuron
learns the same. Weights here are uniform on an interval around 0 whose half-width gives the variance of the rule:
uniform(-b, b) has variance b²/3. Biases start at 0. Read before: ``activations``, for the gain. Read after: ``layers``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .checks import choose, is_number, shown

if TYPE_CHECKING:
    import random

    from .activations import Activation


def he_bound(fan_in: int, gain: float) -> float:
    """The half-width for variance gain² / fan_in, which keeps the size of the forward signal (He et al. 2015).

    >>> he_bound(6, 2**0.5)
    1.0
    """
    return gain * math.sqrt(3 / fan_in)


def xavier_bound(fan_in: int, fan_out: int, gain: float) -> float:
    """The half-width for variance gain² · 2 / (fan_in + fan_out), between forward and backward (Glorot, Bengio 2010).

    >>> xavier_bound(2, 4, 1.0)
    1.0
    """
    return gain * math.sqrt(6 / (fan_in + fan_out))


INITIALIZERS = ("auto", "he", "xavier", "micrograd", "zeros")


def check_init(init: Any) -> Any:
    """``init`` itself, if it is a name in ``INITIALIZERS`` or a callable.

    >>> check_init("he")
    'he'
    """
    if callable(init):
        return init
    if not isinstance(init, str):
        raise TypeError(f"init must be a name or a callable(fan_in, fan_out, random), got {shown(init)}")
    return choose(init, INITIALIZERS, "init")


def first_weights(init: Any, fan_in: int, fan_out: int, activation: Activation, source: random.Random) -> list[float]:
    """The initial weights of one neuron: ``fan_in`` numbers, drawn from ``source`` in order.

    ``init`` is ``"auto"`` (He or Xavier, as the activation says), ``"he"``, ``"xavier"``, ``"micrograd"``
    (uniform(-1, 1) for any size), ``"zeros"`` (to show the effect of symmetry), or a callable
    ``(fan_in, fan_out, random) -> number``. ``fan_out`` is the number of neurons in the layer.

    >>> from nn.activations import activation
    >>> import random
    >>> weights = first_weights("he", 6, 1, activation("relu"), random.Random(0))
    >>> len(weights), max(abs(w) for w in weights) <= 1.0
    (6, True)
    """
    if callable(init):
        return [_number(init(fan_in, fan_out, source)) for _ in range(fan_in)]
    if init == "zeros":
        return [0.0] * fan_in
    rule = activation.init if init == "auto" else init
    if rule == "micrograd":
        bound = 1.0
    elif rule == "he":
        bound = he_bound(fan_in, activation.gain)
    else:
        bound = xavier_bound(fan_in, fan_out, activation.gain)
    return [source.uniform(-bound, bound) for _ in range(fan_in)]


def _number(drawn: Any) -> float:
    if not is_number(drawn) or not math.isfinite(drawn):
        raise ValueError(f"init must return one finite number for each weight, got {shown(drawn)}")
    return float(drawn)
