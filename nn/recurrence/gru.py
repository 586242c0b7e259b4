"""Does a lasting memory need a cell of its own?  Read before: ``lstm``."""

from __future__ import annotations

from typing import Any

from autograd import sigmoid, tanh
from nn.checks import one_sample
from nn.recurrence.recurrent import Recurrent


class GRU(Recurrent):
    """hidden' = (1 - keep) * new + keep * hidden, with new = tanh(sum of input + reset * sum of hidden).

    The gates ``reset`` and ``keep`` are sigmoids of W_i · input + b_i + W_h · hidden + b_h (Cho et al. 2014), in
    PyTorch's order r, z, n. Calling it with a sequence, (length) x (input_size), gives all hidden states and the last
    one; ``step`` takes one element and a state. Raises ``ValueError`` and ``TypeError`` for wrong sizes.

    >>> outputs, last = GRU(2, 3, seed=0)([[1.0, 0.0], [0.0, 1.0]])
    >>> len(outputs), outputs[-1] == last
    (2, True)
    """

    gates = 3

    def __init__(self, input_size: int, hidden_size: int, *, seed: Any = None) -> None:
        super().__init__(input_size, hidden_size, seed)

    def step(self, inputs: Any, state: Any) -> list[Any]:
        """The hidden state after one more element."""
        hidden = one_sample(state, self.hidden_size, "GRU's state")
        (r_in, z_in, n_in), (r_hidden, z_hidden, n_hidden) = map(self._split, self._sums(inputs, hidden))
        reset = [sigmoid(a + b) for a, b in zip(r_in, r_hidden, strict=True)]
        keep = [sigmoid(a + b) for a, b in zip(z_in, z_hidden, strict=True)]
        new = [tanh(a + r * b) for a, r, b in zip(n_in, reset, n_hidden, strict=True)]
        return [(1.0 - z) * n + z * h for z, n, h in zip(keep, new, hidden, strict=True)]
