"""A picture is written to the given path, and never over an existing file unless asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograd import Value, draw
from autograd.views.draw import Graph


@pytest.fixture
def graph() -> Graph:
    a, b = Value(2.0, label="alpha"), Value(-3.0, label="beta")
    return draw((a * b).tanh(), theme="light")


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
