"""The examples of docs/beyond_one_machine.md that need JAX are executed, in their order."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

DOCUMENT = Path(__file__).parents[4] / "docs" / "beyond_one_machine.md"


def test_the_examples_run() -> None:
    section = DOCUMENT.read_text(encoding="utf-8").split("## GPU and many machines (JAX)")[1]
    blocks = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    assert len(blocks) == 3
    done = subprocess.run([sys.executable, "-c", "\n".join(blocks)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
