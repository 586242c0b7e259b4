"""How do docstrings reach the page?  As plain text with backquotes.

What reStructuredText would take for markup of its own is escaped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CODE = re.compile(r"(``.+?``|`.+?`)")


def escaped(line: str) -> str:
    r"""A line of prose in which bars and stars are only bars and stars.

    >>> print(escaped("The mean of |p - t|, as `a | b`."))
    The mean of \|p - t\|, as `a | b`.
    """
    parts = CODE.split(line)
    for n in range(0, len(parts), 2):
        parts[n] = re.sub(r"([|*_])(?=\S|$)", r"\\\1", parts[n])
        if n and parts[n][:1].isalnum():  # `Value`s
            parts[n] = rf"\ {parts[n]}"
    return "".join(parts)


def _process(app: Sphinx, what: str, name: str, thing: object, options: object, lines: list[str]) -> None:
    in_doctest = False
    for n, line in enumerate(lines):
        in_doctest = line.lstrip().startswith(">>>") or (in_doctest and bool(line.strip()))
        if not in_doctest:
            lines[n] = escaped(line)


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx use it."""
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True}
