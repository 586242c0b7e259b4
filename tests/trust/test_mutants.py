"""Does the suite bite?  Fifty seeded mutants of the derivative table, in seconds; the whole runs are started by hand.

`python tests/trust/mutate.py table` tries all of them, and graph, functional, optimizers and losses in its place those.
"""

from __future__ import annotations

import importlib.util
import random
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "mutate.py"
_specification = importlib.util.spec_from_file_location("mutate", SCRIPT)
assert _specification is not None
assert _specification.loader is not None
mutate = importlib.util.module_from_spec(_specification)
sys.modules["mutate"] = mutate
_specification.loader.exec_module(mutate)

SOURCE = "def f(x, y):\n    if x < y:\n        return x - 2.0\n    return g(x, y) * -y\n"


def test_mutants_of_a_small_function() -> None:
    assert [mutant.what for mutant in mutate.mutants(SOURCE)] == [
        "condition true in 'if x < y:\\n    return x - 2.0'", "condition false in 'if x < y:\\n    return x - 2.0'",
        "Lt to LtE in 'x < y'", "Lt to Gt in 'x < y'", "without Return in 'return x - 2.0'", "Sub to Add in 'x - 2.0'",
        "2.0 to 3.0 in '2.0'", "without Return in 'return g(x, y) * -y'", "Mult to Div in 'g(x, y) * -y'",
        "last arguments swapped in 'g(x, y)'", "without USub in '-y'",
    ]  # fmt: skip
    assert "return g(y, x) * -y" in mutate.mutants(SOURCE)[9].source


def test_a_copy_of_the_project_with_a_mutant_fails_its_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in {
        "m.py": "def f(x):\n    return x + 1\n",
        "test_m.py": "from m import f\ndef test():\n    assert f(2) == 3\n",
    }.items():
        (tmp_path / name).write_text(text)
    monkeypatch.setitem(mutate.TARGETS, "m", "m.py")
    monkeypatch.setitem(mutate.TESTS, "m", ["test_m.py"])
    dead, *_ = mutate.mutants((tmp_path / "m.py").read_text())
    assert not mutate.survives_tests(dead, "m", tmp_path)
    same = mutate.Mutant(dead.tree, dead.path, dead.path and mutate.ast.parse("x"), "nothing", 0)
    monkeypatch.setattr(mutate.Mutant, "source", property(lambda _: "def f(x):\n    return 1 + x\n"))
    assert mutate.survives_tests(same, "m", tmp_path)


def test_fifty_mutants_of_the_table() -> None:
    """Of forward functions and partials; those that survive by right are listed in survivors.txt with the reason."""
    known, source = mutate.known_survivors(), (mutate.ROOT / mutate.TARGETS["table"]).read_text()
    lines, truths = source.splitlines(), mutate.Truths(5)
    mutants = []
    for mutant in mutate.mutants(source):
        line = lines[mutant.line - 1]
        name = line.split("=")[0].strip()
        in_a_formula = "= primitive(" in line and not any(field == "keywords" for field, _ in mutant.path)
        if in_a_formula and name in truths.samples.SAMPLES and f"{name}: {mutant.what}" not in known:
            mutants.append((name, mutant))
    sample = random.Random(7).sample(mutants, 50)
    for name, _ in sample:
        truths.of(name)
    survivors = [f"{name}: {mutant.what}" for name, mutant in sample if mutate.survives(mutant, truths, [name])]
    assert len(survivors) <= 2, "\n".join(survivors)
