"""Each data set trains with its own settings; what is saved can be loaded."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from optional import needs

import nn
from chalkgrad.__main__ import build_parser, main
from chalkgrad.cli.commands.train import ACTIVATIONS, OPTIMIZERS, TrainingTask, save_model
from chalkgrad.cli.datasets import RECIPES
from chalkgrad.cli.letters import NextLetter

# What a held-back quarter must reach with the settings of the recipe, in percent.
GOALS = {"moons": 98, "circles": 98, "spiral": 95, "iris": 92, "wine": 95, "digits": 95, "names": 15}


def held_back_accuracy(output: str) -> float:
    found = re.search(r"accuracy on the \d+ held-back samples: ([\d.]+)%", output)
    assert found is not None, output
    return float(found[1])


@pytest.mark.parametrize(("name", "options"), [("moons", []), ("iris", ["--epochs", "30"])])
def test_a_data_set_just_trains(name: str, options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", name, *options]) == 0
    assert held_back_accuracy(capsys.readouterr().out) >= GOALS[name]


@pytest.mark.parametrize("engine", ["eager", "compiled"])
def test_the_accuracy_is_that_of_the_saved_model(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    argv = ["train", "spiral", "--epochs", "2", "--engine", engine, "--save", str(tmp_path / "model.json")]
    assert main(argv) == 0
    task = TrainingTask(build_parser().parse_args(argv))
    expected = nn.evaluate(nn.load(tmp_path / "model.json"), task.X_held, task.y_held)["accuracy"]
    assert held_back_accuracy(capsys.readouterr().out) == round(100 * expected, 1) < 90


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("name", RECIPES)
def test_every_data_set_reaches_its_goal(name: str, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    main(["train", name, "--seed", str(seed)])
    assert held_back_accuracy(capsys.readouterr().out) >= GOALS[name]


@pytest.mark.slow
@needs("nn/convolution")
def test_the_convolution_reaches_its_goal(capsys: pytest.CaptureFixture[str]) -> None:
    """On the mean of five seeds, with a quarter held back, the same share of each digit."""
    reached = []
    for seed in range(5):
        assert main(["train", "digits", "--model", "conv", "--seed", str(seed)]) == 0
        reached.append(held_back_accuracy(capsys.readouterr().out))
    assert sum(reached) / 5 >= 98.5


@pytest.mark.slow
@needs("nn/recurrence")
def test_names_are_made_up_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "names", "--epochs", "2", "--hidden", "8"]) == 0
    assert len(re.search(r"^made up: (.*)$", capsys.readouterr().out, re.MULTILINE)[1].split(", ")) == 10  # type: ignore[index]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["moons", "--model", "conv"], "--model conv is for digits"),
        (["digits", "--model", "conv", "--hidden", "8"], "without --hidden"),
        (["names", "--hidden", "8", "9"], "one width, but --hidden has 2"),
        (["names", "--activation", "relu"], "--activation is for perceptrons"),
        (["digits", "--model", "conv", "--activation", "tanh"], "--activation is for perceptrons"),
    ],
)
def test_options_that_do_not_fit(options: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", *options]) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("optimizer", "activation"), [*((name, "tanh") for name in OPTIMIZERS), *(("adam", name) for name in ACTIVATIONS)]
)
def test_every_choice_runs(optimizer: str, activation: str, capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["train", "moons", "--hidden", "2", "3", "--epochs", "1", "--batch-size", "1000", "--learning-rate", "0.01"]
    assert main([*argv, "--optimizer", optimizer, "--activation", activation]) == 0
    assert "network 2-2-3-2, 23 parameters" in capsys.readouterr().out


def test_the_saved_model_predicts_as_the_trained_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new" / "model.json"
    assert main(["train", "moons", "--epochs", "1", "--save", str(path), "--out", str(tmp_path / "pictures")]) == 0
    output = capsys.readouterr().out
    for written in (path, tmp_path / "pictures" / "loss.png", tmp_path / "pictures" / "boundary.png"):
        assert f"saved {written}" in output
        assert written.stat().st_size > 0
    model = nn.load(path)
    assert len(model.parameters()) == int(re.search(r"(\d+) parameters", output)[1])  # type: ignore[index]


@needs("nn/recurrence")
def test_how_a_model_of_letters_is_loaded_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = NextLetter(2, seed=5)
    save_model(model, tmp_path / "model.json")
    found: dict[str, Any] = {"nn": nn}
    exec(capsys.readouterr().out.splitlines()[1], found)
    assert found["model"].state_dict() == model.state_dict()


def test_without_scikit_learn_one_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    assert main(["train", "digits"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert 'python -m pip install "chalkgrad[sklearn]"' in captured.err


def test_a_missing_folder_of_nn_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(vars(nn), "LSTM", raising=False)  # it may have been loaded before
    monkeypatch.setitem(sys.modules, "nn.recurrence", None)
    monkeypatch.setitem(sys.modules, "nn.recurrence.lstm", None)
    assert main(["train", "names"]) == 2
    assert capsys.readouterr().err.startswith(
        "chalkgrad train: nn.LSTM needs nn.recurrence.lstm, which is not installed"
    )


def test_numbers_that_grow_too_large_are_said_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    argv = ["train", "moons", "--optimizer", "sgd", "--learning-rate", "1e300", "--activation", "identity"]
    assert main(argv) == 2
    error = capsys.readouterr().err
    assert re.match(r"chalkgrad train: training stopped in epoch 1, step \d+.*: ", error), error
    assert error.count("training stopped") == 1


@pytest.mark.parametrize(("option", "name"), [("--save", "model.json"), ("--out", "pictures")])
def test_a_folder_that_cannot_be_made_is_said_before_the_training(
    option: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    assert main(["train", "moons", "--epochs", "1", option, str(tmp_path / "file" / "below" / name)]) == 2
    captured = capsys.readouterr()
    assert f"Name another with {option}" in captured.err
    assert "accuracy" not in captured.out


def test_a_model_that_cannot_be_written_is_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "folder").mkdir()
    assert main(["train", "moons", "--epochs", "1", "--save", str(tmp_path / "folder")]) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1
    assert "folder is a folder; name a file in it, such as" in captured.err
    assert captured.out == ""


def test_a_saved_model_is_replaced_only_if_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "model.json"
    path.write_text("mine")
    argv = ["train", "moons", "--epochs", "1", "--save", str(path)]
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.err.endswith("model.json exists already; choose another name, or --overwrite\n")
    assert captured.out == ""
    assert path.read_text() == "mine"
    assert main([*argv, "--overwrite"]) == 0
    assert nn.load(path).parameters()
