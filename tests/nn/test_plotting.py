from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

import nn
from nn import plotting

X, Y = nn.make_moons(20, seed=0)


def is_png(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG")


def test_decision_boundary_colours_the_classes_where_they_are(tmp_path: Path) -> None:
    model = nn.Neuron(2, nonlin=False, init="zeros")
    model.w[0].data = 1.0  # class 1 to the right of 0
    figure = plotting.plot_decision_boundary(
        model, [[-1.0, 0.0], [1.0, 0.0]], [0, 1], tmp_path / "b.png", resolution=10
    )
    assert is_png(tmp_path / "b.png")
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["class 0", "class 1"]
    assert [list(map(list, points.get_offsets())) for points in axes.collections[-2:]] == [[[-1.0, 0.0]], [[1.0, 0.0]]]


def test_several_classes(tmp_path: Path) -> None:
    figure = plotting.plot_decision_boundary(nn.MLP(2, [3], seed=0), *nn.make_blobs(9, seed=0), resolution=5)
    assert len(figure.axes[0].get_legend().get_texts()) == 3


def test_history_has_a_panel_for_loss_and_one_for_metrics(tmp_path: Path) -> None:
    history = nn.History()
    history.add({"loss": 1.0, "accuracy": 0.5, "validation_loss": 2.0, "learning_rate": 0.1})
    figure = history.plot(tmp_path / "h.png")
    assert is_png(tmp_path / "h.png")
    assert [axes.get_title() for axes in figure.axes] == ["loss", "metrics"]
    assert [line.get_label() for line in figure.axes[0].lines] == ["loss", "validation loss"]
    assert {line.get_marker() for line in figure.axes[0].lines} == {"o"}  # one epoch makes no line
    history.add({"loss": 0.5, "accuracy": 0.6, "validation_loss": 1.0, "learning_rate": 0.1})
    figure = history.plot()
    assert {line.get_marker() for line in figure.axes[0].lines} == {"None"}
    assert all(float(tick).is_integer() for tick in figure.axes[0].get_xticks())


def test_activation_curves_carry_their_derivatives(tmp_path: Path) -> None:
    figure = plotting.plot_activations(["relu", "tanh"], tmp_path / "a.png")
    relu = figure.axes[0].lines
    assert dict(zip(relu[0].get_xdata(), relu[0].get_ydata(), strict=True))[2.0] == 2.0
    assert dict(zip(relu[1].get_xdata(), relu[1].get_ydata(), strict=True))[2.0] == 1.0
    assert dict(zip(relu[1].get_xdata(), relu[1].get_ydata(), strict=True))[-2.0] == 0.0
    assert is_png(tmp_path / "a.png")
    shown = [axes for axes in plotting.plot_activations().axes if axes.get_visible()]
    assert len(shown) >= 10


def test_weights_and_gradients_by_layer(tmp_path: Path) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    model([1.0, 2.0]).backward()
    for draw in (plotting.plot_weights, plotting.plot_gradients):
        figure = draw(model, tmp_path / "w.png")
        assert [axes.get_title().split(":")[0] for axes in figure.axes] == ["layers.0", "layers.1"]


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: plotting.plot_decision_boundary(nn.Neuron(1), [[1.0]], [0]), ValueError, "samples with 2 features"),
        (lambda: plotting.plot_decision_boundary(nn.Neuron(2), X, Y[:2]), ValueError, "X has 20 samples but y has 2"),
        (lambda: plotting.plot_decision_boundary(nn.Neuron(2), X, Y, resolution=1), ValueError, "resolution must be"),
        (lambda: plotting.plot_history([1.0]), TypeError, "history must be what nn.fit returned"),
        (lambda: nn.History().plot(), ValueError, "history has no epoch yet"),
        (lambda: plotting.plot_activations(["rel"]), ValueError, "unknown activation 'rel'"),
        (lambda: plotting.plot_activations(["softmax"]), ValueError, "at least one activation of single numbers"),
        (lambda: plotting.plot_weights(3), TypeError, "model must be a module"),
        (lambda: plotting.plot_weights(nn.Dropout(0.5)), ValueError, "model has no parameters"),
        (lambda: plotting.bars({}, "size"), ValueError, "no layer to draw"),
    ],
)
def test_wrong_arguments(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_without_matplotlib_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="plotting needs matplotlib: install it by python -m pip install matplotlib"):
        plotting.plot_activations()


def test_a_notebook_shows_a_figure_though_pyplot_was_never_imported() -> None:
    figure = plotting.plot_activations(["tanh"])
    assert figure._repr_png_().startswith(b"\x89PNG")
