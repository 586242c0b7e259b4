"""Every cell of every lesson and of its solutions, run as a page runs them, without NumPy and matplotlib.

`/project` is the folder `notebooks`. `result` has for each lesson what happened to its cells, and the verdicts on its
exercises: on the unchanged lesson, and on the solutions; and what stopped endless loops.
"""

import json
from pathlib import Path

from chalkgrad_live import cells

import chalkgrad.exercises
from chalkgrad import course

NOTEBOOKS = Path("/project")
OFFLINE = ("01", "02", "03", "04")  # they must run through, also on a busy machine
SECONDS, AMPLE = 10.0, 100.0  # only a cell that trains a language model takes longer than 10
real_check = chalkgrad.exercises.check
verdicts = []


def check(number, answer):
    verdict = real_check(number, answer)
    verdicts.append((number, bool(verdict), str(verdict)))
    return verdict


chalkgrad.exercises.check = check


def run_all(path):
    """What each code cell gave: whether it finished, the package that it misses, and its errors."""
    verdicts.clear()
    ran, seconds = [], AMPLE if path.name.startswith(OFFLINE) else SECONDS
    for kind, code, _ in course.cells(path.read_text(encoding="utf-8")):
        if kind == "code":
            found = cells.run(code, len(ran) + 1, seconds)
            errors = [piece["error"] for piece in found["outputs"] if "error" in piece]
            ran.append((found["finished"], found.get("missing", ""), errors))
    return {"cells": ran, "verdicts": list(verdicts)}


LOOPS = (
    "while True: pass",
    "while True:\n    try:\n        1 / 0\n    except Exception:\n        pass",
    "[0 for _ in iter(int, 1)]",
    "def f(n):\n    return f(n - 1) + f(n - 1) if n else 0\nf(60)",
)
result, kept = {"endless loops": [cells.run(loop, 1, 0.3) for loop in LOOPS]}, []
for lesson in sorted(NOTEBOOKS.glob("[0-9][0-9]-*.py")):
    kept.append(dict(cells._names))  # freeing a chain of 100,000 objects would overflow the stack
    cells.forget()
    result[lesson.stem] = {"lesson": run_all(lesson), "solutions": run_all(NOTEBOOKS / "solutions" / lesson.name)}
result = json.dumps(result)
