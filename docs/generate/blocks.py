"""Does the code of a page run, and does it print what the page says?

The Python blocks of a page run in order, in one namespace and an empty folder.  What a block prints must be the comments
beside its `print`s, or the text block right after it.  Shell blocks run too: `chalkgrad ...` in the same folder; what
`pip install` names must be an extra of the project.  An indented block is not run: it shows code for somewhere else.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
BLOCK = re.compile(
    r"^```(?P<language>\w+)\n(?P<code>.*?)^```\n(?:\n```text\n(?P<output>.*?)^```\n)?", re.MULTILINE | re.DOTALL
)
PROMISE = re.compile(r"^\s*print\(.*\)  # (?P<shown>.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A block of a page; `output` is the text block right after it, if there is one."""

    language: str
    code: str
    output: str | None


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a page, in order; those without a language are directives or text."""
    for match in BLOCK.finditer(text):
        if match["language"] != "text":
            yield Block(match["language"], match["code"], match["output"])


def run(block: Block, names: dict[str, object]) -> str:
    """Run a block in the current folder; return what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        if block.language == "python":
            exec(compile(block.code, "page", "exec"), names)
        elif block.language == "sh":
            _run_commands(block.code)
        else:
            raise ValueError(f"there is no rule for a block of {block.language}")
    return printed.getvalue()


def check(block: Block, names: dict[str, object]) -> str:
    """Run a block; return what is wrong with what it printed, or an empty text."""
    printed = run(block, names)
    promised = [match["shown"] for match in PROMISE.finditer(block.code)]
    if block.output is not None and printed.strip() != block.output.strip():
        return f"the page says\n{block.output}\nand the block printed\n{printed}"
    if block.output is None and promised and printed.splitlines() != promised:
        return f"the page says {promised} and the block printed {printed.splitlines()}"
    return ""


def _run_commands(code: str) -> None:
    """Each line is a command of ours, which is run, or an installation or a program of the project, which must exist."""
    from chalkgrad.__main__ import build_parser, main

    for line in _lines(code):
        words = shlex.split(line, comments=True)
        if "--runner" in words:  # a sandbox, which may not be installed
            build_parser().parse_args(words[1:])
        elif words[:1] == ["chalkgrad"]:
            with contextlib.redirect_stderr(io.StringIO()):
                status = main(words[1:])
            if status not in (0, None):
                raise RuntimeError(f"{line}: exit status {status}")
        elif words[:4] == ["python", "-m", "pip", "install"]:
            _check_installation(words[4:])
        elif words[:1] == ["python"] and words[1].endswith(".py"):
            if not (ROOT / words[1]).exists():
                raise FileNotFoundError(words[1])
        elif words[:2] == ["jupyter", "lab"]:
            if not Path(words[2]).exists():
                raise FileNotFoundError(words[2])
        elif words:
            raise ValueError(f"there is no rule for the command {line}")


def _lines(code: str) -> Iterator[str]:
    """The commands; one with an open quotation continues on the next line."""
    line = ""
    for part in code.splitlines():
        line = f"{line}\n{part}" if line else part
        if line.count("'") % 2 == 0 or "#" in line:
            yield line
            line = ""


def _check_installation(words: list[str]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for name in re.findall(r"\[([\w,]+)\]", " ".join(words)):
        unknown = set(name.split(",")) - set(extras)
        if unknown:
            raise ValueError(f"pip install: there is no extra {sorted(unknown)}")


def write_outputs(page: Path) -> None:
    """Write what each block prints into the text block after it, if there is one."""
    names: dict[str, object] = {"__name__": "page"}

    def filled(match: re.Match[str]) -> str:
        block = Block(match["language"], match["code"], match["output"])
        if block.language not in ("python", "sh"):
            return match[0]
        printed = run(block, names)
        if block.output is None:
            return match[0]
        return f"```{block.language}\n{block.code}```\n\n```text\n{printed.strip()}\n```\n"

    page.write_text(BLOCK.sub(filled, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":  # python docs/generate/blocks.py docs/internals/ten_stops.md
    for name in sys.argv[1:]:
        write_outputs(Path(name))
