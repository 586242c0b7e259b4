"""Random element-wise functions of lists of Values, from which the compiler makes chains."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import autograd


def random_columns(seed: int, width: int, count: int) -> Callable[[Any], Any]:
    """Columns of element-wise operations on earlier columns; the same at each call."""
    functions = ["exp", "tanh", "sigmoid", "relu", "sin", "gelu", "silu", "absolute", "elu"]

    def run(x: Any) -> Any:
        source = random.Random(seed)
        columns = [list(x)]
        for _ in range(count):
            a, b = (columns[source.randrange(len(columns))] for _ in range(2))
            kind, number = source.random(), source.choice([0.5, -0.3, 0.9])
            if kind < 0.3:
                function = getattr(autograd, source.choice(functions))
                columns.append([function(v) for v in a])
            elif kind < 0.5:
                columns.append([v * number for v in a] if kind < 0.4 else [number + v for v in a])
            elif kind < 0.6:
                columns.append([v / (w * w + 1.5) for v, w in zip(a, b, strict=True)])
            elif kind < 0.8:
                columns.append([v * w * 0.7 + v for v, w in zip(a, b, strict=True)])
            elif kind < 0.9:
                columns.append([v * b[0] for v in a])
            else:
                columns.append([v - w for v, w in zip(a, b, strict=True)])
        return columns[-1]

    return run
