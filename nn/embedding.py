"""How does a whole number become a vector that can be learned?

Read before: ``layers``. Read after: ``losses``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from autograd import Value, is_index, take

from .checks import as_list, check_parameters, is_number, random_source, shown, whole_number
from .module import Module
from .names.settings import Check, Settings, some_values


def _table(vectors: Any, name: str) -> Any:
    """Vectors of Values, all of one size."""
    rows = as_list(vectors, name, "a list of lists of Values")
    sizes = {len(some_values(row, f"{name}[{n}]")) for n, row in enumerate(rows)}
    if len(sizes) != 1:
        raise ValueError(f"{name} must be at least one list of Values, all of one size; got sizes {sorted(sizes)}")
    return rows


class Embedding(Settings, Module):
    """A table of ``count`` learned vectors of ``size`` numbers; the output for several indices is one list.

    The vectors are initialized from a normal distribution, as in PyTorch. Raises ``IndexError`` for an index outside
    ``0 .. count - 1`` and ``TypeError`` for anything that is not a whole number.

    >>> table = Embedding(10, 3)
    >>> len(table(4)), len(table([4, 7]))
    (3, 6)
    """

    _checks: ClassVar[dict[str, Check]] = {"vectors": _table}

    def __init__(self, count: int, size: int, *, seed: Any = None) -> None:
        count, size = whole_number(count, "count"), whole_number(size, "size")
        check_parameters(count * size, f"Embedding(count={shown(count)}, size={shown(size)})")
        source = random_source(seed)
        self.vectors = [[Value(source.gauss(0.0, 1.0)) for _ in range(size)] for _ in range(count)]

    def __call__(self, indices: Any) -> list[Value]:
        """The vector of one index, or the concatenated vectors of a list of indices."""
        if is_number(indices):
            return self._vector(indices)
        return [value for index in as_list(indices, "indices") for value in self._vector(index)]

    def _vector(self, index: Any) -> list[Value]:
        if is_index(index):  # in a compiled program, whose code serves every index
            return [take(column, index) for column in zip(*self.vectors, strict=True)]
        return list(self.vectors[self._checked(index)])

    def _checked(self, index: Any) -> int:
        if isinstance(index, (bool, Value)) or not is_number(index) or index % 1 != 0:
            raise TypeError(f"an index must be a whole number, got {shown(index)}")
        if not 0 <= index < len(self.vectors):
            raise IndexError(
                f"index {int(index)} is outside 0 .. {len(self.vectors) - 1}, the vectors of this Embedding"
            )
        return int(index)

    def __repr__(self) -> str:
        return f"Embedding({len(self.vectors)}, {len(self.vectors[0])})"
