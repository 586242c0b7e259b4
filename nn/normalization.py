"""Which layers help training besides neurons?

Dropout makes a network robust by removing parts of it at random, layer normalization keeps its signals at size 1, and
an embedding turns a whole number into a vector that is learnt. Read before: ``layers``. Read after: ``losses``.
"""

from __future__ import annotations

from typing import Any

from autograd import Value, depends_on, drawn, is_index, mean, sqrt, take

from .checks import (
    as_list,
    check_parameters,
    is_number,
    is_scalar,
    one_sample,
    random_source,
    real_number,
    shown,
    whole_number,
)
from .module import Module


class Dropout(Module):
    """While training, set each input to 0 with probability ``rate`` and divide the others by 1 - ``rate``.

    The division keeps the expected size of the signal, so that evaluation, after ``model.eval()``, passes everything
    on as it is (Srivastava et al. 2014). ``rate`` is at least 0 and less than 1; ``seed=None`` draws from ``random``.

    >>> dropout = Dropout(0.5, seed=0)
    >>> dropout([1.0, 1.0, 1.0, 1.0])
    [0.0, 0.0, 2.0, 2.0]
    >>> dropout.eval()([1.0, 1.0])
    [1.0, 1.0]
    """

    keeps_size = True

    def __init__(self, rate: float = 0.5, seed: Any = None) -> None:
        self.rate = real_number(rate, "rate", 0, 1, below=True)
        self.random = None if seed is None else random_source(seed)

    def __call__(self, inputs: Any) -> Any:
        """The inputs with some of them dropped: a list for a list, one Value for one Value."""
        single = is_scalar(inputs)
        row = [inputs] if single else list(as_list(inputs, "the input of Dropout"))
        for position, item in enumerate(row):
            if not is_scalar(item):
                raise TypeError(f"input[{position}] of Dropout must be a number or a Value, got {shown(item)}")
        rate = depends_on(lambda: self.rate)
        if self.training and rate:
            source, keep = random_source(self.random), 1.0 - rate
            masks = [drawn(lambda: float(source.random() < keep)) for _ in row]
            row = [_masked(item, mask, keep) for item, mask in zip(row, masks, strict=True)]
        return row[0] if single else row

    def __repr__(self) -> str:
        return f"Dropout({self.rate})"


def _masked(item: Any, mask: Any, keep: float) -> Any:
    """The item divided by ``keep``, or 0; in a compiled program the mask is a Value, drawn anew at each call."""
    if isinstance(mask, Value):
        return item / keep * mask
    return item / keep if mask else 0.0


class LayerNorm(Module):
    """Shift and scale one sample's ``size`` numbers to mean 0 and variance 1, then by a learnt scale and shift.

    ``epsilon`` is added to the variance, which may be 0 (Ba, Kiros, Hinton 2016; the variance divides by ``size``).

    >>> norm = LayerNorm(2, epsilon=0.0)
    >>> [round(value.data, 6) for value in norm([1.0, 3.0])]
    [-1.0, 1.0]
    """

    def __init__(self, size: int, epsilon: float = 1e-5) -> None:
        size = whole_number(size, "size")
        check_parameters(2 * size, f"LayerNorm(size={shown(size)})")
        self.epsilon = real_number(epsilon, "epsilon", 0)
        self.scale = [Value(1.0) for _ in range(size)]
        self.shift = [Value(0.0) for _ in range(size)]

    def __call__(self, inputs: Any) -> list[Any]:
        """The normalised sample, a list of ``size`` Values."""
        row = one_sample(inputs, len(self.scale), "LayerNorm")
        centre = mean(row)
        centred = [item - centre for item in row]
        deviation = sqrt(mean([item * item for item in centred]) + self.epsilon)
        return [
            item / deviation * scale + shift for item, scale, shift in zip(centred, self.scale, self.shift, strict=True)
        ]

    @property
    def in_size(self) -> int:
        """The number of inputs."""
        return len(self.scale)

    @property
    def out_size(self) -> int:
        """The number of outputs, which is that of the inputs."""
        return len(self.scale)

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.scale)})"


class Embedding(Module):
    """A table of ``count`` learnt vectors of ``size`` numbers; an index picks one, a list of them several end to end.

    The vectors start as draws from a normal distribution, as in PyTorch. Raises ``IndexError`` for an index outside
    ``0 .. count - 1`` and ``TypeError`` for what is no whole number.

    >>> table = Embedding(10, 3)
    >>> len(table(4)), len(table([4, 7]))
    (3, 6)
    """

    def __init__(self, count: int, size: int, seed: Any = None) -> None:
        count, size = whole_number(count, "count"), whole_number(size, "size")
        check_parameters(count * size, f"Embedding(count={shown(count)}, size={shown(size)})")
        source = random_source(seed)
        self.vectors = [[Value(source.gauss(0.0, 1.0)) for _ in range(size)] for _ in range(count)]

    def __call__(self, indices: Any) -> list[Value]:
        """The vector of one index, or those of a list of indices as one list."""
        if is_number(indices):
            return self._vector(indices)
        return [value for index in as_list(indices, "indices") for value in self._vector(index)]

    def _vector(self, index: Any) -> list[Value]:
        if is_index(index):  # in a compiled program, which is for every index
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
