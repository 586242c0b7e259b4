"""How can a user draw a graph node by node?  With graphviz's `Digraph`, which works here without the program `dot`.

Read `rendering` first, `picture` next.  `Digraph` and `Source` are subclasses of the package's classes; only rendering
is replaced.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from autograd.packages import how_to_install

try:
    import graphviz
except ImportError as error:
    raise ImportError(f"Digraph needs the package graphviz: {how_to_install('graphviz')}") from error

from autograd.views.draw.layout_engines import NoEngineError
from autograd.views.draw.rendering import known_format, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Rendered:
    """The methods of `Digraph` and `Source` that replace those of the package."""

    if TYPE_CHECKING:  # these come from the package, which has no type information
        source: str
        directory: str
        filename: str
        format: str
        renderer: str | None
        formatter: str | None
        engine: str

    # fmt: off
    @overload
    def pipe(
        self, format: str | None = ..., renderer: str | None = ..., formatter: str | None = ...,
        neato_no_op: int | None = ..., quiet: bool = ..., *, engine: str | None = ..., encoding: None = ...,
    ) -> bytes: ...
    @overload
    def pipe(
        self, format: str | None = ..., renderer: str | None = ..., formatter: str | None = ...,
        neato_no_op: int | None = ..., quiet: bool = ..., *, engine: str | None = ..., encoding: str,
    ) -> str: ...
    def pipe(
        self, format: str | None = None, renderer: str | None = None, formatter: str | None = None,
        neato_no_op: int | None = None, quiet: bool = False, *, engine: str | None = None, encoding: str | None = None,
    ) -> bytes | str:
        """The picture as bytes, or as text if `encoding` is given.

        `format`, such as "svg" or "png", and `engine`, the layout such as "dot" or "neato", are otherwise the graph's
        own; `renderer` and `formatter` need the program `dot`.

        Raises ValueError for an unknown format or layout, ImportError if the format needs the program `dot` and that is
        not installed, TimeoutError if the layout takes too long, RuntimeError if Graphviz refuses the text.
        """
        picture = self._drawn(format, renderer, formatter, neato_no_op, quiet, engine, None)
        return picture if encoding is None else picture.decode(encoding)

    def _drawn(
        self, format: str | None, renderer: str | None, formatter: str | None,
        neato_no_op: int | None, quiet: bool, engine: str | None, folder: Path | None,
    ) -> bytes:
        form = known_format(self.format if format is None else format)
        drawn_by = [part for part in (renderer or self.renderer, formatter or self.formatter) if part]
        layout = engine or self.engine
        if neato_no_op and layout == "neato":
            layout = "nop2" if neato_no_op == 2 else "nop"
        return rendered(self.source, ":".join([form, *drawn_by]), layout, folder=folder, quiet=quiet)
    # fmt: on

    def render(
        self,
        filename: str | os.PathLike[str] | None = None,
        directory: str | os.PathLike[str] | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: int | None = None,
        quiet: bool = False,
        quiet_view: bool = False,
        *,
        outfile: str | os.PathLike[str] | None = None,
        engine: str | None = None,
        raise_if_result_exists: bool = False,
        overwrite_source: bool = False,
    ) -> str:
        """Write the DOT text to `filename`, and the picture to `filename.format` or `outfile`, whose path is returned.

        The arguments are those of the package graphviz: `cleanup` deletes the DOT text afterwards, `view` opens the
        picture.  Nothing is written if the picture cannot be made.

        Raises what `pipe` raises; FileExistsError if the picture exists and `raise_if_result_exists` is set; ValueError
        if the picture would replace the DOT text.
        """
        target = None if outfile is None else Path(self.directory if directory is None else "", outfile)
        if target is not None:
            form = known_format(format or target.suffix[1:])
            filename = target.with_suffix(".gv").name if filename is None else filename
            directory = target.parent if directory is None else directory
        else:
            form = known_format(format or self.format)
        written = Path(
            self.directory if directory is None else directory, self.filename if filename is None else filename
        )
        endings = [part for part in (formatter or self.formatter, renderer or self.renderer, form) if part]
        target = target or Path(".".join([str(written), *endings]))
        if target.resolve() == written.resolve() and not overwrite_source:
            raise ValueError(
                f"render: the picture would replace the DOT text in {str(written)!r}; choose another outfile"
            )
        if raise_if_result_exists and target.exists():
            raise graphviz.FileExistsError(f"render: {str(target)!r} exists already")
        folder = written.parent if written.parent.exists() else None
        picture = self._drawn(form, renderer, formatter, neato_no_op, quiet, engine, folder)
        self.save(filename, directory=directory, skip_existing=None)  # type: ignore[attr-defined]
        target.write_bytes(picture)
        if cleanup:
            written.unlink()
        if view or quiet_view:
            graphviz.view(target, quiet=quiet_view)
        return str(target)

    def unflatten(self, stagger: int | None = None, fanout: bool = False, chain: int | None = None) -> Source:
        """The graph with edges of staggered lengths, which makes a wide one narrower.

        Raises ImportError if Graphviz's program `unflatten` is not installed.
        """
        if shutil.which("unflatten") is None:
            raise NoEngineError(
                "unflatten needs Graphviz's program of that name, which is not on PATH; install Graphviz"
            )
        plain = super().unflatten(stagger=stagger, fanout=fanout, chain=chain)  # type: ignore[misc]
        return Source(
            plain.source,
            filename=plain.filename,
            directory=plain.directory,
            format=plain.format,
            engine=plain.engine,
        )

    def _repr_mimebundle_(
        self, include: Iterable[str] | None = None, exclude: Iterable[str] | None = None, **named: Any
    ) -> dict[str, Any]:
        try:
            return super()._repr_mimebundle_(include, exclude, **named)  # type: ignore[misc, no-any-return]
        except (NoEngineError, TimeoutError, RuntimeError) as error:  # the DOT text is readable too
            return {"text/plain": f"{error}\n\n{self.source}"}


class Digraph(_Rendered, graphviz.Digraph):  # type: ignore[misc]
    """`graphviz.Digraph`, drawn by the program `dot` if that is installed, and inside this process otherwise.

    Its `pipe`, `render`, `view` and display in a notebook work on both; everything else is the package's own.

    >>> dot = Digraph(format="svg", graph_attr={"rankdir": "LR"})
    >>> dot.edge("a", "b")
    >>> dot.pipe(encoding="utf-8").count('class="node"')
    2
    """


class Source(_Rendered, graphviz.Source):  # type: ignore[misc]
    """`graphviz.Source`, a DOT text, drawn in the same way as `Digraph`."""
