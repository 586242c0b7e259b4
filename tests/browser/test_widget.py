"""The widget without a browser: what Python can read and set.  It is here because it needs the extra `browser`."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from autograd import Value, stepper


def widget() -> Any:
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return stepper(a * b + 1.0).widget()


def test_the_step_can_be_read_and_set() -> None:
    shown = widget()
    assert (shown.order, shown.position, shown.last, shown.step) == ("topological", 0, 4, None)
    shown.position = 3
    assert shown.step.formula == "b"
    shown.order = "forward"
    assert (shown.position, shown.last) == (2, 2)
    assert shown.step.formula == "v1 + 1"


def test_a_position_outside_the_pass_is_refused() -> None:
    shown = widget()
    with pytest.raises(ValueError, match="position must be from 0 to 4 in the order 'topological', got 5"):
        shown.position = 5
    with pytest.raises(ValueError, match="got -1"):
        shown.position = -1
    assert shown.position == 0


def test_without_anywidget_the_message_names_the_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ImportError, match=r"pip install 'chalkgrad\[notebook\]'; or display the stepper itself"):
        widget()
