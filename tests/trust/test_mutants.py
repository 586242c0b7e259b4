"""Does the suite bite?  Twelve seeded mutants of the table (slow: thirty); the whole runs are started by hand.

`python tests/trust/mutate.py table` tries all of them, and graph, functional, optimizers and losses in its place those.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import mutants
import mutate
import pytest

SOURCE = "def f(x, y):\n    if x < y:\n        return x - 2.0\n    return g(x, y) * -y\n"


def test_mutants_of_a_small_function() -> None:
    assert [mutant.what for mutant in mutants.mutants(SOURCE)] == [
        "condition true in 'if x < y:\\n    return x - 2.0'", "condition false in 'if x < y:\\n    return x - 2.0'",
        "Lt to LtE in 'x < y'", "Lt to Gt in 'x < y'", "without Return in 'return x - 2.0'", "Sub to Add in 'x - 2.0'",
        "2.0 to 3.0 in '2.0'", "without Return in 'return g(x, y) * -y'", "Mult to Div in 'g(x, y) * -y'",
        "last arguments swapped in 'g(x, y)'", "without USub in '-y'",
    ]  # fmt: skip
    assert "return g(y, x) * -y" in mutants.mutants(SOURCE)[9].source


def test_a_mutant_is_named_by_its_place_and_its_number_there() -> None:
    found = [
        mutant.key for mutant in mutants.mutants("class A:\n    def f(x):\n        return x + 1 + 1\ny = -1\n", "m")
    ]
    assert found == [
        "m A.f: without Return in 'return x + 1 + 1'", "m A.f: Add to Sub in 'x + 1 + 1'",
        "m A.f: Add to Sub in 'x + 1'", "m A.f: 1 to 2 in '1'", "m A.f: 1 to 2 in '1' #2",
        "m y: without Assign in 'y = -1'", "m y: without USub in '-1'", "m y: 1 to 2 in '1'",
    ]  # fmt: skip


def test_every_test_file_that_judges_mutants_exists() -> None:
    """A missing file would fail, and each mutant would seem to be killed."""
    named = [command.split()[0] for commands in mutate.TESTS.values() for command in commands]
    assert [name for name in named if not (mutants.ROOT / name).is_file()] == []


@pytest.mark.slow
def test_a_mutant_in_a_copy_of_the_project_fails_its_tests(tmp_path: Path) -> None:
    """In a process of its own, because that is what it forks."""
    for name, text in {
        "m.py": "def f(x):\n    return x + 1\n", "pyproject.toml": "",
        "test_m.py": "from m import f\ndef test():\n    assert f(2) == 3\n",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    program = (
        "import pathlib, mutate\n"
        "copy = mutate.Copy(pathlib.Path.cwd(), 'm.py', ['test_m.py'])\n"
        "print([copy.green(f'def f(x):\\n    return {formula}\\n', 60) for formula in ('1 + x', 'x - 1', 'x +')])\n"
    )
    environment = os.environ | {"PYTHONPATH": str(mutants.ROOT / "tests/trust")}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.stdout.endswith("[True, False, False]\n"), done.stderr


def test_a_virtual_environment_in_the_checkout_is_no_part_of_the_project() -> None:
    inside = {"": True, "autograd/fast_backward.py": True, "tests/trust": True, "README.md": False}
    inside |= {f"{name}/lib/python3/site-packages/pytest/__init__.py": False for name in (".venv", "venv", "env3")}
    for path, expected in inside.items():
        assert mutate._of_project(str(mutants.ROOT / path)) is expected, path
    assert not mutate._of_project(f"{mutants.ROOT}-other/autograd/fast_backward.py")
    assert not mutate._of_project(None)
    assert not mutate._of_project("")


def test_the_list_of_survivors_names_mutants_that_exist() -> None:
    texts = {name: (mutants.ROOT / path).read_text(encoding="utf-8") for name, path in mutants.TARGETS.items()}
    present = {mutant.key for name, text in texts.items() for mutant in mutants.mutants(text, name)}
    assert mutants.known_survivors() <= present, "take out what no longer exists, or write it as it is now"


@pytest.mark.parametrize("count", [12, pytest.param(30, marks=pytest.mark.slow)])
def test_mutants_of_the_table(count: int) -> None:
    """Of forward functions and partials; those that survive by right are listed in survivors.txt with the reason."""
    known, truths = mutants.known_survivors(), mutate.Truths(5)
    formulas = []
    for target in ("table", "more"):
        source = (mutants.ROOT / mutants.TARGETS[target]).read_text()
        lines = source.splitlines()
        for mutant in mutants.mutants(source, target):
            in_a_formula = "= primitive(" in lines[mutant.line - 1] and not any(f == "keywords" for f, _ in mutant.path)
            if in_a_formula and mutant.place.rstrip("_") in truths.samples.SAMPLES and mutant.key not in known:
                formulas.append((mutant.place.rstrip("_"), mutant))
    sample = random.Random(7).sample(formulas, count)
    for name, _ in sample:
        truths.of(name)
    survivors = [mutant.key for name, mutant in sample if mutate.survives(mutant, truths, [name])]
    assert len(survivors) <= count // 30, "\n".join(survivors)
