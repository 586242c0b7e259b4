"""What do NumPy's functions and `statistics.mean` give for a `Value`?  Another Value, so that the graph is kept.

Read `value` first.  NumPy calls `of_values` if an operand of a ufunc, as in `np.hypot(2.0, v)`, is a `Value`; the
result is that of the row of the same name.  For arrays of Values NumPy calls the operators and methods of each element.
"""

from __future__ import annotations

from typing import Any, NoReturn

from autograd.primitives import TABLE


def of_values(ufunc: Any, method: str, operands: tuple[Any, ...], settings: dict[str, Any]) -> Any:
    """The ufunc of numbers, arrays and Values; over an array, element by element.

    >>> import numpy as np
    >>> from autograd import Value
    >>> np.logaddexp(Value(0.0), 0.0).data              # log 2
    0.6931471805599453
    """
    import numpy as np

    row = TABLE.get(ufunc.__name__) if method == "__call__" and not settings else None
    if row is not None and not any(np.shape(operand) for operand in operands):
        return row(*operands)
    wrapped = [np.array(o, dtype=object) if hasattr(type(o), "_apply_primitive") else o for o in operands]
    if row is not None:
        return np.frompyfunc(row, len(operands), 1)(*wrapped)
    return getattr(ufunc, method)(*wrapped, **settings)


class SumOfValues:
    """A sum of Values and their number, as `statistics.mean` forms them: like nan, they have no integer ratio.

    Python's `statistics` ignores all other numbers then, and squares these for a variance; both are refused here.
    """

    def __init__(self, total: Any, count: int = 1) -> None:
        self.total, self.count = total, count

    def __add__(self, other: Any) -> SumOfValues:
        if not isinstance(other, SumOfValues):
            self._refuse(other)
        return SumOfValues(self.total + other.total, self.count + other.count)

    def __radd__(self, zero: int) -> SumOfValues:
        return self if type(zero) is int and zero == 0 else self._refuse(zero)

    def __truediv__(self, count: int) -> Any:
        return self.total / count if count == self.count else self._refuse(count)

    def is_finite(self) -> bool:
        """Whether the sum has an integer ratio."""
        return False

    def _refuse(self, _: Any) -> NoReturn:
        raise TypeError(
            "Python's statistics can take the mean of Values only; for Values and numbers write autograd.mean(xs), "
            "for a variance or standard deviation autograd.var(xs) or autograd.std(xs)"
        )

    __mul__ = __sub__ = __le__ = _refuse
