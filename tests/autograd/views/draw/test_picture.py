"""A `Graph` as a file, in a notebook, and as pixels: there must be ink in the boxes, also where there are no fonts."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, draw
from autograd.views.draw import Graph, png
from autograd.views.draw.svg import inline, size_of

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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_themes_differ_in_background_and_text(theme: str) -> None:
    image = pixels(draw(Value(2.0) * 3.0, theme=theme).png(1))
    assert (image[0, 0].mean() > 0.5) == (theme == "light")
    assert np.ptp(image) > 0.6


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
    with pytest.raises(ImportError, match="pip install resvg-py, or save as"):
        graph.png()
    monkeypatch.undo()
    png.font_file.cache_clear()
    monkeypatch.setattr(png, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        graph.png()
    png.font_file.cache_clear()


# ------------------------------------------------------------------------------------------------------------- files


def test_save_writes_that_path_and_nothing_else(graph: Graph, tmp_path: Path) -> None:
    for name, start in {"g.svg": b"<svg", "G.PNG": b"\x89PNG", "g.dot": b"digraph"}.items():
        path = graph.save(tmp_path / name)
        assert path == tmp_path / name
        assert path.read_bytes().startswith(start)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["G.PNG", "g.dot", "g.svg"]


def test_save_never_overwrites_unasked(graph: Graph, tmp_path: Path) -> None:
    path = tmp_path / "g.svg"
    path.write_text("mine")
    with pytest.raises(FileExistsError, match=r"g\.svg' exists already; choose another name, or overwrite=True"):
        graph.save(path)
    assert path.read_text() == "mine"
    graph.save(path, overwrite=True)
    assert path.read_text() == graph.svg


def test_save_refuses_other_endings(graph: Graph, tmp_path: Path) -> None:
    for name in ("g", "g.gif", "g.svg.bak"):
        with pytest.raises(ValueError, match=r"must end in one of: \.svg, \.png, \.pdf, \.dot"):
            graph.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("path", [None, 3, b"g.svg", ["g.svg"]])
def test_what_is_no_path_is_refused(graph: Graph, path: object) -> None:
    with pytest.raises(TypeError, match="save: path must be the name of a file, got "):
        graph.save(path)  # type: ignore[arg-type]


def test_nothing_is_left_where_the_picture_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="which no picture can show"):
        draw(Value(1.0, label="\x01")).save(tmp_path / "g.svg")
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------------------------------------------- the browser


def test_show_opens_a_page_with_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    addresses: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda address: addresses.append(address) is None)
    graph = draw(Value(2.0, label="</title><script>") * 3.0)
    page = graph.show()
    text = page.read_text(encoding="utf-8")
    page.unlink()
    page.parent.rmdir()
    assert addresses == [page.as_uri()]
    assert page.suffix == ".html"
    assert text.count("<svg") == 1
    assert "<script" not in text
    assert f"<title>{graph.description}</title>" in text


def test_without_a_browser_it_says_where_the_page_is(monkeypatch: pytest.MonkeyPatch, graph: Graph) -> None:
    monkeypatch.setattr("webbrowser.open", lambda address: False)
    with pytest.raises(RuntimeError, match=r"^show: no browser was found; open \S+graph\.html in one") as refused:
        graph.show()
    page = Path(str(refused.value).split()[6])
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    page.unlink()
    page.parent.rmdir()


# --------------------------------------------------------------------------------------------------------- notebooks


def test_in_a_notebook_the_picture_is_not_cut(graph: Graph) -> None:
    html = graph._repr_mimebundle_()["text/html"]
    head = html[html.index("<svg") : html.index(">", html.index("<svg"))]
    assert "viewBox" in head
    assert "width:100%;max-width:" in head
    assert not re.search(r' (width|height)="', head)


def test_a_saved_picture_has_a_size_and_a_description(graph: Graph) -> None:
    root = ET.fromstring(graph.svg)
    assert int(root.attrib["width"]) > 300
    assert root.attrib["aria-label"] == "graph of 4 numbers and 2 operations"
    assert "id" not in {name for element in root.iter() for name in element.attrib}


def test_the_automatic_theme_follows_the_page() -> None:
    auto, light = draw(Value(2.0) * 3.0), draw(Value(2.0) * 3.0, theme="light")
    assert "prefers-color-scheme:dark" in auto.svg
    assert "data-jp-theme-light" in auto.svg
    assert "<style>" not in light.svg
    assert inline(auto.svg).count("<svg") == 1


def test_a_notebook_that_is_not_trusted_shows_the_picture_too(graph: Graph) -> None:
    """Its front end takes out styles and tags of SVG; what is left must be the picture, not a heap of words."""
    html = graph._repr_mimebundle_()["text/html"]
    assert html.count("<svg") == 1
    safe = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    live, still = safe.split('<div class="chalkgrad-still"')
    assert live.startswith('<div><div class="chalkgrad-live" style="display:none">')
    assert re.sub("<[^>]*>", "", f"<div{still}") == ""
    data = re.search(r"url\(data:image/svg\+xml;base64,([^)]*)\)", still)
    assert data is not None
    assert base64.b64decode(data[1]).decode() == graph.svg
