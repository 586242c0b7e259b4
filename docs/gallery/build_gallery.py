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
        title = Path(file).stem.replace("_", " ")
        shown = f"![{title}]({file})" if not file.endswith(".html") else f"[Open the page: {title}]({file})"
        return f"```python\n{code}```\n\n{shown}\n"

    page = _BLOCK.sub(drawn, SOURCE.read_text(encoding="utf-8"))
    (folder / "gallery.md").write_text(page, encoding="utf-8")
    return paths


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
