"""How does each student get a copy of a lesson with numbers of their own?

The copy is the learner's notebook of `course`, with a first cell that chooses the variant, and with the questions of
the variant in place of the plain ones. Read before: `course`, `exercises`, `roster`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from chalkgrad import course, exercises
from chalkgrad.exercises import Exercise, Function


def lesson_copy(lesson: str, code: str) -> tuple[str, str]:
    """File name and text of a lesson's notebook for the variant `code`.

    >>> import json
    >>> name, text = lesson_copy("02", "7f3a")
    >>> name, 'variant("7f3a")' in json.loads(text)["cells"][0]["source"][2]
    ('02-the-chain-rule-by-hand.ipynb', True)
    """
    source = course.lesson_sources()[lesson]
    made = course.notebook(source.read_text(encoding="utf-8"))
    varied = {e.number: e.varied(code).question for e in exercises.exercises_of(lesson) if e.vary is not None}
    for cell in made["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = _with_questions("".join(cell["source"]), varied).splitlines(keepends=True)
    first = f'from chalkgrad.exercises import variant\n\nvariant("{code}")'
    made["cells"].insert(0, course.cell("variant", "code", first))
    return source.with_suffix(".ipynb").name, course.text_of(made)


def _with_questions(text: str, varied: dict[str, str]) -> str:
    """The text with the paragraphs of these exercises replaced by their questions."""
    paragraphs = text.split("\n\n")
    for n, paragraph in enumerate(paragraphs):
        number = re.match(r"\*\*([\w-]+\.\d+)\*\*", paragraph)
        if number and number[1] in varied:
            paragraphs[n] = _question(number[1], varied[number[1]])
    return "\n\n".join(paragraphs)


def _question(number: str, question: str) -> str:
    return f"**{number}** {question.replace(' * ', ' · ')}"


def own_copy(path: Path, own: Sequence[Exercise], code: str) -> tuple[str, str]:
    """File name and text of a notebook that asks a teacher's own exercises, those of the file `path`."""
    begin = f'from chalkgrad.exercises import check, hint, load, variant\n\nload("{path.name}")\nvariant("{code}")'
    cells = [course.cell("variant", "code", begin)]
    for place, exercise in enumerate(own, 1):
        question = _question(exercise.number, exercise.varied(code).question)
        answer = f'{_blank(exercise)}\ncheck("{exercise.number}", answer)'
        cells += [course.cell(f"question-{place}", "markdown", question)]
        cells += [course.cell(f"answer-{place}", "code", answer)]
    return f"{own[0].number.rpartition('.')[0]}.ipynb", course.text_of(course.of_cells(cells))


def _blank(exercise: Exercise) -> str:
    if isinstance(exercise.kind, Function):
        return f"def answer({', '.join(exercise.kind.arguments or exercise.kind.names)}): ...\n\n"
    return "answer = ..."


def key_rows(
    names: Sequence[str], folders: Sequence[str], codes: Sequence[str], asked: Sequence[Exercise]
) -> Iterator[list[str]]:
    """A header and a row for each student: name, folder, variant, and the right answer to each exercise that varies."""
    varied = [exercise for exercise in asked if exercise.vary is not None]
    yield ["name", "folder", "variant", *(exercise.number for exercise in varied)]
    for name, folder, code in zip(names, folders, codes, strict=True):
        yield [name, folder, _kept(code), *(_shown(exercise.varied(code).right) for exercise in varied)]


def _kept(code: str) -> str:
    """The code, marked as text if a spreadsheet would take it for a number and save it as 473 or 5.70E+06."""
    return f"'{code}" if re.fullmatch(r"\d+(e\d+)?", code) else code


def _shown(answer: Any) -> str:
    if isinstance(answer, dict):
        return ", ".join(f"{name} = {_shown(number)}" for name, number in answer.items())
    return f"{answer:.6g}" if isinstance(answer, (int, float)) else str(answer)
