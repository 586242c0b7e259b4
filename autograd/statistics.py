"""Which further functions take many numbers?  `clip`, `prod`, `cumsum`, `norm`, `var`, `std`, `log_softmax`.

Read `vector_ops` first.  Except for `clip`, they need no rows: they are composed of other rows, and their derivatives
follow.  At a kink: `clip` has derivative 1 at its bounds; `norm` of zeros and `std` of equal numbers have gradient 0,
the shortest subgradient.
"""

from __future__ import annotations

import math
from functools import reduce
from itertools import accumulate
from operator import add, mul
from typing import TYPE_CHECKING, Any

from autograd import primitives as table
from autograd.arguments import real, shown
from autograd.foreign_names import explains_keywords
from autograd.value import Value
from autograd.vector_ops import cross_entropy, dot, mean, numbers_in

if TYPE_CHECKING:
    from collections.abc import Iterable


@explains_keywords
def clip(x: Any, low: Any, high: Any) -> Any:
    """x if it is between `low` and `high`, else the nearer of them; use `maximum` or `minimum` for one bound.

    The derivative is 1 from `low` to `high`, both included, and 0 outside.

    Raises ValueError if `low` is greater than `high`, TypeError if an argument is not a real number.

    >>> clip(3.0, 0.0, 1.0), clip(0.5, 0.0, 1.0)
    (1.0, 0.5)
    """
    bounds = [bound.data if isinstance(bound, Value) else bound for bound in (low, high)]
    if not any(hasattr(type(bound), "_apply_primitive") for bound in bounds):
        low_data, high_data = (real(b, f"clip: {name}") for b, name in zip(bounds, ("low", "high"), strict=True))
        if low_data > high_data:
            raise ValueError(f"clip: low must not be greater than high, got {shown(low)} and {shown(high)}; swap them")
    return table.clip(x, low, high)


@explains_keywords
def prod(xs: Iterable[Any]) -> Any:
    """The product of numbers or Values, from left to right; 1.0 if there are none.

    Raises TypeError if an element is not a real number.

    >>> x = Value(0.0)
    >>> prod([x, 2.0, 3.0]).backward(); x.grad
    6.0
    """
    return reduce(mul, numbers_in(xs, "prod: xs"), 1.0)


@explains_keywords
def cumsum(xs: Iterable[Any]) -> list[Any]:
    """The running sums of numbers or Values.

    Raises TypeError if an element is not a real number.

    >>> cumsum([1.0, 2.0, 4.0])
    [1.0, 3.0, 7.0]
    """
    return list(accumulate(numbers_in(xs, "cumsum: xs"), add))


@explains_keywords
def norm(xs: Iterable[Any]) -> Any:
    """The length of a vector, the root of the sum of squares, without overflow; its gradient at zero is zero.

    Raises ValueError if `xs` is empty, TypeError if an element is not a real number.

    >>> norm([3e200, 4e200])
    5e+200
    """
    first, *rest = numbers_in(xs, "norm: xs", least=1)
    return reduce(table.hypot, rest, table.absolute(first))


@explains_keywords
def var(xs: Iterable[Any], correction: int = 0) -> Any:
    """The mean squared distance from the mean; `correction=1` divides by n - 1 instead of n.

    NumPy's default is 0 too; PyTorch's, and that of Python's `statistics.variance`, is 1.

    Raises ValueError if `xs` has at most `correction` numbers, TypeError if an element is not a real number.

    >>> var([1.0, 2.0, 6.0]), var([1.0, 2.0, 6.0], correction=1)
    (4.666666666666667, 7.0)
    """
    distances, count = _distances(xs, correction, "var")
    return dot(distances, distances) / count


@explains_keywords
def std(xs: Iterable[Any], correction: int = 0) -> Any:
    """The root of `var`; its gradient at equal numbers is zero.

    Raises ValueError if `xs` has at most `correction` numbers, TypeError if an element is not a real number.

    >>> std([1.0, 3.0])
    1.0
    """
    distances, count = _distances(xs, correction, "std")
    return norm(distances) / math.sqrt(count)


@explains_keywords
def log_softmax(xs: Iterable[Any]) -> list[Any]:
    """The logarithms of the probabilities of `softmax`, accurate even if those round to 0 or 1.

    Raises ValueError if `xs` is empty, TypeError if an element is not a real number.

    >>> log_softmax([1e4, 0.0])
    [-0.0, -10000.0]
    """
    listed = numbers_in(xs, "log_softmax: xs", least=1)
    return [-cross_entropy(listed, n) for n in range(len(listed))]


def _distances(xs: Iterable[Any], correction: int, name: str) -> tuple[list[Any], float]:
    if isinstance(correction, bool) or not isinstance(correction, int) or correction < 0:
        raise TypeError(f"{name}: correction must be 0 or 1, got {shown(correction)}")
    listed = numbers_in(xs, f"{name}: xs", least=correction + 1)
    middle = mean(listed)
    return [x - middle for x in listed], float(len(listed) - correction)
