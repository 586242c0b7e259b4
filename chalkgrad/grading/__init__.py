"""How are thirty notebooks graded without trusting any of them?

`grade(path)` runs each file in a process of its own and judges the answers outside that process. Reading order:
`plain_data` (what leaves the process), `submission` (a student's file), `student` (the program of the process),
`process` (its limits), `judging` (the verdicts), `tables` and `reports` (what the teacher reads). Threat model: see
docs/teaching/grading.md.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from chalkgrad import exercises
from chalkgrad.grading.judging import Answer, Grade, judge
from chalkgrad.grading.process import Conditions, RunnerError, StudentRun, run_cells
from chalkgrad.grading.submission import Submission, read_submission, submissions

__all__ = ["Answer", "Grade", "RunnerError", "grade"]


def grade(
    path: str | Path,
    *,
    lessons: Sequence[str] = (),
    jobs: int = 2,
    timeout: float = 120.0,
    runner: str = "{python} {args}",
    own_exercises: Sequence[str | Path] = (),
    assigned: dict[str, str] | None = None,
    done: Callable[[Grade], None] | None = None,
) -> list[Grade]:
    """Grade a notebook or a `.py`, or every one below a folder.  This runs the students' code.

    `lessons` are the numbers of those to be graded, by default all; `jobs` files run at a time, each for at most
    `timeout` seconds; `runner` is a command with `{python}` and `{args}` in it, and perhaps `{folder}`.
    `own_exercises` are files of a teacher's own. `assigned` maps students to their variants. `done` is called with
    each grade as soon as it is known.

    Raises TypeError or ValueError for a wrong argument, FileNotFoundError if there is no such path, and RunnerError if
    the runner does not start.
    """
    _check(path, lessons, jobs, timeout, runner, own_exercises, assigned, done)
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"grade: path {str(path)!r} does not exist")
    for file in own_exercises:
        exercises.load(file)
    own = tuple((str(file), Path(file).read_text(encoding="utf-8")) for file in own_exercises)
    conditions = Conditions(timeout, runner, own)
    besides = {Path(file).name for file in own_exercises}
    found = [read_submission(path)] if path.is_file() else list(submissions(path, besides))
    chosen = [s for s in found if not lessons or s.lesson in lessons or not s.lesson]
    grades = []
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for submission, run in zip(chosen, pool.map(lambda s: _run(s, conditions), chosen), strict=True):
                grades.append(judge(submission, run, assigned))
                if done is not None:
                    done(grades[-1])
        except BaseException:  # Ctrl-C, too: the notebooks that still run are ended, and no other is begun
            conditions.stop.set()
            raise
    return grades


def _check(
    path: Any, lessons: Any, jobs: Any, timeout: Any, runner: Any, own_exercises: Any, assigned: Any, done: Any
) -> None:
    """Raise TypeError or ValueError for an argument of `grade` that is not what it should be."""
    lists = (list, tuple)
    for name, value, right, what in (
        ("path", path, isinstance(path, (str, Path)), "the name of a file or folder"),
        ("lessons", lessons, isinstance(lessons, lists), "a list of numbers of lessons, such as ['02']"),
        ("own_exercises", own_exercises, isinstance(own_exercises, lists), "a list of files, such as ['gears.py']"),
        ("runner", runner, isinstance(runner, str), "a command, such as '{python} {args}'"),
        (
            "assigned",
            assigned,
            assigned is None or isinstance(assigned, dict),
            "a dictionary from students to variants",
        ),
        ("done", done, done is None or callable(done), "a function of a grade"),
    ):
        if not right:
            raise TypeError(f"grade: {name} must be {what}, got {value!r}")
    if type(jobs) is not int or jobs < 1:
        raise ValueError(f"grade: jobs must be a whole number of at least 1, got {jobs!r}")
    if not isinstance(timeout, (int, float)) or not 0.0 < timeout < math.inf:
        raise ValueError(f"grade: timeout must be a number of seconds above 0, got {timeout!r}")
    try:
        words = shlex.split(runner)
    except ValueError as error:
        raise ValueError(f"grade: runner must be a command, got {runner!r}: {error}") from error
    if "{args}" not in words:
        raise ValueError(f"grade: runner must contain the word {{args}}, got {runner!r}")


def _run(submission: Submission, conditions: Conditions) -> StudentRun:
    if submission.problem:
        return StudentRun(ended=submission.problem)
    return run_cells(submission.cells, submission.lesson, conditions)
