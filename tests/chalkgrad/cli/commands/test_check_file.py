"""`chalkgrad check-file`: what is right with a teacher's exercises, and what is not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chalkgrad import exercises
from chalkgrad.__main__ import main

HEAD = "from chalkgrad.exercises import Exercise, Mistake, Number, Function\n"
GOOD = 'Exercise("g.1", "3 times 4?", Number(), 12, [Mistake(7, "You added.")], ["Multiply."])'


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    yield
    exercises._loaded.clear()


def checked(path: Path, *listed: str) -> int:
    path.write_text(f"{HEAD}EXERCISES = [{', '.join(listed)}]\n")
    return main(["check-file", str(path)])


def test_a_good_file_is_good(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    function = (
        'Exercise("g.2", "Write f(x).", Function(((1.0,), (2.0,))), lambda x: 2 * x, '
        '[Mistake(lambda x: x, "Twice.")], ["h"])'
    )
    assert checked(tmp_path / "g.py", GOOD, function) == 0
    out = capsys.readouterr().out
    assert "✓ g.1  3 times 4?\n    the right answer and 1 mistake are recognised" in out
    assert "2 of 2 exercises are as they should be" in out


@pytest.mark.parametrize(
    ("exercise", "said"),
    [
        (GOOD.replace("Mistake(7", "Mistake(12"), "this mistake counts as right: You added."),
        (GOOD.replace('"You added."', '""'), "mistake 1 has no message"),
        (GOOD.replace("3 times 4?", " "), "the question is empty"),
        (GOOD.replace('["Multiply."]', "[]"), "there is no hint"),
        (GOOD.replace("12,", '"twelve",'), "the right answer is not right"),
        (
            'Exercise("g.1", "f?", Function(((0.0,), (2.0,))), lambda x: 1 / x, [Mistake(lambda x: x, "No.")], ["h"])',
            "the right answer raises ZeroDivisionError: float division by zero",
        ),
        (
            GOOD.replace('[Mistake(7, "You added.")', '[Mistake(7, "A."), Mistake(7.001, "B.")'),
            "this mistake is not recognised: B. (It gets: A.)",
        ),
        (
            GOOD.replace('[Mistake(7, "You added.")', '[Mistake(7, "A."), Mistake(8, "A.")'),
            "two mistakes have the same message: A.",
        ),
        (GOOD.replace('["Multiply."]', '["h"], vary=lambda rng: {}'), "all variants ask the same question"),
        (GOOD.replace('["Multiply."]', '["h"], vary=lambda rng: 1 / 0'), "vary: ZeroDivisionError: division by zero"),
    ],
)
def test_each_fault_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], exercise: str, said: str) -> None:
    assert checked(tmp_path / "g.py", exercise) == 1
    out = capsys.readouterr().out
    assert said in out
    assert "0 of 1 exercises are as they should be" in out


def test_what_cannot_be_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-file", str(tmp_path / "none.py")]) == 2
    assert "No such file" in capsys.readouterr().err
    assert checked(tmp_path / "g.py") == 2
    assert "EXERCISES is empty" in capsys.readouterr().err
