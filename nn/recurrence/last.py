"""How does a sequence become one sample of the layer after it?  Read before: ``recurrent``."""

from __future__ import annotations

from typing import Any

from nn.checks import shown
from nn.module import Module


class Last(Module):
    """The last hidden state, of the pair (outputs, state) that ``RNN``, ``LSTM`` and ``GRU`` give; for ``Sequential``.

    Raises ``TypeError`` for anything else.

    >>> Last()(([[1.0], [2.0]], [2.0]))
    [2.0]
    """

    def __call__(self, inputs: Any) -> list[Any]:
        """The last of the outputs of one sequence."""
        outputs = inputs[0] if isinstance(inputs, tuple) and len(inputs) == 2 else None
        if not isinstance(outputs, list) or not outputs or not isinstance(outputs[-1], list):
            raise TypeError(f"Last follows an RNN, LSTM or GRU, whose output is (outputs, state); got {shown(inputs)}")
        last: list[Any] = outputs[-1]
        return last

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """The number of parameters of such a module: none."""
        return 0

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again: none."""
        return {}

    def __repr__(self) -> str:
        return "Last()"
