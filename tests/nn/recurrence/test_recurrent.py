"""What all recurrent modules share: sequences, states, files, training and errors."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value
from nn.config import build, described

KINDS = [nn.RNN, nn.LSTM, nn.GRU]
SEQUENCE = np.random.default_rng(3).normal(size=(4, 2))


def numbers(nested: Any) -> Any:
    return [numbers(part) for part in nested] if isinstance(nested, (list, tuple)) else nested.data


def matrices(memory: Any) -> tuple[Any, Any, Any, Any]:
    """Weights and biases of the input and of the hidden state, taken from the state by name; the biases are drawn."""
    found = []
    for layer in ("from_input", "from_hidden"):
        neurons = getattr(memory, layer).neurons
        for n, neuron in enumerate(neurons):
            neuron.bias.data = math.sin(3.0 * n + len(layer))
        state = memory.state_dict()
        found.append([state[f"{layer}.neurons.{n}.weights.{k}"] for n in range(len(neurons))
                      for k in range(len(neurons[0].weights))])  # fmt: skip
        found.append([state[f"{layer}.neurons.{n}.bias"] for n in range(len(neurons))])
    width = len(found[1])
    return np.reshape(found[0], (width, -1)), np.array(found[1]), np.reshape(found[2], (width, -1)), np.array(found[3])


@pytest.mark.parametrize("kind", KINDS)
def test_a_sequence_is_its_steps(kind: Any) -> None:
    """From any state on, and for NumPy's rows as for lists."""
    memory = kind(2, 3, seed=1)
    outputs, last = memory(SEQUENCE)
    first, middle = memory(SEQUENCE[:1].tolist())
    rest, end = memory(SEQUENCE[1:].tolist(), middle)
    assert numbers(first + rest) == numbers(outputs)
    assert numbers(end) == numbers(last)
    step = memory.step(SEQUENCE[0], memory.start())
    assert numbers(memory.hidden(step)) == numbers(outputs[0])


@pytest.mark.parametrize("kind", KINDS)
def test_first_weights(kind: Any) -> None:
    memory = kind(3, 16, seed=0)
    weights = [number for name, number in memory.state_dict().items() if ".weights." in name]
    assert max(map(abs, weights)) <= 1 / 4
    assert np.std(weights) == pytest.approx(1 / 4 / math.sqrt(3), rel=0.05)
    assert memory.state_dict() == kind(3, 16, seed=0).state_dict()
    biases = [number for name, number in memory.state_dict().items() if name.endswith("bias")]
    assert set(biases) == {0.0}


@pytest.mark.parametrize("kind", KINDS)
def test_files(kind: Any, tmp_path: Path) -> None:
    model, path = nn.Sequential(kind(2, 3, seed=1), nn.Last(), nn.Layer(3, 2, seed=1)), tmp_path / "model.json"
    nn.save(model, path)
    again = nn.load(path)
    assert repr(again) == repr(model)
    assert numbers(again(SEQUENCE)) == numbers(model(SEQUENCE))
    with pytest.raises(ValueError, match="hidden_size must be at least 1, got 0"):
        build((described(kind(2, 3)) or {}) | {"hidden_size": 0}, 10)


