"""How do the sources of the site come together in one folder?

Pages of `docs/`, the lessons with their outputs, the project's own documents, and the pages that are generated from the
code.  Sphinx then reads this folder only.  `code/` in it is a copy of the packages, which pages quote.
"""

from __future__ import annotations

import json
import re
import runpy
import shutil
from pathlib import Path, PurePosixPath
from typing import Any

from generate import messages, names, pictures, reference, tables
from generate.links import rewritten

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("autograd", "nn", "chalkgrad")
NOT_PAGES = ("gallery", "generate", "live", "_static", "__pycache__")
"""Folders of `docs/` without pages."""
ELSEWHERE = {
    "notebooks/README.md": "lessons/index.md",
    "notebooks/primer.md": "lessons/primer.md",
    "benchmarks/README.md": "benchmarks.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
}
"""Pages that are written outside `docs/`, and where they are on the site."""
GENERATED = {
    "coming_from.md",
    *(f"reference/{name}.md" for name in ("activations", "command_line", "data", "derivatives", "formula_sheet")),
    *(f"reference/{name}.md" for name in ("kinks", "layers", "losses", "messages", "optimizers", "plotting")),
    *(f"reference/{name}.md" for name in ("schedules", "teaching", "training", "values", "views")),
}
"""Pages that are made from the code."""
GENERATED |= {f"pictures/{name}.svg" for name in pictures.PICTURES}
OPTIONAL = (
    "gallery/gallery", "beyond_one_machine", "how_to/images_and_sequences", "how_to/pictures_for_slides",
)  # fmt: skip
"""Entries of the index that are left out where the page does not exist."""


def pages() -> dict[PurePosixPath, PurePosixPath]:
    """The path in the repository and the path in the staged folder of each page and each picture."""
    found = {PurePosixPath(path): PurePosixPath(staged) for path, staged in ELSEWHERE.items()}
    for path in sorted((ROOT / "docs").rglob("*")):
        inside = path.relative_to(ROOT / "docs")
        if inside.parts[0] not in NOT_PAGES and path.suffix in (".md", ".svg", ".png", ".ipynb"):
            found[PurePosixPath("docs", inside.as_posix())] = PurePosixPath(inside.as_posix())
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]-*.ipynb")):
        found[PurePosixPath("notebooks", path.name)] = PurePosixPath("lessons", path.name)
    return found


def stage(folder: Path) -> None:
    """Fill an empty folder with everything that Sphinx reads."""
    known = pages()
    for source, staged in known.items():
        target = folder / staged
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            text = (ROOT / source).read_text(encoding="utf-8")
            target.write_text(_rewritten(text, source, known), encoding="utf-8")
        elif source.suffix == ".ipynb":
            target.write_text(_notebook(source, known), encoding="utf-8")
        else:
            shutil.copyfile(ROOT / source, target)
    made = {path: text for module in (reference, tables, names, messages) for path, text in module.pages().items()}
    if set(made) != {path for path in GENERATED if path.endswith(".md")}:
        raise RuntimeError(f"GENERATED and the pages that are made differ in {sorted(set(made) ^ GENERATED)}")
    for path, text in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(_rewritten(text, PurePosixPath("docs", path), known), encoding="utf-8")
    pictures.write(folder / "pictures")
    _build_gallery(folder / "gallery")
    _add_toctrees(folder)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / "code" / package, ignore=shutil.ignore_patterns("__pycache__"))


def _rewritten(text: str, source: PurePosixPath, known: dict[PurePosixPath, PurePosixPath]) -> str:
    return rewritten(text, source, known, ROOT, GENERATED)


def _notebook(source: PurePosixPath, known: dict[PurePosixPath, PurePosixPath]) -> str:
    """A notebook with rewritten links."""
    notebook: dict[str, Any] = json.loads((ROOT / source).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            text = "".join(cell["source"])
            cell["source"] = _rewritten(text, source, known)
    return json.dumps(notebook, ensure_ascii=False)


def _build_gallery(folder: Path) -> None:
    """The gallery, if there is one: `build(folder)` of its program writes a page and pictures."""
    program = ROOT / "docs" / "gallery" / "build_gallery.py"
    if not program.exists():
        return
    runpy.run_path(str(program))["build"](folder)
    page = folder / "gallery.md"
    linked = re.sub(r"\[([^\]]*)\]\(([\w-]+\.html)\)", r'<a href="\2">\1</a>', page.read_text(encoding="utf-8"))
    page.write_text(linked, encoding="utf-8")


def _add_toctrees(folder: Path) -> None:
    """The lessons, and the pages of other folders whose list is what the folder contains."""
    index = folder / "index.md"
    missing = {f"{entry}\n" for entry in OPTIONAL if not (folder / f"{entry}.md").exists()}
    lines = index.read_text(encoding="utf-8").splitlines(keepends=True)
    index.write_text("".join(line for line in lines if line not in missing), encoding="utf-8")
    lessons = sorted(path.stem for path in (folder / "lessons").glob("[0-9][0-9]-*.ipynb"))
    _append_toctree(folder / "lessons" / "index.md", ["primer", *lessons])


def _append_toctree(page: Path, entries: list[str]) -> None:
    toctree = "\n".join(["", "```{toctree}", ":hidden:", "", *entries, "```", ""])
    page.write_text(page.read_text(encoding="utf-8") + toctree, encoding="utf-8")
