"""How does a learner get the lessons as notebooks to write in, without outputs?

The source of each lesson is a `.py` in jupytext's percent format: in a checkout in the folder `notebooks`, in an
installed package beside this file. It is split into cells here, so that nothing needs to be installed for it.
Read next: `commands.lessons`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

BESIDE = ("primer.md", "matplotlibrc")
"""What is copied along with the lessons."""

Cell = tuple[str, str, list[str]]
"""Its type, its text, its tags."""


def folder() -> Path:
    """Where the sources of the lessons are."""
    here = Path(__file__).parent
    installed = here / "notebooks"
    return installed if installed.is_dir() else here.parent / "notebooks"


def lesson_sources() -> dict[str, Path]:
    """The source of each lesson by its number, such as "02"."""
    return {path.name[:2]: path for path in sorted(folder().glob("[0-9][0-9]-*.py"))}


def cells(source: str) -> Iterator[Cell]:
    r"""The cells of a lesson's source.

    >>> list(cells("# %% [markdown]\n# # A title\n#\n# Text.\n\n# %%\n# %matplotlib inline\nx = 1\n"))
    [('markdown', '# A title\n\nText.', []), ('code', '%matplotlib inline\nx = 1', [])]
    """
    for part in re.split(r"^# %%", source, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        tags = re.search(r"tags=(\[.*?\])", head)
        if "[markdown]" in head:
            text = re.sub(r"^# ?", "", body.strip(), flags=re.MULTILINE)
            yield "markdown", text, []
        else:
            text = re.sub(r"^# (?=%[a-z])", "", body.strip("\n"), flags=re.MULTILINE)
            yield "code", text, json.loads(tags[1]) if tags else []


def notebook(source: str) -> dict[str, Any]:
    """A lesson's source as a notebook in nbformat 4.5: no cell has been run."""
    return of_cells([cell(f"cell-{number:02}", *parts) for number, parts in enumerate(cells(source))])


def cell(name: str, kind: str, text: str, tags: Sequence[str] = ()) -> dict[str, Any]:
    """A cell of a notebook that has not been run; `kind` is "code" or "markdown"."""
    metadata = {"tags": list(tags)} if tags else {}
    made = {"cell_type": kind, "id": name, "metadata": metadata, "source": text.splitlines(keepends=True)}
    return made if kind == "markdown" else {**made, "execution_count": None, "outputs": []}


def of_cells(made: list[dict[str, Any]]) -> dict[str, Any]:
    """The notebook of these cells."""
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def text_of(made: dict[str, Any]) -> str:
    """A notebook as the text of its file."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def copies(numbers: Sequence[str], solutions: bool) -> Iterator[tuple[Path, str]]:
    """The files of these lessons, each as its path inside a learner's folder and its text.

    With `solutions` those of the same lessons too.
    """
    sources = lesson_sources()
    for number in numbers:
        paths = [Path(sources[number].name)]
        if solutions:
            paths.append(Path("solutions") / sources[number].name)
        for path in paths:
            text = (folder() / path).read_text(encoding="utf-8")
            yield path.with_suffix(".ipynb"), text_of(notebook(text))
    for name in BESIDE:
        yield Path(name), (folder() / name).read_text(encoding="utf-8")
