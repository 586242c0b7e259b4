"""How is data prepared for training: split, standardized, one-hot encoded, and cut into batches?

Lists in, lists out; arrays in, arrays out. Read before: ``samples``. Read after: ``training``.
"""

from __future__ import annotations

import math
from random import Random
from struct import unpack
from typing import TYPE_CHECKING, Any

from nn.checks import MAX_COUNT, as_list, is_scalar, random_source, real_number, shown, whole_number
from nn.names import explains_keywords
from nn.samples import chosen, pieces, samples, samples_and_targets, shape_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator


@explains_keywords
def train_test_split(
    X: Any, y: Any, test_size: float = 0.25, seed: Any = None, *, stratify: Any = None
) -> tuple[Any, Any, Any, Any]:
    """Shuffle, then hold back ``test_size``: X_train, X_test, y_train, y_test, in scikit-learn's order.

    ``test_size``: a share between 0 and 1, whose number of samples is rounded up as in scikit-learn, or a whole number
    of samples. ``stratify``: one class per sample, usually ``y``; each class has the same share in both parts.
    Raises ``ValueError`` if either part would be empty, or without a sample of some class.

    >>> X_train, X_test, y_train, y_test = train_test_split([[1], [2], [3], [4]], [1, 2, 3, 4], seed=0)
    >>> len(X_train), len(X_test), X_test[0][0] == y_test[0]
    (3, 1, True)
    """
    X, y = samples_and_targets(X, y)
    train, test = split_indices(len(X), test_size, random_source(seed), stratify)
    return chosen(X, train), chosen(X, test), chosen(y, train), chosen(y, test)


def split_indices(
    count: int, test_size: Any, source: random.Random, stratify: Any = None
) -> tuple[list[int], list[int]]:
    """The indices of both parts, shuffled; arguments as for ``train_test_split``."""
    held_back = _held_back(count, test_size)
    order = list(range(count))
    source.shuffle(order)
    if stratify is None:
        return order[held_back:], order[:held_back]
    return _stratified(order, _classes(stratify, count), held_back, source)


def _held_back(count: int, test_size: Any) -> int:
    """How many of ``count`` samples are the test set."""
    if hasattr(type(test_size), "__index__") and not isinstance(test_size, bool):
        return whole_number(test_size, "test_size", 1, count - 1)
    share = real_number(test_size, "test_size", 0, 1, above=True, below=True)
    held_back = math.ceil(count * share)
    if not 0 < held_back < count:
        raise ValueError(f"test_size {share} of {count} samples leaves one part empty: use more samples")
    return held_back


def _classes(stratify: Any, count: int) -> list[Any]:
    classes = as_list(stratify, "stratify", "one class per sample, such as y")
    if len(classes) != count:
        raise ValueError(f"stratify has {len(classes)} entries but X has {count} samples: give one class per sample")
    return [tuple(label) if isinstance(label, list) else label for label in classes]


