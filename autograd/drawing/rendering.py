"""How does any DOT text become a file's bytes?  `render_dot(text, format)`, with or without the program `dot`.

Read `engines` and `png` first; `digraph` is built on this.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.drawing import engines
from autograd.drawing.png import png_of_graphviz
from autograd.rows import choose, shown

if TYPE_CHECKING:
    from pathlib import Path

LAYOUTS = ("dot", "neato", "twopi", "circo", "fdp", "sfdp", "osage", "patchwork", "nop", "nop2")


def render_dot(
    text: str,
    format: str = "svg",
    *,
    layout: str = "dot",
    engine: str = "auto",
    folder: Path | None = None,
    quiet: bool = True,
) -> bytes:
    """Lay out a graph in the DOT language, and return the picture as the bytes of a file.

    `format` is one of Graphviz's: without the program `dot` on PATH that is "svg", "png", or a text format such as
    "json" or "plain"; with it also "pdf", "jpg" and others.  `layout` is "dot", "neato", "circo" or another of
    Graphviz's.  `engine` is "dot" (the program), "wasm" (inside this process) or "auto", which prefers the program.
    The program looks for images in `folder`, and writes its warnings to stderr unless `quiet`.

    Raises TypeError if `text` or `format` is no string; ValueError for an unknown layout or engine; ImportError if no
    engine here can write the format; TimeoutError after 60 seconds; RuntimeError if the text is not DOT.

    >>> render_dot("digraph { a -> b }", "plain").split()[:4]
    [b'graph', b'1', b'0.75', b'1.5']
    """
    for name, argument in (("text", text), ("format", format), ("layout", layout)):
        if not isinstance(argument, str):
            raise TypeError(f"render_dot: {name} must be a string, got {shown(argument)} ({type(argument).__name__})")
    choose(layout, LAYOUTS, "render_dot: unknown layout")
    if found := re.search("[\0\ud800-\udfff]", text):
        raise ValueError(f"render_dot: text contains the character {found[0]!r}, which no picture can show")
    if format == "png" and engines.program_for(engine) is None:
        return png_of_graphviz(engines.render(text, engine, "svg", layout).decode())
    return engines.render(text, engine, format, layout, folder, quiet)
