"""The benchmark runs and says what it left out; no times are tested."""

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


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("benchmark") / "new"
    command = [sys.executable, str(BENCHMARKS / "eager.py"), "--quick", "--out", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder


def test_table_json_and_picture(report: tuple[str, Path]) -> None:
    output, folder = report
    results = json.loads((folder / "eager.json").read_text(encoding="utf-8"))
    assert {"tuples", "chalkgrad", "nn"} <= set(results["moons"])
    assert "| chalkgrad, its nn |" in output
    assert (folder / "eager.png").read_bytes().startswith(b"\x89PNG")
    for variant in results["moons"]:
        for state in ("on", "off"):
            assert results["moons"][variant][state]["seconds"] > 0


def test_what_is_not_installed_is_named(report: tuple[str, Path]) -> None:
    output, folder = report
    results = json.loads((folder / "eager.json").read_text(encoding="utf-8"))
    for engine in ("micrograd", "torch"):
        missing = importlib.util.find_spec(engine) is None
        assert (engine not in results["moons"]) == missing
        assert (f"python -m pip install {engine}" in output) == missing


def test_a_step_leaves_nothing_for_the_collector_and_memory_is_bounded(report: tuple[str, Path]) -> None:
    results = json.loads((report[1] / "eager.json").read_text(encoding="utf-8"))
    for variant in ("chalkgrad", "nn"):
        assert results["garbage"][variant] == 0
    assert results["memory"]["chalkgrad"]["bytes_per_node"] <= 150
    assert all("error" not in row for row in results["chain"]["chalkgrad"])


def test_the_peer_computes_right_derivatives() -> None:
    value_class = load("peers").TupleValue
    x, y = value_class(2.0), value_class(-3.0)
    out = (x * y + 7.0).tanh() + (x - y) ** 2 / 5.0 - 1.0 / x + (2.0 - x * 3).relu() * (1 - y)
    out.backward()
    # d/dx = y sech²(1) + 2(x-y)/5 + 1/x²;  d/dy = x sech²(1) - 2(x-y)/5;  sech²(1) = 0.41997434161402614
    assert x.grad == pytest.approx(-3 * 0.41997434161402614 + 2 + 0.25, rel=1e-14)
    assert y.grad == pytest.approx(2 * 0.41997434161402614 - 2, rel=1e-14)


def test_engines_that_disagree_stop_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    eager = load("eager")
    answers = iter([{"seconds": 1.0, "result": 1.0}] * 3 + [{"seconds": 1.0, "result": 1.1}])

    class TwoAnswers:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def __enter__(self) -> TwoAnswers:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def measure(self) -> dict[str, float]:
            return next(answers)

    monkeypatch.setattr(eager, "Worker", TwoAnswers)
    with pytest.raises(RuntimeError, match=r"chalkgrad computes 1\.1 where tuples computes 1\.0"):
        eager.in_turn("moons", "chalkgrad", "tuples", 1, collector=True, pairs=1)


def test_a_worker_that_dies_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    with pytest.raises(RuntimeError, match=r"worker stopped.*nonsense"):
        load("eager").measure_once("moons", "nonsense", 3)
