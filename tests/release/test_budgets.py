"""Does importing stay cheap?  Under 50 ms of processor time for each package, nn with autograd; the best of twenty."""

from __future__ import annotations

import functools
import os
import subprocess
import sys

import pytest

TIMED = "import time; began = time.process_time(); import {}; print(time.process_time() - began)"


@pytest.mark.release
@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_import(package: str) -> None:
    command = [sys.executable, "-c", TIMED.format(package)]
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = functools.partial(subprocess.run, command, env=environment, capture_output=True, text=True, check=True)
    times = [float(run().stdout) for _ in range(20)]
    assert min(times) < 0.05, times
