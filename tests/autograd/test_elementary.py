"""A method is generated in its first call, whichever thread makes it, and even if an earlier one was interrupted."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, elementary
from autograd.codegen import _float_functions, _on_floats
from autograd.elementary import Elementary, generated_when_called
from autograd.primitives import TABLE

FOLDER = str(Path(autograd.__file__).parent)
NAMES = [name for name in vars(Elementary) if not name.startswith("_")]
POINTS = {"arccosh": 1.5}


def forget(name: str) -> None:
    """As after the import: nothing has been generated for this method."""
    row = TABLE[name]
    elementary._functions.pop((row, False, False), None)
    _float_functions.pop(row, None)
    _on_floats.pop(row, None)
    declared: Any = getattr(Elementary, name)
    setattr(Elementary, name, generated_when_called(row)(getattr(declared, "__wrapped__", declared)))


def value_and_slope(name: str) -> tuple[float, float]:
    x = Value(POINTS.get(name, 0.5))
    method = getattr(x, name)
    out = method(0.25) if TABLE[name].arity == 2 and not TABLE[name].defaults else method()
    out.backward()
    return out.data, x.grad


@pytest.fixture
def _often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("_often")
def test_threads_may_make_the_first_call_together() -> None:
    expected = {name: value_and_slope(name) for name in NAMES}
    for name in NAMES:
        forget(name)
    found: list[dict[str, tuple[float, float]]] = []
    barrier = threading.Barrier(8)

    def work() -> None:
        barrier.wait()
        found.append({name: value_and_slope(name) for name in NAMES})

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8


def interrupted_at(instruction: int, name: str) -> int:
    """Call the method, with a Ctrl-C at this instruction of the package; return how many instructions ran."""
    count = 0

    def trace(frame: Any, event: str, _: object) -> Any:
        nonlocal count
        if not frame.f_code.co_filename.startswith(FOLDER):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            count += 1
            if count == instruction:
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 asks in `settrace` whether any frame wants them
    sys.settrace(trace)
    try:
        getattr(Value(0.5), name)()
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("name", ["mish", "log2"])
def test_an_interrupted_first_call_can_be_made_again(name: str) -> None:
    expected = value_and_slope(name)
    forget(name)
    total = interrupted_at(0, name)
    assert total > 500
    for instruction in random.Random(name).sample(range(1, total), 40):
        forget(name)
        assert interrupted_at(instruction, name) == instruction
        assert value_and_slope(name) == expected
