"""The last output of a recurrent module, and what is none."""

from __future__ import annotations

from typing import Any

import pytest

import nn


def test_last() -> None:
    memory = nn.GRU(1, 2, seed=0)
    outputs, _ = memory([[1.0], [2.0]])
    last = nn.Sequential(memory, nn.Last())([[1.0], [2.0]])
    assert [value.data for value in last] == [value.data for value in outputs[1]]


@pytest.mark.parametrize("given", [[1.0], ([], []), ([1.0], [2.0], [3.0]), (1.0, 2.0), ([1.0, 2.0], [3.0, 4.0])])
def test_what_is_no_pair(given: Any) -> None:
    with pytest.raises(TypeError, match="Last follows an RNN, LSTM or GRU"):
        nn.Last()(given)
