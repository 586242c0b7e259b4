"""What is assigned after creation takes effect as if it had been given to the constructor, or is refused."""

from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import pytest

import nn
from autograd import Value, compile, relu

NAN = math.nan


def layer() -> nn.Layer[Any]:
    return nn.Layer(2, 2, activation="tanh", seed=1)


def values() -> list[Value]:
    return [Value(1.0), Value(-2.0)]


REFUSED: list[tuple[Any, str, Any, str]] = [
    (layer(), "activation", "rleu", "unknown activation 'rleu'; did you mean 'relu'"),
    (layer(), "activation", None, "activation must be a name such as 'relu' or a callable, got None"),
    (layer(), "neurons", [], "neurons is empty"),
    (layer(), "neurons", [3], r"neurons\[0\] must be a Neuron, got 3"),
    (
        layer(),
        "neurons",
        [nn.Neuron(2, activation="relu")],
        r"neurons\[0\] has the activation 'relu', but its layer has",
    ),
    (layer(), "neurons", [nn.Neuron(3)], r"neurons\[0\] has 3 weights, but its layer has 2 inputs"),
    (layer(), "in_size", 3, "Layer.in_size cannot be replaced, got 3: make a new layer"),
    (layer(), "seed", 3, "Layer.seed = 3 has no effect; it is an argument of Layer"),
    (layer().neurons[0], "activation", "relu", "Neuron.activation cannot be replaced.*assign that of its layer"),
    (
        nn.Neuron(2),
        "bias",
        0.5,
        r"bias must be a Value, got 0.5: assign the number to its .data, or write Value\(0.5\)",
    ),
    (nn.Neuron(2), "weights", [0.1, 0.2], r"weights\[0\] must be a Value, got 0.1"),
    (nn.Neuron(2), "w", 0.5, "weights must be a list of Values; got 0.5"),
    (nn.MLP(2, [2, 1]), "layers", [layer(), nn.Layer(3, 1)], "layer 1 expects 3 inputs, but layer 0 gives 2"),
    (nn.MLP(2, [2, 1]), "activation", "tanh", r"no effect; here it is that of a layer, as in model.layers\[0\].activ"),
    (nn.MLP(2, [2, 1]), "stop_training", True, r"no effect; here it is training.stop\(\)"),
    (nn.Dropout(0.5), "rate", 2, "rate must be at least 0 and less than 1, got 2"),
    (nn.Dropout(0.5), "random", "x", "must be a whole number, got 'x'"),
    (nn.LayerNorm(2), "epsilon", NAN, "epsilon must be at least 0, got nan"),
    (nn.LayerNorm(2), "epsilon", -1, "epsilon must be at least 0, got -1"),
    (nn.LayerNorm(2), "scale", [1.0, 2.0], r"scale\[0\] must be a Value, got 1.0"),
    (nn.Embedding(2, 2), "vectors", [values(), values()[:1]], r"all of one size; got sizes \[1, 2\]"),
    (nn.SGD(values(), 0.1), "momentum", 2, "momentum must be at least 0 and less than 1, got 2"),
    (nn.SGD(values(), 0.1), "nesterov", True, "nesterov needs a momentum greater than 0"),
    (nn.SGD(values(), 0.1, 0.9, nesterov=True), "momentum", 0, "nesterov needs a momentum greater than 0"),
    (nn.SGD(values(), 0.1), "learning_rate", "0.1", "learning_rate must be a real number, got '0.1'"),
    (nn.SGD(values(), 0.1), "betas", (0.5, 0.5), "SGD.betas = .* has no effect; SGD has no such setting"),
    (nn.SGD(values(), 0.1), "parameters", [Value(1.0)], "SGD.parameters cannot be replaced.*make a new optimizer"),
    (nn.RMSProp(values()), "smoothing", 1, "smoothing must be at least 0 and less than 1, got 1"),
    (nn.Adam(values()), "betas", (2, 0.5), r"betas\[0\] must be at least 0 and less than 1, got 2"),
    (nn.Adam(values()), "weight_decay", "x", "weight_decay must be a real number, got 'x'"),
    (nn.AdaGrad(values()), "epsilon", 0, "epsilon must be greater than 0, got 0"),
    (nn.StepDecay(2), "every", 0, "every must be greater than 0, got 0"),
    (nn.MultiStepDecay([1]), "milestones", [-1], r"milestones\[0\] must be at least 0, got -1"),
    (nn.ExponentialDecay(), "gamma", 0.5, "no effect; here it is factor"),
    (nn.CosineDecay(4), "total", -3, "total must be greater than 0, got -3"),
    (nn.WarmUp(4), "then", 3, r"schedule must be a name such as 'cosine' or a callable\(time\), got 3"),
    (nn.EarlyStopping(2), "patience", 1.5, "patience must be a whole number, got 1.5"),
    (nn.activation("relu"), "gain", -1, "Activation.gain cannot be replaced, got -1: layers share it"),
]


def test_a_module_may_have_notes_and_an_optimizer_none() -> None:
    noted: Any = layer()
    noted.purpose = "hidden"
    assert noted.purpose == "hidden"
    with pytest.raises(AttributeError, match="SGD has no such setting; it has learning_rate"):
        nn.SGD(values(), 0.1).purpose = "hidden"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("thing", "name", "value", "message"), REFUSED)
def test_a_wrong_setting_is_refused_when_it_is_assigned(thing: Any, name: str, value: Any, message: str) -> None:
    before = dict(getattr(thing, "__dict__", {}))
    with pytest.raises((AttributeError, TypeError, ValueError), match=message):
        setattr(thing, name, value)
    assert getattr(thing, "__dict__", {}) == before


