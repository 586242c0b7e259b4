"""A file of numbers that a spreadsheet reads, and a rate that falls when the loss does not."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

import nn


def train(epochs: int, *callbacks: Any, **settings: Any) -> nn.History:
    model = nn.MLP(1, [1], seed=0)
    return nn.fit(
        model, [[1.0], [2.0]], [1.0, 0.0], loss="mean_squared_error", optimizer=nn.SGD(model, 0.01), epochs=epochs,
        progress=False, callbacks=callbacks, **settings,
    )  # fmt: skip


def test_the_file_has_what_the_history_has(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    history = train(3, nn.CSVLogger(path))
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["epoch"] for row in rows] == ["1", "2", "3"]
    assert list(rows[0]) == ["epoch", *history.names]
    for name in history.names:
        assert [float(row[name]) for row in rows] == history[name]


def test_a_file_that_is_there_is_kept_unless_asked(tmp_path: Path) -> None:
    path = tmp_path / "epochs.csv"
    train(2, nn.CSVLogger(path))
    with pytest.raises(FileExistsError, match="append=True, overwrite=True or another name"):
        nn.CSVLogger(path)
    train(1, nn.CSVLogger(path, append=True))
    assert len(path.read_text().splitlines()) == 4
    train(1, nn.CSVLogger(path, overwrite=True))
    assert len(path.read_text().splitlines()) == 2
    with pytest.raises(TypeError, match="append must be True or False"):
        nn.CSVLogger(path, append=1)  # type: ignore[arg-type]


def test_the_rate_falls_after_patience_and_not_below_the_minimum() -> None:
    rule, rates = nn.ReduceOnPlateau(factor=0.5, patience=1, threshold=0.999, minimum=0.004), []
    train(8, rule, lambda training: rates.append(training.optimizer.learning_rate))
    assert rates == [0.01, 0.01, 0.005, 0.005, 0.004, 0.004, 0.004, 0.004]


def test_a_second_fit_starts_afresh() -> None:
    """The losses of the second model are far above the best one of the first."""
    rule, rates = nn.ReduceOnPlateau(patience=1), []
    train(3, rule)
    model = nn.MLP(1, [1], seed=0)
    nn.fit(
        model, [[1.0], [2.0]], [90.0, 80.0], loss="mean_squared_error", optimizer=nn.SGD(model, 0.01), epochs=4,
        progress=False, callbacks=[rule, lambda training: rates.append(training.optimizer.learning_rate)],
    )  # fmt: skip
    assert rates == [0.01] * 4


def test_a_resumed_run_reduces_the_rate_where_the_whole_run_does(tmp_path: Path) -> None:
    def rates(epochs: int, **settings: Any) -> list[float]:
        return train(epochs, nn.ReduceOnPlateau(patience=2, threshold=0.999), **settings)["learning_rate"]

    whole, path = rates(8), tmp_path / "c.json"
    assert len(set(whole)) == 3
    rates(2, checkpoint=path)
    assert rates(8, checkpoint=path, resume=True) == whole


def test_a_cooldown_is_not_counted() -> None:
    rule = nn.ReduceOnPlateau(patience=0, cooldown=2)
    assert [rule.is_time(1.0) for _ in range(6)] == [False, True, False, False, True, False]


def test_a_keyword_of_pytorch_is_answered() -> None:
    with pytest.raises(TypeError, match="min_lr'; here it is minimum"):
        nn.ReduceOnPlateau(min_lr=0.1)  # type: ignore[call-arg]


def test_a_setting_is_checked_when_it_is_assigned(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="factor must be greater than 0 and less than 1, got 2"):
        nn.ReduceOnPlateau().factor = 2
    with pytest.raises(AttributeError, match=r"CSVLogger\.path cannot be replaced.*make another CSVLogger"):
        nn.CSVLogger(tmp_path / "a.csv").path = tmp_path / "b.csv"
