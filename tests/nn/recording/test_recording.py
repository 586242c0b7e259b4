"""A recorded training: its layers, its page, and the files that are written."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest
from recorded import train

import nn
from nn.recording import TrainingRecording


def page_data(recording: TrainingRecording) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', recording.html(), re.DOTALL)
    assert found
    return json.loads(found[1])


def test_with_three_classes_the_page_has_the_leads_of_each() -> None:
    recording = nn.record(resolution=4)
    model = nn.MLP(2, [3], seed=0)
    train(recording, [[0.0, 0.0], [5.0, 0.0], [0.0, 5.0]], [0, 1, 2], model=model, loss="cross_entropy", epochs=60)
    last = recording.snapshots[-1]
    assert set(last["boundary"]) == {0.0, 1.0, 2.0}
    data = page_data(recording)
    assert data["manyClasses"] is True
    shown = data["snapshots"][-1]["boundary"]
    for n, (scores, label) in enumerate(zip(last["scores"], last["boundary"], strict=True)):
        lead = [score - max(scores[:k] + scores[k + 1 :]) for k, score in enumerate(scores)]
        assert [of_class[n] for of_class in shown] == pytest.approx(lead, rel=0.06)
        assert [of_class[n] >= 0 for of_class in shown].index(True) == label


def test_three_classes_of_which_only_two_are_decided_for_are_three_classes() -> None:
    recording = nn.record(resolution=4)
    model = nn.MLP(2, [3], init="zeros")
    model.layers[0].neurons[2].bias.data = -100.0
    train(recording, [[0.0, 0.0], [5.0, 0.0]], [0, 1], model=model, loss="cross_entropy", epochs=2)
    assert 2.0 not in recording.snapshots[-1]["boundary"]
    assert page_data(recording)["manyClasses"] is True


def test_without_two_features_there_is_no_boundary() -> None:
    recording = nn.record()
    train(recording, [[0.0], [1.0]], [0, 1], model=nn.MLP(1, [2, 1], seed=0))
    assert recording.snapshots[0]["boundary"] is None
    assert page_data(recording)["corners"] == []


def test_rows_are_neurons() -> None:
    recording = nn.record()
    train(recording)
    layers = recording.layers()
    assert [layer["name"] for layer in layers] == ["layers.0", "layers.1"]
    assert [len(row) for row in layers[0]["rows"]] == [3, 3, 3]  # two weights and a bias
    assert [len(row) for row in layers[1]["rows"]] == [4]


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
