"""The change of the output after a nudge, compared with the gradient."""

from __future__ import annotations

import math

import pytest
from drawn import neuron

from autograd import Value, nudge


def test_a_nudge_compares_the_change_with_the_prediction() -> None:
    x = Value(3.0, label="x")
    out = x * x
    tried = nudge(out, x, by=0.5)
    assert (tried.before, tried.after, tried.change) == (9.0, 12.25, 3.25)
    assert (tried.gradient, tried.predicted) == (6.0, 3.0)
    assert (x.data, out.data, x.grad) == (3.0, 9.0, 0.0)
    text = str(tried)
    assert "x is changed by 0.5: v1 goes from 9 to 12.25." in text
    assert "actual change      3.25" in text
    assert "6 x 0.5 = 3, off by 0.25 (8.33%)" in text


def test_the_prediction_of_a_small_nudge_is_close() -> None:
    values = neuron()
    tried = nudge(values["o"], values["x1"])
    assert tried.by == 1e-3
    assert tried.change == pytest.approx(-1.5e-3, rel=3e-3)


@pytest.mark.parametrize("by", [0.0, math.inf, math.nan, 1e-300])
def test_a_step_must_be_a_step(by: float) -> None:
    x = Value(3.0)
    with pytest.raises(ValueError, match=r"by must be a step that changes 3\.0"):
        nudge(x * x, x, by=by)


def test_wrong_nudges() -> None:
    x = Value(3.0)
    with pytest.raises(TypeError, match="nudge: x must be a Value or the label of one"):
        nudge(x * x, 3.0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="nudge: by must be a real number"):
        nudge(x * x, x, by="little")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="output does not depend on x"):
        nudge(x * x, Value(1.0))
