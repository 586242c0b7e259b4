"""What is a row of the table in JAX?  The row itself, evaluated on JAX arrays; its partials become a `custom_jvp`.

Read `primitives` first, `variadic` next.  No derivative is written here.  The rule of each function calls the partials
of the row with JAX arrays, and those call other rows in turn: derivatives of every order follow the table, at kinks and
ties too.  Where a partial is `NOT_TAKEN`, the tangent is selected away, not multiplied by 0.
"""

from __future__ import annotations

import math
from functools import lru_cache, partial
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn

import jax
import jax.numpy as jnp
import numpy as np

from autograd import primitives as table
from autograd.compiler.numpy_backend import kernels
from autograd.ieee import IEEEFloat
from autograd.primitive import NOT_TAKEN, ieee, is_composite, partials_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive

Array = Any
"""A JAX array, or a Python float: a constant that stays one."""


class JaxNumber:
    """An array as an operand of a row; `taken` says for a partial where the row has selected the operand."""

    __slots__ = ("array", "taken")

    def __init__(self, array: Array, taken: Array | None = None) -> None:
        self.array, self.taken = array, taken
        """None: everywhere."""

    @classmethod
    def _apply_primitive(cls, row: Primitive, operands: Sequence[Any]) -> Any:
        if row is table.where:
            return _select(*operands)
        return cls(apply(row, [_array(operand) for operand in operands]))

    def __add__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array + _array(other))

    def __sub__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array - _array(other))

    def __rsub__(self, other: Any) -> JaxNumber:
        return JaxNumber(_array(other) - self.array)

    def __mul__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array * _array(other))

    def __neg__(self) -> JaxNumber:
        return JaxNumber(-self.array)

    def __truediv__(self, other: Any) -> Any:
        return JaxNumber._apply_primitive(table.divide, (self, other))

    def __rtruediv__(self, other: Any) -> Any:
        return JaxNumber._apply_primitive(table.divide, (other, self))

    def __pow__(self, other: Any) -> Any:
        return JaxNumber._apply_primitive(table.power, (self, other))

    def __lt__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array < _array(other))

    def __le__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array <= _array(other))

    def __gt__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array > _array(other))

    def __ge__(self, other: Any) -> JaxNumber:
        return JaxNumber(self.array >= _array(other))

    def __bool__(self) -> NoReturn:
        raise TypeError("an array decides no branch: the row is computed number by number")

    __radd__ = __add__
    __rmul__ = __mul__


def _array(operand: Any) -> Array:
    return operand.array if isinstance(operand, JaxNumber) else float(operand)


def _select(condition: Any, x: Any, y: Any) -> Any:
    """`where`; an operand that is `NOT_TAKEN` has no number, and is remembered as a place that is not taken."""
    if not isinstance(condition, JaxNumber):  # decided by constants
        one = x if condition else y
        return one if isinstance(one, JaxNumber) or one is NOT_TAKEN else JaxNumber(jnp.asarray(float(one)))
    chosen = condition.array
    chosen = chosen != 0.0 if jnp.result_type(chosen) != jnp.bool_ else chosen
    if x is NOT_TAKEN or y is NOT_TAKEN:
        other, here = (y, ~chosen) if x is NOT_TAKEN else (x, chosen)
        below = other.taken if isinstance(other, JaxNumber) else None
        return JaxNumber(_array(other), here if below is None else here & below)
    taken = [True if not isinstance(o, JaxNumber) or o.taken is None else o.taken for o in (x, y)]
    both = None if all(each is True for each in taken) else jnp.where(chosen, *taken)
    return JaxNumber(jnp.where(chosen, _array(x), _array(y)), both)


def apply(row: Primitive, operands: Sequence[Array]) -> Array:
    """The row of arrays; operands that are Python floats are constants of the function."""
    constants = tuple((n, repr(operand)) for n, operand in enumerate(operands) if isinstance(operand, float))
    arrays = [operand for operand in operands if not isinstance(operand, float)]
    return function_of(row, constants)(*arrays) if arrays else float(ieee(row, operands))


@lru_cache(maxsize=1024)  # each trace has rows of its own in place of those that the user has defined
def function_of(row: Primitive, constants: tuple[tuple[int, str], ...] = ()) -> Callable[..., Array]:
    """A row as a function of arrays, with the derivatives of the table; some of its operands may be constants.

    >>> float(jax.grad(function_of(table.absolute))(0.0))
    0.0
    """
    given = {n: float(text) for n, text in constants}

    def spread(arrays: Sequence[Array]) -> list[Array]:
        rest = iter(arrays)
        return [given[n] if n in given else next(rest) for n in range(row.arity or 0)]

    @jax.custom_jvp
    def function(*arrays: Array) -> Array:
        return _forward(row, spread([jnp.asarray(array) for array in arrays]))

    @function.defjvp
    def _(arrays: Sequence[Array], tangents: Sequence[Array]) -> tuple[Array, Array]:
        arrays = [jnp.asarray(array) for array in arrays]
        out = function(*arrays)
        total = jnp.zeros((), out.dtype)
        partials = partials_of(row, out, spread(arrays))
        for each, tangent in zip((p for n, p in enumerate(partials) if n not in given), tangents, strict=True):
            total = total + _times(each, tangent)
        return out, jnp.broadcast_to(total, out.shape).astype(out.dtype)

    function.__name__ = row.name
    made: Callable[..., Array] = function
    return made


