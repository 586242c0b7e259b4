"""Every exercise has a solution, in a folder of its own, and the checker finds it right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lessons import NOTEBOOKS, SOURCES

import chalkgrad.exercises
from chalkgrad.exercises import Verdict, exercises_of


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_solutions_are_right_and_complete(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts: list[Verdict] = []
    real_check = chalkgrad.exercises.check

    def check(number: str, answer: Any) -> Verdict:
        verdicts.append(real_check(number, answer))
        return verdicts[-1]

    monkeypatch.setattr(chalkgrad.exercises, "check", check)
    solution = NOTEBOOKS / "solutions" / path.name
    exec(compile(solution.read_text(encoding="utf-8"), str(solution), "exec"), {"__name__": "solution"})
    assert not [verdict for verdict in verdicts if not verdict]
    assert [verdict.number for verdict in verdicts] == [e.number for e in exercises_of(path.name[:2])]
