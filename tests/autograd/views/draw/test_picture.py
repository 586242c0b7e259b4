"""A `Graph` as a file, in a notebook, and as pixels: there must be ink in the boxes, also where there are no fonts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from autograd import Value, draw, stepper
from autograd.views.draw import Graph


@pytest.fixture
def graph() -> Graph:
    a, b = Value(2.0, label="alpha"), Value(-3.0, label="beta")
    return draw((a * b).tanh(), theme="light")


def pixels(data: bytes) -> np.ndarray:
    from matplotlib.image import imread

    return imread(io.BytesIO(data))[..., :3]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_themes_differ_in_background_and_text(theme: str) -> None:
    image = pixels(draw(Value(2.0) * 3.0, theme=theme).png(1))
    assert (image[0, 0].mean() > 0.5) == (theme == "light")
    assert np.ptp(image) > 0.6


# ------------------------------------------------------------------------------------------------------------- files


def test_save_writes_that_path_and_nothing_else(graph: Graph, tmp_path: Path) -> None:
    for name, start in {"g.svg": b"<svg", "G.PNG": b"\x89PNG", "g.dot": b"digraph"}.items():
        path = graph.save(tmp_path / name)
        assert path == tmp_path / name
        assert path.read_bytes().startswith(start)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["G.PNG", "g.dot", "g.svg"]


def test_nothing_is_left_where_the_picture_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="which no picture can show"):
        draw(Value(1.0, label="\x01")).save(tmp_path / "g.svg")
    assert list(tmp_path.iterdir()) == []


def test_a_worksheet_is_no_pdf_because_its_fields_would_be_underscores(tmp_path: Path) -> None:
    sheet = draw(Value(2.0, label="x") * 3.0, hide="grad")
    with pytest.raises(ValueError, match=r"cannot draw the fields of a worksheet; save it as \.svg or \.png"):
        sheet.save(tmp_path / "sheet.pdf")
    assert list(tmp_path.iterdir()) == []
    assert sheet.save(tmp_path / "sheet.png").stat().st_size > 0


@pytest.mark.parametrize("scale", [True, 0, "2", float("nan"), 101.0])
def test_a_scale_is_a_number_whatever_the_format(tmp_path: Path, scale: Any) -> None:
    """`True` was 1, and for an SVG any scale was accepted."""
    graph = draw(Value(2.0) * 3.0)
    with pytest.raises(ValueError, match=f"png: scale must be a number above 0 and up to 100, got {scale!r}"):
        graph.png(scale)
    with pytest.raises(ValueError, match=f"save: scale must be a number above 0 and up to 100, got {scale!r}"):
        graph.save(tmp_path / "g.svg", scale=scale)
    assert not list(tmp_path.iterdir())


def test_overwrite_is_a_switch(tmp_path: Path) -> None:
    """`overwrite="no"` replaced the file."""
    path, wrong = draw(Value(2.0) * 3.0).save(tmp_path / "g.svg"), cast("Any", "no")
    with pytest.raises(TypeError, match="save: overwrite must be True or False, got 'no'"):
        draw(Value(4.0) * 3.0).save(path, overwrite=wrong)
    with pytest.raises(TypeError, match=r"stepper\.save: overwrite must be True or False, got 'no'"):
        stepper(Value(2.0) * 3.0).save(tmp_path / "s.html", overwrite=wrong)
