"""How is the teacher's guide made?

From the lessons (the opening question), their syllabus (aim and minutes), the catalogue of mistakes (the misconceptions
that the exercises catch) and `lesson_notes.toml` (the board, and questions for discussion).

    python docs/teaching/build_guide.py           write guide.md
    python docs/teaching/build_guide.py --check   is it up to date?
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

from chalkgrad.course import cells, folder, lesson_sources
from chalkgrad.exercises import Exercise, exercises_of
from chalkgrad.grading.judging import Answer

HERE = Path(__file__).parent
HEAD = """# A guide for teachers

For each lesson: its aim, the time it takes, the question to open with, what to draw on the board, the misconceptions
that its exercises recognise, and questions for discussion. Made by `build_guide.py` from the lessons and the catalogue
of mistakes; do not edit it by hand.

To hand out lessons with different numbers for each student, and to grade what comes back, see [Grading](grading.md).
For exercises on paper, and for your own exercises, see [Worksheets and your own exercises](worksheets.md).
On a projector, the [playground](../in_a_browser.md#the-playground) shows one phenomenon per click.
"""


def guide() -> str:
    """The text of guide.md."""
    notes = tomllib.loads((HERE / "lesson_notes.toml").read_text(encoding="utf-8"))
    rows = _syllabus((folder() / "README.md").read_text(encoding="utf-8"))
    return "\n".join([HEAD, *(_lesson(number, *rows[number], notes[number]) for number in lesson_sources())])


def _syllabus(text: str) -> dict[str, tuple[str, int, str]]:
    """Title, minutes and aim of each lesson, from the table in the README of the notebooks."""
    found = re.findall(r"^\| (\d\d) \| \[(.*?)\]\(.*?\) \| (\d+) \|.*?\| (.*?) \|$", text, re.MULTILINE)
    return {number: (title, int(minutes), aim) for number, title, minutes, aim in found}


def _lesson(number: str, title: str, minutes: int, aim: str, notes: dict[str, object]) -> str:
    opening, exercises = max(5, round(minutes / 50) * 5), round(minutes * 0.35 / 5) * 5
    questions = notes["questions"]
    assert isinstance(questions, list)  # noqa: S101 - the file beside this one
    return "\n".join(
        [
            f"## {number} · {title}\n",
            f"**Aim.** Afterwards your students can {aim}.\n",
            f"**Time.** {minutes} minutes: {opening} for the opening question, {minutes - opening - exercises} for the "
            f"lesson with its predictions, {exercises} for the exercises.\n",
            f"**To open with.** {_opening_question(number)}\n",
            f"**On the board.** {notes['board']}\n",
            "**Misconceptions that the exercises recognise.**\n",
            *map(_misconceptions, exercises_of(number)),
            "\n**Questions for discussion.**\n",
            *(f"- {question}" for question in questions),
            "",
        ]
    )


def _opening_question(number: str) -> str:
    """The bold text at the beginning of a lesson."""
    text = lesson_sources()[number].read_text(encoding="utf-8")
    first = next(body for kind, body, _ in cells(text) if kind == "markdown")
    found = re.search(r"\*\*(.+?)\*\*", first, re.DOTALL)
    return " ".join((found[1] if found else "").split())


def _misconceptions(exercise: Exercise) -> str:
    named = [
        Answer(exercise.number, "wrong", says, known=True).mistake for _, says in exercise.kind.catalogued(exercise)
    ]
    return "\n".join([f"- {exercise.number} {exercise.question}", *(f"  - {name}" for name in dict.fromkeys(named))])


if __name__ == "__main__":
    path = HERE / "guide.md"
    if "--check" not in sys.argv:
        path.write_text(guide(), encoding="utf-8")
    elif path.read_text(encoding="utf-8") != guide():
        sys.exit("docs/teaching/guide.md is out of date: run python docs/teaching/build_guide.py")
