"""How does training read data that does not fit in memory?  In batches that something else provides.

A stream is anything that can be iterated again and again, and gives pairs ``(X_batch, y_batch)`` or triples with a
weight for each sample: a list, a class with ``__iter__``, a DataLoader of PyTorch, a data set of TensorFlow. Every
batch is checked before it is used. Read before: ``samples``, ``weights``. Read after: ``training``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from nn.checks import NOT_SEQUENCES, is_number, shown
from nn.samples import array_of, chosen, samples_and_targets, shape_of

from .weights import sample_weights

if TYPE_CHECKING:
    from collections.abc import Callable

_PAIRS = "pairs (X_batch, y_batch), or triples with a weight for each sample"


class Batch(NamedTuple):
    """Checked samples, targets and weights (or ``None``)."""

    X: Any
    y: Any
    weights: Any


class Stream:
    """Batches of a data set; see the module. Raises ``TypeError`` for a data set without targets, or no batches."""

    def __init__(self, source: Any, sample_weight: Any = None, class_weight: Any = None) -> None:
        if array_of(source) is not None or isinstance(source, NOT_SEQUENCES) or not hasattr(source, "__iter__"):
            raise TypeError(
                f"y is missing: give the targets of X, or batches in place of X: {_PAIRS}; X is {shown(source)}"
            )
        if sample_weight is not None:
            raise ValueError("sample_weight is for a data set in memory: let each batch be (X_batch, y_batch, weights)")
        if isinstance(class_weight, str) and class_weight == "balanced":
            raise ValueError(
                'class_weight="balanced" needs all targets before training: give a number per class, {0: 1.0, 1: 5.0}'
            )
        self.source, self.class_weight = source, class_weight
        self.shapes: tuple[Any, Any, bool] | None = None
        """The shapes of a sample and of a target and whether there are weights, from the first batch."""
        self._opened: Iterator[Any] | None = None

    @property
    def once(self) -> bool:
        """Can it be iterated only once, like a generator?"""
        return isinstance(self.source, Iterator)

    @property
    def length(self) -> int | None:
        """The number of batches, if the source knows it."""
        try:
            return len(self.source)
        except TypeError:
            return None

    def first(self, width: Callable[[Any], int]) -> Batch:
        """The first batch, which the next iteration gives again: nothing is read twice."""
        opened = iter(self.source)
        for item in opened:
            self._opened = chain([item], opened)
            return self._checked(0, item, width)
        raise ValueError("the batches are empty: there is no sample to train on")

    def reopen(self) -> None:
        """Begin again at the next iteration, for a source that draws from a generator that has been restored."""
        if not self.once:
            self._opened = None

    def batches(self, width: Callable[[Any], int]) -> Iterator[Batch]:
        """Each batch of one pass, checked. ``width``: gives the model's number of outputs, 0 for a single one."""
        opened, self._opened = self._opened or iter(self.source), None
        empty = True
        for number, item in enumerate(opened):
            empty = False
            batch = self._checked(number, item, width)
            if batch.weights is None or all(batch.weights):
                yield batch
                continue
            counted = [i for i, weight in enumerate(batch.weights) if weight]
            if counted:
                yield Batch(*(chosen(part, counted) for part in batch))
        if empty:
            cure = ": it can be iterated only once" if self.once else ""
            raise ValueError(f"the batches are empty{cure}")

    def _checked(self, number: int, item: Any, width: Callable[[Any], int]) -> Batch:
        """The batch, or an error with its number, also for samples or targets of another shape than in the first."""
        place = f"batch {number}"
        if not isinstance(item, (tuple, list)) or len(item) not in (2, 3) or is_number(item[0]):
            raise TypeError(
                f"{place} must be one of {_PAIRS}, got {shown(item)}; y is None: pass it if X is a data set"
            )
        try:
            X, y = samples_and_targets(item[0], item[1])
            weights = item[2] if len(item) == 3 else None
            if weights is not None or self.class_weight is not None:
                weights = sample_weights(item[0], y, weights, self.class_weight, width(X), some=False)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{place}: {error}") from error
        shapes = shape_of(X), shape_of(y), weights is not None
        if self.shapes is not None and (shapes[1:] != self.shapes[1:] or not _alike(shapes[0], self.shapes[0])):
            raise ValueError(
                f"{place} has {_described(*shapes)}, the first batch {_described(*self.shapes)}: they must be the same"
            )
        self.shapes = shapes
        return Batch(X, y, weights)


def _alike(sample: tuple[int, ...], first: tuple[int, ...]) -> bool:
    """Can one model take both?  Sequences and images may have other sizes in each batch, lists of features may not."""
    return sample == first or len(sample) == len(first) > 1


def _described(sample: tuple[int, ...], target: tuple[int, ...], weighted: bool) -> str:
    return f"samples of shape {sample}, targets of shape {target} and {'' if weighted else 'no '}weights"


def given_validation(validation: Any) -> tuple[Any, Any] | None:
    """A pair of samples and targets, or of batches and ``None``; ``None`` for no validation data, or a share."""
    if validation is None or isinstance(validation, (int, float)):
        return None
    of_batches = isinstance(validation, list) and all(isinstance(item, tuple) for item in validation)
    if isinstance(validation, (tuple, list)) and not of_batches:
        if len(validation) != 2:
            raise ValueError(f"validation must be a pair (X, y), got {len(validation)} items")
        return samples_and_targets(validation[0], validation[1], "validation X", "validation y")
    is_data = array_of(validation) is not None or isinstance(validation, NOT_SEQUENCES)
    return (Stream(validation), None) if hasattr(validation, "__iter__") and not is_data else None
