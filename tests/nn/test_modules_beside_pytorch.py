"""The modules of images and sequences beside PyTorch: outputs and all gradients, in double precision.

Each starts from PyTorch's weights (`nn.load_torch`). The loss is the sum of all outputs, each times its own number, so
that a wrong sign or order shows. `nn.to_torch` then gives the same outputs again.
"""

from __future__ import annotations

import itertools
import random
from typing import Any

import pytest

import autograd
import nn
from autograd import Value

TOLERANCE = {"rel": 1e-12, "abs": 1e-12}


def drawn(*shape: int) -> Any:
    """Nested lists of numbers, different for each shape."""
    source = random.Random(str(shape))

    def of(sizes: tuple[int, ...]) -> Any:
        return [of(sizes[1:]) for _ in range(sizes[0])] if sizes else source.uniform(-1.0, 1.0)

    return of(shape)


def mapped(function: Any, nested: Any) -> Any:
    return [mapped(function, part) for part in nested] if isinstance(nested, (list, tuple)) else function(nested)


def flat(nested: Any) -> list[Any]:
    return [leaf for part in nested for leaf in flat(part)] if isinstance(nested, (list, tuple)) else [nested]


def weighted(outputs: list[Any]) -> Any:
    return sum(output * ((7 * n) % 11 - 4.5) for n, output in enumerate(outputs))


def compare(ours: Any, theirs: Any, inputs: list[Any], their_outputs: Any = flat, our_outputs: Any = flat) -> None:
    """Outputs, and the gradients with respect to the inputs and to each parameter."""
    import torch

    if ours.parameters():
        nn.load_torch(ours, theirs.state_dict())
    tensors = [torch.tensor(data, dtype=torch.float64, requires_grad=True) for data in inputs]
    values = [mapped(Value, data) for data in inputs]
    result = their_outputs(theirs(*tensors))
    expected = [number for part in result for number in part.flatten()]
    outputs = our_outputs(ours(*values))
    assert [value.data for value in outputs] == pytest.approx([number.item() for number in expected], **TOLERANCE)
    weighted(expected).backward()
    weighted(outputs).backward()
    for value, tensor in zip(values, tensors, strict=True):
        given = [leaf.grad for leaf in flat(value)]
        assert given == pytest.approx(tensor.grad.flatten().tolist(), **TOLERANCE)
    theirs_by_name = {name.removesuffix("_l0"): entry.grad for name, entry in theirs.named_parameters()}
    for name, rows in (ours.torch_parameters() if ours.parameters() else {}).items():
        given = [value.grad for row in rows for value in row]
        assert given == pytest.approx(theirs_by_name[name].flatten().tolist(), **TOLERANCE), name


def exported(model: nn.Module, data: Any) -> None:
    """What `to_torch` makes of a model gives the same outputs for a batch of one sample."""
    import torch

    theirs = nn.to_torch(model)(torch.tensor([data], dtype=torch.float64))
    outputs = [value.data for value in flat(model(data))]
    assert outputs == pytest.approx(theirs[0].flatten().tolist(), **TOLERANCE)


def one(output: Any) -> list[Any]:
    return [output]


PAIRS: list[Any] = [1, 2, (2, 1)]


@pytest.mark.interop
@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "padding"),
    [*itertools.product([(1, 2), (3, 1)], [1, 3, (2, 3)], PAIRS, [0, 1, (0, 2)])],
)
def test_conv2d(channels: tuple[int, int], kernel: Any, stride: Any, padding: Any) -> None:
    import torch

    arguments = (*channels, kernel, stride, padding)
    ours = nn.Conv2d(*arguments)
    compare(ours, torch.nn.Conv2d(*arguments, dtype=torch.float64), [drawn(channels[0], 5, 4)], one)
    exported(ours, drawn(channels[0], 5, 4))


@pytest.mark.interop
@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "padding"), [*itertools.product([(1, 2), (3, 1)], [1, 3], [1, 2, 3], [0, 1, 2])]
)
def test_conv1d(channels: tuple[int, int], kernel: int, stride: int, padding: int) -> None:
    import torch

    arguments = (*channels, kernel, stride, padding)
    ours = nn.Conv1d(*arguments)
    compare(ours, torch.nn.Conv1d(*arguments, dtype=torch.float64), [drawn(channels[0], 7)], one)
    exported(ours, drawn(channels[0], 7))


@pytest.mark.interop
@pytest.mark.parametrize("name", ["MaxPool2d", "AvgPool2d"])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [*itertools.product([2, 3, (2, 3)], [None, 1, (1, 2)], [0, 1, (1, 0)])]
)
def test_pooling(name: str, kernel: Any, stride: Any, padding: Any) -> None:
    import torch

    ours = getattr(nn, name)(kernel, stride, padding)
    compare(ours, getattr(torch.nn, name)(kernel, stride, padding), [drawn(2, 5, 6)], one)


@pytest.mark.interop
@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(("inputs", "hidden", "length"), [(1, 1, 1), (2, 3, 1), (3, 2, 5), (1, 4, 7)])
def test_sequences(name: str, inputs: int, hidden: int, length: int) -> None:
    """All outputs and the last state, from zeros."""
    import torch

    ours = getattr(nn, name)(inputs, hidden)
    theirs = getattr(torch.nn, name)(inputs, hidden, dtype=torch.float64)
    tensors = lambda result: [result[0], *(result[1] if isinstance(result[1], tuple) else [result[1]])]  # noqa: E731
    compare(ours, theirs, [drawn(length, inputs)], tensors)
    exported(nn.Sequential(ours, nn.Last()), drawn(length, inputs))


