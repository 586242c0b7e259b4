"""Rosters as spreadsheets write them, folder names, and codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from chalkgrad.roster import RosterError, folder_names, read_roster, variant_codes


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"first,last\nAnna,Ott\n", "must have a first line with the column name"),
        (b"", "must have a first line with the column name"),
        (b"name\nBo\nBo\n", "has the name 'Bo' twice; make them different, such as 'Bo B'"),
        (b"name\nJos\xe9\n", "is not text in UTF-8; save it as CSV UTF-8"),
    ],
)
def test_what_cannot_be_used_is_told(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(content)
    with pytest.raises(RosterError, match=message):
        read_roster(path)


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
