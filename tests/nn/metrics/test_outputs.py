from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import nn
from nn.metrics import accuracy, find_metrics, r_squared


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: find_metrics(["acc"]), ValueError, "unknown metric 'acc'"),
        (lambda: find_metrics([3]), TypeError, "a metric must be a name or a callable"),
        (lambda: find_metrics(None), TypeError, "metrics must be a list"),
    ],
)
def test_wrong_inputs(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_functions_keep_their_names() -> None:
    def mine(outputs: Any, targets: Any) -> float:
        return 1.0

    assert find_metrics([mine, "r_squared"]) == {"mine": mine, "r_squared": r_squared}
    assert find_metrics("accuracy") == {"accuracy": accuracy}


def test_outputs_that_are_no_rectangle() -> None:
    """Of a list of samples they are lists; of an array they would have to be an array."""

    def two(x: Any) -> Any:
        return [x[0], [x[0], 1.0]]

    assert nn.predict(two, [[2.0]]) == [[2.0, [2.0, 1.0]]]
    with pytest.raises(ValueError, match=r"numbers in lists of one shape, but gives \[2.0, \[2.0, 1.0\]\]"):
        nn.predict(two, np.array([[2.0]]))
