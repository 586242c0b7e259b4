"""The folder from which a page starts Python: what is compiled in it, what is left out, and how it is renewed."""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from generate import python_in_browser
from generate.python_in_browser import DROPPED, LARGE, PACKAGES, replace_compiled, run_in_pyodide

pytestmark = pytest.mark.docs


def names(folder: Path) -> list[str]:
    with tarfile.open(folder / PACKAGES) as archive:
        return archive.getnames()


def has_bytecode(of: str, packages: list[str]) -> bool:
    folder, _, module = of.rpartition("/")
    return any(name.startswith(f"{folder}/__pycache__/{module}.cpython-") for name in packages)


def test_what_a_page_imports_first_is_compiled_and_its_source_is_there(python_folder: Path) -> None:
    packages = names(python_folder)
    for module in ("autograd/value", "nn/losses", "chalkgrad/exercises/exercise", "chalkgrad_live/cells"):
        assert has_bytecode(module, packages)
        assert f"{module}.py" in packages
    assert not has_bytecode("chalkgrad/grading/judging", packages)  # nothing on a page imports it
    with zipfile.ZipFile(python_folder / "python_stdlib.zip") as library:
        assert {"typing.pyc", "json/decoder.pyc", "statistics.py"} <= set(library.namelist())
        assert "typing.py" not in library.namelist()


def test_packages_have_their_metadata_without_descriptions(python_folder: Path) -> None:
    with tarfile.open(python_folder / PACKAGES) as archive:
        texts = [archive.extractfile(file).read().decode() for file in archive if file.name.endswith("/METADATA")]
    assert {"Name: chalkgrad", "Name: tqdm", "Name: graphviz"} <= {line for text in texts for line in text.splitlines()}
    assert all("\n\n" not in text and "\nVersion: " in text for text in texts)


def test_large_files_are_there_compressed(python_folder: Path) -> None:
    for name in LARGE:
        assert gzip.decompress((python_folder / f"{name}.gz").read_bytes()) == (python_folder / name).read_bytes()


def test_renewing_replaces_the_pages_python_and_no_more(python_folder: Path, tmp_path: Path) -> None:
    shutil.copyfile(python_folder / PACKAGES, tmp_path / PACKAGES)
    python_in_browser.renew_live(tmp_path)
    before, after = names(python_folder), names(tmp_path)
    assert not has_bytecode("chalkgrad_live/cells", after)  # it would be older than the source
    assert set(before) - set(after) == {name for name in before if name.startswith("chalkgrad_live/__pycache__/")}
    assert (tmp_path / "boot.mjs").exists()


def test_what_is_compiled_is_never_dropped(tmp_path: Path) -> None:
    library = tmp_path / "library.zip"
    with zipfile.ZipFile(library, "w") as archive:
        for name in ("pdb.py", "pdbx.py", "encodings/cp437.py", "encodings/cp1252.py", "wave.py"):
            archive.writestr(name, name)
    compiled = tmp_path / "compiled"
    compiled.mkdir()
    (compiled / "wave.pyc").write_bytes(b"bytecode")
    replace_compiled(library, compiled, DROPPED)
    with zipfile.ZipFile(library) as archive:
        assert sorted(archive.namelist()) == ["encodings/cp437.py", "pdbx.py", "wave.pyc"]


WITHOUT = """
import io, sys

gone = set(sys.argv[1:])

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in gone):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

for name in gone & sys.modules.keys():
    del sys.modules[name]
sys.meta_path.insert(0, Refuse())
import numpy, matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot([1, 2])
figure.savefig(io.StringIO(), format="svg")
from sklearn.datasets import load_wine
print(load_wine().data.shape, float(numpy.linalg.norm([3.0, 4.0])))
"""


def test_what_can_be_loaded_does_without_what_is_dropped() -> None:
    """Checked natively: the packages for a browser are at an address that tests do not ask."""
    gone = [name.rstrip("./").replace("/", ".") for name in DROPPED if not name.startswith("encodings/")]
    command = [sys.executable, "-c", WITHOUT, *gone]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "(178, 13) 5.0\n", done.stderr


def test_matplotlib_would_draw_without_a_screen(python_folder: Path, tmp_path: Path) -> None:
    program = tmp_path / "backend.py"
    program.write_text("import os\nresult = os.environ['MPLBACKEND'] + ' ' + os.environ['HOME']\n", encoding="utf-8")
    assert run_in_pyodide(python_folder, program, tmp_path) == "module://chalkgrad_live.inline /home/pyodide"


def test_the_folder_may_be_relative(python_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sum.py").write_text("result = str(2 + 3)\n", encoding="utf-8")
    (tmp_path / "site").symlink_to(python_folder)
    monkeypatch.chdir(tmp_path)
    assert run_in_pyodide(Path("site"), Path("sum.py"), Path()) == "5"
