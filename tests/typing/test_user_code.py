"""Type checkers refuse what is wrong in a user's program, and nothing else; README's programs pass."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("user_code.py")
EXPECTED = {n for n, line in enumerate(FILE.read_text(encoding="utf-8").splitlines(), 1) if line.endswith("# error")}


LENIENT = ("--allow-redefinition", "--disable-error-code=no-untyped-def", "--disable-error-code=no-untyped-call")
"""README's classes have no annotations, and it uses the names x and y again and again."""


def programs_of_readme(folder: Path) -> list[Path]:
    """One file for all Python blocks of README.md, in order: later ones use the names of earlier ones."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) > 5
    (folder / "readme.py").write_text("\n".join(blocks), encoding="utf-8")
    return [folder / "readme.py"]


def mypy(*paths: Path, options: tuple[str, ...] = ()) -> set[int]:
    """The lines with errors."""
    command = [sys.executable, "-m", "mypy", "--follow-imports=silent", *options, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return {int(line.split(":")[1]) for line in done.stdout.splitlines() if ": error:" in line}


def pyright(*paths: Path) -> set[int]:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, *map(str, paths)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found if each["severity"] == "error"}


@pytest.mark.slow
def test_mypy_sees_the_errors_of_a_user_and_no_others() -> None:
    assert mypy(FILE, options=("--strict",)) == EXPECTED


@pytest.mark.slow
def test_mypy_passes_the_programs_of_the_readme(tmp_path: Path) -> None:
    assert mypy(*programs_of_readme(tmp_path), options=("--strict", *LENIENT)) == set()


@pytest.mark.interop
def test_pyright_sees_the_errors_of_a_user_and_no_others() -> None:
    assert pyright(FILE) == EXPECTED


@pytest.mark.interop
def test_pyright_passes_the_programs_of_the_readme(tmp_path: Path) -> None:
    assert pyright(*programs_of_readme(tmp_path)) == set()
