"""Whose file is this, which lesson is it about, and which code does it hold?

A notebook or a `.py` is read as text and split into its code cells; nothing of it runs here, and stored outputs are
not looked at. Read next: `process`, which runs the cells.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalkgrad import course, exercises

LARGEST = 50_000_000
"""Bytes: a larger file is not read."""
CHECKED = re.compile(r"""\bcheck\(\s*(?:number\s*=\s*)?["']([A-Za-z0-9][\w-]*)\.\d+["']""")
SUFFIXES = (".ipynb", ".py")
OTHER_SUFFIXES = (".txt", ".pdf", ".doc", ".docx", ".odt", ".rtf", ".zip", ".gz", ".7z", ".rar")


class NotebookError(Exception):
    """A file that cannot be graded; the message says why."""


@dataclass(frozen=True)
class Submission:
    """One file of a student."""

    path: Path
    student: str
    lesson: str
    """"02", or the name in front of the dot of a teacher's own exercises."""
    cells: tuple[str, ...]
    """The code cells."""
    problem: str = ""
    """Why it cannot be graded, or nothing."""
    names: tuple[str, ...] = ()
    """The names by which a key may know the student, the surest first."""

    def student_in(self, key: Mapping[str, str]) -> str | None:
        """The student of the key who handed this in, if the key knows one of the names.

        >>> renamed = Submission(Path("anna/final.py"), "anna/final", "02", (), names=("anna", "final"))
        >>> renamed.student_in({"Anna": "7f3a", "bo": "0000"})
        'Anna'
        """
        known = {_plain(student): student for student in key}
        return next((known[name] for name in map(_plain, (*self.names, self.student)) if name in known), None)


def _plain(name: str) -> str:
    """The name as every file system compares it: macOS writes an accent as a character of its own."""
    return unicodedata.normalize("NFC", name).casefold()


def submissions(folder: Path, besides: Collection[str] = ()) -> Iterator[Submission]:
    """Every notebook and `.py` below the folder, in order of their paths.

    Left out are hidden folders, checkpoints, what macOS and Python add, and files with the names in `besides`.
    """
    for path in _files(folder):
        if path.suffix.lower() in SUFFIXES and path.name not in besides:
            yield read_submission(path, path.relative_to(folder))


def other_files(folder: Path) -> list[str]:
    """The paths of documents and archives below the folder, which are not graded."""
    return [str(path.relative_to(folder)) for path in _files(folder) if path.suffix.lower() in OTHER_SUFFIXES]


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith((".", "__")) for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden:
            yield path


def read_submission(path: Path, below: Path | None = None) -> Submission:
    """One file; `below` is its path inside the folder of all files."""
    below = Path(path.name) if below is None else below
    cells, problem = tuple[str, ...](), ""
    lesson = _lesson_of(below, cells)
    try:
        cells = tuple(read_cells(path))
        lesson = _lesson_of(below, cells)
        problem = "" if lesson else "neither the file name nor a call of check(...) tells which lesson this is"
    except NotebookError as error:
        problem = str(error)
    graded = path.absolute().parents[len(below.parts) - 1]
    parts = (*reversed(below.parts[:-1]), graded.name, below.stem)  # students name their files, but not their folders
    names = tuple(name for part in parts for name in (part, _without_lesson(part, lesson)) if name)
    return Submission(path, student_of(below, lesson), lesson, cells, problem, names)


def _lesson_of(below: Path, cells: tuple[str, ...]) -> str:
    """The lesson that path and calls of check("02.1", ...) agree on; otherwise that of most calls, or the path's."""
    parts = below.with_suffix("").parts
    numbers = [n for part in parts for n in re.findall(r"(?<![A-Za-z0-9])\d\d(?![A-Za-z0-9])", part)]
    named = [number for number in reversed(numbers) if number in exercises.lessons()]
    checked = Counter(name for cell in cells for name in CHECKED.findall(cell))
    agreed = [number for number in named if number in checked]
    return next(iter([*agreed, *sorted(checked, key=lambda name: -checked[name]), *named]), "")


def student_of(below: Path, lesson: str) -> str:
    """The path without suffix and lesson.

    >>> [student_of(Path(text), "02") for text in ("anna/02-the-chain-rule-by-hand.ipynb", "02/bo.py", "cy_02.ipynb")]
    ['anna', 'bo', 'cy']
    """
    parts = [_without_lesson(part, lesson) for part in below.with_suffix("").parts]
    return "/".join(filter(None, parts)) or below.stem


def _without_lesson(part: str, lesson: str) -> str:
    source = course.lesson_sources().get(lesson)
    rest = part.replace(source.stem, "") if source else part
    rest = re.sub(rf"(?<![A-Za-z0-9]){lesson}(?![A-Za-z0-9])", "", rest) if lesson else rest
    return rest.strip(" -_.") if rest != part else rest


def read_cells(path: Path) -> list[str]:
    """The code cells of a notebook or a `.py`.  Raises NotebookError if it cannot be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise NotebookError(f"does not open: it is larger than {LARGEST // 1_000_000} MB")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise NotebookError("does not open: it is not text in UTF-8") from error
    except OSError as error:
        raise NotebookError(f"does not open: {error.strerror}") from error
    return cells_of_script(text) if path.suffix.lower() == ".py" else cells_of_notebook(text)


def cells_of_script(text: str) -> list[str]:
    """The code cells of a `.py` in percent format; without any `# %%` the whole file is one cell."""
    if not re.search(r"^# %%", text, re.MULTILINE):
        return [text]
    before = text.split("# %%", 1)[0]
    return [before, *(body for kind, body, _ in course.cells(text) if kind == "code")]


def cells_of_notebook(text: str) -> list[str]:
    """The code cells of a notebook's text.  Raises NotebookError if the text is not a notebook."""
    try:
        notebook: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"does not open: it is not JSON ({error})"[:200]) from error
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list):
        raise NotebookError("does not open: it is not a notebook of version 4, which has a list of cells")
    found = []
    for cell in cells:
        source = cell.get("source", "") if isinstance(cell, dict) else None
        if isinstance(source, list):
            source = "".join(map(str, source))
        if not isinstance(source, str):
            raise NotebookError("does not open: one of its cells has no text")
        if cell.get("cell_type") == "code":
            found.append(source)
    return found
