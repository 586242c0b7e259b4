"""What are the names of PyTorch, NumPy and math called here?

The error for an unknown name of `autograd` or of a `Value`, or for an unknown keyword, says what to write.  The names
are data, in `foreign_names.txt`, and read when they are first needed.  Read before: nothing.
"""

from __future__ import annotations

import os
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    Function = TypeVar("Function", bound=Callable[..., Any])


def sections_in(text: str) -> dict[str, dict[str, str]]:
    r"""For each [section] of a file of names: each foreign name, and what is written here.

    >>> sections_in("[names]\narcsin = asin")
    {'names': {'asin': 'arcsin'}}
    """
    sections: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            section = sections.setdefault(line[1:-1], {})
        elif line and not line.startswith("#"):
            answer, _, names = line.rpartition(" = ")
            for name in names.split():
                section[name] = f"{section[name]} {answer}" if name in section else answer
    return sections


@cache
def answers() -> dict[str, dict[str, str]]:
    """The sections of `foreign_names.txt`."""
    path = os.path.join(os.path.dirname(__file__), "foreign_names.txt")  # noqa: PTH118, PTH120 - pathlib is slow to import
    return sections_in(__loader__.get_data(path).decode())  # type: ignore[name-defined]  # perhaps in a zip file


def no_such_name(name: str, known: Collection[str]) -> str:
    """The message of the error for `autograd.name`, which does not exist.

    >>> no_such_name("asin", ["arcsin"])
    "module 'autograd' has no attribute 'asin'; here it is autograd.arcsin"
    >>> no_such_name("floor", ["arcsin"])
    "module 'autograd' has no attribute 'floor'; it does not exist here: whole numbers have no derivative"
    """
    message, table = f"module 'autograd' has no attribute {name!r}", answers()
    plain = name.removesuffix("_")
    if plain in known and plain != name:
        return f"{message}; nothing is changed in place here: write x = autograd.{plain}(x)"
    if plain in table["names"]:
        return f"{message}; here it is autograd.{table['names'][plain]}"
    if plain in table["text"]:
        return f"{message}; here it is {table['text'][plain]}"
    if plain in table["absent"]:
        return f"{message}; it does not exist here: {table['absent'][plain]}"
    if plain in table["value"]:
        return f"{message}; here it is {table['value'][plain]}"
    return message + guess(name, known, "autograd")


def missing(message: str, name: str, module: str) -> AttributeError | ImportError:
    """The error for a name that a module does not have; to be raised in the module's ``__getattr__``.

    ``from module import name`` drops an AttributeError, and says "cannot import name" only: there it is an ImportError.
    """
    import sys
    from opcode import opmap

    caller = sys._getframe(2)
    if caller.f_code.co_code[caller.f_lasti] != opmap["IMPORT_FROM"]:
        return AttributeError(message, name=name)
    said, here = f"module {module!r} has no attribute {name!r}", f"cannot import name {name!r} from {module!r}"
    return ImportError(message.replace(said, here), name=module)


def guess(name: str, known: Collection[str], module: str) -> str:
    """The end of such a message: the known name that is most similar, if there is one.

    >>> guess("arcsine", ["arcsin", "sin"], "autograd")
    '; did you mean autograd.arcsin?'
    """
    if name.startswith("_"):  # programs that inspect a module ask for such names, and often
        return ""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    return f"; did you mean {module}.{near[0]}?" if near else ""


def no_such_attribute(value: object, name: str) -> str:
    """The message of the error for an attribute that a Value does not have.

    >>> from autograd import Value
    >>> no_such_attribute(Value(1.0), "clamp")
    "'Value' object has no attribute 'clamp'; write autograd.clip(v, ...)"
    >>> no_such_attribute(Value(1.0), "item")
    "'Value' object has no attribute 'item'; here it is v.data"
    """
    message, table = f"{type(value).__name__!r} object has no attribute {name!r}", answers()
    plain = name.removesuffix("_")
    if name in table["value"]:
        answer = table["value"][name]
        return (
            f"{message}; a Value is {answer}" if answer.startswith("one number") else f"{message}; here it is {answer}"
        )
    here = table["names"].get(plain, plain)
    if hasattr(type(value), here) and not here.startswith("_"):
        in_place = "nothing is changed in place here: write v = " if plain != name else "write "
        return f"{message}; {in_place}v.{here}({'...' if here in ('power', 'maximum', 'minimum') else ''})"
    if plain in table["names"] or plain in ("clip", "power", "add", "subtract", "multiply", "divide", "where"):
        sign = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**"}.get(here)
        return f"{message}; write v {sign} ..." if sign else f"{message}; write autograd.{here}(v, ...)"
    if plain in table["text"]:
        return f"{message}; here it is {table['text'][plain]}"
    return f"{message}; it does not exist here: {table['absent'][plain]}" if plain in table["absent"] else message


