"""What if an operation has no finite result?  A float with IEEE 754 arithmetic, whose operations never raise.

Read `primitive` next: a row's partial derivatives are evaluated on this kind of number, so that they never raise.
"""

from __future__ import annotations

import math
import operator
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable

    Number = Any  # a float, Value, symbol or array: whichever kind the row is evaluated on


_silent: ContextVar[Any] = ContextVar("autograd_ieee_arithmetic", default=None)
"""A weak reference to the innermost `ieee_arithmetic` block: if Ctrl-C interrupts its exit, the reference goes dead."""


def _is_silent() -> bool:
    block = _silent.get()
    return block is not None and block() is not None


class ieee_arithmetic:  # noqa: N801 - a context manager
    """Within this block a row's value never raises: a pole is inf, an undefined result is nan.  Used for partials."""

    def __enter__(self) -> None:
        self._token = _silent.set(ref(self))

    def __exit__(self, *error: object) -> None:
        _silent.reset(self._token)


class IEEEFloat(float):
    """A float with IEEE 754 arithmetic: a pole is +-inf, an undefined result is nan, and nothing raises."""

    __slots__ = ()

    def __neg__(self) -> IEEEFloat:
        return IEEEFloat(-float(self))

    def __pos__(self) -> IEEEFloat:
        return self


def _operator(function: Callable[[float, float], float], reflected: bool) -> Callable[[IEEEFloat, Any], Any]:
    def operate(self: IEEEFloat, other: Any) -> Any:
        if not isinstance(other, (float, int)):
            return NotImplemented
        return IEEEFloat(function(float(other), float(self)) if reflected else function(float(self), float(other)))

    return operate


def _divide(x: float, y: float) -> float:
    try:
        return x / y
    except ZeroDivisionError:
        return math.nan if x == 0.0 or x != x else math.copysign(math.inf, x) * math.copysign(1.0, y)


def real_power(x: float, y: float) -> float:
    """x ** y; a ValueError where Python's result would be complex."""
    out: float | complex = x**y
    if isinstance(out, complex):
        raise ValueError("the result is complex")
    return out


def ieee_power(x: float, y: float) -> float:
    """x ** y as C's pow defines it: a pole or overflow is inf; a negative base with a fractional exponent is nan."""
    try:
        return math.pow(x, y)
    except OverflowError:
        return -math.inf if x < 0.0 and math.fmod(y, 2.0) != 0.0 else math.inf
    except ValueError:
        if x != 0.0:
            return math.nan
        return math.copysign(math.inf, x) if math.fmod(y, 2.0) in (1.0, -1.0) else math.inf


def log_pole(x: float) -> float:
    """The logarithm outside its domain: -inf at 0, nan below."""
    return -math.inf if x == 0.0 else math.nan


def arctanh_pole(x: float) -> float:
    """arctanh outside its domain: ±inf at ±1, nan beyond."""
    return math.copysign(math.inf, x) if abs(x) == 1.0 else math.nan


for _name, _function in {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "truediv": _divide, "pow": ieee_power,
}.items():  # fmt: skip
    setattr(IEEEFloat, f"__{_name}__", _operator(_function, reflected=False))
    setattr(IEEEFloat, f"__r{_name}__", _operator(_function, reflected=True))