def partials_of(row: Primitive, out: Array, operands: Sequence[Array]) -> list[Any]:
    """The partials with respect to each operand: `JaxNumber`s, floats, or `NOT_TAKEN`."""
    numbers = [IEEEFloat(o) if isinstance(o, float) else JaxNumber(o) for o in operands]
    try:
        return list(row.partials(JaxNumber(out), *numbers))
    except TypeError:  # written for floats only
        return [
            JaxNumber(_number_by_number(partial(_one_partial, row, n), out, *operands)) for n in range(len(operands))
        ]


def _one_partial(row: Primitive, n: int, out: float, *operands: float) -> float:
    return partials_at(row, out, operands)[n]


def _times(each: Any, tangent: Array) -> Array:
    """A partial times a tangent: 0 where the operand was not taken, whatever the tangent is."""
    if each is NOT_TAKEN:
        return 0.0
    number = _array(each)
    product = tangent if isinstance(number, float) and number == 1.0 else number * tangent
    taken = each.taken if isinstance(each, JaxNumber) else None
    return product if taken is None else jnp.where(taken, product, jnp.zeros((), tangent.dtype))


def _forward(row: Primitive, operands: Sequence[Array]) -> Array:
    direct = FUNCTIONS.get(row.name) if table.TABLE.get(row.name) is row else None
    if direct is not None:
        return direct(*operands)
    out = _composite(row, operands) if is_composite(row) else None
    if out is None:
        return _number_by_number(lambda *numbers: float(ieee(row, numbers)), *operands)
    arrays = [o for o in operands if not isinstance(o, float)]
    shape = jnp.broadcast_shapes(*(array.shape for array in arrays))
    return jnp.broadcast_to(jnp.asarray(_array(out), jnp.result_type(*arrays)), shape)


def _composite(row: Primitive, operands: Sequence[Array]) -> Any:
    """The value by the row's own formula; None if that is written for floats only."""
    try:
        return row.forward(*(o if isinstance(o, float) else JaxNumber(o) for o in operands))
    except TypeError:
        return None


def _number_by_number(function: Callable[..., float], *operands: Array) -> Array:
    """A function of floats in Python, called by the device for each number."""
    arrays = [jnp.asarray(o) for o in operands]
    kind = jnp.result_type(*(o for o in operands if not isinstance(o, float)))
    shape = jnp.broadcast_shapes(*(array.shape for array in arrays))
    many = np.frompyfunc(function, len(arrays), 1)

    def call(*numbers: Any) -> Any:
        floats = [np.asarray(each, np.float64) for each in np.broadcast_arrays(*map(np.asarray, numbers))]
        return np.asarray(many(*floats)).astype(kind)

    return jax.pure_callback(call, jax.ShapeDtypeStruct(shape, kind), *arrays, vmap_method="broadcast_all")


# ------------------------------------------------------------------------------------- functions that JAX has, or lacks


def _sech(x: Array) -> Array:
    """The row's formula, with e^-2|x| as a square: one exponential function is half of the work of tanh'."""
    e = jnp.exp(-jnp.abs(x))
    return 2.0 * e / (1.0 + e * e)


def _power(x: Array, y: Array) -> Array:
    if isinstance(y, float) and y in (1.0, 2.0, -1.0):
        return x if y == 1.0 else x * x if y == 2.0 else 1.0 / x
    return jnp.power(x, y)


def _power_partial(x: Array, y: Array) -> Array:
    if isinstance(y, float):
        return jnp.zeros_like(x) if y == 0.0 else y * _power(x, y - 1.0)
    return jnp.where(y == 0.0, 0.0, y * jnp.power(x, y - 1.0))


def _power_derivative(x: Array, y: Array, n: float, m: float) -> Array:
    """x^(y-n) Σ C(m, k) P^(k)(y) log(x)^(m-k), with P = y (y-1) ... (y-n+1): see `primitives`."""
    polynomial: list[Any] = [1.0] + [0.0] * int(m)
    for i in range(int(n)):
        polynomial = [c * (y - i) + below for c, below in zip(polynomial, [0.0, *polynomial], strict=False)]
    log_x = jnp.log(jnp.where(x > 0.0, x, 1.0 if m == 0.0 else jnp.nan))
    factor = sum(math.perm(int(m), k) * c * log_x ** (int(m) - k) for k, c in enumerate(polynomial))
    at_zero = jnp.where(y > n, 0.0, polynomial[0] * jnp.power(x, y - n) * (-1.0) ** m * (jnp.inf if m else 1.0))
    return jnp.where(x == 0.0, at_zero, factor * jnp.power(x, y - n))


def _with_jax(function: Any) -> Callable[..., Array]:
    """A kernel of the NumPy backend: the same text, with `jax.numpy` in place of `numpy`."""
    names = {**function.__globals__, "np": jnp, "erfc": jax.scipy.special.erfc}
    return FunctionType(function.__code__, names, function.__name__)


FUNCTIONS: dict[str, Callable[..., Array]] = {
    **{
        name: getattr(jnp, name)
        for name in (
            "add", "subtract", "multiply", "divide", "negative", "absolute", "maximum", "minimum", "exp", "expm1",
            "log", "log1p", "sqrt", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "hypot",
            "exp2", "log2", "log10", "arcsinh", "arccosh", "arctanh", "arctan2",
        )
    },
    "erf": jax.scipy.special.erf,
    "where": lambda condition, x, y: jnp.where(condition != 0.0, x, y),
    "sech": _sech,
    "power": _power,
    "power_partial": _power_partial,
    "power_derivative": _power_derivative,
    **{
        name: _with_jax(getattr(kernels, name)) for name in ("xlogy", "normal_pdf", "normal_cdf", "exp_difference")
    },
}  # fmt: skip
"""Rows that are not evaluated by their own formula, by name."""
