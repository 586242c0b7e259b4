"""The picture of decisions, read back from its pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import nn
from nn import plotting
from nn.plotting.regions import COLOURS, leads, paint_regions

GRID = [[0.0, 1.0, 2.0, 3.0], [0.0, 1.0, 2.0, 3.0]]


def pixels(scores: list[list[float]], grids: list[list[float]] = GRID) -> Any:
    """For each pixel of the picture the class whose colour it has, from the lower left; -1 for any other colour."""
    figure = Figure(figsize=(2, 2), dpi=100)
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    paint_regions(axes, grids, scores)
    axes.set(xlim=(grids[0][0], grids[0][-1]), ylim=(grids[1][0], grids[1][-1]))
    axes.set_axis_off()
    canvas.draw()
    shown = np.asarray(canvas.buffer_rgba())[::-1, :, :3] / 255.0
    palette = np.array([[0.75 + 0.25 * part for part in to_rgb(colour)] for colour in COLOURS])  # a quarter, on white
    distance = np.abs(shown[:, :, None, :] - palette).max(axis=-1)
    return np.where(distance.min(axis=-1) < 0.01, distance.argmin(axis=-1), -1)


def scores_of(function: Any, grids: list[list[float]] = GRID) -> list[list[float]]:
    return [function(x, y) for y in grids[1] for x in grids[0]]


def test_between_class_0_and_class_2_is_no_strip_of_class_1() -> None:
    classes = pixels(scores_of(lambda x, y: [1.4 - x, -5.0, x - 1.4]))
    assert set(np.unique(classes)) <= {-1, 0, 2}
    assert set(np.unique(classes[:, :90])) == {0}  # the boundary is at 1.4 of 3, pixel 93.3 of 200
    assert set(np.unique(classes[:, 97:])) == {2}


@pytest.mark.parametrize("classes", [2, 3])
def test_a_slanted_boundary_is_no_staircase(classes: int) -> None:
    """Scores that are linear in the place have a straight boundary, however coarse the grid is."""
    painted = pixels(scores_of(lambda x, y: [x - 0.7 * y - 0.41, 0.0, -9.0][:classes]))
    y, x = np.mgrid[0:200, 0:200] * 3.0 / 200 + 0.0075
    side = x - 0.7 * y - 0.41
    sure = np.abs(side) > 0.06  # but for the pixels that the line runs through
    assert np.array_equal(painted[sure], np.where(side > 0, 0, 1)[sure])


def test_a_tie_is_the_first_class_and_nan_stays_blank() -> None:
    assert set(np.unique(pixels(scores_of(lambda x, y: [2.0, 2.0, 2.0])))) == {0}
    assert set(np.unique(pixels(scores_of(lambda x, y: [1.0, 2.0, 2.0])))) == {1}
    blank = pixels(scores_of(lambda x, y: [0.0, float("nan") if x > 1.5 else 1.0]))
    assert set(np.unique(blank[:, :60])) == {1}
    assert set(np.unique(blank[:, 140:])) == {-1}
    assert set(np.unique(pixels(scores_of(lambda x, y: [-float("inf"), float("inf")])))) == {1}
    assert set(np.unique(pixels(scores_of(lambda x, y: [3.0])))) == {0}


def test_the_plot_shows_what_the_model_predicts(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr(plotting.regions, "paint_regions", lambda axes, grids, scores: seen.append((grids, scores)))
    X, y = nn.make_blobs(30, seed=0)
    models = [nn.MLP(2, [3], seed=0), nn.MLP(2, [2], seed=0), nn.MLP(2, [1], output_activation="sigmoid", seed=1)]
    for model in models:
        plotting.plot_decision_boundary(model, X, y, resolution=6)
        grids, scores = seen[-1]
        points = [[a, b] for b in grids[1] for a in grids[0]]
        assert [row.index(max(row)) for row in scores] == nn.predict_classes(model, points)
    points = [[a, b] for b in seen[-1][0][1] for a in seen[-1][0][0]]
    plotting.plot_decision_boundary(models[-1], X, y, resolution=6, threshold=0.875)
    assert [row.index(max(row)) for row in seen[-1][1]] == nn.predict_classes(models[-1], points, threshold=0.875)


def test_one_class_leads_at_each_point_and_by_how_much() -> None:
    found = leads([[3.0, 1.0, 2.5], [1.0, 1.0, 0.0], [float("nan"), 0.0, 1.0], [-5.0, 2.0, -3.0]])
    assert found[:, 0].tolist() == [0.5, -2.0, -0.5]
    assert found[0, 1] == 0.0
    assert -1e-300 < found[1, 1] < 0.0  # a tie is the first class's
    assert found[2, 1] == -1.0
    assert np.isnan(found[:, 2]).all()
    assert found[:, 3].tolist() == [-7.0, 5.0, -5.0]
