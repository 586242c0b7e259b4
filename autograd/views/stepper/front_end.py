"""Which files does the page consist of?  The scripts and the style sheet of the folder `page`, and its data.

`stepper` puts them into one page, `widget` into an anywidget.  The picture's colours are those of `draw`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from autograd.views.draw.dot import DARK, LIGHT
from autograd.views.draw.svg import colour_rules, within

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPTS = ("dom.js", "picture.js", "stepper.js")
"""The scripts of the folder `page`, in order."""
SIGNALS = {
    "rule": "#c9d0da", "incoming": "#0b57d0", "partial": "#a14700", "source": "#dbe8ff", "target": "#ffe6cc",
    "good": "#116329", "bad": "#b3261e", "button": "#eef1f6",
}  # fmt: skip
DARK_SIGNALS = {
    "rule": "#424c5a", "incoming": "#8ab4ff", "partial": "#ffb877", "source": "#1f3a66", "target": "#57350f",
    "good": "#7fd894", "bad": "#ff9f97", "button": "#29313c",
}  # fmt: skip
"""The colours of the page that no picture has."""


@cache
def source(name: str) -> str:
    """The text of a file of the folder `page`."""
    return files("autograd.views.stepper").joinpath("page", name).read_text(encoding="utf-8")


def scripts() -> str:
    """All scripts as one text, without comments and indentation."""
    lines = [line.strip() for name in SCRIPTS for line in source(name).splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("//"))


@cache
def style() -> str:
    """The style sheet, with the colours of both themes as variables."""
    light = _variables({**LIGHT, **SIGNALS})
    dark = _variables({**DARK, **DARK_SIGNALS}) + "color-scheme:dark"
    root = ".chalkgrad-stepper"
    themes = [
        f"{root}{{{light}color-scheme:light}}",
        f'@media screen and (prefers-color-scheme:dark){{{root}:not([data-theme="light"]){{{dark}}}}}',
        f'{root}[data-theme="dark"]{{{dark}}}',
        *(within(rule, f"{root} .picture svg") for rule in colour_rules(lambda name: f"var(--{name})")),
    ]
    return "\n".join([*themes, source("stepper.css")])


def _variables(colours: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in colours.items())


def json_in_page(data: Any) -> str:
    """JSON that is safe inside a script element, whatever its strings contain."""
    text = json.dumps(data, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
