"""The C runtime: built once into a private folder, refused where that is not safe, replaced by NumPy if missing."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from autograd import Value, file_cache, mish, tanh
from autograd.compiler import compile, pipeline
from autograd.compiler.c_backend import toolchain
from autograd.compiler.passes.group import UnsupportedError


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(pipeline, "_warned", [])
    toolchain.runtime.cache_clear()
    yield tmp_path / "chalkgrad"  # type: ignore[misc]
    toolchain.runtime.cache_clear()


def check_it_is_built_once(folder: Path) -> None:
    toolchain.runtime()
    (library,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = library.stat().st_mtime_ns
    toolchain.runtime.cache_clear()
    toolchain.runtime()
    assert library.stat().st_mtime_ns == before


@pytest.mark.slow
def test_the_real_compiler_runs_once(fresh: Path) -> None:
    check_it_is_built_once(fresh)


def test_without_a_compiler_auto_takes_numpy_and_says_so_once(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(fresh))
    monkeypatch.delenv("CC", raising=False)
    w = Value(2.0)
    program = compile(lambda x: w * x, [w], batched=True)
    with pytest.warns(RuntimeWarning, match="run with NumPy, not natively: no C compiler"):
        value, _ = program.value_and_grad(np.ones(200))
    assert value == 2.0
    assert re.search(r"backend numpy \(not c: no C compiler .*; NumPy takes 2 to 6 times as long", program.explain())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(lambda x: w * x, [w], batched=True)(np.ones(200))
    with pytest.raises(RuntimeError, match=r"backend 'c' is not available: no C compiler.*NumPy takes"):
        compile(lambda x: w * x, [w], batched=True, backend="c")(np.ones(3))


@pytest.fixture
def compilers(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In place of compiling, which takes seconds, the library that there is; and how often that was asked for."""
    toolchain.runtime.cache_clear()
    good = Path(toolchain.runtime()._name).read_bytes()
    toolchain.runtime.cache_clear()
    asked: list[str] = []

    def compiled(compiler: list[str], sources: object, folder: Path) -> Path:
        asked.append(compiler[0])
        (folder / "runtime.so").write_bytes(good)
        return folder / "runtime.so"

    monkeypatch.setattr(toolchain, "_compiled", compiled)
    return asked


def test_it_is_built_once_into_a_private_folder(compilers: list[str], fresh: Path) -> None:
    check_it_is_built_once(fresh)
    assert len(compilers) == 1


