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
    jump = [(x, y) for x, y in zip(relu[1].get_xdata(), relu[1].get_ydata(), strict=True) if abs(x) < 0.05]
    assert [y for _, y in jump if y in (0.0, 1.0)] != [y for _, y in jump]  # a gap between 0 and 1
    assert (figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()) == ("x", "y")
    shown = [axes for axes in plotting.plot_activations().axes if axes.get_visible()]
    assert len(shown) >= 10


def test_curves_differ_in_more_than_colour(tmp_path: Path) -> None:
    curves = {f"curve {n}": [float(n), n + 1.0] for n in range(6)}
    axes = plotting.plot_curves(curves, tmp_path / "c.png", x=[10, 20], log="x", xlabel="step").axes[0]
    assert is_png(tmp_path / "c.png")
    looks = [(line.get_linestyle(), line.get_marker()) for line in axes.lines]
    assert len(set(looks)) == 6
    assert [list(line.get_xdata()) for line in axes.lines] == [[10, 20]] * 6
    assert [list(line.get_ydata()) for line in axes.lines] == list(curves.values())
    assert (axes.get_xscale(), axes.get_yscale(), axes.get_xlabel()) == ("log", "linear", "step")
    assert list(plotting.plot_curves({"one": [1.0, 2.0, 3.0]}).axes[0].lines[0].get_xdata()) == [1, 2, 3]


def test_images_are_drawn_row_after_row_and_signed_ones_have_a_colour_bar(tmp_path: Path) -> None:
    figure = plotting.plot_images([[0.0, 0.25, 0.5, 1.0]] * 3, "abc", tmp_path / "i.png", columns=2)
    assert is_png(tmp_path / "i.png")
    assert figure.axes[0].images[0].get_array().tolist() == [[0.0, 0.25], [0.5, 1.0]]
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", ""]
    signed = plotting.plot_images([[-2.0]], limit=2.0)
    assert len(signed.axes) == 2
    assert signed.axes[0].images[0].get_clim() == (-2.0, 2.0)


