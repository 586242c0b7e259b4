"""Does the same program give the same bits on every run?  Whatever the hash seed, the Python, the packages present."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

ROOT = Path(autograd.__file__).parent.parent
# Values, gradients, second derivatives, losses, weights, a checkpoint, a picture's text, an explanation; as one digest.
PROGRAM = """
import hashlib, json, random, sys, tempfile, os
import autograd, nn
from autograd import Value
random.seed(5)
said = []
x, y = Value(0.7, label="x"), Value(-1.3, label="y")
out = autograd.logsumexp([x * y, x.tanh(), autograd.gelu(y), autograd.dot([x, y, x], [y, 0.1, x], x)]) / (x * x + 1.0)
out.backward()
said += [out.data, x.grad, y.grad]
said += [g.data for g in autograd.gradients(out, [x, y], create_graph=True)]
said += [autograd.sum([0.1] * 10), autograd.mean([0.1, 0.2, 0.3]), autograd.dot([0.1] * 10, [0.3] * 10)]
said += [autograd.hessian(lambda v: (v[0] * v[1]).exp())([0.3, 0.4])]
model = nn.MLP(2, [5, 5, 1], "gelu", seed=3)
X, Y = nn.make_moons(30, seed=2)
history = nn.fit(model, X, Y, loss="binary_cross_entropy_with_logits", optimizer="adam", epochs=4, batch_size=7, seed=1,
                 progress=False, validation=0.2)
said += [history["loss"], history["validation_loss"], sorted(model.state_dict().items())]
path = os.path.join(tempfile.mkdtemp(), "m.json")
nn.save(model, path)
said.append(open(path).read())
said += [autograd.draw(out).source]
said.append(str(autograd.explain(out, wrt=x)))
print(hashlib.sha256(repr(said).encode()).hexdigest())
if "-v" in sys.argv:
    print(said)
"""
BARE = "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p]; "


def digest(python: str = sys.executable, before: str = "", **environment: str) -> str:
    clean = {name: text for name, text in os.environ.items() if not name.startswith(("PYTHON", "COV"))}
    done = subprocess.run(
        [python, "-c", before + PROGRAM], capture_output=True, text=True, cwd=ROOT,
        env=clean | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"} | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def other_pythons() -> list[str]:
    """Those that this machine has, 3.11 and later; CHALKGRAD_PYTHONS may name more, separated as in PATH."""
    named = [path for path in os.environ.get("CHALKGRAD_PYTHONS", "").split(os.pathsep) if path]
    found = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    working: list[str] = []
    for python in [*named, *(path for path in found if path)]:
        done = subprocess.run(
            [python, "-c", "import sys; print(sys.version_info >= (3, 11))"], capture_output=True, text=True
        )
        if done.stdout.strip() == "True":
            working.append(python)
    return working


@pytest.mark.parametrize("processes", [2, pytest.param(100, marks=pytest.mark.slow)])
def test_with_any_hash_seed(processes: int) -> None:
    """In turn on every Python of this machine, with and without the optional packages."""
    source = random.Random(processes)
    ways = [(sys.executable, ""), *((python, BARE) for python in other_pythons())]
    digests = set()
    for n in range(processes):
        python, before = ways[n % len(ways)]
        digests.add(digest(python, before, PYTHONHASHSEED=str(source.randrange(2**32))))
    assert len(digests) == 1


def test_without_the_optional_packages() -> None:
    assert digest(before=BARE) == digest()


def test_on_every_python_of_this_machine() -> None:
    digests = {python: digest(python, before=BARE) for python in other_pythons()}
    assert set(digests.values()) <= {digest()}
