"""A run of `fit` that goes on from a file: the same bits, the caller's settings, and what is refused."""

from __future__ import annotations

import functools
import json
import math
import random
from pathlib import Path
from typing import Any

import pytest
from saved_files import forged

import nn
from autograd import Value
from nn.storage import read_content

X, Y = nn.make_moons(24, seed=0)


def run(path: Path | None, stop_after: int | None = None, resume: bool = False, **changes: Any) -> tuple[Any, ...]:
    random.seed(99)
    model = nn.Sequential(
        nn.Layer(2, 4, seed=1), nn.Dropout(0.3, seed=2), nn.Dropout(0.1), nn.Layer(4, 1, nonlin=False, seed=3)
    )
    optimizer = nn.Adam(model, 0.05)

    def stop(training: Any) -> None:
        if training.epoch == stop_after:
            training.stop()

    given: dict[str, Any] = {
        "epochs": 6,
        "batch_size": 5,
        "seed": 4,
        "validation": 0.25,
        "schedule": "cosine",
        "loss": "binary_cross_entropy_with_logits",
    } | changes
    data = given.pop("data", (X, Y))
    history = nn.fit(
        model, *data, optimizer=optimizer, progress=False, checkpoint=path, resume=resume, callbacks=[stop], **given,
    )  # fmt: skip
    records = {name: numbers for name, numbers in history.records.items() if name != "seconds"}
    return model.state_dict(), optimizer.state_dict(), records, history.best_epoch


@pytest.mark.parametrize("stop_after", [1, 3, 5])
@pytest.mark.parametrize("changes", [{}, {"seed": None}, {"validation": None}, {"early_stopping": 2}])
def test_a_resumed_run_gives_the_same_bits(stop_after: int, changes: dict[str, Any], tmp_path: Path) -> None:
    whole = run(None, **changes)
    run(tmp_path / "c.json", stop_after, **changes)
    random.seed(0)
    assert run(tmp_path / "c.json", resume=True, **changes) == whole
    assert run(tmp_path / "c.json", resume=True, **changes) == whole  # and a finished one stays as it is


def test_resuming_without_a_file_starts_afresh(tmp_path: Path) -> None:
    assert run(tmp_path / "c.json", resume=True) == run(None)


def test_another_run_s_checkpoint_is_refused(tmp_path: Path) -> None:
    run(tmp_path / "c.json", 2)
    with pytest.raises(ValueError, match="started with batch_size=5, this run has 7"):
        run(tmp_path / "c.json", resume=True, batch_size=7)
    with pytest.raises(ValueError, match=r"started with loss='.*', this run has 'huber'"):
        run(tmp_path / "c.json", resume=True, loss="huber")
    with pytest.raises(ValueError, match=r"started with data='.*: resume with the same data and settings"):
        run(tmp_path / "c.json", resume=True, data=nn.make_moons(24, seed=1))
    nn.save(nn.Neuron(1), tmp_path / "m.json")
    with pytest.raises(ValueError, match="is not a checkpoint of fit"):
        run(tmp_path / "m.json", resume=True)
    assert set(read_content(tmp_path / "c.json")) == {"architecture", "parameters", "optimizer", "training"}


