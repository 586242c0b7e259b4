"""How are thirty notebooks graded without trusting any of them?

`grade(path)` runs each file in a process of its own and judges the answers outside that process. Reading order:
`plain_data` (what leaves the process), `submission` (a student's file), `student` (the program of the process),
`process` (its limits), `judging` (the verdicts), `tables` and `reports` (what the teacher reads). Threat model: see
docs/teaching/grading.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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

    Raises FileNotFoundError if there is no such path, and RunnerError if the runner does not start.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"grade: path {str(path)!r} does not exist")
    if jobs < 1 or timeout <= 0:
        raise ValueError(f"grade: jobs and timeout must be positive, got {jobs} and {timeout}")
    if "{args}" not in runner.split():
        raise ValueError(f"grade: runner must contain the word {{args}}, got {runner!r}")
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
                code = None if assigned is None else assigned.get(submission.student)
                grades.append(judge(submission, run, code))
                if done is not None:
                    done(grades[-1])
        except BaseException:  # Ctrl-C, too: the notebooks that still run are ended, and no other is begun
            conditions.stop.set()
            raise
    return grades


def _run(submission: Submission, conditions: Conditions) -> StudentRun:
    if submission.problem:
        return StudentRun(ended=submission.problem)
    return run_cells(submission.cells, submission.lesson, conditions)
