"""What do a model, its training and its activations look like?

Every function draws with matplotlib, which is imported by the first call, and returns the figure; with ``path`` it
also writes the picture to that file. Read before: ``evaluation``, ``history``. Read after: nothing.
"""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import Any

from autograd import Value

from .activations import Activation, activation_names
from .activations import activation as find_activation
from .checks import as_list, file_path, samples_and_targets, shown, whole_number
from .evaluation import decision_threshold, predict
from .metrics import true_class
from .module import check_module
from .regions import COLOURS, class_scores, grid, paint_regions


def _figure(rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.0, 4.0)) -> tuple[Any, list[Any]]:
    """A figure outside pyplot, so that it is not kept in memory and no window opens."""
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError("plotting needs matplotlib: install it by python -m pip install matplotlib") from error
    figure = Figure(figsize=size, layout="constrained")
    figure._repr_png_ = partial(_png, figure)  # type: ignore[attr-defined]  # a notebook that has no pyplot shows it too
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def _png(figure: Any) -> bytes:
    picture = BytesIO()
    figure.savefig(picture, format="png")
    return picture.getvalue()


def _finished(figure: Any, path: Any) -> Any:
    if path is not None:
        figure.savefig(path if hasattr(path, "write") else file_path(path), dpi=150)
    return figure


def plot_decision_boundary(
    model: Any,
    X: Any,
    y: Any,
    path: Any = None,
    resolution: int = 60,
    *,
    loss: Any = None,
    threshold: float | None = None,
) -> Any:
    """Colour the plane by the class that ``model`` predicts, and draw the samples over it.

    ``X`` has two features. ``resolution`` is the number of points along each side. ``loss`` and ``threshold`` are as
    for ``nn.predict_classes``. Returns the matplotlib figure.
    Raises ``ValueError`` for any other number of features.
    """
    rows, targets = samples_and_targets(X, y)
    if not isinstance(rows[0], list) or len(rows[0]) != 2:
        raise ValueError("a decision boundary needs samples with 2 features: choose two of them")
    resolution = whole_number(resolution, "resolution", 2, 10_000)
    grids = [grid([row[axis] for row in rows], resolution) for axis in (0, 1)]
    outputs = predict(model, [[x, z] for z in grids[1] for x in grids[0]])
    single = not isinstance(outputs[0], list)
    scores = class_scores(outputs, decision_threshold(model, rows[0], loss=loss, threshold=threshold))
    figure, (axes,) = _figure(size=(6.0, 5.0))
    paint_regions(axes, grids, scores)
    for label in range(len(scores[0])):
        points = [row for row, target in zip(rows, targets, strict=True) if true_class(target, single) == label]
        axes.scatter(
            [p[0] for p in points], [p[1] for p in points], s=18, color=COLOURS[label % len(COLOURS)],
            edgecolor="white", linewidth=0.5, label=f"class {label}",
        )  # fmt: skip
    axes.set(title="decision boundary", xlabel="feature 0", ylabel="feature 1")
    axes.legend()
    return _finished(figure, path)


def plot_history(history: Any, path: Any = None) -> Any:
    """Draw the loss, and beside it the metrics, over the epochs; validation data dashed. Returns the figure."""
    if not isinstance(getattr(history, "records", None), dict):
        raise TypeError(f"history must be what nn.fit returned, got {shown(history)}")
    if not len(history):
        raise ValueError("history has no epoch yet: there is nothing to draw")
    hidden = ("learning_rate", "gradient_norm", "seconds")
    names = [name for name in history.names if name not in hidden]
    metrics = [name for name in names if name.removeprefix("validation_") != "loss"]
    losses = [name for name in names if name not in metrics]
    panels = [panel for panel in (losses, metrics) if panel]
    figure, all_axes = _figure(1, len(panels), (5.5 * len(panels), 4.0))
    for axes, panel, title in zip(all_axes, panels, ("loss", "metrics"), strict=False):
        for name in panel:
            held_back = name.startswith("validation_")
            colour = COLOURS[
                sorted({n.removeprefix("validation_") for n in panel}).index(name.removeprefix("validation_")) % 6
            ]
            epochs = range(1, len(history[name]) + 1)
            style = ("--" if held_back else "-") + ("o" if len(epochs) == 1 else "")  # one point has no line
            axes.plot(epochs, history[name], style, color=colour, label=name.replace("_", " "))
        axes.set(title=title, xlabel="epoch")
        axes.xaxis.get_major_locator().set_params(integer=True)
        axes.grid(alpha=0.3)
        axes.legend()
    return _finished(figure, path)