def line(path: Path, optimizer: Any = None, resume: bool = True, **changes: Any) -> tuple[nn.History, nn.Neuron]:
    """A line is fitted: each epoch is one step, so that what a setting does can be followed by hand."""
    model = nn.Neuron(1, nonlin=False, init="zeros")
    given: dict[str, Any] = {"loss": "mean_squared_error", "epochs": 6, "seed": 1} | changes
    made = (optimizer or (lambda m: nn.SGD(m, 0.05)))(model)
    data = given.pop("data", ([[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 7.0]))
    history = nn.fit(model, *data, optimizer=made, progress=False, checkpoint=path, resume=resume, **given)
    return history, model


def test_the_caller_s_settings_are_used_and_the_change_is_recorded(tmp_path: Path) -> None:
    path = tmp_path / "c.json"
    _, before = line(path, lambda m: nn.SGD(m, 0.05, momentum=0.5), epochs=3, schedule="constant")
    history, after = line(
        path, lambda m: nn.SGD(m, 5e-9, weight_decay=0.125), epochs=4, clip_norm=2.0, schedule=nn.StepDecay(2, 0.5)
    )
    assert history["learning_rate"] == [0.05, 0.05, 0.05, 2.5e-9]  # the fourth epoch is after one period of two
    assert after.w[0].data != before.w[0].data
    assert after.w[0].data == pytest.approx(before.w[0].data, abs=1e-8)
    assert history.changes == [
        {"epoch": 3, "setting": "learning_rate", "before": 0.05, "after": 5e-9},
        {"epoch": 3, "setting": "momentum", "before": 0.5, "after": 0.0},
        {"epoch": 3, "setting": "weight_decay", "before": 0.0, "after": 0.125},
        {"epoch": 3, "setting": "clip_norm", "before": None, "after": 2.0},
        {"epoch": 3, "setting": "schedule", "before": "ConstantRate()", "after": "StepDecay(every=2.0, factor=0.5)"},
    ]
    again, _ = line(path, lambda m: nn.SGD(m, 0.01, weight_decay=0.125), epochs=5, clip_norm=2.0)
    assert again.changes[:5] == history.changes
    assert [change["setting"] for change in again.changes[5:]] == ["learning_rate", "schedule"]
    assert [change["epoch"] for change in again.changes[5:]] == [4, 4]


def test_betas_may_change_and_the_memory_stays(tmp_path: Path) -> None:
    path, kept = tmp_path / "c.json", []
    line(path, lambda m: nn.Adam(m, 0.1), epochs=3)
    memory = read_content(path)["optimizer"]["memory"]
    history, _ = line(
        path, lambda m: nn.Adam(m, 0.1, betas=(0.5, 0.75)), epochs=4,
        callbacks=[lambda training: kept.append((training.optimizer.betas, training.optimizer.steps))],
    )  # fmt: skip
    assert kept == [((0.5, 0.75), 4)]
    assert history.changes == [{"epoch": 3, "setting": "betas", "before": [0.9, 0.999], "after": [0.5, 0.75]}]
    assert list(memory["mean"]) == ["weights.0", "bias"]


def test_nothing_is_recorded_where_nothing_changes(tmp_path: Path) -> None:
    line(tmp_path / "c.json", epochs=3)
    assert line(tmp_path / "c.json")[0].changes == []


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_a_rate_that_a_callback_has_set_is_in_the_checkpoint(engine: str, tmp_path: Path) -> None:
    def slower(training: Any) -> None:
        if training.epoch == 2:
            training.optimizer.learning_rate = 0.01

    whole, model = line(tmp_path / "w.json", callbacks=[slower], schedule="cosine", engine=engine)
    path = tmp_path / "c.json"
    stop = [slower, lambda training: training.stop() if training.epoch == 2 else None]
    line(path, callbacks=stop, schedule="cosine", engine=engine)
    history, resumed = line(path, callbacks=[slower], schedule="cosine", engine=engine)
    assert history["learning_rate"] == whole["learning_rate"]
    assert whole["learning_rate"][2] == 0.01 * nn.CosineDecay(6)(2)
    assert resumed.state_dict() == model.state_dict()
    assert history.changes == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": ([[0.0], [1.0], [2.0], [3.5]], [1.0, 3.0, 5.0, 7.0])}, "data='.*', this run has '"),
        ({"batch_size": 2}, "batch_size=4, this run has 2"),
        ({"seed": 2}, "seed=1, this run has 2"),
        ({"seed": None}, "seed=1, this run has None"),
        ({"loss": "huber"}, "loss='mean_squared_error', this run has 'huber'"),
        ({"loss": functools.partial(nn.huber, delta=0.5)}, r"this run has 'huber\(delta=0.5\)'"),
        ({"optimizer": lambda m: nn.Adam(m, 0.05)}, "optimizer='SGD', this run has 'Adam'"),
        ({"validation": ([[1.0]], [2.0])}, "validation=0, this run has 1"),
    ],
)
def test_what_must_be_the_same(changes: dict[str, Any], words: str, tmp_path: Path) -> None:
    line(tmp_path / "c.json", epochs=2)
    before = (tmp_path / "c.json").read_bytes()
    with pytest.raises(ValueError, match=f"started with .*{words}"):
        line(tmp_path / "c.json", **changes)
    assert (tmp_path / "c.json").read_bytes() == before


