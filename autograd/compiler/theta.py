"""Where does a program keep its parameters?  In one array, `theta`; whichever of it and the Values was written, counts.

Read `value` first.  A comparison of all parameters at each call would take longer than many a program.  So `value`
numbers the writes to `.data`, and only if that number has changed are the parameters compared with what they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.arguments import shown
from autograd.value import Value, assign, last_write

if TYPE_CHECKING:
    from collections.abc import Iterable


class Theta:
    """The parameters of a program: `array` has their numbers, (parameters,) float64.

    Raises TypeError for a parameter that is not a leaf, and ValueError for one that is listed twice.
    """

    def __init__(self, parameters: Iterable[Any]) -> None:
        self.parameters: list[Value] = list(parameters)
        for n, parameter in enumerate(self.parameters):
            if not isinstance(parameter, Value) or parameter.primitive is not None:
                raise TypeError(f"parameters[{n}] must be a leaf Value, got {shown(parameter)}")
        if len({id(parameter) for parameter in self.parameters}) < len(self.parameters):
            raise ValueError("parameters contains a Value twice: list each of them once")
        self._note()
        self.array = np.array(self._noted, dtype=np.float64)

    def _note(self) -> None:
        """Note the parameters' numbers.  The number of the last write is read first, in case of one meanwhile."""
        self.last_write = last_write[0]
        self._noted = [parameter._data for parameter in self.parameters]

    def follow(self) -> None:
        """Copy the parameters' `.data` into `array` if it was written since the last call, by an optimizer for example.

        Raises RuntimeError if `array` was written as well, with other numbers.
        """
        if self.last_write == last_write[0]:
            return
        before = self._noted
        self._note()
        if self._noted == before or _equal(self.array, self._noted):
            return
        if not _equal(self.array, before):
            self._noted, self.last_write = before, -1  # the next call raises again
            raise RuntimeError(
                "the parameters' .data and the program's theta were both written, with different numbers: "
                "program.load() takes those of the parameters, program.store() those of theta"
            )
        self.array[:] = self._noted

    def write(self, array: Any) -> None:
        """Take these numbers, whatever the parameters' `.data`.  Raises ValueError for another shape."""
        if array.shape != self.array.shape:
            raise ValueError(f"theta has {len(self.array)} numbers, one for each parameter; got shape {array.shape}")
        self.array[:] = array
        if self.last_write != last_write[0]:
            self._note()

    def load(self) -> None:
        """Copy the parameters' `.data` into `array`."""
        self._note()
        self.array[:] = self._noted

    def store(self) -> None:
        """Copy `array` into the parameters' `.data`."""
        assign(self.parameters, data=self.array.tolist())
        self._note()


def _equal(array: Any, numbers: list[float]) -> bool:
    return np.array_equal(array, numbers, equal_nan=True)
