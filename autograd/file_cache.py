"""Where are compiled files stored?  In a private folder of the user's cache, each under a name that contains its hash.

Loading a damaged library crashes Python without an exception.  So a file is written under a temporary name, synced and
renamed, and its hash is compared with its name before each use; a file that does not match is removed and rebuilt.  A
lock file lets one process build while the others wait.

Reading the engine does not need this file; `compiler.c_backend.toolchain` and `views.draw.layout_engines` use it.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import stat
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    T = TypeVar("T")

BUILD_LIMIT = 60.0
"""Time limit in seconds for building a file, and for waiting until another process has built it."""
ABANDONED = 2 * BUILD_LIMIT
"""Age in seconds at which a lock counts as abandoned."""
MOST = 2000
"""Number of files of one kind that are kept: after each new one, those not used for the longest time are removed."""
PAUSE = 0.02
"""Interval in seconds at which another process's lock is checked."""


class CacheError(OSError):
    """The cache cannot be used; the message says why and what to do."""


def kept(kind: str, made_of: str, build: Callable[[Path], Path], load: Callable[[Path], T]) -> T:
    """Load the cached file of this kind that was built from the text `made_of` on this type of machine.

    If it is missing or damaged, or `load` raises, `build` creates it in the temporary folder that it receives and
    returns its path.  Raises CacheError if the folder cannot be used or another process does not finish.  Errors of
    `build`, and of `load` for a file that was just built, propagate.
    """
    name = f"{kind}-{_digest((made_of + _machine()).encode())}"
    where = folder()
    found = _loaded(where, name, load)
    if not found:
        with _locked(where / f"{name}.lock"):
            found = _loaded(where, name, load) or [_built(where, name, build, load)]
        _remove_oldest(where, kind)
    return found[0]


@contextmanager
def not_again(action: str, seconds: float) -> Iterator[None]:
    """Let an action that raises TimeoutError rest for so many seconds, in all processes: raise its error at once."""
    note = folder() / f"failed-{_digest((action + _machine()).encode())}"
    with suppress(FileNotFoundError):
        if 0 <= time.time() - note.stat().st_mtime < seconds:
            raise TimeoutError(note.read_text(encoding="utf-8"))
        note.unlink()
    try:
        yield
    except TimeoutError as error:
        with suppress(OSError):
            note.write_text(str(error), encoding="utf-8")
        raise


def folder() -> Path:
    """The cache folder, created if needed; raises CacheError if other users can write to it."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        where = Path(base) / "chalkgrad"
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = where.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder
        raise CacheError(f"the cache folder cannot be used: {error}") from None
    if not _is_private(status):
        raise CacheError(f"the cache folder {where} is writable by other users; make it private with chmod 700")
    return where


def _is_private(status: os.stat_result) -> bool:
    """Whether only this user can write to it."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _loaded(where: Path, name: str, load: Callable[[Path], T]) -> list[T]:
    """The loaded file with this name, in a list; an empty list if there is none.  Unusable files are removed."""
    for path in where.glob(f"{name}-*"):
        with suppress(Exception):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and _is_private(status) and path.stem == _stem(name, path.read_bytes()):
                loaded = [load(path)]
                with suppress(OSError):
                    os.utime(path, ns=(time.time_ns(), status.st_mtime_ns))  # its last use
                return loaded
        with suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    return []


def _built(where: Path, name: str, build: Callable[[Path], Path], load: Callable[[Path], T]) -> T:
    with tempfile.TemporaryDirectory(dir=where, ignore_cleanup_errors=True) as scratch:
        made = build(Path(scratch))
        made.chmod(0o700)
        path = where / (_stem(name, made.read_bytes()) + made.suffix)
        with made.open("rb+") as file:
            os.fsync(file.fileno())  # before the rename, or a power failure may keep the name but lose the content
        made.replace(path)
    try:
        return load(path)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _remove_oldest(where: Path, kind: str) -> None:
    """Remove all but the `MOST` files of this kind that were used last; a process that has loaded one keeps it."""
    used = []
    for path in where.glob(f"{kind}-*-*"):
        with suppress(OSError):
            used.append((path.stat().st_atime_ns, path))
    for _, path in sorted(used)[:-MOST]:
        with suppress(OSError):
            path.unlink()


def _stem(name: str, content: bytes) -> str:
    """The name of a file with this content, without its suffix."""
    return f"{name}-{_digest(content)}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


@contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a lock file; raises CacheError if another process has held it for too long."""
    give_up = time.monotonic() + BUILD_LIMIT
    taken = False
    try:
        while not (taken := _take(lock)):
            if _is_abandoned(lock):
                lock.unlink(missing_ok=True)
            elif time.monotonic() > give_up:
                raise CacheError(
                    f"another process has been building for {BUILD_LIMIT:g} seconds; if it has ended, delete {lock}"
                )
            else:
                time.sleep(PAUSE)
        yield
    finally:
        if taken:
            lock.unlink(missing_ok=True)


def _take(lock: Path) -> bool:
    try:
        handle = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    except PermissionError:
        if os.name == "nt":  # it is being deleted
            return False
        raise
    with os.fdopen(handle, "w") as file:
        file.write(str(os.getpid()))
    return True


def _is_abandoned(lock: Path) -> bool:
    """Whether the process that created the lock has ended; if this is wrong, two processes build, which is harmless."""
    try:
        if time.time() - lock.stat().st_mtime > ABANDONED:
            return True
        if os.name == "posix":  # on other systems signal 0 is not harmless
            os.kill(int(lock.read_text()), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, OverflowError):  # already released; another user's process; not a number
        return False
    return False


def _machine() -> str:
    """The processor and its features, on which machine code depends."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), "") + platform.machine()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
