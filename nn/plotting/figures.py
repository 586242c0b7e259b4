"""What do a model, its training and its activations look like?

Every function draws with matplotlib, which is imported by the first call, and returns the figure; with ``path`` it
also writes the picture to that file. Read before: ``evaluation``, ``history``. Read after: nothing.
"""

from __future__ import annotations

import math
from functools import partial
from io import BytesIO
from itertools import pairwise
from typing import Any

from autograd import Value
from autograd.packages import how_to_install
from nn.activations import Activation, activation_names
from nn.activations import activation as find_activation
from nn.checks import as_list, choose, file_path, real_number, shown, whole_number
from nn.evaluation import decision_threshold, predict
from nn.metrics import true_class
from nn.samples import samples_and_targets

from .regions import COLOURS, MARKERS, class_scores, draw_boundary, grid

_JUMP = 0.3
"""Between neighbouring points of a derivative, a larger difference is a jump: no smooth activation is so steep."""
_DASHES = ("-", "--", "-.", ":")
MAX_WIDTH = 8.8
"""In inches: on a page 16 cm wide, the text of 10 pt of a figure as wide as this has 7 pt."""


def new_figure(rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.0, 4.0)) -> tuple[Any, list[Any]]:
    """A figure outside pyplot, so that it is not kept in memory and no window opens.

    It is made smaller if its text could not be read on a page.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(f"plotting needs matplotlib: {how_to_install('matplotlib')}") from error
    scale = min(1.0, MAX_WIDTH / size[0])
    figure = Figure(figsize=(size[0] * scale, size[1] * scale), layout="constrained")
    figure._repr_png_ = partial(_picture, figure, "png")  # type: ignore[attr-defined]  # without pyplot, too, a notebook
    figure._repr_svg_ = lambda: _picture(figure, "svg").decode()  # type: ignore[attr-defined]  # shows it
    return figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def _small(figure: Any) -> float:
    """The size of small text in points: at least 7 pt on a page."""
    width: float = figure.get_figwidth()
    return max(8.0, 10.0 * width / MAX_WIDTH)


def _picture(figure: Any, kind: str) -> bytes:
    picture = BytesIO()
    figure.savefig(picture, format=kind)
    return picture.getvalue()


def check_path(path: Any) -> None:
    """Raise ``TypeError`` before anything is drawn if ``path`` is neither ``None``, a path nor an open file."""
    if path is not None and not hasattr(path, "write"):
        file_path(path)


def finished(figure: Any, path: Any) -> Any:
    """The figure, after it has been written to the file, if there is one."""
    if path is not None:
        figure.savefig(path, dpi=150)
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
    check_path(path)
    rows, targets = (as_list(data, "X") for data in samples_and_targets(X, y))
    if not isinstance(rows[0], list) or len(rows[0]) != 2:
        raise ValueError("a decision boundary needs samples with 2 features: choose two of them")
    resolution = whole_number(resolution, "resolution", 2, 10_000)
    figure, (axes,) = new_figure(size=(6.0, 5.0))
    draw_classes(axes, model, rows, targets, resolution, 22.0, loss=loss, threshold=threshold)
    axes.set(title="decision boundary")
    return finished(figure, path)


def draw_classes(
    axes: Any, model: Any, rows: list[Any], targets: Any, resolution: int, size: float,
    *, most: int | None = None, loss: Any = None, threshold: float | None = None,
) -> None:  # fmt: skip
    """Draw the classes that a model predicts on a grid around its samples, and at most ``most`` of these."""
    grids = [grid([row[axis] for row in rows], resolution) for axis in (0, 1)]
    outputs = predict(model, [[x, z] for z in grids[1] for x in grids[0]])
    single = not isinstance(outputs[0], list)
    scores = class_scores(outputs, decision_threshold(model, rows[0], loss=loss, threshold=threshold))
    pairs = list(zip(rows, targets, strict=True))[:most]
    draw_boundary(axes, grids, scores, [(*row, true_class(target, single)) for row, target in pairs], size)
    axes.legend()


def plot_history(history: Any, path: Any = None) -> Any:
    """Draw the loss, and beside it the metrics, over the epochs; validation data dashed. Returns the figure."""
    check_path(path)
    if not isinstance(getattr(history, "records", None), dict):
        raise TypeError(f"history must be what nn.fit returned, got {shown(history)}")
    if not len(history):
        raise ValueError("history has no epoch yet: there is nothing to draw")
    hidden = ("learning_rate", "gradient_norm", "seconds")
    names = [name for name in history.names if name not in hidden]
    metrics = [name for name in names if name.removeprefix("validation_") != "loss"]
    losses = [name for name in names if name not in metrics]
    panels = [panel for panel in (losses, metrics) if panel]
    figure, all_axes = new_figure(1, len(panels), (5.5 * len(panels), 4.0))
    for axes, panel, title in zip(all_axes, panels, ("loss", "metrics"), strict=False):
        draw_history(axes, history, panel, title)
    return finished(figure, path)


def draw_history(axes: Any, history: Any, names: list[str], title: str) -> None:
    """Draw some quantities of a history over the epochs, those of the validation data dashed."""
    kinds = sorted({name.removeprefix("validation_") for name in names})
    for name in names:
        colour = COLOURS[kinds.index(name.removeprefix("validation_")) % len(COLOURS)]
        epochs = range(1, len(history[name]) + 1)
        style = ("--" if name.startswith("validation_") else "-") + ("o" if len(epochs) == 1 else "")  # not a line
        axes.plot(epochs, history[name], style, color=colour, label=name.replace("_", " "))
    axes.set(title=title, xlabel="epoch", ylabel=title if len(kinds) > 1 else kinds[0].replace("_", " "))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.grid(alpha=0.3)
    axes.legend()


def plot_activations(names: Any = None, path: Any = None) -> Any:
    """Draw each activation and, dashed, its derivative from -4 to 4; by default all that work on single numbers.

    All panels have the same scale, so that slopes can be compared.
    """
    check_path(path)
    names = activation_names() if names is None else as_list(names, "names", "a list such as ['relu', 'tanh']")
    chosen = [find_activation(name) for name in names]
    chosen = [choice for choice in chosen if not choice.whole_layer]
    if not chosen:
        raise ValueError("names must hold at least one activation of single numbers (softmax takes a whole layer)")
    columns = min(3, len(chosen))
    rows = -(-len(chosen) // columns)
    figure, all_axes = new_figure(rows, columns, (3.2 * columns, 2.3 * rows + 0.4))
    points = [i / 25 - 4 for i in range(201)]
    for axes in all_axes[len(chosen) :]:
        axes.set_visible(False)
    for axes, choice in zip(all_axes, chosen, strict=False):
        heights, slopes = _curve(choice, points)
        axes.plot(points, heights, color=COLOURS[0], label=choice.name)
        axes.plot(*_with_gaps(points, slopes), "--", color=COLOURS[1], label="derivative")
        axes.set(title=choice.name, ylim=(-1.3, 2.7), yticks=range(-1, 3), aspect="equal", xlabel="x", ylabel="y")
        axes.grid(alpha=0.3)
    lines = all_axes[0].get_lines()
    figure.legend(lines, ["activation", "derivative"], loc="outside lower center", ncols=2)
    return finished(figure, path)


def _with_gaps(points: list[float], heights: list[float]) -> tuple[list[float], list[float]]:
    """A line with a gap in place of each jump, where it would otherwise be drawn as a steep slope."""
    xs, ys = points[:1], heights[:1]
    for (left, right), (before, after) in zip(pairwise(points), pairwise(heights), strict=True):
        if abs(after - before) > _JUMP:
            xs.append((left + right) / 2)
            ys.append(math.nan)
        xs.append(right)
        ys.append(after)
    return xs, ys


def _curve(choice: Activation, points: list[float]) -> tuple[list[float], list[float]]:
    heights, slopes = [], []
    for point in points:
        x = Value(point)
        out = choice.function(x)
        out.backward()
        heights.append(out.data)
        slopes.append(x.grad)
    return heights, slopes


def plot_curves(
    curves: Any, path: Any = None, *, x: Any = None, xlabel: str = "", ylabel: str = "", title: str = "", log: str = ""
) -> Any:
    """Draw several curves that differ in dashes and markers as well as in colour.  Returns the matplotlib figure.

    ``curves`` maps names to lists of numbers of any lengths.  ``x`` has the places of the numbers, 1, 2, 3 ... by
    default.  ``log`` is "", "x", "y" or "xy": which axes are logarithmic.  Raises ``ValueError`` for any other ``log``.

    >>> figure = plot_curves({"falls": [1.0, 0.1], "stays": [1.0, 1.0]}, log="y")
    >>> [line.get_linestyle() for line in figure.axes[0].lines]
    ['-', '--']
    """
    check_path(path)
    log = choose(log, ("x", "y", "xy"), "log") if log else ""
    curves = lists_by_name(curves, "curves", "one curve, such as {'loss': [1.0, 0.5]}")
    for name, heights in curves.items():
        curves[name] = [None if y is None else real_number(y, f"curves[{name!r}]") for y in heights]
    if x is not None:
        x = [real_number(place, "x") for place in as_list(x, "x", "a list of numbers")]
    figure, (axes,) = new_figure(size=(6.0, 3.9 if len(curves) > 1 else 3.5))
    for n, (name, heights) in enumerate(curves.items()):
        places = range(1, len(heights) + 1) if x is None else x[: len(heights)]
        if len(places) < len(heights):
            raise ValueError(f"x must have a place for each of {len(heights)} numbers of {name!r}, got {len(places)}")
        axes.plot(places, heights, label=name, markersize=4, markevery=max(1, len(heights) // 20), **line_look(n))
    axes.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if x is None and "x" not in log:
        axes.locator_params(axis="x", integer=True)
    for axis in log:
        axes.set(**{f"{axis}scale": "log"})
    if "x" in log and x is not None and len(x) <= 8:
        axes.set_xticks(x, [f"{place:g}" for place in x])
        axes.minorticks_off()
    if len(curves) > 1:  # outside, where it covers no curve
        figure.legend(loc="outside upper center", ncols=2 if len(curves) in (2, 4) else 3, fontsize=9)
    return finished(figure, path)


def line_look(n: int) -> dict[str, Any]:
    """How the line with this number is drawn: lines differ in grey print as well."""
    return {
        "color": COLOURS[n % len(COLOURS)], "linestyle": _DASHES[n % len(_DASHES)], "marker": MARKERS[n % len(MARKERS)],
    }  # fmt: skip


def plot_images(images: Any, titles: Any = None, path: Any = None, *, columns: int = 10, limit: Any = None) -> Any:
    """Draw square images, each a list of its pixels, row after row.  Returns the matplotlib figure.

    White is 0, or the smallest pixel of all images if that is negative; black is 1, or the largest pixel if that is
    larger.  With ``limit`` pixels have signs: red is positive, white 0 and blue negative, full colour is reached at
    ``limit``, and a colour bar says so.  ``titles`` has one for each image.  Raises ``ValueError`` if an image is not
    square, or the number of titles is another.

    >>> len(plot_images([[0.0, 1.0, 1.0, 0.0]] * 3, ["a", "b", "c"], columns=2).axes)
    4
    """
    check_path(path)
    images = as_list(images, "images", "a list of images, each a list of its pixels")
    images = [as_list(image, f"images[{n}]", "a list of pixels") for n, image in enumerate(images)]
    images = [[real_number(pixel, f"images[{n}]") for pixel in image] for n, image in enumerate(images)]
    if not images:
        raise ValueError("images must hold at least one image")
    side = math.isqrt(len(images[0]))
    if not side or any(len(image) != side * side for image in images):
        raise ValueError(f"each image must have the same square number of pixels, got {len(images[0])} in the first")
    titles = [""] * len(images) if titles is None else _names(titles, "titles")
    if len(titles) != len(images):
        raise ValueError(f"titles must hold one for each of {len(images)} images, got {len(titles)}")
    columns = min(whole_number(columns, "columns", 1, 100), len(images))
    rows = -(-len(images) // columns)
    figure, all_axes = new_figure(rows, columns, (1.0 * columns + 0.6, 1.25 * rows))
    look = _grey(images) if limit is None else _signed(limit)
    for axes in all_axes:
        axes.axis("off")
    for n, (axes, image) in enumerate(zip(all_axes, images, strict=False)):
        drawn = axes.imshow([image[row * side : row * side + side] for row in range(side)], **look)
        axes.set_title(str(titles[n]), fontsize=_small(figure))
    if limit is not None:
        figure.colorbar(drawn, ax=all_axes, shrink=0.8)
    return finished(figure, path)


def _grey(images: list[list[float]]) -> dict[str, Any]:
    pixels = [pixel for image in images for pixel in image]
    return {"cmap": "gray_r", "vmin": min(0.0, *pixels), "vmax": max(1.0, *pixels)}


def _signed(limit: Any) -> dict[str, Any]:
    limit = real_number(limit, "limit", 0, above=True)
    return {"cmap": "coolwarm", "vmin": -limit, "vmax": limit}


def plot_tables(
    tables: Any, path: Any = None, *, labels: Any = None, xlabel: str = "", ylabel: str = "", limit: Any = None,
    numbers: bool = False,
) -> Any:  # fmt: skip
    """Draw tables of numbers side by side, a coloured field for each number.  Returns the matplotlib figure.

    ``tables`` maps titles to lists of rows.  ``labels`` maps a title to the names of its columns, or to a pair: names
    of columns, names of rows.  Colours go from white for 0 to dark for the largest number; with ``limit`` from blue for
    ``-limit`` through white to red for ``limit``.  With ``numbers`` each number that is not 0 is written in its field.
    Raises ``ValueError`` if the rows of a table differ in length, or the number of labels is another.

    >>> len(plot_tables({"before": [[0, 1], [1, 0]], "after": [[1, 1], [1, 1]]}).axes)  # two tables and a colour bar
    3
    """
    check_path(path)
    tables = lists_by_name(tables, "tables", "one table, such as {'counts': [[3, 0], [1, 2]]}")
    for title, table in tables.items():
        rows = [as_list(row, f"tables[{title!r}]", "a list of rows, each a list of numbers") for row in table]
        tables[title] = [[real_number(number, f"tables[{title!r}]") for number in row] for row in rows]
        if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
            found = f"got {len(rows)} of {sorted({len(row) for row in rows})}"
            raise ValueError(f"tables[{title!r}] must have rows of one length, at least 1, {found}")
    labels = _checked_labels(labels, tables)
    figure, all_axes = new_figure(1, len(tables), (min(MAX_WIDTH, 4.3 * len(tables) + 0.4), 3.8))
    most = max(number for table in tables.values() for row in table for number in row)
    look = {"cmap": "Blues", "vmin": 0, "vmax": most or 1.0} if limit is None else _signed(limit)
    for axes, (title, table) in zip(all_axes, tables.items(), strict=True):
        drawn = axes.imshow(table, aspect="auto", **look)
        axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
        _label_fields(axes, labels.get(title))
        if numbers:
            _write_numbers(axes, table, most, _small(figure))
    figure.colorbar(drawn, ax=all_axes)
    return finished(figure, path)


def plot_confusion_matrix(matrix: Any, path: Any = None, *, names: Any = None) -> Any:
    """Draw what ``nn.confusion_matrix`` returns, with each count in its field.  Returns the matplotlib figure.

    ``names`` are those of the classes, 0, 1, 2 ... by default. Raises ``ValueError`` if the matrix is not square or
    the number of names is another.

    >>> figure = plot_confusion_matrix([[8, 1], [0, 6]], names=["cat", "dog"])
    >>> figure.axes[0].get_xlabel(), figure.axes[0].get_ylabel()
    ('predicted class', 'true class')
    """
    form = "a list of rows, such as nn.confusion_matrix(model, X, y)"
    rows = [as_list(row, "matrix", form) for row in as_list(matrix, "matrix", form)]
    if not rows or any(len(row) != len(rows) for row in rows):
        lengths = sorted({len(row) for row in rows})
        raise ValueError(f"matrix must have as many columns as rows, got {len(rows)} rows of {lengths}")
    names = list(map(str, range(len(rows)) if names is None else as_list(names, "names", "one name for each class")))
    if len(names) != len(rows):
        raise ValueError(f"names must hold one name for each of {len(rows)} classes, got {len(names)}")
    labels = {"confusion matrix": (names, names)}
    return plot_tables(
        {"confusion matrix": rows}, path, labels=labels, xlabel="predicted class", ylabel="true class", numbers=True
    )


def _names(names: Any, argument: str) -> list[Any]:
    """The names in a list; a string is a list of letters."""
    return list(names) if isinstance(names, str) else as_list(names, argument, "a list of names")


def _checked_labels(labels: Any, tables: dict[str, list[Any]]) -> dict[str, tuple[list[Any], list[Any]]]:
    """The names of the columns and of the rows of each table that has some."""
    labels = {} if labels is None else labels
    if not isinstance(labels, dict) or not labels.keys() <= tables.keys():
        raise ValueError(
            f"labels must be a dictionary by titles of tables, {', '.join(map(str, tables))}; got {shown(labels)}"
        )
    found = {}
    for title, names in labels.items():
        pair = names if isinstance(names, tuple) and len(names) == 2 else (names, names)
        columns, rows = (_names(each, "labels") for each in pair)
        wide, high = len(tables[title][0]), len(tables[title])
        if (len(columns), len(rows)) != (wide, high):
            raise ValueError(
                f"labels[{title!r}] must name {wide} columns and {high} rows, got {len(columns)} and {len(rows)}; "
                "different names of columns and rows are a pair"
            )
        found[title] = columns, rows
    return found


def _label_fields(axes: Any, names: tuple[list[Any], list[Any]] | None) -> None:
    if names is None:
        for axis in (axes.xaxis, axes.yaxis):
            axis.get_major_locator().set_params(integer=True)
    else:
        axes.set_xticks(range(len(names[0])), names[0])
        axes.set_yticks(range(len(names[1])), names[1])


def _write_numbers(axes: Any, table: Any, most: float, size: float) -> None:
    for i, row in enumerate(table):
        for j, number in enumerate(row):
            ink = "white" if number > 0.6 * most else "black"
            axes.text(j, i, f"{number:.3g}" if number else "", ha="center", va="center", color=ink, fontsize=size)


def lists_by_name(things: Any, argument: str, least: str) -> dict[str, list[Any]]:
    """A dictionary of lists, as a new dictionary; ``least`` says what it must hold."""
    if not isinstance(things, dict):
        raise TypeError(f"{argument} must be a dictionary with at least {least}, got {shown(things)}")
    if not things:
        raise ValueError(f"{argument} must hold at least {least}, got {{}}")
    return {name: as_list(thing, f"{argument}[{name!r}]", "a list") for name, thing in things.items()}
