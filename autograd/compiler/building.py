"""Where does the C runtime come from?  It is built once with the C compiler on PATH, kept, and loaded with `ctypes`.

Read `elements` first, `native` next, and `runtime.c` beside this.  The library is kept in a private folder of the
user's cache, under a name made from its source, its flags and the machine; once it is there, no compiler is needed.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import shlex
import shutil
import stat
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from autograd.compiler import elements
from autograd.compiler.group import UnsupportedError

FLAGS = ("-O2", "-fno-math-errno", "-fno-trapping-math", "-march=native", "-fPIC", "-std=gnu11")
ELEMENTS_FLAGS = ("-ffp-contract=off",)
"""Element-wise functions are rounded as Python rounds: no fused multiply-add."""

GCC_FLAGS = ("-ftree-vectorize", "-fvect-cost-model=dynamic", "--param=vect-epilogues-nomask=0")
GCC_FLAGS_OF = {
    "elements.c": ("-O1",),  # loops of one line, and many of them
    "runtime.c": ("-fno-gcse", "-fno-tree-pre"),
}
"""What other compilers do unasked, or need not be told; and what saves time when compiling, and costs none later."""


@cache
def runtime() -> Any:
    """The loaded runtime; raises UnsupportedError, with the reason, where it cannot be had."""
    text = (Path(__file__).parent / "runtime.c").read_text(encoding="utf-8")
    loaded = library("runtime", {**elements.sources(), "runtime.c": text})
    loaded.run.restype = loaded.pack.restype = None
    return loaded


def library(name: str, sources: dict[str, str]) -> Any:
    """The loaded library made of these files; raises UnsupportedError, with the reason, where it cannot be had."""
    made_of = "\0".join([*sources.values(), *FLAGS, *ELEMENTS_FLAGS, *GCC_FLAGS, str(GCC_FLAGS_OF), _machine()])
    key = hashlib.sha256(made_of.encode()).hexdigest()[:24]
    path = cache_folder() / f"{name}-{key}.so"
    loaded = _loaded(path) if _is_mine(path) else None
    if loaded is None:
        _build(_compiler(), sources, path)
        loaded = _loaded(path)
    if loaded is None:
        raise UnsupportedError(f"what the C compiler made cannot be loaded: {path}")
    return loaded


def cache_folder() -> Path:
    """A folder that only this user can write; raises UnsupportedError where another owns it."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        folder = Path(base) / "chalkgrad"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
    except (OSError, RuntimeError) as error:
        raise UnsupportedError(f"the cache folder cannot be used: {error}") from None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        raise UnsupportedError(f"the cache folder {folder} can be written by others; make it private with chmod 700")
    return folder


def _is_mine(library: Path) -> bool:
    """Whether this is a file, and no link, that this user made and nobody else can write."""
    try:
        status = library.lstat()
    except OSError:
        return False
    own = not hasattr(os, "getuid") or status.st_uid == os.getuid()
    return own and stat.S_ISREG(status.st_mode) and not status.st_mode & 0o022


def _loaded(library: Path) -> Any:
    """The library; None where the file is damaged."""
    try:
        return ctypes.CDLL(str(library))
    except OSError:
        return None


def _compiler() -> list[str]:
    """The command of the C compiler: the one named in CC, gcc, or cc."""
    for command in (os.environ.get("CC", ""), "gcc", "cc"):
        words = shlex.split(command)
        found = shutil.which(words[0]) if words else None
        if found is not None:
            return [found, *words[1:]]
    raise UnsupportedError("no C compiler was found on PATH (gcc, cc, or the one named in CC)")


def _build(compiler: list[str], sources: dict[str, str], library: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=library.parent) as folder:
            made = _compiled(compiler, sources, Path(folder))
            made.chmod(0o700)
            made.replace(library)  # at once, so that nobody loads half a file
    except OSError as error:
        raise UnsupportedError(f"{library.name} cannot be built in {library.parent}: {error}") from None


def _compiled(compiler: list[str], sources: dict[str, str], folder: Path) -> Path:
    """All files at the same time, and the library made of them."""
    running = []
    gcc = _is_gcc(compiler)
    for name, text in sources.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        flags = [*FLAGS, *(() if name == "runtime.c" else ELEMENTS_FLAGS)]
        flags += [*GCC_FLAGS, *GCC_FLAGS_OF.get(name, ())] if gcc else []
        command = [*compiler, *flags, "-c", str(path), "-o", str(path.with_suffix(".o"))]
        running.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
    errors = [process.communicate()[1] for process in running]
    if any(process.returncode for process in running):
        raise UnsupportedError(f"the C compiler {compiler[0]} failed: {''.join(errors)[:500]}")
    made = folder / "runtime.so"
    objects = [str((folder / name).with_suffix(".o")) for name in sources]
    command = [*compiler, "-shared", "-o", str(made), *objects, "-lm"]
    linked = subprocess.run(command, capture_output=True, text=True, check=False)
    if linked.returncode:
        raise UnsupportedError(f"the C compiler {compiler[0]} failed: {linked.stderr[:500]}")
    return made


def _is_gcc(compiler: list[str]) -> bool:
    """Whether it knows the options of gcc."""
    asked = subprocess.run([*compiler, "--version"], capture_output=True, text=True, check=False)
    return "Free Software Foundation" in asked.stdout


def _machine() -> str:
    """What -march=native depends on."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), "") + platform.machine()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
