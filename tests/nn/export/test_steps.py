"""A model is taken apart into steps, whose numbers of inputs and outputs are known."""

from __future__ import annotations

import subprocess
import sys

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


def test_a_missing_package_is_named_with_its_extra() -> None:
    code = "import sys; sys.modules['torch'] = None; import nn; nn.to_torch(nn.MLP(1, [1]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert 'run python -m pip install "chalkgrad[torch]"' in done.stderr
