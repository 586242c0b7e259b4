"""Rosters as spreadsheets write them, folder names, and codes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chalkgrad.roster import RosterError, folder_names, read_key, read_roster, variant_codes


@pytest.mark.parametrize(
    "text",
    [
        "name\nAnna Ott\nBo\n",
        "\ufeffclass;Name\n10a;Anna Ott\n10a;Bo\n",
        'NAME,mail\n"Anna Ott",a@x\nBo,b@x\n,\n',
        "mail\tname\r\na\tAnna Ott\r\nb\tBo\r\n",
    ],
)
def test_it_is_read_however_it_was_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_roster(path) == ["Anna Ott", "Bo"]


def test_no_name_leads_out_of_the_folder() -> None:
    names = ["../../x", "a/b", "CON?", "...", "A", "a", ".hidden"]
    folders = folder_names(names)
    assert folders == ["x", "a-b", "CON", "student", "A", "a-2", "hidden"]


def test_codes_are_stable_and_different() -> None:
    names = [f"student {n}" for n in range(2000)]
    codes = variant_codes(names)
    assert len(set(codes)) == 2000
    assert variant_codes(names) == codes
    assert all(code.isalnum() and len(code) >= 4 for code in codes)


@pytest.mark.parametrize(
    "text",
    [
        "name,folder,variant,02.1\nAnna Ott,Anna Ott,cadd,\"f = 1, d = 2\"\n'=x,'=x,'1475,5\n",
        "\ufeffname;folder;variant;02.1\r\nAnna Ott;Anna Ott;cadd;f = 1, d = 2\r\n'=x;'=x;'1475;5\r\n;;;\r\n",
        "Variant\tName\ncadd\tAnna Ott\n1475\t=x\n",
    ],
)
def test_a_key_is_read_as_a_spreadsheet_saves_it(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key.csv"
    path.write_text(text, encoding="utf-8", newline="")
    assert read_key(path) == {"Anna Ott": "cadd", "=x": "1475"}


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (read_roster, b"first,last\nAnna,Ott\n", "must have a first line with the column name"),
        (read_roster, b"", "must have a first line with the column name"),
        (read_roster, b"name\nBo\nBo\n", "has the name 'Bo' twice; make them different, such as 'Bo B'"),
        (read_roster, b"name\nJos\xe9\n", "is not text in UTF-8; save it as CSV UTF-8"),
        (read_key, b"", "must have the columns name and variant; `chalkgrad assign --key` writes it"),
        (read_key, b"who,variant\nAnna,cadd\n", "must have the columns name and variant"),
        (
            read_key,
            b"name,variant\nAnna,473\n",
            "has '473' as the variant of 'Anna', which is not one: has a spreadsheet",
        ),
        (read_key, b"name,variant\nAnna,5.70E+06\n", "has '5.70E.06' as the variant of 'Anna'"),
        (read_key, b"name,variant\nAnna,\n", "has '' as the variant of 'Anna'"),
        (read_key, b"name,variant\nJos\xe9,cadd\n", "is not text in UTF-8"),
    ],
)
def test_what_cannot_be_used_is_told(
    read: Callable[[Path], object], content: bytes, message: str, tmp_path: Path
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    with pytest.raises(RosterError, match=message):
        read(path)
