from __future__ import annotations

import math
import random

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, tanh


def test_a_neuron_by_hand() -> None:
    neuron = nn.Neuron(2, activation="tanh")
    neuron.load_state_dict({"weights.0": 0.5, "weights.1": -1.0, "bias": 0.25})
    out = neuron([2.0, 1.0])  # tanh(1 - 1 + 0.25)
    assert out.data == pytest.approx(math.tanh(0.25), rel=1e-15)
    out.backward()
    slope = 1 / math.cosh(0.25) ** 2
    assert [p.grad for p in neuron.parameters()] == pytest.approx([2 * slope, slope, slope], rel=1e-14)


def test_a_layer_is_its_neurons() -> None:
    layer = nn.Layer(3, 4, seed=0, activation="tanh")
    row = [0.3, -1.2, 2.0]
    assert [v.data for v in layer(row)] == [neuron(row).data for neuron in layer.neurons]


def test_width_one_gives_a_single_value() -> None:
    assert isinstance(nn.Layer(2, 1)([1.0, 2.0]), Value)
    assert isinstance(nn.MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert isinstance(nn.MLP(2, [1, 2])([1.0, 2.0]), list)  # a single Value goes on into the next layer


def test_micrograds_first_weights() -> None:
    # random.seed(1337); then two weights a neuron, in order, by random.uniform(-1, 1)
    random.seed(1337)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 16 + 16)]
    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1], init="micrograd")
    layers = model.layers
    assert [w.data for neuron in layers[0].neurons for w in neuron.w] == drawn[:32]
    assert [w.data for w in layers[1].neurons[0].w] == drawn[32:48]
    assert {neuron.b.data for layer in layers for neuron in layer.neurons} == {0.0}
    assert [layer.neurons[0].nonlin for layer in layers] == [True, True, False]


def test_micrograds_arguments() -> None:
    assert not nn.Neuron(3, nonlin=False).nonlin
    assert not nn.Neuron(3, False).nonlin
    assert not nn.Layer(3, 2, nonlin=False).neurons[0].nonlin
    assert nn.Neuron(3).activation.name == "relu"


@pytest.mark.parametrize(
    "row",
    [
        [1.0, -2.0],
        (1.0, -2.0),
        np.array([1.0, -2.0]),
        np.array([1, -2], dtype=np.int8),
        np.array([1, -2], dtype=np.float32),
        [np.float64(1.0), np.float64(-2.0)],
        [Value(1.0), -2],
        iter([1.0, -2.0]),
        np.array([Value(1.0), Value(-2.0)], dtype=object),
    ],
)
def test_any_sequence_of_numbers_is_a_sample(row: object) -> None:
    model = nn.MLP(2, [3, 2], seed=0)
    assert [v.data for v in model(row)] == [v.data for v in model([1.0, -2.0])]


