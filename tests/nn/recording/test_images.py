"""Frames and animations of a recorded training."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from recorded import train

import nn
from nn.plotting import regions


def test_frames_are_drawn_of_what_is_not_finite(tmp_path: Path) -> None:
    recording = nn.record()
    train(recording, epochs=1)
    recording.snapshots[0]["weights"][0] = math.inf
    recording.snapshots[0]["boundary"][7] = math.nan
    assert len(recording.save_frames(tmp_path)) == 1


def test_frames_compare_the_scores_of_the_classes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    painted: list[Any] = []
    monkeypatch.setattr(regions, "paint_regions", lambda axes, grids, scores: painted.append((grids, scores)))
    for width in (1, 2, 3):
        model = nn.MLP(2, [width], seed=0)
        loss, y = ("cross_entropy", [0, 1, width - 1]) if width > 1 else ("binary_cross_entropy", [0, 1, 1])
        if width == 1:
            model = nn.MLP(2, [1], output_activation="sigmoid", seed=0)
        recording = nn.record(resolution=4)
        train(recording, [[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], y, model=model, loss=loss, epochs=1)
        recording.save_frames(tmp_path / str(width))
        (across, up), scores = painted[-1]
        expected = nn.predict_classes(model, [[x, y] for y in up for x in across])
        assert [list(row).index(max(row)) for row in scores] == expected
        assert len(scores[0]) == max(width, 2)


def test_an_animation_has_a_frame_for_each_snapshot(tmp_path: Path) -> None:
    from PIL import Image

    recording = nn.record()
    train(recording, epochs=2)
    with Image.open(recording.save(tmp_path / "training.gif", seconds=0.1)) as animation:
        assert animation.n_frames == 2
        assert animation.info["duration"] == 100
        first = animation.convert("RGB").tobytes()
        animation.seek(1)
        assert animation.convert("RGB").tobytes() != first


def test_frames_are_numbered_pictures(tmp_path: Path) -> None:
    recording = nn.record(every=2)
    train(recording, [[0.0], [1.0]], [0, 1], model=nn.MLP(1, [2, 1], seed=0))
    paths = recording.save_frames(tmp_path / "frames")
    assert [path.name for path in paths] == ["frame-0001.png", "frame-0002.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    with pytest.raises(FileExistsError, match=r"holds frames already, such as frame-0001\.png"):
        recording.save_frames(tmp_path / "frames")
