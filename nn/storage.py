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
from typing import TYPE_CHECKING, Any

from .checks import shown

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES = 400_000_000
"""A checkpoint of a million parameters with Adam's memory and the best parameters has about 300 million bytes."""
MAX_ITEMS = 10_000_000
MAX_LISTS = 100_000
MAX_DEPTH = 100
MAX_STRING = 1_000_000

_HEAD = rb'\{"chalkgrad": 1, "sha256": "([0-9a-f]{64})", "content":\n'
_TAIL = b"\n}\n"
_STRING_OR_BRACKET = rb'"(?:[^"\\]++|\\.)*+"?+|[\[\]{}]'  # possessive: linear in time, nothing to remember
_NAME_AND_NUMBER = (
    r'"([^"\\\x00-\x1f]*+)"[ \t\n\r]*+:[ \t\n\r]*+'
    r"(-?(?:0|[1-9][0-9]*+)((?:\.[0-9]++)?(?:[eE][-+]?[0-9]++)?))(?=[ \t\n\r,}])"
)


def write_content(path: Any, content: dict[str, Any]) -> None:
    """Write a temporary file, sync, rename, sync the folder: at any moment the old or the new file is complete.

    The file keeps its mode; a new file gets the mode of the umask. Raises ``PermissionError`` if the file is read-only,
    and ``ValueError`` for content that JSON or the limits of ``read_content`` do not allow.
    """
    import hashlib
    import json
    from pathlib import Path

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
        try:
            descriptor = os.open(temporary, flags, 0o666 if mode is None else mode)
        except FileNotFoundError:
            raise FileNotFoundError(
                errno.ENOENT, "there is no such folder; create it first", str(target.parent)
            ) from None
        if mode is not None:
            temporary.chmod(mode)  # not reduced by the umask
        yield temporary, descriptor
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def read_content(path: Any) -> dict[str, Any]:
    """The content of a file after every check of its bytes, size, depth and keys; ``ValueError`` for any fault."""
    import hashlib
    import re
    from pathlib import Path

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
    _check_extent(raw, head.end(), len(raw) - len(_TAIL), path)
    try:
        text = str(body, "ascii")
        del head, body, raw  # a large file is in memory once, not three times
        content = EntryReader(text).content()
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{shown(path)} holds no valid content: {error}") from error
    if not isinstance(content, dict):
        raise ValueError(f"{shown(path)} holds no valid content: it must be an object")
    return content


class EntryReader:
    """Reads JSON entry by entry, with the scanners of ``json``, in less than half the memory of ``json.loads``.

    That function remembers every name while it reads. This one keeps the names of the last object, since the parameters
    and the optimizer's memory have the same names, in the same order.
    """

    def __init__(self, text: str) -> None:
        import re
        from json import decoder

        standard: Any = decoder
        self.text = text
        self.scan = standard.JSONDecoder(parse_constant=_refuse_constant).scan_once
        self.string = standard.scanstring
        self.skip = re.compile(r"[ \t\n\r]*+").match
        self.number = re.compile(_NAME_AND_NUMBER).match
        self.names: list[str] = []

    def content(self) -> Any:
        """The whole content."""
        value, end = self.value(self.after_space(0))
        if self.after_space(end) != len(self.text):
            raise self.fault("Extra data", end)
        return value

    def value(self, start: int) -> tuple[Any, int]:
        """The value that begins at ``start``, and where it ends."""
        mark = self.text[start : start + 1]
        if mark not in ("{", "["):
            try:
                return self.scan(self.text, start)  # type: ignore[no-any-return]
            except StopIteration:
                raise self.fault("Expecting value", start) from None
        end = self.after_space(start + 1)
        found: Any = {} if mark == "{" else []
        last = "}" if mark == "{" else "]"
        if self.text[end : end + 1] == last:
            return found, end + 1
        known = iter(self.names)
        while True:
            if mark == "{":
                name, entry, end = self.named(end)
                like = next(known, name)
                if name in found:
                    raise ValueError(f"the entry {shown(name)} appears twice")
                found[like if like == name else name] = entry
            else:
                entry, end = self.value(end)
                found.append(entry)
            end = self.after_space(end)
            if self.text[end : end + 1] == last:
                break
            if self.text[end : end + 1] != ",":
                raise self.fault("Expecting ',' delimiter", end)
            end = self.after_space(end + 1)
        if mark == "{" and len(found) >= len(self.names):
            self.names = list(found)
        return found, end + 1

    def named(self, start: int) -> tuple[str, Any, int]:
        """A name and its value; most are plain names of numbers, which one search finds."""
        match = self.number(self.text, start)
        if match is not None:
            name, number, real = match.groups()
            return name, float(number) if real else int(number), match.end(2)
        if self.text[start : start + 1] != '"':
            raise self.fault("Expecting property name enclosed in double quotes", start)
        name, end = self.string(self.text, start + 1, True)
        end = self.after_space(end)
        if self.text[end : end + 1] != ":":
            raise self.fault("Expecting ':' delimiter", end)
        return name, *self.value(self.after_space(end + 1))

    def after_space(self, start: int) -> int:
        """Where the next character that is no space is."""
        return self.skip(self.text, start).end()  # type: ignore[union-attr]

    def fault(self, what: str, position: int) -> ValueError:
        """The error for a wrong character."""
        return ValueError(f"{what}: character {position}")


def _check_kind(mode: int, path: Any) -> None:
    """Refuse a pipe, on which reading would block, and a device, which a file would replace."""
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise ValueError(f"{shown(path)} is not a file but a pipe, a socket or a device: give the path of a saved file")


def _check_size(size: int, path: Any) -> None:
    if size > MAX_BYTES:
        raise ValueError(f"{shown(path)} has {size:,} bytes: more than the limit of {MAX_BYTES:,}")


def _check_extent(raw: bytes, begin: int, end: int, path: Any) -> None:
    """Refuse too many, too long or too deeply nested items, before any of them is built."""
    import re

    depth = lists = 0
    for match in re.compile(_STRING_OR_BRACKET, re.DOTALL).finditer(raw, begin, end):
        first, last = match.span()
        mark = raw[first]
        if mark == ord('"'):
            if last - first > MAX_STRING:
                raise ValueError(f"{shown(path)} holds a string of more than {MAX_STRING:,} characters")
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


def _refuse_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number that JSON allows")
