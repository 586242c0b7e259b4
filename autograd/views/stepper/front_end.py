"""Which files does the page consist of?  The scripts and the style sheet of the folder `page`, and its data.

`stepper` puts them into one page, `widget` into an anywidget.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

SCRIPTS = ("dom.js", "picture.js", "stepper.js")
"""The scripts of the folder `page`, in order."""


@cache
def source(name: str) -> str:
    """The text of a file of the folder `page`."""
    return files("autograd.views.stepper").joinpath("page", name).read_text(encoding="utf-8")


def scripts() -> str:
    """All scripts as one text."""
    return "".join(map(source, SCRIPTS))


def json_in_page(data: Any) -> str:
    """JSON that is safe inside a script element, whatever its strings contain."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
