"""Is a derivative right?  `check_gradients` compares it with the effect of nudging the input.

Read `functional` first.  The comparison is with central differences, d(h) = (f(x + h) - f(x - h)) / 2h.  Its error
has two parts: truncation, about h² f'''/6, and rounding, about ε|f|/h.  With h = ε^(1/3) max(1, |x|) both are near
ε^(2/3), 4e-11.  The tolerance is computed: halving h reduces an error of order h² to a quarter, so the change is three
quarters of the truncation error; for rounding, `ROUNDINGS` units in the last place of f are allowed.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import real, shown
from autograd.backpropagation import topological_order
from autograd.functional import grad
from autograd.ieee import ieee_arithmetic
from autograd.node import has_user_backward
from autograd.node import operands as operands_of
from autograd.primitive import evaluate
from autograd.tree import leaves, map_nested
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Nested = Any

EPSILON = 2.0**-52
STEP = EPSILON ** (1 / 3)
ROUNDINGS = 100.0
"""The error allowed in each value of f, in units in the last place: every operation inside f rounds."""


class Difference(NamedTuple):
    """A slope found by nudging, a bound for its error, and the one-sided slopes to the left and right."""

    slope: float
    tolerance: float
    left: float
    right: float


def central_difference(f: Callable[[float], float], x: float) -> Difference:
    """The slope of f at x, extrapolated from two central differences, with a bound for its error.

    If x + h or x - h is outside f's domain, the step is made smaller.

    >>> found = central_difference(lambda x: x * x * x, 2.0)
    >>> abs(found.slope - 12.0) < found.tolerance < 1e-7
    True
    """
    at, h = f(x), STEP * max(1.0, abs(x))
    while True:
        try:
            return _difference(f, x, at, h)
        except (ArithmeticError, ValueError):
            h /= 16.0
            if h < EPSILON * abs(x) or h < 1e-300:
                raise


def _difference(f: Callable[[float], float], x: float, at: float, h: float) -> Difference:
    up, down, half_up, half_down = x + h, x - h, x + h / 2, x - h / 2
    values = [f(up), f(down), f(half_up), f(half_down)]
    wide = (values[0] - values[1]) / (up - down)
    narrow = (values[2] - values[3]) / (half_up - half_down)
    rounding = ROUNDINGS * EPSILON * max(map(abs, [*values, at, 1e-300])) / h
    left, right = (at - values[3]) / (x - half_down), (values[2] - at) / (half_up - x)
    return Difference(narrow + (narrow - wide) / 3.0, abs(narrow - wide) + rounding, left, right)


def check_gradients(f: Callable[..., Any], *inputs: Nested, order: int = 2) -> None:
    """Compare the first and (with order=2) second derivatives of f with central differences at these inputs.

    `inputs` are numbers or (nested) lists of numbers, one for each argument of `f`, which returns one number.

    Raises AssertionError if they disagree, with f, the input, both numbers and the first primitive whose partial is
    wrong; ValueError if `order` is not 1 or 2 or an input is not finite; TypeError if an input is not a number.

    >>> check_gradients(lambda x, y: x * y + x.exp(), 1.0, 2.0)
    """
    if type(order) is not int or order not in (1, 2):
        raise ValueError(f"check_gradients: order must be 1 or 2, got {shown(order)}")
    if not callable(f):
        raise TypeError(f"check_gradients: f must be a function, got {shown(f)}")
    numbers = [real(leaf, "check_gradients: input") for leaf in leaves(list(inputs))]
    if not numbers:
        raise TypeError("check_gradients: give at least one number to check at")
    for n, number in enumerate(numbers, 1):
        if not math.isfinite(number):
            raise ValueError(
                f"check_gradients: input {n} must be finite, got {number!r}; choose a point that can be nudged"
            )

    def flat(xs: Sequence[Any]) -> Any:
        rest = iter(xs)

        def following(_: Any) -> Any:
            return next(rest)

        return f(*map_nested(following, list(inputs)))

    name = flat.__name__ = getattr(f, "__name__", shown(f))
    _compare(flat, numbers, f"{name}: the derivative")
    if order == 2:
        for n in range(len(numbers)):
            what = f"{name}: the derivative of its derivative with respect to input {n + 1}"
            _compare(partial(_entry_of_gradient, flat, n), numbers, what)


def _entry_of_gradient(f: Callable[..., Any], n: int, xs: Sequence[Any]) -> Any:
    return grad(f)(xs)[n]


def _compare(f: Callable[[Sequence[Any]], Any], numbers: list[float], what: str) -> None:
    for n, slope in enumerate(grad(f)(numbers)):
        expected = central_difference(partial(_nudged, lambda xs: _data(f([*map(Value, xs)])), numbers, n), numbers[n])
        if not _agree(slope, expected):
            reason = _kink(expected) or first_wrong_partial(f, numbers)
            raise AssertionError(
                f"{what} with respect to input {n + 1} at {numbers} is {slope!r}, but nudging the input gives "
                f"{expected.slope!r} (error at most {expected.tolerance:.1e}){reason}"
            )


def _nudged(f: Callable[[list[float]], float], numbers: Sequence[float], n: int, x: float) -> float:
    return f([*numbers[:n], x, *numbers[n + 1 :]])


def _data(output: Any) -> float:
    return output.data if isinstance(output, Value) else float(output)


def _agree(slope: float, expected: Difference) -> bool:
    if not math.isfinite(expected.slope):
        return not math.isfinite(slope)
    return abs(slope - expected.slope) <= expected.tolerance + 1e-9 * abs(expected.slope)


def _kink(found: Difference) -> str:
    if abs(found.left - found.right) <= 1e-3 * max(1.0, abs(found.left), abs(found.right)):
        return ""
    return f"; the slopes to the left ({found.left:.6g}) and to the right ({found.right:.6g}) differ: is this a kink?"


def first_wrong_partial(f: Callable[[Sequence[Any]], Any], numbers: Sequence[float]) -> str:
    """A clause naming the first primitive in f's graph whose partial disagrees with nudging its operand; or ''."""
    variables = [Value(x) for x in numbers]
    for node in topological_order(f(variables)):
        row, operands = node.primitive, operands_of(node)
        if row is None or has_user_backward(node):
            continue
        floats = [o.data if isinstance(o, Value) else o for o in operands]
        with ieee_arithmetic():
            partials = row.partials(node.data, *floats)
            for n, operand in enumerate(operands):
                if not isinstance(operand, Value):
                    continue
                expected = central_difference(partial(_nudged, partial(evaluate, row), floats, n), floats[n])
                if not _agree(partials[n], expected):
                    return (
                        f"; the first wrong partial is that of {row.name} with respect to operand {n + 1} at "
                        f"{floats}: its row gives {partials[n]!r}, nudging gives {expected.slope!r}"
                    )
    return ""
