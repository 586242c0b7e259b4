"""An embedding: which vectors it picks and trains, and which indices it refuses."""

from __future__ import annotations

import math

import pytest

import nn
from autograd import Value


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
