"""How is a data set checked, whether it is a list of samples or an array?

A list of samples stays a list, and an array stays an array: a memmap of a billion numbers is read in pieces, and never
becomes Python objects. Arrays are those of NumPy, and whatever NumPy can read as one: a DataFrame, a tensor. Read
before: ``checks``. Read after: ``metrics``, ``data``.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any, cast

from autograd import Value

from .checks import NOT_SEQUENCES, as_list, is_number, plain_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PIECE = 1_000_000
"""How many numbers of an array are looked at in one piece."""

MAX_DEPTH = 16
"""How deeply the lists of a sample may be nested."""


def samples(X: Any, name: str = "X") -> Any:
    """A data set of finite numbers, with samples of one shape: a list of lists (or of numbers), or an array.

    A list is copied; an array is not. Raises ``ValueError`` for an empty or ragged data set and for nan, ``TypeError``
    for strings and other objects; each names the entry, such as ``X[3][1]``.

    >>> samples(((1, 2), (3, 4.5)))
    [[1, 2], [3, 4.5]]
    """
    array = array_of(X, name)
    if array is not None:
        return _checked_array(array, name)
    rows = as_list(X, name)
    if not rows:
        raise ValueError(f"{name} is empty: it needs at least one sample")
    checked: list[Any] = []
    first: tuple[int, ...] = ()
    for i, row in enumerate(rows):
        data, shape = _checked(row, f"{name}[{i}]")
        if not i:
            first = shape
        elif shape != first:
            raise ValueError(_ragged(f"{name}[{i}]", shape, f"{name}[0]", first, "sample"))
        checked.append(data)
    return checked


def array_of(values: Any, name: str = "X") -> Any:
    """The NumPy array behind an array, DataFrame or tensor of real numbers; ``None`` for anything else.

    >>> array_of([1.0, 2.0]) is None
    True
    """
    is_array = hasattr(values, "__array__") or hasattr(values, "to_numpy")
    if isinstance(values, (list, tuple, str, bytes, Value)) or not is_array:
        return None
    import numpy as np

    if hasattr(values, "detach"):  # a tensor of PyTorch that records its gradient
        values = values.detach()
    array = np.asarray(values.to_numpy() if hasattr(values, "to_numpy") else values)
    if array.dtype.kind not in "biuf" or not array.ndim:
        return None
    if array.dtype.kind == "b":
        return array.view(np.uint8)
    return array.astype(np.float64) if array.dtype.itemsize > 8 else array


def _checked_array(array: Any, name: str) -> Any:
    """The array, if it has samples and all its numbers are finite."""
    import numpy as np

    if not len(array):
        raise ValueError(f"{name} is empty: it needs at least one sample")
    if not array.size:
        raise ValueError(f"{name}[0] is empty: a sample needs at least one number")
    for start, part in pieces(array) if array.dtype.kind == "f" else ():
        finite = np.isfinite(part)
        if not finite.all():
            place = tuple(np.argwhere(~finite)[0].tolist())
            entry = "".join(f"[{i}]" for i in (start + place[0], *place[1:]))
            plain_number(part[place].item(), f"{name}{entry}")
    return array


def pieces(data: Any) -> Iterator[tuple[int, Any]]:
    """Parts of a list or an array of about ``PIECE`` numbers, with the number of the first sample of each."""
    step = len(data) if isinstance(data, list) else max(1, PIECE * len(data) // data.size)
    for start in range(0, len(data), step):
        yield start, data[start : start + step]


def _checked(item: Any, name: str, depth: int = 0) -> tuple[Any, tuple[int, ...]]:
    """A sample, or a part of one, as a number or nested lists of finite numbers; and its shape."""
    within = depth > 0 and (isinstance(item, NOT_SEQUENCES) or not hasattr(item, "__iter__"))
    if not isinstance(item, list) and (is_number(item) or isinstance(item, Value) or within):
        return plain_number(item, name), ()
    items = as_list(item, name, "a number or a list of numbers (write classes as 0, 1, 2, ...)")
    if set(map(type, items)) == {float} and all(map(isfinite, items)):  # the same, in less time
        return list(items), (len(items),)
    if not items:
        raise ValueError(f"{name} is empty: a sample needs at least one number")
    if depth == MAX_DEPTH:
        raise ValueError(f"{name} has more than {MAX_DEPTH} levels of lists: a sample is a list of numbers")
    parts = [_checked(part, f"{name}[{j}]", depth + 1) for j, part in enumerate(items)]
    first = parts[0][1]
    for j, (_, shape) in enumerate(parts):
        if shape != first:
            raise ValueError(_ragged(f"{name}[{j}]", shape, f"{name}[0]", first, "part of a sample"))
    return [data for data, _ in parts], (len(parts), *first)


def _ragged(name: str, shape: tuple[int, ...], first_name: str, first: tuple[int, ...], what: str) -> str:
    flat = len(shape) <= 1 and len(first) <= 1
    cure = "" if flat else "; pad the shorter ones, or give nn.fit batches, in each of which the shapes are the same"
    mine, other = (_features(s) if flat else f"shape {s}" for s in (shape, first))
    number = "number" if flat else "shape"
    return f"{name} has {mine} but {first_name} has {other}: every {what} needs the same {number}{cure}"


def _features(shape: tuple[int, ...]) -> str:
    return "no brackets" if not shape else f"{shape[0]} number{'s' * (shape[0] != 1)}"


def samples_and_targets(X: Any, y: Any, x_name: str = "X", y_name: str = "y") -> tuple[Any, Any]:
    """A data set and its targets, checked, with one target for each sample.

    Raises ``ValueError`` if they are tables with different row labels, which their positions would pair wrongly.

    >>> samples_and_targets([[1, 2], [3, 4]], (0, 1))
    ([[1, 2], [3, 4]], [0, 1])
    """
    check_labels(X, y, x_name, y_name)
    inputs, targets = samples(X, x_name), samples(y, y_name)
    if len(inputs) != len(targets):
        raise ValueError(
            f"{x_name} has {len(inputs)} samples but {y_name} has {len(targets)} targets: they must pair up"
        )
    return inputs, targets


def check_labels(X: Any, y: Any, x_name: str, y_name: str) -> None:
    """Raise ``ValueError`` if both are pandas tables and their row labels differ."""
    mine, other = (getattr(table, "index", None) for table in (X, y))
    if hasattr(mine, "equals") and hasattr(other, "equals") and not cast("Any", mine).equals(other):
        raise ValueError(
            f"{x_name} and {y_name} have different row labels: {y_name}.loc[{x_name}.index] pairs them by label, "
            f"{y_name}.to_numpy() by position"
        )


def at(data: Any, i: int) -> Any:
    """Sample or target ``i`` as a number or (nested) list, of a list or an array.

    >>> at([[1.0], [2.0]], 1)
    [2.0]
    """
    return data[i] if isinstance(data, list) else data[i].tolist()


def chosen(data: Any, indices: Sequence[int]) -> Any:
    """The samples with these numbers: a list of a list, an array of an array.

    >>> chosen([5, 6, 7], [2, 0])
    [7, 5]
    """
    return [data[i] for i in indices] if isinstance(data, list) else data[indices]


def each(data: Any) -> Iterator[Any]:
    """Every sample as a number or (nested) list; of an array, only one piece is a list at any time."""
    for _, part in pieces(data):
        yield from part if isinstance(part, list) else part.tolist()


def shape_of(data: Any) -> tuple[int, ...]:
    """The shape of each sample of a checked data set.

    >>> shape_of([[1.0, 2.0]]), shape_of([3])
    ((2,), ())
    """
    if not isinstance(data, list):
        return tuple(data.shape[1:])
    shape, item = [], data[0]
    while isinstance(item, list):
        shape.append(len(item))
        item = item[0]
    return tuple(shape)
