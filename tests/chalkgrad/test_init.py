"""The other package named autograd is noticed before it can confuse anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def import_with(folder: Path, package: str) -> subprocess.CompletedProcess[str]:
    """Import a package where `folder` comes first on the path."""
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, "-c", f"import {package}"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
    )


@pytest.mark.parametrize("files", [["tracer.py"], ["tracer.py", "primitives.py"], []], ids=["hips", "mixed", "unknown"])
def test_another_autograd_is_refused_with_the_cure(tmp_path: Path, files: list[str]) -> None:
    (tmp_path / "autograd").mkdir()
    for name in ["__init__.py", *files]:
        (tmp_path / "autograd" / name).touch()
    done = import_with(tmp_path, "chalkgrad")
    assert done.returncode == 1
    message = done.stderr.splitlines()[-1]
    assert message.startswith("ImportError: ")
    assert str(tmp_path) in message
    assert "python -m pip uninstall" in message


def test_our_own_autograd_is_accepted(tmp_path: Path) -> None:
    assert import_with(tmp_path, "chalkgrad").stderr == ""


def test_the_version_is_written_once() -> None:
    """Hatchling reads it from the package, and so does the installed metadata."""
    import tomllib
    from importlib.metadata import version

    import chalkgrad

    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert configured["tool"]["hatch"]["version"]["path"] == "chalkgrad/__init__.py"
    assert "version" not in configured["project"]
    assert version("chalkgrad") == chalkgrad.__version__


def test_the_library_is_in_two_other_packages() -> None:
    import chalkgrad

    cure = "; the library is two packages beside this one: import autograd, import nn"
    with pytest.raises(AttributeError, match=f"^module 'chalkgrad' has no attribute 'Value'{cure}"):
        _ = chalkgrad.Value  # type: ignore[attr-defined]
    with pytest.raises(ImportError, match=f"^cannot import name 'nn' from 'chalkgrad'{cure}"):
        exec("from chalkgrad import nn", {})
    assert not hasattr(chalkgrad, "__wrapped__")