def _stratified(
    order: list[int], classes: list[Any], held_back: int, source: random.Random
) -> tuple[list[int], list[int]]:
    """Shuffled indices of both parts, in which each class has its share up to one sample (the largest remainders)."""
    members: dict[Any, list[int]] = {}
    for i in order:
        members.setdefault(classes[i], []).append(i)
    lone = next((label for label, found in members.items() if len(found) < 2), None)
    if lone is not None:
        raise ValueError(f"stratify has class {shown(lone)} only once: each part needs a sample of every class")
    if not len(members) <= held_back <= len(order) - len(members):
        raise ValueError(
            f"stratify has {len(members)} classes, but the parts have {len(order) - held_back} and {held_back} "
            "samples: each needs at least one per class"
        )
    kept = len(order) - held_back
    sizes = {label: kept * len(found) // len(order) for label, found in members.items()}
    ranked = sorted(members, key=lambda label: -(kept * len(members[label]) % len(order)))  # ties in shuffled order
    for label in ranked[: kept - sum(sizes.values())]:
        sizes[label] += 1
    train = [i for label, found in members.items() for i in found[: sizes[label]]]
    test = [i for label, found in members.items() for i in found[sizes[label] :]]
    source.shuffle(train)
    source.shuffle(test)
    return train, test


def standardize(X: Any, *others: Any) -> Any:
    """Shift and scale each feature to mean 0 and standard deviation 1 over ``X``; transform ``others`` the same way.

    Pass the training set first and the held-back sets after it, so that they do not influence training. A constant
    feature becomes 0. A feature is one place in a sample of any shape. Returns one data set, or a tuple if there are
    others; lists for lists and arrays for arrays.

    >>> standardize([[1.0], [3.0]], [[5.0]])
    ([[-1.0], [1.0]], [[3.0]])
    """
    sets = [samples(X)] + [samples(other, f"others[{n}]") for n, other in enumerate(others)]
    shape = shape_of(sets[0])
    for n, rows in enumerate(sets):
        own = shape_of(rows)
        if not own:
            raise TypeError(
                f"{'X' if n == 0 else f'others[{n - 1}]'} must be a list of samples, each a list of numbers"
            )
        if own != shape:
            flat = len(own) == len(shape) == 1
            mine, first = (f"{s[0]} features" if flat else f"samples of shape {s}" for s in (own, shape))
            raise ValueError(f"others[{n - 1}] has {mine} but X has {first}: pass sets with samples of one shape")
    first = sets[0]
    if isinstance(first, list):
        columns = zip(*map(_flat, first), strict=True)
        scales = [_centre_and_deviation(column, j) for j, column in enumerate(columns)]
    else:
        scales = _scales_of_array(first)
    scaled = [_scaled(rows, scales) for rows in sets]
    return tuple(scaled) if others else scaled[0]


def _scaled(rows: Any, scales: list[tuple[float, float]]) -> Any:
    if isinstance(rows, list):
        scaled = [[(item - m) / d for item, (m, d) in zip(_flat(row), scales, strict=True)] for row in rows]
        shape = shape_of(rows)
        return scaled if len(shape) == 1 else [_nested(iter(row), shape) for row in scaled]
    import numpy as np

    centres, deviations = (np.array(column).reshape(rows.shape[1:]) for column in zip(*scales, strict=True))
    result = np.empty(rows.shape)
    for start, part in pieces(rows):
        result[start : start + len(part)] = (part - centres) / deviations
    return result


def _scales_of_array(rows: Any) -> list[tuple[float, float]]:
    """The mean and the standard deviation of each feature; the array is read three times, in pieces."""
    import numpy as np

    low = np.min([part.min(axis=0) for _, part in pieces(rows)], axis=0).astype(float)
    high = np.max([part.max(axis=0) for _, part in pieces(rows)], axis=0).astype(float)
    with np.errstate(over="ignore", invalid="ignore"):
        centre = np.sum([part.sum(axis=0, dtype=float) for _, part in pieces(rows)], axis=0) / len(rows)
        reach = np.maximum(high - centre, centre - low)
    wild = ~(reach < 2.0**1023)
    if wild.any():
        feature = int(np.flatnonzero(wild)[0])
        raise _too_large(feature, max(abs(low.flat[feature]), abs(high.flat[feature])))
    unit = 2.0 ** np.frexp(reach)[1]
    squares = [(((part - centre) / unit) ** 2).sum(axis=0) for _, part in pieces(rows)]
    deviation = np.sqrt(np.sum(squares, axis=0) / len(rows)) * unit
    constant = low == high
    centre, deviation = np.where(constant, low, centre), np.where(constant, 1.0, deviation)
    return list(zip(centre.ravel().tolist(), deviation.ravel().tolist(), strict=True))


def _centre_and_deviation(column: tuple[float, ...], feature: int) -> tuple[float, float]:
    """The mean and the standard deviation; for equal numbers exactly that number, and 1."""
    if min(column) == max(column):  # rounding could change the mean, and make the deviation nonzero
        return column[0], 1.0
    try:
        centre = math.fsum(column) / len(column)
        unit = (
            2.0 ** math.frexp(max(abs(item - centre) for item in column))[1]
        )  # the squares neither over- nor underflow
        deviation = math.sqrt(math.fsum(((item - centre) / unit) ** 2 for item in column) / len(column)) * unit
    except OverflowError:
        raise _too_large(feature, max(map(abs, column))) from None
    return centre, deviation


def _too_large(feature: int, largest: float) -> ValueError:
    return ValueError(f"feature {feature} of X has numbers of up to {largest:.4g}: divide it by a power of 10 first")


def _flat(row: list[Any]) -> list[Any]:
    return [item for part in row for item in _flat(part)] if isinstance(row[0], list) else row


def _nested(numbers: Iterator[Any], shape: tuple[int, ...]) -> Any:
    return [_nested(numbers, shape[1:]) for _ in range(shape[0])] if shape else next(numbers)


@explains_keywords
def one_hot(y: Any, classes: int | None = None) -> Any:
    """Each class index as a list of zeros with a 1 at that index; an array of one row per index for an array.

    >>> one_hot([0, 2])
    [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    """
    given = samples(y, "y")
    labels = given if isinstance(given, list) else given.tolist()
    for position, label in enumerate(labels):
        if not is_scalar(label) or label != int(label) or label < 0:
            raise ValueError(f"y[{position}] must be a class index 0, 1, ..., got {shown(label)}")
    most = int(max(labels))
    classes = most + 1 if classes is None else whole_number(classes, "classes", 1, MAX_COUNT)
    if most >= classes:
        raise ValueError(f"y has class {most}, but classes={classes} allows 0 .. {classes - 1}")
    if isinstance(given, list):
        return [[float(label == j) for j in range(classes)] for label in labels]
    import numpy as np

    return (given[:, None] == np.arange(classes)).astype(float)


@explains_keywords
def batches(X: Any, y: Any, batch_size: int, shuffle: bool = True, seed: Any = None) -> Iterator[tuple[Any, Any]]:
    """Pairs of ``batch_size`` samples and their targets, in random order; the last pair may be smaller.

    >>> [targets for _, targets in batches([[1], [2], [3]], [1, 2, 3], 2, shuffle=False)]
    [[1, 2], [3]]
    """
    X, y = samples_and_targets(X, y)
    size = whole_number(batch_size, "batch_size")
    groups = batch_indices(len(X), size, random_source(seed) if shuffle else None)
    return ((chosen(X, group), chosen(y, group)) for group in groups)


def shuffle(items: list[Any], source: random.Random) -> None:
    """What ``source.shuffle(items)`` does, in half the time: to the same order, and to the same state of the source.

    CPython's ``shuffle`` draws numbers of as many bits as the number of items that are left has, until one is small
    enough; each is the top of one word of 32 bits. Here the words are drawn together: as many as are certainly needed.

    >>> from random import Random
    >>> order = [0, 1, 2, 3]
    >>> shuffle(order, Random(0))
    >>> order
    [2, 0, 1, 3]
    """
    left = len(items)
    if type(source) is not Random or left >> 32:  # its numbers may come from elsewhere
        source.shuffle(items)
        return
    while left > 1:
        words = source.getrandbits(32 * (left - 1)).to_bytes(4 * (left - 1), "little")
        shift, power = 32 - left.bit_length(), 1 << left.bit_length() - 1
        for word in unpack(f"<{left - 1}I", words):
            drawn = word >> shift
            if drawn < left:
                left -= 1
                items[left], items[drawn] = items[drawn], items[left]
                if left < power:
                    power, shift = power >> 1, shift + 1


def batch_indices(count: int, size: int, source: random.Random | None) -> list[list[int]]:
    """The numbers 0 .. count - 1 in groups of ``size``, shuffled if there is a source of random numbers.

    >>> batch_indices(5, 2, None)
    [[0, 1], [2, 3], [4]]
    """
    order = list(range(count))
    if source is not None:
        shuffle(order, source)
    return [order[start : start + size] for start in range(0, count, size)]
