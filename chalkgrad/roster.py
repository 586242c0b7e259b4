"""Who is in the class, and who was assigned which variant?

A roster is a CSV file with a column `name`, as a spreadsheet or a school's system writes it; a key is what
`chalkgrad assign` writes, perhaps saved again by a spreadsheet.
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
    rows = _rows(path)
    if not rows or "name" not in rows[0]:
        raise RosterError(f"{path} must have a first line with the column name, and a line for each student")
    names = [row["name"] for row in rows if row["name"]]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise RosterError(f"{path} has the name {twice!r} twice; make them different, such as {twice + ' B'!r}")
    return names


def read_key(path: Path) -> dict[str, str]:
    """The variant that each student was assigned, by the student's folder, from a key that `chalkgrad assign` wrote.

    Raises OSError if it cannot be read, and RosterError if it is not a key, or a spreadsheet has changed a variant.
    """
    rows = _rows(path)
    if not rows or not {"name", "variant"} <= rows[0].keys():
        raise RosterError(f"{path} must have the columns name and variant; `chalkgrad assign --key` writes it")
    named = [row for row in rows if row["name"]]
    key = {(row.get("folder") or row["name"]).removeprefix("'"): row["variant"].removeprefix("'") for row in named}
    for student, code in key.items():
        if not re.fullmatch("[0-9a-f]{4,}", code):
            raise RosterError(
                f"{path} has {code!r} as the variant of {student!r}, which is not one: has a spreadsheet changed it? "
                "`chalkgrad assign --key` writes the key again"
            )
    return key


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by column: with commas, semicolons or tabs, and with or without a byte order mark."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RosterError(f"{path} is not text in UTF-8; save it as CSV UTF-8") from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    return [
        {name.strip().lower(): (cell or "").strip() for name, cell in row.items() if name}
        for row in csv.DictReader(text.splitlines(), delimiter=delimiter)
    ]


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
