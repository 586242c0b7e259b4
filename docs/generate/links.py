"""How does a link to a file of the repository become a link of the site?

A page is written as it is read in the repository: its links are relative paths of files.  A file that is a page of the
site becomes that page; every other file becomes its address in the published repository.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path, PurePosixPath

from generate.repository import BLOB, TREE

LINK = re.compile(r"(!?\[[^\[\]]*(?:\[[^\]]*\][^\[\]]*)*\]\()([^)\s]+)(\))")
FENCE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def rewritten(
    text: str,
    source: PurePosixPath,
    pages: Mapping[PurePosixPath, PurePosixPath],
    root: Path,
    generated: Collection[str] = (),
) -> str:
    """The Markdown of the file `source`, whose links lead to pages of the site or to the published repository.

    `pages` maps paths in the repository to paths in the site's sources, and `generated` has the paths there of the pages
    that no file of the repository contains.  Raises FileNotFoundError for a link to a file
    that does not exist.
    """
    inside = PurePosixPath(*source.parts[1:])
    here = (inside if inside.as_posix() in generated else pages.get(source, source)).parent

    def replaced(match: re.Match[str]) -> str:
        target, hash_mark, anchor = match[2].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return match[0]
        wanted = PurePosixPath(os.path.normpath(source.parent / target))
        if wanted.parts[:1] == ("docs",) and PurePosixPath(*wanted.parts[1:]).as_posix() in generated:
            new = os.path.relpath(PurePosixPath(*wanted.parts[1:]), here)
        elif wanted in pages:
            new = os.path.relpath(pages[wanted], here)
        elif wanted / "README.md" in pages:
            new = os.path.relpath(pages[wanted / "README.md"], here)
        elif (root / wanted).is_file():
            new = f"{BLOB}{wanted}"
        elif (root / wanted).is_dir():
            new = f"{TREE}{wanted}"
        else:
            raise FileNotFoundError(f"{source} links to {target}, which does not exist")
        return f"{match[1]}{new}{hash_mark}{anchor}{match[3]}"

    parts = FENCE.split(text)
    return "".join(part if n % 2 else LINK.sub(replaced, part) for n, part in enumerate(parts))
