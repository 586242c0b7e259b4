"""Pictures of the playground: pixels, places and widths, read back from what was drawn."""

from __future__ import annotations

import base64
import math
import re
import xml.etree.ElementTree as ET
import zlib

import pytest
from chalkgrad_live import pictures


def pixels(picture: ET.Element, side: int) -> list[list[tuple[int, ...]]]:
    """The picture's pixels, row by row from the top."""
    image = picture.find("image")
    assert image is not None
    raw = base64.b64decode(image.attrib["href"].partition(",")[2])
    assert raw.startswith(b"\x89PNG\r\n\x1a\n")
    start = raw.index(b"IDAT")
    size = int.from_bytes(raw[start - 4 : start], "big")
    lines = zlib.decompress(raw[start + 4 : start + 4 + size])
    width = 1 + 4 * side
    rows = [lines[k * width + 1 : (k + 1) * width] for k in range(side)]
    return [[tuple(row[4 * k : 4 * k + 4]) for k in range(side)] for row in rows]


def test_the_plane_shows_the_class_and_how_certain_it_is() -> None:
    values = [-1.0, 1.0, 0.0, 0.5]  # the lower row first
    text = pictures.plane(values, [(0.0, 2.0), (0.0, 4.0)], [((0.5, 1.0), 1)], [((2.0, 4.0), 0)])
    picture = ET.fromstring(text)
    upper, lower = pixels(picture, 2)
    assert [pixel[:3] for pixel in lower] == [pictures.rgb(pictures.COLOURS[0]), pictures.rgb(pictures.COLOURS[1])]
    assert lower[0][3] == lower[1][3] > upper[1][3] > upper[0][3]
    circle, square = picture.find("circle"), picture.find("rect")
    assert circle is not None
    assert square is not None
    assert (float(circle.attrib["cx"]), float(circle.attrib["cy"])) == (75.0, 225.0)
    assert (float(square.attrib["x"]), float(square.attrib["y"])) == (296.5, -3.5)
    assert square.attrib["fill"] == "white"  # held back
    assert "1 training samples and 1 held back" in picture.attrib["aria-label"]


def test_a_weight_has_its_width_its_colour_and_its_number() -> None:
    picture = ET.fromstring(pictures.network([[[1.0, -0.5]], [[0.0]]]))
    wires = picture.findall("path")
    assert [float(wire.attrib["stroke-width"]) for wire in wires] == pytest.approx([3.0, 1.65, 0.3], abs=0.051)
    assert wires[0].attrib["stroke"] != wires[1].attrib["stroke"]
    assert "".join(wires[1].itertext()) == "weight -0.5"
    assert len(picture.findall("g/circle")) == 4


def test_many_weights_are_left_out_unless_they_are_strong() -> None:
    rows = [[1.0 if unit == wire else 0.1 for wire in range(32)] for unit in range(32)]
    assert len(ET.fromstring(pictures.network([rows])).findall("path")) == 32


def test_weights_that_are_no_numbers_are_drawn() -> None:
    assert ET.fromstring(pictures.network([[[math.nan, math.inf]]])).findall("path")


def test_a_curve_falls_by_equal_parts_for_equal_factors() -> None:
    picture = ET.fromstring(pictures.curves({"training": [1.0, 0.1, 0.01], "held back": [math.nan] * 3}, [0, 5, 10]))
    (line,) = picture.findall("polyline")
    places = [tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()]
    assert places[1][1] - places[0][1] == pytest.approx(places[2][1] - places[1][1], abs=0.11)
    assert places[0][1] < places[1][1]
    assert places[1][0] - places[0][0] == pytest.approx(places[2][0] - places[1][0])
    assert "".join(picture.itertext()).endswith("10 steps")


def test_curves_without_a_number_are_drawn() -> None:
    for losses in ([], [0.0], [math.inf], [math.nan]):
        text = pictures.curves({"training": losses}, list(range(len(losses))))
        assert not ET.fromstring(text).findall("polyline")
        assert not re.search("nan|inf", text)
