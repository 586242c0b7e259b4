"""Whose file is it, which lesson is it about, and what is its code?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from chalkgrad.grading.submission import LARGEST, cells_of_script, read_submission, student_of, submissions


@pytest.mark.parametrize(
    ("path", "lesson", "student"),
    [
        ("anna/02-the-chain-rule-by-hand.ipynb", "02", "anna"),
        ("anna-02.ipynb", "02", "anna"),
        ("02_anna.ipynb", "02", "anna"),
        ("02/anna.py", "02", "anna"),
        ("10a/anna/02.ipynb", "02", "10a/anna"),
        ("anna b/02-the-chain-rule-by-hand (1).ipynb", "02", "anna b/(1)"),
        ("anna2002.ipynb", "02", "anna2002"),
        ("02.ipynb", "02", "02"),
        ("anna/gears.ipynb", "gears", "anna"),
    ],
)
def test_a_student_is_the_path_without_suffix_and_lesson(path: str, lesson: str, student: str) -> None:
    assert student_of(Path(path), lesson) == student


def test_the_lesson_is_in_the_name_or_in_the_code(tmp_path: Path) -> None:
    (tmp_path / "anna.py").write_text('check("05.1", 1)\ncheck("05.2", 1)\ncheck("02.1", 1)')
    (tmp_path / "bo-03.py").write_text('check("05.1", 1)')
    (tmp_path / "class 10").mkdir()
    (tmp_path / "class 10" / "dee-05.py").write_text('check("05.1", 1)\ncheck("02.1", 1)\ncheck("02.2", 1)')
    (tmp_path / "cy.py").write_text("x = 1")
    (tmp_path / "eve-07.py").write_text("x = 1")
    found = list(submissions(tmp_path))
    assert [(s.student, s.lesson) for s in found] == [
        ("anna", "05"), ("bo-03", "05"), ("class 10/dee", "05"), ("cy", ""), ("eve", "07")
    ]  # fmt: skip
    assert found[3].problem == "neither the file name nor a call of check(...) tells which lesson this is"


def test_hidden_folders_and_other_files_are_left_out(tmp_path: Path) -> None:
    for name in (
        ".ipynb_checkpoints/02.py",
        "a/02.py",
        "a/notes.txt",
        "a/mine.py",
        "__pycache__/02.py",
        "__MACOSX/a/02.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [s.path.relative_to(tmp_path) for s in submissions(tmp_path, {"mine.py"})] == [Path("a/02.py")]


def test_no_way_to_write_a_name_hides_a_submission(tmp_path: Path) -> None:
    for name in ("_anna/02.py", "bo/_02.py", "CY-02.PY", "dee-02.IPYNB"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text('{"cells": []}')
    found = list(submissions(tmp_path))
    assert [(s.student, s.problem) for s in found] == [("CY", ""), ("_anna", ""), ("bo", ""), ("dee", "")]


def test_a_script_is_split_at_its_cells() -> None:
    text = "# ---\n# jupyter:\n# ---\n\n# %% [markdown]\n# Text\n\n# %%\nx = 1\n\n# %%\ny = 2\n"
    assert [cell.strip() for cell in cells_of_script(text)[1:]] == ["x = 1", "y = 2"]
    assert cells_of_script("x = 1\n") == ["x = 1\n"]


def test_stored_outputs_are_not_read(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "source": "text"},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"], "outputs": [{"text": "✓ 02.1  Right."}]},
    ]
    (tmp_path / "02.ipynb").write_text(json.dumps({"cells": cells}))
    assert read_submission(tmp_path / "02.ipynb").cells == ("x = 1\ny = 2",)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"{", "does not open: it is not JSON"),
        (b"", "does not open: it is not JSON"),
        (b"[" * 100_000, "does not open: it is not JSON"),
        (b"[]", "does not open: it is not a notebook of version 4, which has a list of cells"),
        (b'{"worksheets": []}', "does not open: it is not a notebook of version 4, which has a list of cells"),
        (b'{"cells": [1]}', "does not open: one of its cells has no text"),
        (b'{"cells": [{"source": 1}]}', "does not open: one of its cells has no text"),
        (b"\xff\xfe", "does not open: it is not text in UTF-8"),
    ],
)
def test_what_does_not_open_is_told(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "anna-02.ipynb"
    path.write_bytes(content)
    submission = read_submission(path)
    assert (submission.student, submission.lesson, submission.cells) == ("anna", "02", ())
    assert submission.problem.startswith(problem)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalkgrad.grading.submission.LARGEST", 10)
    path = tmp_path / "02.py"
    path.write_text("x = 1" * 10)
    assert "it is larger than" in read_submission(path).problem
    assert LARGEST > 10_000_000


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("Test 02/02-the-chain-rule-by-hand.ipynb", "0002"),
        ("10a/Test 02/final.ipynb", "0002"),
        ("Jos\u0065\u0301/homework (1).ipynb", "aaaa"),
        ("JOS\u00c9-02.py", "aaaa"),
        ("Bo/Test 02/02.py", "0002"),
        ("Test-02.py", "cccc"),
        ("Test 02/Bo.ipynb", "0002"),
        ("stranger/02.py", None),
        ("Bo_12_assignsubmission_file_/02.py", None),
    ],
)
def test_a_key_knows_a_student_by_name_or_folder(tmp_path: Path, path: str, code: str | None) -> None:
    file = tmp_path / "Bo" / "handin" / path
    file.parent.mkdir(parents=True)
    file.write_text("check('02.2', 1)", encoding="utf-8")
    key = {"Test 02": "0002", "Jos\u00e9": "aaaa", "Bo": "bbbb", "Test": "cccc"}
    (found,) = submissions(tmp_path / "Bo" / "handin")
    assert key.get(found.student_in(key) or "") == code
    assert key.get(read_submission(file).student_in(key) or "") == code, "the folder of a file that is graded alone"
