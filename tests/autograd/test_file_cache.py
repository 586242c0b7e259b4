"""Cached files: damaged ones are never loaded, one process builds, and an abandoned lock blocks no process."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autograd import file_cache

ROOT = Path(file_cache.__file__).parent.parent
CONTENT = b"some machine code" * 100


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "chalkgrad"


def kept(load: Any = Path.read_bytes, content: bytes = CONTENT, source: str = "its source") -> tuple[Any, int]:
    """What is loaded, and how often it was built."""
    built = []

    def build(folder: Path) -> Path:
        built.append(folder)
        (folder / "made.bin").write_bytes(content)
        return folder / "made.bin"

    return file_cache.kept("thing", source, build, load), len(built)


def test_it_is_built_once(cache: Path) -> None:
    assert kept() == (CONTENT, 1)
    assert kept() == (CONTENT, 0)
    (path,) = cache.iterdir()
    assert path.suffix == ".bin"
    assert cache.stat().st_mode & 0o777 == 0o700


def test_what_was_not_used_for_longest_is_removed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_cache, "MOST", 3)
    sources = "abcd"
    for age, source in enumerate(sources[:3], start=-10):
        kept(source=source)
        for path in cache.iterdir():
            if path.stat().st_mtime > time.time() - 5:
                os.utime(path, (time.time() + 10 * age,) * 2)
    other = cache / "another-kind.bin"
    other.write_bytes(b"")
    assert kept(source="a")[1] == 0  # so that it is the one used last
    assert kept(source="d")[1] == 1
    assert len(list(cache.iterdir())) == 4
    assert other.exists()
    monkeypatch.setattr(file_cache, "MOST", 9)
    assert [kept(source=source)[1] for source in sources] == [0, 1, 0, 0]


DAMAGE = {
    "truncated": CONTENT[:-1], "empty": b"", "longer": CONTENT + b"\0", "one bit": b"r" + CONTENT[1:],
    "zeros, as after a power failure": bytes(len(CONTENT)),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_never_loaded_but_built_again(cache: Path, damage: str) -> None:
    kept()
    (path,) = cache.iterdir()
    path.write_bytes(DAMAGE[damage])
    loaded: list[bytes] = []
    kept(lambda path: loaded.append(path.read_bytes()))
    assert loaded == [CONTENT]
    assert [each.read_bytes() for each in cache.iterdir()] == [CONTENT]


@pytest.mark.parametrize("filled", [False, True])
def test_a_folder_in_its_place_is_replaced(cache: Path, filled: bool) -> None:
    kept()
    (path,) = cache.iterdir()
    path.unlink()
    path.mkdir()
    if filled:
        (path / "something").write_text("else")
    assert kept() == (CONTENT, 1)
    assert kept() == (CONTENT, 0)


def test_what_took_too_long_rests_for_a_while(cache: Path) -> None:
    tried = []

    def attempt(seconds: float) -> None:
        with file_cache.not_again("building", seconds):
            tried.append(seconds)
            raise TimeoutError("stopped after 60 seconds")

    for seconds in (100.0, 100.0, 0.0, 100.0):
        with pytest.raises(TimeoutError, match="stopped after 60 seconds"):
            attempt(seconds)
    assert tried == [100.0, 0.0]  # the second and the last time it was not tried
    with file_cache.not_again("something else", 100.0):
        tried.clear()
    assert tried == []
    (note,) = cache.iterdir()
    os.utime(note, (0, 0))
    with file_cache.not_again("building", 100.0):
        pass
    assert list(cache.iterdir()) == []


def test_what_cannot_be_loaded_is_built_again_and_not_kept(cache: Path) -> None:
    kept()

    def refused(path: Path) -> None:
        raise ArithmeticError("another machine's")

    with pytest.raises(ArithmeticError, match="another machine's"):
        kept(refused, b"new")
    assert list(cache.iterdir()) == []


def test_a_build_that_fails_leaves_nothing(cache: Path) -> None:
    def build(folder: Path) -> Path:
        (folder / "half").write_bytes(b"")
        raise ArithmeticError("no")

    with pytest.raises(ArithmeticError, match="no"):
        file_cache.kept("thing", "its source", build, Path.read_bytes)
    assert list(cache.iterdir()) == []


def test_it_is_synced_before_it_is_renamed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order, sync, rename = [], os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda handle: (order.append("sync"), sync(handle)))
    monkeypatch.setattr(Path, "replace", lambda path, to: (order.append("rename"), rename(path, to)))
    kept()
    assert order == ["sync", "rename"]


ONE_OF_MANY = """
import sys, time
from pathlib import Path
from autograd import file_cache
def build(folder):
    with open(sys.argv[1], "a") as log:
        log.write("built\\n")
    time.sleep(0.3)
    (folder / "made.bin").write_bytes(b"made")
    return folder / "made.bin"
print(file_cache.kept("thing", "its source", build, Path.read_bytes).decode())
"""


def test_eight_processes_build_once(cache: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-c", ONE_OF_MANY, str(tmp_path / "log")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(8)]
    assert [process.communicate()[0] for process in running] == ["made\n"] * 8
    assert (tmp_path / "log").read_text() == "built\n"
    assert len(list(cache.iterdir())) == 1


def lock_of(cache: Path) -> Path:
    kept()
    (path,) = cache.iterdir()
    path.unlink()
    return cache / f"{path.stem.rpartition('-')[0]}.lock"


def test_a_lock_of_a_process_that_has_ended_is_taken(cache: Path) -> None:
    lock, process = lock_of(cache), subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    lock.write_text(str(process.pid))
    assert kept() == (CONTENT, 1)
    assert not lock.exists()


def test_an_old_lock_is_taken_even_if_its_number_is_another_process_by_now(cache: Path) -> None:
    lock = lock_of(cache)
    lock.write_text(str(os.getpid()))
    long_ago = time.time() - file_cache.ABANDONED - 1
    os.utime(lock, (long_ago, long_ago))
    assert kept() == (CONTENT, 1)


@pytest.mark.parametrize("text", ["", "its own"])
def test_a_lock_that_is_never_released_is_reported(cache: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = lock_of(cache)
    lock.write_text(text and str(os.getpid()))
    monkeypatch.setattr(file_cache, "BUILD_LIMIT", 0.1)
    with pytest.raises(
        file_cache.CacheError, match=r"has been building for 0\.1 seconds; if it has ended, delete .*\.lock"
    ):
        kept()
    assert lock.exists()


def test_a_folder_that_others_can_write_is_refused(cache: Path) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    with pytest.raises(file_cache.CacheError, match="is writable by other users; make it private with chmod 700"):
        kept()


def test_a_folder_of_another_user_is_refused(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept()
    owner = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    with pytest.raises(file_cache.CacheError, match="is writable by other users"):
        kept()


def test_without_a_home_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    with pytest.raises(file_cache.CacheError, match="the cache folder cannot be used"):
        kept()
