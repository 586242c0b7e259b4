"""Every lesson keeps the rules of a lesson: in step with its pair, short cells, prose, asserts, open exercises."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lessons import NOTEBOOKS, SOURCES, code_lines, load_builder, read_source, text_of
from optional import LESSONS, NEEDED_BY_LESSON

from chalkgrad.exercises import check, exercises_of, hint

BUILDER = load_builder()
each_lesson = pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)


@cache  # each is read by a dozen tests, and changed by none
def notebook(path: Path) -> Any:
    return BUILDER.committed(path)


def code_cells(path: Path) -> list[Any]:
    return [cell for cell in notebook(path).cells if cell.cell_type == "code"]


def test_the_whole_course_is_there() -> None:
    assert [path.name[:2] for path in SOURCES] == LESSONS


@each_lesson
def test_the_pair_is_in_step(path: Path) -> None:
    source, built = read_source(path), notebook(path)
    cells = [[(cell.cell_type, cell.source) for cell in n.cells] for n in (source, built)]
    assert cells[0] == cells[1], f"run: python notebooks/build.py {path.name[:2]}"


@each_lesson
def test_it_was_run_from_top_to_bottom(path: Path) -> None:
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [o for cell in cells for o in cell.outputs if o.output_type == "error"]


@each_lesson
def test_cells_are_short(path: Path) -> None:
    long = [cell.source for cell in code_cells(path) if len(code_lines(cell.source)) > 10]
    assert not long, long[0]


@each_lesson
def test_there_is_as_much_prose_as_code(path: Path) -> None:
    cells = notebook(path).cells
    prose, code = ([cell.source for cell in cells if cell.cell_type == kind] for kind in ("markdown", "code"))
    assert sum(len(text.split()) for text in prose) >= sum(len(text.split()) for text in code)
    assert sum(map(len, prose)) >= sum(map(len, code))


@each_lesson
def test_it_opens_with_a_question(path: Path) -> None:
    first = notebook(path).cells[0]
    assert first.source.startswith(f"# {path.name[:2]} · ")
    assert re.search(r"\n\*\*[^\n].*?\?.*?\*\*", first.source, re.DOTALL), (
        "the question stands in bold in the first cell"
    )


@each_lesson
def test_it_asks_for_predictions_and_asserts_what_it_claims(path: Path) -> None:
    cells = notebook(path).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    asserting = [cell for cell in cells if cell.cell_type == "code" and "assert " in cell.source]
    assert prose.count("**Predict") >= 3
    assert len(asserting) >= 6


@each_lesson
def test_something_is_broken_on_purpose(path: Path) -> None:
    prose = "\n".join(cell.source for cell in notebook(path).cells if cell.cell_type == "markdown")
    assert re.search(r"Break it|Broken engine", prose)


@each_lesson
def test_no_solution_stands_in_it(path: Path) -> None:
    lesson, solved = (functions(read_source(p)) for p in (path, NOTEBOOKS / "solutions" / path.name))
    answers = set(re.findall(r'check\("[^"]+", (\w+)\)', (NOTEBOOKS / "solutions" / path.name).read_text("utf-8")))
    given = {body: name for name, body in lesson.items()}
    assert not {name: given[body] for name, body in solved.items() if name in answers and body in given}


def functions(notebook: Any) -> dict[str, str]:
    """The bodies of all functions in the cells, without what they are called."""
    found = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            tree = ast.parse("\n".join(line for line in cell.source.splitlines() if not line.startswith("%")))
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef):
                    found[node.name] = "\n".join(map(ast.dump, node.body))
    return found


@each_lesson
def test_it_has_pictures_in_its_outputs(path: Path) -> None:
    data = [o.get("data", {}) for cell in code_cells(path) for o in cell.outputs]
    pictures = [d for d in data if "image/png" in d or "<svg" in d.get("text/html", "") + d.get("image/svg+xml", "")]
    assert pictures


@each_lesson
def test_its_exercises_are_all_there_and_none_is_solved(path: Path) -> None:
    lesson = path.name[:2]
    verdicts = [text_of(o) for cell in code_cells(path) for o in cell.outputs if re.match(r"[○✓✗] ", text_of(o))]
    assert [verdict[2:6] and verdict.split()[1] for verdict in verdicts] == [e.number for e in exercises_of(lesson)]
    assert all(verdict.startswith("○") for verdict in verdicts), "an exercise is answered in the notebook"


@each_lesson
def test_an_exercise_needs_no_cell_before_it(path: Path) -> None:
    """After the import of `check`; so who comes back to an exercise need not run the whole lesson again."""
    cells = [cell for cell in code_cells(path) if f'check("{path.name[:2]}.' in cell.source]
    for cell in cells:
        exec(cell.source, {"check": check, "hint": hint})
    assert len(cells) == len(exercises_of(path.name[:2]))


@each_lesson
def test_outputs_are_short_and_the_file_is_small(path: Path) -> None:
    texts = [text_of(output) for cell in code_cells(path) for output in cell.outputs]
    assert max(len(text.splitlines()) for text in texts) <= 40
    assert path.with_suffix(".ipynb").stat().st_size < 1_000_000


@each_lesson
def test_nothing_in_it_belongs_to_one_machine(path: Path) -> None:
    text = path.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert not re.search(r"0x[0-9a-f]{8,}|/home/|/tmp/|/root/|site-packages", text)


@each_lesson
def test_links_lead_somewhere(path: Path) -> None:
    prose = "\n".join(cell.source for cell in notebook(path).cells if cell.cell_type == "markdown")
    for target in re.findall(r"\]\(([^)#]+)\)", prose):
        deleted = target[:2] in NEEDED_BY_LESSON and target[:2] not in LESSONS
        assert target.startswith("http") or (NOTEBOOKS / target).exists() or deleted, target


def test_the_syllabus_names_every_lesson() -> None:
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\((\d\d-[a-z0-9-]+)\.ipynb\)", text)
    assert [name for name in named if name[:2] in LESSONS] == [path.stem for path in SOURCES]


@each_lesson
def test_the_syllabus_and_the_lesson_agree_on_time_and_prerequisites(path: Path) -> None:
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| {path.name[:2]} |"))
    _, _, _, minutes, needs, *_ = (cell.strip() for cell in row.split("|"))
    said = " ".join(notebook(path).cells[0].source.split())
    assert re.search(rf"[Aa]bout {minutes} minutes", said)
    assert all(number in said for number in needs.replace(",", " ").split())