def test_a_loss_of_the_users_own_is_known_by_its_numbers(tmp_path: Path) -> None:
    def penalised(strength: float) -> Any:
        return lambda p, t: nn.mean_squared_error(p, t) * strength

    line(tmp_path / "c.json", epochs=2, loss=penalised(0.5))
    assert len(line(tmp_path / "c.json", loss=penalised(0.5))[0]) == 6
    with pytest.raises(ValueError, match=r"loss='<lambda> \[0.5\]', this run has '<lambda> \[0.25\]'"):
        line(tmp_path / "c.json", loss=penalised(0.25))


def test_the_caller_decides_about_epochs_metrics_callbacks_and_path(tmp_path: Path) -> None:
    line(tmp_path / "c.json", epochs=2)
    (tmp_path / "c.json").rename(tmp_path / "d.json")
    seen: list[int] = []
    changes: dict[str, Any] = {"metrics": ["r_squared"], "callbacks": [lambda training: seen.append(training.epoch)]}
    history, _ = line(tmp_path / "d.json", epochs=4, **changes)
    assert seen == [3, 4]
    assert list(map(math.isnan, history["r_squared"])) == [True, True, False, False]
    again, _ = line(tmp_path / "d.json", epochs=5)
    assert list(map(math.isnan, again["r_squared"])) == [True, True, False, False, True]
    assert len(again["loss"]) == len(again["seconds"]) == 5


def test_a_loss_of_nan_and_an_infinite_norm_are_kept_in_the_file(tmp_path: Path) -> None:
    class Odd(nn.Module):
        def __init__(self) -> None:
            self.w = Value(0.5)

        def __call__(self, row: list[float]) -> Any:
            return self.w * row[0] if row[0] < 9 else self.w * math.inf * 0.0

    for epochs in (2, 4):
        model = Odd()
        history = nn.fit(
            model, [[1.0], [2.0]], [1.0, 2.0], loss="mean_squared_error", optimizer=nn.SGD(model, 0.01), epochs=epochs,
            validation=([[9.0]], [1.0]), progress=False, checkpoint=tmp_path / "c.json", resume=True,
        )  # fmt: skip
    assert list(map(math.isnan, history["validation_loss"])) == [True] * 4
    assert history.best_epoch is None


class Pair(nn.Module):
    """Two numbers, found in one order or the other."""

    def __init__(self, *order: str) -> None:
        for name in order:
            setattr(self, name, Value({"a": 0.5, "b": -0.25}[name]))

    def __call__(self, row: list[float]) -> Any:
        return self.a * row[0] + self.b * row[1]


def pair(path: Path, *order: str, epochs: int = 6) -> tuple[dict[str, float], Any]:
    model = Pair(*order)
    optimizer = nn.Adam(model, 0.1)
    data = [[1.0, 0.5], [0.25, -2.0], [3.0, 1.0]], [1.0, 2.0, 3.0]
    nn.fit(
        model, *data, loss="mean_squared_error", optimizer=optimizer, epochs=epochs, progress=False, checkpoint=path,
        resume=True, validation=([[1.0, 2.0]], [3.0]),
    )  # fmt: skip
    return model.state_dict(), optimizer


def test_memory_and_best_parameters_follow_the_names(tmp_path: Path) -> None:
    whole, _ = pair(tmp_path / "w.json", "a", "b")
    pair(tmp_path / "c.json", "a", "b", epochs=3)
    assert pair(tmp_path / "c.json", "b", "a")[0] == whole


