"""What do NumPy's functions give for a `Value`?  The row of the same name, so that the graph is kept.

Read `value` first.  NumPy calls `of_values` where one of the operands of a ufunc, as in `np.hypot(2.0, v)`, is a
`Value`.  Arrays of Values do not need it: there NumPy calls the operators and methods of each element.
"""

from __future__ import annotations

from typing import Any

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
