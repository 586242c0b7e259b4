"""The network of the playground: its numbers against a program written by hand, its points, its measurements."""

from __future__ import annotations

import json
import math
import xml.etree.ElementTree as ET
from typing import Any

import chalkgrad_live
import pytest
from chalkgrad_live import network
from chalkgrad_live.settings import LOSSES

import nn


def shown(frame: dict[str, Any]) -> list[float]:
    return [float(text.rstrip("%")) if text != "-" else math.nan for _, text in frame["texts"]]


def test_an_epoch_gives_the_losses_of_the_same_loop_written_by_hand() -> None:
    network.start({"samples": 40, "widths": "3", "learning_rate": 0.2, "batch_size": 10, "momentum": 0.5, "seed": 3})
    frame = network.run(epoch=True)
    X, y = nn.make_moons(40, noise=0.1, seed=3)
    X, X_held, y, y_held = nn.train_test_split(X, y, test_size=0.3, seed=3)
    model = nn.MLP(2, [3, 1], activation="tanh", seed=3)
    optimizer = nn.SGD(model, 0.2, momentum=0.5)
    for rows, labels in nn.batches(X, y, 10, seed=0):
        optimizer.zero_grad()
        nn.binary_cross_entropy_with_logits([model(row) for row in rows], labels).backward()
        optimizer.step()
    logits = [[model(row).data for row in rows] for rows in (X, X_held)]
    losses = [  # log(1 + exp(-z)) for class 1, log(1 + exp(z)) for class 0
        sum(math.log1p(math.exp(-z if label else z)) for z, label in zip(zs, labels, strict=True)) / len(zs)
        for zs, labels in zip(logits, (y, y_held), strict=True)
    ]
    correct = [
        sum((z > 0) == label for z, label in zip(zs, labels, strict=True)) / len(zs)
        for zs, labels in zip(logits, (y, y_held), strict=True)
    ]
    assert (frame["steps"], frame["epoch"]) == (3, 1)
    assert shown(frame) == pytest.approx([*losses, *(100 * share for share in correct)], rel=5e-3)
    gradients = [[abs(p.grad) for p in layer.parameters()] for layer in model.layers]
    assert [layer["gradient"] for layer in frame["layers"]] == pytest.approx([sum(g) / len(g) for g in gradients])


@pytest.mark.parametrize("loss", LOSSES)
def test_the_loss_that_is_shown_is_that_of_the_program(loss: str) -> None:
    frame = network.start({"loss": loss, "samples": 20, "widths": "3"})
    names = network._session().names
    losses = [names["loss_of"](names[f"X{part}"], names[f"y{part}"]).data for part in ("", "_held")]
    assert shown(frame)[:2] == pytest.approx(losses, rel=5e-3)


def test_steps_are_counted_and_an_epoch_ends_where_it_ends() -> None:
    network.start({"samples": 20, "held": 0.0, "widths": "2", "batch_size": 8})
    assert network.run(steps=1, seconds=60)["steps"] == 1
    assert network.run(epoch=True)["steps"] == 3
    assert network.run(epoch=True)["steps"] == 6
    assert network.look()["epoch"] == 2
    assert network._session().curve_steps == [0, 1, 3, 6]


def test_points_are_set_by_place_or_by_number_and_removed() -> None:
    network.start({"data": "own points", "widths": "2"})
    with pytest.raises(ValueError, match="both classes"):
        network.run(steps=1)
    network.add_point(0.5, -1.0, 1)
    frame = network.add_point_at(0.25, 0.875, 0)
    assert frame["points"] == ((0.5, -1.0, 1), (-1.0, 1.5, 0))
    assert "[[0.5, -1.0], [-1.0, 1.5]], [1, 0]" in frame["program"]
    assert network.run(steps=1)["steps"] == 1
    assert network.remove_point()["points"] == ((0.5, -1.0, 1),)
    network.remove_point()
    assert network.remove_point()["points"] == ()
    with pytest.raises(ValueError, match="set points first"):
        network.diagnosed()


