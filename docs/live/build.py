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
sys.path.insert(0, str(LIVE))

from chalkgrad_live import expression, network  # noqa: E402 - found in the folder of this file
from generate import node  # noqa: E402
from generate.python_in_browser import assemble, packed  # noqa: E402

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
    add_package(out / "python")
    playground(out / "playground")


def add_package(folder: Path) -> None:
    """Add `chalkgrad_live` to the wheels that a page loads."""
    wheel = packed(LIVE / "chalkgrad_live", folder)
    listed = folder / "packages.json"
    listed.write_text(json.dumps([*json.loads(listed.read_text("utf-8")), wheel.name]), encoding="utf-8")


def playground(folder: Path) -> None:
    """The playground; what it shows before Python has started is computed here."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in (LIVE / "playground").iterdir():
        shutil.copyfile(source, folder / source.name)
    shutil.copyfile(node.MODULES / "katex" / "dist" / "katex.mjs", folder / "katex.mjs")
    offered, first = network.choices(), network.start({})
    parts = {
        "presets": "".join(map(_preset, offered["presets"])),
        "phenomenon": html.escape(offered["presets"][0]["says"]),
        "controls": "".join(_control(name, label, offered) for name, label in LABELS.items()),
        "plane": first["plane"], "curves": first["curves"], "network": first["network"],
        "program": html.escape(first["program"]), "formula": html.escape(str(expression.FIRST["formula"])),
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
