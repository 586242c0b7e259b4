"""How do formulas reach the page?  KaTeX turns LaTeX into HTML and MathML while the site is built.

A page then needs no script for its formulas, and a screen reader reads the MathML.  Node runs as one process for the
whole site, which answers one line of JSON with one line.
"""

from __future__ import annotations

import json
import subprocess
from functools import cache
from typing import TYPE_CHECKING, Any

from docutils import nodes

from generate.node import MODULES, node

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SERVER = """
const katex = require("katex");
require("readline").createInterface({ input: process.stdin }).on("line", line => {
  const { latex, display } = JSON.parse(line);
  let answer;
  try { answer = { html: katex.renderToString(latex, { displayMode: display, strict: "error", throwOnError: true }) }; }
  catch (error) { answer = { error: String(error.message) }; }
  process.stdout.write(JSON.stringify(answer) + "\\n");
});
"""


@cache
def _server() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [node(), "-e", SERVER], cwd=MODULES.parent, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


@cache
def html(latex: str, display: bool = False) -> str:
    """A formula as HTML.  Raises ValueError if KaTeX does not understand it."""
    server = _server()
    if server.stdin is None or server.stdout is None:
        raise RuntimeError("node was started without pipes")
    server.stdin.write(json.dumps({"latex": latex, "display": display}) + "\n")
    server.stdin.flush()
    answer = json.loads(server.stdout.readline())
    if "error" in answer:
        raise ValueError(f"{answer['error']} in the formula {latex}")
    return str(answer["html"])


def _inline(translator: Any, formula: nodes.math) -> None:
    translator.body.append(f'<span class="math">{html(formula.astext())}</span>')
    raise nodes.SkipNode


def _block(translator: Any, formula: nodes.math_block) -> None:
    text = formula.astext().strip()
    if "\\\\" in text and "\\begin" not in text:
        text = f"\\begin{{aligned}}{text}\\end{{aligned}}"
    translator.body.append(f'<div class="math">{html(text, display=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Make Sphinx use it."""
    app.add_html_math_renderer("katex", (_inline, None), (_block, None))
    app.add_css_file("katex/katex.min.css")
    return {"parallel_read_safe": True, "parallel_write_safe": False}