def test_once_built_no_compiler_is_needed(compilers: list[str], fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    toolchain.runtime()
    toolchain.runtime.cache_clear()
    monkeypatch.setenv("PATH", str(fresh))
    monkeypatch.setenv("CC", "no-such-compiler")
    assert compile(lambda x: x * x, batched=True, backend="c")([1.0, 3.0]) == 5.0
    assert len(compilers) == 1


def test_rare_rows_are_built_for_the_first_program_that_has_one(
    compilers: list[str], fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert compile(lambda x: tanh(x) ** 2.0, batched=True, backend="c")([0.0, 0.0]) == 0.0
    assert len(compilers) == 1
    monkeypatch.setenv("PATH", str(fresh))
    monkeypatch.setenv("CC", "no-such-compiler")
    program = compile(lambda x: mish(x) ** 2.0, batched=True)
    assert program([0.0] * 200) == 0.0
    assert "backend numpy (not c: no C compiler was found" in program.explain()


@pytest.mark.parametrize("harm", ["damaged", "truncated", "empty", "a link", "writable by others"])
def test_a_library_that_cannot_be_trusted_is_built_again(
    compilers: list[str], fresh: Path, harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toolchain.runtime()
    (good,) = fresh.iterdir()
    folder = fresh.parent / harm / "chalkgrad"  # another path: what was loaded from the first stays loaded
    folder.mkdir(mode=0o700, parents=True)
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent))
    library, content = folder / good.name, good.read_bytes()
    if harm == "a link":
        library.symlink_to(good)
    else:
        harmed = {"damaged": b"no library", "truncated": content[: len(content) // 3], "empty": b""}
        library.write_bytes(harmed.get(harm, content))
        library.chmod(0o666 if harm == "writable by others" else 0o600)
    toolchain.runtime.cache_clear()
    toolchain.runtime()
    assert len(compilers) == 2
    assert library.read_bytes() == content
    assert not library.is_symlink()


def test_a_folder_that_cannot_be_written_is_no_crash(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(file_cache.tempfile, "TemporaryDirectory", full)
        with pytest.raises(UnsupportedError, match=r"runtime cannot be built or loaded: .*No space left on device"):
            toolchain.runtime()
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    with pytest.raises(UnsupportedError, match="the cache folder cannot be used"):
        toolchain.runtime()


def test_a_compiler_with_options_in_cc(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    command = toolchain._compiler()[0]
    monkeypatch.setenv("CC", f"{command} -DNOTHING=1")
    assert toolchain._compiler() == [command, "-DNOTHING=1"]


@pytest.fixture
def compiler(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Let a shell script be the compiler."""

    def make(script: str) -> Path:
        path = fresh.parent / "another user's compiler"
        path.write_text(f"#!/bin/sh\n{script}\n", encoding="latin-1")
        path.chmod(0o755)
        monkeypatch.setenv("CC", str(path))
        return path

    return make


def test_a_compiler_with_spaces_and_a_quote_in_its_path(
    compiler: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(compiler("exit 1"))
    assert toolchain._compiler() == [path]
    monkeypatch.setenv("CC", f'"{path}" -O3')
    assert toolchain._compiler() == [path, "-O3"]


def test_a_quote_that_is_not_closed_is_reported_and_auto_takes_numpy(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", "gcc -DX='1")
    with pytest.raises(UnsupportedError, match='CC is "gcc -DX=\'1", which is not a command: No closing quotation'):
        toolchain.runtime()
    with pytest.warns(RuntimeWarning, match="run with NumPy, not natively: CC is"):
        assert compile(lambda x: x * x, batched=True)(np.full(200, 3.0)) == 9.0


FAILURES = {
    "that fails": ("echo no such machine >&2; exit 1", "failed: no such machine"),
    "whose messages are not UTF-8": ("echo caf\xe9 >&2; exit 1", "failed: caf\N{REPLACEMENT CHARACTER}"),
    "that makes nothing": ("exit 0", "reported success, but made no library"),
    "whose libraries are empty": (
        'case "$1" in -shared) exec cc -shared -o "$3" -x c /dev/null; esac',
        "cannot be used: .*undefined symbol",
    ),
    "that makes no libraries": ('case "$1" in -shared) echo text > "$3"; esac', "cannot be built or loaded"),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_compiler(kind: str, compiler: Callable[[str], Path], fresh: Path) -> None:
    script, message = FAILURES[kind]
    compiler(script)
    with pytest.raises(UnsupportedError, match=message):
        toolchain.runtime()
    assert list(fresh.iterdir()) == []


def test_a_compiler_that_hangs_is_stopped_with_all_that_it_started(
    compiler: Callable[[str], Path], fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = fresh.parent / "started"
    compiler(f"sleep 600 & echo $! >> {started}; wait")
    monkeypatch.setattr(file_cache, "BUILD_LIMIT", 0.5)
    for _ in range(3):  # and is not tried again, by another process either
        toolchain._failures.pop(next(iter(toolchain._failures), ()), None)
        with pytest.raises(UnsupportedError, match=r"s compiler was stopped after 0\.5 seconds"):
            toolchain.runtime()
    (sleeper,) = started.read_text().split()
    status = Path(f"/proc/{sleeper}/stat")
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"
    assert [path.read_text().partition(" was ")[2] for path in fresh.iterdir()] == ["stopped after 0.5 seconds"]


def test_imported_from_a_zip_file(tmp_path: Path) -> None:
    root = Path(toolchain.__file__).parents[3]
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as file:
        for path in (root / "autograd").rglob("*"):
            if "__pycache__" not in path.parts:
                file.write(path, path.relative_to(root))
    program = (
        f"import sys; sys.path[:] = [{str(tmp_path / 'all.zip')!r}, *{sys.path!r}]\n"
        "import autograd\n"
        "program = autograd.compile(lambda x: x * x, batched=True, backend='c')\n"
        "print('all.zip' in autograd.__file__, program([1.0, 3.0]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.stdout == "True 5.0\n", done.stderr
