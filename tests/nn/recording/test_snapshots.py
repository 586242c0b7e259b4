"""What each snapshot holds, and how many are kept."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from recorded import train

import nn


def test_the_last_snapshot_is_the_trained_model() -> None:
    recording = nn.record()
    model = train(recording)
    last = recording.snapshots[-1]
    assert last["epoch"] == 4
    assert dict(zip(recording.names, last["weights"], strict=True)) == model.state_dict()
    assert last["gradients"] == [parameter.grad for parameter in model.parameters()]
    assert any(last["gradients"])
    assert last["numbers"]["loss"] == recording.history["loss"][-1]


def test_a_plain_step_can_be_followed_from_snapshot_to_snapshot() -> None:
    recording = nn.record()
    train(recording, epochs=3)
    for before, after in zip(recording.snapshots, recording.snapshots[1:], strict=False):
        expected = [w - 0.5 * g for w, g in zip(before["weights"], after["gradients"], strict=True)]
        assert after["weights"] == pytest.approx(expected)


def test_the_boundary_is_what_the_model_decides() -> None:
    recording = nn.record(resolution=7)
    model = train(recording)
    boundary = recording.snapshots[-1]["boundary"]
    assert len(boundary) == 49
    assert (recording.grids[0][0], recording.grids[0][-1]) == pytest.approx((-0.15, 1.15))
    for n in (0, 6, 24, 48):
        point = [recording.grids[0][n % 7], recording.grids[1][n // 7]]
        assert (boundary[n] > 0) == (model(point).data > 0)


def test_recording_changes_nothing() -> None:
    plain = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    train(lambda training: None, model=plain)
    assert train(nn.record()).state_dict() == plain.state_dict()


@pytest.mark.parametrize("total", [11, *(pytest.param(n, marks=pytest.mark.slow) for n in (20, 21)), 100])
def test_a_long_training_is_thinned_out(total: int) -> None:
    recording = nn.record(limit=10)
    train(recording, epochs=total)
    *epochs, last = [snapshot["epoch"] for snapshot in recording.snapshots]
    assert 4 <= len(epochs) < 10
    assert last == total
    assert {after - before for before, after in itertools.pairwise(epochs)} == {epochs[0]}  # evenly
    assert len(recording.history["loss"]) == total


def test_every_so_many_epochs_and_the_last() -> None:
    recording = nn.record(every=4)
    train(recording, epochs=10)
    assert [snapshot["epoch"] for snapshot in recording.snapshots] == [4, 8, 10]


def test_another_model_starts_a_new_recording() -> None:
    recording = nn.record()
    train(recording)
    train(recording, epochs=2)
    assert [snapshot["epoch"] for snapshot in recording.snapshots] == [1, 2]


def test_a_model_that_grows_starts_a_new_recording() -> None:
    def grow(training: Any) -> None:
        if training.epoch == 2:
            training.model.layers.append(nn.Layer(1, 1, seed=3))

    recording, model = nn.record(), nn.Sequential(nn.Layer(2, 1, seed=0))
    train(recording, model=model, epochs=4, loss=lambda p, t: nn.mean_squared_error(p, t))
    assert [snapshot["epoch"] for snapshot in recording.snapshots] == [1, 2, 3, 4]
    model = nn.Sequential(nn.Layer(2, 1, seed=0))
    optimizer = nn.SGD(model, 0.1)
    nn.fit(model, [[0.0, 1.0]], [1], loss="mean_squared_error", optimizer=optimizer, epochs=4,
           callbacks=[grow, recording], progress=False)  # fmt: skip
    assert [snapshot["epoch"] for snapshot in recording.snapshots] == [2, 3, 4]
    assert {len(snapshot["weights"]) for snapshot in recording.snapshots} == {len(recording.names)} == {5}


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_gradients_are_recorded_with_every_engine(engine: str) -> None:
    recording = nn.record()
    model = train(recording, epochs=2, engine=engine)
    before, after = recording.snapshots
    assert after["weights"] == pytest.approx(
        [w - 0.5 * g for w, g in zip(before["weights"], after["gradients"], strict=True)]
    )
    assert any(after["gradients"])
    assert after["gradients"] == [parameter.grad for parameter in model.parameters()]
