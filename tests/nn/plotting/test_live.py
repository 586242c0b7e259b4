"""A live picture: when it is drawn, what is in it, and how a notebook shows it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import IPython
import pytest

import nn
from nn import plotting

X, Y = nn.make_moons(24, seed=0)


def train(live: Any, X: Any = X, y: Any = Y, **changes: Any) -> nn.History:
    model = nn.MLP(len(X[0]), [3, 1], seed=1)
    given: dict[str, Any] = {"loss": "binary_cross_entropy_with_logits", "optimizer": "sgd", "epochs": 4}
    return nn.fit(model, X, y, progress=False, callbacks=[live], **(given | changes))


def test_loss_and_boundary_up_to_the_last_epoch(tmp_path: Path) -> None:
    live = plotting.Live(seconds=0.0, resolution=5, path=tmp_path / "live.png")
    history = train(live, validation=0.25, seed=1)
    losses, plane = live.figure.axes
    assert [list(line.get_ydata()) for line in losses.lines] == [history["loss"], history["validation_loss"]]
    assert (losses.get_xlabel(), plane.get_title(), plane.get_xlabel()) == ("epoch", "epoch 4", "first feature")
    assert (tmp_path / "live.png").read_bytes().startswith(b"\x89PNG")


def test_it_is_drawn_seldom_and_always_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])
    live = plotting.Live(seconds=2.5, resolution=3)
    drawn = []

    def tick(training: Any) -> None:
        drawn.append(live.updates)
        now[0] += 1.0

    model = nn.MLP(2, [3, 1], seed=1)
    given: dict[str, Any] = {"loss": "hinge", "optimizer": "sgd", "progress": False, "callbacks": [live, tick]}
    nn.fit(model, X, [2 * t - 1 for t in Y], epochs=5, **given)
    assert drawn == [1, 1, 1, 2, 3]  # after 0, 3 and 4 seconds, the last because it is the last
    nn.fit(model, X, [2 * t - 1 for t in Y], epochs=1, **given)
    assert live.updates == 4


def test_losses_of_batches() -> None:
    live = plotting.Live(seconds=0.0, resolution=3, batches=True)
    train(live, batch_size=12, epochs=2)
    x, y = live.figure.axes[0].lines[0].get_data()
    assert (list(x), len(y)) == ([0.5, 1.0, 1.5, 2.0], 4)
    assert not hasattr(plotting.Live(), "on_batch_end")


def test_samples_without_a_plane_have_no_boundary() -> None:
    live = plotting.Live(seconds=0.0)
    train(live, [[1.0, 2.0, 3.0], [2.0, 1.0, 0.0]], [0, 1])
    assert len(live.figure.axes) == 1
    train(live, [[1.0, 2.0], [2.0, 1.0]], [0.5, 7.0], loss="mean_squared_error")  # amounts, no classes
    assert len(live.figure.axes) == 1


def test_a_notebook_updates_one_output_for_each_training(monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[str] = []

    class Handle:
        def update(self, figure: Any) -> None:
            events.append("update")

    def display(figure: Any, display_id: bool) -> Handle:
        events.append("display")
        return Handle()

    monkeypatch.setattr(IPython, "get_ipython", lambda: object())
    monkeypatch.setattr(IPython.display, "display", display)
    live = plotting.Live(seconds=0.0, resolution=3)
    for _ in range(2):
        train(live, epochs=2)
    assert [events[0], events[-1], events.count("display")] == ["display", "update", 2]


def test_wrong_arguments() -> None:
    for arguments, kind, message in (
        ({"seconds": -1.0}, ValueError, "seconds"),
        ({"resolution": 1}, ValueError, "resolution must be"),
        ({"batches": 1}, TypeError, "batches must be True or False, got 1"),
    ):
        with pytest.raises(kind, match=message):
            plotting.Live(**arguments)
