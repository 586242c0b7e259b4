"""Attention beside NumPy, head by head; what a causal mask hides; files, compiled programs, errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import autograd
import nn

RNG = np.random.default_rng(4)


def numbers(nested: Any) -> Any:
    return [numbers(part) for part in nested] if isinstance(nested, list) else nested.data


def applied(layer: Any, rows: Any) -> Any:
    weights = np.array([[weight.data for weight in neuron.weights] for neuron in layer.neurons])
    return rows @ weights.T + [neuron.bias.data for neuron in layer.neurons]


@pytest.mark.parametrize("causal", [False, True])
def test_formula(causal: bool) -> None:
    attention = nn.MultiHeadAttention(6, 3, causal=causal, seed=1)
    for value in attention.parameters():
        value.data += float(RNG.normal()) / 5
    query, key, value = RNG.normal(size=(3, 4, 6))
    q, k, v = applied(attention.query, query), applied(attention.key, key), applied(attention.value, value)
    parts = []
    for head in range(3):
        part = slice(2 * head, 2 * head + 2)
        scores = q[:, part] @ k[:, part].T / np.sqrt(2.0)
        if causal:
            scores[np.triu_indices(4, 1)] = -np.inf
        shares = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        given = attention.weights(query, key)[head]
        np.testing.assert_allclose([row + [0.0] * (4 - len(row)) for row in given], shares, rtol=1e-12)
        parts.append(shares @ v[:, part])
    expected = applied(attention.output, np.concatenate(parts, axis=1))
    np.testing.assert_allclose(numbers(attention(query, key, value)), expected, rtol=1e-11)


def test_a_causal_element_does_not_see_the_future() -> None:
    attention = nn.MultiHeadAttention(2, 1, causal=True, seed=0)
    before = numbers(attention([[1.0, 2.0], [3.0, 4.0]]))
    after = numbers(attention([[1.0, 2.0], [-3.0, 9.0]]))
    assert before[0] == after[0]
    assert before[1] != after[1]


def test_files(tmp_path: Path) -> None:
    attention, path = nn.MultiHeadAttention(4, 2, causal=True, seed=0), tmp_path / "attention.json"
    nn.save(attention, path)
    again = nn.load(path)
    assert repr(again) == repr(attention) == "MultiHeadAttention(4, 2, causal=True)"
    sequence = RNG.normal(size=(3, 4))
    assert numbers(again(sequence)) == numbers(attention(sequence))


def test_compiled_and_eager_agree() -> None:
    attention = nn.MultiHeadAttention(4, 2, causal=True, seed=0)
    X = RNG.normal(size=(3, 3, 4))

    def loss(x: Any) -> Any:
        return autograd.mean([v * v for row in attention(x) for v in row])

    total = autograd.mean([loss(x) for x in X.tolist()])
    total.backward()
    value, gradient = autograd.compile(loss, attention.parameters(), batched=True).value_and_grad(X)
    assert value == pytest.approx(total.data, rel=1e-12)
    assert gradient == pytest.approx([p.grad for p in attention.parameters()], rel=1e-10, abs=1e-14)


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: nn.MultiHeadAttention(3, 2), ValueError, "multiple of num_heads, got 3 and 2"),
        (lambda: nn.MultiHeadAttention(2, 0), ValueError, "num_heads must be at least 1"),
        (lambda: nn.MultiHeadAttention(2, 1, causal=1), TypeError, "causal must be True or False, got 1"),
        (lambda: nn.MultiHeadAttention(10**4, 1), ValueError, "more than 100,000,000 parameters"),
        (lambda: nn.MultiHeadAttention(2, 1)([]), ValueError, "query is empty"),
        (lambda: nn.MultiHeadAttention(2, 1)([[1.0]]), ValueError, "MultiHeadAttention expects 2 inputs, got 1"),
        (
            lambda: nn.MultiHeadAttention(1, 1)([[1.0]], [[1.0]], [[1.0], [2.0]]), ValueError,
            "key has 1 elements and value has 2",
        ),
    ],
)  # fmt: skip
def test_errors(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_a_sequence_is_read_once() -> None:
    attention, sequence = nn.MultiHeadAttention(4, 2, seed=0), RNG.normal(size=(3, 4)).tolist()
    expected, shares = numbers(attention(sequence)), attention.weights(sequence)
    for again in (iter, lambda rows: (row for row in rows), lambda rows: map(iter, rows)):
        assert numbers(attention(again(sequence))) == expected
        assert numbers(attention(again(sequence), again(sequence), again(sequence))) == expected
        assert attention.weights(again(sequence)) == shares
    with pytest.raises(ValueError, match="key has 3 elements and value has 2"):
        attention(sequence, iter(sequence), iter(sequence[:2]))


@pytest.mark.parametrize(("name", "setting", "message"), [
    ("num_heads", 3, "multiple of num_heads, got 4 and 3"), ("num_heads", 0, "num_heads must be at least 1"),
    ("causal", "no", "causal must be True or False"),
])  # fmt: skip
def test_an_assigned_setting_is_checked(name: str, setting: Any, message: str) -> None:
    attention = nn.MultiHeadAttention(4, 2)
    with pytest.raises((TypeError, ValueError), match=message):
        setattr(attention, name, setting)
    assert (attention.num_heads, attention.causal) == (2, False)


def test_the_layers_within_have_no_activation_of_their_own() -> None:
    attention = nn.MultiHeadAttention(4, 2)
    attention.query.activation = "relu"  # type: ignore[assignment]
    with pytest.raises(ValueError, match="the activation of a layer within another module is 'relu'"):
        attention([[1.0] * 4])
