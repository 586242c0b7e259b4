"""Where are compiled files kept?  In a private folder of the user's cache, each under a name that contains its hash.

Loading a damaged library kills Python without an exception.  So a file is written under a temporary name, synced and
renamed, and its hash is compared with its name before each use; what does not match is removed and built again.  A
lock file lets one process build while the others wait.

Nothing here is needed to read the engine; `compiler.building` and `drawing.engines` use it.
"""

from __future__ import annotations

import hashlib
import os
import platform
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
"""Seconds that building a file may take, and that another process waits for it."""
ABANDONED = 2 * BUILD_LIMIT
"""Seconds after which a lock can no longer be in use."""
PAUSE = 0.02
"""Seconds between two looks at the lock of another process."""


class CacheError(OSError):
    """The cache cannot be used; the message says why, and what to do."""


def kept(kind: str, made_of: str, build: Callable[[Path], Path], load: Callable[[Path], T]) -> T:
    """What `load` makes of the file of this kind that was made of this text on a machine like this one.

    If there is none, or it is damaged, or `load` raises, `build` makes it in the temporary folder that it is given, and
    returns its path.  Raises CacheError if the folder cannot be used or another process does not finish; and whatever
    `build` raises, or `load` for the file just built.
    """
    name = f"{kind}-{_digest((made_of + _machine()).encode())}"
    where = folder()
    found = _loaded(where, name, load)
    if not found:
        with _locked(where / f"{name}.lock"):
            found = _loaded(where, name, load) or [_built(where, name, build, load)]
    return found[0]


def folder() -> Path:
    """The cache folder, made if needed; raises CacheError if another user could write to it."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        where = Path(base) / "chalkgrad"
        where.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = where.stat()
    except (OSError, RuntimeError) as error:  # RuntimeError: there is no home
        raise CacheError(f"the cache folder cannot be used: {error}") from None
    if not _is_private(status):
        raise CacheError(f"the cache folder {where} can be written by others; make it private with chmod 700")
    return where


def _is_private(status: os.stat_result) -> bool:
    """Whether this user, and no other, can write it."""
    return not hasattr(os, "getuid") or (status.st_uid == os.getuid() and not status.st_mode & 0o022)


def _loaded(where: Path, name: str, load: Callable[[Path], T]) -> list[T]:
    """What is made of the file with this name; an empty list if there is none, and what cannot be used is removed."""
    for path in where.glob(f"{name}-*"):
        with suppress(Exception):
            status = path.lstat()
            if stat.S_ISREG(status.st_mode) and _is_private(status) and path.stem == _stem(name, path.read_bytes()):
                return [load(path)]
        with suppress(OSError):
            path.unlink()
    return []


def _built(where: Path, name: str, build: Callable[[Path], Path], load: Callable[[Path], T]) -> T:
    with tempfile.TemporaryDirectory(dir=where, ignore_cleanup_errors=True) as scratch:
        made = build(Path(scratch))
        made.chmod(0o700)
        path = where / (_stem(name, made.read_bytes()) + made.suffix)
        with made.open("rb+") as file:
            os.fsync(file.fileno())  # before the rename, or the name may outlive a power failure and the content not
        made.replace(path)
    try:
        return load(path)
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _stem(name: str, content: bytes) -> str:
    """The name, without its suffix, of a file with this content."""
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
                raise CacheError(f"another process has been building for {BUILD_LIMIT:g} seconds; else delete {lock}")
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
        if os.name == "nt":  # it is just being deleted
            return False
        raise
    with os.fdopen(handle, "w") as file:
        file.write(str(os.getpid()))
    return True


def _is_abandoned(lock: Path) -> bool:
    """Whether the process that made it has ended, or must have; two processes that build at once do no harm."""
    try:
        if time.time() - lock.stat().st_mtime > ABANDONED:
            return True
        if os.name == "posix":  # elsewhere, signal 0 is not harmless
            os.kill(int(lock.read_text()), 0)
    except ProcessLookupError:
        return True
    except (OSError, ValueError, OverflowError):  # released by now; another user's process; not a number
        return False
    return False


def _machine() -> str:
    """What machine code depends on: the processor and its features."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line for line in lines if line.startswith(("flags", "Features"))), "") + platform.machine()
    except OSError:
        return f"{platform.machine()} {platform.processor()}"