def is_of_the_call(error: TypeError) -> bool:
    """Whether a function did not take its arguments: its code had not begun to run."""
    return error.__traceback__ is not None and error.__traceback__.tb_next is None


def unexpected_keyword(error: TypeError) -> str:
    """The keyword that a function was called with and does not have; "" if its code had begun to run."""
    if not is_of_the_call(error):
        return ""
    return str(error).partition(" got an unexpected keyword argument '")[2].partition("'")[0]


def too_many(error: TypeError, function: Callable[..., Any], given: int, name: str, cure: str = "") -> str:
    """What to say of a call with more arguments by position than a function takes; "" if that was not the error.

    >>> def draw(n, *, seed): ...
    >>> try: draw(1, 2)
    ... except TypeError as error: too_many(error, draw, 2, "draw")
    'draw() takes 1 argument by position (n), but 2 were given; write the others by name: seed'
    """
    if not (is_of_the_call(error) and " positional argument" in str(error) and str(error).endswith(" given")):
        return ""
    from inspect import signature

    parameters = signature(function).parameters.values()
    by_name = [parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    first = [parameter.name for parameter in parameters if parameter.name not in (*by_name, "self")]
    given -= len(parameters) - len(by_name) - len(first)  # without self
    taken = f"{len(first)} argument{'s' * (len(first) != 1)} by position ({', '.join(first)})"
    cure = cure or (f"write the others by name: {', '.join(by_name)}" if by_name else "")
    return f"{name}() takes {taken}, but {given} were given{cure and '; '}{cure}"


def explains_keywords(function: Function) -> Function:
    """Let a function's `TypeError` for a keyword of PyTorch or NumPy, or for too many arguments, say what to write.

    >>> from autograd import softmax
    >>> softmax([1.0, 2.0], dim=0)
    Traceback (most recent call last):
    TypeError: softmax() got an unexpected keyword argument 'dim'; one list is one vector, without dimensions
    """

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return function(*arguments, **named)
        except TypeError as error:
            if said := too_many(error, function, len(arguments), function.__qualname__):
                raise TypeError(said) from None
            keyword = unexpected_keyword(error)
            if not keyword:
                raise
            from inspect import signature

            known = list(signature(function).parameters)
            answer = answers()["keyword"].get(keyword, "")
            answer = f"here it is {answer}" if answer in known else answer if " " in answer else ""
            raise TypeError(f"{error}; {answer or 'it takes ' + ', '.join(known)}") from None

    return call  # type: ignore[return-value]


explained: set[str] = set()
"""The names that a Value does not have, and whose error says what to write."""


class _Explained:
    """A name that a class does not have.

    A method `__getattr__` would do the same for every name, but the interpreter then looks up every attribute of every
    node in the slow way: a quarter of the engine's speed.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, value: Any, kind: type) -> NoReturn:
        if value is None:
            raise AttributeError(
                f"type object {kind.__name__!r} has no attribute {self.name!r}", name=self.name, obj=kind
            )
        raise AttributeError(no_such_attribute(value, self.name), name=self.name, obj=value)


class _Unsettable(_Explained):
    """Such a name that a program assigns to: without an error it would believe that this has an effect."""

    __slots__ = ()

    def __set__(self, value: Any, assigned: object) -> NoReturn:
        raise AttributeError(
            f"{type(value).__name__}.{self.name} = {assigned!r} has no effect here: {answers()['set'][self.name]}",
            name=self.name,
            obj=value,
        )


def explain(kind: type) -> None:
    """Let the error for each foreign name, and for each method with a `_` at its end, say what to write.

    An attribute of this name that a user sets on an instance, or a method of a subclass, has priority; but a name in
    the section [set] cannot be set on an instance.
    """
    sections = [names for section, names in answers().items() if section not in ("keyword", "set")]
    foreign = {name for names in sections for name in names} | {"clip", "power", "add", "subtract"}
    foreign |= {"multiply", "divide", "where"}
    methods = {name for name in dir(kind) if not name.startswith("_")}
    explained.update((foreign | {f"{name}_" for name in foreign | methods}) - methods)
    for name in explained:
        setattr(kind, name, (_Unsettable if name in answers()["set"] else _Explained)(name))
