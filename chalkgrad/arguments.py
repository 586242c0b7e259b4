"""Which question does this file answer? Is the number that was typed on the command line one that makes sense?

Each function is the `type` of an argparse argument, and its error is shown after the argument's name.
"""

from __future__ import annotations

from argparse import ArgumentTypeError


def _whole_number(text: str, lowest: int) -> int:
    if not text.isdecimal() or int(text) < lowest:
        raise ArgumentTypeError(f"{text!r} must be a whole number of at least {lowest}")
    return int(text)


def positive_int(text: str) -> int:
    """A whole number of at least 1.

    >>> positive_int("16")
    16
    """
    return _whole_number(text, 1)


def seed_number(text: str) -> int:
    """A whole number of at least 0.

    >>> seed_number("0")
    0
    """
    return _whole_number(text, 0)


def positive_float(text: str) -> float:
    """A finite number above 0.

    >>> positive_float("1e-2")
    0.01
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise ArgumentTypeError(f"{text!r} must be a number above 0, such as 0.01")
    return number
