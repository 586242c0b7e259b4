"""What may be assigned to a layer, an optimizer or a schedule after it was made?

What its constructor accepts: both use the same check. A name that has an effect elsewhere but none here is refused,
because a program would believe that it has one. Read before: ``checks``. Read after: ``activations``, ``layers``,
``optimizers``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from autograd import Value
from nn.checks import as_list, shown
from nn.names import of_setting

Check = Callable[[Any, str], Any]


class Fixed:
    """The check of an attribute that can be set only once; ``cure`` says what to do instead."""

    def __init__(self, cure: str) -> None:
        self.cure = cure

    def __call__(self, value: Any, name: str) -> Any:
        """The value as it is."""
        return value


def fixed(cure: str, *names: str) -> dict[str, Check]:
    """The checks of attributes that can be set only once."""
    return dict.fromkeys(names, Fixed(cure))


class Settings:
    """Base class of what has settings: ``_checks`` maps their names to functions ``(value, name)``.

    A check returns what is stored, or raises ``TypeError`` or ``ValueError``; the old value then stays. In the
    library's own classes ``AttributeError`` is raised for a name that has an effect elsewhere but none here; a subclass
    of the user's may have attributes of any name.

    >>> from nn import Dropout
    >>> dropout = Dropout(0.5)
    >>> dropout.rate = 2
    Traceback (most recent call last):
    ValueError: rate must be at least 0 and less than 1, got 2
    >>> dropout.seed = 3
    Traceback (most recent call last):
    AttributeError: Dropout.seed = 3 has no effect; it is an argument of Dropout(...) only: make a new one
    """

    __slots__ = ()
    _checks: ClassVar[dict[str, Check]] = {}
    _strict: ClassVar[bool] = False
    """Whether every other name is refused, not only those that have an effect elsewhere."""
    _check_together: ClassVar[Any] = None
    """A function of the object and the settings that it would have, where one of them restricts another."""

    def __setattr__(self, name: str, value: Any) -> None:
        check = self._checks.get(name)
        if check is not None:
            if type(check) is Fixed and name in vars(self):
                raise cannot_be_replaced(self, name, value, check.cure)
            value = check(value, name)
            if self._check_together is not None:
                self._check_together(vars(self) | {name: value})
        elif name[0] != "_" and name not in vars(self):
            _refuse_without_effect(self, name, value)
        super().__setattr__(name, value)


def cannot_be_replaced(thing: Any, name: str, value: Any, cure: str) -> AttributeError:
    """The error for an attribute of ``thing`` that keeps its value."""
    message = f"{type(thing).__name__}.{name} cannot be replaced, got {shown(value)}: {cure}"
    return AttributeError(message, name=name, obj=thing)


def _refuse_without_effect(thing: Settings, name: str, value: Any) -> None:
    """Raise ``AttributeError`` unless the name belongs to the class, or to a class of the user's."""
    kind = type(thing)
    if kind.__module__.partition(".")[0] != __name__.partition(".")[0]:
        return
    places = [vars(base)[name] for base in kind.__mro__ if name in vars(base)]
    if places and (hasattr(places[0], "__set__") or not hasattr(places[0], "here")):
        return  # a property or a method, not the name that one has elsewhere
    settings = [known for known, check in kind._checks.items() if type(check) is not Fixed]
    if said := of_setting(kind, name, settings, strict=kind._strict):
        raise AttributeError(f"{kind.__name__}.{name} = {shown(value)} has no effect; {said}", name=name, obj=thing)


def one_value(item: Any, name: str) -> Value:
    """The ``Value`` itself; ``TypeError`` for a number, which could not be trained.

    >>> one_value(0.5, "bias")
    Traceback (most recent call last):
    TypeError: bias must be a Value, got 0.5: assign the number to its .data, or write Value(0.5)
    """
    if not isinstance(item, Value):
        raise TypeError(
            f"{name} must be a Value, got {shown(item)}: assign the number to its .data, or write Value({shown(item)})"
        )
    return item


def check_again(thing: Any, path: str) -> None:
    """Raise ``TypeError`` or ``ValueError`` if an attribute was changed in place, such as an item of a list."""
    for name, check in thing._checks.items() if isinstance(thing, Settings) else ():
        if hasattr(thing, name):  # a constructor of the user's may leave it out
            check(getattr(thing, name), f"{path}.{name}" if path else name)


def some_values(items: Any, name: str) -> Any:
    """A list of at least one ``Value``, or another sequence of them as a list.

    >>> some_values([Value(1.0), 2.0], "weights")
    Traceback (most recent call last):
    TypeError: weights[1] must be a Value, got 2.0: assign the number to its .data, or write Value(2.0)
    """
    row = as_list(items, name, "a list of Values")
    if set(map(type, row)) != {Value}:
        if not row:
            raise ValueError(f"{name} is empty: it needs at least one Value")
        for position, item in enumerate(row):
            one_value(item, f"{name}[{position}]")
    return row
