"""Where is a picture or a page written?  To exactly the given path; over an existing file only if `overwrite` is True.

`picture` and `stepper` use it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from autograd.arguments import check_switch, shown

PAGES = (".html", ".htm")


def destination(path: Any, who: str, endings: tuple[str, ...], overwrite: bool) -> tuple[Path, str]:
    """The path and its ending, after checking that a file may be written there.

    Raises TypeError if `path` is not a path or `overwrite` not a bool, ValueError for another ending, FileExistsError
    if the file exists.

    >>> destination("graph.SVG", "save", (".svg", ".png"), False)[1]
    '.svg'
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{who}: path must be the name of a file, got {shown(path)} ({type(path).__name__})")
    check_switch(overwrite, f"{who}: overwrite")
    target = Path(os.fsdecode(path))
    ending = target.suffix.lower()
    if ending not in endings:
        which = endings[0] if endings == PAGES else f"one of: {', '.join(endings)}"
        raise ValueError(f"{who}: {str(target)!r} must end in {which}")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{who}: {str(target)!r} exists already; choose another name, or overwrite=True")
    return target, ending
