"""How is the gallery made?  The code of each block of `gallery_source.md` is run, and what it calls `picture` is saved.

    python docs/gallery/build_gallery.py FOLDER       writes FOLDER/gallery.md and its pictures

All blocks share their names, from top to bottom.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("gallery_source.md")
_BLOCK = re.compile(r"```python file=(\S+)\n(.*?)```\n", re.DOTALL)


def build(folder: Path) -> list[Path]:
    """Write the page and its pictures into a folder, and return the paths of the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    names: dict[str, Any] = {}
    paths = []

    def drawn(block: re.Match[str]) -> str:
        file, code = block.groups()
        exec(compile(code, f"{SOURCE.name}: {file}", "exec"), names)
        paths.append(_saved(names["picture"], folder / file))
        return f"```python\n{code}```\n\n{_shown(paths[-1])}\n"

    page = _BLOCK.sub(drawn, SOURCE.read_text(encoding="utf-8"))
    (folder / "gallery.md").write_text(page, encoding="utf-8")
    return paths


def _shown(path: Path) -> str:
    """A link to a page, or a picture as wide as the page, which scrolls in its own box if its text became too small."""
    title = path.stem.replace("_", " ")
    if path.suffix == ".html":
        return f"[Open the page: {title}]({path.name})"
    width = 420.0
    if path.suffix == ".svg":
        size = re.search(r'<svg[^>]* width="([\d.]+)(pt)?"', path.read_text(encoding="utf-8"))
        if size is None:
            raise RuntimeError(f"{path.name} does not say how wide it is")
        width = float(size[1]) * (96 / 72 if size[2] else 1.0)
    style = f"width:100%;max-width:{width:.0f}px;min-width:{0.6 * width:.0f}px"
    image = f'<img src="{path.name}" alt="{title}" style="{style}">'
    return f'<div style="overflow-x:auto"><a href="{path.name}">{image}</a></div>'


def _saved(picture: Any, path: Path) -> Path:
    """A graph, a page or a film saves itself; a figure of matplotlib is saved as SVG with the text as outlines."""
    if hasattr(picture, "savefig"):
        picture.savefig(path)
    elif path.suffix == ".gif":
        picture.save(path)
    else:
        picture.save(path, overwrite=True)
    return path


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/gallery/build_gallery.py FOLDER")
    sys.stdout.write(f"{len(build(Path(sys.argv[1])))} pictures in {sys.argv[1]}\n")
