"""How can a memory last?  By adding to a cell instead of computing it again.  Read before: ``rnn``."""

from __future__ import annotations

from typing import Any

from autograd import sigmoid, tanh
from nn.checks import one_sample
from nn.recurrence.recurrent import Recurrent


class LSTM(Recurrent):
    """A hidden state and a cell: cell' = forget * cell + enter * new, hidden' = leave * tanh(cell').

    The gates ``enter``, ``forget`` and ``leave`` are sigmoids, and ``new`` is a tanh, of W_i · input + b_i + W_h ·
    hidden + b_h (Hochreiter, Schmidhuber 1997; Gers et al. 2000), in PyTorch's order i, f, g, o. Calling it with a
    sequence, (length) x (input_size), gives all hidden states and the last state; ``step`` takes one element. A state
    is the pair (hidden, cell). Raises ``ValueError`` and ``TypeError`` for wrong sizes.

    >>> memory = LSTM(2, 3, seed=0)
    >>> outputs, (hidden, cell) = memory([[1.0, 0.0], [0.0, 1.0]])
    >>> len(outputs), len(cell), outputs[-1] == hidden
    (2, 3, True)
    """

    gates = 4

    def __init__(self, input_size: int, hidden_size: int, *, seed: Any = None) -> None:
        super().__init__(input_size, hidden_size, seed)

    def step(self, inputs: Any, state: Any) -> tuple[list[Any], list[Any]]:
        """The pair (hidden, cell) after one more element."""
        hidden, cell = _pair(state)
        cell = one_sample(cell, self.hidden_size, "LSTM's cell")
        from_input, from_hidden = self._sums(inputs, hidden)
        enter, forget, new, leave = self._split([a + b for a, b in zip(from_input, from_hidden, strict=True)])
        cell = [sigmoid(f) * c + sigmoid(i) * tanh(g) for i, f, g, c in zip(enter, forget, new, cell, strict=True)]
        return [sigmoid(o) * tanh(c) for o, c in zip(leave, cell, strict=True)], cell

    def start(self) -> Any:
        """The state before the first element: zeros."""
        return [0.0] * self.hidden_size, [0.0] * self.hidden_size

    def hidden(self, state: Any) -> list[Any]:
        """The part of a state that is the output of its step."""
        hidden: list[Any] = state[0]
        return hidden


def _pair(state: Any) -> tuple[Any, Any]:
    if not isinstance(state, (list, tuple)) or len(state) != 2:
        raise TypeError("LSTM's state must be a pair, (hidden, cell), such as its last output gives")
    return state[0], state[1]
