"""Which pages of the site run Python?  The playground, and the live form of each lesson.

`docs/build.py` calls `build` with the folder of the finished site.
"""

from __future__ import annotations

import html
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

LIVE = Path(__file__).parent
sys.path[:0] = [str(LIVE), str(LIVE.parent)]

from chalkgrad_live import cells, expression, network  # noqa: E402 - found in the folder of this file
from generate import node  # noqa: E402
from generate.python_in_browser import assemble, compress, renew_live  # noqa: E402

from chalkgrad import course  # noqa: E402

LABELS = {
    "data": "data set", "samples": "samples", "noise": "noise", "held": "share held back", "widths": "hidden layers",
    "activation": "activation", "init": "initial weights", "loss": "loss", "optimizer": "optimizer",
    "learning_rate": "learning rate", "momentum": "momentum (SGD)", "batch_size": "batch size", "l2": "L2 penalty",
    "seed": "seed",
}  # fmt: skip
"""What a learner reads beside each setting."""


def build(out: Path) -> None:
    """Add the pages to the site in `out`."""
    assemble(out / "python")
    playground(out / "playground")
    lessons(out)


def playground(folder: Path) -> None:
    """The playground; what it shows before Python has started is computed here."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (LIVE / "playground").iterdir():
        shutil.copyfile(source, folder / source.name)
    compress(node.MODULES / "katex" / "dist" / "katex.min.js", folder)
    offered, first = network.choices(), network.start({})
    parts = {
        "presets": "".join(map(_preset, offered["presets"])),
        "phenomenon": html.escape(offered["presets"][0]["says"]),
        "controls": "".join(_control(name, label, offered) for name, label in LABELS.items()),
        "plane": first["plane"], "curves": first["curves"], "network": first["network"],
        "program": html.escape(first["program"]), "formula": html.escape(expression.FIRST),
    }  # fmt: skip
    page = folder / "index.html"
    text = re.sub(r"\{(\w+)\}", lambda hole: parts[hole[1]], page.read_text(encoding="utf-8"))
    page.write_text(text, encoding="utf-8")


def _preset(preset: dict[str, Any]) -> str:
    settings = html.escape(json.dumps(preset["settings"]))
    return f'<button data-says="{html.escape(preset["says"])}" data-settings="{settings}">{preset["name"]}</button>'


def _control(name: str, label: str, offered: dict[str, Any]) -> str:
    """A list, a field for a number, or a field for text."""
    usual = offered["usual"][name]
    if name in offered["choices"]:
        options = "".join(
            f"<option{' selected' if choice == usual else ''}>{choice}</option>" for choice in offered["choices"][name]
        )
        field = f'<select name="{name}">{options}</select>'
    elif name in offered["limits"]:
        low, high = offered["limits"][name]
        step = "1" if isinstance(low, int) else "any"
        field = f'<input name="{name}" type="number" min="{low}" max="{high}" step="{step}" value="{usual}">'
    else:
        field = f'<input name="{name}" value="{usual}" inputmode="numeric" maxlength="60">'
    return f"<label>{label}{field}</label>"


def lessons(out: Path) -> None:
    """The live form of each lesson: the built page, with a script that turns its cells into editors."""
    folder = out / "live"
    folder.mkdir(exist_ok=True)
    for source in (LIVE / "lessons").iterdir():
        shutil.copyfile(source, folder / source.name)
    for path in course.lesson_sources().values():
        page = out / "lessons" / f"{path.stem}.html"
        link = f'<p><a href="../live/{page.name}">Run this lesson in your browser</a></p>'
        text = page.read_text(encoding="utf-8").replace(link, "")
        page.write_text(text.replace("</h1>", f"</h1>{link}", 1), encoding="utf-8")
        (folder / page.name).write_text(live(text, path), encoding="utf-8")


def live(page: str, lesson: Path) -> str:
    """A built lesson with its notebook, the style and the script.  Raises ValueError if cells are missing."""
    notebook = course.notebook(lesson.read_text(encoding="utf-8"))
    code = sum(cell["cell_type"] == "code" for cell in notebook["cells"])
    shown = len(re.findall(r'<div class="cell [^"]*docutils container"', page))
    if code != shown:
        raise ValueError(f"{lesson.name} has {code} code cells, its page shows {shown}")
    data = json.dumps(notebook).replace("<", "\\u003c")
    # Outputs are hidden until a cell runs; the colours of the code would be laid out only to be replaced by an editor.
    page = page.replace('<div class="cell_output ', '<div hidden class="cell_output ')
    page = re.sub(r'(?<=<div class="cell_input docutils container">).*?</pre>', _without_colours, page, flags=re.DOTALL)
    page = re.sub(r"<html\b", f'<html data-lesson="{lesson.stem}" data-limit="{cells.SECONDS:g}"', page, count=1)
    page = page.replace("</head>", '<link rel="stylesheet" href="lesson.css"></head>', 1)
    scripts = (
        f'<script type="application/json" id="notebook">{data}</script><script type="module" src="lesson.mjs"></script>'
    )
    # Elsewhere on the site a link to a page beside the lessons, such as the primer, leads to their folder.
    page = re.sub(r'href="((?!\d\d-)[\w-]+\.html)', r'href="../lessons/\1', page)
    return page.replace("</body>", scripts + "</body>", 1)


def _without_colours(code: re.Match[str]) -> str:
    """Highlighted code without its spans."""
    return re.sub("</?span[^>]*>", "", code[0])


if __name__ == "__main__":
    # After a change here: the pages of a finished site are replaced, all else in it stays.
    site = Path(sys.argv[1])
    renew_live(site / "python")
    playground(site / "playground")
    lessons(site)
