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
        if not isinstance(inputs, tuple) or len(inputs) != 2 or not isinstance(inputs[0], list) or not inputs[0]:
            raise TypeError(f"Last follows an RNN, LSTM or GRU, whose output is (outputs, state); got {shown(inputs)}")
        last: list[Any] = inputs[0][-1]
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
