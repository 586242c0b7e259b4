"""How do grades become pages, one for each student and one for the class?

Read before: `judging`.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from chalkgrad import exercises
from chalkgrad.exercises.verdict import LOOKS
from chalkgrad.grading.judging import UNKNOWN, Grade, place_of
from chalkgrad.html_page import html_page
from chalkgrad.roster import distinct

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 54em; margin: 2em auto; padding: 0 1em; color: #1f2937 }
table { border-collapse: collapse } th, td { text-align: left; padding: .25em .8em; border-bottom: 1px solid #d1d5db }
td.number { text-align: right } section { break-inside: avoid; margin: 1.2em 0 } pre { white-space: pre-wrap }
.question { color: #4b5563 } @page { margin: 15mm } @media print { body { margin: 0; max-width: none } }
"""


def write_reports(folder: Path, grades: Sequence[Grade]) -> list[Path]:
    """Write index.html, the page of the class, and a page for each student; return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    names = file_names(list(dict.fromkeys(grade.student for grade in grades)))
    written = [folder / "index.html"]
    written[0].write_text(class_page(grades, names), encoding="utf-8")
    for student, name in names.items():
        written.append(folder / name)
        written[-1].write_text(student_page([g for g in grades if g.student == student]), encoding="utf-8")
    return written


def file_names(students: Sequence[str]) -> dict[str, str]:
    """A file name for each student, of letters and digits only, each different.

    >>> file_names(["b/anna", "b anna", "../x", "index"])
    {'b/anna': 'b-anna.html', 'b anna': 'b-anna-2.html', '../x': 'x.html', 'index': 'index-2.html'}
    """
    plain = [re.sub(r"\W+", "-", student).strip("-") for student in students]
    return {student: f"{name}.html" for student, name in zip(students, distinct(plain, ["index"]), strict=True)}


def student_page(grades: Sequence[Grade]) -> str:
    """The diagnoses of one student, for each lesson."""
    student = grades[0].student
    parts = [f"<h1>{html.escape(student)}</h1>"]
    for grade in grades:
        code = f", variant {html.escape(grade.variant)}" if grade.variant else ""
        parts.append(
            f"<h2>Lesson {html.escape(grade.lesson or 'unknown')}: {grade.right} of {len(grade.answers)} right</h2>"
            f"<p>{html.escape(Path(grade.path).name)}{code}; hints used: {grade.hints}.</p>"
        )
        parts += [f"<p><b>Error:</b> {html.escape(error)}</p>" for error in grade.errors]
        for answer in grade.answers:
            sign, colour = LOOKS[answer.state]
            says = answer.says or "Not answered."
            question = html.escape(exercises.find(answer.number, code=grade.variant).question)
            detail = f"<pre>{html.escape(answer.detail)}</pre>" if answer.detail else ""
            parts.append(
                f"<section><b style='color:{colour}'>{sign} {answer.number} {answer.state}</b>"
                f"<div class='question'>{question}</div><div>{html.escape(says)}</div>{detail}</section>"
            )
    return html_page(f"{student}: graded exercises", STYLE, "\n".join(parts))


def class_page(grades: Sequence[Grade], names: dict[str, str]) -> str:
    """What each student submitted, how each exercise went, and how often each mistake was made."""
    return html_page(
        "The class", STYLE,
        f"<h1>The class</h1>{_students(grades, names)}<h2>Exercises</h2>{_outcomes(grades)}"
        f"<h2>Mistakes, the most frequent first</h2>{_mistakes(grades)}",
    )  # fmt: skip


def _students(grades: Sequence[Grade], names: dict[str, str]) -> str:
    rows = [
        [
            f"<a href='{names[g.student]}'>{html.escape(g.student)}</a>", html.escape(g.lesson),
            f"{g.right}&nbsp;of&nbsp;{len(g.answers)}", str(g.hints), html.escape(g.error),
        ]
        for g in grades
    ]  # fmt: skip
    return _table(["student", "lesson", "right", "hints", "error"], rows)


def _outcomes(grades: Sequence[Grade]) -> str:
    counts = Counter((answer.number, answer.state) for grade in grades for answer in grade.answers)
    numbers = sorted({number for number, _ in counts}, key=place_of)
    states = ("right", "wrong", "open")
    return _table(["exercise", *states], [[n, *(str(counts[n, state]) for state in states)] for n in numbers])


def _mistakes(grades: Sequence[Grade]) -> str:
    """How often each mistake was made; the full diagnosis is the one first seen, as numbers differ with variants."""
    wrong = [answer for grade in grades for answer in grade.answers if answer.state == "wrong"]
    counts = Counter((answer.number, answer.mistake) for answer in wrong)
    said = {(answer.number, answer.mistake): answer.says for answer in reversed(wrong)}
    rows = [
        [str(count), number, html.escape(mistake if mistake == UNKNOWN else said[number, mistake])]
        for (number, mistake), count in sorted(
            counts.items(), key=lambda item: (-item[1], place_of(item[0][0]), item[0][1])
        )
    ]
    return _table(["times", "exercise", "diagnosis"], rows) if rows else "<p>None.</p>"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["<tr>" + "".join(f"<th>{name}</th>" for name in head) + "</tr>"]
    lines += ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
    return "<table>" + "\n".join(lines) + "</table>"
