"""A recorded training: what each snapshot holds, how many are kept, and the files that are made of it."""

from __future__ import annotations

import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

import nn
from nn import recording_images
from nn.recording import TrainingRecording


def train(recording: Any, X: Any = None, y: Any = None, *, epochs: int = 4, model: Any = None, **options: Any) -> Any:
    X = [[0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]] if X is None else X
    y = [0, 1, 1, 0] if y is None else y
    model = nn.MLP(2, [3, 1], activation="tanh", seed=1) if model is None else model
    loss = options.pop("loss", "binary_cross_entropy_with_logits")
    optimizer = nn.SGD(model, 0.5)
    nn.fit(model, X, y, loss=loss, optimizer=optimizer, epochs=epochs, callbacks=[recording], progress=False, **options)
    return model


def page_data(recording: TrainingRecording) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', recording.html(), re.DOTALL)
    assert found
    return json.loads(found[1])


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


def test_with_three_classes_the_boundary_names_the_class() -> None:
    recording = nn.record(resolution=4)
    model = nn.MLP(2, [3], seed=0)
    train(recording, [[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], [0, 1, 2], model=model, loss="cross_entropy", epochs=60)
    assert {0.0, 1.0, 2.0} == set(recording.snapshots[-1]["boundary"])
    assert page_data(recording)["manyClasses"] is True


def test_without_two_features_there_is_no_boundary() -> None:
    recording = nn.record()
    train(recording, [[0.0], [1.0]], [0, 1], model=nn.MLP(1, [2, 1], seed=0))
    assert recording.snapshots[0]["boundary"] is None
    assert page_data(recording)["corners"] == []


def test_recording_changes_nothing() -> None:
    plain = nn.MLP(2, [3, 1], activation="tanh", seed=1)
    train(lambda training: None, model=plain)
    assert train(nn.record()).state_dict() == plain.state_dict()


@pytest.mark.parametrize("total", [11, 20, 21, 100])
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


def test_another_model_begins_anew() -> None:
    recording = nn.record()
    train(recording)
    train(recording, epochs=2)
    assert [snapshot["epoch"] for snapshot in recording.snapshots] == [1, 2]


def test_rows_are_neurons() -> None:
    recording = nn.record()
    train(recording)
    layers = recording.layers()
    assert [layer["name"] for layer in layers] == ["layers.0", "layers.1"]
    assert [len(row) for row in layers[0]["rows"]] == [3, 3, 3]  # two weights and a bias
    assert [len(row) for row in layers[1]["rows"]] == [4]


# ---------------------------------------------------------------------------------------------------------- files


def test_the_page_is_self_contained_and_holds_every_snapshot(tmp_path: Path) -> None:
    recording = nn.record()
    train(recording, validation=0.25)
    page = recording.save(tmp_path / "training.html").read_text(encoding="utf-8")
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    data = page_data(recording)
    assert [snapshot["epoch"] for snapshot in data["snapshots"]] == [1, 2, 3, 4]
    assert data["snapshots"][-1]["weights"] == pytest.approx(recording.snapshots[-1]["weights"], rel=1e-3)
    assert "validation_loss" in data["history"]
    assert "<iframe srcdoc=" in (recording._repr_html_() or "")


def test_what_is_not_finite_is_left_out_of_the_page() -> None:
    recording = nn.record()
    train(recording)
    recording.snapshots[0]["gradients"][0] = math.nan
    recording.snapshots[0]["weights"][0] = math.inf
    first = page_data(recording)["snapshots"][0]
    assert first["gradients"][0] is None
    assert first["weights"][0] is None
    recording.snapshots[0]["boundary"][7] = math.nan
    assert page_data(recording)["snapshots"][0]["boundary"][7] is None


def test_frames_are_drawn_of_what_is_not_finite(tmp_path: Path) -> None:
    recording = nn.record()
    train(recording, epochs=2)
    recording.snapshots[0]["weights"][0] = math.inf
    recording.snapshots[0]["boundary"][7] = math.nan
    assert len(recording.save_frames(tmp_path)) == 2


def test_frames_compare_the_scores_of_the_classes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    painted: list[Any] = []
    monkeypatch.setattr(recording_images, "paint_regions", lambda axes, grids, scores: painted.append((grids, scores)))
    for width in (1, 2, 3):
        model = nn.MLP(2, [width], seed=0)
        loss, y = ("cross_entropy", [0, 1, width - 1]) if width > 1 else ("binary_cross_entropy", [0, 1, 1])
        if width == 1:
            model = nn.MLP(2, [1], output_activation="sigmoid", seed=0)
        recording = nn.record(resolution=4)
        train(recording, [[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], y, model=model, loss=loss, epochs=2)
        recording.save_frames(tmp_path / str(width))
        (across, up), scores = painted[-1]
        expected = nn.predict_classes(model, [[x, y] for y in up for x in across])
        assert [list(row).index(max(row)) for row in scores] == expected
        assert len(scores[0]) == max(width, 2)


def test_a_model_that_grows_begins_anew() -> None:
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


def test_an_animation_has_a_frame_for_each_snapshot(tmp_path: Path) -> None:
    from PIL import Image

    recording = nn.record()
    train(recording, epochs=3)
    with Image.open(recording.save(tmp_path / "training.gif", seconds=0.1)) as animation:
        assert animation.n_frames == 3
        assert animation.info["duration"] == 100
        first = animation.convert("RGB").tobytes()
        animation.seek(2)
        assert animation.convert("RGB").tobytes() != first


def test_frames_are_numbered_pictures(tmp_path: Path) -> None:
    recording = nn.record(every=2)
    train(recording, [[0.0], [1.0]], [0, 1], model=nn.MLP(1, [2, 1], seed=0))
    paths = recording.save_frames(tmp_path / "frames")
    assert [path.name for path in paths] == ["frame-0001.png", "frame-0002.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
    with pytest.raises(FileExistsError, match=r"holds frames already, such as frame-0001\.png"):
        recording.save_frames(tmp_path / "frames")


# --------------------------------------------------------------------------------------------------------- errors


def test_nothing_is_overwritten_and_other_endings_are_refused(tmp_path: Path) -> None:
    recording = nn.record()
    train(recording, epochs=1)
    path = recording.save(tmp_path / "a.html")
    with pytest.raises(FileExistsError, match="exists already; give another name, or overwrite=True"):
        recording.save(path)
    recording.save(path, overwrite=True)
    with pytest.raises(ValueError, match=r"must end in \.html or \.gif, got '.*mp4'"):
        recording.save("training.mp4")
    for save in (recording.save, recording.save_frames):
        with pytest.raises(TypeError, match=r"recording\.save.*: must be the name of a file or folder, got 3"):
            save(3)
    with pytest.raises(ValueError, match=r"seconds for each frame must be at least 0\.02 and at most 60, got 0"):
        recording.save(tmp_path / "a.gif", seconds=0)


def test_what_was_not_recorded_cannot_be_shown(tmp_path: Path) -> None:
    recording = nn.record()
    assert recording._repr_html_() is None
    assert repr(recording) == "<recording of 0 snapshots of 0 parameters>"
    for show in (recording.html, lambda: recording.save_frames(tmp_path), lambda: recording.save(tmp_path / "a.gif")):
        with pytest.raises(ValueError, match="nothing was recorded: pass this recording to fit"):
            show()


@pytest.mark.parametrize(("option", "number"), [("every", 0), ("limit", 1), ("resolution", 1)])
def test_numbers_that_make_no_sense_are_refused(option: str, number: int) -> None:
    with pytest.raises(ValueError, match=option):
        nn.record(**{option: number})
