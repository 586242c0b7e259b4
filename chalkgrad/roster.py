"""Who is in the class?

A roster is a CSV file with a column `name`, as a spreadsheet or a school's system writes it.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path


class RosterError(ValueError):
    """A roster that cannot be used; the message says why."""


def read_roster(path: Path) -> list[str]:
    """The names, in the order of the file.

    Raises OSError if it cannot be read, and RosterError if it has no column `name`, or a name twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"{path} is not text in UTF-8; save it as CSV UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.DictReader(text.splitlines(), delimiter=delimiter))
    column = next((name for name in (rows[0] if rows else {}) if name and name.strip().lower() == "name"), None)
    if column is None:
        raise RosterError(f"{path} must have a first line with the column name, and a line for each student")
    names = [(row[column] or "").strip() for row in rows]
    names = [name for name in names if name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RosterError(f"{path} has the name {twice!r} twice; make them different, such as {twice + ' B'!r}")
    return names


def folder_names(names: Sequence[str]) -> list[str]:
    """A folder name for each student, without characters that some file systems refuse, each different.

    >>> folder_names(["Anna Ott", "../b", "B"])
    ['Anna Ott', 'b', 'B-2']
    """
    return distinct([re.sub(r'[<>:"/\\|?*\x00-\x1f]+', "-", name).strip(" .-_") for name in names])


def distinct(names: Sequence[str], used: Sequence[str] = ()) -> list[str]:
    """The names of files, with a number where a name occurs again or is `used`; capitals make no difference.

    >>> distinct(["b", "B", ""], used=["student"])
    ['b', 'B-2', 'student-2']
    """
    found, taken = [], set(used)
    for name in names:
        base = free = name or "student"
        n = 1
        while free.lower() in taken:
            n += 1
            free = f"{base}-{n}"
        taken.add(free.lower())
        found.append(free)
    return found


def variant_codes(names: Sequence[str]) -> list[str]:
    """A code of four or more digits and letters for each student, each different, the same at every call.

    >>> variant_codes(["anna", "bo"])
    ['5557', '3d09']
    """
    found: list[str] = []
    for name in names:
        digits = hashlib.sha256(name.encode()).hexdigest()
        found.append(next(digits[:length] for length in range(4, 32) if digits[:length] not in found))
    return found
