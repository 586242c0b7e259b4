from __future__ import annotations

import math
import random

import pytest

import nn
from autograd import Value


def test_dropout_keeps_the_mean_and_drops_the_share() -> None:
    dropout = nn.Dropout(0.25, seed=1)
    outputs = dropout([1.0] * 20_000)
    assert set(outputs) == {0.0, 1 / 0.75}
    assert outputs.count(0.0) / 20_000 == pytest.approx(0.25, abs=0.01)
    assert sum(outputs) / 20_000 == pytest.approx(1.0, abs=0.02)
    assert dropout.eval()([1.0, 2.0]) == [1.0, 2.0]


def test_dropout_passes_gradients_of_what_it_keeps() -> None:
    values = [Value(1.0) for _ in range(8)]
    outputs = nn.Dropout(0.5, seed=0)(values)
    sum(v for v in outputs if isinstance(v, Value)).backward()
    assert [v.grad for v in values] == [2.0 if isinstance(out, Value) else 0.0 for out in outputs]
    assert {v.grad for v in values} == {0.0, 2.0}


def test_dropout_without_a_seed_follows_the_global_one() -> None:
    dropout = nn.Dropout(0.5)
    random.seed(4)
    first = dropout([1.0] * 20)
    random.seed(4)
    assert dropout([1.0] * 20) == first
    assert isinstance(dropout(Value(1.0)), (Value, float))


def test_dropout_errors() -> None:
    with pytest.raises(ValueError, match="rate must be at least 0 and less than 1, got 1"):
        nn.Dropout(1)
    with pytest.raises(TypeError, match="the input of Dropout must be a sequence"):
        nn.Dropout(0.5)("ab")
    with pytest.raises(TypeError, match=r"input\[1\] of Dropout must be a number or a Value, got \[2.0\]"):
        nn.Dropout(0.5)([1.0, [2.0]])


def test_layer_norm_by_hand() -> None:
    norm = nn.LayerNorm(4, epsilon=0.0)
    x = [Value(v) for v in (1.0, 2.0, 3.0, 6.0)]  # mean 3, variance (4 + 1 + 0 + 9)/4 = 3.5
    outputs = norm(x)
    assert [v.data for v in outputs] == pytest.approx([d / math.sqrt(3.5) for d in (-2, -1, 0, 3)], rel=1e-15)
    outputs[0].backward()
    z = [d / math.sqrt(3.5) for d in (-2, -1, 0, 3)]  # dz0/dxj = ([j = 0] - 1/4 - z0 zj / 4) / sd
    expected = [((j == 0) - 0.25 - z[0] * z[j] / 4) / math.sqrt(3.5) for j in range(4)]
    assert [v.grad for v in x] == pytest.approx(expected, rel=1e-13, abs=1e-15)


def test_layer_norm_of_equal_inputs_is_its_shift() -> None:
    norm = nn.LayerNorm(2)
    norm.shift[1].data = 5.0
    assert [v.data for v in norm([7.0, 7.0])] == [0.0, 5.0]
    assert len(norm.parameters()) == 4


def test_layer_norm_errors() -> None:
    with pytest.raises(ValueError, match="LayerNorm expects 3 inputs, got 2"):
        nn.LayerNorm(3)([1.0, 2.0])
    with pytest.raises(ValueError, match="epsilon must be at least 0"):
        nn.LayerNorm(3, epsilon=-1.0)
    with pytest.raises(ValueError, match="layer 1 expects 3 inputs, but layer 0 gives 2"):
        nn.Sequential(nn.Layer(2, 2), nn.LayerNorm(3))


def test_embedding_picks_and_learns_only_what_was_picked() -> None:
    table = nn.Embedding(3, 2, seed=0)
    outputs = table([2, 0])
    assert outputs == [*table.vectors[2], *table.vectors[0]]
    sum(outputs).backward()
    assert [[v.grad for v in row] for row in table.vectors] == [[1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    assert table(1) == table.vectors[1]
    assert table(1) is not table.vectors[1]


@pytest.mark.parametrize(
    ("index", "kind", "message"),
    [
        (3, IndexError, r"index 3 is outside 0 \.\. 2"),
        (-1, IndexError, r"index -1 is outside"),
        (0.5, TypeError, "an index must be a whole number, got 0.5"),
        (True, TypeError, "an index must be a whole number"),
        ("1", TypeError, "indices must be a sequence"),
        ([Value(1.0)], TypeError, "an index must be a whole number"),
        ([math.nan], TypeError, "an index must be a whole number"),
        ([math.inf], TypeError, "an index must be a whole number"),
    ],
)
def test_embedding_errors(index: object, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        nn.Embedding(3, 2)(index)
