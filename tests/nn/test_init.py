from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nn

ROOT = Path(nn.__file__).parents[1]


def run(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run code in ``folder``, which comes first on the path; this repository comes second."""
    command, environment = [sys.executable, "-c", code], os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)


def test_every_public_name_exists_and_is_listed_once() -> None:
    assert len(set(nn.__all__)) == len(nn.__all__)
    assert all(hasattr(nn, name) for name in nn.__all__)


def test_another_package_named_autograd_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "autograd").mkdir()
    (tmp_path / "autograd" / "__init__.py").write_text("def grad(f): return f\n")
    result = run("import nn", tmp_path)
    assert result.returncode != 0
    assert "ImportError: the package autograd in" in result.stderr
    assert "pip uninstall autograd chalkgrad" in result.stderr


def test_only_the_standard_library_is_loaded(tmp_path: Path) -> None:
    heavy = ("numpy", "matplotlib", "tqdm", "sklearn", "inspect", "dataclasses")
    code = f"import nn, sys; print(*[name for name in {heavy} if name in sys.modules])"
    result = run(code, tmp_path)
    assert (result.returncode, result.stdout.strip()) == (0, ""), result.stderr
