"""Every recipe loads, is reproducible, and says what to install where it cannot."""

from __future__ import annotations

import sys

import pytest

from chalkgrad.cli import letters
from chalkgrad.cli.commands import CommandError
from chalkgrad.cli.datasets import RECIPES

SHAPES = {"moons": (300, 2, 2), "circles": (300, 2, 2), "spiral": (300, 2, 2)}
SHAPES |= {"iris": (150, 4, 3), "wine": (178, 13, 3), "digits": (1797, 64, 10)}
SHAPES["names"] = (sum(len(name) + 1 for name in letters.names()), 6, 27)


@pytest.mark.parametrize("name", RECIPES)
def test_shapes_and_classes(name: str) -> None:
    X, y = RECIPES[name].load(0)
    assert (len(X), len(X[0]), max(y) + 1) == SHAPES[name]
    assert min(y) == 0
    assert len(X) == len(y)
    assert (X, y) == RECIPES[name].load(0)


@pytest.mark.parametrize("name", ["iris", "wine", "digits"])
def test_without_scikit_learn_the_error_names_the_command(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(CommandError, match=r'python -m pip install "chalkgrad\[sklearn\]"'):
        RECIPES[name].load(0)
