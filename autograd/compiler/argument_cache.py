"""How is the same call repeated at almost no cost?  Arrays that are still in place are read without a check or a copy.

Read `executable` first, `program` next.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from autograd.compiler.plan import Plan


class ArgumentCache:
    """The arrays of the last call: while they are attached, they are neither checked nor copied again."""

    __slots__ = ("attached", "executable", "places", "plan")

    def __init__(self, plan: Plan, arrays: tuple[Any, ...]) -> None:
        self.plan, self.executable = plan, plan.executable
        self.attached = plan.executable.attached
        self.places = [(a, p := _address(a), p.value, a.shape, a.strides, a.dtype) for a in arrays]
        """Each with its address and shape: an array may be resized in place, and its memory freed."""

    @classmethod
    def of(cls, plan: Plan, arrays: tuple[Any, ...]) -> ArgumentCache | None:
        """The cache for the arrays of a run, if the executable reads them in place."""
        plain = all(type(a) is np.ndarray and a.dtype == np.float64 and a.flags.c_contiguous for a in arrays)
        return cls(plan, arrays) if plain and plan.executable.reads_in_place else None

    def has(self, arrays: tuple[Any, ...]) -> bool:
        """Whether these are the same arrays, still attached, and unchanged in shape and place."""
        if self.executable.attached is not self.attached or len(arrays) != len(self.places):
            return False
        for n, (mine, address, at, shape, strides, kind) in enumerate(self.places):
            array = arrays[n]
            if (
                array is not mine
                or address.value != at
                or array.shape != shape
                or array.strides != strides
                or array.dtype is not kind
            ):
                return False
        return True


class _Pointer:
    """The address of an array's numbers, read from the array each time."""

    def __init__(self, array: Any) -> None:
        self._array = array

    @property
    def value(self) -> int:
        return int(self._array.__array_interface__["data"][0])


def _address(array: Any) -> Any:
    """An object whose `value` is the present address of an array's numbers.

    NumPy keeps that address in the first field of an array, which takes 40 ns to read; its own attribute takes 1 µs.
    """
    asked = _Pointer(array)
    try:
        field = ctypes.c_void_p.from_address(id(array) + object.__basicsize__)
        return field if field.value == asked.value else asked
    except (ValueError, TypeError):
        return asked
