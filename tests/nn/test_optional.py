"""What is optional has folders of its own: without them everything else works, and the message says what to install."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
OPTIONAL = ("nn/export", "nn/extras", "nn/recording", "autograd/symbolic/to_sympy.py")
PROGRAM = """
import autograd, nn
model = nn.MLP(1, [2, 1], seed=0)
nn.fit(model, [[1.0]], [2.0], loss="huber", optimizer="sgd", epochs=1, progress=False)
of_nn = ["to_torch", "to_onnx", "to_c", "CSVLogger", "ParameterGroups", "record"]
for owner, names in ((nn, of_nn), (autograd, ["to_sympy"])):
    for name in names:
        try:
            getattr(owner, name)
        except ImportError as error:
            print(error)
"""


def test_the_rest_works_without_them(tmp_path: Path) -> None:
    for package in ("autograd", "nn"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in OPTIONAL:
        path = tmp_path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 7
    assert all("which is not installed: run python -m pip install" in line for line in lines)
    assert lines[0].startswith("nn.to_torch needs nn.export")


def test_a_missing_package_is_named_with_its_extra() -> None:
    program = "import sys; sys.modules['torch'] = None; import nn; nn.to_torch(nn.MLP(1, [1]))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert 'run python -m pip install "chalkgrad[torch]"' in done.stderr
