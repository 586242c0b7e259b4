"""`render_dot`: any DOT text, in formats that need the program `dot` and in those that do not."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.image import imread

from autograd import render_dot
from autograd.views.draw.rendering import rendered

TEXT = 'graph { a [label="alpha"]; b [label="beta" fontname="Courier"]; a -- b }'


@pytest.fixture(autouse=True)
def _no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def test_svg_and_text_formats() -> None:
    svg = render_dot(TEXT).decode()
    assert re.findall(r">(alpha|beta)</text>", svg) == ["alpha", "beta"]
    assert [each["name"] for each in json.loads(render_dot(TEXT, "json"))["objects"]] == ["a", "b"]
    assert render_dot(TEXT, "plain").split()[0] == b"graph"


def test_png_has_ink_in_every_box_and_the_size_that_dot_gives_it() -> None:
    text = (
        'graph { node [width=2 height=1 fixedsize=true]; a [shape=box label="one, two"]; b [shape=box fontname=Arial] }'
    )
    image = imread(io.BytesIO(render_dot(text, "png")))[..., :3]
    # Two boxes of 2 x 1 inches, 0.25 inches between them and 4 points around: 4.25 in + 8 pt, at 96 pixels an inch.
    assert image.shape == (round(96 + 8 * 96 / 72), round(4.25 * 96 + 8 * 96 / 72), 3)
    for left in (0.1, 2.35):
        inside = image[15:-15, round(left * 96) + 5 : round((left + 1.9) * 96)]
        assert np.ptp(inside) > 0.5, "no text here"


@pytest.mark.parametrize("layout", ["neato", "circo", "fdp"])
def test_layouts_differ(layout: str) -> None:
    ring = "graph { a -- b -- c -- d -- a }"
    assert render_dot(ring, "plain", layout=layout) != render_dot(ring, "plain")


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"text": 3}, TypeError, r"render_dot: text must be a string, got 3 \(int\)"),
        ({"text": None}, TypeError, "render_dot: text must be a string, got None"),
        ({"format": None}, TypeError, r"format must be a string such as 'svg', got None"),
        ({"format": "bmpp"}, ValueError, "unknown format 'bmpp'; choose one of: bmp, "),
        ({"layout": "neat"}, ValueError, "render_dot: unknown layout 'neat'; choose one of: dot, neato"),
        ({"engine": "cairo"}, ValueError, "unknown engine 'cairo'; choose one of: auto, dot, wasm"),
        ({"engine": "dot"}, ImportError, "engine=dot needs the program dot, which is not on PATH; install Graphviz"),
        ({"format": "pdf"}, ImportError, "the format pdf needs the program dot.* or make an SVG or a PNG"),
        ({"format": "png:cairo"}, ImportError, "the format png:cairo needs the program dot"),
        ({"text": "digraph {"}, RuntimeError, r"could not lay out the graph \(Failed to parse DOT source\)"),
        ({"text": ""}, RuntimeError, "could not lay out the graph"),
        ({"text": "graph { a\0 }"}, ValueError, r"render_dot: text contains the character '\\x00'"),
        ({"text": "graph { \ud800 }"}, ValueError, r"render_dot: text contains the character '\\ud800'"),
    ],
)
def test_errors(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        render_dot(**{"text": TEXT, **arguments})


def test_with_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A `dot` that writes down its arguments, its folder and the text, and warns."""
    dot = tmp_path / "dot"
    dot.write_text(
        f"#!{sys.executable}\nimport os, sys\nprint(sys.argv[1:], os.path.basename(os.getcwd()), sys.stdin.read())\n"
        "print('Warning: a is odd', file=sys.stderr)\n"
    )
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    images = tmp_path / "images"
    images.mkdir()
    said = rendered("graph { ∂ }", "pdf", "neato", folder=images, quiet=False).decode()
    assert said == "['-Kneato', '-Tpdf'] images graph { ∂ }\n"
    assert capsys.readouterr().err == "Warning: a is odd\n"
    assert render_dot("graph { a }", "png").decode().startswith("['-Tpng']")
    assert capsys.readouterr().err == ""
