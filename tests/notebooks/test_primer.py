"""What the primer shows is what Python says."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from typing import Any

import matplotlib
from lessons import NOTEBOOKS

BLOCKS = re.findall(r"```python\n(.*?)```", (NOTEBOOKS / "primer.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_run_and_give_what_the_comments_say() -> None:
    matplotlib.use("agg")
    names: dict[str, Any] = {}
    compared = 0
    for block in BLOCKS:
        with redirect_stdout(io.StringIO()):
            exec(block, names)
        for shown, comment in re.findall(r"^(\S.*?)  # (.*)$", block, re.MULTILINE):
            if shown.startswith("assert "):
                continue
            printed = io.StringIO()
            with redirect_stdout(printed):
                result = eval(re.sub(r"^\w+ = ", "", shown), names)
            assert comment.endswith(printed.getvalue().strip() or repr(result)), shown
            compared += 1
    assert compared >= 6
