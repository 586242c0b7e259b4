from __future__ import annotations

import copy
import math
import pickle
from typing import Any

import pytest

from nn.history import EarlyStopping, History, find_stopping


def test_records() -> None:
    history = History()
    history.add({"loss": 2.0, "seconds": 0.1})
    assert repr(history) == "<History of 1 epoch, running: loss 2>"
    history.add({"loss": 1.0, "seconds": 0.2})
    assert history["loss"] == [2.0, 1.0]
    assert history.last() == {"loss": 1.0, "seconds": 0.2}
    assert "loss" in history
    assert "los" not in history
    assert repr(history) == "<History of 2 epochs, running: loss 1>"
    with pytest.raises(ValueError, match="unknown quantity of this history 'los'; did you mean 'loss'"):
        history["los"]


def test_a_quantity_is_an_item() -> None:
    history = History()
    history.add({"loss": 0.5})
    with pytest.raises(AttributeError, match=r"'History' object has no attribute 'loss'; write history\['loss'\]"):
        _ = history.loss  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"'history'; it is the history itself: history\['loss'\] is a list"):
        _ = history.history  # type: ignore[attr-defined]
    assert not hasattr(history, "accuracy")
    assert copy.deepcopy(pickle.loads(pickle.dumps(history)))["loss"] == [0.5]


@pytest.mark.parametrize(
    ("losses", "stops"),
    [
        ([1.0], False),
        ([3.0, 2.0, 1.0], False),
        ([1.0, 1.0], False),
        ([1.0, 1.0, 1.0], True),
        ([1.0, 2.0, 0.5, 0.6], False),
        ([1.0, 2.0, 0.5, 0.6, 0.7], True),
        ([math.nan] * 9, False),
        ([math.nan, math.inf, 1.0, 2.0], False),
        ([math.nan, math.inf, 1.0, 2.0, math.nan], True),
        ([1.0, math.nan, 0.5, math.nan], False),
        ([1.0, math.nan, -math.inf], True),
    ],
)
def test_patience(losses: list[float], stops: bool) -> None:
    assert EarlyStopping(patience=2).is_time(losses) is stops


def test_min_delta_asks_for_more() -> None:
    slow = [1.0, 0.95, 0.9, 0.85]
    assert EarlyStopping(patience=1, min_delta=0.1).is_time(slow[:2])
    assert not EarlyStopping(patience=2, min_delta=0.1).is_time(slow[:2])
    assert not EarlyStopping(patience=3, min_delta=0.04).is_time(slow)


@pytest.mark.parametrize(
    ("choice", "kind", "message"),
    [
        (0, ValueError, "early_stopping must be at least 1"),
        (2.5, TypeError, "early_stopping must be a whole number"),
        ("5", TypeError, "early_stopping must be a whole number, got '5'"),
    ],
)
def test_wrong_patience(choice: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        find_stopping(choice)


def test_a_quantity_that_comes_or_goes_is_nan_in_the_other_epochs() -> None:
    history = History()
    for row in ({"loss": 3.0, "old": 1.0}, {"loss": 2.0, "old": 1.5}, {"loss": 1.0, "new": 0.5}):
        history.add(row)
    assert history["loss"] == [3.0, 2.0, 1.0]
    assert history["old"] == pytest.approx([1.0, 1.5, math.nan], nan_ok=True)
    assert history["new"] == pytest.approx([math.nan, math.nan, 0.5], nan_ok=True)
    history.changed("learning_rate", 0.1, 0.2)
    assert history.changes == [{"epoch": 3, "setting": "learning_rate", "before": 0.1, "after": 0.2}]


def test_none_and_itself() -> None:
    rule = EarlyStopping(3)
    assert find_stopping(rule) is rule
    assert find_stopping(None) is None
