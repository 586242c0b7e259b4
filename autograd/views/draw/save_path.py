"""Where is a picture or a page written?  To exactly the path that was given, and over nothing that is there already.

`picture` and the stepper's page read this.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from autograd.arguments import shown

PAGES = (".html", ".htm")


def destination(path: Any, who: str, endings: tuple[str, ...], overwrite: bool) -> tuple[Path, str]:
    """The path and its ending, once it is sure that something may be written there.

    Raises TypeError for what is no path, ValueError for another ending, FileExistsError where something is there.

    >>> destination("graph.SVG", "save", (".svg", ".png"), False)[1]
    '.svg'
    """
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{who}: path must be the name of a file, got {shown(path)} ({type(path).__name__})")
    target = Path(os.fsdecode(path))
    ending = target.suffix.lower()
    if ending not in endings:
        which = endings[0] if endings == PAGES else f"one of: {', '.join(endings)}"
        raise ValueError(f"{who}: {str(target)!r} must end in {which}")
    if target.exists() and not overwrite:
        raise FileExistsError(f"{who}: {str(target)!r} exists already; choose another name, or overwrite=True")
    return target, ending
