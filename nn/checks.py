"""How are arguments checked, and any sequence of numbers made a list that the library can trust?

A learner passes lists, tuples, NumPy rows or pandas rows, and sometimes a string, a ``None`` or a list that is one
number short. Every function that takes data calls the functions here, so that the errors are the same everywhere.
Read before: nothing. Read after: ``samples``, ``module``, ``layers``, ``losses``.
"""

from __future__ import annotations

import math
import operator
import random
from numbers import Complex, Real
from types import GeneratorType
from typing import TYPE_CHECKING, Any, cast

from autograd import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    Number = float | Value
    Row = list[Number]

NOT_SEQUENCES = (str, bytes, bytearray, dict, set, frozenset)


def shown(value: object) -> str:
    """A short ``repr`` for an error message.

    >>> shown("x" * 100)
    "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx..."
    """
    if isinstance(value, int) and value.bit_length() > 10_000:  # too long for Python to write out
        return f"a whole number of {value.bit_length()} bits"
    try:
        text = repr(value)
    except Exception as error:  # the error message must not fail because of a user's __repr__
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"
    return text if len(text) <= 60 else text[:37] + "..."


def is_number(item: object) -> bool:
    """Is this a plain real number (a NumPy scalar counts, a ``Value``, a string or a complex number does not)?

    >>> is_number(3), is_number("3"), is_number(3j)
    (True, False, False)
    """
    if type(item) is float or type(item) is int:
        return True
    if isinstance(item, (str, bytes, bytearray, Value)) or (isinstance(item, Complex) and not isinstance(item, Real)):
        return False
    if getattr(getattr(item, "dtype", None), "kind", "f") not in "biuf":  # NumPy's dates and texts
        return False
    return hasattr(type(item), "__float__") and getattr(item, "ndim", 0) == 0


def is_scalar(item: object) -> bool:
    """Is this one number or one ``Value``, not a sequence of them?"""
    return isinstance(item, Value) or is_number(item)


def as_list(values: Any, name: str, expected: str = "a sequence of numbers or Values, such as a list") -> list[Any]:
    """The items of any sequence as a list; a list is returned as it is, not copied.

    Raises ``TypeError`` for strings, dictionaries, numbers and ``None``, and for what says so in ``not_a_list``.

    >>> as_list((1, 2), "x")
    [1, 2]
    """
    if isinstance(values, list):
        return values
    if isinstance(values, GeneratorType) and values.gi_frame is None:
        raise ValueError(f"{name} is a generator that is already exhausted: make a list of it first, list(...)")
    given = values
    if hasattr(type(values), "not_a_list"):
        raise TypeError(f"{name} must be {expected}; got {values.not_a_list}")
    if not isinstance(values, NOT_SEQUENCES) and not isinstance(values, Value):
        if hasattr(values, "to_numpy"):  # pandas: DataFrame has no tolist
            values = values.to_numpy()
        if hasattr(values, "tolist"):  # NumPy, array.array: Python numbers, ten times faster to work with
            values = values.tolist()
        if isinstance(values, list):
            return values
        if hasattr(values, "__iter__"):
            return list(values)
    raise TypeError(f"{name} must be {expected}; got {shown(given)}")


def one_sample(values: Any, size: int, owner: str) -> Row:
    """One sample as a list of ``size`` numbers or Values, for the module called ``owner``.

    A bare number stands for a sample with one feature.
    Raises ``ValueError`` for a wrong length or for a batch, ``TypeError`` for anything that is not a sequence.

    >>> one_sample((1.0, 2.0), 2, "Neuron")
    [1.0, 2.0]
    >>> one_sample([1.0, 2.0], 3, "Neuron")
    Traceback (most recent call last):
    ValueError: Neuron expects 3 inputs, got 2
    """
    row = [values] if is_scalar(values) else as_list(values, f"the input of {owner}")
    if row and not is_scalar(row[0]) and hasattr(row[0], "__len__") and not isinstance(row[0], str):
        raise ValueError(
            f"{owner} takes one sample of {size} numbers, got a batch of {len(row)}, {shown(row)}: "
            "call it on each sample, [model(x) for x in X], or use nn.predict(model, X)"
        )
    if len(row) != size:
        lone = "; a sample is a list of its numbers, and a data set a list of samples" if is_scalar(values) else ""
        raise ValueError(f"{owner} expects {size} input{'s' * (size != 1)}, got {len(row)}{lone}")
    return row


def sequence_of(values: Any, size: int, name: str) -> list[Any]:
    """The elements of one sequence, (length) x ``size``, as a list; ``name`` is that of the argument.

    Raises ``ValueError`` for an empty sequence and for numbers in place of its elements, ``TypeError`` for anything
    else that is not a sequence.

    >>> sequence_of(((1.0, 2.0), (3.0, 4.0)), 2, "query")
    [(1.0, 2.0), (3.0, 4.0)]
    """
    expected = f"one sequence: a list of lists of {size} number{'s' * (size != 1)}"
    elements = as_list(values, name, expected)
    if not elements:
        raise ValueError(f"{name} is empty: a sequence has at least one element")
    if size > 1 and is_scalar(elements[0]):
        raise ValueError(
            f"{name} must be {expected}, got {shown(elements[0])} in place of such a list; of an nn.Embedding, take "
            "[embedding(index) for index in indices]"
        )
    return elements


