"""How is the C runtime built?  Once, with the C compiler on PATH; it is cached on disk, and loaded with `ctypes`.

Read `elementwise` first, `executable` next, and `runtime.c` beside this.  `file_cache` stores the library under a
name made from its source, its flags and the machine; from then on no compiler is needed, except for the rare rows and
for loops, which are libraries of their own, made in the same way.

The name comes from the text in C, although writing that takes each process 40 ms, and not from the Python files that it
is made from: a process whose files were edited after it imported them would keep a library of the old rows under the
name of the new ones.
"""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from autograd import file_cache
from autograd.compiler.c_backend import elementwise, opcodes
from autograd.compiler.passes.group import UnsupportedError

if TYPE_CHECKING:
    from pathlib import Path

FLAGS = ("-O2", "-fno-math-errno", "-fno-trapping-math", "-march=native", "-fPIC", "-std=gnu11")
ELEMENTS_FLAGS = ("-ffp-contract=off",)
"""Element-wise functions round as Python does: no fused multiply-add."""

GCC_FLAGS = ("-ftree-vectorize", "-fvect-cost-model=dynamic", "--param=vect-epilogues-nomask=0")
GCC_FLAGS_OF = {
    "elements.c": ("-O1",),  # many loops of one line
    "runtime.c": ("-fno-gcse", "-fno-tree-pre"),
}
"""Flags that only gcc needs, and flags that make compilation faster without slowing down the result."""


RETRY_AFTER = 3600.0
"""Seconds for which no process runs a compiler again that did not finish in time."""

_failures: dict[tuple[str, ...], str] = {}
"""Why a compiler could not build some sources: this process does not try them again."""


@cache
def runtime() -> Any:
    """The loaded runtime; raises UnsupportedError, with the reason, if it is not available."""
    text = files("autograd.compiler.c_backend").joinpath("runtime.c").read_text(encoding="utf-8")
    sources = {"opcodes.h": opcodes.header(), **elementwise.sources(), "runtime.c": text}
    loaded = library("runtime", sources, ["run", "pack"])
    loaded.run.restype = loaded.pack.restype = None
    return loaded


@cache
def add_rare_rows(to: Any) -> None:
    """Add the functions of the rare rows to the tables of the runtime; raises UnsupportedError, with the reason."""
    loaded = library("rows", elementwise.sources(rare=True), [*elementwise.TABLES])
    for table, each in elementwise.TABLES.items():
        pointers = ctypes.c_void_p * (2 * len(elementwise.kinds()) * each)
        functions = pointers.in_dll(to, table)
        for n, function in enumerate(pointers.in_dll(loaded, table)):
            functions[n] = functions[n] or function


def library(kind: str, sources: dict[str, str], functions: list[str]) -> Any:
    """The loaded library of these files, with these functions; raises UnsupportedError, with the reason."""
    made_of = "\0".join([*sources.values(), *FLAGS, *ELEMENTS_FLAGS, *GCC_FLAGS, str(GCC_FLAGS_OF)])

    def build(folder: Path) -> Path:
        compiler = _compiler()
        asked = (made_of, *compiler)
        if asked not in _failures:
            try:
                with file_cache.not_again(f"{kind} {compiler}", RETRY_AFTER):
                    return _compiled(compiler, sources, folder)
            except TimeoutError as reason:
                _failures[asked] = f"{reason}; it is tried again after {RETRY_AFTER / 60:g} minutes"
            except UnsupportedError as reason:
                _failures[asked] = str(reason)
        raise UnsupportedError(_failures[asked])

    def load(path: Path) -> Any:
        loaded = ctypes.CDLL(str(path))
        for name in functions:
            getattr(loaded, name)
        return loaded

    try:
        return file_cache.kept(kind, made_of, build, load)
    except AttributeError as error:  # a function is missing
        raise UnsupportedError(f"what the C compiler made cannot be used: {error}") from None
    except OSError as error:
        raise UnsupportedError(f"the {kind} cannot be built or loaded: {error}") from None


def _compiler() -> list[str]:
    """The command of the C compiler: the one named in CC, gcc, or cc."""
    named = os.environ.get("CC", "")
    whole = shutil.which(named)  # a path may contain spaces or quotes
    if whole is not None:
        return [whole]
    try:
        commands = [shlex.split(named), ["gcc"], ["cc"]]
    except ValueError as error:
        raise UnsupportedError(f"CC is {named!r}, which is not a command: {error}; correct or unset CC") from None
    for command in commands:
        found = shutil.which(command[0]) if command else None
        if found is not None:
            return [found, *command[1:]]
    raise UnsupportedError("no C compiler was found on PATH (gcc, cc, or the one named in CC)")


def _compiled(compiler: list[str], sources: dict[str, str], folder: Path) -> Path:
    """Compile all files in parallel, and link them into a library."""
    deadline = time.monotonic() + file_cache.BUILD_LIMIT
    _, about = _run([[*compiler, "--version"]], folder, deadline)
    gcc = "Free Software Foundation" in about
    commands = []
    for name, text in sources.items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        if path.suffix != ".c":
            continue
        flags = [*FLAGS, *(() if name == "runtime.c" else ELEMENTS_FLAGS)]
        flags += [*GCC_FLAGS, *GCC_FLAGS_OF.get(name, ())] if gcc else []
        commands.append([*compiler, *flags, "-c", str(path), "-o", str(path.with_suffix(".o"))])
    made = folder / "made.so"
    objects = [str((folder / name).with_suffix(".o")) for name in sources if name.endswith(".c")]
    for step in (commands, [[*compiler, "-shared", "-o", str(made), *objects, "-lm"]]):
        success, messages = _run(step, folder, deadline)
        if not success:
            raise UnsupportedError(f"the C compiler {compiler[0]} failed: {messages[:500]}")
    if not made.exists():
        raise UnsupportedError(f"the C compiler {compiler[0]} reported success, but made no library")
    return made


def _run(commands: list[list[str]], folder: Path, deadline: float) -> tuple[bool, str]:
    """Run commands in parallel: whether all succeed, and what they print.  TimeoutError if they take too long."""
    running: list[subprocess.Popen[bytes]] = []
    messages = folder / "messages.txt"  # no pipe: child processes of a stopped compiler could keep it open
    with messages.open("wb") as file:
        try:
            for command in commands:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
                )
                running.append(process)
            for process in running:
                process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            limit = file_cache.BUILD_LIMIT
            raise TimeoutError(f"the C compiler {commands[0][0]} was stopped after {limit:g} seconds") from None
        finally:
            for process in running:
                _stop(process)
    return not any(process.returncode for process in running), messages.read_bytes().decode(errors="replace")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Kill a process that is still running, with its child processes."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            if os.name == "posix":
                os.killpg(process.pid, signal.SIGKILL)
            else:
                process.kill()
        process.wait()
