"""What is the simplest memory?  Read before: ``recurrent``. Read after: ``lstm``."""

from __future__ import annotations

from typing import Any, ClassVar

from autograd import relu, tanh
from nn.checks import choose
from nn.names.settings import Check
from nn.recurrence.recurrent import Recurrent

_FUNCTIONS = {"tanh": tanh, "relu": relu}


class RNN(Recurrent):
    """hidden' = tanh(W_i · input + b_i + W_h · hidden + b_h) at each step (Elman 1990).

    ``nonlinearity`` is "tanh" or "relu". Calling it with a sequence, (length) x (input_size), gives all hidden states
    and the last one; ``step`` takes one element and a state. One layer: for two, give the outputs of one to another.
    Raises ``ValueError`` and ``TypeError`` for wrong sizes and names.

    >>> memory = RNN(1, 1)
    >>> memory.load_state_dict(dict.fromkeys(memory.state_dict(), 1.0))
    >>> outputs, last = memory([[0.5], [0.0]])
    >>> round(outputs[0][0].data, 6), round(last[0].data, 6)         # tanh(2.5), tanh(2 + tanh(2.5))
    (0.986614, 0.994921)
    """

    _checks: ClassVar[dict[str, Check]] = {
        **Recurrent._checks, "nonlinearity": lambda choice, name: choose(choice, list(_FUNCTIONS), name)
    }  # fmt: skip

    def __init__(self, input_size: int, hidden_size: int, *, nonlinearity: str = "tanh", seed: Any = None) -> None:
        self.nonlinearity = nonlinearity
        super().__init__(input_size, hidden_size, seed)

    def step(self, inputs: Any, state: Any) -> list[Any]:
        """The hidden state after one more element."""
        function = _FUNCTIONS[self.nonlinearity]
        return [function(a + b) for a, b in zip(*self._sums(inputs, state), strict=True)]

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """Check the settings; return the number of parameters of such a module."""
        choose(settings["nonlinearity"], list(_FUNCTIONS), "nonlinearity")
        return super().count(settings)

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again."""
        return {**super().settings(), "nonlinearity": self.nonlinearity}

    def __repr__(self) -> str:
        given = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity!r}"
        return f"RNN({self.input_size}, {self.hidden_size}{given})"