def plain_number(item: Any, name: str) -> float:
    """A finite Python number (integers stay integers), from a number of any real type.

    Raises ``TypeError`` for anything that is not a real number, ``ValueError`` for nan and infinities.
    """
    if type(item) is not float and type(item) is not int:
        if isinstance(item, Value):
            raise TypeError(f"{name} must be a plain number, got {shown(item)}: pass its .data")
        if not is_number(item):
            raise TypeError(f"{name} must be a real number, got {shown(item)}")
        item = int(item) if hasattr(item, "__index__") else float(item)
    if not math.isfinite(as_float(item, name)):
        raise ValueError(f"{name} is {item}: remove or replace such entries before training")
    number: float = item
    return number


MAX_COUNT = 100_000_000
"""The largest number of samples, classes or parameters: each is an object, and more would fill any memory."""


def whole_number(value: Any, name: str, minimum: int = 1, maximum: int | None = None) -> int:
    """A Python integer of at least ``minimum``, and at most ``maximum``.

    >>> whole_number(3, "epochs")
    3
    """
    if isinstance(value, bool) or not hasattr(type(value), "__index__") or getattr(value, "ndim", None):
        raise TypeError(f"{name} must be a whole number, got {shown(value)}")
    try:
        number = operator.index(value)
    except TypeError:  # an array of one float
        raise TypeError(f"{name} must be a whole number, got {shown(value)}") from None
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {shown(number)}")
    if maximum is not None and number > maximum:
        raise ValueError(f"{name} must be at most {maximum:,}, got {shown(number)}")
    return number


def check_parameters(count: int, module: str) -> None:
    """Raise ``ValueError``, before any is created, if a ``module`` would have more parameters than fit in memory."""
    if count > MAX_COUNT:
        raise ValueError(
            f"{module} would have more than {MAX_COUNT:,} parameters, each a separate Value: use smaller sizes"
        )


def as_float(value: Any, name: str) -> float:
    """A number of any real type as a float; ``ValueError`` for 10**400, a signalling nan and the like."""
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError(f"{name} is too large for a float: {shown(value)}") from error
    except ValueError as error:
        raise ValueError(f"{name} must be a real number, got {shown(value)}") from error


def real_number(
    value: Any, name: str, low: float = -math.inf, high: float = math.inf, *, above: bool = False, below: bool = False
) -> float:
    """A finite float with ``low <= value <= high``; ``above`` and ``below`` exclude the ends.

    >>> real_number(0.5, "momentum", 0, 1, below=True)
    0.5
    """
    if isinstance(value, bool) or not is_number(value):
        raise TypeError(f"{name} must be a real number, got {shown(value)}")
    number = as_float(value, name)
    inside = (number > low if above else number >= low) and (number < high if below else number <= high)
    if not inside or not math.isfinite(number):
        bounds = [f"{'greater than' if above else 'at least'} {low:g}"] if low > -math.inf else []
        bounds += [f"{'less than' if below else 'at most'} {high:g}"] if high < math.inf else []
        raise ValueError(f"{name} must be {' and '.join(bounds) or 'finite'}, got {shown(value)}")
    return number


def true_or_false(value: Any, name: str) -> bool:
    """The value itself, if it is ``True`` or ``False``.

    >>> true_or_false(True, "nesterov")
    True
    """
    if not isinstance(value, bool):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return value


def file_path(path: Any, name: str = "path") -> Any:
    """The path of a file as it was given; ``TypeError`` for anything that is not a path.

    >>> file_path("model.json")
    'model.json'
    """
    if not isinstance(path, str) and not hasattr(type(path), "__fspath__"):
        raise TypeError(f"{name} must be the path of a file, such as 'model.json', got {shown(path)}")
    return path


def choose(name: Any, options: Sequence[str], what: str) -> str:
    """The option called ``name``; the error for any other names the nearest option and lists them all.

    >>> choose("rleu", ["identity", "relu"], "activation")
    Traceback (most recent call last):
    ValueError: unknown activation 'rleu'; did you mean 'relu'? choose one of: identity, relu
    >>> choose("mse", ["mean_absolute_error", "mean_squared_error"], "loss")
    Traceback (most recent call last):
    ValueError: unknown loss 'mse'; did you mean 'mean_squared_error'? choose one of: mean_absolute_error, ...
    """
    if isinstance(name, str) and name in options:
        return name
    from difflib import get_close_matches

    initials = ["".join(word[0] for word in option.split("_")) for option in options]
    near = [option for option, letters in zip(options, initials, strict=True) if len(letters) > 1 and letters == name]
    near = near or get_close_matches(name if isinstance(name, str) else "", options, n=1)
    hint = f" did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown {what} {shown(name)};{hint} choose one of: {', '.join(options)}")


def random_source(seed: Any) -> random.Random:
    """A separate random number generator for an integer seed; Python's global one for ``None``.

    With the global one, ``random.seed(1337)`` at the top of a program determines every draw, as with micrograd.

    >>> random_source(7).random() == random_source(7).random()
    True
    """
    if seed is None or seed is random:
        return cast("random.Random", random)  # the module's functions are the methods of its hidden instance
    if isinstance(seed, random.Random):
        return seed
    return random.Random(whole_number(seed, "seed", minimum=0))


def all_finite(array: Any) -> bool:
    """Whether all numbers of a vector (an array) are finite, which they are if the sum of their squares is.

    >>> import numpy as np
    >>> all_finite(np.array([1e200, -1e200])), all_finite(np.array([0.0, math.nan]))
    (True, False)
    """
    import numpy as np

    with np.errstate(all="ignore"):
        return math.isfinite(array.dot(array)) or bool(np.isfinite(array).all())
