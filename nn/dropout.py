"""How does a network become robust by dropping some of its inputs at random?

Read before: ``layers``. Read after: ``embedding``.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from autograd import Value, depends_on, drawn

from .checks import as_list, is_scalar, random_source, real_number, shown
from .module import Module
from .names.settings import Check, Settings


class Dropout(Settings, Module):
    """While training, set each input to 0 with probability ``rate`` and divide the others by 1 - ``rate``.

    The division keeps the expected size of the signal, so that after ``model.eval()`` the inputs are returned unchanged
    (Srivastava et al. 2014). ``rate`` is at least 0 and less than 1; ``seed=None`` draws from ``random``.

    >>> dropout = Dropout(0.5, seed=0)
    >>> dropout([1.0, 1.0, 1.0, 1.0])
    [0.0, 0.0, 2.0, 2.0]
    >>> dropout.eval()([1.0, 1.0])
    [1.0, 1.0]
    """

    _checks: ClassVar[dict[str, Check]] = {
        "rate": partial(real_number, low=0, high=1, below=True),
        "random": lambda source, name: None if source is None else random_source(source),
    }
    keeps_size = True

    def __init__(self, rate: float = 0.5, seed: Any = None) -> None:
        self.rate = rate
        self.random = None if seed is None else random_source(seed)

    def __call__(self, inputs: Any) -> Any:
        """The inputs, some of them dropped: a list for a list, one Value for one Value."""
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
    """The item divided by ``keep``, or 0; in a compiled program the mask is a Value, drawn at each call."""
    if isinstance(mask, Value):
        return item / keep * mask
    return item / keep if mask else 0.0
