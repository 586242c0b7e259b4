"""How is a program sent to another process?  Its function and parameters are; there it is traced and compiled again.

Read `program` next.  Compiled code and arrays stay where they are: they depend on the machine.
"""

from __future__ import annotations

import io
import pickle
from typing import TYPE_CHECKING, Any

from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

CURE = (
    "write the function at the top of a module, or as a method of an object that holds its Values, such as an "
    "nn.Module; or send what it is made from, and call autograd.compile there"
)


class _ValuesIn(pickle.Pickler):
    """Pickles something, and notes the Values that are part of it."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO())
        self.found: set[int] = set()

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, Value):
            self.found.add(id(thing))
        return NotImplemented


def check_can_be_sent(function: Any, parameters: Sequence[Value], name: str) -> None:
    """Raise TypeError if the function cannot be pickled, or if it would not use the parameters that go with it."""
    if isinstance(function, Value):
        raise TypeError(f"a program of an existing graph cannot be pickled: write the graph as a function; {CURE}")
    pickler = _ValuesIn()
    try:
        pickler.dump(function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(
            f"the program of {name} cannot be pickled, because its function cannot: {error}; {CURE}"
        ) from error
    elsewhere = [n for n, parameter in enumerate(parameters) if id(parameter) not in pickler.found]
    if elsewhere:
        raise TypeError(
            f"the program of {name} cannot be pickled: parameters[{elsewhere[0]}] is no part of its function, which "
            f"would find another one by name where it is loaded; {CURE}"
        )
