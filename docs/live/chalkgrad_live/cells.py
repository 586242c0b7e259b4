"""How does a cell of a lesson run in a page, and what is shown below it?

As in a notebook: what is printed, and the last expression.  A loop in a learner's code that does not end is stopped
after a time limit; only the cells' own code is watched, so the library runs at full speed.  A cell goes on without an
optional package until it uses it.
"""

from __future__ import annotations

import ast
import asyncio
import base64
import html
import io
import json
import linecache
import re
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import invalidate_caches
from importlib.util import find_spec
from types import CodeType
from typing import Any

from chalkgrad_live.expression import as_html

SECONDS = 60.0
"""The usual time limit of a cell."""
OPTIONAL = {"numpy": "numpy", "matplotlib": "matplotlib", "sklearn": "scikit-learn", "pandas": "pandas"}
"""What a page does not have at first, and can load: the name in an import, and that of the package."""
JUPYTER = (
    "This is a command of Jupyter, not of Python, and does not work in this page. Instead of name? write help(name). "
    f"What can be installed is offered when a cell imports it: {', '.join(OPTIONAL.values())}."
)
"""What is said about magics, the shell, and the question mark."""
LOADING = 300.0
"""Seconds that this may take."""
MAX_TEXT, MAX_PIECES = 50_000, 500
"""Characters of one text, and pieces of output: of more the middle is left out."""
MEANWHILE, EVERY = "\x1e", 0.5
"""What begins a line of standard output that tells a page what a running cell has shown; seconds between two."""


class NeverEndsError(BaseException):
    """A cell took too long.  Not an Exception, so that `except Exception` in a cell does not catch it."""


class NotLoaded:
    """The value of a name whose package is not loaded: its first use raises ImportError.

    >>> NotLoaded("numpy").array
    Traceback (most recent call last):
    ImportError: numpy is not loaded
    """

    def __init__(self, package: str) -> None:
        self._package = package

    def __getattr__(self, name: str) -> Any:
        raise ImportError(f"{self._package} is not loaded", name=self._package)

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Raises, as every other use does."""
        return self.used


class _Output(io.StringIO):
    """What the running cell shows: pieces of text and of HTML, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[dict[str, str]] = []
        self._written: list[str] = []  # since the last piece
        self._length = 0
        self._next = 0.0  # when the page is told again

    def write(self, text: str) -> int:
        self._written.append(text)
        self._length += len(text)
        if self._length > 10 * MAX_TEXT:  # a loop may print without an end
            self._written[:] = [_shortened("".join(self._written))]
            self._length = len(self._written[0])
        if text.endswith("\n") and time.monotonic() > self._next:
            self._next = time.monotonic() + EVERY
            shown = [*self.shown, {"text": _shortened("".join(self._written))}]
            print(MEANWHILE + json.dumps(shown), file=sys.__stdout__, flush=True)
        return len(text)

    def show(self, *pieces: dict[str, str]) -> None:
        """Show pieces below what has been written."""
        if text := "".join(self._written):
            pieces = ({"text": text}, *pieces)
        self._written.clear()
        self._length = 0
        for piece in pieces:
            self.shown.append({kind: piece[kind] if kind == "html" else _shortened(piece[kind]) for kind in piece})
            if len(self.shown) > MAX_PIECES:
                middle = MAX_PIECES // 2
                self.shown[middle : middle + 2] = [{"text": "..."}]


_output = _Output()


def display(*things: Any) -> None:
    """Show things as a notebook would show them."""
    _output.show(*map(shown_as, things))


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() does not work in this page; write the value into the cell, such as name = 'Ada'")


_names: dict[str, Any] = {}
"""What the cells have defined."""
_left_out: list[str] = []
"""The packages that cells have missed."""


def forget() -> None:
    """Begin again: the cells have defined nothing."""
    _left_out.clear()
    _names.clear()
    _names.update(__name__="__main__", display=display, input=_no_input)


forget()


def run(code: str, number: int, seconds: float = SECONDS) -> dict[str, Any]:
    r"""Run the cell with this number; its outputs, and whether it ran to the end.

    An output has "text", "html" or "error".  With "missing" the cell needs a package that is not loaded; with
    "stopped" it did not end in `seconds`.

    >>> run("x = 3; print(x)" + chr(10) + "x * 2", 1)
    {'outputs': [{'text': '3\n'}, {'text': '6'}], 'finished': True}
    >>> run("1 / 0", 2)["outputs"][0]["error"].splitlines()[-1]
    'ZeroDivisionError: division by zero'
    """
    global _output
    _output = _Output()
    name = f"cell {number}"
    code = re.sub(r"^%matplotlib\b.*$", "", code, flags=re.MULTILINE)  # a page always draws inline
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    result: dict[str, Any] = {"outputs": _output.shown, "finished": False}
    with redirect_stdout(_output), redirect_stderr(_output):
        try:
            before = figures()
            try:
                _execute(code, name, seconds)
            finally:
                show_figures(figures() - before)
            result["finished"] = True
        except NeverEndsError:
            result["stopped"] = True
            says = f"Stopped after {seconds:g} seconds. Does a loop in this cell never end?"
            _output.show({"error": says})
        except BaseException as error:
            if missing := _missing(error):
                _left_out.append(missing)
                result["missing"] = OPTIONAL[missing]
            _output.show({"error": _told(error, name)})
    _output.show()
    return result


