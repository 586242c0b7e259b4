"""Which samples does each fold hold back?

Read before: ``samples``. Read after: ``one_fold``.
"""

from __future__ import annotations

import random
from typing import Any

from nn.checks import whole_number


def fold_indices(count: int, folds: Any, seed: int, classes: list[int] | None = None) -> list[list[int]]:
    """The indices that each fold holds back, in increasing order; every index in exactly one fold.

    The sizes differ by at most one. With ``classes``, one per sample, so do the numbers of samples of each class.
    Raises ``ValueError`` for fewer samples than folds.

    >>> [len(fold) for fold in fold_indices(5, 2, seed=0)]
    [3, 2]
    >>> [sorted(i % 2 for i in fold) for fold in fold_indices(4, 2, seed=0, classes=[0, 1, 0, 1])]
    [[0, 1], [0, 1]]
    """
    folds = whole_number(folds, "folds", 2)
    if folds > count:
        raise ValueError(f"folds={folds} needs at least as many samples, got {count}: use fewer folds")
    order = list(range(count))
    random.Random(seed).shuffle(order)
    if classes is not None:
        order.sort(key=classes.__getitem__)  # stable: shuffled within each class; dealt like cards, from the first on
    return [sorted(order[fold::folds]) for fold in range(folds)]


def fold_seeds(folds: int, seed: int) -> list[int]:
    """A seed for each fold: the same for the same ``seed``, in any process."""
    source = random.Random(seed)
    return [source.getrandbits(32) for _ in range(folds)]
