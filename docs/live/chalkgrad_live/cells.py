"""How does a cell of a lesson run in a page, and what is shown below it?

As in a notebook: what is printed, and the last expression.  A loop in a learner's code that does not end is stopped
after `SECONDS`; only the cells' own code is watched, so the library runs at full speed.
"""

from __future__ import annotations

import ast
import base64
import html
import io
import linecache
import os
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from types import CodeType
from typing import Any

from chalkgrad_live.expression import as_html

SECONDS = 30.0
OPTIONAL = ("numpy", "matplotlib", "sklearn", "pandas", "torch", "jax")
"""What a page does not have at first, or never has."""
MAX_TEXT = 50_000
"""Characters: of longer output the middle is left out."""

os.environ.setdefault("MPLBACKEND", "agg")


class NeverEndsError(BaseException):
    """A cell took too long.  Not an Exception, so that `except Exception` in a cell does not catch it."""


class _Output(io.StringIO):
    """What the running cell shows: pieces of text and of HTML, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[dict[str, str]] = []

    def write(self, text: str) -> int:
        if self.shown and "text" in self.shown[-1]:
            self.shown[-1]["text"] += text
        else:
            self.shown.append({"text": text})
        return len(text)


_output = _Output()


def display(*things: Any) -> None:
    """Show things as a notebook would show them."""
    _output.shown += [shown_as(thing) for thing in things]


_names: dict[str, Any] = {"__name__": "__main__", "display": display}
"""What the cells have defined."""


def run(code: str, number: int) -> dict[str, Any]:
    r"""Run the cell with this number; its outputs, and whether it ran to the end.

    An output has "text", "html" or "error".  With "missing" the cell needs a package that is not loaded.

    >>> run("x = 3; print(x)" + chr(10) + "x * 2", 1)
    {'outputs': [{'text': '3\n'}, {'text': '6'}], 'finished': True}
    >>> run("1 / 0", 2)["outputs"][0]["error"].splitlines()[-1]
    'ZeroDivisionError: division by zero'
    """
    global _output
    _output = _Output()
    name = f"cell {number}"
    code = re.sub(r"^%.*$", "", code, flags=re.MULTILINE)  # settings of a notebook, such as %matplotlib inline
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    finished, missing = True, ""
    with redirect_stdout(_output):
        try:
            for part, last in _compiled(code, name):
                with _limit(part):
                    value = eval(part, _names)
                if last and value is not None:
                    display(value)
            _show_figures()
        except NeverEndsError:
            finished = False
            says = f"Stopped after {SECONDS:g} seconds. Does a loop in this cell never end?"
            _output.shown.append({"error": says})
        except BaseException as error:
            finished, missing = False, _missing(error)
            _output.shown.append({"error": _told(error, name)})
    for piece in _output.shown:
        if len(piece.get("text", "")) > MAX_TEXT:
            piece["text"] = f"{piece['text'][: MAX_TEXT // 2]}\n...\n{piece['text'][-MAX_TEXT // 2 :]}"
    return {"outputs": _output.shown, "finished": finished} | ({"missing": missing} if missing else {})


def _compiled(code: str, name: str) -> Iterator[tuple[CodeType, bool]]:
    """The statements, and the last expression apart, unless a semicolon follows it."""
    tree = ast.parse(code, name)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    yield compile(tree, name, "exec"), False
    if isinstance(last, ast.Expr):
        yield compile(ast.Expression(last.value), name, "eval"), not code.rstrip().endswith(";")


@contextmanager
def _limit(code: CodeType) -> Iterator[None]:
    """Stop the cell at its next jump or call after the limit.  Python 3.11 has no means for this."""
    watch: Any = getattr(sys, "monitoring", None)
    if watch is None:
        yield
        return
    until, events = time.monotonic() + SECONDS, watch.events.JUMP | watch.events.PY_START
    tool = next(number for number in range(6) if watch.get_tool(number) is None)
    watch.use_tool_id(tool, "chalkgrad: time limit of a cell")

    def look(*_: Any) -> None:
        if time.monotonic() > until:
            raise NeverEndsError

    for event in (watch.events.JUMP, watch.events.PY_START):
        watch.register_callback(tool, event, look)
    _all_code.extend(_nested(code))
    for each in _all_code:
        watch.set_local_events(tool, each, events)
    try:
        yield
    finally:
        for each in _all_code:
            watch.set_local_events(tool, each, 0)
        watch.free_tool_id(tool)


_all_code: list[CodeType] = []
"""The code of all cells: a function of one may be called in another."""


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def shown_as(thing: Any) -> dict[str, str]:
    """The richest form of a thing that a page can show.

    >>> shown_as(0.5), list(shown_as(type("T", (), {"_repr_html_": lambda self: "<b>x</b>"})()))
    ({'text': '0.5'}, ['html'])
    """
    bundle = dict(thing._repr_mimebundle_()) if hasattr(thing, "_repr_mimebundle_") else {}
    for kind, method in (
        ("text/html", "_repr_html_"), ("image/svg+xml", "_repr_svg_"), ("text/markdown", "_repr_markdown_"),
        ("image/png", "_repr_png_"),
    ):  # fmt: skip
        found = bundle.get(kind) or (getattr(thing, method)() if hasattr(thing, method) else None)
        if found and kind == "text/markdown":
            return {"html": as_html(found)}
        if found and kind == "image/png":
            data = found if isinstance(found, str) else base64.b64encode(found).decode("ascii")
            return {"html": f'<img alt="the output of the cell" src="data:image/png;base64,{html.escape(data)}">'}
        if found:
            return {"html": found}
    if hasattr(thing, "_repr_pretty_"):
        return {"text": str(thing)}
    return {"text": repr(thing)}


def _show_figures() -> None:
    """What matplotlib has drawn, as its notebook back end shows it."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    for number in pyplot.get_fignums() if pyplot else ():
        text = io.StringIO()
        pyplot.figure(number).savefig(text, format="svg", bbox_inches="tight")
        _output.shown.append({"html": text.getvalue()[text.getvalue().index("<svg") :]})
    if pyplot:
        pyplot.close("all")


def _missing(error: BaseException) -> str:
    """The optional package that a cell needs, or nothing."""
    while error is not None:
        text = f"{getattr(error, 'name', '') or ''} {error}"
        found = [package for package in OPTIONAL if package in text.replace("scikit-learn", "sklearn")]
        if isinstance(error, ImportError) and found:
            return found[0]
        error = error.__cause__  # type: ignore[assignment]
    return ""


def _told(error: BaseException, name: str) -> str:
    """The error, with the lines of cells on the way to it; the library's own lines would not help."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("cell ")]
    lines = [f"{f.filename}, line {f.lineno}: {f.line}" for f in frames[-6:]]
    if isinstance(error, SyntaxError) and error.filename == name:
        lines = [f"{name}, line {error.lineno}: {(error.text or '').strip()}"]
        return "\n".join([*lines, f"SyntaxError: {error.msg}"])
    return "\n".join([*lines, *traceback.format_exception_only(error)]).strip()
