"""How are the bytes of a saved file written completely, and checked before they are used?

The file is JSON in three parts, every byte of which is checked::

    {"chalkgrad": 1, "sha256": "<64 digits>", "content":
    { ... }
    }

The checksum covers the bytes of the content; the rest must be exactly as above. Numbers are written by ``repr``, which
keeps every bit of a double. Nothing in a file is executed. Read before: nothing. Read after: ``checkpoint``.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .checks import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BYTES = 400_000_000
"""A checkpoint of a million parameters with Adam's memory and the best parameters has about 300 million bytes."""
MAX_ITEMS = 10_000_000
MAX_LISTS = 100_000
MAX_DEPTH = 100
MAX_STRING = 1_000_000

_HEAD = rb'\{"chalkgrad": 1, "sha256": "([0-9a-f]{64})", "content":\n'
_TAIL = b"\n}\n"
_STRING_OR_BRACKET = rb'"(?:[^"\\]++|\\.)*+"?+(\s*+:)?|[\[\]{}]'  # possessive: linear in time, nothing to remember


def write_content(path: Any, content: dict[str, Any]) -> None:
    """Write a temporary file, sync, rename, sync the folder: at any moment the old or the new file is complete.

    The file keeps its mode; a new file gets the mode of the umask. Raises ``PermissionError`` if the file is read-only,
    and ``ValueError`` for content that JSON or the limits of ``read_content`` do not allow.
    """
    import hashlib
    import json

    target = Path(path).resolve()
    mode = _mode_of(target)
    try:
        body = json.dumps(content, indent=1, allow_nan=False, ensure_ascii=True).encode()
    except (TypeError, ValueError) as error:
        raise ValueError(f"cannot save: {error}") from error
    _check_size(len(body), path)
    _check_extent(body, 0, len(body), path)
    head = f'{{"chalkgrad": 1, "sha256": "{hashlib.sha256(body).hexdigest()}", "content":\n'.encode()
    with _temporary_file(target, mode) as (temporary, descriptor), os.fdopen(descriptor, "wb") as file:
        for part in (head, body, _TAIL):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())
        file.close()
        temporary.replace(target)
    if os.name == "posix":  # the rename itself is only safe once the folder is on disk
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mode_of(target: Path) -> int | None:
    """The permissions of a file that may be replaced; ``None`` if it does not exist yet."""
    try:
        kind = target.stat().st_mode
    except FileNotFoundError:
        return None
    _check_kind(kind, target)
    mode = stat.S_IMODE(kind)
    if not mode & 0o222 or not os.access(target, os.W_OK):
        cure = "the file is read-only: make it writable, or save under another name"
        raise PermissionError(errno.EACCES, cure, str(target))
    return mode


@contextmanager
def _temporary_file(target: Path, mode: int | None) -> Iterator[tuple[Path, int]]:
    """A new file in the target's folder, open for writing, which is removed after an error."""
    temporary = target.with_name(f".{target.name}.{os.urandom(8).hex()}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(temporary, flags, 0o666 if mode is None else mode)
        if mode is not None:
            temporary.chmod(mode)  # not reduced by the umask
        yield temporary, descriptor
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_content(path: Any) -> dict[str, Any]:
    """The content of a file after every check of its bytes, size, depth and keys; ``ValueError`` for any fault."""
    import hashlib
    import json
    import re

    _check_kind(Path(path).stat().st_mode, path)
    with Path(path).open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        _check_size(size, path)
        raw = file.read(size + 1)
    head = re.match(_HEAD, raw)
    if head is None or not raw.endswith(_TAIL):
        raise ValueError(f"{shown(path)} is damaged, or was not written by this version of nn.save")
    body = memoryview(raw)[head.end() : -len(_TAIL)]
    if hashlib.sha256(body).hexdigest().encode() != head.group(1):
        raise ValueError(f"{shown(path)} is damaged: its checksum does not match")
    keys = _check_extent(raw, head.end(), len(raw) - len(_TAIL), path)
    try:
        text = str(body, "utf-8")
        del head, body, raw  # a large file is in memory once, not three times
        content = json.loads(text, parse_constant=_refuse_constant)
        if _keys_in(content) != keys:  # told apart afterwards: a list of pairs for each object takes much memory
            json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{shown(path)} holds no valid content: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{shown(path)} holds no valid content: it must be an object")
    return content


def _check_kind(mode: int, path: Any) -> None:
    """Refuse a pipe, on which reading would block, and a device, which a file would replace."""
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ValueError(f"{shown(path)} is not a file but a pipe, a socket or a device: give the path of a saved file")


def _check_size(size: int, path: Any) -> None:
    if size > MAX_BYTES:
        raise ValueError(f"{shown(path)} has {size:,} bytes: more than the limit of {MAX_BYTES:,}")


def _check_extent(raw: bytes, begin: int, end: int, path: Any) -> int:
    """Refuse too many, too long or too deeply nested items, before any of them is built; count the keys."""
    import re

    depth = lists = keys = 0
    for match in re.compile(_STRING_OR_BRACKET, re.DOTALL).finditer(raw, begin, end):
        first, last = match.span()
        mark = raw[first]
        if mark == ord('"'):
            if last - first > MAX_STRING:
                raise ValueError(f"{shown(path)} holds a string of more than {MAX_STRING:,} characters")
            keys += match.lastindex is not None
        elif mark in b"[{":
            lists += 1
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"{shown(path)} is nested more than {MAX_DEPTH} levels deep")
        else:
            depth -= 1
    for count, limit, what in [
        (lists, MAX_LISTS, "lists and objects"),
        (raw.count(b",", begin, end), MAX_ITEMS, "items"),
    ]:
        if count > limit:
            raise ValueError(f"{shown(path)} has {count:,} {what}: more than the limit of {limit:,}")
    return keys


def _keys_in(content: Any) -> int:
    """How many keys the objects in the content have together."""
    keys = 0
    todo: list[Any] = [[content]]
    for items in todo:
        for thing in items:
            if isinstance(thing, dict):
                keys += len(thing)
                todo.append(thing.values())
            elif isinstance(thing, list):
                todo.append(thing)
    return keys


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, entry in pairs:
        if key in found:
            raise ValueError(f"the entry {shown(key)} appears twice")
        found[key] = entry
    return found


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number that JSON allows")