@pytest.mark.parametrize("make", [nn.Neuron, lambda size: nn.Layer(size, 2), lambda size: nn.MLP(size, [2, 1])])
@pytest.mark.parametrize(
    ("inputs", "kind", "message"),
    [
        ([1.0, 2.0], ValueError, "expects 3 inputs, got 2"),
        ([], ValueError, "expects 3 inputs, got 0"),
        (1.0, ValueError, "expects 3 inputs, got 1"),
        ([[1.0, 2.0, 3.0], [1.0, 2.0, 3.0]], ValueError, "one sample of 3 numbers, got a batch of 2"),
        (np.ones((4, 3)), ValueError, "got a batch of 4"),
        ([[1.0, 2.0]] * 3, ValueError, "got a batch of 3.*nn.predict"),
        ("abc", TypeError, "must be a sequence of numbers or Values.*'abc'"),
        (None, TypeError, "must be a sequence of numbers or Values.*None"),
        ({1: 2}, TypeError, "must be a sequence"),
        ([1.0, "2", 3.0], TypeError, "must be a real number, got '2'"),
        ([1.0, None, 3.0], TypeError, "must be a real number, got None"),
        ([1.0, 2j, 3.0], TypeError, "real number"),
    ],
)
def test_wrong_inputs(make: object, inputs: object, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        make(3)(inputs)  # type: ignore[operator]


def test_the_neuron_names_itself() -> None:
    with pytest.raises(ValueError, match=r"^Neuron expects 3 inputs, got 2$"):
        nn.Neuron(3)([1.0, 2.0])


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ((2, []), ValueError, "nouts is empty"),
        ((2, 3), TypeError, "nouts must be a list of widths, such as \\[16, 1\\]"),
        ((2, "31"), TypeError, "nouts must be a list of widths, such as \\[16, 1\\]"),
        ((0, [1]), ValueError, "nin must be at least 1, got 0"),
        ((2.5, [1]), TypeError, "nin must be a whole number, got 2.5"),
        ((True, [1]), TypeError, "nin must be a whole number, got True"),
        ((2, [3, -1]), ValueError, r"nouts\[1\] must be at least 1, got -1"),
        ((2, [3, 1], "rleu"), ValueError, "unknown activation 'rleu'; did you mean 'relu'"),
        ((2, [3, 1], ["relu"]), ValueError, "activation has 1 entries for 2 layers"),
        ((2, [3, 1], None, 3), TypeError, "activation must be a name"),
        ((2, [3, 1], "relu", "identity", "hee"), ValueError, "unknown init 'hee'"),
        ((2, [3, 1], "relu", "identity", 5), TypeError, "init must be a name"),
        ((2, [3, 1], "relu", "identity", "he", "x"), TypeError, "seed must be a whole number"),
        ((2, [3, 1], "relu", "identity", "he", -1), ValueError, "seed must be at least 0"),
    ],
)
def test_wrong_arguments_of_mlp(arguments: tuple[object, ...], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        nn.MLP(*arguments)  # type: ignore[arg-type]


def test_nonlin_is_a_truth_value() -> None:
    with pytest.raises(TypeError, match="write activation='tanh' for a name"):
        nn.Neuron(2, "tanh")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nonlin must be True or False"):
        nn.Layer(2, 2, nonlin=1)  # type: ignore[arg-type]


def test_one_activation_for_each_layer() -> None:
    model = nn.MLP(2, [3, 3, 2], ["tanh", lambda v: v * v, "softmax"], seed=0)
    assert [layer.activation.name for layer in model.layers] == ["tanh", "<lambda>", "softmax"]
    outputs = model([1.0, 2.0])
    assert sum(v.data for v in outputs) == pytest.approx(1.0, rel=1e-15)


def test_a_function_of_one_number_is_no_layer() -> None:
    with pytest.raises(TypeError, match=r"layer 1 is tanh.*write Layer\(\.\.\., activation='tanh'\)"):
        nn.Sequential(nn.Layer(2, 3), autograd.tanh, nn.Layer(3, 1))


def test_a_callable_activation_and_one_of_lists() -> None:
    assert nn.Neuron(1, activation=tanh).activation.name == "tanh"
    largest_only = nn.Layer(2, 2, activation=lambda vs: [v / vs[0] for v in vs], seed=1)
    assert largest_only([1.0, 1.0])[0].data == 1.0


def test_softmax_needs_a_layer() -> None:
    with pytest.raises(ValueError, match="softmax needs a layer's whole output"):
        nn.Neuron(2, activation="softmax")([1.0, 2.0])


def test_the_same_seed_gives_the_same_model_and_global_seed_too() -> None:
    assert nn.MLP(3, [4, 2], seed=7).state_dict() == nn.MLP(3, [4, 2], seed=7).state_dict()
    assert nn.MLP(3, [4, 2], seed=7).state_dict() != nn.MLP(3, [4, 2], seed=8).state_dict()
    random.seed(3)
    first = nn.MLP(3, [4, 2]).state_dict()
    random.seed(3)
    assert nn.MLP(3, [4, 2]).state_dict() == first


def test_sequential_checks_sizes_and_members() -> None:
    with pytest.raises(ValueError, match="layer 1 expects 4 inputs, but layer 0 gives 3"):
        nn.Sequential(nn.Layer(2, 3), nn.Layer(4, 1))
    with pytest.raises(ValueError, match="layer 2 expects 4 inputs, but layer 0 gives 3"):
        nn.Sequential(nn.Layer(2, 3), nn.Dropout(0.1), nn.Layer(4, 1))
    with pytest.raises(ValueError, match="at least one layer"):
        nn.Sequential()
    with pytest.raises(TypeError, match="layer 0 must be a module or a function"):
        nn.Sequential(3)
    with pytest.raises(TypeError, match=r"layer 0 must be a module.*; write Layer\(\.\.\.\)"):
        nn.Sequential(nn.Layer)
    with pytest.raises(TypeError, match=r"layer 1 must be a module.*; write activation='relu' in the layer before it"):
        nn.Sequential(nn.Layer(2, 3), "relu")
    model = nn.Sequential([nn.Layer(2, 3), lambda values: [v * 2.0 for v in values], nn.Layer(3, 1)])
    assert len(model.parameters()) == 13


def test_an_activation_with_parameters_of_its_own() -> None:
    class Slope(nn.Module):
        def __init__(self) -> None:
            self.slope = Value(0.25)

        def __call__(self, x: Value) -> Value:
            return x * self.slope

    layer = nn.Layer(1, 2, activation=Slope())
    assert len(layer.parameters()) == 5


def test_reprs() -> None:
    assert (
        repr(nn.MLP(2, [3, 1], "tanh", "sigmoid")) == "MLP(2, [3, 1], activation='tanh', output_activation='sigmoid')"
    )
    assert repr(nn.MLP(2, [3, 3, 1], ["tanh", "relu", "identity"])).endswith("activation=['tanh', 'relu', 'identity'])")
    assert repr(nn.Neuron(2)) == "Neuron(2, activation='relu')"


@pytest.mark.parametrize("size", [10**9, 10**400, 10**5000], ids=["9", "400", "5000"])
def test_sizes_that_fill_any_memory_are_refused_before_anything_is_made(size: int) -> None:
    shown = {10**9: "1000000000", 10**400: "1000000000", 10**5000: "a whole number of 16610 bits"}[size]
    makers = {
        "Neuron(nin=": lambda: nn.Neuron(size),
        "Layer(nin=": lambda: nn.Layer(size, 1),
        "Layer(nin=2, nout=": lambda: nn.Layer(2, size),
        "MLP(nin=2, nouts=[3, ": lambda: nn.MLP(2, [3, size, 1]),
        "LayerNorm(size=": lambda: nn.LayerNorm(size),
        "Embedding(count=4, size=": lambda: nn.Embedding(4, size),
        "n_samples must be at most 100,000,000, got ": lambda: nn.make_moons(size),
        "classes must be at most 100,000,000, got ": lambda: nn.one_hot([0, 1], size),
    }
    for start, make in makers.items():
        with pytest.raises(ValueError, match="100,000,000") as refused:
            make()
        assert str(refused.value).startswith(start + shown)
    with pytest.raises(ValueError, match="use smaller sizes"):
        nn.MLP(100_000, [100_000, 1])


def test_a_number_too_long_to_be_written_out_is_shown_by_its_length() -> None:
    with pytest.raises(ValueError, match="nin must be at least 1, got a whole number of 16610 bits"):
        nn.Neuron(-(10**5000))
    with pytest.raises(ValueError, match="learning_rate is too large for a float: a whole number of 16610 bits"):
        nn.SGD(nn.Neuron(1), learning_rate=10**5000)


class Unspeakable:
    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_what_cannot_be_shown_or_is_no_whole_number_after_all_is_refused_in_words() -> None:
    with pytest.raises(TypeError, match="nin must be a whole number, got <Unspeakable whose repr raised RuntimeError>"):
        nn.Neuron(Unspeakable())  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"got <list whose repr raised ValueError>"):
        nn.Neuron([10**5000])  # type: ignore[arg-type]
    for wrong in (np.array(2.5), np.ma.masked):
        with pytest.raises(TypeError, match="nin must be a whole number"):
            nn.Neuron(wrong)
    assert len(nn.Neuron(np.array(2)).weights) == 2  # type: ignore[arg-type]
