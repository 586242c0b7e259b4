"""What the page shows runs: its Python blocks, in order, in one namespace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent.parent / "docs" / "beyond_one_machine.md"


def test_the_examples_of_the_first_half_run() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("## GPU and many machines (JAX)")[0]
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    space: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), space)
    assert space["history"].engine == "compiled"