def _shortened(text: str) -> str:
    """What a terminal would show of a text, without the middle if it is long; a progress bar overwrites its line."""
    text = re.sub(r"^[^\n]*\r(?!\n)", "", text, flags=re.MULTILINE)
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT // 2]}\n...\n{text[-MAX_TEXT // 2 :]}"


def _execute(code: str, name: str, seconds: float) -> None:
    """Run the statements one by one, and show the value of the last if it is an expression without a semicolon."""
    tree = ast.parse(code, name)
    shows = bool(tree.body) and isinstance(tree.body[-1], ast.Expr) and not _ends_with_semicolon(code, tree.body[-1])
    parts = [
        compile(ast.Expression(part.value), name, "eval")
        if isinstance(part, ast.Expr)
        else compile(ast.Module([part], []), name, "exec")
        for part in tree.body
    ]
    value = None
    with _limit(parts, seconds):
        for statement, part in zip(tree.body, parts, strict=True):
            try:
                value = eval(part, _names)
            except (ImportError, NameError) as error:
                if not _excused(statement, error):
                    raise
        if shows and value is not None:
            _names["_"] = value
            display(value)


def _ends_with_semicolon(code: str, statement: ast.stmt) -> bool:
    """Whether one follows the statement; Python counts columns in bytes."""
    line = code.split("\n")[(statement.end_lineno or 1) - 1].encode()
    return line[statement.end_col_offset :].lstrip().startswith(b";")


def _excused(statement: ast.stmt, error: ImportError | NameError) -> bool:
    """Whether a cell goes on although a package is missing, since what it does next may not need it.

    It does after an import, and after a claim about numbers that were not computed.
    """
    missing = _missing(error)
    if missing and isinstance(statement, ast.Import | ast.ImportFrom):
        for alias in statement.names:
            _names[alias.asname or alias.name.partition(".")[0]] = NotLoaded(missing)
        return True
    return bool(missing) and isinstance(statement, ast.Assert)


async def load(package: str) -> str:
    """Load one of `OPTIONAL` into a browser, from the address that the page pins; what went wrong, or nothing.

    Its hash, and those of the packages that it needs, must be those of the lock file of the page.
    """
    from pyodide_js import loadPackage

    complaints: list[str] = []
    try:
        await asyncio.wait_for(loadPackage(package, messageCallback=len, errorCallback=complaints.append), LOADING)
    except Exception as error:  # whatever JavaScript throws
        complaints.append(str(error))
    invalidate_caches()
    name = next(name for name, each in OPTIONAL.items() if each == package)
    if find_spec(name) is not None:
        _left_out[:] = [each for each in _left_out if find_spec(each) is None]
        return ""
    return (
        f"{package} was not loaded: either its address cannot be reached, or what came is not the file that this page "
        f"expects. ({' '.join(complaints) or 'No reason was given.'})"
    )


@contextmanager
def _limit(parts: list[CodeType], seconds: float) -> Iterator[None]:
    """Stop the cell at its next jump or call after the limit.  Python 3.11 has no means for this."""
    watch: Any = getattr(sys, "monitoring", None)
    if watch is None:
        yield
        return
    until, events = time.monotonic() + seconds, watch.events.JUMP | watch.events.PY_START
    tool = next(number for number in range(6) if watch.get_tool(number) is None)
    watch.use_tool_id(tool, "chalkgrad: time limit of a cell")

    def look(*_: Any) -> None:
        if time.monotonic() > until:
            raise NeverEndsError

    for event in (watch.events.JUMP, watch.events.PY_START):
        watch.register_callback(tool, event, look)
    _all_code.extend(code for part in parts for code in _nested(part))
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
    if isinstance(thing, type):  # its methods are those of its instances
        return {"text": repr(thing)}
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


def figures() -> set[int]:
    """The numbers of matplotlib's open figures."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()


def show_figures(numbers: set[int]) -> None:
    """What a cell has drawn with matplotlib, as its notebook back end shows it."""
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    for number in sorted(numbers):
        text = io.StringIO()
        pyplot.figure(number).savefig(text, format="svg", bbox_inches="tight")
        _output.show({"html": text.getvalue()[text.getvalue().index("<svg") :]})
        pyplot.close(number)


def _missing(error: BaseException) -> str:
    """The optional package that a cell needs, or nothing.

    A name that is not defined may be missing because an earlier cell needed a package.
    """
    cause: BaseException | None = error
    while cause is not None:
        text = f"{getattr(cause, 'name', '') or ''} {cause}"
        found = [name for name, package in OPTIONAL.items() if name in text or package in text]
        if isinstance(cause, ImportError) and found:
            return found[0]
        cause = cause.__cause__
    return _left_out[-1] if isinstance(error, NameError) and _left_out else ""


def _told(error: BaseException, name: str) -> str:
    """The error, with the lines of cells on the way to it; the library's own lines would not help."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.startswith("cell ")]
    lines = [f"{f.filename}, line {f.lineno}: {f.line}" for f in frames[-6:]]
    if isinstance(error, SyntaxError) and error.filename == name:
        line = linecache.getline(name, error.lineno or 0).strip()
        says = [f"{name}, line {error.lineno}: {line}", f"SyntaxError: {error.msg}"]
        if line.startswith(("%", "!", "?")) or line.endswith("?"):
            says.append(JUPYTER)
        return "\n".join(says)
    if isinstance(error, MemoryError):
        return "\n".join([*lines, "MemoryError: no memory is left. Does a loop in this cell never end?"])
    return "\n".join([*lines, *traceback.format_exception_only(error)]).strip()