@pytest.mark.interop
@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_the_nonlinearity(nonlinearity: str) -> None:
    import torch

    ours = nn.RNN(2, 3, nonlinearity=nonlinearity)
    theirs = torch.nn.RNN(2, 3, nonlinearity=nonlinearity, dtype=torch.float64)
    compare(ours, theirs, [drawn(4, 2)], list)
    exported(nn.Sequential(ours, nn.Last()), drawn(4, 2))


@pytest.mark.interop
@pytest.mark.parametrize("name", ["RNN", "LSTM", "GRU"])
def test_one_step(name: str) -> None:
    """A step from a state that is not 0, beside PyTorch's cell, whose weights are loaded as well."""
    import torch

    ours = getattr(nn, name)(2, 3)
    theirs = getattr(torch.nn, f"{name}Cell")(2, 3, dtype=torch.float64)

    def packed(given: list[Any]) -> list[Any]:
        return [given[0], tuple(given[1:])] if name == "LSTM" else given

    nn.load_torch(ours, theirs.state_dict())
    inputs = [drawn(2), drawn(3), flat(drawn(3, 1))][: 3 if name == "LSTM" else 2]
    tensors = [torch.tensor(data, dtype=torch.float64, requires_grad=True) for data in inputs]
    result = theirs(*packed(tensors))
    expected = [number for part in (result if isinstance(result, tuple) else [result]) for number in part]
    values = [mapped(Value, data) for data in inputs]
    outputs = flat(ours.step(*packed(values)))
    assert [value.data for value in outputs] == pytest.approx([number.item() for number in expected], **TOLERANCE)
    weighted(expected).backward()
    weighted(outputs).backward()
    for value, tensor in zip(values, tensors, strict=True):
        assert [leaf.grad for leaf in value] == pytest.approx(tensor.grad.tolist(), **TOLERANCE)


@pytest.mark.interop
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(("size", "heads", "length"), [(1, 1, 1), (2, 1, 4), (4, 2, 3), (6, 3, 5), (4, 4, 2)])
def test_attention(size: int, heads: int, length: int, causal: bool) -> None:
    import torch

    mask = torch.ones(length, length, dtype=torch.bool).triu(1) if causal else None
    theirs = torch.nn.MultiheadAttention(size, heads, dtype=torch.float64)
    with torch.no_grad():  # PyTorch's biases start at 0, which would hide a bias in the wrong place
        theirs.in_proj_bias.copy_(torch.tensor(drawn(3 * size), dtype=torch.float64))
        theirs.out_proj.bias.copy_(torch.tensor(drawn(size), dtype=torch.float64))
    ours = nn.MultiHeadAttention(size, heads, causal=causal)

    class Masked(torch.nn.Module):  # type: ignore[misc]
        def forward(self, *given: Any) -> Any:
            return theirs(*given, attn_mask=mask)[0]

        def state_dict(self) -> Any:
            return theirs.state_dict()

        def named_parameters(self) -> Any:
            return theirs.named_parameters()

    inputs = [mapped(lambda x, k=k: x * k, drawn(length, size)) for k in (1.0, -0.7, 1.3)]
    compare(ours, Masked(), inputs, one)
    exported(ours, drawn(length, size))
    shares = theirs(*[torch.tensor(inputs[0], dtype=torch.float64)] * 3, attn_mask=mask, average_attn_weights=False)[1]
    for given, expected in zip(ours.weights(inputs[0]), shares.tolist(), strict=True):
        for row, other in zip(given, expected, strict=True):
            assert [*row, *[0.0] * (length - len(row))] == pytest.approx(other, **TOLERANCE)


@pytest.mark.interop
@pytest.mark.parametrize(("size", "epsilon"), [(1, 0.1), (4, None), (5, 1e-5)])
def test_rms_norm(size: int, epsilon: float | None) -> None:
    import torch

    ours = nn.RMSNorm(size) if epsilon is None else nn.RMSNorm(size, epsilon)
    theirs = torch.nn.RMSNorm(size, epsilon, dtype=torch.float64)
    with torch.no_grad():
        theirs.weight.copy_(torch.tensor(drawn(size), dtype=torch.float64))
    compare(ours, theirs, [drawn(size)], one)
    exported(ours, drawn(size))


@pytest.mark.interop
def test_a_whole_network() -> None:
    import torch

    ours = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, activation="relu"), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3, activation="tanh"),
        nn.AvgPool2d(2), nn.Flatten(), nn.Layer(4, 3, activation="tanh"), nn.RMSNorm(3), nn.Layer(3, 2, nonlin=False),
    )  # fmt: skip
    theirs = torch.nn.Sequential(
        torch.nn.Conv2d(1, 3, 3, padding=1), torch.nn.ReLU(), torch.nn.MaxPool2d(2), torch.nn.Conv2d(3, 4, 3),
        torch.nn.Tanh(), torch.nn.AvgPool2d(2), torch.nn.Flatten(0), torch.nn.Linear(4, 3), torch.nn.Tanh(),
        torch.nn.RMSNorm(3), torch.nn.Linear(3, 2),
    ).double()  # fmt: skip
    nn.load_torch(ours, theirs.state_dict())
    image = drawn(1, 8, 8)
    expected = theirs(torch.tensor(image, dtype=torch.float64))
    assert [value.data for value in ours(image)] == pytest.approx(expected.tolist(), **TOLERANCE)
    exported(ours, image)
    weighted(ours(image)).backward()
    weighted(list(expected)).backward()
    first = [value.grad for row in ours.layers[0].torch_parameters()["weight"] for value in row]
    assert first == pytest.approx(theirs[0].weight.grad.flatten().tolist(), **TOLERANCE)
    assert autograd.sum([abs(number) for number in first]) > 0.1
