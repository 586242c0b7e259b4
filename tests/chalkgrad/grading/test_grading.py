"""Whole notebooks through whole processes: what is graded, and that no trick and no hostile notebook changes that."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from chalkgrad import exercises
from chalkgrad.grading import Grade, RunnerError, grade

NOTEBOOKS = Path(__file__).parent.parent.parent.parent / "notebooks"
IMPORT = "from chalkgrad.exercises import check, hint"
RIGHT = "check('02.2', -6)"
WRONG = "check('02.2', 6.5)"
SAYS_SUM = "wrong: Along a path the factors are multiplied;"

TRICKS = {
    "rebinds, prints, stores and leaves": [
        IMPORT,
        "def check(number, answer): return 'right'",
        WRONG,
        "print('✓ 02.2  Right.')",
        "open('grades.csv', 'w').write('me,right')",
        "import sys\nsys.exit(0)",
    ],
    "assigns": [
        "import math, chalkgrad.exercises as e",
        "import chalkgrad.exercises.exercise as x, chalkgrad.exercises.answer_types as a",
        "yes = lambda *anything, **more: True",
        "e.check = x.same = a.same = x.Kind.agree = a.Number.agree = x.Exercise.check = math.isclose = yes",
        "x.Kind.judge = x.Kind.conclude = a.Judged.conclude = lambda *anything: x.Assessment(True, 'Right.')",
        "e.check('02.2', 6.5)",
    ],
    "looks the answers up": [
        IMPORT,
        WRONG,
        "from chalkgrad.exercises import find\ncheck('02.2', find('02.2').right)",
        "from chalkgrad.exercises import lesson_02\ncheck('02.2', lesson_02.EXERCISES[1].right)",
        "from chalkgrad.exercises.variants.derivatives import path_factors\n"
        "check('02.2', path_factors.build(3, -0.5, 4)['right'])",
        "import sys\nd = sys.modules['chalkgrad.exercises.variants.derivatives']\n"
        "check('02.2', d.path_factors.build(3, -0.5, 4)['right'])",
        "import chalkgrad.exercises\ncheck('02.2', chalkgrad.exercises.lesson_02.EXERCISES[1].right)",
    ],
    "pretends": [
        IMPORT,
        "class Any(float):\n    __eq__ = lambda a, b: True\n    __sub__ = lambda a, b: 0.0\n    __hash__ = None",
        "check('02.2', Any(6.5))",
    ],
}
MISBEHAVES = {
    "def (": "SyntaxError: invalid syntax",
    "import sys; sys.exit(3)": "left Python with sys.exit() or exit()",
    "import os; os.fork()": "PermissionError: os.fork is not allowed in a notebook that is graded",
    "os.kill(os.getppid(), 9)": "PermissionError: os.kill is not allowed in a notebook that is graded",
    "open('../../../evil.txt', 'w')": "PermissionError: open: a notebook that is graded may write in its working",
    "os.remove(sys.executable)": "PermissionError: os.remove: a notebook that is graded may write in its working",
    "x = [0] * 10**11": "MemoryError",
    "input('name? ')": "EOFError",
    "raise KeyboardInterrupt": "KeyboardInterrupt",
    "assert sys.stdin.read() == '' and os.listdir() != []": "AssertionError",
    "class Mute(Exception):\n    __str__ = None\nraise Mute": "Mute: an error without a text",
}
"""Cells of one notebook, and what is said about each."""
HOSTILE = {
    "good": [IMPORT, "%matplotlib inline\nhint('02.1')", RIGHT, "check('02.3', lambda x: 1 - x**2)"],
    "misbehaves": [IMPORT, *MISBEHAVES, "open('fine.txt', 'w').write('x')", RIGHT],
    "loops": [IMPORT, "import time\nwhile True: time.sleep(0.01)", RIGHT],
    "leaves": [IMPORT, RIGHT, "import os; os._exit(0)"],
    "prints": [IMPORT, RIGHT, "while True: print('x' * 1000)"],
    "=evil()": [IMPORT, "x = []\nfor n in range(100_000): x = [x]\ncheck('02.4', lambda paths: x)", RIGHT],
}
BROKEN = {"cut": '{"cells": [', "bytes": "\x00", "empty": ""}


def write(folder: Path, name: str, cells: list[str]) -> None:
    made = [{"cell_type": "code", "source": cell, "outputs": [{"text": "✓ 02.2  Right."}]} for cell in cells]
    (folder / f"{name}-02.ipynb").write_text(json.dumps({"cells": made}))


@pytest.fixture(scope="module")
def tricks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Grade]:
    folder = tmp_path_factory.mktemp("tricks")
    for name, cells in TRICKS.items():
        write(folder, name, cells)
    return {graded.student: graded for graded in grade(folder)}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Grade]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, cells in HOSTILE.items():
        write(folder, name, cells)
    for name, text in BROKEN.items():
        (folder / f"{name}-02.ipynb").write_text(text)
    return {graded.student: graded for graded in grade(folder, timeout=8.0)}


@pytest.mark.parametrize("name", TRICKS)
def test_no_ordinary_trick_changes_a_grade(tricks: dict[str, Grade], name: str) -> None:
    answer = tricks[name].answers[1]
    assert (answer.number, answer.state) == ("02.2", "wrong")
    assert str(answer).startswith(SAYS_SUM)


def test_every_hostile_notebook_has_an_entry(hostile: dict[str, Grade]) -> None:
    assert hostile.keys() == HOSTILE.keys() | BROKEN.keys()


@pytest.mark.parametrize("name", [name for name in HOSTILE if name not in ("good",)])
def test_the_other_answers_of_a_hostile_notebook_are_graded(hostile: dict[str, Grade], name: str) -> None:
    assert hostile[name].answers[1].state == "right"


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("loops", "cell 2: stopped after 4 seconds: does a loop not end?"),
        ("leaves", "cell 3: the notebook ended its process (exit status 0)"),
        ("prints", "cell 3: stopped: more than 10 MB of output"),
        ("cut", "does not open: it is not JSON"),
        ("bytes", "does not open: it is not JSON"),
        ("empty", "does not open: it is not JSON"),
        ("good", ""),
    ],
)
def test_the_entry_says_what_happened(hostile: dict[str, Grade], name: str, error: str) -> None:
    assert hostile[name].error.startswith(error)
    assert bool(hostile[name].error) == bool(error)


def test_each_cell_that_misbehaves_has_an_entry_and_the_next_one_runs(hostile: dict[str, Grade]) -> None:
    errors = hostile["misbehaves"].errors
    assert len(errors) == len(MISBEHAVES)
    for number, (said, error) in enumerate(zip(errors, MISBEHAVES.values(), strict=True), 2):
        assert said.startswith(f"cell {number}: {error}")


def test_what_did_not_run_to_its_end_is_not_complete(hostile: dict[str, Grade]) -> None:
    assert {name for name, graded in hostile.items() if not graded.complete} == {"leaves", "prints", *BROKEN}


def test_a_good_notebook_is_graded(hostile: dict[str, Grade]) -> None:
    good = hostile["good"]
    assert [answer.state for answer in good.answers[:4]] == ["open", "right", "wrong", "open"]
    assert good.answers[2].mistake.startswith("That is 1 - x², tanh' is 1 - tanh²(x)")
    assert good.hints == 1
    assert 0.0 < good.seconds < 30.0


def test_a_variant_is_graded_with_its_own_numbers(tmp_path: Path) -> None:
    from chalkgrad.exercises import find

    right = find("02.2", code="7f3a").right
    for name, code in (("anna", "7f3a"), ("bo", "0000")):
        write(tmp_path, name, ["from chalkgrad.exercises import check, variant", f"variant('{code}')",
                               f"check('02.2', {right})"])  # fmt: skip
    anna, bo = grade(tmp_path)
    assert (anna.answers[1].state, anna.variant) == ("right", "7f3a")
    assert (bo.answers[1].state, bo.error) == ("wrong", "")
    anna, bo = grade(tmp_path, assigned={"anna": "0000", "bo": "7f3a"})
    assert (anna.answers[1].state, bo.answers[1].state) == ("wrong", "right"), "the variant that was assigned counts"
    assert anna.error == "works with the variant 7f3a, but 0000 was assigned"


def test_own_exercises_are_graded(tmp_path: Path) -> None:
    own = tmp_path / "mine.py"
    own.write_text(
        "from chalkgrad.exercises import Exercise, Mistake, Number\n"
        "EXERCISES = [Exercise('gears.1', '3 times 4?', Number(), 12, [Mistake(7, 'You added.')], ['Multiply.'])]\n"
    )
    (tmp_path / "anna.py").write_text(
        "from chalkgrad.exercises import check, load\nload('mine.py')\ncheck('gears.1', 7)\n"
    )
    try:
        (graded,) = grade(tmp_path, own_exercises=[own])
    finally:
        exercises._loaded.clear()
    assert (graded.student, graded.lesson) == ("anna", "gears")
    assert [str(answer) for answer in graded.answers] == ["wrong: You added."]


def test_a_runner_gets_the_command(tmp_path: Path) -> None:
    write(tmp_path, "anna", [IMPORT, "import os\nassert os.environ['SANDBOX'] == 'yes'", RIGHT])
    (graded,) = grade(tmp_path, runner="/usr/bin/env SANDBOX=yes {python} {args}")
    assert (graded.error, graded.answers[1].state) == ("", "right")


def test_a_runner_that_does_not_start_is_told(tmp_path: Path) -> None:
    write(tmp_path, "anna", [IMPORT])
    with pytest.raises(RunnerError, match="the runner does not start"):
        grade(tmp_path, runner="no-such-program {python} {args}")
    (graded,) = grade(tmp_path, runner="{python} -c pass {args}")
    assert graded.error == "the process did not start: nothing was printed"
    with pytest.raises(ValueError, match=r"runner must contain the word \{args\}"):
        grade(tmp_path, runner="bwrap")


def test_what_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"grade: path .* does not exist"):
        grade(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("argument", "wrong", "message"),
    [
        ("path", 3, "path must be the name of a file or folder, got 3"),
        ("lessons", "02", "lessons must be a list of numbers of lessons, such as .*, got '02'"),
        ("own_exercises", "a.py", "own_exercises must be a list of files, such as .*, got 'a.py'"),
        ("runner", 3, "runner must be a command, such as .*, got 3"),
        ("runner", "'x {args}", "runner must be a command, got .*No closing quotation"),
        ("assigned", ["a"], "assigned must be a dictionary .*, got"),
        ("done", "print", "done must be a function of a grade, got 'print'"),
        ("jobs", 0, "jobs must be a whole number of at least 1, got 0"),
        ("jobs", 1.5, "jobs must be a whole number of at least 1, got 1.5"),
        ("timeout", float("nan"), "timeout must be a number of seconds above 0, got nan"),
        ("timeout", "2", "timeout must be a number of seconds above 0, got '2'"),
    ],
)
def test_a_wrong_argument_is_named_with_its_value_and_the_cure(
    tmp_path: Path, argument: str, wrong: Any, message: str
) -> None:
    arguments: dict[str, Any] = {"path": tmp_path, argument: wrong}
    with pytest.raises((TypeError, ValueError), match=f"grade: {message}"):
        grade(**arguments)


def test_an_assert_of_a_verdict_does_not_fail_while_it_is_graded(tmp_path: Path) -> None:
    """As in the cells of nbgrader: there is no verdict yet."""
    write(tmp_path, "anna", [IMPORT, "verdict = check('02.2', 6.5)\nassert verdict, verdict"])
    (graded,) = grade(tmp_path)
    assert (graded.error, graded.answers[1].state) == ("", "wrong")


def test_after_an_interrupt_no_notebook_goes_on(tmp_path: Path) -> None:
    """Or Ctrl-C would have to wait for the time limit of what still runs."""
    write(tmp_path, "anna", [IMPORT])
    write(tmp_path, "bo", ["import time\ntime.sleep(100)"])

    def interrupt(graded: Grade) -> None:
        raise KeyboardInterrupt

    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        grade(tmp_path, done=interrupt, timeout=90.0)
    assert time.monotonic() - begun < 60.0


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((NOTEBOOKS / "solutions").glob("*.py")), ids=lambda path: path.stem)
def test_the_solutions_of_every_lesson_are_graded_as_right(path: Path) -> None:
    (graded,) = grade(path)
    assert graded.error == ""
    assert [answer.number for answer in graded.answers if answer.state != "right"] == []


def test_the_source_of_a_cell_is_known(tmp_path: Path) -> None:
    """As in Jupyter: lesson 16 asserts that a refusal of `autograd.compile` quotes the line of a cell."""
    write(
        tmp_path, "anna", ["def bent(x):\n    return x", "import inspect\nassert 'return x' in inspect.getsource(bent)"]
    )
    (graded,) = grade(tmp_path)
    assert graded.errors == ()
