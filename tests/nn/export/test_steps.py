"""A model is taken apart into steps, whose numbers of inputs and outputs are known."""

from __future__ import annotations

import pytest
from models import models

import nn
from nn.export.steps import steps_of, widths

SIZES = {"neuron": (3, 1), "one output": (3, 1), "classifier": (3, 4), "nested": (3, 1), "embedding": (2, 2)}


@pytest.mark.parametrize("name", models())
def test_widths(name: str) -> None:
    assert widths(steps_of(models()[name][0])) == SIZES.get(name, (3, 2))


def test_an_embedding_alone() -> None:
    assert widths(steps_of(nn.Embedding(5, 3))) == (1, 3)
