"""How does a lesson's text become a notebook with its outputs?

Each lesson is a readable `NN-name.py` (jupytext's percent format) and beside it `NN-name.ipynb`, which has the same
cells and the outputs of a run from top to bottom.

    python notebooks/build.py 03 04        build these lessons
    python notebooks/build.py --all        build all of them
    python notebooks/build.py --all --check    run, compare with what is committed, write nothing

What a lesson prints is the same on every machine. Only a picture of times is not: its cell has the tag "machine"
(`# %% tags=["machine"]`), and of its output only the type is compared. Pictures of matplotlib are stored as SVG, sharp
in print at any size; `matplotlibrc` in this folder says how they look.

Write in the .py, then build; after work in Jupyter itself, `jupytext --to py:percent NN-name.ipynb`, then build.
"""

from __future__ import annotations

import argparse
import base64
import re
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SECONDS = 300
"""A cell that takes longer is stopped."""
MACHINE = "machine"
"""The tag of a cell whose picture shows times, which differ between machines.  Text must be the same everywhere."""
SVG = "image/svg+xml"


def lesson_paths(numbers: list[str] | None = None) -> list[Path]:
    """The .py files of the lessons, all of them or those with these numbers."""
    paths = sorted(HERE.glob("[0-9][0-9]-*.py"))
    for number in numbers or []:
        if not any(path.name.startswith(f"{number}-") for path in paths):
            raise SystemExit(f"build: no lesson {number!r}; there are: {', '.join(path.name[:2] for path in paths)}")
    return [path for path in paths if not numbers or path.name[:2] in numbers]


def run(path: Path) -> Any:
    """The notebook of one .py file, executed in a fresh kernel, with nothing in it that differs from run to run."""
    import jupytext
    from nbclient import NotebookClient

    notebook = jupytext.read(path)
    notebook.metadata = {
        "jupytext": {"formats": "ipynb,py:percent"},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=SECONDS, resources=resources, record_timing=False)
    client.extra_arguments = ["--InlineBackend.figure_formats=svg"]
    client.execute()
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata = {key: cell.metadata[key] for key in ("tags",) if key in cell.metadata}
        if cell.cell_type == "code":
            cell.outputs = [tidy(output) for output in joined(cell.outputs)]
    return notebook


def joined(outputs: list[Any]) -> list[Any]:
    """Printed text in one piece, however the kernel happened to send it."""
    result: list[Any] = []
    for output in outputs:
        if result and output.output_type == "stream" == result[-1].output_type and output.name == result[-1].name:
            result[-1].text += output.text
        else:
            result.append(output)
    return result


def tidy(output: Any) -> Any:
    """An output without memory addresses and dates; of a picture in two formats the SVG."""
    if SVG in output.get("data", {}):
        output.data.pop("image/png", None)
        output.data[SVG] = re.sub(r"\s*<metadata>.*?</metadata>", "", output.data[SVG], flags=re.DOTALL)
    if output.output_type == "stream":
        output.text = without_addresses(output.text)
    elif "text/plain" in output.get("data", {}):
        output.data["text/plain"] = without_addresses(output.data["text/plain"])
    return output


def without_addresses(text: str) -> str:
    """`<function f at 0x7f12...>` as `<function f>`, a figure without its size."""
    return re.sub(r" at 0x[0-9a-f]{6,}", "", text)


def write(path: Path, notebook: Any) -> None:
    """Save the notebook beside its .py file."""
    import nbformat

    nbformat.write(notebook, path.with_suffix(".ipynb"))


def committed(path: Path) -> Any:
    """The committed notebook of a .py file."""
    import nbformat

    return nbformat.read(path.with_suffix(".ipynb"), as_version=4)


