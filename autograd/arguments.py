"""Is an argument valid?  Checks whose errors say what was wrong, which value was given, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Number = Any  # a float, Value, symbol or array: whichever kind the row is evaluated on


# ------------------------------------------------------------------------------- numbers, and errors about them


def real(number: Any, argument: str) -> float:
    """Convert a real number (int, Fraction, Decimal, NumPy scalar) to a float.

    Raises TypeError if `number` is not a real number, OverflowError if it is too large for a float.
    """
    kind = type(number)
    if kind is float:
        return number  # type: ignore[no-any-return]
    if isinstance(number, float):
        return float(number)
    if hasattr(kind, "_apply_primitive"):
        raise TypeError(f"{argument} is already a {kind.__name__}: {number!r}; use it as it is, or its .data")
    numpy_kind = getattr(getattr(number, "dtype", None), "kind", "f")
    if not getattr(number, "shape", None) and numpy_kind in "biuf":
        try:
            if hasattr(kind, "__float__"):
                return float(number)
            if hasattr(kind, "__index__"):
                return float(kind.__index__(number))
        except OverflowError:
            raise OverflowError(f"{argument} is too large for a float: {shown(number)}") from None
        except (TypeError, ValueError):  # a signalling Decimal
            pass
    raise TypeError(f"{argument} must be a real number, got {shown(number)} ({kind.__name__}){_cure_for(number)}")


def shown(thing: object) -> str:
    """`repr(thing)`, truncated to fit an error message."""
    if isinstance(thing, int) and thing.bit_length() > 10_000:  # Python refuses to print so many digits
        return f"a whole number of {thing.bit_length()} bits"
    try:
        text = repr(thing)
    except Exception as error:  # a foreign __repr__ may raise anything
        return f"<{type(thing).__name__} whose repr raised {type(error).__name__}>"
    return text if len(text) <= 80 else f"{text[:60]}...{text[-15:]}"


def choose(choice: Any, choices: Sequence[Any], what: str) -> Any:
    """Return `choice` if it is one of `choices`; otherwise raise a ValueError that lists them.

    >>> choose("up", ("left", "right"), "draw: unknown direction")
    Traceback (most recent call last):
    ValueError: draw: unknown direction 'up'; choose one of: left, right
    """
    if not any(
        type(choice) is type(each) and choice == each for each in choices
    ):  # 1 == True; == on arrays is an array
        raise ValueError(f"{what} {shown(choice)}; choose one of: {', '.join(map(str, choices))}")
    return choice


def check_switch(value: Any, argument: str) -> None:
    """Raise TypeError if `value` is not True or False.

    >>> check_switch("yes", "draw: shade")
    Traceback (most recent call last):
    TypeError: draw: shade must be True or False, got 'yes'
    """
    if not isinstance(value, bool):
        raise TypeError(f"{argument} must be True or False, got {shown(value)}")


def check_callable(function: Any, argument: str, example: str) -> None:
    """Raise TypeError if `function` is not callable; `example` shows what was expected."""
    if not callable(function):
        raise TypeError(f"{argument} must be a function such as {example}, got {shown(function)}")


def not_a_value(thing: Any, argument: str) -> TypeError:
    """The error for something that is not a Value, given to a function that looks at the graph of one.

    >>> print(not_a_value([1.0], "draw: output"))
    draw: output must be a Value, got [1.0] (list); choose one of its numbers, or a loss computed from them
    """
    cure = ""
    if isinstance(thing, (list, tuple)) or getattr(thing, "shape", None):
        cure = "; choose one of its numbers, or a loss computed from them"
    elif callable(thing):
        cure = "; call it first: what it gives for an input has a graph"
    return TypeError(f"{argument} must be a Value, got {shown(thing)} ({type(thing).__name__}){cure}")


def _cure_for(thing: object) -> str:
    if isinstance(thing, str):
        return "; convert it with float(...)"
    if isinstance(thing, complex) or "complex" in type(thing).__name__:
        return "; only real numbers have gradients here, take .real or abs()"
    if thing is None:
        return "; did a function forget to return its result?"
    if hasattr(thing, "__iter__") or getattr(thing, "shape", None):
        return "; pass one number at a time: [f(x) for x in xs], or use sum, mean, dot"
    return ""
