"""Convolutions beside NumPy's correlations of rows; gradients that accumulate over positions; uses of such a model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, check_gradients
from nn.config import build, described
from nn.metrics import plain

RNG = np.random.default_rng(5)


def weights_of(conv: Any, *shape: int) -> tuple[Any, Any]:
    """Weights and biases as arrays, taken from the state by name."""
    state = conv.state_dict()
    names = [name for name in state if ".weights." in name]
    biases = [number for name, number in state.items() if name.endswith("bias")]
    return np.array([state[name] for name in names]).reshape(shape), np.array(biases)


def correlate(planes: Any, weights: Any) -> Any:
    """The sum over planes and rows of the correlations of their rows, where the weights lie within the image."""
    height = len(weights[0])
    return np.array(
        [
            sum(
                np.correlate(plane[top + k], part[k], mode="valid")
                for plane, part in zip(planes, weights, strict=True)
                for k in range(height)
            )
            for top in range(len(planes[0]) - height + 1)
        ]
    )


def numbers(nested: Any) -> Any:
    return [numbers(part) for part in nested] if isinstance(nested, list) else nested.data


@pytest.mark.parametrize("stride", [1, (2, 1)])
@pytest.mark.parametrize("padding", [0, (1, 2)])
def test_conv2d(stride: Any, padding: Any) -> None:
    conv = nn.Conv2d(2, 3, (2, 3), stride, padding, seed=1)
    for neuron in conv.filters.neurons:
        neuron.bias.data = float(RNG.normal())
    image = RNG.normal(size=(2, 5, 6))
    weights, biases = weights_of(conv, 3, 2, 2, 3)
    rows, columns = padding or (0, 0)
    around = np.pad(image, [(0, 0), (rows, rows), (columns, columns)])
    down, across = (stride, stride) if stride == 1 else stride
    expected = [correlate(around, w)[::down, ::across] + bias for w, bias in zip(weights, biases, strict=True)]
    np.testing.assert_allclose(numbers(conv(image)), expected, rtol=1e-13)


def test_conv1d() -> None:
    conv = nn.Conv1d(2, 2, 3, stride=2, padding=1, activation="tanh", seed=2)
    signal = RNG.normal(size=(2, 8))
    weights, _ = weights_of(conv, 2, 2, 3)
    around = np.pad(signal, [(0, 0), (1, 1)])
    expected = [np.tanh(correlate(around[:, None], w[:, None])[0, ::2]) for w in weights]
    np.testing.assert_allclose(numbers(conv(signal)), expected, rtol=1e-13)


def test_a_shared_weight_accumulates_over_positions() -> None:
    """The derivative of the sum of a map is the sum of all that the weight has seen."""
    conv = nn.Conv2d(1, 1, 2)
    image = [[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]
    total = sum(value for row in conv(image)[0] for value in row)
    total.backward()
    assert [weight.grad for weight in conv.filters.neurons[0].weights] == [1 + 2, 2 + 3, 4 + 5, 5 + 6]
    assert conv.filters.neurons[0].bias.grad == 2.0


def test_gradients_of_the_image() -> None:
    conv = nn.Conv2d(1, 2, 2, padding=1, activation="tanh", seed=3)
    check_gradients(lambda *x: sum(v for plane in conv([[list(x)]]) for row in plane for v in row), 0.3, -0.2, 0.9)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: nn.Conv2d(0, 1, 1), ValueError, "in_channels must be at least 1, got 0"),
        (lambda: nn.Conv2d(1, 1, 1, padding=-1), ValueError, "padding must be at least 0, got -1"),
        (lambda: nn.Conv2d(1, 1, 3, padding="same"), TypeError, r"got 'same': .* 'same' is \(kernel_size - 1\) // 2"),
        (
            lambda: nn.Conv2d(1, 8, 3, 1, 1, 2),
            TypeError,
            r"^Conv2d\(\) takes 5 arguments .* but 6 were given; PyTorch's",
        ),  # type: ignore[call-arg,misc]
        (lambda: nn.Conv2d(1, 1, 3, bias=False), TypeError, r"^Conv2d\(\) got an unexpected keyword argument 'bias'"),  # type: ignore[call-arg]
        (lambda: nn.Conv1d(1, 1, (3, 3)), TypeError, "kernel_size must be a whole number"),
        (lambda: nn.Conv2d(1, 1, 1, activation="rleu"), ValueError, "unknown activation 'rleu'"),
        (lambda: nn.Conv2d(10**4, 10**4, 10**4), ValueError, "more than 100,000,000 parameters"),
        (lambda: nn.Conv2d(2, 1, 1)([[[1.0]]]), ValueError, "Conv2d expects 2 channels, got 1"),
        (lambda: nn.Conv1d(1, 1, 3)([[1.0, 2.0]]), ValueError, "smaller than the window of 1 x 3"),
        (lambda: nn.Conv1d(1, 1, 1)([1.0, 2.0]), TypeError, "must be one signal: a list of channels"),
        (lambda: nn.Conv2d(1, 1, 1)([[["a"]]]), TypeError, "must have numbers in its rows, got .a."),
    ],
)
def test_errors(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def network() -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(1, 2, 2, activation="relu", seed=0), nn.MaxPool2d(2), nn.AvgPool2d((1, 1)), nn.Flatten(),
        nn.Layer(2, 2, nonlin=False, seed=0),
    )  # fmt: skip


def test_the_summary_counts_shared_weights_once() -> None:
    lines = network().summary().splitlines()
    assert lines[1].split() == ["layers.0", "Conv2d(1,", "2,", "kernel_size=2,", "activation='relu')", "10"]
    assert lines[-1] == "16 parameters"


def test_a_file_has_the_whole_network(tmp_path: Path) -> None:
    model, path = network(), tmp_path / "model.json"
    nn.save(model, path)
    again = nn.load(path)
    assert repr(again) == repr(model)
    image = [[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]]]
    assert numbers(again(image)) == numbers(model(image))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kernel_size": [2, 0]}, r"kernel_size\[1\] must be at least 1, got 0"),
        ({"stride": "fast"}, "stride must be a whole number, got 'fast'"),
        ({"out_channels": 3}, "architecture has 15 parameters but the file has 10"),
        ({"activation": "rleu"}, "unknown activation 'rleu'"),
        ({"groups": 2}, "Conv2d needs exactly the entries"),
    ],
)
def test_a_wrong_description_is_refused(wrong: dict[str, Any], message: str) -> None:
    description = described(nn.Conv2d(1, 2, 2))
    assert description is not None
    with pytest.raises(ValueError, match=message):
        build(description | wrong, 10)


def test_a_dead_filter_is_found() -> None:
    model = network()
    for weight in model.layers[0].filters.neurons[1].weights:
        weight.data = -1.0
    model.layers[0].filters.neurons[1].bias.data = -5.0
    X = [[[[float(n + i + j) / 6 for j in range(3)] for i in range(3)]] for n in range(4)]
    probes = nn.diagnostics.probe_layers(model, X)
    assert [probe.name for probe in probes] == ["layers.0.filters", "layers.4"]
    assert len(probes[0].sums) == 4 * 4  # each image has four positions


def test_compiled_and_eager_agree() -> None:
    conv = nn.Conv2d(1, 2, 2, padding=1, activation="tanh", seed=1)
    pool = nn.MaxPool2d(2)

    def loss(x: Any, t: Any) -> Any:
        return nn.mean_squared_error(nn.Flatten()(pool(conv(x))), t)

    program = autograd.compile(loss, conv.parameters(), batched=True)
    X, T = RNG.normal(size=(3, 1, 3, 3)), RNG.normal(size=(3, 8))
    total = autograd.mean([loss(x, t) for x, t in zip(X.tolist(), T.tolist(), strict=True)])
    total.backward()
    value, gradient = program.value_and_grad(X, T)
    assert value == pytest.approx(total.data, rel=1e-12)
    assert gradient == pytest.approx([p.grad for p in conv.parameters()], rel=1e-10)


@pytest.mark.parametrize(
    ("module", "shape", "assigned"),
    [
        (nn.Conv2d(1, 1, 2, seed=1), (1, 5, 6), {"stride": 2, "padding": (1, 0), "kernel_size": (1, 4)}),
        (nn.Conv1d(1, 2, 2, seed=1), (1, 7), {"stride": 2, "padding": 1}),
        (nn.AvgPool2d(2), (1, 5, 6), {"stride": (1, 1), "padding": (0, 1), "kernel_size": (1, 2)}),
    ],
)  # fmt: skip
def test_a_compiled_program_follows_assigned_sizes(module: Any, shape: Any, assigned: dict[str, Any]) -> None:
    """A guard watches what code of `nn` reads by a name written there, not by `getattr` and a variable."""
    x = RNG.normal(size=shape).tolist()
    program = autograd.compile(module, module.parameters())
    for name, setting in assigned.items():
        before = program(x)
        setattr(module, name, setting)
        after = program(x)
        np.testing.assert_allclose(after, plain(module(x)), rtol=1e-12)
        assert before != after


def test_values_go_in_too() -> None:
    x = Value(2.0)
    conv = nn.Conv1d(1, 1, 1, init=lambda *_: 3.0)
    conv([[x]])[0][0].backward()
    assert x.grad == 3.0


def test_maps_are_predicted_but_have_no_class() -> None:
    conv = nn.Conv2d(1, 2, 2, init=lambda *_: 1.0)
    images = [[[[1.0, 2.0], [3.0, 4.0]]], [[[0.0, 0.0], [0.0, 1.0]]]]
    assert nn.predict(conv, images) == [[[[10.0]], [[10.0]]], [[[1.0]], [[1.0]]]]
    for given in (images, np.array(images)):
        with pytest.raises(TypeError, match=r"has no class: end the model with nn.Flatten\(\)"):
            nn.predict_classes(conv, given)


@pytest.mark.parametrize(
    ("keyword", "answer"),
    [
        ({"groups": 2}, r"conv_a\(x\[:2\]\) \+ conv_b\(x\[2:\]\)"),
        ({"dilation": 2}, "as with dilation=1: a larger kernel_size, or one more layer, sees as far"),
        ({"padding_mode": "reflect"}, "padding adds zeros"),
    ],
)
def test_what_pytorchs_convolutions_have_besides_is_answered(keyword: dict[str, Any], answer: str) -> None:
    with pytest.raises(TypeError, match=answer):
        nn.Conv2d(4, 6, 3, **keyword)


def test_the_maps_of_two_groups_are_those_of_one_convolution_without_the_weights_between_them() -> None:
    """As the answer to `groups` says."""
    conv_a, conv_b, whole = nn.Conv2d(2, 3, 2, seed=1), nn.Conv2d(2, 3, 2, seed=2), nn.Conv2d(4, 6, 2)
    none = [0.0] * 8
    for n, neuron in enumerate([*conv_a.filters.neurons, *conv_b.filters.neurons]):
        own = [weight.data for weight in neuron.weights]
        for weight, number in zip(whole.filters.neurons[n].weights, own + none if n < 3 else none + own, strict=True):
            weight.data = number
    x = RNG.normal(size=(4, 3, 3)).tolist()
    assert np.allclose(numbers(conv_a(x[:2]) + conv_b(x[2:])), numbers(whole(x)), rtol=1e-14)


def test_other_sizes_may_be_assigned() -> None:
    """One number in place of a pair, as for the constructor; the file has what the module computes with."""
    conv, image = nn.Conv2d(1, 1, 2, init=lambda *_: 1.0), np.arange(12.0).reshape(1, 3, 4)
    conv.stride, conv.padding = 2, (1, 0)
    assert numbers(conv(image)) == numbers(nn.Conv2d(1, 1, 2, 2, (1, 0), init=lambda *_: 1.0)(image))
    assert (described(conv) or {})["stride"] == [2, 2]
    with pytest.raises(ValueError, match=r"stride\[1\] must be at least 1, got 0"):
        conv.stride = (1, 0)
    with pytest.raises(ValueError, match=r"kernel_size \(3, 3\) would need filters with 9 weights, but these have 4"):
        conv.kernel_size = 3
    assert (described(conv) or {})["stride"] == [2, 2]
    with pytest.raises(AttributeError, match="out_channels"):
        conv.out_channels = 2  # type: ignore[misc]


def test_an_image_without_channels() -> None:
    with pytest.raises(TypeError, match=r"a grey image has one channel, \[rows\]\); got 1.0"):
        nn.Conv2d(1, 1, 1)([[1.0, 2.0]])


def test_an_activation_may_be_assigned_and_what_has_no_effect_is_refused() -> None:
    conv = nn.Conv1d(1, 1, 1, init=lambda *_: -2.0)
    conv.activation = "relu"
    assert conv([[3.0]])[0][0].data == 0.0
    with pytest.raises(AttributeError, match=r"Conv1d\.dilation = 2 has no effect; a window has no gaps"):
        conv.dilation = 2  # type: ignore[attr-defined]
    with pytest.raises(TypeError, match="padding must be a whole number, got 'same'"):
        conv.padding = "same"
    with pytest.raises(AttributeError, match=r"Conv1d\.in_channels cannot be replaced, got 2: make another"):
        conv.in_channels = 2