def differences(old: Any, new: Any) -> list[str]:
    """Where two notebooks differ in what a reader sees: cells, printed text, pictures."""
    if [(c.cell_type, c.source) for c in old.cells] != [(c.cell_type, c.source) for c in new.cells]:
        return ["the cells of the .py and of the .ipynb differ: build again"]
    found = []
    for number, (before, after) in enumerate(zip(old.cells, new.cells, strict=True)):
        ours, theirs = before.get("outputs", []), after.get("outputs", [])
        agree = of_one_kind if MACHINE in after.metadata.get("tags", []) else alike
        if len(ours) != len(theirs) or not all(agree(a, b) for a, b in zip(ours, theirs, strict=True)):
            found.append(f"cell {number} has a different output: {before.source.splitlines()[-1][:70]}")
    return found


def of_one_kind(one: Any, other: Any) -> bool:
    """Whether two outputs have the same types of data: all that can be compared where a picture shows times."""
    kinds = [(output.output_type, sorted(output.get("data", {}))) for output in (one, other)]
    return kinds[0] == kinds[1] and one.output_type != "stream"


def alike(one: Any, other: Any) -> bool:
    """Whether two outputs look the same: text exactly, pictures nearly (fonts and versions differ a little)."""
    if one.output_type != other.output_type:
        return False
    if one.output_type == "stream":
        return bool(one.text == other.text)
    if one.output_type == "error":
        return bool(one.ename == other.ename)
    if set(one.data) != set(other.data):
        return False
    return all(alike_as(kind, one.data[kind], other.data[kind]) for kind in one.data)


def alike_as(kind: str, one: str, other: str) -> bool:
    """The comparison for one MIME type."""
    if kind == "image/png":
        return images_alike(*map(base64.b64decode, (one, other)))
    if kind == SVG:
        return images_alike(*map(rasterized, (one, other)))
    if kind == "text/html":
        films = [[len(film) for film in re.findall(r'data:image/gif;base64,([^"]*)', text)] for text in (one, other)]
        if len(films[0]) != len(films[1]) or any(abs(a - b) > 0.1 * a for a, b in zip(*films, strict=True)):
            return False  # other versions pack the same frames a little differently
        return re.sub(r"<[^>]*>", " ", one).split() == re.sub(r"<[^>]*>", " ", other).split()
    return one == other


def rasterized(svg: str) -> bytes:
    """An SVG as PNG, on white; its size in points is read as pixels."""
    from resvg_py import svg_to_bytes

    in_pixels = re.sub(r'(?<=width=")([\d.]+)pt" height="([\d.]+)pt"', r'\1" height="\2"', svg, count=1)
    return bytes(svg_to_bytes(svg_string=in_pixels, background="white"))


def images_alike(one: bytes, other: bytes) -> bool:
    """Whether two PNGs have nearly the same size and the same grey levels, seen from afar."""
    import io

    import numpy
    from matplotlib.image import imread

    images = [imread(io.BytesIO(png))[..., :3].mean(axis=2) for png in (one, other)]
    if any(abs(a - b) > 0.05 * a for a, b in zip(images[0].shape, images[1].shape, strict=True)):
        return False
    far = [
        [block.mean() for row in numpy.array_split(i, 12) for block in numpy.array_split(row, 12, 1)] for i in images
    ]
    return bool(numpy.abs(numpy.subtract(*far)).mean() < 0.03)


def main(arguments: list[str] | None = None) -> int:
    """Build or check the lessons that were named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("numbers", nargs="*", metavar="NN", help="numbers of lessons, such as 03")
    parser.add_argument("--all", action="store_true", help="all lessons")
    parser.add_argument("--check", action="store_true", help="compare with what is committed; write nothing")
    options = parser.parse_args(arguments)
    if not options.numbers and not options.all:
        parser.error("name lessons, or --all")
    problems = 0
    for path in lesson_paths(options.numbers):
        start = time.perf_counter()
        notebook = run(path)
        if options.check:
            found = differences(committed(path), notebook)
            problems += len(found)
            print(*(f"{path.stem}: {line}" for line in found), sep="\n", end="\n" if found else "")
        else:
            write(path, notebook)
        size = path.with_suffix(".ipynb").stat().st_size / 1000
        print(f"{path.stem}: {time.perf_counter() - start:.1f} s, {size:.0f} kB")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
