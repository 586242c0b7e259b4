"""Programs travel: pickled, loaded in this or another process, they give the same numbers, or say why they cannot."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.compiler import compile

MODULE = """
import autograd
from autograd import Value

def energy(x):
    return autograd.sum(v * v for v in x)

scale = Value(3.0)

def scaled(x):
    return scale * x * x

class Line:
    def __init__(self):
        self.slope, self.offset = Value(2.0), Value(1.0)

    def error(self, x, t):
        return (self.slope * x + self.offset - t) ** 2
"""


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module that both this and the other process can import."""
    (tmp_path / "module_that_is_sent.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    import module_that_is_sent  # type: ignore[import-not-found]

    yield module_that_is_sent
    sys.modules.pop("module_that_is_sent")


@pytest.mark.parametrize("backend", ["numpy", "c"])
def test_a_loaded_program_gives_the_same_numbers(sent: Any, backend: str) -> None:
    line, x, t = sent.Line(), np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0])
    program = compile(line.error, [line.slope, line.offset], batched=True, backend=backend)
    program.theta[:] = [0.5, -1.0]
    expected = program.value_and_grad(x, t)
    again = pickle.loads(pickle.dumps(program))
    found = again.value_and_grad(x, t)
    assert found[0] == expected[0] == pytest.approx((0.25 + 1.0 + 0.25) / 3)  # by hand: errors -0.5, -1, -0.5
    assert found[1].tolist() == expected[1].tolist()
    assert again.backend == backend
    again.theta[:] = 9.0
    again.store()
    assert (line.slope.data, program.theta.tolist()) == (2.0, [0.5, -1.0])  # nothing is shared
    assert [p.data for p in (again.function.__self__.slope, again.function.__self__.offset)] == [9.0, 9.0]


def test_another_process_compiles_it_again(sent: Any, tmp_path: Path) -> None:
    program = compile(sent.energy, backend="numpy")
    assert program([1.0, 2.0]) == 5.0
    (tmp_path / "program").write_bytes(pickle.dumps(program))
    code = (
        f"import pickle, sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        f"program = pickle.loads(open({str(tmp_path / 'program')!r}, 'rb').read())\n"
        "print(program([3.0, 4.0]), program.value_and_grad([3.0, 4.0])[1][0].tolist())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "25.0 [6.0, 8.0]\n"


def test_what_cannot_be_sent_says_how_else(sent: Any) -> None:
    w = Value(2.0)
    by_name = compile(sent.scaled, [sent.scale])
    inside = compile(lambda x: w * x, [w])
    graph = compile(w * 2.0)
    for program, reason in [
        (by_name, r"parameters\[0\] is no part of its function, which would find another one by name"),
        (inside, "because its function cannot"),
        (graph, "write the graph as a function"),
    ]:
        with pytest.raises(TypeError, match=f"cannot be pickled.*{reason}.*call autograd.compile there"):
            pickle.dumps(program)
    with pytest.raises(TypeError, match=r"pickle the program, and call bind\(\.\.\.\) where it is loaded"):
        pickle.dumps(compile(sent.energy, backend="numpy").bind([1.0]))
    assert by_name(2.0) == 12.0  # and it still works