@pytest.mark.parametrize(
    ("images", "limits"),
    [([[0.0, 7.0], [16.0]], (0.0, 16.0)), ([[0.25], [0.5]], (0.0, 1.0)), ([[-2.0], [1.5]], (-2.0, 1.5))],
)
def test_no_pixel_is_beyond_black_or_white(images: list[list[float]], limits: tuple[float, float]) -> None:
    drawn = [axes.images[0] for axes in plotting.plot_images([image * (4 // len(image)) for image in images]).axes]
    assert [each.get_clim() for each in drawn] == [limits] * len(images)
    assert all(0.0 <= each.norm(pixel) <= 1.0 for each in drawn for pixel in each.get_array().flat)


def test_tables_are_labelled_and_their_numbers_written(tmp_path: Path) -> None:
    table = [[3, 0], [1, 12]]
    figure = plotting.plot_tables(
        {"t": table, "u": table}, tmp_path / "t.png", labels={"t": "ab", "u": ("ab", "xy")}, numbers=True
    )
    assert is_png(tmp_path / "t.png")
    first, second, _ = figure.axes
    assert [text.get_text() for text in first.texts] == ["3", "", "1", "12"]
    ticks = [[tick.get_text() for tick in axes.get_yticklabels()] for axes in (first, second)]
    assert ticks == [["a", "b"], ["x", "y"]]
    assert first.images[0].get_clim() == (0, 12.0)
    assert plotting.plot_tables({"t": [[-1.0]]}, limit=3.0).axes[0].images[0].get_clim() == (-3.0, 3.0)


def test_a_confusion_matrix_with_its_counts(tmp_path: Path) -> None:
    figure = plotting.plot_confusion_matrix([[8, 1], [0, 6]], tmp_path / "m.png", names=["cat", "dog"])
    assert is_png(tmp_path / "m.png")
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["8", "1", "6"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["cat", "dog"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("predicted class", "true class")
    with pytest.raises(ValueError, match="as many columns as rows, got 2 rows of \\[2, 3\\]"):
        plotting.plot_confusion_matrix([[1, 2], [1, 2, 3]])
    with pytest.raises(ValueError, match="one name for each of 2 classes, got 1"):
        plotting.plot_confusion_matrix([[1, 2], [3, 4]], names=["cat"])


def figures() -> dict[str, Any]:
    """Wide figures of each kind."""
    history = nn.History()
    history.add({"loss": 1.0, "accuracy": 0.5, "validation_loss": 2.0})
    walks = {name: [(1.0, 1.0), (0.5, 0.0)] for name in "abc"}
    live = plotting.Live(seconds=0.0, resolution=3, batches=True)
    nn.fit(nn.Neuron(2), X, Y, loss="mean_squared_error", optimizer="sgd", epochs=1, callbacks=[live], progress=False)
    return {
        "activations": plotting.plot_activations(["relu", "tanh", "sigmoid", "elu"]),
        "history": history.plot(),
        "images": plotting.plot_images([[0.0]] * 12, [str(n) for n in range(12)], columns=12),
        "live": live.figure,
        "paths": plotting.plot_paths(sum, walks, x=(-2, 2), y=(-2, 2), levels=[1]),
        "tables": plotting.plot_tables({name: [[0.5, 1.25]] for name in "abc"}, numbers=True),
    }


def test_the_text_of_wide_figures_can_be_read_on_paper() -> None:
    for name, figure in figures().items():
        sizes = [text.get_fontsize() for text in figure.findobj(lambda part: hasattr(part, "get_fontsize"))]
        smallest = min(sizes) * min(1.0, 16 / 2.54 / figure.get_figwidth())
        assert smallest >= 7.0, name


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: plotting.plot_curves({}), ValueError, "at least one curve"),
        (lambda: plotting.plot_curves({"a": [1.0]}, log="z"), ValueError, "log"),
        (lambda: plotting.plot_images([]), ValueError, "at least one image"),
        (lambda: plotting.plot_images([[1.0, 2.0]]), ValueError, "square number of pixels, got 2"),
        (lambda: plotting.plot_images([[1.0]], columns=0), ValueError, "columns must be"),
        (lambda: plotting.plot_tables({}), ValueError, "at least one table"),
        (
            lambda: plotting.plot_curves({"a": [1, 2, 3]}, x=[1, 2]),
            ValueError,
            "x must have .* 3 numbers of 'a', got 2",
        ),
        (lambda: plotting.plot_images([[]]), ValueError, "square number of pixels, got 0"),
        (lambda: plotting.plot_images([[1.0]] * 2, ["a"]), ValueError, "titles must hold one .* 2 images, got 1"),
        (lambda: plotting.plot_images([[1.0]], 3), TypeError, "titles must be a list of names; got 3"),
        (lambda: plotting.plot_tables({"a": []}), ValueError, "must have rows of one length, at least 1, got 0"),
        (lambda: plotting.plot_tables({"a": [[]]}), ValueError, r"rows of one length, at least 1, got 1 of \[0\]"),
        (lambda: plotting.plot_tables({"a": [[1], [1, 2]]}), ValueError, r"tables\['a'\] .* got 2 of \[1, 2\]"),
        (lambda: plotting.plot_tables({"a": [[1]]}, labels=3), ValueError, "labels must be a dictionary .* got 3"),
        (lambda: plotting.plot_tables({"a": [[1]]}, labels={"b": ["x"]}), ValueError, "by titles of tables, a; got"),
        (
            lambda: plotting.plot_tables({"a": [[1, 2]]}, labels={"a": ["x", "y"]}),
            ValueError,
            r"labels\['a'\] must name 2 columns and 1 rows, got 2 and 2; .* are a pair",
        ),
        (lambda: plotting.plot_decision_boundary(nn.Neuron(1), [[1.0]], [0]), ValueError, "samples with 2 features"),
        (lambda: plotting.plot_decision_boundary(nn.Neuron(2), X, Y[:2]), ValueError, "X has 20 samples but y has 2"),
        (lambda: plotting.plot_decision_boundary(nn.Neuron(2), X, Y, resolution=1), ValueError, "resolution must be"),
        (lambda: plotting.plot_history([1.0]), TypeError, "history must be what nn.fit returned"),
        (lambda: nn.History().plot(), ValueError, "history has no epoch yet"),
        (lambda: plotting.plot_activations(["rel"]), ValueError, "unknown activation 'rel'"),
        (lambda: plotting.plot_activations(["softmax"]), ValueError, "at least one activation of single numbers"),
    ],
)
def test_wrong_arguments(call: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        call()


def test_without_matplotlib_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="plotting needs matplotlib: run python -m pip install matplotlib"):
        plotting.plot_activations()


def test_a_notebook_shows_a_figure_though_pyplot_was_never_imported() -> None:
    figure = plotting.plot_activations(["tanh"])
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert "<svg" in figure._repr_svg_()
