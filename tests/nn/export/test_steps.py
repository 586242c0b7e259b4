"""A model is taken apart into steps, whose numbers of inputs and outputs are known."""

from __future__ import annotations

import subprocess
import sys

import pytest
from models import models

import nn
from nn.export.steps import shapes, steps_of

SIZES = {"neuron": (3, 1), "one output": (3, 1), "classifier": (3, 4), "nested": (3, 1), "embedding": (2, 2)}


@pytest.mark.parametrize("name", models())
def test_shapes(name: str) -> None:
    found = shapes(steps_of(models()[name][0]))
    assert found[0] + found[-1] == SIZES.get(name, (3, 2))


def test_an_embedding_alone() -> None:
    assert shapes(steps_of(nn.Embedding(5, 3))) == [(1,), (3,)]
    assert shapes(steps_of(nn.Embedding(5, 3)), (4,)) == [(4,), (12,)]


def test_a_missing_package_is_named_with_its_extra() -> None:
    code = "import sys; sys.modules['torch'] = None; import nn; nn.to_torch(nn.MLP(1, [1]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'run python -m pip install "chalkgrad[torch]"' in done.stderr
