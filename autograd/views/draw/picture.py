"""What does `draw` return?  A `Graph`: one picture, as DOT text, SVG, PNG or PDF, in a notebook or in a file.

Read `dot`, `layout_engines`, `svg`, `png` and `digraph` first, `draw` next.
"""

from __future__ import annotations

import os
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.arguments import shown
from autograd.symbolic.printing import count
from autograd.views.draw.browser import open_page
from autograd.views.draw.dot import DARK, LIGHT, PRINT, attributes, dot_text, statements
from autograd.views.draw.layout_engines import render
from autograd.views.draw.page_fit import PAGE_WIDTH
from autograd.views.draw.png import png
from autograd.views.draw.rendering import known_format
from autograd.views.draw.save_path import destination
from autograd.views.draw.svg import PIXELS, cleaned, in_notebook, inline, note_below, size_of, text_sizes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autograd.views.draw.digraph import Digraph, Source
    from autograd.views.draw.scene import Contents

FORMATS = (".svg", ".png", ".pdf", ".dot")
THEMES = ("auto", "light", "dark", "print")


class Graph:
    """A picture of a computation graph: `.svg`, `.png()`, `.pdf`, `.save(path)`, and `.show()` in the browser.

    A notebook displays it.  `.source` is its DOT text.

    >>> from autograd import Value, draw
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> draw(a * b)
    <graph of 3 numbers and 1 operation; .show() opens it in the browser, .save("graph.svg") writes it>
    """

    def __init__(
        self,
        contents: Contents,
        *,
        engine: str = "auto",
        direction: str = "LR",
        theme: str = "auto",
        shaded: bool = False,
        key: Graph | None = None,
    ) -> None:
        self.contents = contents
        """The boxes, circles and arrows in the picture."""
        self.engine, self.direction, self.theme, self.shaded = engine, direction, theme, shaded
        self._key = key

    @cached_property
    def source(self) -> str:
        """The picture in Graphviz's DOT language."""
        return dot_text(self.contents, self.direction, self._palette, self.shaded)

    @property
    def dot(self) -> str:
        """The same as `source`."""
        return self.source

    @property
    def _palette(self) -> Mapping[str, str]:
        return {"dark": DARK, "print": PRINT}.get(self.theme, LIGHT)

    def to_graphviz(self) -> Source:
        """The DOT text as a `graphviz.Source`, drawn without the program `dot` if that is not installed."""
        from autograd.views.draw.digraph import Source

        return Source(self.source, format="svg")

    def to_digraph(self, format: str = "svg") -> Digraph:
        """The same graph as a `graphviz.Digraph`, to which nodes, edges and attributes can be added."""
        from autograd.views.draw.digraph import Digraph

        heads = attributes(self.contents, self.direction, self._palette)
        lines = statements(self.contents, self.direction, self._palette, self.shaded)
        return Digraph(
            format=known_format(format),
            graph_attr=heads["graph"],
            node_attr=heads["node"],
            edge_attr=heads["edge"],
            body=[f"\t{line}\n" for line in lines],
        )

    @cached_property
    def svg(self) -> str:
        """The picture as one self-contained <svg> element.

        Raises ImportError if no layout engine is installed, TimeoutError if the layout takes too long.
        """
        return self.marked_svg({})

    def marked_svg(self, marks: Mapping[str, str]) -> str:
        """The same, with attributes by which a script finds boxes, circles (by their ids) and arrows (a0, a1 ...)."""
        contents = self.contents
        tooltips = {box.id: box.tooltip for box in contents.boxes}
        tooltips |= {circle.id: circle.tooltip for circle in contents.circles}
        tooltips |= {f"a{n}": arrow.tooltip for n, arrow in enumerate(contents.arrows)}
        svg = render(self.source, self.engine).decode()
        return cleaned(svg, tooltips, self.theme == "auto", self.description, marks)

    @property
    def smallest_text(self) -> float:
        """Its smallest text in points, on a page 16 cm wide."""
        return min(text_sizes(self.svg)) * min(1.0, PAGE_WIDTH / (size_of(self.svg)[0] / PIXELS))

    def png(self, scale: float | None = None) -> bytes:
        """The picture in pixels: `scale` pixels for each pixel of the SVG, both ways; 2, or less if that is too many.

        Raises ValueError if `scale` is not a positive number or gives more than 100 million pixels, ImportError if a
        package is missing.
        """
        _check_scale(scale, "png")
        return png(self.svg, scale)

    @property
    def pdf(self) -> bytes:
        """The picture as PDF, which needs the program `dot`.

        Raises ImportError if it is not on PATH, ValueError for a worksheet, whose fields Graphviz cannot draw.
        """
        if self._key is not None:
            raise ValueError(
                "pdf: Graphviz writes the PDF and cannot draw the fields of a worksheet; save it as .svg or .png"
            )
        return render(self.source, "auto" if self.engine == "wasm" else self.engine, "pdf")

    @property
    def answer_key(self) -> Graph:
        """The same picture with the numbers that `hide` left blank.

        Raises AttributeError if nothing is hidden.
        """
        if self._key is None:
            raise AttributeError(
                'answer_key: nothing is hidden in this picture; draw it with hide="grad" or hide="data"'
            )
        return self._key

    def save(self, path: str | os.PathLike[str], overwrite: bool = False, scale: float | None = None) -> Path:
        """Write the picture to exactly this path, in the format of its ending, and return the path.

        `scale` is for PNG.  Raises TypeError if `path` is not a path, ValueError if the ending is none of .svg .png
        .pdf .dot, FileExistsError if the file exists and `overwrite` is False, ImportError if the format needs a
        program or package that is not installed.
        """
        target, ending = destination(path, "save", FORMATS, overwrite)
        _check_scale(scale, "save")
        match ending:
            case ".png":
                content = self.png(scale)
            case ".pdf":
                content = self.pdf
            case _:
                content = (self.svg if ending == ".svg" else self.source).encode()
        with target.open("wb" if overwrite else "xb") as file:
            file.write(content)
        return target

    def show(self) -> Path:
        """Open the picture in the browser, as a page in a temporary folder, and return that page's path.

        Raises RuntimeError if there is no browser.
        """
        title = escape(self.description)
        head = f'<meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>{title}</title>'
        body = inline(self.svg) + note_below(self.contents.note)
        page = f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>{body}</body></html>\n'
        return open_page(page, "graph")

    @property
    def description(self) -> str:
        """What is in the picture, in one line."""
        if self.contents.summary:
            return self.contents.summary
        boxes, circles = count(len(self.contents.boxes), "number"), count(len(self.contents.circles), "operation")
        return f"graph of {boxes} and {circles}"

    def __repr__(self) -> str:
        return f'<{self.description}; .show() opens it in the browser, .save("graph.svg") writes it>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        try:
            return {"text/html": in_notebook(self.svg, self.contents.note), "text/plain": repr(self)}
        except (ImportError, TimeoutError, RuntimeError) as error:  # the DOT text is readable too
            return {"text/plain": f"{error}\n\n{self.source}"}


def _check_scale(scale: Any, who: str) -> None:
    if scale is not None and (type(scale) is bool or not isinstance(scale, (int, float)) or not 0.0 < scale <= 100.0):
        raise ValueError(f"{who}: scale must be a number above 0 and up to 100, got {shown(scale)}")
