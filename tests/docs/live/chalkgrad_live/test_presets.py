"""Presets of the playground: each is made of settings that exist, and says what to look at.

What each shows is measured in `tests/docs/live/playground/test_network.py`, by the numbers on the page.
"""

from __future__ import annotations

import pytest
from chalkgrad_live.presets import PRESETS
from chalkgrad_live.settings import settings_from


@pytest.mark.parametrize("name", PRESETS)
def test_settings_of_presets_are_valid(name: str) -> None:
    says, given = PRESETS[name]
    assert settings_from(given)
    assert says.endswith(".")


def test_the_phenomena_are_there() -> None:
    assert set(PRESETS) >= {
        "vanishing gradients", "dead ReLUs", "learning rate too high", "zero initialisation", "overfitting",
        "momentum in a narrow valley",
    }  # fmt: skip
