"""How is any DOT text rendered?  `render_dot(text, format)`: the bytes of a file, with or without the program `dot`.

Read `layout_engines` and `png` first, `digraph` next.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from autograd.arguments import choose, shown
from autograd.packages import how_to_install
from autograd.views.draw import layout_engines
from autograd.views.draw.png import png_of_graphviz

if TYPE_CHECKING:
    from pathlib import Path

LAYOUTS = ("dot", "neato", "twopi", "circo", "fdp", "sfdp", "osage", "patchwork", "nop", "nop2")


def render_dot(text: str, format: str = "svg", *, layout: str = "dot", engine: str = "auto") -> bytes:
    """Lay out a graph in the DOT language, and return the picture as the bytes of a file.

    `format` is one of Graphviz's: without the program `dot` on PATH that is "svg", "png", or a text format such as
    "json" or "plain"; with it also "pdf", "jpg" and others.  `layout` is "dot", "neato", "circo" or another of
    Graphviz's.  `engine` is "dot" (the program), "wasm" (inside this process) or "auto", which prefers the program.

    Raises TypeError if `text` or `format` is no string; ValueError for an unknown layout or engine; ImportError if no
    engine here can write the format; TimeoutError after 60 seconds; RuntimeError if the text is not DOT.

    >>> render_dot("digraph { a -> b }", "plain").split()[:4]
    [b'graph', b'1', b'0.75', b'1.5']
    """
    return rendered(text, format, layout, engine)


def rendered(
    text: str, format: str, layout: str, engine: str = "auto", folder: Path | None = None, quiet: bool = True
) -> bytes:
    """As `render_dot`; the program looks for images in `folder`, and its warnings go to stderr unless `quiet`."""
    if not isinstance(text, str):
        raise TypeError(f"render_dot: text must be a string, got {shown(text)} ({type(text).__name__})")
    known_format(format.partition(":")[0] if isinstance(format, str) else format)  # png:cairo names a renderer too
    choose(layout, LAYOUTS, "render_dot: unknown layout")
    if found := re.search("[\0\ud800-\udfff]", text):
        raise ValueError(f"render_dot: text contains the character {found[0]!r}, which no picture can show")
    if format == "png" and layout_engines.program_for(engine) is None:
        return png_of_graphviz(layout_engines.render(text, engine, "svg", layout).decode())
    return layout_engines.render(text, engine, format, layout, folder, quiet)


def known_format(format: str) -> str:
    """A format of Graphviz, in lower case.  Raises TypeError or ValueError for anything else."""
    try:
        from graphviz import FORMATS
    except ImportError as error:
        raise ImportError(f"render_dot needs the package graphviz: {how_to_install('graphviz')}") from error
    if not isinstance(format, str):
        raise TypeError(f"format must be a string such as 'svg', got {shown(format)} ({type(format).__name__})")
    choose(format.lower(), sorted(FORMATS), "unknown format")
    return format.lower()
