"""How does a layer read a sequence of any length?

Step by step: each step takes one element and the state that the step before it has left. All steps use the same
weights, so that their gradients accumulate over time. Read before: ``layers``. Read after: ``rnn``, ``lstm``, ``gru``.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from autograd import Value
from nn.checks import check_parameters, one_sample, random_source, sequence_of, shown, whole_number
from nn.layers import Layer
from nn.module import Module
from nn.names.settings import Check, Settings, fixed


class OutputsAndState(tuple[Any, Any]):
    """The pair (outputs, state); where one sequence or sample should be, an error says so."""

    __slots__ = ()
    not_a_list = "the pair (outputs, state) of an RNN, LSTM or GRU: take outputs, state = pair, or use nn.Last()"


class Recurrent(Settings, Module):
    """What ``RNN``, ``LSTM`` and ``GRU`` share: a layer for the input, one for the hidden state, and the loop.

    Both have ``gates`` times ``hidden_size`` outputs. As in PyTorch each has biases, and all weights are drawn
    uniformly between -1/sqrt(hidden_size) and 1/sqrt(hidden_size); the biases start at 0.
    """

    gates = 1
    gives = "all its outputs and its state: put nn.Last() between them"
    drawn_whole = True
    _checks: ClassVar[dict[str, Check]] = fixed(
        "make another module, whose weights fit", "input_size", "hidden_size", "from_input", "from_hidden"
    )

    def __init__(self, input_size: int, hidden_size: int, seed: Any) -> None:
        self.input_size = whole_number(input_size, "input_size")
        self.hidden_size = whole_number(hidden_size, "hidden_size")
        sizes = f"input_size={shown(input_size)}, hidden_size={shown(hidden_size)}"
        check_parameters(self.count(self.settings()), f"{type(self).__name__}({sizes})")
        source, bound = random_source(seed), 1 / math.sqrt(self.hidden_size)

        def layer(size: int) -> Layer[Any]:
            drawn = lambda *_: source.uniform(-bound, bound)  # noqa: E731 - an initializer
            return Layer(size, self.gates * self.hidden_size, nonlin=False, init=drawn)

        self.from_input, self.from_hidden = layer(self.input_size), layer(self.hidden_size)

    @classmethod
    def count(cls, settings: dict[str, Any]) -> int:
        """Check the sizes; return the number of parameters of such a module."""
        inputs, hidden = (whole_number(settings[name], name) for name in ("input_size", "hidden_size"))
        return (inputs + hidden + 2) * cls.gates * hidden

    def __call__(self, inputs: Any, state: Any = None) -> tuple[list[list[Any]], Any]:
        """The hidden state after each element of one sequence, (length) x (hidden_size), and the last state.

        ``inputs`` is (length) x (input_size); ``state`` is where to start, all zeros by default.
        """
        sequence = sequence_of(inputs, self.input_size, f"the input of {type(self).__name__}")
        state = self.start() if state is None else state
        outputs = []
        for element in sequence:
            state = self.step(element, state)
            outputs.append(self.hidden(state))
        return OutputsAndState((outputs, state))

    def start(self) -> Any:
        """The state before the first element: zeros."""
        return [0.0] * self.hidden_size

    def hidden(self, state: Any) -> list[Any]:
        """The part of a state that is the output of its step."""
        hidden: list[Any] = state
        return hidden

    def step(self, inputs: Any, state: Any) -> Any:
        """The state after one more element; every subclass defines its own."""
        raise NotImplementedError

    def _sums(self, inputs: Any, hidden: Any) -> tuple[list[Any], list[Any]]:
        """The weighted sums of one element, and those of the hidden state."""
        owner = type(self).__name__
        return (
            self.from_input.sums(one_sample(inputs, self.input_size, owner)),
            self.from_hidden.sums(one_sample(hidden, self.hidden_size, f"{owner}'s state")),
        )

    def _split(self, sums: list[Any]) -> list[list[Any]]:
        """The sums of each gate."""
        return [sums[n : n + self.hidden_size] for n in range(0, len(sums), self.hidden_size)]

    def torch_parameters(self) -> dict[str, list[list[Value]]]:
        """The parameters as rows, by PyTorch's names and in its order."""
        ours = [self.from_input.torch_parameters(), self.from_hidden.torch_parameters()]
        names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        return dict(zip(names, [layer[kind] for kind in ("weight", "bias") for layer in ours], strict=True))

    def settings(self) -> dict[str, Any]:
        """The arguments that build such a module again."""
        return {"input_size": self.input_size, "hidden_size": self.hidden_size}

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.input_size}, {self.hidden_size})"