def plot_activations(names: Any = None, path: Any = None) -> Any:
    """Draw each activation and, dashed, its derivative from -4 to 4; all that work on single numbers by default."""
    names = activation_names() if names is None else as_list(names, "names", "a list such as ['relu', 'tanh']")
    chosen = [find_activation(name) for name in names]
    chosen = [choice for choice in chosen if not choice.whole_layer]
    if not chosen:
        raise ValueError("names must hold at least one activation of single numbers (softmax takes a whole layer)")
    columns = min(4, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, all_axes = _figure(rows, columns, (3.2 * columns, 2.6 * rows))
    points = [i / 25 - 4 for i in range(201)]
    for axes in all_axes[len(chosen) :]:
        axes.set_visible(False)
    for axes, choice in zip(all_axes, chosen, strict=False):
        heights, slopes = _curve(choice, points)
        axes.plot(points, heights, color=COLOURS[0], label=choice.name)
        axes.plot(points, slopes, "--", color=COLOURS[1], label="derivative")
        axes.set_title(choice.name)
        axes.grid(alpha=0.3)
    all_axes[0].legend()
    return _finished(figure, path)


def _curve(choice: Activation, points: list[float]) -> tuple[list[float], list[float]]:
    heights, slopes = [], []
    for point in points:
        x = Value(point)
        out = choice.function(x)
        out.backward()
        heights.append(out.data)
        slopes.append(x.grad)
    return heights, slopes


def by_layer(model: Any) -> dict[str, list[Value]]:
    """The parameters of each layer: those whose names have the same beginning up to a number, such as ``layers.0``.

    >>> from nn import MLP
    >>> {name: len(values) for name, values in by_layer(MLP(2, [3, 1])).items()}
    {'layers.0': 9, 'layers.1': 4}
    """
    groups: dict[str, list[Value]] = {}
    for name, parameter in check_module(model).named_parameters():
        parts = name.split(".")
        end = next((i + 1 for i, part in enumerate(parts) if part.isdigit()), 1)
        groups.setdefault(".".join(parts[:end]), []).append(parameter)
    return groups


def plot_weights(model: Any, path: Any = None) -> Any:
    """Draw how the parameters of each layer are distributed."""
    return _histograms({name: [p.data for p in group] for name, group in by_layer(model).items()}, "value", path)


def plot_gradients(model: Any, path: Any = None) -> Any:
    """Draw how the gradients of each layer's parameters are distributed, as ``backward()`` or ``fit`` left them."""
    return _histograms({name: [p.grad for p in group] for name, group in by_layer(model).items()}, "gradient", path)


def _histograms(groups: dict[str, list[float]], what: str, path: Any) -> Any:
    if not groups:
        raise ValueError("model has no parameters: there is nothing to draw")
    figure, all_axes = _figure(len(groups), 1, (6.0, 1.8 * len(groups) + 0.4))
    for axes, (name, numbers) in zip(all_axes, groups.items(), strict=True):
        axes.hist(numbers, bins=min(40, max(5, len(numbers) // 4)), color=COLOURS[0])
        axes.set_title(f"{name}: {what} of {len(numbers)} parameters", fontsize=9)
    return _finished(figure, path)


def bars(sizes: dict[str, float], what: str, path: Any = None) -> Any:
    """Draw one positive number for each layer on a logarithmic scale."""
    if not sizes:
        raise ValueError("there is no layer to draw")
    figure, (axes,) = _figure(size=(6.0, 0.4 * len(sizes) + 1.4))
    axes.barh(list(sizes), [max(size, 1e-300) for size in sizes.values()], color=COLOURS[0])
    axes.set(xscale="log", xlabel=what)
    axes.set_xlim(left=min((size for size in sizes.values() if size), default=1.0) / 10)
    axes.invert_yaxis()
    return _finished(figure, path)
