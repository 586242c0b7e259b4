"""Pictures in pixels: sizes, fonts, and text inside its box."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from autograd import Value, draw
from autograd.views.draw import Graph, png
from autograd.views.draw.svg import size_of

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def graph() -> Graph:
    a, b = Value(2.0, label="alpha"), Value(-3.0, label="beta")
    return draw((a * b).tanh(), theme="light")


def pixels(data: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return imread(io.BytesIO(data))[..., :3]


def boxes(graph: Graph) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each text in the picture, in pixels of the SVG, with a line's height."""
    root = ET.fromstring(graph.svg)
    left, top, width, _ = map(float, root.attrib["viewBox"].split())
    scale = size_of(graph.svg)[0] / width
    shift_x, shift_y = map(float, re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", graph.svg).groups())  # type: ignore[union-attr]
    found = []
    for text in root.iter(f"{SVG}text"):
        x, y, half = (
            float(text.attrib["x"]) + shift_x - left,
            float(text.attrib["y"]) + shift_y - top,
            len(text.text or "") * 2.2,
        )
        found.append(((x - half) * scale, (y - 11) * scale, (x + half) * scale, (y + 2) * scale))
    return found


def test_there_is_ink_in_every_box(graph: Graph) -> None:
    image = pixels(graph.png(scale=2))
    assert image.shape[1] == 2 * size_of(graph.svg)[0]
    assert len(boxes(graph)) == 2 * 3 + 2 * 2 + 2
    for left, top, right, bottom in boxes(graph):
        part = image[round(2 * top) : round(2 * bottom), round(2 * left) : round(2 * right)]
        assert np.ptp(part) > 0.5, "no text here"


def test_text_keeps_inside_its_box(graph: Graph) -> None:
    """Left and right of a leaf's outline there is background only."""
    image = pixels(graph.png(scale=2))
    assert np.all(image[:, :8] == image[0, 0])
    assert np.all(image[:, -8:] == image[0, 0])


def test_rare_characters_are_looked_up_in_the_font() -> None:
    assert pixels(draw(Value(1.0, label="∀ø")).png(1)).size
    assert pixels(draw(Value(1.0, label="漢")).png(1)).size


def test_scales(graph: Graph) -> None:
    assert pixels(graph.png(scale=0.5)).shape[1] == round(size_of(graph.svg)[0] / 2)
    assert pixels(graph.png()).shape[1] == 2 * size_of(graph.svg)[0]
    for scale in (0, -1.0, float("nan"), 1000, "2"):
        with pytest.raises(ValueError, match="scale must be a number above 0"):
            graph.png(scale)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="pixels are too many; use scale="):
        graph.png(100)


def test_very_large_pictures_are_made_smaller(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    width, height = size_of(graph.svg)
    monkeypatch.setattr("autograd.views.draw.png.COMFORTABLE", width * height)
    assert pixels(graph.png()).shape[1] == width


def test_missing_packages_are_named(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.svg  # noqa: B018
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(ImportError, match="pip install resvg-py; or save as"):
        graph.png()
    monkeypatch.undo()
    png.font_file.cache_clear()
    monkeypatch.setattr(png, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        graph.png()
    png.font_file.cache_clear()