def test_training_data_of_one_class_is_refused_with_its_cause() -> None:
    network.start({"samples": 4, "held": 0.75})
    with pytest.raises(ValueError, match="one class only; hold back less"):
        network.run()


def test_a_point_that_is_no_number_is_refused_and_changes_nothing() -> None:
    network.start({"data": "own points", "points": [[0, 0, 1]], "widths": "2"})
    with pytest.raises(ValueError, match="from -2 to 2"):
        network.add_point(math.inf, 0.0, 1)
    question = {"name": "network.add", "given": {"x": None, "y": 0, "label": 1}}
    assert "points" in json.loads(chalkgrad_live.answer(json.dumps(question)))["problem"]
    assert network._session().settings.points == ((0.0, 0.0, 1),)


@pytest.mark.parametrize(
    ("settings", "kind", "shares"),
    [
        ({"activation": "relu", "widths": "4"}, "dead", {0.25}),
        ({"activation": "sigmoid", "widths": "4"}, "saturated", {0.25}),
    ],
)
def test_stuck_units_are_counted(settings: dict[str, Any], kind: str, shares: set[float]) -> None:
    network.start({"samples": 20, **settings})
    neurons = network._session().model.layers[0].neurons
    for neuron in neurons:
        neuron.b.data = 3.0 if kind == "dead" else 0.0
    neurons[2].b.data = -1000.0
    hidden, output = network.look()["layers"]
    assert hidden["texts"][1] == f"25% {kind}"
    assert {hidden["stuck"]} == shares
    assert output["stuck"] is None


def test_the_plane_has_the_colour_of_each_side() -> None:
    network.start({"data": "own points", "points": [[-1, 0, 0], [1, 0, 1]], "widths": ""})
    neuron = network._session().model.layers[0].neurons[0]
    for parameter, number in zip([*neuron.w, neuron.b], (9.0, 0.0, 0.0), strict=True):
        parameter.data = number
    session = network._session()
    predict = session._plain()
    assert [predict([x, 0.3]) for x in (-1.0, 1.0)] == pytest.approx([-9.0, 9.0])
    picture = ET.fromstring(network.look()["plane"])
    assert [len(picture.findall(kind)) for kind in ("circle", "rect", "image")] == [1, 1, 1]


def test_a_loss_that_overflows_stops_training_with_its_message() -> None:
    network.start(
        {"samples": 8, "widths": "4", "activation": "relu", "loss": "mean_squared_error", "learning_rate": 1000.0}
    )
    frame = network.run(seconds=60.0)
    assert frame["problem"].startswith("Training stopped: ")
    assert network.run(steps=5)["steps"] == frame["steps"]
    json.dumps(chalkgrad_live.plain(frame), allow_nan=False)


def test_the_diagnosis_is_that_of_the_library() -> None:
    network.start({"samples": 12, "widths": "2", "init": "zeros"})
    session = network._session()
    said = repr(
        nn.diagnose(
            session.model, session.X, session.y, loss=session.settings.loss, optimizer=session.names["optimizer"]
        )
    )
    assert network.diagnosed()["diagnosis"] == said


def test_curves_stay_short() -> None:
    network.start({"samples": 4, "held": 0.0, "widths": ""})
    session = network._session()
    predict = session._plain()
    for step in range(1, 700):
        session.steps = step
        session._numbers(predict)
    assert len(session.curve_steps) <= network.MAX_CURVE
    assert (session.curve_steps[0], session.curve_steps[-1]) == (0, 699)
    assert session.curve_steps == sorted(session.curve_steps)
    assert {len(curve) for curve in session.curve.values()} == {len(session.curve_steps)}


def test_a_page_hears_only_json() -> None:
    asked = {"name": "network.open", "given": {"settings": {"data": "own points"}}}
    frame = json.loads(chalkgrad_live.answer(json.dumps(asked)))
    assert frame["texts"][0] == ["loss on training data", "-"]
    assert chalkgrad_live.plain({"a": (math.nan, [math.inf, 1.5])}) == {"a": [None, [None, 1.5]]}