def written_by_an_earlier_version(path: Path) -> None:
    """The file with memory and best parameters as lists, and without what came later."""
    content = json.loads(path.read_bytes())["content"]
    memory, training = content["optimizer"]["memory"], content["training"]
    for kind, entries in memory.items():
        memory[kind] = list(entries.values())
    training["best"]["parameters"] = list(training["best"]["parameters"].values())
    training["first_rate"] = training["settings"]["learning_rate"]
    for name in ("given", "settings", "changes"):
        del training[name]
    training["setup"]["parameters"] = 2
    forged(path, json.dumps(content).encode())


def test_files_of_earlier_versions_are_read_where_names_and_order_agree(tmp_path: Path) -> None:
    whole, _ = pair(tmp_path / "w.json", "a", "b")
    path = tmp_path / "c.json"
    pair(path, "a", "b", epochs=3)
    written_by_an_earlier_version(path)
    with pytest.raises(ValueError, match="this model has other parameters or another order of them"):
        pair(path, "b", "a")
    assert pair(path, "a", "b")[0] == whole
    nn.save(Pair("a", "b"), path, optimizer=pair(tmp_path / "w.json", "a", "b")[1])
    content = json.loads(path.read_bytes())["content"]
    content["optimizer"]["memory"] = {kind: [1.0, 2.0] for kind in content["optimizer"]["memory"]}
    forged(path, json.dumps(content).encode())
    other = Pair("b", "a")
    with pytest.raises(ValueError, match=r"written by an earlier version.* the file has a where the model has b"):
        nn.load(path, into=other, optimizer=nn.Adam(other))
    same = Pair("a", "b")
    optimizer = nn.Adam(same)
    nn.load(path, into=same, optimizer=optimizer)
    assert optimizer.memory()["mean"] == [1.0, 2.0]
    part = nn.Adam([same.a])
    with pytest.raises(ValueError, match="holds the mean of 2 parameters, this optimizer has 1"):
        nn.load(path, into=same, optimizer=part)


def test_an_optimizer_made_from_a_list_is_saved_under_the_model_s_names(tmp_path: Path) -> None:
    model = Pair("a", "b")
    optimizer = nn.SGD([model.a, model.b], momentum=0.5)
    optimizer.step([1.0, 2.0])
    nn.save(model, tmp_path / "m.json", optimizer=optimizer)
    twin = Pair("b", "a")
    follower = nn.SGD(list(twin.parameters()), momentum=0.5)
    nn.load(tmp_path / "m.json", into=twin, optimizer=follower)
    assert dict(zip(follower.names, follower.memory()["velocity"], strict=True)) == {"a": 1.0, "b": 2.0}


@pytest.mark.parametrize(
    ("entry", "forgery", "message"),
    [
        ("settings", [], "settings is"),
        ("given", 3, "given is 3"),
        ("changes", [{}], "changes is"),
        ("best", {"loss": 1.0, "parameters": {"w": 1.0}}, "best parameters are not those of this model"),
        ("best", {"loss": "nan", "parameters": {"weights.0": 1.0, "bias": 1.0}}, "best loss must be a number"),
        ("history", {}, "history has no loss"),
        ("history", {"loss": ["x", 1.0]}, "history loss must be 2 numbers"),
        ("epoch", -1, "epoch is -1"),
        ("more", 1, "training must have exactly"),
    ],
)
def test_forged_accounts_are_refused(entry: str, forgery: Any, message: str, tmp_path: Path) -> None:
    line(tmp_path / "c.json", epochs=2)
    content = read_content(tmp_path / "c.json")
    content["training"][entry] = forgery
    with pytest.raises(ValueError, match=message):
        line(forged(tmp_path / "c.json", json.dumps(content).encode()))


def test_a_model_that_cannot_be_described_has_checkpoints_too(tmp_path: Path) -> None:
    model = nn.Neuron(1, activation=lambda x: x * 2.0)
    nn.fit(
        model, [[1.0]], [1.0], loss="mean_squared_error", optimizer="sgd", epochs=1, progress=False,
        checkpoint=tmp_path / "c.json",
    )  # fmt: skip
    assert nn.load(tmp_path / "c.json") == model.state_dict()
