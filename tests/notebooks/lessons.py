"""The lessons as data, for the tests of this folder."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

from scripts import loaded

ROOT = Path(__file__).parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"
SOURCES = sorted(NOTEBOOKS.glob("[0-9][0-9]-*.py"))


def load_builder() -> ModuleType:
    """notebooks/build.py, which is a script and in no package."""
    return loaded(NOTEBOOKS / "build.py")


def read_source(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # jupytext and nbformat have deprecations of their own
        import jupytext

        return jupytext.read(path)


def code_lines(source: str) -> list[str]:
    """The lines that are code: no blank ones, comments or magics."""
    return [line for line in source.splitlines() if line.strip() and not re.match(r"\s*[#%]", line)]


def text_of(output: Any) -> str:
    """What an output says as plain text."""
    data = output.get("data", {})
    return str(output.get("text") or data.get("text/markdown") or data.get("text/plain") or "")
