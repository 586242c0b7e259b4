"""The cleaned SVG in notebooks and on pages: size, theme, tooltips, and a notebook that is not trusted."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET

import pytest

from autograd import Value, draw
from autograd.views.draw import Graph
from autograd.views.draw.svg import inline


@pytest.fixture
def graph() -> Graph:
    a, b = Value(2.0, label="alpha"), Value(-3.0, label="beta")
    return draw((a * b).tanh(), theme="light")


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


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, as WCAG 2.1 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("theme", "paper"), [("light", "#ffffff"), ("dark", "#111827"), ("print", "#ffffff")])
def test_the_fields_of_a_worksheet_are_seen(theme: str, paper: str) -> None:
    """On a dark page they had the grey of a light one."""
    svg = draw(Value(2.0, label="a") * 3.0, hide="grad", partials=True, theme=theme).svg
    fields = set(re.findall(r'class="blank"[^>]* stroke="([^"]*)"', svg))
    assert len(fields) == 1
    assert all(contrast(colour, paper) > 12.0 for colour in fields)


def test_the_fields_follow_the_page() -> None:
    svg = draw(Value(2.0, label="a") * 3.0, hide="grad").svg
    (colour,) = re.findall(r"prefers-color-scheme:dark.*? \.blank{stroke:([^}]*)}", svg)
    assert contrast(colour, "#111827") > 12.0
