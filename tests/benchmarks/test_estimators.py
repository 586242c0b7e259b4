"""The benchmark of the estimators runs and writes what it prints; no times are tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def test_both_estimators_train(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "estimators.py"), "--rounds", "1", "--max-iter", "3"]
    done = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True, check=True)
    results = json.loads((tmp_path / "estimators.json").read_text(encoding="utf-8"))
    for name in ("digits", "breast cancer"):
        for kind in ("chalkgrad", "scikit-learn"):
            assert results[name][f"{kind} epochs"] == 3
            assert results[name][f"{kind} accuracy"] > 0.5
            assert results[name][f"{kind} seconds"] > 0
        assert f"{name:>14}  time, chalkgrad : scikit-learn" in done.stdout
