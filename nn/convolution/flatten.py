"""How do maps become the inputs of a layer?  Read before: ``conv``, ``pooling``. Read after: nothing."""

from __future__ import annotations

from typing import Any

from nn.checks import as_list, is_scalar, shown
from nn.module import Module


class Flatten(Module):
    """All numbers of nested lists in one list, channel by channel and row by row.

    Raises ``TypeError`` for a number instead of a list, and the other way round.

    >>> Flatten()([[[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0], [7.0, 8.0]]])
    [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    """

    def __call__(self, inputs: Any) -> list[Any]:
        """The numbers of one sample, in order."""
        items = as_list(inputs, "the input of Flatten", "nested lists of numbers or Values")
        while items and not is_scalar(items[0]):
            items = [item for part in items for item in as_list(part, "a part of the input of Flatten")]
        for item in items:
            if not is_scalar(item):
                raise TypeError(f"the input of Flatten has {shown(item)} beside numbers: nest all parts equally deep")
        return items

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """The number of parameters of such a module: none."""
        return 0

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again: none."""
        return {}

    def __repr__(self) -> str:
        return "Flatten()"
