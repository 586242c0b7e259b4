"""Which way do points take over a surface?  Its contour lines with paths over them, as a picture or as a film.

Read before: ``figures``. Read after: nothing.
"""

from __future__ import annotations

from typing import Any

from autograd import Value
from nn.checks import as_list, file_path, is_number, real_number, shown, whole_number

from .figures import check_path, finished, line_look, lists_by_name, new_figure


def plot_paths(
    height: Any, paths: Any, path: Any = None, *, x: tuple[float, float], y: tuple[float, float], levels: Any,
    together: bool = False,
) -> Any:  # fmt: skip
    """Draw the contour lines of ``height([x, y])``, and paths over it, each a list of points (x, y).

    ``paths`` maps names to paths.  Each has a panel of its own, or with ``together`` all share one.  ``x`` and ``y``
    are the ends of the axes, ``levels`` the heights of the contour lines.  Returns the matplotlib figure.

    >>> bowl, walk = lambda p: p[0] ** 2 + p[1] ** 2, [(1, 1), (0, 0)]
    >>> figure = plot_paths(bowl, {"walk": walk}, x=(-2, 2), y=(-2, 2), levels=[1])
    >>> figure.axes[0].get_title()
    'walk'
    """
    check_path(path)
    paths = _checked_paths(paths)
    panels = 1 if together else len(paths)
    columns = min(3, panels)
    rows = -(-panels // columns)
    figure, all_axes = new_figure(rows, columns, (max(5.0, 3.8 * columns), 4.0 if panels == 1 else 2.5 * rows))
    for axes in all_axes:
        _contours(axes, height, x, y, levels)
    for n, (name, points) in enumerate(paths.items()):
        axes = all_axes[0 if together else n]
        axes.plot(*zip(*points, strict=True), markersize=3, label=name, **line_look(n))
        if not together:
            axes.set_title(name, fontsize=10)
    if together:
        all_axes[0].legend()
    return finished(figure, path)


def _checked_paths(paths: Any) -> dict[str, list[list[float]]]:
    paths = lists_by_name(paths, "paths", "one path, such as {'walk': [(1.0, 1.0), (0.0, 0.0)]}")
    for name, points in paths.items():
        if not points:
            raise ValueError(f"paths[{name!r}] must hold at least one point (x, y), got none")
    return {name: [_pair(point, f"paths[{name!r}]") for point in points] for name, points in paths.items()}


def _pair(numbers: Any, name: str) -> list[float]:
    found = as_list(numbers, name, "two numbers")
    if len(found) != 2:
        raise ValueError(f"{name} must be two numbers, got {shown(numbers)}")
    return [real_number(number, name) for number in found]


def _contours(axes: Any, height: Any, x: Any, y: Any, levels: Any) -> None:
    if not callable(height):
        raise TypeError(f"height must be a function of a list [x, y], got {shown(height)}")
    x, y = _pair(x, "x"), _pair(y, "y")
    for name, (low, high) in (("x", x), ("y", y)):
        if low == high:
            raise ValueError(f"{name} must be two different ends of the axis, got {low:g} twice")
    levels = sorted({real_number(level, "levels") for level in as_list(levels, "levels", "a list of heights")})
    xs, ys = ([low + (high - low) * n / 80 for n in range(81)] for low, high in (x, y))
    heights = [[_plain(height([a, b])) for a in xs] for b in ys]
    axes.contour(xs, ys, heights, levels=levels, colors="lightgray")
    axes.set(xlim=x, ylim=y, xlabel="x", ylabel="y")


def _plain(found: Any) -> Any:
    """A height as a plain number; it may be nan or infinite where the surface has a hole."""
    found = found.data if isinstance(found, Value) else found
    if not is_number(found):
        raise TypeError(f"height must return a number for each list [x, y], got {shown(found)}")
    return found


class Film:
    """A moving picture that a notebook and a web page show.  ``save(path)`` writes it as a GIF file."""

    def __init__(self, gif: bytes, text: str) -> None:
        self.gif, self.text = gif, text

    def save(self, path: Any) -> None:
        """Write the GIF to a file."""
        from pathlib import Path  # takes a tenth of the time that importing nn takes

        Path(file_path(path)).write_bytes(self.gif)

    def _repr_html_(self) -> str:
        from base64 import b64encode

        return f'<img alt="{self.text}" src="data:image/gif;base64,{b64encode(self.gif).decode()}">'


def film_paths(
    height: Any, paths: Any, *, x: tuple[float, float], y: tuple[float, float], levels: Any, tail: int = 3
) -> Film:
    """The paths of ``plot_paths`` as a film: all of them at once, step by step, each with its last ``tail`` steps.

    >>> bowl, walk = lambda p: p[0] ** 2 + p[1] ** 2, [(1, 1), (0, 0)]
    >>> film = film_paths(bowl, {"walk": walk}, x=(-2, 2), y=(-2, 2), levels=[1])
    >>> film.gif[:3]
    b'GIF'
    """
    from pathlib import Path
    from tempfile import TemporaryDirectory

    paths, tail = _checked_paths(paths), whole_number(tail, "tail", 0)
    figure, (axes,) = new_figure(size=(6.0, 3.6))
    from matplotlib.animation import FuncAnimation, PillowWriter

    _contours(axes, height, x, y, levels)
    lines = [
        axes.plot([], [], markersize=5, linewidth=1, label=name, **line_look(n))[0] for n, name in enumerate(paths)
    ]
    axes.legend(loc="lower right", fontsize=8, ncols=2)

    def moment(step: int) -> None:
        for line, points in zip(lines, paths.values(), strict=True):
            line.set_data(*zip(*points[max(0, step - tail) : step + 1], strict=True))
        axes.set_title(f"step {step}")

    moment(0)  # with the title, for which there must be room
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # laid out once, not again for each frame
    frames = max(map(len, paths.values()))
    with TemporaryDirectory() as folder:
        file = Path(folder, "film.gif")
        FuncAnimation(figure, moment, frames=frames, init_func=list).save(file, writer=PillowWriter(fps=5), dpi=70)
        return Film(file.read_bytes(), f"{len(paths)} paths, step by step")
