"""Paths over a surface, as a picture and as a film."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from autograd import Value
from nn import plotting


def test_paths_lie_over_the_contours_of_their_surface(tmp_path: Path) -> None:
    def bowl(p: list[float]) -> float:
        return p[0] ** 2 + 4 * p[1] ** 2

    paths = {"one": [(1.0, 1.0), (0.5, 0.0)], "two": [(-1.0, 1.0), (0.0, 0.0)]}
    ends: Any = {"x": (-2, 2), "y": (-1, 1), "levels": [1.0]}
    figure = plotting.plot_paths(bowl, paths, tmp_path / "p.png", **ends)
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert [axes.get_title() for axes in figure.axes] == ["one", "two"]
    assert [list(line) for line in zip(*figure.axes[0].lines[0].get_data(), strict=True)] == [[1.0, 1.0], [0.5, 0.0]]
    points = [point for path in figure.axes[0].collections[0].get_paths() for point in path.vertices]
    assert points
    assert all(bowl(point) == pytest.approx(1.0, abs=0.01) for point in points)
    together = plotting.plot_paths(bowl, paths, together=True, **ends)
    assert [text.get_text() for text in together.axes[0].get_legend().get_texts()] == ["one", "two"]
    film = plotting.film_paths(bowl, paths, **ends)
    film.save(tmp_path / "film.gif")
    assert (tmp_path / "film.gif").read_bytes() == film.gif
    assert film.gif.startswith(b"GIF")
    with Image.open(tmp_path / "film.gif") as frame:
        edge = frame.convert("L").crop((0, 0, frame.width, 2))
    assert edge.getextrema()[0] > 250, "the title is whole"
    assert 'src="data:image/gif;base64,' in film._repr_html_()


def test_a_surface_may_be_made_of_values() -> None:
    """Numbers that are Values were refused by matplotlib, in words about a `ufunc`."""
    ends: Any = {"x": (-2, 2), "y": (-2, 2), "levels": [1.0, 1.0]}
    figure = plotting.plot_paths(lambda p: Value(p[0]) ** 2 + p[1] ** 2, {"one": [(1.0, 1.0)]}, **ends)
    points = [point for path in figure.axes[0].collections[0].get_paths() for point in path.vertices]
    assert points
    assert all(p[0] ** 2 + p[1] ** 2 == pytest.approx(1.0, abs=0.01) for p in points)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"paths": {}}, "paths must hold at least one path"),
        ({"paths": {"a": []}}, r"paths\['a'\] must hold at least one point \(x, y\), got none"),
        ({"x": (1, 1)}, "x must be two different ends of the axis, got 1 twice"),
        ({"y": (0, 0)}, "y must be two different ends of the axis, got 0 twice"),
        ({"height": lambda p: "high"}, r"height must return a number for each list \[x, y\], got 'high'"),
    ],
)
@pytest.mark.parametrize("draw", [plotting.plot_paths, plotting.film_paths])
def test_a_wrong_argument_is_named(draw: Any, changed: dict[str, Any], message: str) -> None:
    given: dict[str, Any] = {"height": sum, "paths": {"a": [(0, 0)]}, "x": (0, 1), "y": (0, 1), "levels": [1]}
    with pytest.raises((TypeError, ValueError), match=message):
        draw(**(given | changed))
