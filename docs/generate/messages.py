"""What raises what?  An index of error messages, made by running the tests of slips and of wrong inputs.

`tests/trust/test_slips.py` holds the smallest program for each slip, and `tests/trust/test_wrong_inputs.py` a good call
of every public function.  Each message on the page is what the program gives now.
"""

from __future__ import annotations

import ast
import inspect
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import chdir
from types import ModuleType
from typing import Any

from generate.repository import DOCS, ROOT

MEANINGS = DOCS / "reference" / "slips.toml"


def pages() -> dict[str, str]:
    """The page by its path."""
    return {"reference/messages.md": messages()}


def messages() -> str:
    """The page."""
    meanings = tomllib.loads(MEANINGS.read_text(encoding="utf-8"))
    parts = [HEAD]
    for program, error in slips():
        meaning = meanings[program]
        parts += [
            f"### {meaning['title']}\n",
            f"{meaning['meaning']}\n",
            f"```python\n{meaning.get('program', program)}\n```\n",
            f"```{{code-block}} text\n:class: wrapped\n\n{type(error).__name__}: {error}\n```\n",
            f"**Instead:** {meaning['instead']}\n",
        ]
    parts += [WRONG_INPUTS, *_wrong_inputs()]
    return "\n".join(parts)


def test_module(name: str) -> ModuleType:
    """A file of `tests/trust`."""
    folder = str(ROOT / "tests" / "trust")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return __import__(name)


def slips() -> Iterator[tuple[str, Exception]]:
    """The smallest program of each slip, and the error that it raises."""
    module = test_module("test_slips")
    tree = ast.parse(inspect.getsource(module))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    (entries,) = (
        node.value.elts
        for node in tree.body
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "SLIPS" and isinstance(node.value, ast.List)
    )
    seen = set()
    for entry, (slip, *_) in zip(entries, module.SLIPS, strict=True):
        if not isinstance(entry, ast.Tuple):
            raise TypeError(f"an entry of SLIPS is no tuple: {ast.unparse(entry)}")
        first = entry.elts[0]
        program = ast.unparse(first.body) if isinstance(first, ast.Lambda) else _body(functions[ast.unparse(first)])
        error = raised(slip)
        if error is None:
            raise RuntimeError(f"a slip raises no error: {program}")
        if str(error) not in seen:
            seen.add(str(error))
            yield program, error


def _body(function: ast.FunctionDef) -> str:
    return "\n".join(ast.unparse(statement) for statement in function.body)


def raised(run: Callable[[], Any]) -> Exception | None:
    """The error that a program raises."""
    try:
        run()
    except Exception as error:
        return error
    return None


def _wrong_inputs() -> Iterator[str]:
    """For each public function, what a wrong value of each argument gets."""
    module = test_module("test_wrong_inputs")
    with tempfile.TemporaryDirectory() as folder, chdir(folder):
        import nn

        nn.save(nn.Neuron(1), "m.json")
        for group in ("autograd", "nn"):
            for name in sorted((name for name in module.GOOD if name.startswith(f"{group}.")), key=str.lower):
                rows = [row for argument in module.GOOD[name] if (row := _row(module, name, argument)) is not None]
                if rows:
                    yield f"### {name}\n"
                    yield "\n".join(f"- {argument} = {wrong}: {message}" for argument, wrong, message in rows) + "\n"


def _row(module: ModuleType, name: str, argument: str) -> tuple[str, str, str] | None:
    """The first wrong value that this argument refuses, and the message."""
    for kind in ("None", "string", "object", "nested"):
        if module.is_right(name, argument, kind):
            continue
        wrong = module.WRONG[kind]
        arguments = {each: wrong if each == argument else make() for each, make in module.GOOD[name].items()}
        error = raised(lambda: module.called(name, arguments))  # noqa: B023 - called at once
        if error is not None and " at 0x" not in str(error):
            return f"`{argument.lstrip('*')}`", f"`{wrong!r}`", _in_a_cell(f"{type(error).__name__}: {error}")
    return None


def _in_a_cell(text: str) -> str:
    """Plain text inside a Markdown table."""
    for character in "\\`*_[]<>|$":
        text = text.replace(character, f"\\{character}")
    return " ".join(text.split())


HEAD = """# Error messages

A message says what was wrong, the value that was given, and what to do. After an error everything is as it was before.

## Common slips

The programs begin with `import math, autograd, nn` and `from autograd import Value`.

"""
WRONG_INPUTS = """## Wrong arguments

What each function says about a wrong value of each of its arguments. One wrong value is shown for each; others get the same
message with their own value.
"""