IN_PLACE: list[tuple[Any, Any, str]] = [
    (lambda m: m.layers[0].neurons, nn.Neuron(2, activation="relu"), r"neurons\[0\] has the activation 'relu'"),
    (
        lambda m: m.layers[0].neurons,
        nn.Neuron(3, activation="tanh"),
        r"neurons\[0\] has 3 weights, but its layer has 2",
    ),
    (lambda m: m.layers[0].neurons, None, r"neurons\[0\] must be a Neuron, got None"),
    (lambda m: m.layers[0].neurons[0].weights, 0.5, r"weights\[0\] must be a Value, got 0.5"),
    (lambda m: m.layers, nn.Layer(2, 4), "layer 1 expects 2 inputs, but layer 0 gives 4"),
    (lambda m: m.layers, "tanh", "layer 0 must be a module or a function, got 'tanh'; write activation='tanh'"),
    (lambda m: m.layers, None, "layer 0 must be a module or a function, got None"),
]


@pytest.mark.parametrize(("where", "item", "message"), IN_PLACE)
def test_a_wrong_item_of_a_list_is_refused_at_the_next_call(where: Any, item: Any, message: str) -> None:
    model = nn.MLP(2, [2, 1], "tanh", seed=1)
    model([1.0, 2.0])
    where(model)[0] = item
    with pytest.raises((TypeError, ValueError), match=message):
        model([1.0, 2.0])


def test_a_number_in_place_of_a_parameter_is_found_when_it_should_be_trained() -> None:
    """In a layer whose calls would take too long with a check."""
    model = nn.Sequential(nn.Embedding(3, 2, seed=1), nn.LayerNorm(2), nn.Layer(2, 1, seed=1))
    optimizer = nn.SGD(model, 0.1)
    model.layers[1].scale[0] = 2.0
    with pytest.raises(TypeError, match=r"layers\.1\.scale\[0\] must be a Value, got 2.0"):
        optimizer.step()
    model.layers[1].scale[0] = Value(2.0)
    model.layers[0].vectors[2] = [0.5, 0.5]
    with pytest.raises(TypeError, match=r"layers\.0\.vectors\[2\]\[0\] must be a Value, got 0.5"):
        nn.Adam(model)


def test_an_assigned_activation_is_that_of_all_neurons() -> None:
    a_layer = layer()
    sums = [math.atanh(output.data) for output in a_layer([0.5, -0.25])]
    a_layer.activation = "relu"  # type: ignore[assignment]
    assert [output.data for output in a_layer([0.5, -0.25])] == pytest.approx([max(x, 0.0) for x in sums])
    assert a_layer.neurons[0]([0.5, -0.25]).data == a_layer([0.5, -0.25])[0].data


class Leaky(nn.Module):
    """An activation with a parameter."""

    def __init__(self) -> None:
        self.slope = Value(0.25)

    def __call__(self, x: Any) -> Any:
        return relu(x) - self.slope * relu(-x)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_a_copy_has_the_parameters_of_its_activation(copied: Any) -> None:
    neuron = nn.Neuron(1, activation=Leaky(), init=lambda *_: 1.0)
    a_layer = nn.Layer(1, 2, activation="tanh", init=lambda *_: 1.0)
    a_layer.activation = Leaky()  # type: ignore[assignment]
    modules: tuple[Any, ...] = (neuron, a_layer)
    for model in modules:
        own, other = dict(model.named_parameters()), dict((twin := copied(model)).named_parameters())
        assert list(own) == list(other)
        assert sum(name == "activation_module.slope" for name in own) == 1
        other["activation_module.slope"].data = 0.5
        for each, slope in ((model, 0.25), (twin, 0.5)):
            outputs = each([-2.0])
            assert (outputs if model is neuron else outputs[1]).data == -2.0 * slope
    a_layer.activation = "tanh"  # type: ignore[assignment]
    assert len(a_layer.parameters()) == 4


def test_an_assigned_setting_counts_from_the_next_step() -> None:
    """By hand, with the gradient 1 each time: 0 - 0.5, then the velocities 1 and 1.5."""
    parameter = Value(0.0)
    optimizer = nn.SGD([parameter], 0.5)
    numbers = []
    for _ in range(3):
        parameter.grad = 1.0
        optimizer.step()
        optimizer.zero_grad()
        numbers.append(parameter.data)
        optimizer.momentum, optimizer.learning_rate = 0.5, 0.25
    assert numbers == [-0.5, -0.75, -1.125]


def test_the_parameters_of_an_optimizer_cannot_be_changed_in_place() -> None:
    optimizer = nn.SGD(nn.Layer(2, 2), 0.1)
    with pytest.raises(AttributeError, match="have no attribute 'append'; make a new optimizer"):
        optimizer.parameters.append(Value(1.0))  # type: ignore[attr-defined]
    assert len(copy.deepcopy(optimizer).parameters) == 6


def test_a_compiled_program_follows_an_assigned_activation() -> None:
    a_layer = layer()
    program = compile(lambda x: a_layer([x, 0.5]), a_layer.parameters(), backend="numpy")
    program(0.25)
    a_layer.activation = "sigmoid"  # type: ignore[assignment]
    assert list(program(0.25)) == pytest.approx([output.data for output in a_layer([0.25, 0.5])], rel=1e-12)


@pytest.mark.parametrize("base", [nn.Layer, nn.MLP, nn.SGD, nn.StepDecay])
def test_a_class_of_ones_own_has_attributes_of_any_name(base: Any) -> None:
    own = type("Own", (base,), {})
    made = own(*{nn.Layer: (2, 2), nn.MLP: (2, [1]), nn.SGD: (values(), 0.1), nn.StepDecay: (2,)}[base])
    made.seed = 3
    assert made.seed == 3
