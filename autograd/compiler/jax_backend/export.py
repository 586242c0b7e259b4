"""How does a program become a function for JAX?  `program.to_jax()`: pure, and frozen as `bind` is.

Read `function` first.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np

from autograd.arguments import choose
from autograd.compiler.jax_backend.function import JaxFunction
from autograd.compiler.passes.group import UnsupportedError
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.compiler.plan import Plan

DTYPES = ("float64", "float32", "bfloat16")

FILLER = 0.5
"""The number in the arrays with which a function is traced where only a shape was given."""


def to_jax(program: Any, examples: Sequence[Any], dtype: str) -> Callable[..., Any]:
    """See `Program.to_jax`."""
    choose(dtype, DTYPES, "unknown dtype")
    if not examples and program._last is None and (program.batched or not _takes_nothing(program.function)):
        raise TypeError(f"to_jax needs arrays of the shapes that {program.name} takes, or an earlier call")
    with program._lock:
        if examples or program._last is None:
            arrays = [example(each) for each in examples]
        else:
            arrays = of_shapes(next(reversed(program._plans)), program.batched)
        plan, _ = program._prepared(arrays, quiet=True)
        return pure_function(plan, program.name, dtype)


def _takes_nothing(function: Any) -> bool:
    """Whether a function can be called without arguments; an existing graph takes none."""
    try:
        inspect.signature(function).bind()
    except TypeError:
        return isinstance(function, Value)
    return True


def example(given: Any) -> Any:
    """An array for tracing: the given one, or one of this shape for a `jax.ShapeDtypeStruct`."""
    if not isinstance(given, jax.ShapeDtypeStruct):
        return given
    is_index = np.issubdtype(given.dtype, np.integer)
    return np.full(given.shape, 0 if is_index else FILLER, np.int64 if is_index else np.float64)


def of_shapes(shapes: Sequence[tuple[tuple[int, ...], bool]], batched: bool) -> list[Any]:
    """Arrays for tracing, from the shapes (without samples) of the last call, and whether they hold indices."""
    return [
        np.full((1, *shape) if batched else shape, 0 if is_index else FILLER, np.int64 if is_index else np.float64)
        for shape, is_index in shapes
    ]


def pure_function(plan: Plan, name: str, dtype: str) -> Callable[..., Any]:
    """`f(theta, *arrays)` for a traced graph.

    Raises TypeError for a graph with random numbers, and for one with too many groups.
    """
    _check_width(dtype)
    signature = plan.signature
    flat, batched = signature.flat, signature.batched
    if flat.draws:
        raise TypeError(
            f"{name} draws random numbers, which a pure function cannot: call model.eval() before, or make the random "
            "mask an argument, and draw it with jax.random"
        )
    try:
        function = JaxFunction(signature)
    except UnsupportedError as error:
        raise TypeError(f"{name} cannot be compiled by JAX: {error}; use backend='c'") from None
    captured = np.array([value._data for value in flat.captured])

    def f(theta: Any, *arrays: Any) -> Any:
        _check_width(dtype)
        _check_arguments(signature, name, theta, arrays)
        lead = arrays[0].shape[:1] if batched else ()
        given = [_as_numbers(array, dtype).reshape(*lead, -1) for array in arrays]
        theta, constants = jnp.asarray(theta, dtype), jnp.asarray(captured, dtype)
        outputs, _ = function(theta, constants, given, None, jnp.dtype(dtype), safe=True)
        values = iter([output.mean() if batched else output for output in outputs])
        return _nested(values, plan.shape)

    f.__name__ = f.__qualname__ = name if name.isidentifier() else "f"
    f.__doc__ = f"{name}, as autograd traced it: theta has {signature.parameters} numbers; frozen at that time."
    return f


def _as_numbers(array: Any, dtype: str) -> Any:
    array = jnp.asarray(array)
    return array if jnp.issubdtype(array.dtype, jnp.integer) else array.astype(dtype)


def _check_width(dtype: str) -> None:
    if dtype == "float64" and not jax.config.jax_enable_x64:
        raise RuntimeError(
            "to_jax gives a function in float64, but JAX computes in float32 now: call "
            "jax.config.update('jax_enable_x64', True) first, or use to_jax(..., dtype='float32')"
        )


def _check_arguments(signature: Any, name: str, theta: Any, arrays: Sequence[Any]) -> None:
    if jnp.shape(theta) != (signature.parameters,):
        raise ValueError(f"theta must have shape ({signature.parameters},), got {jnp.shape(theta)}")
    shapes = [jnp.shape(array) for array in arrays]
    inner = [shape[1:] for shape in shapes] if signature.batched else shapes
    lengths = {shape[:1] for shape in shapes} if signature.batched else {()}
    if list(map(tuple, inner)) != list(map(tuple, signature.shapes)) or len(lengths) != 1:
        lead = "samples, " if signature.batched else ""
        want = ", ".join(f"({lead}{', '.join(map(str, shape))})" for shape in signature.shapes)
        raise ValueError(f"{name} was traced for arrays of shape {want or 'none'}; got {shapes}: call to_jax again")


def _nested(values: Any, shape: Any) -> Any:
    return next(values) if shape is None else [_nested(values, part) for part in shape]
