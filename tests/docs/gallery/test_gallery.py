"""The gallery: its code runs, and each graph in it can be read on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from picture_measures import measured
from scripts import loaded

PAGES = Path(__file__).parents[3] / "docs" / "gallery"


@pytest.mark.slow
def test_every_picture_is_made_and_every_graph_can_be_read(tmp_path: Path) -> None:
    paths = loaded(PAGES / "build_gallery.py").build(tmp_path)
    page = (tmp_path / "gallery.md").read_text(encoding="utf-8")
    shown = re.findall(
        r'\]\((\S+)\)|<img src="(\S+)" alt="[^"]+" style="width:100%;max-width:\d+px;min-width:\d+px">', page
    )
    assert ["".join(names) for names in shown] == [path.name for path in paths]
    assert "file=" not in page
    graphs = 0
    for path in paths:
        text = path.read_bytes()
        if b'class="chalkgrad"' not in text or path.suffix != ".svg":
            continue
        graphs += 1
        found = measured(text.decode())
        assert found.smallest_text >= 7.0, path.name
        assert found.crossings == [], path.name
        assert found.overlaps == [], path.name
    assert graphs >= 20


def test_every_kind_of_plot_is_in_the_gallery() -> None:
    source = (PAGES / "gallery_source.md").read_text(encoding="utf-8")
    from nn import plotting

    kinds = [name for name in vars(plotting) if name.startswith(("plot_", "film_"))]
    missing = [name for name in kinds if f"nn.plotting.{name}(" not in source and name != "plot_history"]
    assert kinds
    assert not missing
    assert "history.plot()" in source
