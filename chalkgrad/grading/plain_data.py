"""How do observations of an answer travel from the student's process to the checker?

As JSON with a tag for what JSON does not have, never pickled: reading it runs no code. What is not a number, a text or
a collection of them arrives as its description. Read next: `student`, which writes it, and `judging`, which reads it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from autograd import Value
from chalkgrad.exercises.answer_types import NoValue
from chalkgrad.exercises.messages import described
from chalkgrad.exercises.sandbox import Failure, Seen, readable

LARGEST = 100_000
"""The most items, and the most characters of a text, in an observation."""
DEEPEST = 50
"""Levels of nesting."""


class TooLargeError(Exception):
    """An observation with too many items."""


class Described:
    """What arrived of an object that does not travel: its description."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text


def encode(seen: Seen) -> str:
    """Observations as one line of text.

    >>> encode(Seen([1.5, (math.inf, None), "a"]))
    '{"seen": [1.5, {"tuple": [{"float": "inf"}, null]}, "a"], "printed": ["", "", ""]}'
    """
    left = [LARGEST]
    try:
        entries = [_encoded(entry, left, 0) for entry in seen]
    except (TooLargeError, RecursionError):
        entries = [_failure("TooLarge", "an answer of this size is not graded")] * len(seen)
    except Exception as error:  # an object of the student's own may raise anything when it is looked at
        entries = [_failure(type(error).__name__, "the answer cannot be looked at")] * len(seen)
    printed = [*seen.printed, *[""] * len(seen)][: len(seen)]
    return json.dumps({"seen": entries, "printed": [text[:200] for text in printed]})


def _failure(name: str, text: str) -> dict[str, Any]:
    return {"failure": [name[:100], text[:300]]}


def _encoded(item: Any, left: list[int], depth: int) -> Any:
    left[0] -= len(item) + 1 if isinstance(item, (str, list, tuple, Mapping)) else 1
    if left[0] < 0 or depth > DEEPEST:
        raise TooLargeError
    if item is None or isinstance(item, bool):
        return item
    if isinstance(item, str):
        return str(item)
    if isinstance(item, int):
        return int(item) if item.bit_length() < 4096 else {"described": described(item)}
    if isinstance(item, Value):
        item = item.data
    if isinstance(item, float):
        return float(item) if math.isfinite(item) else {"float": repr(float(item))}
    return _collection(item, left, depth + 1)


def _collection(item: Any, left: list[int], depth: int) -> Any:
    if isinstance(item, Failure):
        return _failure(item.name, item.text)
    if isinstance(item, NoValue):
        return {"no value": _encoded(item.result, left, depth)}
    if isinstance(item, Mapping):
        return {"dict": [[_encoded(key, left, depth), _encoded(value, left, depth)] for key, value in item.items()]}
    if isinstance(item, (list, range)):
        return [_encoded(part, left, depth) for part in item]
    if isinstance(item, tuple):
        return {"tuple": [_encoded(part, left, depth) for part in item]}
    if hasattr(item, "tolist"):
        return _encoded(item.tolist(), left, depth)
    return {"described": readable(described(item))[:300]}


def decode(message: Mapping[str, Any]) -> Seen:
    """The observations again.  Raises ValueError where the message is not one that `encode` writes.

    >>> decode(json.loads(encode(Seen([1, [2.0], {"a": None}, len]))))
    [1, [2.0], {'a': None}, the function len]
    """
    try:
        seen = Seen(_decoded(entry) for entry in message["seen"])
        seen.printed = [str(text) for text in message["printed"]]
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise ValueError(f"this is no message of the student's process: {error}") from error
    if len(seen.printed) != len(seen):
        raise ValueError("this is no message of the student's process: its lengths differ")
    return seen


def _decoded(item: Any) -> Any:
    if isinstance(item, list):
        return [_decoded(part) for part in item]
    if not isinstance(item, dict):
        return item
    ((tag, content),) = item.items()
    if tag == "float":
        return float(content)
    if tag == "tuple":
        return tuple(_decoded(part) for part in content)
    if tag == "dict":
        return {_decoded(key): _decoded(value) for key, value in content}
    if tag == "failure":
        name, text = content
        return Failure(str(name), str(text))
    if tag == "no value":
        return NoValue(_decoded(content))
    if tag == "described":
        return Described(str(content))
    raise ValueError(f"unknown tag {tag!r}")
