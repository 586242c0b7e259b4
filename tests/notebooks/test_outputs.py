"""The committed outputs are those of a fresh run, and the comparison sees a difference."""

from __future__ import annotations

import base64
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lessons import NOTEBOOKS, SOURCES, load_builder

BUILDER = load_builder()


@pytest.mark.slow
@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_committed_outputs_equal_a_fresh_run(path: Path) -> None:
    command = [sys.executable, str(NOTEBOOKS / "build.py"), path.name[:2], "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_text_must_be_equal_and_html_may_move() -> None:
    assert BUILDER.alike_as("text/html", '<g x="1">a <b>b</b></g>', '<g x="2">a <b>b</b></g>')
    assert not BUILDER.alike_as("text/html", "<g>a = 1</g>", "<g>a = 2</g>")
    assert not BUILDER.alike_as("text/plain", "1.0", "1.1")
    films = [f'<img src="data:image/gif;base64,{"A" * length}">' for length in (100, 105, 200)]
    assert BUILDER.alike_as("text/html", films[0], films[1])
    assert not BUILDER.alike_as("text/html", films[0], films[2])
    assert not BUILDER.alike_as("text/html", films[0], "<b></b>")


def test_pictures_must_look_alike() -> None:
    from matplotlib.figure import Figure

    def picture(heights: list[float], form: str) -> str:
        figure = Figure(figsize=(3, 2))
        figure.subplots().fill_between(range(len(heights)), heights, color="black")
        buffer = io.BytesIO()
        figure.savefig(buffer, format=form)
        return buffer.getvalue().decode() if form == "svg" else base64.b64encode(buffer.getvalue()).decode()

    for form, kind in (("png", "image/png"), ("svg", "image/svg+xml")):
        assert BUILDER.alike_as(kind, picture([1, 2, 3], form), picture([1, 2.01, 3], form))
        assert not BUILDER.alike_as(kind, picture([1, 2, 3], form), picture([3, 2, 1], form))


def test_of_a_picture_of_times_only_the_kind_is_compared() -> None:
    import nbformat

    def lesson(data: dict[str, str], *tags: str) -> Any:
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("plt.show()")])
        notebook.cells[0].metadata["tags"] = list(tags)
        notebook.cells[0].outputs = [nbformat.v4.new_output("display_data", data)]
        return notebook

    one, other = {"text/html": "<svg>1</svg>"}, {"text/html": "<svg>2</svg>"}
    assert BUILDER.differences(lesson(one), lesson(other)) == ["cell 0 has a different output: plt.show()"]
    assert BUILDER.differences(lesson(one, "machine"), lesson(other, "machine")) == []
    assert BUILDER.differences(lesson(one, "machine"), lesson({"image/png": ""}, "machine")) != []


def test_what_a_lesson_prints_is_the_same_on_every_machine() -> None:
    tagged = [
        (path.name, output.output_type)
        for path in SOURCES
        for cell in BUILDER.committed(path).cells
        if BUILDER.MACHINE in cell.metadata.get("tags", [])
        for output in cell.outputs
    ]
    assert set(tagged) == {("16-fast.py", "display_data")}
    assert len(tagged) == 2


def test_addresses_are_left_out() -> None:
    assert BUILDER.without_addresses("<function f at 0x7f1234567890>") == "<function f>"


def test_an_unknown_lesson_is_refused() -> None:
    with pytest.raises(SystemExit, match="no lesson '99'; there are: 00"):
        BUILDER.lesson_paths(["99"])