@pytest.mark.parametrize("kind", KINDS)
def test_compiled_and_eager_agree(kind: Any) -> None:
    model = nn.Sequential(kind(2, 3, seed=1), nn.Last(), nn.Layer(3, 2, activation="tanh", seed=1))
    X, T = np.random.default_rng(1).normal(size=(2, 4, 2)), np.random.default_rng(2).normal(size=(2, 2))

    def loss(x: Any, t: Any) -> Any:
        return nn.mean_squared_error(model(x), t)

    total = autograd.mean([loss(x, t) for x, t in zip(X.tolist(), T.tolist(), strict=True)])
    total.backward()
    value, gradient = autograd.compile(loss, model.parameters(), batched=True).value_and_grad(X, T)
    assert value == pytest.approx(total.data, rel=1e-12)
    assert gradient == pytest.approx([p.grad for p in model.parameters()], rel=1e-10)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: nn.LSTM(0, 1), ValueError, "input_size must be at least 1, got 0"),
        (lambda: nn.GRU(1, 10**5), ValueError, "more than 100,000,000 parameters"),
        (lambda: nn.LSTM(2, 1, num_layers=2), TypeError, "num_layers'; build one such module for each layer"),  # type: ignore[call-arg]
        (lambda: nn.LSTM(10, 20, 2), TypeError, "PyTorch's third is num_layers: build one such module for each"),  # type: ignore[call-arg,misc]
        (lambda: nn.RNN(1, 1)([]), ValueError, "input of RNN is empty"),
        (lambda: nn.GRU(2, 1)([[1.0]]), ValueError, "GRU expects 2 inputs, got 1"),
        (lambda: nn.GRU(1, 2)([[1.0]], [0.0]), ValueError, "GRU's state expects 2 inputs, got 1"),
        (lambda: nn.LSTM(1, 1)([[1.0]], [0.0]), TypeError, "LSTM's state must be a pair"),
        (lambda: nn.LSTM(1, 2)([[1.0]], ([0.0, 0.0], [0.0])), ValueError, "LSTM's cell expects 2 inputs, got 1"),
        (lambda: nn.RNN(1, 1)(1.0), TypeError, "input of RNN must be one sequence"),
        (lambda: nn.LSTM(2, 1)([1.0, 2.0]), ValueError, r"lists of 2 numbers, got 1.0 in .*\[embedding\(index\) for"),
    ],
)
def test_errors(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_is_any_sequence_of_numbers(kind: Any) -> None:
    memory = kind(2, 2, seed=1)

    def state(made: Any) -> Any:
        return (made([0.5, -0.1]), made([0.2, 0.3])) if kind is nn.LSTM else made([0.5, -0.1])

    expected = numbers(memory(SEQUENCE, state(list)))
    for made in (tuple, np.array, iter, lambda row: (number for number in row)):
        assert numbers(memory(SEQUENCE, state(made))) == expected
    alone = kind(2, 1, seed=1)
    one, same = ((0.5, 0.2), ([0.5], [0.2])) if kind is nn.LSTM else (0.5, [0.5])
    assert numbers(alone(SEQUENCE, one)) == numbers(alone(SEQUENCE, same))


@pytest.mark.parametrize("kind", KINDS)
def test_the_pair_is_not_an_output(kind: Any) -> None:
    for given in (SEQUENCE[None], [SEQUENCE.tolist()]):
        with pytest.raises(TypeError, match=r"output must be a number or a list of numbers; got the pair"):
            nn.fit(kind(2, 3), given, [1.0], loss="mean_squared_error", epochs=1, progress=False)


def test_another_nonlinearity_may_be_assigned() -> None:
    memory = nn.RNN(2, 3, seed=1)
    memory.nonlinearity = "relu"
    assert numbers(memory(SEQUENCE)) == numbers(nn.RNN(2, 3, nonlinearity="relu", seed=1)(SEQUENCE))
    with pytest.raises(ValueError, match="unknown nonlinearity 'rleu'; did you mean 'relu'"):
        memory.nonlinearity = "rleu"


def test_a_gradient_fades_through_time() -> None:
    """One unit without input: d last / d first is its weight to the power of the steps, as tanh is linear near 0."""
    memory = nn.RNN(1, 1, seed=0)
    memory.load_state_dict(dict.fromkeys(memory.state_dict(), 0.0) | {"from_hidden.neurons.0.weights.0": 0.5})
    start = autograd.Value(1e-9)
    _, last = memory([[0.0]] * 20, [start])
    last[0].backward()
    assert start.grad == pytest.approx(0.5**20, rel=1e-12)


@pytest.mark.parametrize(("make", "loops"), [(nn.LSTM, 3), (nn.GRU, 3), (nn.RNN, 0)])
def test_a_step_of_a_recurrence_is_one_product_and_one_loop(make: Any, loops: int) -> None:
    memory = make(2, 5, seed=0)
    source = np.random.default_rng(0)

    def f(sequence: Any) -> Value:
        outputs, _ = memory(sequence)
        return autograd.mean([v * v for row in outputs for v in row])

    program = autograd.compile(f, memory.parameters(), batched=True, backend="c")
    for samples in (3, 101):  # the second time in blocks
        X = source.normal(size=(samples, 3, 2))
        value, gradient = program.value_and_grad(X)
        outputs = [f([[Value(x) for x in row] for row in sample]) for sample in X.tolist()]
        for parameter in memory.parameters():
            parameter.grad = 0.0
        autograd.mean(outputs).backward()
        expected = np.array([parameter.grad for parameter in memory.parameters()])
        assert value == pytest.approx(np.mean([output.data for output in outputs]), rel=1e-13)
        assert gradient == pytest.approx(expected, rel=1e-11, abs=1e-14)
    assert sum("sigmoid" in line for line in program.explain().splitlines()) == loops


@pytest.mark.parametrize("kind", KINDS)
def test_the_layers_within_have_no_activation_of_their_own(kind: Any) -> None:
    memory = kind(2, 3)
    memory.from_input.activation = "relu"
    with pytest.raises(ValueError, match="the activation of a layer within another module is 'relu'"):
        memory(SEQUENCE)
    with pytest.raises(AttributeError, match=r"\.hidden_size cannot be replaced, got 3: make another module"):
        memory.hidden_size = 3
    with pytest.raises(AttributeError, match=r"\.num_layers = 2 has no effect; build one such module for each layer"):
        memory.num_layers = 2
