"""What do PyTorch and JAX give at every kink and edge?  Writes parity.json, with which `test_parity` compares.

Needs neither of them to run the tests.  To make the numbers anew, in an environment of its own:

    python -m pip install torch==2.13.0 jax==0.10.2 jaxlib==0.10.2 && python tests/trust/parity.py
"""

# ruff: noqa: T201 - a script prints
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "parity.json"
POINTS = [
    0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, -5e-324, 1e-8, -1e-8, 1e-300, 3.0, -3.0, 6.0, -6.0, 10.0, -10.0, 20.0, -20.0,
    21.0, 30.0, -30.0, 38.4, -38.4, 40.0, -40.0, 709.0, -709.0, 745.0, -745.0, 800.0, -800.0, 1e4, -1e4, 1e300, -1e300,
    math.inf, -math.inf, math.nan,
]  # fmt: skip
PAIRS = [
    (x, y)
    for x in (0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 1e-300, 1e200, math.inf, -math.inf, math.nan)
    for y in (0.0, 1.0, -1.0, 2.0, 3.0, 0.5, -0.5, 1e200, math.inf, -math.inf, math.nan)
]
LISTS = [
    [0.0, 0.0], [1.0], [1e4, 1e4], [1e4, -1e4], [-1e4, 1e4, 0.0], [0.0, -40.0], [0.0, -745.0, 3.0], [0.0, 800.0],
    [math.inf, 0.0], [-math.inf, 0.0], [-math.inf, -math.inf], [math.nan, 0.0], [1e300, -1e300], [1.0, 2.0, 3.0],
]  # fmt: skip


def key(point: Any) -> str:
    """A point as it is written in the file."""
    return " ".join(repr(float(x)) for x in (point if isinstance(point, (tuple, list)) else [point]))


def of_torch() -> dict[str, Any]:
    """Function -> point -> [value, slopes ...] by PyTorch, in doubles."""
    import torch
    from torch.nn import functional as F  # noqa: N812 - as everywhere

    unary: dict[str, Any] = {
        "absolute": torch.abs, "relu": F.relu, "leaky_relu": F.leaky_relu, "elu": F.elu, "selu": F.selu, "gelu": F.gelu,
        "silu": F.silu, "sigmoid": torch.sigmoid, "softplus": F.softplus, "tanh": torch.tanh, "exp": torch.exp,
        "expm1": torch.expm1, "log": torch.log, "log1p": torch.log1p, "sqrt": torch.sqrt, "sin": torch.sin,
        "cos": torch.cos, "tan": torch.tan, "arcsin": torch.asin, "arccos": torch.acos, "arctan": torch.atan,
        "sinh": torch.sinh, "cosh": torch.cosh, "negative": torch.neg,
    }  # fmt: skip
    binary: dict[str, Any] = {
        "maximum": torch.maximum, "minimum": torch.minimum, "power": torch.pow, "divide": torch.div,
        "multiply": torch.mul, "hypot": torch.hypot,
    }  # fmt: skip
    lists: dict[str, Any] = {
        "logsumexp": lambda x: torch.logsumexp(x, 0),
        "softmax": lambda x: torch.softmax(x, 0)[0],
        "cross_entropy": lambda x: F.cross_entropy(x, torch.tensor(0)),
    }

    def measured(function: Any, numbers: Any, apart: bool) -> list[float]:
        x = torch.tensor(numbers, dtype=torch.float64, requires_grad=True)
        out = function(*x) if apart else function(x)
        out.backward()
        return [out.item(), *x.grad.tolist()]

    return _measured(unary, binary, lists, measured)


def of_jax() -> dict[str, Any]:
    """The same by JAX."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    unary: dict[str, Any] = {
        "absolute": jnp.abs, "relu": jax.nn.relu, "leaky_relu": jax.nn.leaky_relu, "elu": jax.nn.elu,
        "selu": jax.nn.selu, "gelu": lambda x: jax.nn.gelu(x, approximate=False), "silu": jax.nn.silu,
        "sigmoid": jax.nn.sigmoid, "softplus": jax.nn.softplus, "tanh": jnp.tanh, "exp": jnp.exp, "expm1": jnp.expm1,
        "log": jnp.log, "log1p": jnp.log1p, "sqrt": jnp.sqrt, "sin": jnp.sin, "cos": jnp.cos, "tan": jnp.tan,
        "arcsin": jnp.arcsin, "arccos": jnp.arccos, "arctan": jnp.arctan, "sinh": jnp.sinh, "cosh": jnp.cosh,
        "negative": jnp.negative,
    }  # fmt: skip
    binary: dict[str, Any] = {
        "maximum": jnp.maximum, "minimum": jnp.minimum, "power": jnp.power, "divide": jnp.divide,
        "multiply": jnp.multiply, "hypot": jnp.hypot,
    }  # fmt: skip
    lists: dict[str, Any] = {
        "logsumexp": jax.nn.logsumexp,
        "softmax": lambda x: jax.nn.softmax(x)[0],
        "cross_entropy": lambda x: -jax.nn.log_softmax(x)[0],
    }

    def measured(function: Any, numbers: Any, apart: bool) -> list[float]:
        both = jax.value_and_grad((lambda x: function(*x)) if apart else function)
        value, slopes = both(jnp.array(numbers, dtype=jnp.float64))
        return [float(value), *slopes.tolist()]

    return _measured(unary, binary, lists, measured)


def _measured(unary: Any, binary: Any, lists: Any, measured: Any) -> dict[str, Any]:
    found = {}
    for functions, points in ((unary, [[x] for x in POINTS]), (binary, PAIRS), (lists, LISTS)):
        for name, function in functions.items():
            found[name] = {
                key(point): [repr(x) for x in measured(function, list(point), functions is not lists)]
                for point in points
            }
    return found


if __name__ == "__main__":
    made = {"torch": of_torch(), "jax": of_jax()}
    FILE.write_text(json.dumps(made, indent=None, separators=(",", ":")).replace("},", "},\n") + "\n")
    print(f"wrote {FILE.name}: {sum(len(points) for library in made.values() for points in library.values())} points")
