"""How are answers put into words that a learner knows?

No addresses, no insides of this checker, only the beginning of a long answer, and never two different numbers that look
alike. Read before: `sandbox`. Read next: `exercise`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any

from chalkgrad.exercises.sandbox import ADDRESS, Failure, readable

MAX_CHARACTERS = 100
"""At most this many characters of an answer are shown."""

MAX_WHOLE = 10**308


def is_number(value: Any) -> bool:
    """Whether it is a plain number, not True or False, and not a whole number too large for a float."""
    return isinstance(value, float) or (type(value) is int and abs(value) < MAX_WHOLE)


def short(value: Any, digits: int = 4) -> str:
    """A number with at most that many significant digits, anything else as it is, lists included.

    >>> short([1 / 3, 2.0, "a", (1, 5.0)])
    "[0.3333, 2, 'a', (1, 5)]"
    """
    return cut(_short(value, digits))


def _short(value: Any, digits: int) -> str:
    if is_number(value):
        return f"{value:.{digits}g}"
    if isinstance(value, list):
        return "[" + ", ".join(_short(item, digits) for item in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(_short(item, digits) for item in value) + (",)" if len(value) == 1 else ")")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{described(key)}: {_short(item, digits)}" for key, item in value.items()) + "}"
    return str(value) if isinstance(value, Failure) else described(value)


def contrast(got: Any, wanted: Any) -> tuple[str, str]:
    """Both as texts, with as many digits as it takes to see the difference.

    >>> contrast(0.6931, 0.69314718), contrast(2.0, 3.0)
    (('0.6931', '0.693147'), ('2', '3'))
    """
    texts = ("", "")
    for digits in (4, 6, 9, 12, 17):
        texts = short(got, digits), short(wanted, digits)
        if texts[0] != texts[1]:
            break
    return texts


def described(value: Any) -> str:
    """An answer in words, whatever it is.

    >>> described("two"), described(len), described([0] * 1000)[-8:]
    ("'two'", 'the function len', '0, 0 ...')
    >>> described(float), described(lambda x: x), described(object()), described(zip())
    ('the class float', 'a function', 'an object of type object', 'an object of type zip')
    """
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if inspect.isroutine(value):
        name = getattr(value, "__name__", "<")
        return "a function" if name.startswith("<") else f"the function {name}"
    of_its_type = f"an object of type {type(value).__name__}"
    try:
        text = repr(value)
    except Exception:  # a learner's own class may have a __repr__ of any kind
        return of_its_type
    return of_its_type if re.fullmatch(rf"<.*{ADDRESS}>", text) else cut(readable(text))


def item_text(item: Any) -> str:
    """A part of a question as text; a function by its formula, which is its docstring."""
    return str(item.__doc__ or item.__name__).rstrip(".") if inspect.isfunction(item) else short(item)


def cut(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= MAX_CHARACTERS else text[:MAX_CHARACTERS].rstrip(" ,") + " ..."


def what_was_printed(text: str) -> str:
    r"""A line about it, or nothing.

    >>> what_was_printed("one\ntwo\n")
    '\nIt printed: one ...'
    """
    lines = readable(text).splitlines()
    return f"\nIt printed: {lines[0][:MAX_CHARACTERS]}{' ...' if len(lines) > 1 else ''}" if lines else ""


def missing_list(value: Any) -> str:
    """What to do about something that gives its items one by one, and is not a list yet; nothing for anything else.

    >>> missing_list(n * n for n in range(3)), missing_list([0, 1, 4])
    ('a generator, which is not a list yet: put list(...) around it.', '')
    """
    if not isinstance(value, Iterator):
        return ""
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}, which is not a list yet: put list(...) around it."
