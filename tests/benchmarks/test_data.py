"""The benchmark of data in arrays runs, and stops where two engines disagree; no times are tested."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"


def test_an_epoch_over_an_array(tmp_path: Path) -> None:
    command = [sys.executable, str(BENCHMARKS / "data_worker.py"), "array", "200", "50", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer = json.loads(done.stdout)
    assert 2 < answer["loss"] < 4
    assert len(json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))[0]) == 2_410
