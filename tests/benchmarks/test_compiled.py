"""The benchmark of compiled programs runs, and stops where two engines disagree; no times are tested."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def load(name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_table_json_and_picture(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "compiled.py"), "--quick", "--works", "moons 100", "digits 100"]
    done = subprocess.run([*command, "--out", str(tmp_path / "new")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "new" / "compiled.json").read_text(encoding="utf-8"))
    assert {"c", "numpy", "by hand"} <= set(results["works"]["moons 100"]["seconds"])
    assert "| moons 100 |" in done.stdout
    assert (tmp_path / "new" / "compiled.png").read_bytes().startswith(b"\x89PNG")


PHASES = ["two calls", "arrays of the first", "comparing the second", "what was read", "groups and levels", "linking"]


@pytest.mark.parametrize(
    ("what", "size", "keys"),
    [
        ("nodes", 2_000, {"nodes", "seconds a node", "bytes a node"}),
        ("sum", 2_000, {"nodes", "seconds a node", "bytes a node"}),
        ("chain", 2_000, {"nodes", "seconds a node", "bytes a node"}),
        ("wide", 4, {"nodes", "operands", "seconds", "bytes", *PHASES}),
        ("link", 0, {"nodes", "seconds"}),
    ],
)
def test_the_costs_are_measured(what: str, size: int, keys: set[str]) -> None:
    command = [sys.executable, str(BENCHMARKS / "compiled_costs.py"), what, str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert set(found) == keys
    assert all(number >= 0 for number in found.values())
    if what in ("nodes", "sum", "chain"):
        assert size / 2 < found["nodes"] < size * 2
    if what == "wide":
        assert min(found[phase] for phase in PHASES) > 0.0
        assert sum(found[phase] for phase in PHASES) < found["seconds"]


def test_the_eager_engine_computes_the_same_losses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    works, worker = load("compiled_works"), load("compiled_worker")
    small = {
        "perceptron": works.perceptron([3, 4, 1], 5, "moons"),
        "classes": works.perceptron([3, 4, 3], 5, "digits"),
        "residual": works.residual(2),
        "attention": works.attention(2),
        "microgpt": works.microgpt(),
    }
    for name, work in small.items():
        steps = 1 if name == "microgpt" else 2  # 73,000 nodes a step
        expected = [step() for step in [worker.eager(work)] for _ in range(steps)]
        for backend in ("c", "numpy"):
            found = [step() for step in [worker.ours(backend)(work)] for _ in range(steps)]
            assert found == pytest.approx(expected, rel=1e-12), (name, backend)
        if work.sizes:
            found = [step() for step in [worker.by_hand(work)] for _ in range(steps)]
            assert found == pytest.approx(expected, rel=1e-12), name


def test_engines_that_disagree_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    with pytest.raises(RuntimeError, match=r"moons: jax computes the losses \[1\.0\], c computes \[1\.1\]"):
        load("compiled").check_losses("moons", {"c": [1.1], "jax": [1.0]})
