"""What does an output say, and what does a target mean: which class, or which amount?

Outputs and targets are lists, or arrays. Read before: ``samples``. Read after: ``of_classes``, ``of_amounts``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from autograd import Value
from nn.checks import shown
from nn.samples import samples_and_targets

if TYPE_CHECKING:
    from collections.abc import Callable


def plain(output: Any, number: Callable[[Any], Any] | None = None) -> Any:
    """The numbers in a model's output: a float for one Value, a list for several; lists in lists, such as maps, stay.

    ``number`` converts an item that is not a list, by default to a float. Raises ``TypeError`` for the pair that an
    RNN, LSTM or GRU gives.

    >>> plain([Value(1.0), 2.0]), plain([[Value(1.0)], [Value(2.0)]])
    ([1.0, 2.0], [[1.0], [2.0]])
    """
    if hasattr(type(output), "not_a_list"):
        raise TypeError(f"the model's output must be a number or a list of numbers; got {output.not_a_list}")
    if isinstance(output, (list, tuple)):
        return [plain(item, number) for item in output]
    return number_of(output) if number is None else number(output)


def number_of(item: Any) -> float:
    """The number in a Value or a plain number.

    >>> number_of(Value(2.0))
    2.0
    """
    return item.data if isinstance(item, Value) else float(item)


_NO_CLASS = "an output of lists, such as maps, has no class: end the model with nn.Flatten() and an nn.Layer"


def decided(output: Any, threshold: float = 0.0) -> int:
    """The class of an output: the index of the largest, or for a single output 1 above ``threshold``, else 0.

    Raises ``TypeError`` for an output of lists, such as maps.

    >>> decided([0.1, 2.0, -1.0]), decided(0.3), decided(0.3, threshold=0.5)
    (1, 1, 0)
    """
    if isinstance(output, list):
        if output and isinstance(output[0], list):
            raise TypeError(_NO_CLASS)
        return max(range(len(output)), key=output.__getitem__)
    return int(output > threshold)


def threshold_of(output: Any) -> float:
    """The threshold between class 0 and class 1: 0.5 if a sigmoid computed the output, else 0.

    >>> threshold_of(Value(2.0).sigmoid()), threshold_of(Value(2.0).tanh()), threshold_of(0.3)
    (0.5, 0.0, 0.0)
    """
    primitive = output.primitive if isinstance(output, Value) else None
    return 0.5 if primitive is not None and primitive.name == "sigmoid" else 0.0


def decided_all(outputs: Any, threshold: float = 0.0) -> list[int]:
    """``decided`` for each of the outputs, which are a list or an array."""
    if isinstance(outputs, list):
        return [decided(output, threshold) for output in outputs]
    if outputs.ndim > 2:
        raise TypeError(_NO_CLASS)
    classes: list[int] = (outputs.argmax(axis=1) if outputs.ndim > 1 else (outputs > threshold).astype(int)).tolist()
    return classes


def true_class(target: Any, single: bool) -> int:
    """The class of a target: an index, probabilities of the classes, or -1/+1 or 0/1 for a single output."""
    if isinstance(target, list):
        return max(range(len(target)), key=target.__getitem__)
    return int(target > 0) if single else int(target)


def true_classes(targets: Any, single: bool) -> list[int]:
    """``true_class`` of each of the targets, which are a list or an array."""
    if isinstance(targets, list):
        return [true_class(target, single) for target in targets]
    classes: list[int] = (targets.argmax(axis=1) if targets.ndim > 1 else targets > 0 if single else targets).tolist()
    return list(map(int, classes))


def width_of(outputs: Any) -> int:
    """The number of outputs per sample; 0 if each is a single number.

    >>> width_of([[0.1, 0.2]]), width_of([0.5])
    (2, 0)
    """
    if isinstance(outputs, list):
        return len(outputs[0]) if isinstance(outputs[0], list) else 0
    return int(outputs.shape[1]) if outputs.ndim > 1 else 0


def are_classes(outputs: Any, targets: Any) -> bool:
    """Are the targets classes (so that accuracy makes sense), not amounts?

    >>> are_classes([0.2, 0.7], [0, 1]), are_classes([0.2, 0.7], [0.5, 7.0])
    (True, False)
    """
    return bool(class_codes(targets, width_of(outputs)))


CODES: tuple[frozenset[float], ...] = (frozenset({0, 1}), frozenset({-1, 1}))
"""How the two classes of a single output may be written."""


def class_codes(targets: Any, width: int) -> set[Any]:
    """The ways to read the targets as classes, for ``width`` outputs (0: a single one); empty if they are amounts.

    >>> class_codes([0, 1], 0) == {CODES[0]}, class_codes([1, 1], 0) == set(CODES), class_codes([0, 2], 2)
    (True, True, set())
    """
    array = not isinstance(targets, list)
    if targets.ndim > 1 if array else isinstance(targets[0], list):
        return {"shares"} if width > 1 and _are_shares(targets, width) else set()
    if not width:
        found = set(targets) if not array else set(different_numbers(targets))
        return {code for code in CODES if found <= code}
    if array:
        fits = targets.dtype.kind in "iu" or bool((targets == targets.round()).all())
        return {"indices"} if fits and targets.min() >= 0 and targets.max() < width else set()
    return {"indices"} if all(float(t).is_integer() and 0 <= t < width for t in targets) else set()


def different_numbers(targets: Any) -> list[float]:
    """The different numbers of an array; only those of its beginning if these are more than two."""
    import numpy as np

    few, _ = np.unique(targets[:1000], return_counts=True)  # without the counts NumPy imports numpy.ma
    values: list[float] = (few if len(few) > 2 else np.unique(targets, return_counts=True)[0]).tolist()
    return values


def _are_shares(targets: Any, width: int) -> bool:
    """Is each target a list of ``width`` probabilities that add up to 1?"""
    if isinstance(targets, list):
        return all(len(target) == width and is_distribution(target) for target in targets)
    inside = targets.shape[1] == width and targets.min() >= 0 and targets.max() <= 1
    return bool(inside and (abs(targets.sum(axis=1) - 1) < 1e-6).all())


def is_distribution(target: list[float]) -> bool:
    """Are these probabilities that add up to 1?"""
    return all(0 <= share <= 1 for share in target) and abs(sum(target) - 1) < 1e-6


def plain_pairs(outputs: Any, targets: Any) -> tuple[Any, Any]:
    """Outputs without their graphs, and the targets, both checked."""
    if callable(outputs):
        cure = "give nn.predict(model, X), or call nn.evaluate(model, X, y)"
        raise TypeError(f"outputs must be numbers that a model gave, got {shown(outputs)}: {cure}")
    return samples_and_targets(_without_graph(outputs), targets, "outputs", "targets")


def _without_graph(outputs: Any) -> Any:
    """The outputs with each Value replaced by its number."""
    if isinstance(outputs, list):
        return outputs if set(map(type, outputs)) == {float} else [_without_graph(output) for output in outputs]
    return outputs.data if isinstance(outputs, Value) else outputs


def mean_of(numbers: list[float]) -> float:
    """The mean, from an exact sum."""
    return math.fsum(numbers) / len(numbers)
